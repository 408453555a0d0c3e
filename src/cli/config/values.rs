//! What the configuration gives an environment: its values, names, overlays, and what of it is ours.

use std::collections::BTreeMap;

use crate::core::Result;
use crate::core::means::{Beside, Drafts, Users, Values};
use crate::core::secret::Seal;
use crate::core::select::Selection;
use crate::core::signature::Signer;

use super::addresses::selection;
use super::gate::gates;
use super::hook::hooks;
use super::names::names;
use super::overlay::{Known, overlay};
use super::protection::{approvals, calendar};
use super::read::plain;
use super::rollout::rollouts;
use super::schema::schema;
use super::site::sites;
use super::table::{At, Table};

/// A value of fewer bytes is never looked for in a document: too much would equal it.
const LEAST_VAR: usize = 4;

/// What an environment owns if the configuration does not say.
pub(super) const DEFAULT_OWNS: [&str; 4] = ["connect/*", "lambda/function/*", "lex/bot/*", "site/bucket/*"];

/// What it owns if another environment in the same account and region is there, which may use the same functions and
/// bots. Its sites are those that it names itself.
pub(super) const ALONE: [&str; 2] = ["connect/*", "site/bucket/*"];

/// Reads what `table` gives its environment. What holds for all of them is given: `accounts`, and the globs of
/// `elsewhere`. What a person ought to know is added to `notes`.
pub(super) fn values(
    table: &Table<'_>,
    accounts: &[(String, String)],
    elsewhere: &[At<String>],
    notes: &mut Vec<String>,
) -> Result<Values> {
    let vars = vars(table, notes)?;
    let overlay = overlay(table, &Known { vars: &vars, accounts })?;
    let mut managed = elsewhere.to_vec();
    managed.extend(table.list("managed_elsewhere")?.map(|at| at.value).unwrap_or_default());
    Ok(Values {
        accounts: accounts.to_vec(),
        vars,
        names: names(table)?,
        overlay,
        owns: owns(table)?,
        beside: match table.list("owns")? {
            Some(_) => Beside::Owned,
            None => Beside::Left,
        },
        managed_elsewhere: match managed.is_empty() {
            true => None,
            false => Some(selection(table.place, &managed)?),
        },
        promote_from: table.text("promote_from")?.map(|at| at.value),
        signers: signers(table)?,
        drafts: match table.truth("drafts")?.is_some_and(|at| at.value) {
            true => Drafts::Kept,
            false => Drafts::Ignored,
        },
        users: match table.truth("users")?.is_some_and(|at| at.value) {
            true => Users::Kept,
            false => Users::ByName,
        },
        staging: staging(table)?,
        schema: schema(table)?,
        sites: sites(table)?,
        rollouts: rollouts(table)?,
        gates: gates(table)?,
        waived_gates: Default::default(),
        hooks: hooks(table)?,
        approvals: approvals(table)?,
        calendar: calendar(table)?,
        session: Default::default(),
        seal: Seal::default(),
        parameters: Default::default(),
    })
}

fn vars(table: &Table<'_>, notes: &mut Vec<String>) -> Result<BTreeMap<String, String>> {
    let mut vars = BTreeMap::new();
    for (name, span, value) in table.below("vars")? {
        if !plain(&name) {
            let message = format!("`{name}` cannot be the name of a var: use A-Z a-z 0-9 - _ only");
            return Err(table.place.error(&span, message));
        }
        let text = table.text_of(&format!("vars.{name}"), value)?;
        if text.len() < LEAST_VAR {
            let message = format!(
                "`{text}` is shorter than {LEAST_VAR} characters, so extract never turns it into @{{var:{name}}}"
            );
            notes.push(table.place.error(&value.span(), message).message);
        }
        vars.insert(name, text);
    }
    Ok(vars)
}

/// Reads whose signature a package needs. An empty list would let nothing in, and is a mistake.
fn signers(table: &Table<'_>) -> Result<Vec<Signer>> {
    let Some(at) = table.list("signers")? else { return Ok(Vec::new()) };
    if at.value.is_empty() {
        let message = "`signers` is empty, so that no package could be deployed";
        return Err(table.place.error(&at.span, message).hint("take it out, or name a key"));
    }
    let one = |text: &At<String>| {
        text.value.parse::<Signer>().map_err(|e| {
            let error = table.place.error(&text.span, e.message.clone());
            match e.hint {
                Some(hint) => error.hint(hint),
                None => error,
            }
        })
    };
    at.value.iter().map(one).collect()
}

fn owns(table: &Table<'_>) -> Result<Selection> {
    let Some(at) = table.list("owns")? else { return Selection::new(&DEFAULT_OWNS.map(String::from)) };
    if at.value.is_empty() {
        let message = "`owns` is empty, and an environment that owns nothing cannot be deployed to";
        return Err(table.place.error(&at.span, message).hint("owns = [\"connect/*\"]"));
    }
    selection(table.place, &at.value)
}

fn staging(table: &Table<'_>) -> Result<Option<String>> {
    let Some(at) = table.text("staging")? else { return Ok(None) };
    let bucket = at.value.strip_prefix("s3://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    if bucket.is_empty() {
        let message = format!("`staging` has to be s3://BUCKET/PREFIX, not \"{}\"", at.value);
        return Err(table.place.error(&at.span, message));
    }
    Ok(Some(at.value))
}
