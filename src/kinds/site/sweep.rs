//! The sweep: what of the environment that a site comes from is still written in its files.
//!
//! A page is no document: nothing in it is a reference that could be put right. So it is only named, and a person decides.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::links::Links;
use super::state::State;
use super::{KIND, gzip, types};
use crate::core::driver::{BlobSource, Change};
use crate::core::finding::{Finding, Weight};
use crate::core::portable::blobs;
use crate::core::site::{Site, Sweep};
use crate::core::source::Source;
use crate::core::{ErrorKind, Result};

/// A file with more bytes is data.
const MOST: u64 = 4 << 20;
/// An id of fewer characters may be a word.
const LEAST_ID: usize = 16;
/// A value of fewer characters may stand anywhere.
const LEAST_VAR: usize = 4;
/// How many files are named for each trace.
const NAMED: usize = 5;

/// Returns what would give the source away, each with what it is.
fn telling(source: &Source, vars: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let mut all = vec![("its account number".to_string(), source.pin.account.clone())];
    if !source.pin.instance.is_empty() {
        all.push(("the id of its Connect instance".into(), source.pin.instance.clone()));
    }
    for found in source.inventory.iter() {
        match found.address.kind() {
            KIND => {
                let bucket = found.id.split('/').next().unwrap_or_default();
                all.push((format!("the bucket of {}", found.address), bucket.to_string()));
            }
            // A function is told by its name, which is the same everywhere.
            _ if found.id.len() >= LEAST_ID && found.id != found.name() => {
                all.push((format!("the id of {}", found.address), found.id.clone()));
            }
            _ => {}
        }
    }
    for (name, value) in source.vars.iter().filter(|(_, value)| value.len() >= LEAST_VAR) {
        // What both environments say names neither.
        if !vars.values().any(|own| own == value) {
            all.push((format!("its value of `{name}`"), value.clone()));
        }
    }
    all.retain(|(_, text)| !text.is_empty());
    all
}

/// Returns where files that `change` puts into `site` still name `source`, and notes in `links` what its pages refer to.
/// `vars` are the target's own values.
pub async fn traces(
    change: &Change<'_>,
    (site, links): (&Site, &Links),
    source: &Source,
    vars: &BTreeMap<String, String>,
    store: &dyn BlobSource,
) -> Result<Vec<Finding>> {
    let was = change.from.map(State::of).unwrap_or_default();
    let is = change.to.map(State::of).unwrap_or_default();
    let body = |file: &Value| file["Body"].clone();
    let telling = telling(source, vars);
    let mut found: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    let mut unseen = 0;
    for (path, file) in &is.files {
        let is_same = was.files.get(path).is_some_and(|old| body(old) == body(file));
        let is_small = file["Size"].as_u64().is_some_and(|size| size <= MOST);
        if is_same || !is_small || !types::is_text(path) || site.own.has(path) {
            continue;
        }
        let Some(digest) = blobs(file).into_iter().next() else { continue };
        let bytes = match store.bytes(&digest).await {
            Ok(bytes) => bytes,
            Err(e) if e.kind == ErrorKind::NotFound => {
                unseen += 1;
                continue;
            }
            Err(e) => return Err(e),
        };
        let plain = match file["ContentEncoding"].as_str() {
            None => Some(bytes.to_vec()),
            Some("gzip") => gzip::unpacked(&bytes),
            Some(_) => None,
        };
        let Some(plain) = plain else {
            unseen += 1;
            continue;
        };
        links.note(change.address.name(), site, path, &plain);
        let text = String::from_utf8_lossy(&plain);
        for (i, (_, trace)) in telling.iter().enumerate() {
            if text.contains(trace.as_str()) {
                found.entry(i).or_default().insert(path);
            }
        }
    }
    let weight = match site.sweep {
        Sweep::Warn => Weight::Warning,
        Sweep::Block => Weight::Block,
    };
    let mut said: Vec<Finding> = Vec::new();
    for (i, paths) in found {
        let (what, trace) = &telling[i];
        let names: Vec<&str> = paths.iter().take(NAMED).copied().collect();
        let more =
            if paths.len() > NAMED { format!(" and {} more", paths.len() - NAMED) } else { String::new() };
        let message = format!("names {}: {what} ({trace}), in {}{more}", source.label, names.join(", "));
        said.push(Finding::new(weight, Some(change.address), message).hint(
            "put what differs into a file of the environment's own (`own`), and let the pages read that",
        ));
    }
    if unseen > 0 {
        let message =
            format!("{unseen} of its files could not be looked into for what names {}", source.label);
        said.push(Finding::new(Weight::Note, Some(change.address), message));
    }
    Ok(said)
}
