//! The resolver: what each placeholder stands for in one environment.

use std::collections::BTreeMap;

use serde_json::Value;

use super::error::Result;
use super::inventory::Inventory;
use super::portable::resolve;
use super::secret::SEALED;
use super::template::{Form, Placeholder};

/// An environment, as placeholders see it.
pub struct Resolver<'a> {
    /// Everything that is known there.
    pub inventory: &'a Inventory,
    /// Accounts that have a name in the configuration: (name, account).
    pub accounts: &'a [(String, String)],
    /// The environment's values.
    pub vars: &'a BTreeMap<String, String>,
}

/// A placeholder that means nothing in an environment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unresolved {
    /// Which.
    pub placeholder: Placeholder,
    /// A lowercase fragment that says why.
    pub why: String,
}

impl Resolver<'_> {
    /// Returns what `placeholder` stands for here.
    pub fn text(&self, placeholder: &Placeholder) -> Result<String, Unresolved> {
        let pin = &self.inventory.pin;
        let missing = |why: String| Unresolved { placeholder: placeholder.clone(), why };
        match placeholder {
            Placeholder::Account => Ok(pin.account.clone()),
            Placeholder::Region => Ok(pin.region.clone()),
            Placeholder::Partition => Ok(pin.partition().to_string()),
            Placeholder::Instance => Ok(pin.instance.clone()),
            Placeholder::AccountNamed(name) => {
                let named = self.accounts.iter().find(|(known, _)| known == name);
                let missing = || missing(format!("the configuration names no account `{name}`"));
                named.map(|(_, account)| account.clone()).ok_or_else(missing)
            }
            Placeholder::Var(name) => {
                let missing = || missing(format!("the environment has no variable `{name}`"));
                self.vars.get(name).cloned().ok_or_else(missing)
            }
            // The kind that wrote it there knows the word, and asks the store for the bytes.
            Placeholder::Blob(digest) => Ok(format!("blob:{digest}")),
            // Likewise, and asks the vault. No text that a service takes has this mark in it.
            Placeholder::Sealed(fingerprint) => Ok(format!("{SEALED}{fingerprint}")),
            // A package must not make anyone read a secret for it.
            Placeholder::Parameter(of) => {
                Err(missing(format!("only an overlay may refer to a parameter, such as {of}")))
            }
            Placeholder::Secret => Err(missing(
                "the environment has no value for it: it is a secret, which no release carries".into(),
            )),
            Placeholder::To { form: Form::Name, address, qualifier } => {
                // It is only shown, so a resource that is not there yet is no obstacle.
                let found = self.inventory.get(address);
                Ok(match qualifier {
                    None => found.map_or(address.name(), |f| f.name()).to_string(),
                    Some(name) => {
                        let alias = found.and_then(|f| f.alias(name));
                        alias.map_or(name.as_str(), |alias| alias.shown()).to_string()
                    }
                })
            }
            Placeholder::To { form, address, qualifier } => {
                let Some(found) = self.inventory.get(address) else {
                    return Err(missing(format!("there is no {address}")));
                };
                let base = if *form == Form::Arn { &found.arn } else { &found.id };
                match qualifier {
                    None => Ok(base.clone()),
                    Some(name) => match found.alias(name) {
                        Some(alias) if *form == Form::Arn => Ok(alias.arn.clone()),
                        Some(alias) => Ok(alias.id.clone()),
                        None if found.takes(name) => Ok(format!("{base}:{name}")),
                        None => Err(missing(format!("{address} has no alias `{name}`"))),
                    },
                }
            }
        }
    }

    /// Returns `value` as it is in this environment, and everything in it that means nothing here, which stands in the
    /// value as it was.
    ///
    /// Fails where `value` holds something that is not a template, or where two keys of an object become one.
    pub fn resolve(&self, value: &Value) -> Result<(Value, Vec<Unresolved>)> {
        let mut unresolved = Vec::new();
        let value = resolve(value, &mut |placeholder| {
            Ok(self.text(placeholder).unwrap_or_else(|missing| {
                let text = missing.placeholder.to_string();
                unresolved.push(missing);
                text
            }))
        })?;
        unresolved.sort();
        unresolved.dedup();
        Ok((value, unresolved))
    }
}
