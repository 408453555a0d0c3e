//! `FilterLogEvents`: the events of all streams of a group, by time and pattern.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, invalid};
use super::event::in_time;
use super::held::{Event, Held};
use super::pattern::Pattern;

/// `FilterLogEvents`. "The searched streams ... this parameter is no longer supported" and comes empty.
pub(super) fn events(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let pattern = Pattern::of(ask.text("filterPattern").unwrap_or_default())?;
    let names: Option<Vec<&str>> = ask
        .body
        .get("logStreamNames")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect());
    let prefix = ask.text("logStreamNamePrefix");
    // "If you specify a value for both logStreamNamePrefix and logStreamNames, the action returns an
    // InvalidParameterException error."
    if names.is_some() && prefix.is_some() {
        return Err(invalid("logStreamNames and logStreamNamePrefix cannot both be specified"));
    }
    let group = ask.group(held)?;
    let mut found: Vec<(&String, &Event)> = group
        .streams
        .iter()
        .filter(|(name, _)| names.as_ref().is_none_or(|names| names.contains(&name.as_str())))
        .filter(|(name, _)| prefix.is_none_or(|prefix| name.starts_with(prefix)))
        .flat_map(|(name, stream)| stream.events.iter().map(move |event| (name, event)))
        .filter(|(_, event)| in_time(ask, event) && pattern.fits(&event.message))
        .collect();
    found.sort_by_key(|(_, event)| event.key);
    let shown = found.into_iter().map(|(name, event)| {
        json!({
            "logStreamName": name, "timestamp": event.key.0, "message": event.message, "ingestionTime": event.ingested,
            "eventId": format!("{:020}{:036}", event.key.0, event.key.1),
        })
    });
    let mut out = ask.page("events", shown.collect(), 10_000)?;
    out["searchedLogStreams"] = json!([]);
    Ok(out)
}
