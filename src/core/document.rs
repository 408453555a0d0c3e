//! A document: one resource as canonical JSON, in the part that is promoted and the part that stays.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::digest::{Digest, by_value, canonical};
use super::error::{Error, Result};

/// One resource, as kept in snapshots and packages. Every string and object key in `portable` and `local` is a
/// template (see [`super::template`]).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// What means the same in every environment: compared and promoted.
    pub portable: Map<String, Value>,
    /// What belongs to the environment that it came from: written back only to that pin.
    pub local: Map<String, Value>,
    /// Members sent back byte for byte when the document returns to its own pin (a flow's `Content` as AWS holds it).
    /// They repeat what `portable` says, so they are never compared.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub exact: Map<String, Value>,
    /// Members that no rule knows: kept and shown, never deployed, never compared.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub unknown: Map<String, Value>,
}

impl Document {
    /// Returns the digest of the portable part: equal configuration in two accounts, equal digest.
    pub fn portable_digest(&self) -> Digest {
        Digest::of_json(&Value::Object(self.portable.clone()))
    }

    /// Returns the digest of the local part.
    pub fn local_digest(&self) -> Digest {
        Digest::of_json(&Value::Object(self.local.clone()))
    }

    /// Returns the document as it reads back once it is stored.
    pub fn by_value(mut self) -> Document {
        for part in [&mut self.portable, &mut self.local, &mut self.exact, &mut self.unknown] {
            part.values_mut().for_each(by_value);
        }
        self
    }

    /// Returns the whole document as canonical JSON: the bytes that are stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut whole = json!({ "local": self.local, "portable": self.portable });
        for (name, part) in [("exact", &self.exact), ("unknown", &self.unknown)] {
            if !part.is_empty() {
                whole[name] = Value::Object(part.clone());
            }
        }
        canonical(&whole).into_bytes()
    }

    /// Returns the document that `bytes` hold, or a `Corrupt` error.
    pub fn from_bytes(bytes: &[u8]) -> Result<Document> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Stored {
            portable: Map<String, Value>,
            local: Map<String, Value>,
            #[serde(default)]
            exact: Map<String, Value>,
            #[serde(default)]
            unknown: Map<String, Value>,
        }
        let stored: Stored = serde_json::from_slice(bytes)
            .map_err(|e| Error::corrupt(format!("a document is not what it has to be: {e}")))?;
        let Stored { portable, local, exact, unknown } = stored;
        Ok(Document { portable, local, exact, unknown })
    }
}
