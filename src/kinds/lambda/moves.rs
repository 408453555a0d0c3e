//! From a change to moves: pure.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fields::{CONFIGURED, FIXED, blank, facet};
use super::state::{Content, FOREIGN, Key, LATEST, State, numbered};
use super::{alias, concurrency, ladder, permission, source};
use crate::core::document::Document;
use crate::core::driver::Change;
use crate::core::moves::{Does, Move, Stage, facet_digest};
use crate::core::rollout::Rollouts;
use crate::core::template::escape;
use crate::core::{Error, Result};
use crate::kinds::connect::UID_TAG;
use crate::kinds::merged::{merged, merged_all};
use crate::kinds::tag::Spelled;

/// How Lambda writes tags.
const TAGS: Spelled = Spelled { tags: "Tags", keys: "TagKeys" };

/// The calls that write content.
pub const CREATE: &str = "CreateFunction";
/// Sets all but the code.
pub const CONFIGURE: &str = "UpdateFunctionConfiguration";
/// Sets the code.
pub const CODE: &str = "UpdateFunctionCode";
/// Waits for the end of either.
pub const WAIT: &str = "GetFunctionConfiguration";
/// Makes a version.
pub const PUBLISH: &str = "PublishVersion";
/// Makes an alias.
pub const CREATE_ALIAS: &str = "CreateAlias";
/// Points it elsewhere.
pub const UPDATE_ALIAS: &str = "UpdateAlias";
/// Removes it.
pub const DELETE_ALIAS: &str = "DeleteAlias";
/// Removes the function with all versions and aliases.
pub const DELETE: &str = "DeleteFunction";

/// Returns the moves that make `change`, in order. `physical` is what the function is called there; `rollouts` has the
/// ladders of its aliases.
///
/// Aliases whose content a version is known to have are moved first, whatever else changes: that is one call. Content
/// that no version is known to have is written, published and named by its aliases, last what is to be `$LATEST`.
///
/// Fails with `Blocked` where a member differs that can't be changed, or where the content of an alias is not known.
pub fn moves(change: &Change<'_>, physical: &str, rollouts: &Rollouts) -> Result<Vec<Move>> {
    match (change.from, change.to) {
        (None, Some(to)) => create(change, to, physical, rollouts),
        (Some(from), Some(to)) => update(change, from, to, physical, rollouts),
        (Some(from), None) => delete(change, from),
        (None, None) => Ok(Vec::new()),
    }
}

fn create(change: &Change<'_>, to: &Document, physical: &str, rollouts: &Rollouts) -> Result<Vec<Move>> {
    let wanted = State::of(to);
    // What is published first is made first, so that nothing is written twice.
    let mut versions = unpublished(&wanted, &State::default(), &BTreeMap::new());
    versions.retain(|key| *key != wanted.own.key());
    let first = match versions.first() {
        Some(key) => wanted.content(key).ok_or_else(|| lost(&wanted, key))?,
        None => wanted.own.clone(),
    };
    let mut args = merged_all(&first.portable, &first.local);
    let name = |text: &str| escape(text);
    args.insert("FunctionName".into(), name(physical).into());
    args.extend(wanted.description.clone().map(|d| ("Description".to_string(), d)));
    let mut tags = to.portable.get("Tags").and_then(Value::as_object).cloned().unwrap_or_default();
    if !change.uid.is_empty() {
        tags.insert(UID_TAG.into(), escape(change.uid).into());
    }
    if !tags.is_empty() {
        args.insert("Tags".into(), Value::Object(tags));
    }
    let mut moves = vec![Move {
        address: change.address.clone(),
        stage: Stage::Write,
        does: Does::Create,
        call: CREATE.into(),
        facet: args.keys().cloned().collect(),
        args: Value::Object(args),
        before: None,
        after: None,
        through: Vec::new(),
        rollout: None,
    }];
    moves.push(wait(change));
    let state = State { own: first, description: wanted.description.clone(), ..State::default() };
    let mut born = Document::default();
    state.write(&mut born);
    born.portable.extend(to.portable.get("Tags").map(|t| ("Tags".to_string(), t.clone())));
    moves.extend(update(change, &born, to, physical, rollouts)?);
    Ok(moves)
}

fn update(
    change: &Change<'_>,
    from: &Document,
    to: &Document,
    physical: &str,
    rollouts: &Rollouts,
) -> Result<Vec<Move>> {
    for name in FIXED {
        if from.portable.get(name) != to.portable.get(name) {
            return Err(Error::blocked(format!("differs in {name}, which AWS has no call to change"))
                .hint("delete the one in the target first, or call it otherwise in the configuration"));
        }
    }
    let wanted = State::of(to);
    let mut path = Path { change, physical, rollouts, now: State::of(from), moves: Vec::new() };
    let known = if change.from.is_some() { known(from, to) } else { BTreeMap::new() };
    path.content(&wanted, &known)?;
    path.moves.extend(TAGS.moves(change, from, to));
    path.moves.extend(permission::moves(change, from, to));
    path.moves.extend(source::moves(change, from, to));
    path.moves.extend(concurrency::moves(change, from, to));
    path.removals(&wanted);
    Ok(path.moves)
}

/// Returns the number of the newest version that is known to have each content: by what is there, and by what was there
/// when `to` was, as far as it still is.
pub fn known(from: &Document, to: &Document) -> BTreeMap<Key, u64> {
    let (now, then) = (numbered(from), numbered(to));
    let there = now.iter().map(|(number, key)| {
        let recorded = then.get(number).cloned().flatten();
        (*number, key.clone().or(recorded))
    });
    there.filter_map(|(number, key)| Some((key?, number))).collect()
}

/// Returns the content that aliases of `to` are to name and that no version is known to have, the function's own last.
pub fn unpublished(to: &State, from: &State, known: &BTreeMap<Key, u64>) -> Vec<Key> {
    let mut all: Vec<Key> = Vec::new();
    for (name, alias) in &to.aliases {
        let stays = from.aliases.get(name).is_some_and(|a| a.key == alias.key);
        if !stays && alias.key.0 != LATEST && !known.contains_key(&alias.key) && !all.contains(&alias.key) {
            all.push(alias.key.clone());
        }
    }
    let own = to.own.key();
    all.sort_by_key(|key| *key == own);
    all
}

fn lost(to: &State, key: &Key) -> Error {
    let alias = to.aliases.iter().find(|(_, a)| a.key == *key).map(|(name, _)| name.as_str());
    let message = format!(
        "its alias `{}` names a version whose content no version there is known to have, and which was not kept",
        alias.unwrap_or_default()
    );
    Error::blocked(message)
        .hint("point the alias of the source to a version that is there, and extract it again")
}

/// The way from what is there to what is to be: what is there now, and the moves so far.
struct Path<'a> {
    change: &'a Change<'a>,
    physical: &'a str,
    rollouts: &'a Rollouts,
    now: State,
    moves: Vec<Move>,
}

impl Path<'_> {
    /// Adds the moves that make content and aliases what `to` says.
    fn content(&mut self, to: &State, known: &BTreeMap<Key, u64>) -> Result<()> {
        for (there, wanted) in [(&mut self.now.portable, &to.portable), (&mut self.now.local, &to.local)] {
            for (digest, members) in wanted {
                there.entry(digest.clone()).or_insert_with(|| members.clone());
            }
        }
        self.now.know(&to.own);
        let was = self.now.own.clone();
        self.now.know(&was);
        let ready = |key: &Key| key.0 == LATEST || known.contains_key(key);
        self.aliases(to, known, ready);
        for key in unpublished(to, &self.now, known) {
            let content = match key == to.own.key() {
                true => to.own.clone(),
                false => to.content(&key).ok_or_else(|| lost(to, &key))?,
            };
            self.write(&content, to);
            self.moves.push(publish(self.change, &content));
            self.aliases(to, known, |k| *k == key);
        }
        self.write(&to.own, to);
        Ok(())
    }

    /// Adds the moves of the aliases that go, once nothing names them any more.
    fn removals(&mut self, to: &State) {
        for name in self.now.aliases.clone().into_keys().filter(|name| !to.aliases.contains_key(name)) {
            let args = json!({ "Name": escape(&name) });
            self.step(DELETE_ALIAS, Stage::Clean, args, |now| drop(now.aliases.remove(&name)));
        }
    }

    /// Adds the moves of the aliases whose content `ready` has.
    fn aliases(&mut self, to: &State, known: &BTreeMap<Key, u64>, ready: impl Fn(&Key) -> bool) {
        for (name, alias) in to.aliases.iter().filter(|(_, a)| ready(&a.key)) {
            let was = self.now.aliases.get(name).cloned();
            if was.as_ref() == Some(alias) {
                continue;
            }
            let version = match known.get(&alias.key) {
                _ if alias.key.0 == LATEST => json!(LATEST),
                Some(number) => json!(number.to_string()),
                // What has just been published.
                None => Value::Null,
            };
            let args = alias::arguments(name, alias, was.as_ref(), version, known);
            let (call, stage) = match was {
                None => (CREATE_ALIAS, Stage::Write),
                // It takes callers over, so it waits for all that the new version needs.
                Some(_) => (UPDATE_ALIAS, Stage::Switch),
            };
            let rollout = ladder::configured(self.change, self.rollouts, name)
                .filter(|_| ladder::shifts(was.as_ref(), alias))
                .filter(|_| ladder::obstacle(&self.now, was.as_ref(), alias).is_none());
            let through = rollout.map(|r| ladder::through(&self.now, name, alias, r));
            self.step(call, stage, args, |now| drop(now.aliases.insert(name.clone(), alias.clone())));
            if let Some(last) = self.moves.last_mut() {
                (last.through, last.rollout) = (through.unwrap_or_default(), rollout.cloned());
            }
        }
    }

    /// Adds the moves that make `$LATEST` what `content` says; what is said of it is as in `to`.
    fn write(&mut self, content: &Content, to: &State) {
        let from = self.now.own.clone();
        let described = to.description != self.now.description && *content == to.own;
        let mut args = Map::new();
        for name in CONFIGURED {
            let both = |content: &Content| merged(content.portable.get(name), content.local.get(name));
            let (was, is) = match name {
                "Description" if described => (self.now.description.clone(), to.description.clone()),
                "Description" => continue,
                _ => (both(&from), both(content)),
            };
            if was != is {
                args.insert(name.into(), is.unwrap_or_else(|| blank(name, self.physical)));
            }
        }
        if !args.is_empty() {
            let description = if described { to.description.clone() } else { self.now.description.clone() };
            let mut next = content.clone();
            for name in ["Code", "Architectures"] {
                for (part, old) in [(&mut next.portable, &from.portable), (&mut next.local, &from.local)] {
                    match old.get(name) {
                        Some(value) => drop(part.insert(name.into(), value.clone())),
                        None => drop(part.remove(name)),
                    }
                }
            }
            self.step(CONFIGURE, Stage::Write, Value::Object(args), |now| {
                now.know(&next);
                now.own = next;
                now.description = description;
            });
            self.moves.push(wait(self.change));
        }
        let code = |content: &Content| {
            let both = |name| merged(content.portable.get(name), content.local.get(name));
            (both("Code"), both("Architectures"))
        };
        if code(&self.now.own) != code(content) {
            let (code, architectures) = code(content);
            let mut args = code.and_then(|c| c.as_object().cloned()).unwrap_or_default();
            args.extend(architectures.map(|a| ("Architectures".to_string(), a)));
            let next = content.clone();
            self.step(CODE, Stage::Write, Value::Object(args), |now| {
                now.know(&next);
                now.own = next;
            });
            self.moves.push(wait(self.change));
        }
    }

    fn step(&mut self, call: &str, stage: Stage, args: Value, then: impl FnOnce(&mut State)) {
        let before = self.now.print();
        then(&mut self.now);
        self.moves.push(Move {
            address: self.change.address.clone(),
            stage,
            does: Does::Update,
            call: call.into(),
            facet: facet(),
            args,
            before: Some(before),
            after: Some(self.now.print()),
            through: Vec::new(),
            rollout: None,
        });
    }
}

fn prepare(change: &Change<'_>, call: &str, args: Value) -> Move {
    Move {
        address: change.address.clone(),
        stage: Stage::Write,
        does: Does::Prepare,
        call: call.into(),
        facet: Vec::new(),
        args,
        before: None,
        after: None,
        through: Vec::new(),
        rollout: None,
    }
}

fn wait(change: &Change<'_>) -> Move {
    prepare(change, WAIT, json!({}))
}

fn publish(change: &Change<'_>, content: &Content) -> Move {
    let code = content.portable.get("Code").and_then(|c| c.get("ZipFile"));
    prepare(change, PUBLISH, code.map_or(json!({}), |blob| json!({ "CodeSha256": blob })))
}

/// Returns the move that sets the member `name` as a whole.
pub fn setting(
    change: &Change<'_>,
    call: &str,
    name: &str,
    args: Value,
    from: &Document,
    to: &Document,
) -> Move {
    let facet = vec![name.to_string()];
    Move {
        address: change.address.clone(),
        stage: Stage::Write,
        does: Does::Update,
        call: call.into(),
        args,
        before: Some(facet_digest(from, &facet)),
        after: Some(facet_digest(to, &facet)),
        facet,
        through: Vec::new(),
        rollout: None,
    }
}

/// Returns the moves that delete: first what would go on invoking it.
///
/// Fails with `Blocked` where other environments have aliases of it.
fn delete(change: &Change<'_>, from: &Document) -> Result<Vec<Move>> {
    if from.exact.contains_key(FOREIGN) {
        return Err(Error::blocked("has aliases that are those of other environments")
            .hint("delete its alias by hand, and leave the function to the others"));
    }
    let mut bare = from.clone();
    for part in [&mut bare.portable, &mut bare.local] {
        part.remove(source::SOURCES);
    }
    let mut moves = source::moves(change, from, &bare);
    moves.iter_mut().for_each(|m| m.stage = Stage::Clean);
    let facet: Vec<String> = bare.portable.keys().chain(bare.local.keys()).cloned().collect();
    moves.push(Move {
        address: change.address.clone(),
        stage: Stage::Clean,
        does: Does::Delete,
        call: DELETE.into(),
        before: Some(facet_digest(&bare, &facet)),
        facet,
        args: json!({}),
        after: None,
        through: Vec::new(),
        rollout: None,
    });
    Ok(moves)
}
