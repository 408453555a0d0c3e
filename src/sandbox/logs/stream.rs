//! Log streams.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, invalid};
use super::group;
use super::held::{Held, Stream};

/// `CreateLogStream`: "Don't use ':' (colon) or '*' (asterisk) characters."
pub(super) fn create(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let name = ask.needed("logStreamName")?;
    if name.contains([':', '*']) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{name}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*"
        )));
    }
    let group = ask.group(held)?;
    if group.streams.contains_key(name) {
        return Err(Fail::new(
            400,
            "ResourceAlreadyExistsException",
            "The specified log stream already exists",
        ));
    }
    group.streams.insert(name.to_owned(), Stream::new(ask.now));
    Ok(Value::Null)
}

/// `DescribeLogStreams`: by name, or by the time of the last event.
pub(super) fn describe(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let (prefix, order) = (ask.text("logStreamNamePrefix"), ask.text("orderBy").unwrap_or("LogStreamName"));
    if !["LogStreamName", "LastEventTime"].contains(&order) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{order}' at 'orderBy' failed to satisfy constraint: Member must satisfy enum value set: [LogStreamName, LastEventTime]"
        )));
    }
    // "If orderBy is LastEventTime, you cannot specify this parameter."
    if prefix.is_some() && order == "LastEventTime" {
        return Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."));
    }
    let name = ask.place()?.1;
    let arn = group::arn(&ask.call.region, &ask.call.caller.account, &name);
    let group = ask.group(held)?;
    let mut streams: Vec<(&String, &Stream)> = group
        .streams
        .iter()
        .filter(|(name, _)| prefix.is_none_or(|prefix| name.starts_with(prefix)))
        .collect();
    if order == "LastEventTime" {
        streams.sort_by_key(|(_, stream)| stream.last_event());
    }
    if ask.flag("descending") {
        streams.reverse();
    }
    let shown = streams.into_iter().map(|(name, stream)| {
        let mut out = json!({
            "logStreamName": name, "creationTime": stream.created, "arn": format!("{arn}:log-stream:{name}"),
            // "As of June 17, 2019, this parameter is no longer supported for log streams, and is always reported as zero."
            "storedBytes": 0,
        });
        if let (Some(first), Some(last)) = (stream.events.first(), stream.events.last()) {
            out["firstEventTimestamp"] = json!(first.key.0);
            out["lastEventTimestamp"] = json!(last.key.0);
            out["lastIngestionTime"] = json!(stream.events.iter().map(|event| event.ingested).max());
            out["uploadSequenceToken"] = json!(format!("{:056}", last.key.1));
        }
        out
    });
    ask.page("logStreams", shown.collect(), 50)
}
