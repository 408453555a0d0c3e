//! PublishVersion.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::ids;
use super::ask::Ask;
use super::held::{Edition, Function, Held};
use super::input::{invalid, text};
use super::settle::{Rules, UnderWay};
use super::{show, update};

/// "Lambda doesn't publish a version if the function's configuration and code haven't changed since the last version": the
/// last version is answered then.
pub(crate) fn publish(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (function, named) = ask.function(held)?;
    if named.qualifier.is_some_and(|with| with != "$LATEST") {
        return Err(invalid("Lambda aliases and versions do not support this operation."));
    }
    update::may_change(function, ask)?;
    if let Some(sha256) = text(ask.body, "CodeSha256")?.filter(|given| !given.is_empty()) {
        let current = function.latest.code.sha256();
        // "Only publish a version if the hash value matches the value that's specified" (LocalStack's suite, recorded on
        // AWS: test_publish_with_wrong_sha256).
        if sha256 != current {
            return Err(invalid(format!(
                "CodeSHA256 ({sha256}) is different from current CodeSHA256 in $LATEST ({current}). Please try again with the CodeSHA256 in $LATEST."
            )));
        }
    }
    let description = text(ask.body, "Description")?.map(str::to_owned);
    let number = add(function, description, &ask.rules);
    let (function, version) = (function.clone(), function.versions.get(&number).cloned());
    let shown = version.map(|version| show::whole(held, &function, &version)).unwrap_or_default();
    Ok(Answer { status: 201, ..Answer::json(&Value::Object(shown)) })
}

/// The number of the version that holds what `$LATEST` holds: a new one, or the last one when nothing has changed since.
pub(crate) fn add(function: &mut Function, description: Option<String>, rules: &Rules) -> u64 {
    let last = function.versions.iter().next_back();
    if let Some((number, last)) = last {
        // assumed: switch lambda_unchanged_version_is_new
        let same = last.code == function.latest.code && same_settings(last, &function.latest);
        if !function.latest.touched || same && !rules.unchanged_version_is_new {
            return *number;
        }
    }
    let number = function.next;
    function.next += 1;
    let mut version = Edition { version: number.to_string(), ..function.latest.clone() };
    if let Some(description) = description.filter(|text| !text.is_empty()) {
        // "A description for the version to override the description in the function configuration."
        version.members.insert("Description".into(), json!(description));
    }
    version.revision = ids::random_uuid();
    // A version of a function whose state is settled is there at once, but for SnapStart, which takes its time
    // ("Improving startup performance with Lambda SnapStart").
    if version.under_way.is_some() || snaps(&version) {
        version.under_way = Some(UnderWay::new(rules, None));
    }
    function.versions.insert(number, version);
    function.latest.touched = false;
    // Publishing changes the revision of $LATEST (LocalStack's suite, recorded on AWS:
    // test_function_revisions_version_and_alias).
    function.latest.revise();
    number
}

fn snaps(edition: &Edition) -> bool {
    edition.members.get("SnapStart").and_then(|snap| snap.get("ApplyOn")) == Some(&json!("PublishedVersions"))
}

/// A version may have a description of its own.
fn same_settings(last: &Edition, latest: &Edition) -> bool {
    let plain = |edition: &Edition| {
        let mut members = edition.members.clone();
        members.remove("Description");
        members
    };
    let described = last.members.get("Description") == latest.members.get("Description");
    plain(last) == plain(latest) && (described || !latest.touched)
}
