//! Drafts: what was saved beside published content and not published, where the environment keeps it.
//!
//! Source: botocore's `connect` model, `DescribeContactFlow` and `DescribeContactFlowModule` ("After a flow is published,
//! $SAVED needs to be supplied to view saved content that has not been published"). That an update of `ID:$SAVED` leaves
//! what is published alone is not said there: what is written is looked at.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::calls::{Calls, Subject};
use super::family::{Family, Setter};
use crate::aws::Fate;
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::driver::{Change, Reply};
use crate::core::finding::{Finding, Weight};
use crate::core::inventory::Found;
use crate::core::means::Drafts;
use crate::core::moves::{Does, Move, Stage, facet_digest};
use crate::core::{Error, Result};

/// A draft's members in a document, and what each is called in a request. The second is there where it differs from what
/// is published.
const MEMBERS: [(&str, &str); 2] = [("SavedContent", "Content"), ("SavedSettings", "Settings")];

/// What one instance does with drafts.
#[derive(Default)]
pub struct Keeper {
    /// What the environment wants.
    drafts: Drafts,
    /// Whether a draft has been seen to be published when it was saved.
    publishes: AtomicBool,
}

impl Keeper {
    /// Returns a keeper for an environment that wants `drafts`.
    pub fn new(drafts: Drafts) -> Keeper {
        Keeper { drafts, publishes: AtomicBool::new(false) }
    }

    /// Adds the draft of `of`, whose published content is in `wire`, if it has one and the environment keeps drafts.
    pub async fn read(
        &self,
        calls: &Calls,
        family: &Family,
        of: &Found,
        wire: &mut Map<String, Value>,
    ) -> Result<()> {
        // What was never published is all draft.
        let unpublished = wire.get("Status").is_some_and(|s| s == "SAVED");
        let (Drafts::Kept, Some(_), Some((call, member))) = (self.drafts, writer(family), family.describe)
        else {
            return Ok(());
        };
        if unpublished {
            return Ok(());
        }
        let answer = calls.describe(call, &format!("{}:$SAVED", of.id)).await?;
        let saved = |name: &str| answer[member].get(name).filter(|v| !v.is_null()).cloned();
        let differs = |name: &str| saved(name).is_some_and(|v| wire.get(name) != Some(&v));
        let [content, settings] = MEMBERS.map(|(_, name)| differs(name));
        if content || settings {
            wire.extend(saved("Content").map(|v| ("SavedContent".to_string(), v)));
        }
        if settings {
            wire.extend(saved("Settings").map(|v| ("SavedSettings".to_string(), v)));
        }
        Ok(())
    }

    /// Returns `to` with the draft that can be there, and what is to be said: a draft that was saved since is kept; one
    /// that cannot be put back, or is not wanted, is left out.
    pub fn attainable(
        &self,
        address: &Address,
        from: Option<&Document>,
        to: Option<Document>,
    ) -> (Option<Document>, Vec<Finding>) {
        let Some(mut to) = to else { return (None, Vec::new()) };
        let own = from.map(of).unwrap_or_default();
        let publishes = self.publishes.load(Ordering::Relaxed);
        let mut said = Vec::new();
        match (of(&to).is_empty(), self.drafts) {
            (true, _) if own.is_empty() => {}
            (true, _) if !publishes => {
                if content(from) != content(Some(&to)) {
                    let message = "has a draft that was not published; it is kept beside the new content";
                    said.push(Finding::new(Weight::Note, Some(address), message));
                }
                to.local.extend(own);
            }
            (false, Drafts::Kept) if !publishes => {}
            (false, Drafts::Ignored) => {
                let finding = Finding::new(Weight::Note, Some(address), "its draft is not put back");
                said.push(finding.hint("drafts = true, where the environment is configured, keeps drafts"));
                without(&mut to);
            }
            _ => {
                let message = "its draft cannot be put back: this instance publishes what is saved";
                said.push(Finding::new(Weight::Warning, Some(address), message));
                without(&mut to);
                if content(from) == content(Some(&to)) {
                    to.local.extend(own);
                }
            }
        }
        (Some(to), said)
    }

    /// Saves a draft, before `until`. Refuses where that has published it, and then publishes again what was published before.
    pub async fn send(
        &self,
        calls: &Calls,
        family: &Family,
        m: &Move,
        id: &str,
        args: &Value,
        until: Timestamp,
    ) -> Reply {
        let (Some(setter), Some((call, member))) = (writer(family), family.describe) else {
            return Reply::Refused(Error::bug(format!("{} has no drafts", family.kind)));
        };
        let lost = |e: Error| e.context(format!("cannot save the draft of {}", m.address));
        let before = match calls.describe(call, id).await {
            Ok(answer) => published(&answer[member]),
            Err(e) => return Reply::Later(lost(e)),
        };
        let mut draft = Map::new();
        for (name, argument) in MEMBERS {
            draft.extend(args.get(name).map(|v| (argument.to_string(), v.clone())));
        }
        let content = draft.get("Content").cloned();
        let saved = format!("{id}:$SAVED");
        if let Err(failure) =
            calls.write(setter.call, &Subject { id: &saved, arn: "" }, &Value::Object(draft), until).await
        {
            return match failure.fate {
                Fate::Refused => Reply::Refused(lost(failure.error)),
                Fate::Later => Reply::Later(lost(failure.error)),
                Fate::Unknown => Reply::Unknown(lost(failure.error)),
            };
        }
        let now = match calls.describe(call, id).await {
            Ok(answer) => published(&answer[member]),
            // Whether it is there, the next look tells.
            Err(e) => return Reply::Unknown(lost(e)),
        };
        if same(now.get("Content"), before.get("Content")) || !same(now.get("Content"), content.as_ref()) {
            return Reply::Done(None);
        }
        self.publishes.store(true, Ordering::Relaxed);
        let put = calls.write(setter.call, &Subject { id, arn: "" }, &Value::Object(before), until).await;
        let what = match put {
            Ok(_) => "what was published before is published again".to_string(),
            Err(failure) => format!("and it still is: {}", failure.error.message),
        };
        let message = format!("saving the draft of {} has published it; {what}", m.address);
        Reply::Refused(Error::failed(message).hint(
            "this instance publishes what is saved: take `drafts = true` out of the environment's configuration",
        ))
    }
}

/// Returns whether `args` are those of a draft.
pub fn is_draft(args: &Map<String, Value>) -> bool {
    args.contains_key("SavedContent")
}

/// Returns `m`, which sets members of `from` as in `to`, as a move that is aware of drafts: to publish is to lose the
/// draft that is there.
pub fn minded(mut m: Move, from: &Document, to: &Document) -> Move {
    if m.facet.iter().any(|name| name == "Content") {
        let mut bare = to.clone();
        without(&mut bare);
        m.facet = facet_with(m.facet);
        m.before = Some(facet_digest(from, &m.facet));
        m.after = Some(facet_digest(&bare, &m.facet));
    }
    m
}

/// Returns the move that saves the draft of `to` after the moves `before`, if it has to be saved.
pub fn moves(
    family: &Family,
    change: &Change<'_>,
    from: &Document,
    to: &Document,
    before: &[Move],
) -> Option<Move> {
    let setter = writer(family)?;
    let mut from = from.clone();
    if before.iter().any(|m| m.call == setter.call) {
        from = to.clone();
        without(&mut from);
    }
    let draft = of(to);
    if draft.is_empty() || draft == of(&from) {
        return None;
    }
    // The same facet as that of the move that publishes: what is half-way is one of three states of it.
    let facet = facet_with(setter.members.iter().map(|m| m.name.to_string()).collect());
    Some(Move {
        address: change.address.clone(),
        stage: Stage::Write,
        does: Does::Update,
        call: setter.call.into(),
        args: Value::Object(draft),
        before: Some(facet_digest(&from, &facet)),
        after: Some(facet_digest(to, &facet)),
        facet,
        through: Vec::new(),
        rollout: None,
    })
}

/// Returns `facet` with a draft's members.
fn facet_with(mut facet: Vec<String>) -> Vec<String> {
    facet.extend(MEMBERS.map(|(name, _)| name.to_string()));
    facet
}

/// Takes the draft out of `document`. Returns whether there was one.
pub fn without(document: &mut Document) -> bool {
    let taken = MEMBERS.map(|(name, _)| document.local.remove(name).is_some());
    taken.contains(&true)
}

/// Returns the draft's members.
fn of(document: &Document) -> Map<String, Value> {
    let members = MEMBERS.iter().filter_map(|(name, _)| document.local.get_key_value(*name));
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Returns what is published, as far as a draft can differ from it.
fn content(document: Option<&Document>) -> [Option<&Value>; 2] {
    MEMBERS.map(|(_, name)| document.and_then(|d| d.portable.get(name)))
}

/// Returns the operation that writes content of the family, where drafts can stand beside it.
fn writer(family: &Family) -> Option<&'static Setter> {
    matches!(family.kind, "connect/flow" | "connect/module")
        .then(|| family.update.iter().find(|s| s.members.iter().any(|m| m.name == "Content")))
        .flatten()
}

/// Returns the arguments that publish again what `answer` shows as published.
fn published(answer: &Value) -> Map<String, Value> {
    let members = MEMBERS.iter().filter_map(|(_, name)| Some((name, answer.get(*name)?)));
    members.filter(|(_, v)| !v.is_null()).map(|(name, v)| (name.to_string(), json!(v))).collect()
}

/// Returns whether both are the same JSON, however it is written.
fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    let parsed = |v: Option<&Value>| v.and_then(Value::as_str).map(serde_json::from_str::<Value>);
    match (parsed(a), parsed(b)) {
        (Some(Ok(a)), Some(Ok(b))) => a == b,
        _ => a == b,
    }
}
