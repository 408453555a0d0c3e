//! Checks of functions: whether they can run, and whether callers name aliases.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::join_all;
use serde_json::Value;

use super::calls::Calls;
use super::state::{ALIASES, numbered};
use super::wait::trouble;
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::driver::{Check, Live};
use crate::core::gate::Metric;
use crate::core::portable::references;
use crate::core::template::Form;
use crate::kinds::metric_data::{PERMISSION, Window, values};

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

/// How far back errors are counted.
const LATELY: Duration = Duration::from_secs(15 * 60);
/// With fewer invocations than this nothing is said of their errors, and up to this share of them is well.
const ENOUGH: f64 = 20.0;
const MOST_ERRORS: f64 = 0.05;

/// Asks how many invocations of the functions of `live` failed lately: of all of them with one call.
///
/// Source: "Types of metrics for Lambda functions", AWS Lambda Developer Guide: Errors are invocations that ended in an error
/// of the function, Invocations those that ran; both by FunctionName.
pub async fn errors(calls: &Calls, live: &[Live]) -> Option<Check> {
    let functions: Vec<&Live> = live.iter().filter(|l| l.found.address.kind() == KIND).collect();
    let metric = |name: &str, l: &Live| Metric {
        namespace: "AWS/Lambda".into(),
        name: name.into(),
        dimensions: [("FunctionName".to_string(), l.found.id.clone())].into(),
        statistic: "Sum".into(),
    };
    let clock = &calls.account.clock;
    let window = Window::of(clock, clock.scale(LATELY)).filter(|_| !functions.is_empty())?;
    let asked: Vec<Metric> =
        functions.iter().flat_map(|l| [metric("Errors", l), metric("Invocations", l)]).collect();
    let check = |healthy, detail: String, problems| Check {
        name: "errors of functions".into(),
        healthy,
        detail,
        problems,
    };
    let read = match values(&calls.account, &asked, &window, 60).await {
        Ok(read) => read,
        // Who may not look has found nothing wrong.
        Err(e) => {
            return Some(check(
                true,
                format!("not asked: {} (it needs {PERMISSION})", e.message),
                Vec::new(),
            ));
        }
    };
    let sum = |at: usize| read.get(at).map_or(0.0, |all| all.iter().sum::<f64>());
    let (mut total, mut failed, mut problems) = (0.0, 0.0, Vec::new());
    for (at, l) in functions.iter().enumerate() {
        let (errors, invocations) = (sum(2 * at), sum(2 * at + 1));
        total += invocations;
        failed += errors;
        if invocations >= ENOUGH && errors / invocations > MOST_ERRORS {
            let share = errors / invocations * 100.0;
            problems.push(format!(
                "{}: {errors:.0} of {invocations:.0} invocations failed in 15 min ({share:.1} %)",
                l.found.address
            ));
        }
    }
    Some(check(problems.is_empty(), format!("{failed:.0} of {total:.0} invocations in 15 min"), problems))
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
