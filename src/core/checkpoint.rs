//! Checkpoints: what the newest entry of an audit was at a time, kept among the objects, where nothing is overwritten.
//! Whoever takes entries out of the ledger, head and all, or puts an older copy of it in its place, is found by them.

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::digest::{Digest, canonical};
use super::error::{Error, ErrorKind, Result};
use super::ledger::Head;
use super::objects::{Key, Objects};
use super::pin::Pin;

/// What a checkpoint says of itself.
const SCHEMA: &str = "snapdeploy.checkpoint/1";

/// How many are read at the same time.
const AT_ONCE: usize = 16;

/// What the newest entry of an audit was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    schema: String,
    /// The pin whose audit it is.
    pub pin: Pin,
    /// The entry's number.
    pub seq: u64,
    /// The entry's digest.
    pub digest: Digest,
    /// The entry's time: whoever writes the same checkpoint writes the same bytes.
    pub at: Timestamp,
}

/// A checkpoint as it lies in the store.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where.
    pub key: Key,
    /// What it says; why it cannot be read, where it cannot.
    pub said: Result<Checkpoint, String>,
}

/// Keeps that the newest entry of the audit of `pin` is the one that `head` tells of, as it lies in the ledger; it was
/// written at `at`. `Corrupt` if there is a checkpoint of that number and it says something else: the audit is not the one
/// that it was taken of.
pub async fn keep(objects: &dyn Objects, pin: &Pin, head: &Head, at: Timestamp) -> Result<Checkpoint> {
    let checkpoint =
        Checkpoint { schema: SCHEMA.into(), pin: pin.clone(), seq: head.seq, digest: head.digest, at };
    let value = serde_json::to_value(&checkpoint)
        .map_err(|e| Error::bug(format!("cannot write a checkpoint as JSON: {e}")).source(e))?;
    let key = Key::new(format!("{}{:020}.json", folder(pin), head.seq))?;
    match objects.create(&key, Bytes::from(canonical(&value))).await {
        Ok(_) => Ok(checkpoint),
        Err(e) if e.kind == ErrorKind::Corrupt => {
            let message = format!("entry {} of {pin} is not the one that `{key}` tells of", head.seq);
            Err(Error::corrupt(message).hint("snapdeploy history verify"))
        }
        Err(e) => Err(e),
    }
}

/// Returns the checkpoints of `pin`, those of the oldest entries first, and those too that cannot be read.
pub async fn all(objects: &dyn Objects, pin: &Pin) -> Result<Vec<Found>> {
    let (prefix, mut after, mut keys) = (folder(pin), None, Vec::new());
    loop {
        let page = objects.list(&prefix, after.as_ref()).await?;
        after = page.items.last().cloned();
        keys.extend(page.items);
        if !page.more || after.is_none() {
            break;
        }
    }
    let read = |key: Key| async move {
        let said = match objects.read(&key).await {
            Ok(bytes) => parse(&bytes, pin, &key),
            Err(e) if matches!(e.kind, ErrorKind::NotFound | ErrorKind::Corrupt) => Err(e.message),
            Err(e) => return Err(e),
        };
        Ok(Found { key, said })
    };
    futures::stream::iter(keys.into_iter().map(read)).buffered(AT_ONCE).try_collect().await
}

fn parse(bytes: &[u8], pin: &Pin, key: &Key) -> Result<Checkpoint, String> {
    let read: Checkpoint = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    match &read {
        c if c.schema != SCHEMA => Err(format!("it is a `{}`", c.schema)),
        c if c.pin != *pin => Err(format!("it is of {}", c.pin)),
        c if !key.as_str().ends_with(&format!("/{:020}.json", c.seq)) => {
            Err(format!("it is of entry {}", c.seq))
        }
        _ => Ok(read),
    }
}

fn folder(pin: &Pin) -> String {
    format!("audit/{pin}/")
}
