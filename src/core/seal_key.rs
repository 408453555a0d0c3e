//! The key of fingerprints: one for each store, made once.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::{Error, ErrorKind, Result};
use super::objects::{Key, Objects};
use super::secret::Seal;

const SCHEMA: &str = "snapdeploy.fingerprint-key/1";
const PLACE: &str = "secrets/key.json";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    schema: String,
    key: String,
}

/// Returns the seal of the store in `objects`; makes its key, 32 random bytes, if there is none yet.
///
/// Who can read the store can try guesses: a value that can be guessed (`true`, a short PIN) can be told from its
/// fingerprint. Who cannot learns from fingerprints in plans, outputs and audit rows only which values are equal. Where
/// there is no key and none may be written (a store that is only read), fingerprints are good for this process alone.
pub async fn seal(objects: &dyn Objects) -> Result<Seal> {
    let place = Key::new(PLACE)?;
    match objects.read(&place).await {
        Ok(bytes) => return read(&bytes),
        Err(e) if e.kind == ErrorKind::NotFound => {}
        Err(e) => return Err(e),
    }
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(&mut key[..]).map_err(|e| Error::failed(format!("there is no randomness: {e}")))?;
    let kept = Kept { schema: SCHEMA.into(), key: hex::encode(&key[..]) };
    let bytes = serde_json::to_vec(&kept).map_err(|e| Error::bug(format!("cannot write {PLACE}: {e}")))?;
    match objects.create(&place, Bytes::from(bytes)).await {
        Ok(_) => Ok(Seal::new(*key)),
        // Another process was first; its key is the key.
        Err(e) if e.kind == ErrorKind::Corrupt => read(&objects.read(&place).await?),
        Err(e) if e.kind == ErrorKind::Denied => Ok(Seal::default()),
        Err(e) => Err(e),
    }
}

/// What is wrong with it is not quoted: it is a key.
fn read(bytes: &[u8]) -> Result<Seal> {
    let kept: Option<Kept> = serde_json::from_slice(bytes).ok();
    let key = kept.filter(|k| k.schema == SCHEMA).and_then(|k| hex::decode(k.key).ok());
    let key: Option<[u8; 32]> = key.and_then(|k| k.try_into().ok());
    key.map(Seal::new).ok_or_else(|| Error::corrupt(format!("{PLACE} of the store is not what it has to be")))
}
