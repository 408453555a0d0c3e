//! A survey: what an environment holds, listed and read. Never writes.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};

use super::address::Address;
use super::ahead::Ahead;
use super::digest::Digest;
use super::driver::{Driver, Freshness, Gap, Live, Raw};
use super::error::{Error, ErrorKind, Result};
use super::event::{Event, Events};
use super::inventory::{Found, Inventory};
use super::means::Means;
use super::redact;
use super::repository::Repository;

/// How many resources of a kind are read at once. Pacing, where it is needed, is the driver's business.
const AT_ONCE: usize = 8;

/// So many of a kind are read one by one, since a search would take as long.
pub const FEW: usize = 10;

/// Lists everything in the environment that `driver` is bound to.
pub async fn list(driver: &dyn Driver, events: &Events) -> Result<(Inventory, Vec<Gap>)> {
    events.emit(Event::Listing);
    let listing = driver.list().await?;
    listing.found.iter().for_each(|f| redact::public(f.name()));
    Ok((Inventory::new(driver.pin().clone(), listing.found), listing.gaps))
}

/// Reads `addresses` from their source of truth, as far as `inventory` has them and the driver keeps documents of their
/// kinds. What is gone by then is left out; what cannot be read is a gap.
pub async fn read(
    driver: &dyn Driver,
    inventory: &Inventory,
    addresses: impl IntoIterator<Item = &Address>,
    events: &Events,
) -> (BTreeMap<Address, Live>, Vec<Gap>) {
    let wanted = wanted(driver, inventory, addresses);
    gather(Gathering { driver, inventory, events, how: Freshness::Fresh, keep: None }, wanted).await
}

/// Reads `addresses` as [`read`] does, many of a kind from a search index.
pub async fn skim(
    driver: &dyn Driver,
    inventory: &Inventory,
    addresses: impl IntoIterator<Item = &Address>,
    events: &Events,
) -> (BTreeMap<Address, Live>, Vec<Gap>) {
    let wanted = wanted(driver, inventory, addresses);
    gather(Gathering { driver, inventory, events, how: Freshness::Indexed, keep: None }, wanted).await
}

/// Reads `addresses` and keeps in `repository` what of them is no document, so that they can be part of a snapshot.
pub async fn take(
    means: &Means<'_>,
    inventory: &Inventory,
    addresses: impl IntoIterator<Item = &Address>,
    how: Freshness,
) -> (BTreeMap<Address, Live>, Vec<Gap>) {
    let Means { driver, events, .. } = *means;
    let wanted = wanted(driver, inventory, addresses);
    let keep = Some(&means.repository);
    gather(Gathering { driver, inventory, events, how, keep }, wanted).await
}

/// Reads `addresses` as [`skim`] does, and at once those from their source of truth that `stale` picks, given what the
/// search has of them. No kind waits for another. What the driver remembers of a moment ago is taken as it was: whoever
/// writes reads again under the lease, and where it is not the same writes nothing.
pub async fn sift(
    driver: &dyn Driver,
    inventory: &Inventory,
    addresses: impl IntoIterator<Item = &Address>,
    events: &Events,
    stale: impl Fn(&Address, Option<&Live>) -> bool,
) -> (BTreeMap<Address, Live>, Vec<Gap>) {
    let by_kind = wanted(driver, inventory, addresses);
    announce(driver, events, Freshness::Indexed, &by_kind);
    let silent = Events::silent();
    let kinds = by_kind.into_iter().map(|(kind, found)| {
        let (stale, silent) = (&stale, &silent);
        async move {
            let remembered = driver.remembers(kind);
            let how = if remembered { Freshness::Recent } else { Freshness::Indexed };
            let gathering = Gathering { driver, inventory, events, how, keep: None };
            let searched = !remembered && found.len() > FEW;
            let (mut lives, mut gaps) = gathering.all(BTreeMap::from([(kind, found.clone())])).await;
            if searched {
                let again: Vec<&Found> =
                    found.into_iter().filter(|f| stale(&f.address, lives.get(&f.address))).collect();
                gaps.retain(|g| again.iter().all(|f| g.address.as_ref() != Some(&f.address)));
                for found in &again {
                    lives.remove(&found.address);
                }
                let again = BTreeMap::from([(kind, again)]);
                let fresh = Gathering { how: Freshness::Fresh, events: silent, ..gathering };
                let (fresh, unread) = fresh.all(again).await;
                lives.extend(fresh);
                gaps.extend(unread);
            }
            (lives, gaps)
        }
    });
    let (mut lives, mut gaps) = (BTreeMap::new(), Vec::new());
    for (some, unread) in futures::future::join_all(kinds).await {
        lives.extend(some);
        gaps.extend(unread);
    }
    gaps.sort_by(|a, b| a.address.cmp(&b.address));
    (lives, gaps)
}

/// What is wanted, by kind.
type ByKind<'a> = BTreeMap<&'a str, Vec<&'a Found>>;

/// Returns those of `addresses` that `inventory` has and the driver keeps documents of.
fn wanted<'a, 'b>(
    driver: &dyn Driver,
    inventory: &'a Inventory,
    addresses: impl IntoIterator<Item = &'b Address>,
) -> ByKind<'a> {
    let kinds = driver.kinds();
    let mut by_kind = ByKind::new();
    for address in addresses {
        if kinds.contains(&address.kind())
            && let Some(found) = inventory.get(address)
        {
            by_kind.entry(found.address.kind()).or_default().push(found);
        }
    }
    by_kind
}

/// Returns how so many of a kind are read.
fn reading(how: Freshness, count: usize) -> Freshness {
    match how {
        Freshness::Indexed if count <= FEW => Freshness::Fresh,
        how => how,
    }
}

fn announce(driver: &dyn Driver, events: &Events, how: Freshness, by_kind: &ByKind<'_>) {
    let mut ahead = Ahead::default();
    for (kind, found) in by_kind {
        ahead.read(kind, reading(how, found.len()), found.len());
    }
    let total = by_kind.values().map(Vec::len).sum();
    events.emit(Event::Reading { total, least: driver.least_time(&ahead) });
}

async fn gather(gathering: Gathering<'_, '_>, by_kind: ByKind<'_>) -> (BTreeMap<Address, Live>, Vec<Gap>) {
    announce(gathering.driver, gathering.events, gathering.how, &by_kind);
    gathering.all(by_kind).await
}

/// How resources are read.
#[derive(Clone, Copy)]
struct Gathering<'a, 'b> {
    driver: &'a dyn Driver,
    inventory: &'a Inventory,
    events: &'a Events,
    how: Freshness,
    keep: Option<&'a Repository<'b>>,
}

impl Gathering<'_, '_> {
    async fn all(&self, by_kind: ByKind<'_>) -> (BTreeMap<Address, Live>, Vec<Gap>) {
        let Gathering { driver, inventory, events, how, keep } = *self;
        // Each kind at its own pace: the quota of one operation keeps only its own kind waiting.
        let streams = by_kind.into_values().map(|found| {
            let how = reading(how, found.len());
            let one = move |f: &'_ Found| {
                let f = f.clone();
                async move {
                    let result = fetch(driver, &f, how, keep).await;
                    (f, result)
                }
            };
            stream::iter(found.into_iter().map(one)).buffer_unordered(AT_ONCE)
        });
        let mut results = stream::select_all(streams.map(Box::pin));
        let (mut lives, mut gaps) = (BTreeMap::new(), Vec::new());
        while let Some((found, result)) = results.next().await {
            let address = &found.address;
            match result {
                Ok(raw) => drop(lives.insert(address.clone(), driver.encode(&found, raw, inventory))),
                Err(e) if e.kind == ErrorKind::NotFound => {}
                Err(e) => gaps.push(Gap::of(address.kind(), Some(address), e)),
            }
            events.emit(Event::Read { address: address.clone() });
        }
        gaps.sort_by(|a, b| a.address.cmp(&b.address));
        (lives, gaps)
    }
}

async fn fetch(
    driver: &dyn Driver,
    found: &Found,
    how: Freshness,
    keep: Option<&Repository<'_>>,
) -> Result<Raw> {
    let mut raw = driver.fetch(found, how).await?;
    if let Some(repository) = keep {
        repository.put_blobs(std::mem::take(&mut raw.blobs).into_values()).await?;
        let unread = std::mem::take(&mut raw.unread);
        // It is there: that some of its bytes are not does not make it absent.
        let lost = |e: Error| match e.kind {
            ErrorKind::NotFound => Error { kind: ErrorKind::Unclean, ..e },
            _ => e,
        };
        let read = async |digest: Digest| driver.bytes(found, &digest).await.map_err(lost);
        repository.fill(unread.iter(), read).await?;
    }
    Ok(raw)
}

/// Fails unless everything was seen that a plan looks at: every listing, and each resource that `concerned` picks. What
/// could not be seen must not be taken for absent, nor an id that could not be looked up for text. `Denied`, with AWS's code,
/// where the credentials were over: then a run is left as it is, and gone on with.
pub fn complete(gaps: &[Gap], concerned: impl Fn(&Address) -> bool) -> Result<()> {
    let gaps: Vec<&Gap> = gaps.iter().filter(|g| g.address.as_ref().is_none_or(&concerned)).collect();
    let hidden: Vec<String> = gaps
        .iter()
        .map(|g| match &g.address {
            Some(address) => format!("{address}: {}", g.why),
            None => format!("{}: {}", g.kind, g.why),
        })
        .collect();
    if hidden.is_empty() {
        return Ok(());
    }
    let message = format!("cannot see everything: {}", hidden.join("; "));
    Err(match gaps.iter().find(|g| g.is_expired()).and_then(|g| g.code.clone()) {
        Some(code) => Error::new(ErrorKind::Denied, message).code(code),
        None => Error::new(ErrorKind::Unclean, message),
    })
}
