//! What is condemned: bytes that nothing names any more, on their way out of the store.
//!
//! Bytes are named by their digest and shared, and whoever finds some there does not write them again. So nobody may remove
//! what somebody else has just found there and is about to name. There is no lock that every writer takes (an extract takes
//! none), and nothing is overwritten, so that nobody can make an object young again. Therefore in two steps:
//!
//! * `store forget` **condemns** what no snapshot, package or plan names: it writes their keys into a list, `gc/ID.json`, and
//!   removes nothing.
//! * A later `store forget`, no sooner than [`PAUSE`] after, **sweeps** the list: it says so with a mark,
//!   `gc/ID/sweeps/ID.json`, and removes what still nothing names and nobody has asked to spare.
//! * Whoever is about to rely on an object, or to write it, first reads the lists. If one has the object, it **spares** it
//!   with a mark, `gc/ID/spared/DIGEST.json`, looks whether a sweep of that list is under way, and gives up if one is. Only
//!   then it looks whether the object is there.
//!
//! What somebody has seen there without reading the lists before counts for nothing: who keeps what he has seen
//! (`store/known.rs`) reads them first, and does not keep what is in one.
//!
//! Why this loses nothing. Somebody has relied on an object since a moment *s*, and names it at *n*.
//!
//! 1. If a list with the object was there at *s*, it was spared before *s*, and no mark of a sweep was seen after that. A
//!    sweep makes its mark before it reads what is spared. So either the sweep reads this mark, and leaves the object; or its
//!    mark came before, was not seen, and hence is gone: that sweep is over, and what it removed was missing at *s*.
//! 2. If the list came after *s*, it is swept [`PAUSE`] after that or later, and before it all manifests, packages and plans
//!    are read again. [`TRUSTED`] bounds the time from *s* to *n*, so that the object is named by then, and stays.
//! 3. A sweep that is held up (a machine that sleeps) removes nothing once it is [`SWEEP`] old by its own clock; others take
//!    it for alive until it is [`ALIVE`] old, and let nobody rely on what it may remove.
//!
//! Clocks may differ by an hour for 3, by days for 2. What is left is a process that sleeps for hours between looking at its
//! clock and the request that it was looked at for; S3 refuses a request that was signed more than 15 minutes before
//! ("RequestTimeTooSkewed", Error Responses, Amazon S3 API Reference). A version of snapdeploy from before there were lists
//! reads none: it must not write to a store that is swept.
//!
//! The conditions on the store are those of [`Objects`]: what was created or removed is at once so for everybody ("Amazon S3
//! data consistency model", Amazon S3 User Guide).

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::digest::{Digest, canonical};
use super::error::{Error, ErrorKind, Result};
use super::id::SweepId;
use super::objects::{Key, Objects};
use super::sabotage::{Ingredient, lacks};

/// How long what is condemned is left alone before it is swept: longer than anybody takes from looking at an object to
/// naming it.
pub const PAUSE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long who has seen that an object is there may rely on it without looking again.
pub const TRUSTED: SignedDuration = SignedDuration::from_hours(24);
/// How long a sweep removes objects at most; another one goes on with the rest.
pub(super) const SWEEP: SignedDuration = SignedDuration::from_mins(30);
/// How long others take a sweep for alive.
pub(super) const ALIVE: SignedDuration = SignedDuration::from_mins(90);

/// Where all of it lies.
pub(super) const FOLDER: &str = "gc/";
const LIST: &str = "snapdeploy.condemned/1";
const MARK: &str = "snapdeploy.sweep/1";

/// A list of objects that nothing named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condemned {
    schema: String,
    /// Its id.
    pub id: SweepId,
    /// When it was made.
    pub at: Timestamp,
    /// The keys of the objects.
    pub objects: BTreeSet<String>,
}

/// The mark of a sweep.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    schema: String,
    at: Timestamp,
}

/// What lies about one list.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    /// Whether the list itself is there.
    pub(super) listed: bool,
    /// The marks of its sweeps.
    pub(super) sweeps: BTreeSet<Key>,
    /// What is to be spared of it, by the digests of the keys, and where that is said.
    pub(super) spared: BTreeMap<Digest, Key>,
}

impl Condemned {
    /// Returns whether the list may be swept at `now`.
    pub fn is_due(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) >= PAUSE
    }

    /// Returns from when on it may be swept.
    pub fn due(&self) -> Timestamp {
        self.at.checked_add(PAUSE).unwrap_or(Timestamp::MAX)
    }

    pub(super) fn key(id: &SweepId) -> Result<Key> {
        Key::new(format!("{FOLDER}{id}.json"))
    }
}

/// Writes a list of `objects`, condemned at `at`.
pub(super) async fn condemn(
    objects: &dyn Objects,
    at: Timestamp,
    condemned: BTreeSet<String>,
) -> Result<Condemned> {
    let id = SweepId::new(at);
    let list = Condemned { schema: LIST.into(), id, at, objects: condemned };
    write(objects, &Condemned::key(&list.id)?, &list).await?;
    Ok(list)
}

/// Marks that a sweep of the list begins at `at`; returns where that is said.
pub(super) async fn begin(objects: &dyn Objects, list: &SweepId, at: Timestamp) -> Result<Key> {
    let key = Key::new(format!("{FOLDER}{list}/sweeps/{}.json", SweepId::new(at)))?;
    write(objects, &key, &Mark { schema: MARK.into(), at }).await?;
    Ok(key)
}

async fn write(objects: &dyn Objects, key: &Key, what: &impl Serialize) -> Result<()> {
    let value = serde_json::to_value(what)
        .map_err(|e| Error::bug(format!("cannot write `{key}` as JSON: {e}")).source(e))?;
    objects.create(key, Bytes::from(canonical(&value))).await.map(drop)
}

/// Returns what lies about each list, also about those that are gone, and what belongs to none. One listing.
pub(super) async fn about(objects: &dyn Objects) -> Result<(BTreeMap<SweepId, About>, Vec<Key>)> {
    let (mut found, mut strays, mut after) = (BTreeMap::new(), Vec::new(), None::<Key>);
    loop {
        let page = objects.list(FOLDER, after.as_ref()).await?;
        after = page.items.last().cloned();
        for key in page.items {
            if note(&mut found, &key).is_none() {
                strays.push(key);
            }
        }
        if !page.more || after.is_none() {
            return Ok((found, strays));
        }
    }
}

/// Notes an object about a list; `None` where its name says nothing.
fn note(found: &mut BTreeMap<SweepId, About>, key: &Key) -> Option<()> {
    let name = key.as_str().strip_prefix(FOLDER)?.strip_suffix(".json")?;
    let mut parts = name.split('/');
    let id: SweepId = parts.next()?.parse().ok()?;
    match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => found.entry(id).or_default().listed = true,
        (Some("sweeps"), Some(sweep), None) => {
            let _: SweepId = sweep.parse().ok()?;
            found.entry(id).or_default().sweeps.insert(key.clone());
        }
        (Some("spared"), Some(digest), None) => {
            let digest = digest.parse().ok()?;
            found.entry(id).or_default().spared.insert(digest, key.clone());
        }
        _ => return None,
    }
    Some(())
}

/// Returns whether `key` is the name of something about a list.
pub(super) fn is_named(key: &str) -> bool {
    Key::new(key).is_ok_and(|key| note(&mut BTreeMap::new(), &key).is_some())
}

/// Returns the ids of the lists that there are.
pub async fn lists(objects: &dyn Objects) -> Result<BTreeSet<SweepId>> {
    let (found, _) = about(objects).await?;
    Ok(found.into_iter().filter(|(_, about)| about.listed).map(|(id, _)| id).collect())
}

/// Returns the list; `None` if it has been swept. `Corrupt` if it cannot be read.
pub async fn read(objects: &dyn Objects, id: &SweepId) -> Result<Option<Condemned>> {
    let key = Condemned::key(id)?;
    let bytes = match objects.read(&key).await {
        Ok(bytes) => bytes,
        Err(e) if e.kind == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let bad = |why: String| Error::corrupt(format!("`{key}` in {} cannot be read: {why}", objects.place()));
    let list: Condemned = serde_json::from_slice(&bytes).map_err(|e| bad(e.to_string()))?;
    match (list.schema == LIST, list.id == *id) {
        (false, _) => Err(bad(format!("it is a `{}`", list.schema))),
        (_, false) => Err(bad(format!("it is the list {}", list.id))),
        _ => Ok(Some(list)),
    }
}

/// Returns those of the marks that tell of a sweep that may be alive at `now`.
pub(super) async fn alive<'k>(
    objects: &dyn Objects,
    marks: impl IntoIterator<Item = &'k Key>,
    now: Timestamp,
) -> Result<Vec<(Key, Timestamp)>> {
    let mut alive = Vec::new();
    for key in marks {
        let mark: Option<Mark> = match objects.read(key).await {
            Ok(bytes) => serde_json::from_slice(&bytes).ok(),
            Err(e) if e.kind == ErrorKind::NotFound => continue,
            Err(e) => return Err(e),
        };
        // What cannot be read tells no time: nobody takes it for dead.
        let at = mark.filter(|mark| mark.schema == MARK).map_or(now, |mark| mark.at);
        if now.duration_since(at) < ALIVE {
            alive.push((key.clone(), at));
        }
    }
    Ok(alive)
}

/// Sees to it that none of `keys` is removed before whoever asks at `now` has named it, if that is within [`TRUSTED`].
/// Asked before it is looked at whether they are there. `Unavailable` if one of them is being swept.
pub(super) async fn spare(objects: &dyn Objects, keys: &BTreeSet<Key>, now: Timestamp) -> Result<()> {
    if keys.is_empty() || lacks(Ingredient::Spare) {
        return Ok(());
    }
    let (lists, _) = about(objects).await?;
    let mut wanted: BTreeMap<SweepId, Key> = BTreeMap::new();
    for (id, _) in lists.iter().filter(|(_, about)| about.listed) {
        let Some(list) = read(objects, id).await? else { continue };
        for key in keys.iter().filter(|key| list.objects.contains(key.as_str())) {
            let mark = Key::new(format!("{FOLDER}{id}/spared/{}.json", digest(key.as_str())))?;
            objects.create(&mark, Bytes::copy_from_slice(key.as_str().as_bytes())).await?;
            wanted.insert(id.clone(), key.clone());
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let (lists, _) = about(objects).await?;
    for (id, key) in wanted {
        // A list that has gone since was swept, and what it took is missing from now on.
        let Some(about) = lists.get(&id).filter(|about| about.listed) else { continue };
        if let Some((_, at)) = alive(objects, &about.sweeps, now).await?.pop() {
            let until = at.checked_add(ALIVE).unwrap_or(Timestamp::MAX).strftime("%H:%M:%SZ").to_string();
            let message = format!(
                "`{key}` in {} is needed again, and `store forget` is just removing what nothing named, that \
                 perhaps too; nothing was kept",
                objects.place()
            );
            return Err(Error::new(ErrorKind::Unavailable, message).hint(format!(
                "the same command again, once that is over; if it was killed, after {until}"
            )));
        }
    }
    Ok(())
}

/// Returns how a key is called where it is spared.
pub(super) fn digest(key: &str) -> Digest {
    Digest::of(key.as_bytes())
}
