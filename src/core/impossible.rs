//! What is impossible in a plan: references that the target can't resolve or may not use, and limits that it breaks.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::address::Address;
use super::driver::Driver;
use super::error::Result;
use super::finding::{Finding, Weight};
use super::inventory::{Alias, Found, Inventory};
use super::lacking::key;
use super::loss::unset;
use super::means::Values;
use super::order;
use super::plan::Wish;
use super::portable::{Resolver, references};
use super::template::{Form, Placeholder};

/// Returns a finding for each placeholder that the target can't resolve and for each limit that is broken: all of them,
/// not the first.
pub(super) fn impossible(
    environment: &str,
    changes: &[order::Task<'_>],
    driver: &dyn Driver,
    inventory: &Inventory,
    values: &Values,
) -> Result<Vec<Finding>> {
    let mut then = inventory.clone();
    for change in changes {
        let address = &change.wish.address;
        match (&change.wish.from, &change.wish.to) {
            (None, Some(_)) => then.insert(Found::new(address.clone(), "", "")),
            (Some(_), None) => then.remove(address),
            _ => {}
        }
    }
    // An alias that is made has no id yet, but is there by then.
    for m in changes.iter().flat_map(|c| &c.moves) {
        if let (Some(name), Some(found)) = (driver.alias_made(m), then.get(&m.address))
            && !found.takes(name)
            && found.alias(name).is_none()
        {
            let mut found = found.clone();
            let alias = Alias { name: name.into(), physical: None, id: String::new(), arn: String::new() };
            found.aliases.get_or_insert_default().push(alias);
            then.insert(found);
        }
    }
    let resolver = Resolver { inventory: &then, accounts: &values.accounts, vars: &values.vars };
    let mut findings = Vec::new();
    for change in changes {
        findings.extend(unset(environment, &change.wish.address, &change.moves));
        findings.extend(unassociated(change.wish, driver, &then));
        let mut seen = BTreeSet::new();
        for m in &change.moves {
            let (args, unresolved) = resolver.resolve(&m.args)?;
            if unresolved.is_empty() {
                let block = |why| Finding::new(Weight::Block, Some(&change.wish.address), why);
                findings.extend(driver.refusals(m, &args).into_iter().map(block));
            }
            for u in unresolved {
                // Said at once for all of them, with where they stand.
                if u.placeholder == Placeholder::Secret {
                    continue;
                }
                if takes_away(change.wish, &u.placeholder, inventory) || !seen.insert(u.placeholder.clone()) {
                    continue;
                }
                let mut finding = Finding::new(
                    Weight::Block,
                    Some(&change.wish.address),
                    format!("cannot be written: {}", u.why),
                );
                if let Placeholder::Var(name) = &u.placeholder {
                    finding = finding.hint(format!(
                        "add this to snapdeploy.toml:\n[environments.{environment}.vars]\n{} = \"...\"",
                        key(name)
                    ));
                }
                if let Placeholder::To { address, .. } = &u.placeholder {
                    finding.message = format!("refers to {address}, which is not in the target");
                    if u.why != format!("there is no {address}") {
                        finding.message.push_str(&format!(" ({})", u.why));
                    }
                    finding = finding.hint(format!(
                        "add {address} to the deployment (--with-dependencies adds all that is missing), or \
                             create it in the target first"
                    ));
                }
                findings.push(finding);
            }
        }
    }
    Ok(findings)
}

/// Returns whether `placeholder` stands for what is there now and goes with this plan, and `wish` only names it to be
/// rid of it: everything is written before anything is deleted, and what is deleted names nothing that has gone before.
fn takes_away(wish: &Wish, placeholder: &Placeholder, now: &Inventory) -> bool {
    let Placeholder::To { address, .. } = placeholder else { return false };
    let Some(to) = &wish.to else { return now.get(address).is_some() };
    let refers = |part: &Map<String, Value>| {
        references(&Value::Object(part.clone())).into_iter().any(|(_, to, _)| to == *address)
    };
    now.get(address).is_some() && !refers(&to.portable) && !refers(&to.local)
}

/// Returns a finding for each thing that `wish` refers to and may not use in the target.
fn unassociated(wish: &Wish, driver: &dyn Driver, then: &Inventory) -> Vec<Finding> {
    let Some(to) = &wish.to else { return Vec::new() };
    let refers = references(&Value::Object(to.portable.clone()));
    let missing =
        refers.into_iter().filter(|(form, ..)| *form != Form::Name).filter_map(|(_, address, q)| {
            let any = driver.implied(&wish.address, &address, q.as_deref());
            then.get(&address)?;
            let first = any.first()?.clone();
            any.iter().all(|a| then.get(a).is_none()).then_some((address, first))
        });
    let unique: BTreeSet<_> = missing.collect();
    let block = |(address, first): (Address, Address)| {
        let message = format!("refers to {address}, which the target may not use: there is no {first}");
        Finding::new(Weight::Block, Some(&wish.address), message)
            .hint(format!("add '{first}' to the deployment"))
    };
    unique.into_iter().map(block).collect()
}
