//! Objects: where bytes are kept, written once, never overwritten, and removed only by who means to.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;

use super::archive::MAX_ARCHIVE;
use super::error::{Error, Result};

/// How many objects are asked about at the same time.
const AT_ONCE: usize = 16;

/// The name of an object: parts of `A-Z a-z 0-9 . _ -` joined by slashes, none of them empty, `.` or `..`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// Returns the key named `name`, or an `Input` error.
    pub fn new(name: impl Into<String>) -> Result<Key> {
        let name = name.into();
        let part = |p: &str| {
            !p.is_empty()
                && p != "."
                && p != ".."
                && p.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b))
        };
        if name.len() <= 900 && name.split('/').all(part) {
            Ok(Key(name))
        } else {
            Err(Error::input(format!("`{name}` cannot be the name of an object")))
        }
    }

    /// Returns how many bytes may be under the key: what is read whole to be parsed has less than what is only passed
    /// on. S3 takes 5 GiB in one piece ("Uploading objects", Amazon S3 User Guide).
    pub fn most(&self) -> u64 {
        match self.0.split('/').next().unwrap_or_default() {
            "blobs" => 5 << 30,
            // What lies beside a package is a line.
            "packages" if self.0.contains(".sig/") => 1 << 20,
            "bodies" | "packages" => MAX_ARCHIVE,
            _ => 256 << 20,
        }
    }

    /// Fails with `Corrupt` where what is under the key in `place` has `length` bytes, and that is more than may be.
    pub fn holds(&self, length: u64, place: &str) -> Result<()> {
        match length > self.most() {
            true => Err(Error::corrupt(format!(
                "`{self}` in {place} has {length} bytes, more than the {} that it may have; it was not read",
                self.most()
            ))),
            false => Ok(()),
        }
    }

    /// Fails with `Input` where `body` is more than may be under the key.
    pub fn takes(&self, body: &[u8]) -> Result<()> {
        let (length, most) = (body.len() as u64, self.most());
        match length > most {
            true => Err(Error::input(format!("`{self}` cannot have {length} bytes: at most {most}"))),
            false => Ok(()),
        }
    }

    /// Returns the key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What [`Objects::create`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// The object was not there, and now is.
    New,
    /// The object was there with the very same bytes; nothing was written.
    Same,
}

/// One page of a listing.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// Whether there are more after the last item.
    pub more: bool,
}

/// An object as a listing tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// Its name.
    pub key: Key,
    /// How many bytes it has.
    pub length: u64,
    /// When it was written, by the clock of whatever keeps it.
    pub written: Timestamp,
}

/// Asks `objects` about each of `keys`, and returns those under which nothing is.
pub async fn one_by_one<O: Objects + ?Sized>(objects: &O, keys: &BTreeSet<Key>) -> Result<BTreeSet<Key>> {
    let mut lacking = BTreeSet::new();
    let all: Vec<&Key> = keys.iter().collect();
    for some in all.chunks(AT_ONCE) {
        let there = futures::future::try_join_all(some.iter().map(|key| objects.has(key))).await?;
        lacking.extend(some.iter().zip(there).filter(|(_, there)| !there).map(|(key, _)| (*key).clone()));
    }
    Ok(lacking)
}

/// Keeps objects.
///
/// * An object is written whole or not at all: no reader ever sees a part of one, and a writer killed at any moment
///   leaves either nothing or everything under the key.
/// * Nothing is overwritten, and nothing is removed but by [`Objects::delete`]. Of several writers to one key exactly one gets `New`; the others
///   get `Same` if their bytes are equal, else a `Corrupt` error that names the key. A write whose answer was lost is
///   settled by reading the object back, so a retry never reports a conflict with itself.
/// * What was created is at once visible to `read` and `list`, of any client.
#[async_trait]
pub trait Objects: Send + Sync {
    /// Writes `body` under `key` unless something is there. `Input` if it is more than [`Key::most`].
    async fn create(&self, key: &Key, body: Bytes) -> Result<Created>;

    /// Returns the bytes under `key`, or a `NotFound` error. `Corrupt`, before they are read, if they are more than
    /// [`Key::most`].
    async fn read(&self, key: &Key) -> Result<Bytes>;

    /// Returns whether something is under `key`, without reading it.
    async fn has(&self, key: &Key) -> Result<bool>;

    /// Returns those of `keys` under which nothing is, as [`Objects::has`] would say of each.
    async fn lacking(&self, keys: &BTreeSet<Key>) -> Result<BTreeSet<Key>> {
        one_by_one(self, keys).await
    }

    /// Returns a link that lets anyone who has it read the bytes under `key` with a plain HTTP GET, for `ttl` from now
    /// (more than nothing, at most seven days, else an `Input` error); `None` from a store that cannot make any. The
    /// link is a secret while it lasts. Whether anything is under `key` is not looked at.
    async fn link(&self, key: &Key, ttl: Duration) -> Result<Option<String>>;

    /// Returns the keys that start with `prefix`, in the order of their bytes, those after `after` only; at most
    /// 1,000 a page.
    async fn list(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Key>>;

    /// Returns what [`Objects::list`] returns, each key with how many bytes are under it and when they were written.
    async fn weigh(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Weighed>>;

    /// Removes what is under `key`, and nothing else: keys that begin with it stay. Nothing there is no error, so that it
    /// may be asked twice. After it the key is `NotFound`, and may be created again, with any bytes.
    ///
    /// Whoever removes has to know that nobody relies on it: `core/condemned.rs` says how that is known of bytes that are
    /// shared.
    async fn delete(&self, key: &Key) -> Result<()>;

    /// Returns where this is, for messages: `s3://bucket/prefix`, `file:///path`.
    fn place(&self) -> String;
}
