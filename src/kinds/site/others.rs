//! What lies where a site is to be and is not of it: files that were there before the first release, and other sites.

use super::fetch::{Seen, is_part};
use super::manifest::KEY;
use super::state::State;
use crate::core::driver::Change;
use crate::core::preflight::{Line, Outcome};
use crate::core::run::RunKind;
use crate::core::site::{Others, Site};

/// How many files are named where there may be many.
const NAMED: usize = 3;

/// Returns what forbids `change` of `site`, which is as it was `seen`. What a way back leaves over was there before.
pub fn others(change: &Change<'_>, site: &Site, seen: &Seen) -> Vec<Line> {
    if change.way == RunKind::Rollback {
        return Vec::new();
    }
    other_sites(change, site, seen).into_iter().chain(old_files(change, site, seen)).collect()
}

/// Names the sites that lie in this one: their files would be taken for files of this one.
fn other_sites(change: &Change<'_>, site: &Site, seen: &Seen) -> Vec<Line> {
    let below = seen.listed.keys().filter(|path| is_part(site, path));
    let folders = below.filter_map(|path| path.strip_suffix(KEY).filter(|folder| folder.ends_with('/')));
    let line = |folder: &str| {
        let detail = format!(
            "another site is in s3://{}/{}{folder}, and its files would be taken for files of this one",
            site.bucket, site.prefix
        );
        Line::new(change.address, "other sites", Outcome::Block, detail).hint(format!(
            "keep = [\"{folder}*\"] in its configuration, or give this site a `prefix` of its own"
        ))
    };
    folders.map(line).collect()
}

/// Names files that no release has put, and that this one, the first, would delete.
fn old_files(change: &Change<'_>, site: &Site, seen: &Seen) -> Option<Line> {
    if seen.manifest.has_release() || site.others == Others::Retire {
        return None;
    }
    let (was, is) = (State::of(change.from?), State::of(change.to?));
    let all: Vec<&str> =
        was.files.keys().filter(|path| !is.files.contains_key(*path)).map(String::as_str).collect();
    let named = all.iter().take(NAMED).copied().collect::<Vec<&str>>().join(", ");
    let (more, files) = match (all.len().saturating_sub(NAMED), all.len()) {
        (_, 0) => return None,
        (0, 1) => (String::new(), "1 file is".to_string()),
        (0, n) => (String::new(), format!("{n} files are")),
        (more, n) => (format!(" and {more} more"), format!("{n} files are")),
    };
    let place = format!("s3://{}/{}", site.bucket, site.prefix);
    let detail = format!(
        "{files} in {place} that this release, the first, does not have, and would be deleted after the grace: {named}{more}"
    );
    let hint = "keep = [\"PATTERN\"] in its configuration for what is none of the site's, or others = \"retire\" where they \
                are the old site";
    Some(Line::new(change.address, "files of others", Outcome::Block, detail).hint(hint))
}
