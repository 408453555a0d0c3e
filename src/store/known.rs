//! Objects that are known to be there: who has asked once does not ask again, since this program removes nothing.
//!
//! A lifecycle rule of the bucket may: whoever runs on for days after one has struck finds out when the object is read.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use crate::core::Result;
use crate::core::objects::{Created, Key, Objects, Page};

/// Another store of objects, and what this process knows to be in it.
///
/// A site of ten thousand files is ten thousand blobs, which every snapshot names: each is looked for once.
pub struct KnownObjects {
    objects: Arc<dyn Objects>,
    known: Mutex<BTreeSet<Key>>,
}

impl KnownObjects {
    /// Returns `objects`, of which nothing is known yet.
    pub fn new(objects: Arc<dyn Objects>) -> KnownObjects {
        KnownObjects { objects, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, BTreeSet<Key>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Objects for KnownObjects {
    async fn create(&self, key: &Key, body: Bytes) -> Result<Created> {
        let created = self.objects.create(key, body).await?;
        self.known().insert(key.clone());
        Ok(created)
    }

    async fn read(&self, key: &Key) -> Result<Bytes> {
        let read = self.objects.read(key).await;
        // Whatever was known of it: it could not be read.
        if read.is_err() {
            self.known().remove(key);
        }
        read
    }

    async fn has(&self, key: &Key) -> Result<bool> {
        if self.known().contains(key) {
            return Ok(true);
        }
        let has = self.objects.has(key).await?;
        if has {
            self.known().insert(key.clone());
        }
        Ok(has)
    }

    async fn lacking(&self, keys: &BTreeSet<Key>) -> Result<BTreeSet<Key>> {
        let asked: BTreeSet<Key> = keys.difference(&self.known()).cloned().collect();
        let lacking = self.objects.lacking(&asked).await?;
        self.known().extend(asked.difference(&lacking).cloned());
        Ok(lacking)
    }

    async fn link(&self, key: &Key, ttl: Duration) -> Result<Option<String>> {
        self.objects.link(key, ttl).await
    }

    async fn list(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Key>> {
        self.objects.list(prefix, after).await
    }

    fn place(&self) -> String {
        self.objects.place()
    }
}
