//! The moves that make a site another: what is new first, then what changes under its name, then what is old.

use serde_json::{Map, Value, json};

use super::state::{PENDING, State, facet, pending, print};
use crate::core::document::Document;
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
    let (mut fresh, mut changed) = (Map::new(), Map::new());
    for (path, file) in &is.files {
        match was.files.get(path) {
            None => drop(fresh.insert(path.clone(), file.clone())),
            Some(old) if old != file || was.pending.contains(path) => {
                changed.insert(path.clone(), file.clone());
            }
            Some(_) => {}
        }
    }
    let gone: Vec<&String> = was.files.keys().filter(|path| !is.files.contains_key(*path)).collect();
    let mut moves = Vec::new();
    if !fresh.is_empty() {
        moves.push(prepare(change, ASSETS, Stage::Write, json!({ "Files": fresh })));
    }
    let seen: Vec<&String> = changed.keys().chain(fresh.keys().filter(|p| !is_hashed(p))).collect();
    let seen = json!({ "Paths": seen });
    let is_seen = seen["Paths"].as_array().is_some_and(|paths| !paths.is_empty());
    moves.push(pages(change, from, to, changed, fresh.keys().collect(), gone));
    if site.distribution.is_some() && is_seen {
        moves.push(prepare(change, INVALIDATE, Stage::Clean, seen));
    }
    // What a rollback leaves over may be wanted again at once.
    if change.way == RunKind::Deploy {
        moves.push(prepare(change, RETIRED, Stage::Clean, json!({})));
    }
    Ok(moves)
}

fn pages(
    change: &Change<'_>,
    from: &Document,
    to: &Document,
    changed: Map<String, Value>,
    fresh: Vec<&String>,
    gone: Vec<&String>,
) -> Move {
    let after = print(to);
    let mut half = from.clone();
    half.local.insert(PENDING.into(), pending(&after, changed.keys().map(String::as_str)));
    let through = if changed.is_empty() { Vec::new() } else { vec![print(&half)] };
    Move {
        address: change.address.clone(),
        stage: Stage::Switch,
        does: Does::Update,
        call: PAGES.into(),
        facet: facet(),
        args: json!({ "Files": changed, "New": fresh, "Gone": gone, "To": after.to_string() }),
        before: Some(print(from)),
        after: Some(after),
        through,
        rollout: None,
    }
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
