//! Log events: put into a stream, and read from it in either direction.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, invalid, missing};
use super::held::{Event, Held, Key, add};

/// "The maximum batch size is 1,048,576 bytes. This size is calculated as the sum of all event messages in UTF-8, plus 26
/// bytes for each log event" (PutLogEvents).
const MOST_BYTES: usize = 1_048_576;
const EVENT_BYTES: usize = 26;
/// "The maximum number of log events in a batch is 10,000."
const MOST_EVENTS: usize = 10_000;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// `PutLogEvents`. Sequence tokens are "ignored in PutLogEvents actions".
pub(super) fn put(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let name = ask.needed("logStreamName")?;
    let given = ask.body.get("logEvents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if given.is_empty() || given.len() > MOST_EVENTS {
        return Err(invalid(format!(
            "1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length between 1 and {MOST_EVENTS}"
        )));
    }
    let mut events = Vec::new();
    for event in given {
        let at = event["timestamp"].as_i64();
        let message = event["message"].as_str().filter(|message| !message.is_empty());
        let bad = || invalid("A log event needs a timestamp and a message of at least one character.");
        events.push((at.ok_or_else(bad)?, message.ok_or_else(bad)?.to_owned()));
    }
    if events.iter().map(|(_, message)| message.len() + EVENT_BYTES).sum::<usize>() > MOST_BYTES {
        return Err(invalid(format!("Upload too large: more than {MOST_BYTES} bytes")));
    }
    if !events.is_sorted_by_key(|(at, _)| *at) {
        return Err(invalid("Log events in a single PutLogEvents request must be in chronological order."));
    }
    if events.last().zip(events.first()).is_some_and(|(last, first)| last.0 - first.0 > DAY) {
        return Err(invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
        ));
    }
    let place = ask.place()?;
    if !held.groups.contains_key(&place) {
        return Err(missing("group"));
    }
    let (stream, sequence) = held.stream(&place, name).ok_or_else(|| missing("stream"))?;
    // "None of the log events in the batch can be more than 2 hours in the future", "... more than 14 days in the past".
    let old = events.iter().take_while(|(at, _)| *at < ask.now - 14 * DAY).count();
    let new = events.iter().position(|(at, _)| *at > ask.now + 2 * HOUR);
    let mut rejected = json!({});
    if old > 0 {
        rejected["tooOldLogEventEndIndex"] = json!(old);
    }
    if let Some(new) = new {
        rejected["tooNewLogEventStartIndex"] = json!(new);
    }
    let kept = events.into_iter().take(new.unwrap_or(usize::MAX)).skip(old).collect();
    add(stream, sequence, kept, ask.now);
    let mut out = json!({"nextSequenceToken": format!("{sequence:056}")});
    if rejected != json!({}) {
        out["rejectedLogEventsInfo"] = rejected;
    }
    Ok(out)
}

/// Whether an event is between `startTime` (included) and `endTime` (not included).
pub(super) fn in_time(ask: &Ask<'_>, event: &Event) -> bool {
    let at = event.key.0;
    ask.number("startTime").is_none_or(|start| at >= start)
        && ask.number("endTime").is_none_or(|end| at < end)
}

/// A token stands at an event: 56 digits between `f/` or `b/` and `/s`, as tokens of AWS are.
fn token(direction: &str, key: Key) -> String {
    format!("{direction}/{:020}{:036}/s", key.0, key.1)
}

fn parse(given: &str) -> Option<(bool, Key)> {
    let (direction, rest) = given.split_once('/')?;
    let digits = rest.strip_suffix("/s").filter(|digits| digits.len() == 56)?;
    let key = (digits.get(..20)?.parse().ok()?, digits.get(20..)?.parse().ok()?);
    match direction {
        "f" => Some((true, key)),
        "b" => Some((false, key)),
        _ => None,
    }
}

/// `GetLogEvents`: "If you have reached the end of the stream, it returns the same token you passed in."
pub(super) fn get(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let name = ask.needed("logStreamName")?;
    let limit = ask.limit(MOST_EVENTS)?;
    let place = ask.place()?;
    if !held.groups.contains_key(&place) {
        return Err(missing("group"));
    }
    let (stream, _) = held.stream(&place, name).ok_or_else(|| missing("stream"))?;
    let from = match ask.text("nextToken") {
        None => None,
        Some(given) => Some(parse(given).ok_or_else(|| invalid("The specified nextToken is invalid."))?),
    };
    let (forward, edge) = match from {
        Some((forward, key)) => (forward, Some(key)),
        // "The default value is false": the latest first.
        None => (ask.flag("startFromHead"), None),
    };
    let wanted: Vec<&Event> = stream
        .events
        .iter()
        .filter(|event| in_time(ask, event))
        .filter(|event| edge.is_none_or(|edge| if forward { event.key > edge } else { event.key < edge }))
        .collect();
    let fits = |events: &mut dyn Iterator<Item = &&Event>| {
        let mut bytes = 0;
        // "As many log events as can fit in a response size of 1 MB (up to 10,000 log events)"; at least one.
        let within = events.take(limit).take_while(|event| {
            bytes += event.message.len() + EVENT_BYTES;
            bytes <= MOST_BYTES
        });
        within.count().max(1)
    };
    let shown: Vec<&Event> = if forward {
        let count = fits(&mut wanted.iter());
        wanted.into_iter().take(count).collect()
    } else {
        let count = fits(&mut wanted.iter().rev());
        let skipped = wanted.len().saturating_sub(count);
        wanted.into_iter().skip(skipped).collect()
    };
    let (first, last) = match (shown.first(), shown.last()) {
        (Some(first), Some(last)) => (first.key, last.key),
        _ => (edge.unwrap_or_default(), edge.unwrap_or_default()),
    };
    let events: Vec<Value> = shown
        .iter()
        .map(|event| json!({"timestamp": event.key.0, "message": event.message, "ingestionTime": event.ingested}))
        .collect();
    Ok(
        json!({"events": events, "nextForwardToken": token("f", last), "nextBackwardToken": token("b", first)}),
    )
}

#[cfg(test)]
mod tests {
    use super::{parse, token};

    #[test]
    fn tokens_are_read_back() {
        assert_eq!(parse(&token("f", (1_767_225_600_000, 7))), Some((true, (1_767_225_600_000, 7))));
        assert_eq!(parse(&token("b", (0, 0))), Some((false, (0, 0))));
        for bad in ["", "f/1/s", "x/00000000000000000000000000000000000000000000000000000000/s", "f/€/s"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
