//! Versions of bots: exported once each, since they never change; told by the digest of what they mean.
//!
//! Source: "Creating versions", Amazon Lex V2 Developer Guide: a version is a numbered snapshot, numbers only grow, and a
//! version that is not used for six months becomes inactive.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::archive;
use super::calls::Calls;
use super::definition::{self, Manifest};
use super::wait::seen;
use crate::aws::{Failure, Fate, http};
use crate::core::{Digest, Error, ErrorKind, Result};

/// What a bot is edited as.
pub const DRAFT: &str = "DRAFT";

/// How often an export is fetched: its URL is good for five minutes.
///
/// Source: "Exporting bots in Lex V2", Amazon Lex V2 Developer Guide.
const TRIES: u32 = 3;

/// What was exported already.
#[derive(Default)]
pub struct Shelf {
    /// By the bot's id and the number.
    versions: Mutex<HashMap<(String, String), Value>>,
    manifest: Mutex<Option<Manifest>>,
}

impl Shelf {
    /// Returns the definition of a version of the bot `id`. What is edited is exported anew each time.
    pub async fn definition(&self, calls: &Calls, id: &str, version: &str) -> Result<Value, Failure> {
        let key = (id.to_string(), version.to_string());
        if version != DRAFT
            && let Some(known) = self.versions.lock().unwrap_or_else(PoisonError::into_inner).get(&key)
        {
            return Ok(known.clone());
        }
        let (definition, manifest) = exported(calls, id, version).await?;
        *self.manifest.lock().unwrap_or_else(PoisonError::into_inner) = Some(manifest);
        if version != DRAFT {
            self.versions.lock().unwrap_or_else(PoisonError::into_inner).insert(key, definition.clone());
        }
        Ok(definition)
    }

    /// Returns a manifest as the service writes it, as far as one was seen.
    pub fn manifest(&self) -> Manifest {
        self.manifest.lock().unwrap_or_else(PoisonError::into_inner).clone().unwrap_or_default()
    }
}

async fn exported(calls: &Calls, id: &str, version: &str) -> Result<(Value, Manifest), Failure> {
    let export = calls.start_export(id, version).await?;
    let what = format!("the export of version {version}");
    let mut last = None;
    for _ in 0..TRIES {
        let look = || async { Ok(seen(calls.export(&export).await?, "exportStatus", &["Completed"])) };
        let answer = calls.wait(&what, None, look).await?;
        let url = answer["downloadUrl"].as_str().unwrap_or_default();
        match http::get(url).await {
            Ok(bytes) => return archive::read(&bytes).and_then(definition::read).map_err(refused),
            // Another look has another URL.
            Err(e) if matches!(e.kind, ErrorKind::Denied | ErrorKind::Unavailable) => last = Some(e),
            Err(e) => return Err(refused(e.context(format!("cannot fetch {what}")))),
        }
    }
    let error = last.unwrap_or_else(|| Error::failed("it was never tried"));
    Err(Failure { error: error.context(format!("cannot fetch {what}")), fate: Fate::Later })
}

fn refused(error: Error) -> Failure {
    Failure { error, fate: Fate::Refused }
}

/// What a version that snapdeploy makes is described as: the digest of its content, which means the same everywhere, and
/// the digest of its definition as it is there, by which it can be seen whether it is still that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Of the content, as documents name it.
    pub content: String,
    /// Of the definition with every reference resolved.
    pub there: String,
}

impl Mark {
    /// Returns the mark for `definition`, which is what the content of that digest is there.
    pub fn of(content: &str, definition: &Value) -> Mark {
        Mark { content: content.into(), there: Digest::of_json(definition).to_string() }
    }

    /// Returns the mark in a description, if it is one.
    pub fn read(description: &str) -> Option<Mark> {
        let (content, there) = description.strip_prefix("snapdeploy:")?.split_once(' ')?;
        let digest = |text: &str| text.parse::<Digest>().is_ok().then(|| text.to_string());
        Some(Mark { content: digest(content)?, there: digest(there)? })
    }

    /// Returns the description: 140 characters; Lex takes 2,000, and took 200 before.
    ///
    /// Source: botocore's `lexv2-models` model, `Description`.
    pub fn text(&self) -> String {
        format!("snapdeploy:{} {}", self.content, self.there)
    }
}

/// Returns the versions in `listed` that can be used, by number.
pub fn available(listed: &[Value]) -> BTreeMap<u64, &Value> {
    let used = listed.iter().filter(|v| v["botStatus"] == "Available");
    used.filter_map(|v| Some((v["botVersion"].as_str()?.parse().ok()?, v))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written_and_nothing_else_is_one() {
        let content = Digest::of(b"x").to_string();
        let mark = Mark::of(&content, &json!({ "a": 1 }));
        assert_eq!(Mark::read(&mark.text()), Some(mark.clone()));
        assert!(mark.text().len() <= 200);
        for other in ["", "snapdeploy:", "snapdeploy:abc def", &format!("snapdeploy:{content}"), "my own"] {
            assert_eq!(Mark::read(other), None, "{other}");
        }
        let listed = [
            json!({ "botVersion": "DRAFT", "botStatus": "Available", "description": mark.text() }),
            json!({ "botVersion": "1", "botStatus": "Inactive", "description": mark.text() }),
            json!({ "botVersion": "12", "botStatus": "Available", "description": mark.text() }),
            json!({ "botVersion": "13", "botStatus": "Available", "description": "by hand" }),
        ];
        assert_eq!(available(&listed).into_keys().collect::<Vec<_>>(), [12, 13]);
    }
}
