//! Objects that are known to be there: who has asked does not ask again for a day.
//!
//! What is looked at and relied on within a day is not removed before that is over (`core/condemned.rs`). A lifecycle rule of
//! the bucket may remove it all the same: whoever relies on it then finds out when the object is read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;

use jiff::Timestamp;

use crate::core::condemned::{self, Condemned, TRUSTED};
use crate::core::id::SweepId;
use crate::core::objects::{Created, Key, Objects, Page, Weighed};
use crate::core::{Clock, Result};

/// Another store of objects, and what this process knows to be in it. What is condemned is never known: it may go.
///
/// A site of ten thousand files is ten thousand blobs, which every snapshot names: each is looked for once.
pub struct KnownObjects {
    objects: Arc<dyn Objects>,
    clock: Clock,
    /// What is known to be there, and when that was seen.
    known: Mutex<BTreeMap<Key, Timestamp>>,
    /// What lists have that were read: a list never changes.
    lists: Mutex<BTreeMap<SweepId, Arc<Condemned>>>,
}

impl KnownObjects {
    /// Returns `objects`, of which nothing is known yet.
    pub fn new(objects: Arc<dyn Objects>, clock: Clock) -> KnownObjects {
        KnownObjects { objects, clock, known: Mutex::default(), lists: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Key, Timestamp>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that `keys` are there, as was seen at `at`.
    fn learn(&self, keys: impl IntoIterator<Item = Key>, at: Timestamp) {
        self.known().extend(keys.into_iter().map(|key| (key, at)));
    }

    /// Returns what is condemned; `None` where that cannot be told, and then nothing is to be known. Asked before anything is looked at that is to be known: what is condemned later is left
    /// alone for longer than anything is known.
    async fn condemned(&self) -> Option<Vec<Arc<Condemned>>> {
        let mut all = Vec::new();
        for id in condemned::lists(&*self.objects).await.ok()? {
            let read = self.lists.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
            let list = match read {
                Some(list) => list,
                None => match condemned::read(&*self.objects, &id).await.ok()? {
                    Some(list) => Arc::new(list),
                    None => continue,
                },
            };
            self.lists.lock().unwrap_or_else(PoisonError::into_inner).insert(id, list.clone());
            all.push(list);
        }
        Some(all)
    }

    fn knows(&self, key: &Key) -> bool {
        let now = self.clock.now();
        self.known().get(key).is_some_and(|seen| now.duration_since(*seen) < TRUSTED)
    }
}

/// Returns whether `key` may be known, where `lists` are what is condemned.
fn may_be_known(lists: Option<&Vec<Arc<Condemned>>>, key: &Key) -> bool {
    lists.is_some_and(|lists| lists.iter().all(|list| !list.objects.contains(key.as_str())))
}

#[async_trait]
impl Objects for KnownObjects {
    async fn create(&self, key: &Key, body: Bytes) -> Result<Created> {
        let at = self.clock.now();
        let created = self.objects.create(key, body).await?;
        self.learn([key.clone()], at);
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
        if self.knows(key) {
            return Ok(true);
        }
        let at = self.clock.now();
        let condemned = self.condemned().await;
        let has = self.objects.has(key).await?;
        if has && may_be_known(condemned.as_ref(), key) {
            self.learn([key.clone()], at);
        }
        Ok(has)
    }

    async fn lacking(&self, keys: &BTreeSet<Key>) -> Result<BTreeSet<Key>> {
        let at = self.clock.now();
        let asked: BTreeSet<Key> = keys.iter().filter(|key| !self.knows(key)).cloned().collect();
        if asked.is_empty() {
            return Ok(asked);
        }
        let condemned = self.condemned().await;
        let lacking = self.objects.lacking(&asked).await?;
        self.learn(
            asked.difference(&lacking).filter(|key| may_be_known(condemned.as_ref(), key)).cloned(),
            at,
        );
        Ok(lacking)
    }

    async fn link(&self, key: &Key, ttl: Duration) -> Result<Option<String>> {
        self.objects.link(key, ttl).await
    }

    async fn list(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Key>> {
        self.objects.list(prefix, after).await
    }

    async fn weigh(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Weighed>> {
        self.objects.weigh(prefix, after).await
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        let deleted = self.objects.delete(key).await;
        // Also where it failed: it may have gone all the same.
        self.known().remove(key);
        deleted
    }

    fn place(&self) -> String {
        self.objects.place()
    }
}
