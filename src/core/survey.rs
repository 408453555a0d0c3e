//! A survey: what an environment holds, listed and read. Never writes.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};

use super::address::Address;
use super::driver::{Driver, Gap, Live};
use super::error::{Error, ErrorKind, Result};
use super::event::{Event, Events};
use super::inventory::Inventory;

/// How many resources are read at once. Pacing, where it is needed, is the driver's business.
const AT_ONCE: usize = 8;

/// Lists everything in the environment that `driver` is bound to.
pub async fn list(driver: &dyn Driver, events: &Events) -> Result<(Inventory, Vec<Gap>)> {
    events.emit(Event::Listing);
    let listing = driver.list().await?;
    Ok((Inventory::new(driver.pin().clone(), listing.found), listing.gaps))
}

/// Reads `addresses`, as far as `inventory` has them and the driver keeps documents of their kinds. What is gone by
/// then is left out; what cannot be read is a gap.
pub async fn read(
    driver: &dyn Driver,
    inventory: &Inventory,
    addresses: impl IntoIterator<Item = &Address>,
    events: &Events,
) -> (BTreeMap<Address, Live>, Vec<Gap>) {
    let kinds = driver.kinds();
    let found: Vec<_> = addresses
        .into_iter()
        .filter(|a| kinds.contains(&a.kind()))
        .filter_map(|a| inventory.get(a))
        .collect();
    events.emit(Event::Reading { total: found.len() });
    let mut results = stream::iter(found)
        .map(|f| async move { (f, driver.read(f, inventory).await) })
        .buffer_unordered(AT_ONCE);
    let (mut lives, mut gaps) = (BTreeMap::new(), Vec::new());
    while let Some((found, result)) = results.next().await {
        let address = &found.address;
        match result {
            Ok(live) => drop(lives.insert(address.clone(), live)),
            Err(e) if e.kind == ErrorKind::NotFound => {}
            Err(e) => gaps.push(Gap {
                kind: address.kind().to_string(),
                address: Some(address.clone()),
                why: e.message,
            }),
        }
        events.emit(Event::Read { address: address.clone() });
    }
    gaps.sort_by(|a, b| a.address.cmp(&b.address));
    (lives, gaps)
}

/// Fails unless everything was seen that a plan looks at: every listing, and each resource that `concerned` picks. What
/// could not be seen must not be taken for absent, nor an id that could not be looked up for text.
pub fn complete(gaps: &[Gap], concerned: impl Fn(&Address) -> bool) -> Result<()> {
    let hidden: Vec<String> = gaps
        .iter()
        .filter(|g| g.address.as_ref().is_none_or(&concerned))
        .map(|g| match &g.address {
            Some(address) => format!("{address}: {}", g.why),
            None => format!("{}: {}", g.kind, g.why),
        })
        .collect();
    match hidden.is_empty() {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::Unclean, format!("cannot see everything: {}", hidden.join("; ")))),
    }
}
