//! Checks of sites: whether they can be read, and whether the bucket holds what was put there.

use super::calls::Calls;
use super::fetch::{Shelf, is_part};
use super::{KIND, state};
use crate::aws::http;
use crate::core::driver::{Check, Live};
use crate::core::means::Values;
use crate::core::site::Site;

/// What a site is asked for where no path is.
///
/// Source: "Configuring an index document", Amazon S3 User Guide: `index.html` is what most use.
const INDEX: &str = "index.html";
/// How many paths are named where there may be many.
const NAMED: usize = 5;

/// Asks about each site of `live`.
pub async fn all(calls: &Calls, values: &Values, shelf: &Shelf, live: &[Live]) -> Vec<Check> {
    let mut all = Vec::new();
    for one in live.iter().filter(|l| l.found.address.kind() == KIND) {
        let address = &one.found.address;
        let Some(site) = values.sites.get(address) else { continue };
        all.push(whole(calls, shelf, site, one).await);
        if let Some(url) = &site.url {
            all.push(reachable(one, url).await);
        }
    }
    all
}

/// Asks whether there is an index, and whether the objects are those that were put.
async fn whole(calls: &Calls, shelf: &Shelf, site: &Site, one: &Live) -> Check {
    let address = &one.found.address;
    let state = state::State::of(&one.document);
    let mut problems = Vec::new();
    if !state.files.contains_key(INDEX) {
        problems.push(format!("{address} has no {INDEX}"));
    }
    if !state.pending.is_empty() {
        problems.push(format!("{address} is half-way: a deployment of it has not ended"));
    }
    let seen = match shelf.seen(address.name()) {
        Some(seen) => Ok(seen),
        None => super::fetch::seen(calls, site).await.map(|(seen, _)| seen),
    };
    match seen {
        Err(e) => problems.push(format!("{address}: {}", e.message)),
        // Where nothing was ever put, nothing can have been changed since.
        Ok(seen) if seen.etag.is_some() => {
            let noted = &seen.manifest.files;
            let gone = noted.keys().filter(|path| !seen.listed.contains_key(*path));
            let other = seen.listed.iter().filter(|(path, etag)| {
                is_part(site, path)
                    && !seen.manifest.is_beside(path, etag)
                    && noted.get(*path).is_none_or(|kept| {
                        let is_other = seen.files.get(*path).is_some_and(|now| now.file != kept.file);
                        kept.etag != **etag || is_other
                    })
            });
            let gone = gone.map(|path| format!("{path} is gone"));
            let other = other.map(|(path, _)| format!("{path} was put by somebody else"));
            let all: Vec<String> = gone.chain(other).collect();
            problems.extend(all.iter().take(NAMED).map(|what| format!("{address}: {what}")));
            if all.len() > NAMED {
                problems.push(format!("{address}: {} more", all.len() - NAMED));
            }
        }
        Ok(_) => {}
    }
    let stale = shelf.seen(address.name()).map_or(0, |seen| seen.manifest.stale.len());
    if let (Some(id), true) = (&site.distribution, stale > 0) {
        let files = if stale == 1 { "1 file".to_string() } else { format!("{stale} files") };
        problems.push(format!("{address}: CloudFront's {id} was not told to forget {files} that changed"));
    }
    Check {
        name: format!("files of {}", address.name()),
        healthy: problems.is_empty(),
        detail: format!("{} files in s3://{}/{}", state.files.len(), site.bucket, site.prefix),
        problems,
    }
}

/// Asks whether the site answers.
async fn reachable(one: &Live, url: &str) -> Check {
    let host = http::host(url).unwrap_or_default();
    let (healthy, detail, problems) = match http::get(url).await {
        Ok(bytes) => (true, format!("{host} answers with {} bytes", bytes.len()), Vec::new()),
        Err(e) => (false, format!("{host} does not answer"), vec![e.message]),
    };
    Check { name: format!("{} at {host}", one.found.address.name()), healthy, detail, problems }
}
