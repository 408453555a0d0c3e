//! Looking before a call: is the resource as the plan saw it, as the move would make it, or something else?

use std::time::Duration;

use super::address::Address;
use super::driver::Freshness;
use super::error::{ErrorKind, Result};
use super::inventory::{Found, Inventory};
use super::means::Means;
use super::moves::{Does, Move, facet_digest};
use super::sabotage::{Ingredient, lacks};

/// How long to wait, in seconds, before looking again for something that an earlier call may have made: listings may
/// lag behind.
const LAGS: [u64; 3] = [2, 5, 10];

/// What a look showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It is as it was before the move.
    Before,
    /// It is as the move makes it.
    After,
    /// It is neither, and why.
    Other(String),
}

/// Looks at the facet that `m` sets. `again` says that a call for this move may have been sent already; then a create
/// is looked for in a new listing. Returns also where it is, if this has found out.
pub async fn look(
    means: &Means<'_>,
    m: &Move,
    uid: &str,
    inventory: &Inventory,
    again: bool,
) -> Result<(Sight, Option<Found>)> {
    if again && lacks(Ingredient::Reread) {
        return Ok((Sight::Before, None));
    }
    match m.does {
        Does::Create => look_for_created(means, m, uid, inventory, again).await,
        Does::Prepare => Ok((Sight::Before, None)),
        Does::Update | Does::Delete => Ok((look_at_existing(means, m, inventory, again).await?, None)),
    }
}

/// Looks for what an earlier call may have made, for as long as listings may lag behind.
pub async fn find_patiently(means: &Means<'_>, address: &Address) -> Result<Option<Found>> {
    for lag in LAGS {
        if let Some(found) = means.driver.find(address).await? {
            return Ok(Some(found));
        }
        means.clock.sleep(Duration::from_secs(lag)).await;
    }
    means.driver.find(address).await
}

async fn look_for_created(
    means: &Means<'_>,
    m: &Move,
    uid: &str,
    inventory: &Inventory,
    again: bool,
) -> Result<(Sight, Option<Found>)> {
    let mut found = inventory.get(&m.address).cloned();
    if found.is_none() && again {
        found = find_patiently(means, &m.address).await?;
    }
    let Some(found) = found else { return Ok((Sight::Before, None)) };
    let live = match means.driver.read(&found, inventory).await {
        Ok(live) => live,
        Err(e) if e.kind == ErrorKind::NotFound => return Ok((Sight::Before, None)),
        Err(e) => return Err(e),
    };
    // What carries no tag is all name: whoever made it, it is there.
    if live.found.uid.as_deref() == Some(uid) || !means.driver.is_tagged(m.address.kind()) {
        return Ok((Sight::After, Some(found)));
    }
    Ok((Sight::Other("has been created by somebody else since the plan was made".into()), None))
}

async fn look_at_existing(means: &Means<'_>, m: &Move, inventory: &Inventory, again: bool) -> Result<Sight> {
    let gone = if m.does == Does::Delete { Sight::After } else { Sight::Other("is gone".into()) };
    let Some(found) = inventory.get(&m.address) else { return Ok(gone) };
    // What was read a moment ago under the same lease is taken as it was, unless a call may have changed it since.
    let how = match !again && means.driver.remembers(m.address.kind()) {
        true => Freshness::Recent,
        false => Freshness::Fresh,
    };
    let live = match means.driver.fetch(found, how).await {
        Ok(raw) => means.driver.encode(found, raw, inventory),
        Err(e) if e.kind == ErrorKind::NotFound => return Ok(gone),
        Err(e) => return Err(e),
    };
    let now = Some(facet_digest(&live.document, &m.facet));
    Ok(if m.does == Does::Update && now == m.after {
        Sight::After
    } else if lacks(Ingredient::Stale) || now == m.before || now.is_some_and(|now| m.through.contains(&now)) {
        Sight::Before
    } else {
        Sight::Other("has been changed by somebody else since the plan was made".into())
    })
}
