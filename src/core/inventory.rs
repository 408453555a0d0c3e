//! The inventory: everything that an environment holds, by address, id and ARN.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::pin::Pin;

/// Whose a resource is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ownership {
    /// The customer's.
    #[default]
    Customer,
    /// Made by the service with every instance: matched, never created or deleted.
    Default,
    /// AWS's own, the same everywhere.
    Aws,
}

/// One resource in an environment, as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its logical name.
    pub address: Address,
    /// Its id there. For a bot alias `BOTID/ALIASID`; for a function its name.
    pub id: String,
    /// Its ARN there, without qualifier.
    pub arn: String,
    /// The id that stays with it through renames and accounts, where it is tagged with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Whose it is.
    #[serde(default)]
    pub ownership: Ownership,
}

/// Everything that a pin holds, as far as it was listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The pin.
    pub pin: Pin,
    found: BTreeMap<Address, Found>,
    by_id: HashMap<String, Vec<Address>>,
    by_arn: HashMap<String, Address>,
}

impl Inventory {
    /// Returns the inventory of `pin` with `found` in it. Of two with the same address the first stays.
    pub fn new(pin: Pin, found: impl IntoIterator<Item = Found>) -> Inventory {
        let mut inventory =
            Inventory { pin, found: BTreeMap::new(), by_id: HashMap::new(), by_arn: HashMap::new() };
        for f in found {
            if !inventory.found.contains_key(&f.address) {
                inventory.insert(f);
            }
        }
        inventory
    }

    /// Adds `found`, in place of what had its address.
    pub fn insert(&mut self, found: Found) {
        self.remove(&found.address.clone());
        self.by_id.entry(found.id.clone()).or_default().push(found.address.clone());
        self.by_arn.insert(found.arn.clone(), found.address.clone());
        self.found.insert(found.address.clone(), found);
    }

    /// Takes out what has `address`.
    pub fn remove(&mut self, address: &Address) {
        if let Some(old) = self.found.remove(address) {
            self.by_arn.remove(&old.arn);
            if let Some(same) = self.by_id.get_mut(&old.id) {
                same.retain(|a| a != address);
            }
        }
    }

    /// Returns what has `address`.
    pub fn get(&self, address: &Address) -> Option<&Found> {
        self.found.get(address)
    }

    /// Returns what has `id` and is of `kind`.
    pub fn by_id(&self, kind: &str, id: &str) -> Option<&Found> {
        self.any_by_id(id).find(|f| f.address.kind() == kind)
    }

    /// Returns everything that has `id`, of whatever kind.
    pub fn any_by_id(&self, id: &str) -> impl Iterator<Item = &Found> {
        self.by_id.get(id).into_iter().flatten().filter_map(|a| self.found.get(a))
    }

    /// Returns what has exactly this ARN (no qualifier).
    pub fn by_arn(&self, arn: &str) -> Option<&Found> {
        self.by_arn.get(arn).and_then(|a| self.found.get(a))
    }

    /// Returns what is tagged with `uid` and is of `kind`.
    pub fn by_uid(&self, kind: &str, uid: &str) -> Option<&Found> {
        self.found.values().find(|f| f.address.kind() == kind && f.uid.as_deref() == Some(uid))
    }

    /// Returns everything, in the order of addresses.
    pub fn iter(&self) -> impl Iterator<Item = &Found> {
        self.found.values()
    }
}
