//! From a change of a bot to moves: pure.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::bot::{ALIASES, LOGS, POLICIES, SETTINGS, UID_TAG, VERSIONS};
use super::encode::FOREIGN;
use super::{alias, known};
use crate::core::document::Document;
use crate::core::driver::Change;
use crate::core::moves::{Does, Move, Stage, facet_digest};
use crate::core::template::escape;
use crate::core::{Error, Result};

/// The calls.
pub const CREATE: &str = "CreateBot";
pub const UPDATE: &str = "UpdateBot";
pub const DELETE: &str = "DeleteBot";
pub const IMPORT: &str = "StartImport";
pub const CREATE_ALIAS: &str = "CreateBotAlias";
pub const UPDATE_ALIAS: &str = "UpdateBotAlias";
pub const DELETE_ALIAS: &str = "DeleteBotAlias";
pub const CREATE_POLICY: &str = "CreateResourcePolicy";
pub const UPDATE_POLICY: &str = "UpdateResourcePolicy";
pub const DELETE_POLICY: &str = "DeleteResourcePolicy";
pub const TAG: &str = "TagResource";
pub const UNTAG: &str = "UntagResource";

/// Returns the moves that make `change`, in order.
pub fn moves(change: &Change<'_>) -> Result<Vec<Move>> {
    match (change.from, change.to) {
        (None, Some(to)) => create(change, to),
        (Some(from), Some(to)) => update(change, from, to),
        (Some(from), None) if !from.exact.contains_key(FOREIGN) => Ok(vec![delete(change, from)]),
        (Some(_), None) => Err(Error::blocked("has aliases that are those of other environments")
            .hint("delete it by hand, or its aliases under [environments.NAME.names]")),
        (None, None) => Ok(Vec::new()),
    }
}

fn create(change: &Change<'_>, to: &Document) -> Result<Vec<Move>> {
    networks(&Document::default(), to)?;
    let mut args = settings(to);
    let tags = to.portable.get("Tags").cloned();
    args.extend(tags.clone().map(|t| ("Tags".to_string(), t)));
    if !change.uid.is_empty() {
        let tags = args.entry("Tags").or_insert_with(|| json!({}));
        tags[UID_TAG] = escape(change.uid).into();
    }
    let mut moves = vec![Move {
        address: change.address.clone(),
        stage: Stage::Write,
        does: Does::Create,
        call: CREATE.into(),
        facet: SETTINGS.iter().map(|(name, _)| name.to_string()).chain(["Tags".into()]).collect(),
        args: Value::Object(args),
        before: None,
        after: None,
        through: Vec::new(),
        rollout: None,
    }];
    let mut born = to.clone();
    for name in [VERSIONS, ALIASES, POLICIES, LOGS] {
        born.portable.remove(name);
        born.local.remove(name);
    }
    born.exact.clear();
    moves.extend(update(change, &born, to)?);
    Ok(moves)
}

/// Fails where what a network of bots consists of would have to be written.
fn networks(from: &Document, to: &Document) -> Result<()> {
    match from.portable.get("BotMembers") == to.portable.get("BotMembers") {
        true => Ok(()),
        false => Err(Error::blocked("is a network of bots, whose members this version does not write")
            .hint("make the network by hand in the target, with the same members")),
    }
}

fn update(change: &Change<'_>, from: &Document, to: &Document) -> Result<Vec<Move>> {
    networks(from, to)?;
    if from.portable.get("BotType") != to.portable.get("BotType") {
        return Err(Error::blocked("differs in BotType, which AWS has no call to change")
            .hint("rename or delete the one in the target first"));
    }
    let mut steps = Steps { change, now: from.clone(), moves: Vec::new() };
    let names: Vec<&str> = SETTINGS.iter().map(|(name, _)| *name).collect();
    steps.set(to, &names, UPDATE, Stage::Write, Value::Object(settings(to)));
    tags(&mut steps, to);
    aliases(&mut steps, from, to)?;
    policies(&mut steps, to);
    let gone: Vec<String> =
        alias::of(from).into_keys().filter(|name| !alias::of(to).contains_key(name)).collect();
    for name in gone {
        steps.alias(&name, None, None, DELETE_ALIAS, Stage::Clean, json!({ "Alias": name }));
    }
    // What has no alias is its draft.
    let draft = |d: &Document| d.portable.get(VERSIONS).filter(|_| alias::of(d).is_empty()).cloned();
    if let (Some(Value::Object(contents)), true) =
        (draft(to), from.portable.get(VERSIONS) != to.portable.get(VERSIONS))
    {
        for (content, definition) in contents {
            let args = json!({ "Content": content, "Definition": definition, "Settings": settings(to) });
            steps.set(to, &[VERSIONS], IMPORT, Stage::Write, args);
        }
    }
    Ok(steps.moves)
}

/// Adds the moves that make aliases and point them; before them those that make what they name, where no version there
/// is known to be that.
///
/// Fails with `Blocked` where what an alias names is not in `to`.
fn aliases(steps: &mut Steps<'_>, from: &Document, to: &Document) -> Result<()> {
    let (old, new) = (alias::of(from), alias::of(to));
    let logs = |d: &Document, name: &str| d.local.get(LOGS).and_then(|l| l.get(name)).cloned();
    let same =
        |name: &String, item: &Value| old.get(name) == Some(item) && logs(from, name) == logs(to, name);
    let changed: Vec<(&String, &Value)> = new.iter().filter(|(name, item)| !same(name, item)).collect();
    let known = match steps.change.from {
        Some(_) => known::of(from, to),
        None => BTreeMap::new(),
    };
    let mut made = BTreeSet::new();
    let contents = to.portable.get(VERSIONS).and_then(Value::as_object);
    for (name, item) in &changed {
        let content = item["Content"].as_str().unwrap_or_default();
        let Some(definition) = contents.and_then(|c| c.get(content)) else {
            let message =
                format!("its alias `{name}` names no version whose content is known: its draft, perhaps");
            return Err(Error::blocked(message).hint("point the alias of the source to a numbered version"));
        };
        if !known.contains_key(content) && made.insert(content.to_string()) {
            steps.moves.push(Move {
                address: steps.change.address.clone(),
                stage: Stage::Write,
                does: Does::Prepare,
                call: IMPORT.into(),
                facet: Vec::new(),
                args: json!({ "Content": content, "Definition": definition, "Settings": settings(to) }),
                before: None,
                after: None,
                through: Vec::new(),
                rollout: None,
            });
        }
    }
    let (there, missing): (Vec<_>, Vec<_>) =
        changed.into_iter().partition(|(name, _)| old.contains_key(*name));
    for (name, item) in missing.into_iter().chain(there) {
        let mut args = item.as_object().cloned().unwrap_or_default();
        args.remove("Name");
        args.insert("Alias".into(), json!(name));
        let version = item["Content"].as_str().and_then(|content| known.get(content));
        args.insert("Version".into(), version.map_or(Value::Null, |number| json!(number.to_string())));
        if version.is_none() {
            // What has just been prepared is told by what it is there.
            args.extend(
                item["Content"]
                    .as_str()
                    .and_then(|content| contents?.get(content))
                    .map(|d| ("Definition".to_string(), d.clone())),
            );
        }
        let log = logs(to, name);
        args.extend(log.clone().map(|l| (LOGS.to_string(), l)));
        let (call, stage) = match old.contains_key(name) {
            false => (CREATE_ALIAS, Stage::Write),
            // It takes callers over, so it waits for all that the new version needs.
            true => (UPDATE_ALIAS, Stage::Switch),
        };
        steps.alias(name, Some(item), log, call, stage, Value::Object(args));
    }
    Ok(())
}

fn tags(steps: &mut Steps<'_>, to: &Document) {
    let tags = |d: &Document| d.portable.get("Tags").and_then(Value::as_object).cloned().unwrap_or_default();
    let (old, new) = (tags(&steps.now), tags(to));
    let gone: Vec<&String> = old.keys().filter(|k| !new.contains_key(*k)).collect();
    let set: Map<String, Value> =
        new.iter().filter(|(k, v)| old.get(*k) != Some(v)).map(|(k, v)| (k.clone(), v.clone())).collect();
    if !gone.is_empty() {
        let mut kept = steps.now.clone();
        let left: Map<String, Value> = old.clone().into_iter().filter(|(k, _)| new.contains_key(k)).collect();
        part(&mut kept.portable, "Tags", left);
        steps.set(&kept, &["Tags"], UNTAG, Stage::Write, json!({ "tagKeys": gone }));
    }
    if !set.is_empty() {
        steps.set(to, &["Tags"], TAG, Stage::Write, json!({ "tags": set }));
    }
}

fn policies(steps: &mut Steps<'_>, to: &Document) {
    let of = |d: &Document| d.portable.get(POLICIES).and_then(Value::as_object).cloned().unwrap_or_default();
    let (old, new) = (of(&steps.now), of(to));
    let owners: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for owner in owners.into_iter().filter(|owner| old.get(*owner) != new.get(*owner)) {
        let mut then = steps.now.clone();
        let mut all = of(&then);
        let (call, stage) = match (old.get(owner), new.get(owner)) {
            (_, None) => (DELETE_POLICY, Stage::Clean),
            (None, _) => (CREATE_POLICY, Stage::Write),
            _ => (UPDATE_POLICY, Stage::Write),
        };
        match new.get(owner) {
            Some(policy) => drop(all.insert(owner.clone(), policy.clone())),
            None => drop(all.remove(owner)),
        }
        part(&mut then.portable, POLICIES, all);
        let args = json!({ "Of": owner, "Policy": new.get(owner) });
        steps.set(&then, &[POLICIES], call, stage, args);
    }
}

fn delete(change: &Change<'_>, from: &Document) -> Move {
    let facet: Vec<String> = from.portable.keys().chain(from.local.keys()).cloned().collect();
    Move {
        address: change.address.clone(),
        stage: Stage::Clean,
        does: Does::Delete,
        call: DELETE.into(),
        before: Some(facet_digest(from, &facet)),
        facet,
        args: json!({}),
        after: None,
        through: Vec::new(),
        rollout: None,
    }
}

/// Returns what `document` says of the bot itself.
fn settings(document: &Document) -> Map<String, Value> {
    let given = SETTINGS.iter().filter_map(|(name, _)| {
        let value = document.portable.get(*name).or(document.local.get(*name))?;
        Some((name.to_string(), value.clone()))
    });
    given.collect()
}

/// Sets the member `name`, or takes it out where it is empty.
fn part(members: &mut Map<String, Value>, name: &str, value: Map<String, Value>) {
    match value.is_empty() {
        true => drop(members.remove(name)),
        false => drop(members.insert(name.into(), value.into())),
    }
}

/// Moves of one bot, and what it is after each.
struct Steps<'a> {
    change: &'a Change<'a>,
    now: Document,
    moves: Vec<Move>,
}

impl Steps<'_> {
    /// Adds the move that makes the members `facet` what they are in `to`, where they are not.
    fn set(&mut self, to: &Document, facet: &[&str], call: &str, stage: Stage, args: Value) {
        let mut then = self.now.clone();
        for name in facet {
            for (there, wanted) in [(&mut then.portable, &to.portable), (&mut then.local, &to.local)] {
                match wanted.get(*name) {
                    Some(value) => drop(there.insert(name.to_string(), value.clone())),
                    None => drop(there.remove(*name)),
                }
            }
        }
        self.push(then, facet, call, stage, args);
    }

    /// Adds the move that makes the alias `name` what `item` and `logs` say.
    fn alias(
        &mut self,
        name: &str,
        item: Option<&Value>,
        logs: Option<Value>,
        call: &str,
        stage: Stage,
        args: Value,
    ) {
        let mut then = self.now.clone();
        let mut all = alias::of(&then);
        match item {
            Some(item) => drop(all.insert(name.to_string(), item.clone())),
            None => drop(all.remove(name)),
        }
        match all.is_empty() {
            true => drop(then.portable.remove(ALIASES)),
            false => drop(then.portable.insert(ALIASES.into(), all.into_values().collect())),
        }
        let mut kept = then.local.get(LOGS).and_then(Value::as_object).cloned().unwrap_or_default();
        match logs {
            Some(logs) => drop(kept.insert(name.to_string(), logs)),
            None => drop(kept.remove(name)),
        }
        part(&mut then.local, LOGS, kept);
        self.push(then, &[ALIASES, LOGS], call, stage, args);
    }

    fn push(&mut self, then: Document, facet: &[&str], call: &str, stage: Stage, args: Value) {
        let facet: Vec<String> = facet.iter().map(ToString::to_string).collect();
        let (before, after) = (facet_digest(&self.now, &facet), facet_digest(&then, &facet));
        self.now = then;
        if before == after {
            return;
        }
        self.moves.push(Move {
            address: self.change.address.clone(),
            stage,
            does: Does::Update,
            call: call.into(),
            facet,
            args,
            before: Some(before),
            after: Some(after),
            through: Vec::new(),
            rollout: None,
        });
    }
}
