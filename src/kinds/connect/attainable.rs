//! What can be attained: what AWS has no call to take away stays, and is said.

use serde_json::{Map, Value};

use super::family::{Empty, Family, Member, Removal};
use super::moves::MOST_TAGS;
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::finding::{Finding, Weight};

/// Returns `to` with what Connect has no call to take away from what is there, and says so; and says what could not be
/// taken away again once it is there.
pub fn attainable(
    family: &Family,
    address: &Address,
    from: Option<&Document>,
    to: Option<&Document>,
) -> (Option<Document>, Vec<Finding>) {
    let (from, to) = match (from, to) {
        (Some(from), Some(to)) => (from, to),
        (Some(from), None) => return retired(family, address, from),
        _ => return (to.cloned(), Vec::new()),
    };
    let mut to = to.clone();
    let mut findings = Vec::new();
    if from.portable.get("Tags") != to.portable.get("Tags") {
        findings.extend(overfull(address, &to));
    }
    let lasting = family.update.iter().filter(|s| s.empty == Empty::Never).flat_map(|s| s.members);
    for Member { name, .. } in lasting {
        match (from.portable.get(*name), to.portable.get(*name)) {
            (Some(now), None) => {
                to.portable.insert(name.to_string(), now.clone());
                let message = format!("keeps its {name}: AWS has no call that takes it away");
                findings.push(Finding::new(Weight::Note, Some(address), message));
            }
            (None, Some(_)) => {
                let message = format!("gets a {name}, which a rollback cannot take away again");
                findings.push(Finding::new(Weight::Warning, Some(address), message));
            }
            _ => {}
        }
    }
    findings.extend(super::data_table::fitting(address, &mut to));
    findings.extend(super::rule::forbidden(address, Some(from), &to));
    findings.extend(lost(family, address, from, &to));
    (Some(to), findings)
}

/// Returns a warning for each member that an update replaces whole although it holds something that no rule knows: what
/// is not known cannot be written back.
fn lost(family: &Family, address: &Address, from: &Document, to: &Document) -> Vec<Finding> {
    let differs = |name: &str| {
        from.portable.get(name) != to.portable.get(name) || from.local.get(name) != to.local.get(name)
    };
    let set = family.update.iter().flat_map(|s| s.members).map(|m| m.name);
    let lost = set.filter(|name| differs(name)).filter_map(|name| Some((name, from.unknown.get(name)?)));
    let said = lost.map(|(name, unknown)| {
        let inside: Vec<&str> = unknown.as_object().into_iter().flatten().map(|(k, _)| k.as_str()).collect();
        let message = format!(
            "{name} is replaced whole, and with it {}, which this version does not know and a rollback cannot put back",
            inside.join(", ")
        );
        Finding::new(Weight::Warning, Some(address), message)
    });
    said.collect()
}

/// Returns what is left of what AWS has no call to delete.
fn retired(family: &Family, address: &Address, from: &Document) -> (Option<Document>, Vec<Finding>) {
    let Removal::Retire(member, value) = family.remove else { return (None, Vec::new()) };
    let mut to = from.clone();
    to.portable.insert(member.into(), value.into());
    let message = format!("stays, with its {member} {value}: AWS has no call that deletes it");
    (Some(to), vec![Finding::new(Weight::Note, Some(address), message)])
}

/// Returns what is to be said where `to` has more tags than a resource that is there already can be given.
fn overfull(address: &Address, to: &Document) -> Option<Finding> {
    let count = to.portable.get("Tags").and_then(Value::as_object).map_or(0, Map::len);
    let (weight, message) = match count {
        0..MOST_TAGS => return None,
        MOST_TAGS => {
            let message =
                format!("gets {count} tags, which leaves no room for snapdeploy's own if it has that");
            (Weight::Warning, message)
        }
        _ => (Weight::Block, format!("it has {count} tags, and Connect takes {MOST_TAGS} at most")),
    };
    Some(Finding::new(weight, Some(address), message))
}
