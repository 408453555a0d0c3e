//! What has to hold for a site to be shipped, as lines of the card: its distribution, and pages that come whole.

use std::collections::BTreeSet;

use super::calls::Calls;
use super::fetch::Seen;
use super::invalidate::Front;
use super::links::Links;
use super::others::others;
use super::state::State;
use crate::aws::CloudFront;
use crate::core::driver::Change;
use crate::core::preflight::{Line, Outcome};
use crate::core::run::RunKind;
use crate::core::site::Site;
use crate::core::{ErrorKind, Result};

/// Source: "Actions defined by Amazon CloudFront", Service Authorization Reference.
const PERMISSION: &str = "cloudfront:GetDistribution";
/// How many pages are named where there may be many.
const NAMED: usize = 3;

/// Asks about `change` of `site`, which is as it was `seen`.
pub async fn preflight(
    calls: &Calls,
    change: &Change<'_>,
    (site, seen): (&Site, &Seen),
    links: &Links,
) -> Result<Vec<Line>> {
    let mut lines = others(change, site, seen);
    if let Some(id) = site.distribution.as_deref() {
        lines.push(front(calls, change, site, id).await?);
    }
    lines.extend(pages(change, links));
    lines.extend(tags(change, seen));
    lines.extend(undated(change, seen));
    Ok(lines)
}

/// Says which files that change have tags: who puts an object puts all of it ("PutObject", API reference), and nobody
/// here reads them.
fn tags(change: &Change<'_>, seen: &Seen) -> Option<Line> {
    let named = changing(change, &seen.tagged)?;
    let line = Line::new(change.address, "tags", Outcome::Warn, format!("of {named} are lost"));
    Some(line.hint("put them again afterwards, or keep such files out of the site with `keep`"))
}

/// Says which files that change have an `Expires` that is no date, which nobody can put again with an SDK of AWS.
fn undated(change: &Change<'_>, seen: &Seen) -> Option<Line> {
    let named = changing(change, &seen.undated)?;
    let detail = format!("of {named} is no date, and is lost");
    let hint = "say in `cache` of its configuration how long such files may be held: browsers heed that before `Expires`";
    Some(Line::new(change.address, "Expires", Outcome::Warn, detail).hint(hint))
}

/// Names those of `paths` that `change` is about; nothing, where it is about none.
fn changing(change: &Change<'_>, paths: &BTreeSet<String>) -> Option<String> {
    let (was, is) = (State::of(change.from?), State::of(change.to?));
    let changes = |path: &&String| was.files.get(*path) != is.files.get(*path);
    let all: Vec<&str> = paths.iter().filter(changes).map(String::as_str).collect();
    let named = all.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(NAMED) {
        _ if all.is_empty() => None,
        0 => Some(named),
        more => Some(format!("{named} and {more} more")),
    }
}

/// Asks whether the distribution is there, serves, and has the site behind it.
async fn front(calls: &Calls, change: &Change<'_>, site: &Site, id: &str) -> Result<Line> {
    let line = |outcome, detail: String| Line::new(change.address, "distribution", outcome, detail);
    // A way back is open also where nobody can be told of it any more.
    let unfit = match change.way {
        RunKind::Deploy => Outcome::Block,
        RunKind::Rollback => Outcome::Warn,
    };
    let place = format!("s3://{}/{}", site.bucket, site.prefix);
    let found = match CloudFront(&calls.account).distribution(id).await {
        Ok(found) => found,
        Err(failure) => {
            let error = failure.error;
            return match error.kind {
                ErrorKind::NotFound => Ok(line(unfit, format!("there is no {id} in this account"))
                    .hint("see `distribution` of the site in the configuration")),
                ErrorKind::Denied => {
                    Ok(line(Outcome::Warn, format!("{id} could not be asked about: {}", error.message))
                        .hint(format!("allow {PERMISSION}: after the switch the run needs it too")))
                }
                _ => Err(error.context(format!("cannot look at the distribution {id}"))),
            };
        }
    };
    if Front::of(&found, &site.bucket, &site.prefix).is_none() {
        return Ok(line(unfit, format!("{id} does not serve {place}"))
            .hint("see `distribution` of the site in the configuration"));
    }
    if found["DistributionConfig"]["Enabled"] != "true" {
        return Ok(line(
            Outcome::Warn,
            format!("{id} serves {place}, but is disabled: nobody gets anything"),
        ));
    }
    Ok(line(Outcome::Pass, format!("{id} serves {place}")))
}

/// Says which pages a reader may get in two halves; nothing, where no page was read.
fn pages(change: &Change<'_>, links: &Links) -> Option<Line> {
    let name = change.address.name();
    let (was, is) = (State::of(change.from?), State::of(change.to?));
    if !links.knows(name) {
        return None;
    }
    let line = |outcome, detail: String| Line::new(change.address, "pages", outcome, detail);
    let mixed = links.mixed(name, &was, &is);
    if mixed.is_empty() {
        return Some(line(Outcome::Pass, "none refers to a file that changes under the same name".into()));
    }
    let one = |(page, files): (&String, &Vec<String>)| match files.as_slice() {
        [file] => format!("{page} refers to {file}"),
        [file, rest @ ..] => format!("{page} refers to {file} and {} more", rest.len()),
        [] => page.clone(),
    };
    let named: Vec<String> = mixed.iter().take(NAMED).map(one).collect();
    let more = match mixed.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more pages"),
    };
    let detail = format!(
        "{}{more}: what changes under its name is not switched together with the page",
        named.join("; ")
    );
    let hint = "let the build put a digest of the content into the names of the files, as in app-5e6f7a8b.js";
    Some(line(Outcome::Warn, detail).hint(hint))
}
