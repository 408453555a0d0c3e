//! `[environments.NAME.overlay."ADDRESS"]`: members that documents get on their way into the environment.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::core::address::Address;
use crate::core::template::{Placeholder, Template};
use crate::core::{Error, Result};

use super::addresses::{address, known, located};
use super::json::object;
use super::model::nearest;
use super::table::{At, Place, Table};

/// What the placeholders of an overlay may name.
pub(super) struct Known<'a> {
    /// The environment's values.
    pub(super) vars: &'a BTreeMap<String, String>,
    /// Accounts with names.
    pub(super) accounts: &'a [(String, String)],
}

/// Reads the overlay: by address, what is merged into the document. Every text is a template, and is checked.
pub(super) fn overlay(table: &Table<'_>, known: &Known<'_>) -> Result<BTreeMap<Address, Map<String, Value>>> {
    let mut overlay = BTreeMap::new();
    for (text, span, value) in table.below("overlay")? {
        let address = address(table.place, &At { value: text, span })?;
        let Some(members) = value.get_ref().as_table() else {
            let message = format!("the overlay of {address} has to be a table");
            return Err(table.place.error(&value.span(), message));
        };
        let check = |at: &At<String>| template(table.place, at, known);
        overlay.insert(address, object(table.place, members, &check)?);
    }
    Ok(overlay)
}

/// Fails if a text is no template, or if it names what the configuration does not have.
fn template(place: Place<'_>, at: &At<String>, given: &Known<'_>) -> Result<()> {
    let template: Template = at
        .value
        .parse()
        .map_err(|e: Error| located(place, at, e).hint("a literal `@{` is written `@{@}{`"))?;
    let undefined = |what: &str, name: &str, known: Vec<&str>| {
        let error = place.error(&at.span, format!("there is no {what} `{name}`"));
        Err(match nearest(name, known.into_iter()) {
            Some(meant) => error.hint(format!("did you mean `{meant}`?")),
            None => error,
        })
    };
    for hole in template.holes() {
        match hole {
            Placeholder::Var(name) if !given.vars.contains_key(name) => {
                return undefined("var", name, given.vars.keys().map(String::as_str).collect());
            }
            Placeholder::AccountNamed(name) if !given.accounts.iter().any(|(known, _)| known == name) => {
                return undefined("account", name, given.accounts.iter().map(|(n, _)| n.as_str()).collect());
            }
            Placeholder::To { address, .. } => known(place, at, address.kind())?,
            _ => {}
        }
    }
    Ok(())
}
