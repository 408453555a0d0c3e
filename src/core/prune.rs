//! Pruning: taking away what an environment has and a release does not, archived where that can be.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde_json::json;

use super::address::Address;
use super::document::Document;
use super::driver::{Driver, Live};
use super::error::{Error, Result};
use super::finding::{Finding, Weight};
use super::inventory::{Found, Inventory, Ownership};
use super::means::Means;
use super::picked::{is_ours, is_taken};
use super::plan::Wish;
use super::referrers::{referrers, strangers};
use super::release::Source;
use super::select::Selection;
use super::survey;

/// Kinds of which nothing is ever pruned: a number that is released is gone for good, users are people, and the
/// settings of an instance and what it works with are its own.
const NEVER: [&str; 5] = [
    "connect/instance-attribute",
    "connect/integration",
    "connect/phone-number",
    "connect/storage-config",
    "connect/user",
];

/// Whether what a release does not have is taken away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prune {
    /// It stays.
    #[default]
    Nothing,
    /// It is taken away, as far as this cap allows.
    Within(Cap),
}

/// The most that is taken away of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cap {
    /// So many of a hundred that the target has, but always one.
    Percent(usize),
    /// So many.
    Count(usize),
}

impl Default for Cap {
    fn default() -> Cap {
        Cap::Percent(5)
    }
}

impl Cap {
    /// Returns how many of `total` may go.
    pub fn of(self, total: usize) -> usize {
        match self {
            Cap::Percent(percent) => (total.saturating_mul(percent) / 100).max(1),
            Cap::Count(count) => count,
        }
    }
}

impl fmt::Display for Cap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cap::Percent(percent) => write!(f, "{percent} %"),
            Cap::Count(count) => write!(f, "{count}"),
        }
    }
}

impl FromStr for Cap {
    type Err = Error;

    fn from_str(text: &str) -> Result<Cap> {
        let bad = || Error::input(format!("`{text}` is no limit: write 10% or 3"));
        match text.strip_suffix('%') {
            Some(percent) => match percent.trim().parse() {
                Ok(percent @ 0..=100) => Ok(Cap::Percent(percent)),
                _ => Err(bad()),
            },
            None => text.parse().map(Cap::Count).map_err(|_| bad()),
        }
    }
}

/// What is to go, and what is to be said about it.
#[derive(Default)]
pub struct Pruned {
    /// A wish for each address that is deleted or archived.
    pub wishes: Vec<Wish>,
    /// Why what stays does, and what forbids it.
    pub findings: Vec<Finding>,
}

/// What becomes of one address that the release does not have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Archived,
    Deleted,
    /// It stays, since what is archived refers to it.
    Kept,
    /// It stays, and is out of service already.
    Resting,
    /// It stays, as it is: the service has no call that deletes it, and it is out of use already.
    Retired,
}

/// Returns what is to be pruned by `source` of what `select` picks; `wishes` is what the deployment writes anyway. Reads
/// the environment; writes nothing. Fails with `Unclean` where what would be pruned cannot be read.
///
/// Only what a whole source says is missing is: of the kinds that it covers, in what the environment owns and nothing
/// else manages, the customer's own.
pub async fn prune(
    means: &Means<'_>,
    source: &Source,
    select: &Selection,
    cap: Cap,
    inventory: &Inventory,
    wishes: &[Wish],
) -> Result<Pruned> {
    let mut pruned = Pruned::default();
    if source.whole.is_empty() {
        let message = format!(
            "{} does not hold all of any kind, without gaps: what it lacks may only not have been taken, so nothing \
             can be pruned by it",
            source.label
        );
        let hint = "extract the whole environment, without addresses and without gaps, and deploy that";
        pruned.findings.push(Finding::new(Weight::Block, None, message).hint(hint));
        return Ok(pruned);
    }
    let candidates = candidates(means, source, select, inventory);
    let (lives, gaps) = survey::read(means.driver, inventory, candidates.iter().copied(), means.events).await;
    survey::complete(&gaps, |_| true)?;
    let uids: BTreeSet<String> = source.inventory.iter().map(Found::lasting_uid).collect();
    let mut fates: BTreeMap<&Address, Fate> = BTreeMap::new();
    for (address, live) in &lives {
        if live.found.uid.as_ref().is_some_and(|uid| uids.contains(uid)) {
            let message = "is known to the release under another name, so it is not pruned";
            pruned.findings.push(Finding::new(Weight::Warning, Some(address), message));
            continue;
        }
        let state = live.document.portable.get("State");
        fates.insert(
            address,
            if state == Some(&json!("ACTIVE")) {
                Fate::Archived
            } else if state == Some(&json!("ARCHIVED")) {
                Fate::Resting
            } else if is_retired(means.driver, address, &live.document) {
                Fate::Retired
            } else {
                Fate::Deleted
            },
        );
    }
    if fates.values().all(|f| matches!(f, Fate::Resting | Fate::Retired)) {
        pruned.findings.extend(notes(&fates, &BTreeMap::new()));
        return Ok(pruned);
    }
    let ours: BTreeSet<&Address> = wishes.iter().map(|w| &w.address).chain(fates.keys().copied()).collect();
    let (others, unread) = strangers(means, inventory, &ours).await;
    pruned.findings.extend(unread.iter().map(|g| {
        let message = format!("could not be read, so it may refer to what is pruned: {}", g.why);
        Finding::new(Weight::Block, g.address.as_ref(), message)
    }));
    let staying: Vec<(&Address, &Document)> = others
        .iter()
        .map(|(a, l)| (a, &l.document))
        .chain(wishes.iter().filter_map(|w| Some((&w.address, w.to.as_ref()?))))
        .collect();
    let users = keep(means.driver, &mut fates, &lives);
    let going: BTreeSet<&Address> =
        fates.iter().filter(|(_, f)| matches!(f, Fate::Archived | Fate::Deleted)).map(|(a, _)| *a).collect();
    for (address, users) in referrers(means.driver, &going, staying) {
        let message = format!("would be pruned, and this refers to it: {}", names(&users));
        let hint = format!("deploy what refers to it as well, or leave {address} out of the addresses");
        pruned.findings.push(Finding::new(Weight::Block, Some(&address), message).hint(hint));
    }
    pruned.findings.extend(notes(&fates, &users));
    pruned.findings.extend(beyond(cap, &going, inventory));
    pruned.wishes = going.into_iter().filter_map(|a| Some(wish(lives.get(a)?, fates[a]))).collect();
    Ok(pruned)
}

/// Returns whether `document` is what is left of such a resource where the service cannot delete it.
fn is_retired(driver: &dyn Driver, address: &Address, document: &Document) -> bool {
    let left = driver.attainable(address, Some(document), None).0;
    left.is_some_and(|left| left.portable == document.portable && left.local == document.local)
}

fn candidates<'a>(
    means: &Means<'_>,
    source: &Source,
    select: &Selection,
    inventory: &'a Inventory,
) -> Vec<&'a Address> {
    let kinds = means.driver.kinds();
    let known = |a: &Address| source.inventory.get(a).is_some() || source.documents.contains_key(a);
    inventory
        .iter()
        .filter(|f| f.ownership == Ownership::Customer && is_taken(means.values, f, &Selection::all()))
        .map(|f| &f.address)
        .filter(|a| {
            kinds.contains(&a.kind()) && source.whole.contains(a.kind()) && !NEVER.contains(&a.kind())
        })
        .filter(|a| !known(a) && select.picks(a) && is_ours(means.values, a))
        .collect()
}

/// Lets stay what archived things refer to: they could not come back without it. Returns who refers to what.
fn keep(
    driver: &dyn Driver,
    fates: &mut BTreeMap<&Address, Fate>,
    lives: &BTreeMap<Address, Live>,
) -> BTreeMap<Address, Vec<Address>> {
    let mut all = BTreeMap::new();
    loop {
        let deleted: BTreeSet<&Address> =
            fates.iter().filter(|(_, f)| **f == Fate::Deleted).map(|(a, _)| *a).collect();
        let resting: Vec<(&Address, &Document)> = lives
            .iter()
            .filter(|(a, _)| fates.get(a).is_some_and(|f| *f != Fate::Deleted))
            .map(|(a, l)| (a, &l.document))
            .collect();
        let users = referrers(driver, &deleted, resting);
        if users.is_empty() {
            return all;
        }
        for (address, users) in users {
            if let Some(fate) = fates.get_mut(&address) {
                *fate = Fate::Kept;
            }
            all.insert(address, users);
        }
    }
}

/// Returns a note for each that is archived or stays.
fn notes(fates: &BTreeMap<&Address, Fate>, users: &BTreeMap<Address, Vec<Address>>) -> Vec<Finding> {
    let said = |(address, fate): (&&Address, &Fate)| {
        let message = match fate {
            Fate::Archived => "is not in the source, so it is archived".to_string(),
            Fate::Deleted => return None,
            Fate::Resting => "is not in the source, and is archived already".to_string(),
            Fate::Retired => "is not in the source, and is out of use already".to_string(),
            Fate::Kept => {
                let users = users.get(*address).map(|u| names(u)).unwrap_or_default();
                format!("is not in the source, and stays, since archived ones refer to it: {users}")
            }
        };
        Some(Finding::new(Weight::Note, Some(address), message))
    };
    fates.iter().filter_map(said).collect()
}

/// Returns a block for each kind of which more would go than `cap` allows.
fn beyond(cap: Cap, going: &BTreeSet<&Address>, inventory: &Inventory) -> Vec<Finding> {
    let kinds: BTreeSet<&str> = going.iter().map(|a| a.kind()).collect();
    let over = |kind: &&str| {
        let of: Vec<Address> =
            going.iter().filter(|a| a.kind() == *kind).map(|a| Address::clone(a)).collect();
        let there = inventory
            .iter()
            .filter(|f| f.address.kind() == *kind && f.ownership == Ownership::Customer)
            .count();
        let most = cap.of(there);
        let message = format!(
            "{} of {there} {kind} would be pruned, and {most} may be ({cap}): {}",
            of.len(),
            names(&of)
        );
        let hint = format!("if that is meant: --prune-limit {}", of.len());
        (of.len() > most).then(|| Finding::new(Weight::Block, None, message).hint(hint))
    };
    kinds.iter().filter_map(over).collect()
}

fn wish(live: &Live, fate: Fate) -> Wish {
    let from = live.document.clone();
    let to = (fate == Fate::Archived).then(|| {
        let mut to = from.clone();
        to.portable.insert("State".into(), json!("ARCHIVED"));
        to
    });
    let (address, uid) = (live.found.address.clone(), live.found.lasting_uid());
    Wish { address, uid, from: Some(from), to, local_known: true }
}

fn names(addresses: &[Address]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_is_a_share_but_at_least_one_or_a_number() {
        let of = |text: &str, total| text.parse::<Cap>().unwrap().of(total);
        assert_eq!([of("5%", 3), of("5%", 40), of("10 %", 40), of("0", 40), of("7", 3)], [1, 2, 4, 0, 7]);
        for bad in ["", "%", "-1", "101%", "many"] {
            assert!(bad.parse::<Cap>().is_err(), "{bad}");
        }
    }
}
