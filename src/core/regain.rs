//! Regaining: links that a resource lost when what they led to was deleted, and gets back with it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::address::Address;
use super::document::Document;
use super::error::Result;
use super::finding::{Finding, Weight};
use super::inventory::Inventory;
use super::means::Means;
use super::picked::is_ours;
use super::plan::Wish;
use super::portable::references;
use super::repoint::Repointed;
use super::survey;

/// Returns what in `target`, outside `wishes`, is as it was in `then` but for links to what `wishes` make again: some
/// services take an item out of a list when what it names is deleted. What somebody has changed besides is left alone,
/// and said. `then` has documents of the same pin, by address.
pub async fn regain(
    means: &Means<'_>,
    then: &BTreeMap<Address, Document>,
    target: &Inventory,
    wishes: &[Wish],
) -> Result<Repointed> {
    let ours: BTreeSet<&Address> = wishes.iter().map(|w| &w.address).collect();
    let back: BTreeSet<&Address> =
        wishes.iter().filter(|w| w.from.is_none() && w.to.is_some()).map(|w| &w.address).collect();
    let mut out = Repointed::default();
    let linked: BTreeMap<&Address, &Document> = then
        .iter()
        .filter(|(a, d)| !ours.contains(a) && target.get(a).is_some() && !lost(&d.portable, &back).is_empty())
        .collect();
    if linked.is_empty() {
        return Ok(out);
    }
    let (lives, gaps) = survey::read(means.driver, target, linked.keys().copied(), means.events).await;
    for gap in gaps {
        let message = format!("could not be read, so it may lack what it was linked to: {}", gap.why);
        out.findings.push(Finding::new(Weight::Warning, gap.address.as_ref(), message));
    }
    for (address, live) in lives {
        let Some(then) = linked.get(&address) else { continue };
        let gone: Vec<String> = lost(&then.portable, &back)
            .into_iter()
            .filter(|a| lost(&live.document.portable, &[*a].into()).is_empty())
            .map(ToString::to_string)
            .collect();
        if gone.is_empty() {
            continue;
        }
        let mut without = Value::Object(then.portable.clone());
        unlink(&mut without, &back);
        let mut now = Value::Object(live.document.portable.clone());
        unlink(&mut now, &BTreeSet::new());
        if without != now {
            let message =
                format!("named {} then, and was changed since: it is left as it is", gone.join(", "));
            let finding = Finding::new(Weight::Warning, Some(&address), message);
            out.findings.push(finding.hint("name it as well, and it is put back as it was then"));
            continue;
        }
        if !is_ours(means.values, &address) {
            let message =
                format!("named {} then, and is not the environment's to write: it is left", gone.join(", "));
            out.findings.push(Finding::new(Weight::Warning, Some(&address), message));
            continue;
        }
        let message = format!("gets its link to {} back", gone.join(", "));
        out.findings.push(Finding::new(Weight::Note, Some(&address), message));
        let to = Document {
            portable: then.portable.clone(),
            exact: Default::default(),
            unknown: Default::default(),
            ..live.document.clone()
        };
        out.wishes.push(Wish {
            uid: live.found.uid.clone().unwrap_or_default(),
            from: Some(live.document),
            to: Some(to),
            local_known: true,
            address,
        });
    }
    Ok(out)
}

/// Returns which of `back` something in `part` refers to.
fn lost<'a>(part: &Map<String, Value>, back: &BTreeSet<&'a Address>) -> BTreeSet<&'a Address> {
    let refers = references(&Value::Object(part.clone()));
    back.iter().copied().filter(|a| refers.iter().any(|(_, to, _)| to == *a)).collect()
}

/// Takes the items that refer to any of `back` out of all lists of `value`, and then the lists that are empty.
fn unlink(value: &mut Value, back: &BTreeSet<&Address>) {
    match value {
        Value::Array(items) => {
            items.retain(|item| !references(item).iter().any(|(_, to, _)| back.contains(to)));
            items.iter_mut().for_each(|item| unlink(item, back));
        }
        Value::Object(members) => {
            members.values_mut().for_each(|member| unlink(member, back));
            members.retain(|_, member| !matches!(member, Value::Array(items) if items.is_empty()));
        }
        _ => {}
    }
}
