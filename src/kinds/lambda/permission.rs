//! Permissions: the statements of a function's resource policy, and of its aliases'.

use serde_json::{Map, Value, json};

use super::moves::setting;
use crate::core::document::Document;
use crate::core::driver::Change;
use crate::core::moves::{Move, Stage};

/// Adds a statement.
pub const ADD: &str = "AddPermission";
/// Takes one away.
pub const REMOVE: &str = "RemovePermission";

/// Returns the moves that make the statements what `to` says, in both parts. One that changes is made anew.
pub fn moves(change: &Change<'_>, from: &Document, to: &Document) -> Vec<Move> {
    let mut moves = of_part(change, "Permissions", &from.portable, &to.portable, |all| Document {
        portable: all,
        ..Document::default()
    });
    moves.extend(of_part(change, "OtherPermissions", &from.local, &to.local, |all| Document {
        local: all,
        ..Document::default()
    }));
    moves
}

/// Returns the moves that take away what a function lets others do, before it is deleted: a bot calls the function, and
/// the function lets it, so that neither could go before the other.
pub fn empty(change: &Change<'_>) -> Vec<Move> {
    let Some(from) = change.from else { return Vec::new() };
    let mut to = from.clone();
    to.portable.remove("Permissions");
    moves(change, from, &to).into_iter().map(|m| Move { stage: Stage::Clean, ..m }).collect()
}

fn of_part(
    change: &Change<'_>,
    member: &str,
    from: &Map<String, Value>,
    to: &Map<String, Value>,
    document: fn(Map<String, Value>) -> Document,
) -> Vec<Move> {
    let all =
        |part: &Map<String, Value>| part.get(member).and_then(Value::as_object).cloned().unwrap_or_default();
    let (mut now, new) = (all(from), all(to));
    let with = |all: &Map<String, Value>| {
        let member = (!all.is_empty()).then(|| (member.to_string(), Value::Object(all.clone())));
        document(member.into_iter().collect())
    };
    let mut moves = Vec::new();
    let changed = |key: &String, item: &Value| new.get(key) != Some(item);
    for key in now.clone().into_iter().filter(|(k, v)| changed(k, v)).map(|(k, _)| k) {
        // What is gone with its alias is gone already.
        let before = with(&now);
        now.remove(&key);
        let args = json!({ "Statement": key });
        moves.push(setting(change, REMOVE, member, args, &before, &with(&now)));
    }
    for (key, item) in new {
        if now.contains_key(&key) {
            continue;
        }
        let before = with(&now);
        now.insert(key.clone(), item.clone());
        let mut args = item;
        args["Statement"] = json!(key);
        moves.push(setting(change, ADD, member, args, &before, &with(&now)));
    }
    moves
}

/// Returns the alias and the statement id that `key` tells; no alias where it is the function's own policy.
pub fn parts(key: &str) -> (Option<&str>, &str) {
    match key.rsplit_once(':') {
        Some((alias, sid)) => (Some(alias), sid),
        None => (None, key),
    }
}
