//! Checks of functions: whether they can run, and whether callers name aliases.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use serde_json::Value;

use super::calls::Calls;
use super::state::{ALIASES, numbered};
use super::wait::trouble;
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::driver::{Check, Live};
use crate::core::portable::references;
use crate::core::template::Form;

/// The kind.
const KIND: &str = "lambda/function";
const BOT: &str = "lex/bot";
/// The id and the name of the alias that every bot has for its draft. A reference that was resolved has the name, one to
/// a bot that nothing here has the id.
///
/// Source: "Test alias", Amazon Lex V2 Developer Guide; the answer of `ListBotAliases`.
const TEST_ALIAS: [&str; 2] = ["TSTALIASID", "TestBotAlias"];

/// Asks whether the functions of `live` are active and were updated well.
pub async fn active(calls: &Calls, live: &[Live]) -> Option<Check> {
    let functions: Vec<&Live> = live.iter().filter(|l| l.found.address.kind() == KIND).collect();
    if functions.is_empty() {
        return None;
    }
    let asked = join_all(functions.iter().map(|l| calls.configuration(&l.found.id, None))).await;
    let problems = functions.iter().zip(asked).filter_map(|(l, answer)| {
        let address = &l.found.address;
        match answer {
            Ok(now) if now["State"] == "Pending" => Some(format!("{address} is still being made")),
            Ok(now) if now["LastUpdateStatus"] == "InProgress" => {
                Some(format!("{address} is still being updated"))
            }
            Ok(now) => trouble(&now).map(|why| format!("{address}: {why}")),
            Err(e) => Some(format!("{address}: {}", e.message)),
        }
    });
    let problems: Vec<String> = problems.collect();
    Some(Check {
        name: "functions".into(),
        healthy: problems.is_empty(),
        detail: format!("{} of {} active and updated", functions.len() - problems.len(), functions.len()),
        problems,
    })
}

/// Asks whether each alias names a version that is there.
pub fn aliases(live: &[Live]) -> Option<Check> {
    let mut problems = Vec::new();
    let mut count = 0;
    for l in live.iter().filter(|l| l.found.address.kind() == KIND) {
        let there: BTreeSet<String> =
            numbered(&l.document).into_values().flatten().map(|key| key.0).collect();
        for (name, alias) in l.document.portable.get(ALIASES).and_then(Value::as_object).into_iter().flatten()
        {
            count += 1;
            let content = alias["Content"].as_str().unwrap_or_default();
            if !there.contains(content) && content != super::state::LATEST {
                problems.push(format!("{}#{name} names a version that is not there", l.found.address));
            }
        }
    }
    (count > 0).then(|| Check {
        name: "aliases of functions".into(),
        healthy: problems.is_empty(),
        detail: format!("{} of {count} name a version that is there", count - problems.len()),
        problems,
    })
}

/// Says which flows call a function without an alias although it has some, or a bot by its test alias. It is a warning.
pub fn unqualified(live: &[Live]) -> Check {
    let all: BTreeMap<&Address, &Document> = live.iter().map(|l| (&l.found.address, &l.document)).collect();
    let said = passing_by(&all, &all);
    let problems: Vec<String> = said.iter().map(|(user, what)| format!("{user} {what}")).collect();
    Check {
        name: "callers name aliases".into(),
        healthy: true,
        detail: match problems.len() {
            0 => "every flow calls functions and bots by aliases that can be moved".into(),
            1 => "1 call passes by the aliases".into(),
            n => format!("{n} calls pass by the aliases"),
        },
        problems,
    }
}

/// Returns which flows of `users` call a function without an alias although it has some, as `known` has it, or a bot by
/// its test alias: what is changed there is in force at once, and no alias can take it back.
pub fn passing_by(
    users: &BTreeMap<&Address, &Document>,
    known: &BTreeMap<&Address, &Document>,
) -> BTreeSet<(Address, String)> {
    let aliases = |address: &Address| {
        let function = known.get(address).filter(|_| address.kind() == KIND)?;
        let names: Vec<&str> =
            function.portable.get(ALIASES)?.as_object()?.keys().map(String::as_str).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let mut all = BTreeSet::new();
    let flows = users.iter().filter(|(a, _)| ["connect/flow", "connect/module"].contains(&a.kind()));
    for (user, document) in flows {
        for (form, address, qualifier) in references(&Value::Object(document.portable.clone())) {
            if form == Form::Name {
                continue;
            }
            let what = match qualifier.as_deref() {
                None | Some("$LATEST") => {
                    aliases(&address).map(|names| format!("calls {address} without an alias; it has {names}"))
                }
                Some(alias) if TEST_ALIAS.contains(&alias) && address.kind() == BOT => {
                    Some(format!("calls {address} by its test alias"))
                }
                Some(_) => None,
            };
            all.extend(what.map(|what| ((*user).clone(), what)));
        }
    }
    all
}
