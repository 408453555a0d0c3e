//! What CloudWatch Logs holds in an account.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// What of CloudWatch Logs is in an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    /// By region and name.
    pub(super) groups: BTreeMap<(String, String), Group>,
    /// How many events there have been: the order of those with one time.
    sequence: u64,
}

/// A log group.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// Milliseconds since 1970, as all times here.
    pub(super) created: i64,
    pub(super) class: String,
    pub(super) tags: Value,
    pub(super) streams: BTreeMap<String, Stream>,
}

/// A log stream.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    pub(super) created: i64,
    /// In the order of their keys.
    pub(super) events: Vec<Event>,
}

/// Where an event stands in its stream: its time, and its number among all of the account.
pub(super) type Key = (i64, u64);

/// An event.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(super) key: Key,
    pub(super) message: String,
    pub(super) ingested: i64,
}

impl Group {
    pub(super) fn new(created: i64) -> Group {
        Group { created, class: "STANDARD".into(), tags: json!({}), streams: BTreeMap::new() }
    }
}

impl Stream {
    pub(super) fn new(created: i64) -> Stream {
        Stream { created, events: Vec::new() }
    }

    /// When its last event was.
    pub(super) fn last_event(&self) -> Option<i64> {
        self.events.last().map(|event| event.key.0)
    }
}

/// Milliseconds since 1970.
pub(super) fn milliseconds(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

impl Held {
    /// Everything, as it is now: the messages of each stream.
    pub(crate) fn state(&self) -> Value {
        let mut out = Map::new();
        for ((region, name), group) in &self.groups {
            let streams = group.streams.iter().map(|(name, stream)| {
                let messages: Vec<_> = stream.events.iter().map(|event| &event.message).collect();
                (name.clone(), json!(messages))
            });
            out.insert(format!("{region}/{name}"), Value::Object(streams.collect()));
        }
        Value::Object(out)
    }

    /// Whether there is such a group in a region.
    pub(crate) fn has(&self, region: &str, group: &str) -> bool {
        self.groups.contains_key(&(region.to_owned(), group.to_owned()))
    }

    /// Makes a group where it is not there.
    pub(crate) fn seed(&mut self, region: &str, group: &str, at: f64) {
        let made = || Group::new(milliseconds(at));
        self.groups.entry((region.to_owned(), group.to_owned())).or_insert_with(made);
    }

    /// Appends `lines` to a stream, which is made where it is not there; to a group that is not there goes nothing.
    pub(crate) fn append(&mut self, region: &str, group: &str, stream: &str, lines: &[String], now: f64) {
        let at = milliseconds(now);
        let Some(group) = self.groups.get_mut(&(region.to_owned(), group.to_owned())) else { return };
        group.streams.entry(stream.to_owned()).or_insert_with(|| Stream::new(at));
        let events = lines.iter().map(|line| (at, line.clone())).collect();
        if let Some(stream) = group.streams.get_mut(stream) {
            add(stream, &mut self.sequence, events, at);
        }
    }

    /// The stream of a group, and the count of events.
    pub(super) fn stream(
        &mut self,
        place: &(String, String),
        stream: &str,
    ) -> Option<(&mut Stream, &mut u64)> {
        let found = self.groups.get_mut(place)?.streams.get_mut(stream)?;
        Some((found, &mut self.sequence))
    }
}

/// Puts events where their times say.
pub(super) fn add(stream: &mut Stream, sequence: &mut u64, events: Vec<(i64, String)>, ingested: i64) {
    for (at, message) in events {
        *sequence += 1;
        stream.events.push(Event { key: (at, *sequence), message, ingested });
    }
    stream.events.sort_by_key(|event| event.key);
}
