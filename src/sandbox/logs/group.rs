//! Log groups.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, invalid, missing};
use super::held::{Group, Held};

/// `CreateLogGroup`.
pub(super) fn create(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let name = ask.needed("logGroupName")?;
    // botocore: LogGroupName.
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_/#".contains(c)) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
        )));
    }
    for odd in ["kmsKeyId", "deletionProtectionEnabled"] {
        if ask.body.contains_key(odd) {
            return Err(Fail::not_implemented(&format!("{odd} of logs:CreateLogGroup")));
        }
    }
    let place = ask.place()?;
    if held.groups.contains_key(&place) {
        return Err(Fail::new(
            400,
            "ResourceAlreadyExistsException",
            "The specified log group already exists",
        ));
    }
    let mut group = Group::new(ask.now);
    if let Some(class) = ask.text("logGroupClass") {
        if !["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"].contains(&class) {
            return Err(invalid(format!("The log group class {class} is not supported.")));
        }
        group.class = class.to_owned();
    }
    if let Some(tags) = ask.body.get("tags") {
        group.tags = tags.clone();
    }
    held.groups.insert(place, group);
    Ok(Value::Null)
}

/// `DeleteLogGroup`: "permanently deletes all the archived log events associated with the log group".
pub(super) fn delete(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    ask.needed("logGroupName")?;
    held.groups.remove(&ask.place()?).map(|_| Value::Null).ok_or_else(|| missing("group"))
}

/// `DescribeLogGroups`: "ASCII-sorted by log group name".
pub(super) fn describe(held: &Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    for odd in ["accountIdentifiers", "includeLinkedAccounts", "logGroupIdentifiers"] {
        if ask.body.contains_key(odd) {
            return Err(Fail::not_implemented(&format!("{odd} of logs:DescribeLogGroups")));
        }
    }
    let (prefix, pattern) = (ask.text("logGroupNamePrefix"), ask.text("logGroupNamePattern"));
    // "logGroupNamePattern and logGroupNamePrefix are mutually exclusive."
    if prefix.is_some() && pattern.is_some() {
        return Err(invalid(
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
        ));
    }
    let class = ask.text("logGroupClass");
    let fits = |name: &str, group: &Group| {
        prefix.is_none_or(|prefix| name.starts_with(prefix))
            // "a case-insensitive substring search".
            && pattern.is_none_or(|pattern| name.to_lowercase().contains(&pattern.to_lowercase()))
            && class.is_none_or(|class| group.class == class)
    };
    let here =
        held.groups.iter().filter(|((region, name), group)| *region == ask.call.region && fits(name, group));
    let shown = here.map(|((region, name), group)| {
        let arn = arn(region, &ask.call.caller.account, name);
        json!({
            "logGroupName": name, "creationTime": group.created, "metricFilterCount": 0, "arn": format!("{arn}:*"),
            "storedBytes": bytes(group), "logGroupClass": group.class, "logGroupArn": arn,
        })
    });
    ask.page("logGroups", shown.collect(), 50)
}

/// The ARN of a group.
pub(super) fn arn(region: &str, account: &str, name: &str) -> String {
    format!("arn:aws:logs:{region}:{account}:log-group:{name}")
}

fn bytes(group: &Group) -> usize {
    group.streams.values().flat_map(|stream| &stream.events).map(|event| event.message.len()).sum()
}
