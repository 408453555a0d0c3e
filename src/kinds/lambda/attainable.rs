//! What can be attained of a wish: which content its aliases will name.

use serde_json::{Map, Value};

use super::source::SOURCES;
use super::state::{Alias, Content, Key, LATEST, State, VERSIONS, digest, number, numbered};
use super::{permission, shared, source};
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::finding::{Finding, Weight};

/// Returns `to` as it will be where there is `from`, and what is to be said.
///
/// What is promoted brings its portable part alone: an alias that named what was deployed there follows what is deployed
/// here (an overlay may have changed it), and other content gets the environment's own part. What comes home is literal,
/// as far as its versions are there; a share of calls that went to a version that is gone is not put back.
pub fn attainable(address: &Address, from: Option<&Document>, to: &Document) -> (Document, Vec<Finding>) {
    let mut said = Vec::new();
    let mut to = to.clone();
    without_strays(&mut to);
    let was = from.map(State::of).unwrap_or_default();
    let mut state = State::of(&to);
    let (then, now) = (numbered(&to), from.map(numbered).unwrap_or_default());
    // What is promoted says nothing of versions, and what comes home says which there were, if only that there were none.
    let home = to.exact.contains_key(VERSIONS);
    let own = state.own.key();
    let old = was.own.key();
    for (name, alias) in state.aliases.iter_mut() {
        if alias.key.0 == LATEST {
            alias.key.1 = LATEST.into();
            continue;
        }
        if !state.portable.contains_key(&alias.key.0) {
            alias.key.0 = own.0.clone();
        }
        let there = was.aliases.get(name).filter(|a| a.key.0 == alias.key.0);
        // What follows what was the function's own goes on doing so.
        let followed = there.is_some_and(|a| a.key == old) && alias.key.0 == own.0;
        if home {
            if !state.local.contains_key(&alias.key.1) && alias.key.1 != own.1 {
                alias.key.1 = own.1.clone();
            }
        } else if let Some(there) = there.filter(|_| !followed) {
            alias.key.1 = there.key.1.clone();
            alias.routing = there.routing.clone();
            if let Some(content) = was.content(&there.key) {
                state.local.insert(there.key.1.clone(), content.local);
            }
        } else {
            alias.routing = Map::new();
            let part = match alias.key.0 == own.0 {
                true => state.own.local.clone(),
                false => fitting(&state.portable[&alias.key.0], &state.own.local),
            };
            alias.key.1 = digest(&part);
            state.local.insert(alias.key.1.clone(), part);
        }
        if home && !alias.routing.is_empty() {
            let known = |joined: &str| {
                let is = |key: &Key| format!("{}:{}", key.0, key.1) == joined;
                now.values().flatten().any(is)
                    || then.iter().any(|(n, key)| key.as_ref().is_some_and(is) && now.contains_key(n))
            };
            let before = alias.routing.len();
            alias.routing.retain(|joined, _| known(joined));
            if alias.routing.len() < before {
                let message = format!(
                    "its alias `{name}` gets all calls: the version that had a share of them is gone"
                );
                said.push(Finding::new(Weight::Warning, Some(address), message));
            }
        }
    }
    if !home && let Some(from) = from {
        said.extend(keep(address, from, &was, &mut state, &mut to));
        said.extend(source::keep(address, from, &mut to));
    }
    if let Some(from) = from {
        said.extend(shared::leave(address, from, &was, &mut state, &mut to));
    }
    said.extend(taken(address, &to));
    for (name, alias) in &state.aliases {
        let lost = then.iter().find(|(n, key)| key.as_ref() == Some(&alias.key) && !now.contains_key(n));
        let is_there = now.values().flatten().any(|key| *key == alias.key)
            || then.iter().any(|(n, key)| key.as_ref() == Some(&alias.key) && now.contains_key(n));
        if let (Some((gone, _)), false, Some(_)) = (lost, is_there, from) {
            let message = format!(
                "version {gone}, which its alias `{name}` named, is gone: it is published anew from what was kept of it"
            );
            said.push(Finding::new(Weight::Warning, Some(address), message));
        }
    }
    if home && state.aliases != was.aliases {
        let since: Vec<String> =
            now.keys().filter(|n| then.keys().all(|t| t < n)).map(ToString::to_string).collect();
        if !since.is_empty() {
            let message =
                format!("version {} was published since and stays: it is not deleted", since.join(", "));
            said.push(Finding::new(Weight::Note, Some(address), message));
        }
    }
    state.write(&mut to);
    if home {
        number(&mut to, &then);
    }
    (to, said)
}

/// Returns a block where `to` has two statements of one id: that of a caller of its own, and somebody else's there.
fn taken(address: &Address, to: &Document) -> Option<Finding> {
    let others = to.local.get("OtherPermissions")?.as_object()?;
    let all = to.portable.get("Permissions")?.as_object()?;
    let key = all.keys().find(|key| others.contains_key(*key))?;
    let message =
        format!("its policy has a statement `{key}` for another caller there, and two cannot have one id");
    let hint =
        "give one of them another id: lambda remove-permission and add-permission of the AWS CLI do that";
    Some(Finding::new(Weight::Block, Some(address), message).hint(hint))
}

/// Leaves to `state`, which is promoted, the aliases that the target, which `was`, has besides, and to `to` who may use
/// them: somebody may.
fn keep(
    address: &Address,
    from: &Document,
    was: &State,
    state: &mut State,
    to: &mut Document,
) -> Option<Finding> {
    let besides: Vec<(&String, &Alias)> =
        was.aliases.iter().filter(|(name, _)| !state.aliases.contains_key(*name)).collect();
    if besides.is_empty() {
        return None;
    }
    let names: Vec<&str> = besides.iter().map(|(name, _)| name.as_str()).collect();
    for (name, alias) in &besides {
        state.aliases.insert((*name).clone(), (*alias).clone());
        if let Some(content) = was.content(&alias.key) {
            state.know(&content);
        }
    }
    let kept = |key: &str| permission::parts(key).0.is_some_and(|alias| names.contains(&alias));
    for (there, part) in [(&from.portable, &mut to.portable), (&from.local, &mut to.local)] {
        let Some(all) = there.get("Permissions").and_then(Value::as_object) else { continue };
        for (key, item) in all.iter().filter(|(key, _)| kept(key)) {
            let own = part.entry("Permissions").or_insert_with(|| Value::Object(Map::new()));
            own.as_object_mut().map(|own| own.insert(key.clone(), item.clone()));
        }
    }
    let message = format!("keeps its alias {}, which the source does not have", names.join(", "));
    Some(Finding::new(Weight::Note, Some(address), message))
}

/// Takes out of the local part what has no counterpart in what is promoted: secrets of variables that are not there any
/// more, or are none there; the state of mappings that are gone.
fn without_strays(to: &mut Document) {
    let hidden =
        to.portable.get("Environment").and_then(|e| e["Variables"].as_object()).cloned().unwrap_or_default();
    if let Some(there) = to.local.get_mut("Environment").and_then(|e| e["Variables"].as_object_mut()) {
        there.retain(|name, _| hidden.get(name).is_some_and(is_hidden));
        if there.is_empty() {
            to.local.remove("Environment");
        }
    }
    let sources = to.portable.get(SOURCES).and_then(Value::as_object).cloned().unwrap_or_default();
    if let Some(there) = to.local.get_mut(SOURCES).and_then(Value::as_object_mut) {
        there.retain(|key, _| sources.contains_key(key));
    }
    if !sources.is_empty() {
        let there = to.local.entry(SOURCES).or_insert_with(|| Value::Object(Map::new()));
        for key in sources.keys() {
            if let Some(there) = there.as_object_mut() {
                // A new mapping begins to work, as one does that is made by hand.
                there.entry(key.clone()).or_insert_with(|| serde_json::json!({ "Enabled": true }));
            }
        }
    } else {
        to.local.remove(SOURCES);
    }
}

fn is_hidden(value: &Value) -> bool {
    *value == crate::core::template::Placeholder::Secret.to_string()
}

/// Returns what of `local`, the environment's own part of what is deployed, another content needs: secrets that it has
/// too, and all else.
fn fitting(portable: &Map<String, Value>, local: &Map<String, Value>) -> Map<String, Value> {
    let mut both = Document { portable: portable.clone(), local: local.clone(), ..Document::default() };
    both.portable.remove(SOURCES);
    without_strays(&mut both);
    Content::of(&both).local
}
