//! The moves that make a site another: what is new first, then what changes under its name, then what is old.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::pages::turn;
use super::state::{PENDING, State, facet, pending, print};
use crate::core::driver::Change;
use crate::core::moves::{Does, Move, Stage};
use crate::core::run::RunKind;
use crate::core::site::Site;
use crate::core::{Error, Result};

/// Puts files that nothing refers to yet.
pub const ASSETS: &str = "PutAssets";
/// Puts files in the place of others, and says which are the release.
pub const PAGES: &str = "PutPages";
/// Lets CloudFront forget what it keeps of them.
pub const INVALIDATE: &str = "CreateInvalidation";
/// Deletes what has been in no release for long.
pub const RETIRED: &str = "DeleteRetired";

/// Returns the moves that make `change` of `site`.
///
/// Fails with `Blocked` where there is no bucket, and where a site is to be deleted.
pub fn moves(change: &Change<'_>, site: Option<&Site>) -> Result<Vec<Move>> {
    let Some(to) = change.to else {
        return Err(Error::blocked("is a bucket's content, which is never deleted whole")
            .hint("deploy a folder with what is to be there instead"));
    };
    let (Some(from), Some(site)) = (change.from, site) else {
        return Err(Error::blocked("has no bucket in the target, and none is ever made")
            .hint("make the bucket, and name it in [environments.NAME.sites]"));
    };
    let (was, is) = (State::of(from), State::of(to));
    // What is new and is asked for by its name is part of the switch: once it is there it is served, and what it refers to
    // may be a file that changes under its name.
    let (mut fresh, mut switched, mut gone) = (Map::new(), Map::new(), BTreeSet::new());
    for (path, file) in &is.files {
        match was.files.get(path) {
            Some(old) if old == file && !was.pending.contains(path) => {}
            None if turn(site, path) == 0 && !was.pending.contains(path) => {
                fresh.insert(path.clone(), file.clone());
            }
            _ => drop(switched.insert(path.clone(), file.clone())),
        }
    }
    let old = was.files.keys().chain(&was.pending).filter(|path| !is.files.contains_key(*path));
    gone.extend(old.cloned());
    let mut moves = Vec::new();
    if !fresh.is_empty() {
        moves.push(prepare(change, ASSETS, Stage::Write, json!({ "Files": fresh })));
    }
    let seen: Vec<&String> = switched.keys().chain(fresh.keys().filter(|p| !is_hashed(p))).collect();
    let seen = json!({ "Paths": seen });
    let is_seen = seen["Paths"].as_array().is_some_and(|paths| !paths.is_empty());
    let after = print(to);
    let mut half = from.clone();
    let paths: BTreeSet<&String> = switched.keys().chain(&was.pending).collect();
    half.local.insert(PENDING.into(), pending(&after, paths.into_iter().map(String::as_str)));
    let through = if switched.is_empty() { Vec::new() } else { vec![print(&half)] };
    let new: Vec<&String> = fresh.keys().collect();
    moves.push(Move {
        address: change.address.clone(),
        stage: Stage::Switch,
        does: Does::Update,
        call: PAGES.into(),
        facet: facet(),
        args: json!({ "Files": switched, "New": new, "Gone": gone, "To": after.to_string() }),
        before: Some(print(from)),
        after: Some(after),
        through,
        rollout: None,
    });
    if site.distribution.is_some() && is_seen {
        // Viewers have the old page back when CloudFront has forgotten the new one: that is what a way back is about.
        let stage = if change.way == RunKind::Rollback { Stage::Switch } else { Stage::Clean };
        moves.push(prepare(change, INVALIDATE, stage, seen));
    }
    // What a rollback leaves over may be wanted again at once.
    if change.way == RunKind::Deploy {
        moves.push(prepare(change, RETIRED, Stage::Clean, json!({})));
    }
    Ok(moves)
}

fn prepare(change: &Change<'_>, call: &str, stage: Stage, args: Value) -> Move {
    Move {
        address: change.address.clone(),
        stage,
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

/// Returns whether the name of `path` has the digest of its content in it, as builds write it: then other content has
/// another name, and nobody keeps an old one under it.
pub fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_digest = |part: &str| {
        part.len() >= 8
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && part.bytes().any(|b| b.is_ascii_digit())
    };
    !name.ends_with(".html") && name.split(['.', '-']).skip(1).any(is_digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_digest_in_it_is_told_from_one_without() {
        for yes in ["assets/app.3f9a1c2b.js", "index-BxT9k2Lm.css", "a/b-12345678.woff2"] {
            assert!(is_hashed(yes), "{yes}");
        }
        for no in ["index.html", "app.js", "assets/main.css", "page-12345678.html", "12345678.js"] {
            assert!(!is_hashed(no), "{no}");
        }
    }
}
