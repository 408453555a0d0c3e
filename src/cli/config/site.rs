//! `[environments.NAME.sites.SITE]`: static sites.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::cli::bounded;
use crate::core::Result;
use crate::core::address::Address;
use crate::core::rollout::duration;
use crate::core::site::{Others, Paths, Site, Sweep};
use crate::kinds::site::KIND;

use super::environment::is_url;
use super::table::{At, Table};

const KEYS: [&str; 13] = [
    "bucket",
    "prefix",
    "distribution",
    "url",
    "grace",
    "keep",
    "own",
    "files",
    "cache",
    "compress",
    "workers",
    "sweep",
    "others",
];

/// Reads the sites of an environment, by address.
pub(super) fn sites(table: &Table<'_>) -> Result<BTreeMap<Address, Site>> {
    let Some(inner) = table.inner("sites", "sites")? else { return Ok(BTreeMap::new()) };
    let mut all: BTreeMap<Address, Site> = BTreeMap::new();
    for (name, span, _) in table.below("sites")? {
        let path = format!("sites.{name}");
        // The names of tables live as long as the file is read.
        let Some(said) = inner.inner(&name, "sites")? else { continue };
        said.only(&KEYS, &[])?;
        let site = site(&said, &said.needed("bucket", &span)?)?;
        if let Some((other, _)) = all.iter().find(|(_, other)| other.meets(&site)) {
            let message = format!("{path} and {other} are both in s3://{}/{}", site.bucket, site.prefix);
            return Err(table.place.error(&span, message).hint("give each a prefix of its own"));
        }
        all.insert(Address::new(KIND, name), site);
    }
    Ok(all)
}

fn site(said: &Table<'_>, bucket: &At<String>) -> Result<Site> {
    let place = said.place;
    let mut site = Site::new(&bucket.value);
    if bucket.value.contains(['/', ':']) {
        let message = format!("`bucket` has to be the name of a bucket, not \"{}\"", bucket.value);
        return Err(place.error(&bucket.span, message).hint("what keys begin with is `prefix`"));
    }
    if let Some(at) = said.text("prefix")? {
        let prefix = at.value.trim_matches('/');
        site.prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
    }
    site.distribution = said.text("distribution")?.map(|at| at.value);
    site.url = match said.text("url")? {
        Some(at) if !is_url(&at.value) => {
            return Err(place.error(&at.span, "`url` has to start with http:// or https://"));
        }
        at => at.map(|at| at.value),
    };
    if let Some(at) = said.text("grace")? {
        site.grace = duration(&at.value).ok_or_else(|| {
            place.error(&at.span, format!("`grace` has to be a duration such as 24h, not \"{}\"", at.value))
        })?;
    }
    site.keep = paths(said, "keep")?;
    site.own = paths(said, "own")?;
    site.compress = paths(said, "compress")?;
    site.workers = paths(said, "workers")?;
    for (pattern, at) in said.texts("cache")? {
        let one = Paths::new(&[pattern]).map_err(|e| place.error(&at.span, e.message))?;
        site.cache.push((one, at.value));
    }
    for (path, at) in said.texts("files")? {
        if !site.own.has(&path) {
            let message = format!("`files` gives `{path}`, which `own` does not name");
            return Err(place.error(&at.span, message).hint(format!("own = [\"{path}\"]")));
        }
        let folder = place.file.parent().unwrap_or(place.file);
        let bytes = bounded::read(&folder.join(&at.value), bounded::PART)
            .map_err(|e| place.error(&at.span, format!("cannot read {}: {e}", at.value)))?;
        site.given.insert(path, Bytes::from(bytes));
    }
    site.sweep = match said.text("sweep")? {
        None => Sweep::Warn,
        Some(at) => match at.value.as_str() {
            "warn" => Sweep::Warn,
            "block" => Sweep::Block,
            other => {
                let message = format!("`sweep` has to be \"warn\" or \"block\", not \"{other}\"");
                return Err(place.error(&at.span, message));
            }
        },
    };
    site.others = match said.text("others")? {
        None => Others::Block,
        Some(at) => match at.value.as_str() {
            "block" => Others::Block,
            "retire" => Others::Retire,
            other => {
                let message = format!("`others` has to be \"block\" or \"retire\", not \"{other}\"");
                return Err(place.error(&at.span, message));
            }
        },
    };
    Ok(site)
}

fn paths(said: &Table<'_>, key: &str) -> Result<Paths> {
    let Some(list) = said.list(key)? else { return Ok(Paths::default()) };
    let patterns: Vec<String> = list.value.iter().map(|at| at.value.clone()).collect();
    Paths::new(&patterns).map_err(|e| said.place.error(&list.span, e.message))
}
