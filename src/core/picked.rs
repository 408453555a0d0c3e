//! Picking: which documents of a release go into an environment, and which stay out and why.

use std::collections::{BTreeMap, BTreeSet};

use super::address::Address;
use super::document::Document;
use super::finding::{Finding, Weight};
use super::inventory::{Found, Inventory, Ownership, Standing};
use super::means::{Beside, Values};
use super::release::Source;
use super::select::Selection;

/// How many addresses are named where there may be many.
const NAMED: usize = 5;

/// Returns what `select` picks of `source` and may be written in `environment`, whose listing is `target`, and what is
/// to be said about the rest.
///
/// What the environment does not own is left out, and blocks where it was named; what something else manages, and what
/// the service made itself, is left as it is.
pub fn pick(
    environment: &str,
    source: &Source,
    target: &Inventory,
    select: &Selection,
    values: &Values,
) -> (BTreeSet<Address>, Vec<Finding>) {
    let named = |a: &Address| select.patterns().contains(&a.to_string());
    let (mut picked, mut findings) = (BTreeSet::new(), Vec::new());
    let (mut foreign, mut managed, mut service) = (0, Vec::new(), Vec::new());
    for address in source.documents.keys().filter(|a| select.picks(a)) {
        if !values.owns.picks(address) {
            foreign += 1;
            if named(address) {
                let message = format!("is not {environment}'s to write: `owns` does not pick it");
                let finding = Finding::new(Weight::Block, Some(address), message);
                findings.push(finding.hint(format!("add it to `owns` of [environments.{environment}]")));
            }
        } else if is_managed_elsewhere(values, address) {
            managed.push(address);
        } else if !named(address) && whose(address, source, target) != Ownership::Customer {
            service.push(address);
        } else {
            picked.insert(address.clone());
        }
    }
    if foreign > 0 {
        let message = format!("{foreign} of the release are left out: {environment} does not own them");
        let hint =
            format!("what is to be written there has to be picked by `owns` of [environments.{environment}]");
        findings.push(Finding::new(Weight::Note, None, message).hint(hint));
    }
    if !managed.is_empty() {
        let message = format!("managed elsewhere, so only referred to: {}", some(&managed));
        // Only who named it expected it to be written.
        let weight = if managed.iter().any(|a| named(a)) { Weight::Warning } else { Weight::Note };
        findings.push(Finding::new(weight, None, message));
    }
    if let Some(first) = service.first() {
        let message = format!("{} of the service's own resources are left as they are", service.len());
        findings.push(
            Finding::new(Weight::Note, None, message).hint(format!("name an address to write it: '{first}'")),
        );
    }
    (picked, findings)
}

/// Takes out of `documents`, which are to be put back, what is not the environment's to write, and says so; it blocks
/// where it was named.
pub fn keep_ours(
    environment: &str,
    select: &Selection,
    values: &Values,
    documents: &mut BTreeMap<Address, Document>,
) -> Vec<Finding> {
    let foreign: Vec<Address> = documents.keys().filter(|a| !is_ours(values, a)).cloned().collect();
    documents.retain(|a, _| is_ours(values, a));
    let (named, others): (Vec<&Address>, Vec<&Address>) =
        foreign.iter().partition(|a| select.patterns().contains(&a.to_string()));
    let block = |address: &&Address| {
        let message = format!("is not {environment}'s to write, so it is not put back");
        Finding::new(Weight::Block, Some(address), message)
            .hint(format!("see owns and managed_elsewhere of [environments.{environment}]"))
    };
    let mut findings: Vec<Finding> = named.iter().map(block).collect();
    if !others.is_empty() {
        let message = format!("not {environment}'s to write, so not put back: {}", some(&others));
        findings.push(Finding::new(Weight::Warning, None, message));
    }
    findings
}

/// Returns whether an extract of what `select` picks takes `found`. What is only beside the instance in its account is
/// taken where it is asked for by name, or owned; what is AWS's own is the same everywhere, and never is.
pub fn is_taken(values: &Values, found: &Found, select: &Selection) -> bool {
    let beside = found.standing == Standing::Beside;
    select.picks(&found.address)
        && found.ownership != Ownership::Aws
        && (!beside
            || !select.is_all()
            || (values.beside == Beside::Owned && values.owns.picks(&found.address)))
}

/// Returns whether the environment may write `address`: it owns it, and nothing else manages it.
pub fn is_ours(values: &Values, address: &Address) -> bool {
    values.owns.picks(address) && !is_managed_elsewhere(values, address)
}

/// Returns a warning for each of `addresses` that the environment does not own any more, or that something else
/// manages. A rollback puts them back all the same: they were written by the run that it undoes.
pub fn disowned<'a>(values: &Values, addresses: impl Iterator<Item = &'a Address>) -> Vec<Finding> {
    let message =
        "is put back although the configuration says by now that it is not the environment's to write";
    addresses
        .filter(|a| !is_ours(values, a))
        .map(|a| Finding::new(Weight::Warning, Some(a), message))
        .collect()
}

fn is_managed_elsewhere(values: &Values, address: &Address) -> bool {
    values.managed_elsewhere.as_ref().is_some_and(|s| s.picks(address))
}

/// Returns the first of `addresses`, and how many more there are.
fn some(addresses: &[&Address]) -> String {
    let mut names: Vec<String> = addresses.iter().take(NAMED).map(ToString::to_string).collect();
    if addresses.len() > NAMED {
        names.push(format!("and {} more", addresses.len() - NAMED));
    }
    names.join(", ")
}

fn whose(address: &Address, source: &Source, target: &Inventory) -> Ownership {
    let of = |i: &Inventory| i.get(address).map(|f| f.ownership).unwrap_or_default();
    match of(target) {
        Ownership::Customer => of(&source.inventory),
        other => other,
    }
}
