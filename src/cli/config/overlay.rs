//! `[environments.NAME.overlay."ADDRESS"]`: members that documents get on their way into the environment.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::core::address::Address;
use crate::core::template::{Placeholder, Template};
use crate::core::{Error, Result};

use super::addresses::{address, known, located};
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
        overlay.insert(address, object(table.place, members, known)?);
    }
    Ok(overlay)
}

fn object(place: Place<'_>, members: &DeTable<'_>, known: &Known<'_>) -> Result<Map<String, Value>> {
    let mut object = Map::new();
    for (key, value) in members {
        let name = At { value: key.get_ref().to_string(), span: key.span() };
        template(place, &name, known)?;
        object.insert(name.value, json(place, value, known)?);
    }
    Ok(object)
}

/// Returns the JSON that a TOML value is. A time and a number that JSON cannot write are errors.
fn json(place: Place<'_>, value: &Spanned<DeValue<'_>>, known: &Known<'_>) -> Result<Value> {
    let wrong = |why: &str| place.error(&value.span(), why);
    Ok(match value.get_ref() {
        DeValue::String(text) => {
            let at = At { value: text.to_string(), span: value.span() };
            template(place, &at, known)?;
            Value::String(at.value)
        }
        DeValue::Integer(number) => {
            let read = i64::from_str_radix(number.as_str(), number.radix());
            Value::from(read.map_err(|_| wrong("the number is too large"))?)
        }
        DeValue::Float(number) => {
            let read = number.as_str().parse().ok().and_then(Number::from_f64);
            Value::Number(read.ok_or_else(|| wrong("JSON has no such number"))?)
        }
        DeValue::Boolean(truth) => Value::Bool(*truth),
        DeValue::Datetime(_) => return Err(wrong("JSON has no times; write it as a text in quotes")),
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| json(place, item, known)).collect::<Result<_>>()?)
        }
        DeValue::Table(members) => Value::Object(object(place, members, known)?),
    })
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
