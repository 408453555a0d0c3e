//! The inventory: everything that an environment holds, by address, id and ARN.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::digest::Digest;
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

/// Whether a resource belongs to what an environment is, where the configuration doesn't say what it owns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is in the Connect instance, or the instance uses it.
    #[default]
    Within,
    /// It is in the same account, and nothing is known to use it: taken, written or pruned only where `owns` picks it.
    Beside,
}

impl Standing {
    fn is_within(&self) -> bool {
        *self == Standing::Within
    }
}

/// One resource in an environment, as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Its logical name.
    pub address: Address,
    /// Its name there, where the configuration maps it to another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical: Option<String>,
    /// Its id there. For a function its name.
    pub id: String,
    /// Its ARN there, without qualifier.
    pub arn: String,
    /// The id that stays with it through renames and accounts, where it is tagged with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Whose it is.
    #[serde(default)]
    pub ownership: Ownership,
    /// Whether it belongs to what the environment is.
    #[serde(default, skip_serializing_if = "Standing::is_within")]
    pub standing: Standing,
    /// All its aliases, where an alias has an id and an ARN of its own (a Lex bot). `None` where the ARN of an alias or
    /// a version is the resource's with a colon and the alias behind it (a function, a flow); there only those aliases
    /// need an entry that the configuration maps to another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aliases: Option<Vec<Alias>>,
}

/// An alias with an id and an ARN of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// Its logical name: what follows `#` in a reference.
    pub name: String,
    /// Its name there, where the configuration maps it to another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physical: Option<String>,
    /// Its id there.
    pub id: String,
    /// Its ARN there.
    pub arn: String,
}

impl Alias {
    /// Returns its name there.
    pub fn shown(&self) -> &str {
        self.physical.as_deref().unwrap_or(&self.name)
    }
}

/// What an id or an ARN names.
#[derive(Clone, Debug)]
pub struct Target<'a> {
    /// The resource.
    pub found: &'a Found,
    /// The alias or version of it.
    pub qualifier: Option<String>,
}

impl Found {
    /// Returns a customer's resource without uid and without aliases.
    pub fn new(address: Address, id: impl Into<String>, arn: impl Into<String>) -> Found {
        Found {
            address,
            physical: None,
            id: id.into(),
            arn: arn.into(),
            uid: None,
            ownership: Ownership::Customer,
            standing: Standing::Within,
            aliases: None,
        }
    }

    /// Returns its name there.
    pub fn name(&self) -> &str {
        self.physical.as_deref().unwrap_or(self.address.name())
    }

    /// Returns whether a reference may name an alias or version that is not listed: its ARN is this one with a colon
    /// and the name behind it.
    pub fn takes(&self, name: &str) -> bool {
        let appended =
            |alias: &Alias| alias.arn.strip_prefix(&self.arn).is_some_and(|rest| rest.starts_with(':'));
        match self.aliases.as_deref() {
            None => true,
            Some([]) => false,
            Some(listed) => listed.iter().all(|alias| appended(alias) && alias.name != name),
        }
    }

    /// Returns what a copy of it is tagged with, so that both are known to be one: the uid that it has itself, else one
    /// made of its ARN, which says nothing about the account that it comes from.
    pub fn lasting_uid(&self) -> String {
        let made = || Digest::of(self.arn.as_bytes()).to_string()[..32].to_string();
        self.uid.clone().unwrap_or_else(made)
    }

    /// Returns the alias called `name`, if aliases are listed and it is one.
    pub fn alias(&self, name: &str) -> Option<&Alias> {
        self.aliases.iter().flatten().find(|a| a.name == name)
    }
}

/// Everything that a pin holds, as far as it was listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The pin.
    pub pin: Pin,
    found: BTreeMap<Address, Found>,
    by_id: HashMap<String, Vec<Address>>,
    by_arn: HashMap<String, Address>,
    /// By the id and by the ARN of an alias: whose it is, and its name.
    by_alias: HashMap<String, Vec<(Address, String)>>,
}

impl Inventory {
    /// Returns the inventory of `pin` with `found` in it. Of two with the same address the first stays.
    pub fn new(pin: Pin, found: impl IntoIterator<Item = Found>) -> Inventory {
        let mut inventory = Inventory {
            pin,
            found: BTreeMap::new(),
            by_id: HashMap::new(),
            by_arn: HashMap::new(),
            by_alias: HashMap::new(),
        };
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
        // What has no id or no ARN (yet) is not named by an empty text.
        if !found.id.is_empty() {
            self.by_id.entry(found.id.clone()).or_default().push(found.address.clone());
        }
        if !found.arn.is_empty() {
            self.by_arn.insert(found.arn.clone(), found.address.clone());
        }
        for alias in found.aliases.iter().flatten() {
            for key in [&alias.id, &alias.arn] {
                let owner = (found.address.clone(), alias.name.clone());
                self.by_alias.entry(key.clone()).or_default().push(owner);
            }
        }
        self.found.insert(found.address.clone(), found);
    }

    /// Adds those of `found` whose addresses nothing has yet.
    pub fn add(&mut self, found: impl IntoIterator<Item = Found>) {
        for found in found {
            if self.get(&found.address).is_none() {
                self.insert(found);
            }
        }
    }

    /// Takes the id and the ARN that `old` had for names of whatever has its address: or of `old` itself, where nothing
    /// has it.
    pub fn remember(&mut self, old: &Found) {
        if self.get(&old.address).is_none() {
            return self.insert(old.clone());
        }
        self.by_id.entry(old.id.clone()).or_default().push(old.address.clone());
        self.by_arn.insert(old.arn.clone(), old.address.clone());
    }

    /// Takes out what has `address`.
    pub fn remove(&mut self, address: &Address) {
        if let Some(old) = self.found.remove(address) {
            self.by_arn.remove(&old.arn);
            for alias in old.aliases.iter().flatten() {
                for key in [&alias.id, &alias.arn] {
                    if let Some(same) = self.by_alias.get_mut(key) {
                        same.retain(|(a, _)| a != address);
                    }
                }
            }
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

    /// Returns what `text` names, which is exactly an ARN, or one with a colon and an alias or version behind it.
    pub fn named_by_arn(&self, text: &str) -> Option<Target<'_>> {
        if let Some(found) = self.by_arn(text) {
            return Some(Target { found, qualifier: None });
        }
        if let Some(target) = self.named_by_alias(text) {
            return Some(target);
        }
        let (arn, qualifier) = text.rsplit_once(':').filter(|(_, q)| is_qualifier(q))?;
        let found = self.by_arn(arn).filter(|f| f.takes(qualifier))?;
        Some(Target { found, qualifier: Some(qualifier.to_string()) })
    }

    /// Returns the alias that has the id or ARN `text`, unless several have it.
    pub fn named_by_alias(&self, text: &str) -> Option<Target<'_>> {
        match self.by_alias.get(text).map(Vec::as_slice) {
            Some([(address, name)]) => {
                let found = self.found.get(address)?;
                // Of two aliases with one name a reference could mean only the first.
                found.alias(name).filter(|a| a.id == text || a.arn == text)?;
                Some(Target { found, qualifier: Some(name.clone()) })
            }
            _ => None,
        }
    }

    /// Returns what `text` names, which is exactly the id of a resource of `kind`, or one with a colon and an alias
    /// or version behind it.
    pub fn named_by_id(&self, kind: &str, text: &str) -> Option<Target<'_>> {
        if let Some(found) = self.by_id(kind, text) {
            return Some(Target { found, qualifier: None });
        }
        if let Some(target) = self.named_by_alias(text).filter(|t| t.found.address.kind() == kind) {
            return Some(target);
        }
        let (id, qualifier) = text.rsplit_once(':').filter(|(_, q)| is_qualifier(q))?;
        let found = self.by_id(kind, id).filter(|f| f.takes(qualifier))?;
        Some(Target { found, qualifier: Some(qualifier.to_string()) })
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

/// Returns whether `text` may be an alias or version: `live`, `3`, `$LATEST`.
fn is_qualifier(text: &str) -> bool {
    let word = text.strip_prefix('$').unwrap_or(text);
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(aliases: Option<Vec<Alias>>) -> Inventory {
        let pin = Pin { account: "111111111111".into(), region: "us-east-1".into(), instance: "i".into() };
        let found = Found::new(Address::new("lambda/function", "orders"), "orders-prod", "arn:f:orders-prod");
        Inventory::new(pin, [Found { aliases, ..found }])
    }

    fn named(inventory: &Inventory, arn: &str) -> Option<String> {
        inventory.named_by_arn(arn).map(|t| t.qualifier.unwrap_or_default())
    }

    #[test]
    fn any_alias_stands_behind_the_arn_unless_aliases_have_their_own() {
        let alias = |arn: &str| Alias {
            name: "live".into(),
            physical: Some("prod".into()),
            id: "x".into(),
            arn: arn.into(),
        };
        let plain = with(None);
        assert_eq!(named(&plain, "arn:f:orders-prod"), Some(String::new()));
        assert_eq!(named(&plain, "arn:f:orders-prod:live"), Some("live".into()));
        assert_eq!(named(&plain, "arn:f:orders-prod:"), None);
        let mapped = with(Some(vec![alias("arn:f:orders-prod:prod")]));
        assert_eq!(named(&mapped, "arn:f:orders-prod:prod"), Some("live".into()));
        assert_eq!(named(&mapped, "arn:f:orders-prod:$LATEST"), Some("$LATEST".into()));
        // Another alias that happens to be called as the mapped one is in the configuration.
        assert_eq!(named(&mapped, "arn:f:orders-prod:live"), None);
        let own = with(Some(vec![alias("arn:own")]));
        assert_eq!(named(&own, "arn:own"), Some("live".into()));
        assert_eq!(named(&own, "arn:f:orders-prod:live"), None);
        assert_eq!(named(&with(Some(vec![])), "arn:f:orders-prod:live"), None);
    }
}
