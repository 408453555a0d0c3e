//! Repointing: what named a resource by the id that it had, before it was made again under another one.

use std::collections::BTreeMap;

use super::address::Address;
use super::driver::{Freshness, Live};
use super::error::Result;
use super::finding::{Finding, Weight};
use super::inventory::{Found, Inventory};
use super::means::Means;
use super::picked::is_ours;
use super::plan::Wish;
use super::survey;

/// What names resources by ids that they have no more, as it is and as it is to be.
#[derive(Debug, Default)]
pub struct Repointed {
    /// One for each resource that names one.
    pub wishes: Vec<Wish>,
    /// What is said of them.
    pub findings: Vec<Finding>,
}

/// Returns what in `target`, outside `wishes`, names something of `then` by an id that nothing has any more, where
/// `wishes` put that something back. `then` is the inventory of a snapshot of the same pin.
pub async fn repoint(
    means: &Means<'_>,
    then: &Inventory,
    target: &Inventory,
    wishes: &[Wish],
) -> Result<Repointed> {
    let mut lost: BTreeMap<&Address, &Found> = BTreeMap::new();
    for wish in wishes.iter().filter(|w| w.to.is_some()) {
        let Some(old) = then.get(&wish.address).filter(|f| !f.id.is_empty()) else { continue };
        let kind = wish.address.kind();
        if target.by_id(kind, &old.id).is_none() && means.driver.is_tagged(kind) {
            lost.insert(&wish.address, old);
        }
    }
    let mut out = Repointed::default();
    if lost.is_empty() {
        return Ok(out);
    }
    let ours: Vec<&Address> = wishes.iter().map(|w| &w.address).collect();
    let others: Vec<&Address> = target.iter().map(|f| &f.address).filter(|a| !ours.contains(a)).collect();
    let (lives, gaps) = survey::skim(means.driver, target, others, means.events).await;
    for gap in gaps {
        let message =
            format!("could not be read, so it may name what comes back under a new id: {}", gap.why);
        out.findings.push(Finding::new(Weight::Warning, gap.address.as_ref(), message));
    }
    let mut known = target.clone();
    for old in lost.values() {
        known.remember(old);
    }
    for address in lives.iter().filter(|(_, l)| names_any(l, &lost)).map(|(a, _)| a.clone()) {
        let Some(found) = target.get(&address) else { continue };
        let raw = means.driver.fetch(found, Freshness::Fresh).await?;
        let from = means.driver.encode(found, raw.clone(), target);
        let to = means.driver.encode(found, raw, &known);
        if from.document == to.document {
            continue;
        }
        let text = serde_json::to_string(&from.document).unwrap_or_default();
        let named = lost.iter().filter(|(_, old)| text.contains(&old.id));
        let named: Vec<String> = named.map(|(lost, _)| lost.to_string()).collect();
        let named = named.join(", ");
        if !is_ours(means.values, &address) {
            let message =
                format!("names {named} by the id that it had, and is not the environment's to write");
            let finding = Finding::new(Weight::Warning, Some(&address), message);
            out.findings.push(finding.hint("whoever manages it has to name the new one"));
            continue;
        }
        let message = format!("names {named} by the id that it had; it gets the new one");
        out.findings.push(Finding::new(Weight::Note, Some(&address), message));
        out.wishes.push(Wish {
            uid: from.found.uid.clone().unwrap_or_default(),
            from: Some(from.document),
            // Its bytes name the old id.
            to: Some(super::Document {
                exact: Default::default(),
                unknown: Default::default(),
                ..to.document
            }),
            local_known: true,
            address,
        });
    }
    Ok(out)
}

fn names_any(live: &Live, lost: &BTreeMap<&Address, &Found>) -> bool {
    // An id that nothing has stays in a document as it was read.
    let text = serde_json::to_string(&live.document).unwrap_or_default();
    lost.values().any(|old| text.contains(&old.id))
}
