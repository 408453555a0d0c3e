//! UpdateFunctionCode and UpdateFunctionConfiguration.

use serde_json::Value;

use super::super::answer::{Answer, Fail};
use super::ask::Ask;
use super::code::{self, Code};
use super::held::{Function, Held};
use super::input::{check_revision, conflict, flag, invalid, text};
use super::settle::UnderWay;
use super::{config, publish, show};

/// Whether a change may begin. "While a function is in the Pending state", and while an update is in progress, these
/// operations and PublishVersion fail ("Lambda function states").
pub(crate) fn may_change(function: &Function, ask: &Ask<'_>) -> Result<(), Fail> {
    let busy = match &function.latest.under_way {
        None => Ok(()),
        Some(under_way) if under_way.updates() => Err(conflict(format!(
            "The operation cannot be performed at this time. An update is in progress for resource: {}",
            function.arn
        ))),
        Some(_) => Err(conflict(
            "The operation cannot be performed at this time. The function is currently in the following state: Pending",
        )),
    };
    let revision = check_revision(text(ask.body, "RevisionId")?, &function.latest.revision);
    // assumed: switch lambda_conflict_before_revision
    if ask.rules.conflict_before_revision { busy.and(revision) } else { revision.and(busy) }
}

/// What an update has made of `$LATEST` becomes its state, with the update under way.
fn begin(function: &mut Function, ask: &Ask<'_>, change: impl FnOnce(&mut Function)) {
    let before = function.latest.clone();
    change(function);
    function.latest.under_way = Some(UnderWay::new(&ask.rules, Some(before)));
    function.latest.modified = ask.rules.now;
    function.latest.touched = true;
    function.latest.revise();
}

/// UpdateFunctionCode. "The function's code is locked when you publish a version."
pub(crate) fn code(held: &mut Held, ask: &Ask<'_>, brought: Option<Code>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    only_latest(named.qualifier.as_deref())?;
    let brought = brought.ok_or_else(|| invalid("Please provide a source for function code."))?;
    may_change(function, ask)?;
    if brought.package_type() != function.latest.code.package_type() {
        let package = function.latest.code.package_type();
        return Err(invalid(format!(
            "Please provide code of the function's PackageType, which is {package}."
        )));
    }
    let architectures = ask.body.get("Architectures").filter(|value| !value.is_null()).cloned();
    let (arn, dry) = (function.arn.clone(), code::dry(ask.body));
    let mut changed = function.clone();
    begin(&mut changed, ask, |function| {
        function.latest.code = brought;
        if let Some(architectures) = architectures {
            function.latest.members.insert("Architectures".into(), architectures);
        }
    });
    if dry {
        // "validate the request parameters and access permissions without modifying the function code"; assumed: it
        // answers what there would be, with nothing in progress.
        changed.latest.under_way = None;
        changed.latest.revision = function.latest.revision.clone();
        return Ok(Answer::json(&Value::Object(show::whole(held, &changed, &changed.latest))));
    }
    // "This has the same effect as calling PublishVersion separately." Assumed: what is published is what the update brings.
    let number =
        if flag(ask.body, "Publish") { Some(publish::add(&mut changed, None, &ask.rules)) } else { None };
    let edition = number.and_then(|number| changed.versions.get(&number)).unwrap_or(&changed.latest);
    let shown = show::whole(held, &changed, edition);
    held.functions.insert(arn, changed);
    Ok(Answer::json(&Value::Object(shown)))
}

/// UpdateFunctionConfiguration.
pub(crate) fn configuration(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    only_latest(named.qualifier.as_deref())?;
    may_change(function, ask)?;
    let mut changed = function.clone();
    let mut members = changed.latest.members.clone();
    config::merge(&mut members, ask, held)?;
    begin(&mut changed, ask, |function| function.latest.members = members);
    let shown = show::whole(held, &changed, &changed.latest);
    held.functions.insert(named.arn, changed);
    Ok(Answer::json(&Value::Object(shown)))
}

fn only_latest(qualifier: Option<&str>) -> Result<(), Fail> {
    match qualifier {
        None | Some("$LATEST") => Ok(()),
        Some(_) => Err(invalid(
            "This operation is permitted on Lambda functions only. Lambda aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.",
        )),
    }
}
