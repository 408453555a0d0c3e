//! Referrers: who refers to what is to go.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::address::Address;
use super::concern::concerns;
use super::document::Document;
use super::driver::{Driver, Gap, Live};
use super::inventory::Inventory;
use super::means::Means;
use super::survey;

/// Returns everything that `document`, of `address`, has to do with, by either part of it.
pub fn concerns_of(driver: &dyn Driver, address: &Address, document: &Document) -> BTreeSet<Address> {
    let mut all = concerns(driver, address, &Value::Object(document.portable.clone()));
    all.extend(concerns(driver, address, &Value::Object(document.local.clone())));
    all
}

/// Reads everything in the environment but `ours`.
pub async fn strangers(
    means: &Means<'_>,
    inventory: &Inventory,
    ours: &BTreeSet<&Address>,
) -> (BTreeMap<Address, Live>, Vec<Gap>) {
    let others = inventory.iter().map(|f| &f.address).filter(|a| !ours.contains(a));
    survey::skim(means.driver, inventory, others, means.events).await
}

/// Returns who of `users` refers to each of `gone`, itself not counted.
pub fn referrers<'a>(
    driver: &dyn Driver,
    gone: &BTreeSet<&Address>,
    users: impl IntoIterator<Item = (&'a Address, &'a Document)>,
) -> BTreeMap<Address, Vec<Address>> {
    let mut found: BTreeMap<Address, Vec<Address>> = BTreeMap::new();
    for (user, document) in users {
        for address in
            concerns_of(driver, user, document).into_iter().filter(|a| a != user && gone.contains(a))
        {
            found.entry(address).or_default().push(user.clone());
        }
    }
    found
}
