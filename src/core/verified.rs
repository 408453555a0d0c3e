//! The way back leads to what was verified good: "the one before" may be what failed before.

use std::collections::BTreeMap;

use super::address::Address;
use super::driver::Live;
use super::error::{ErrorKind, Result};
use super::finding::{Finding, Weight};
use super::inventory::Inventory;
use super::means::Means;
use super::plan::Wish;
use super::tried::{Tried, Verdict, best, tried};

/// Where the way back leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// To what was there before the run, whatever that was: somebody has named it, or an open run needs a way out.
    Before,
    /// To the last state that was verified good: what was there before the run, if that was, else what was before that.
    Verified,
}

/// Sees to it, for each of `wishes` to put something back, that it was verified good, and says where it was not. With
/// [`Aim::Verified`] the newest that was takes its place.
pub async fn prefer(
    means: &Means<'_>,
    (environment, aim): (&str, Aim),
    inventory: &Inventory,
    lives: &BTreeMap<Address, Live>,
    wishes: &mut [Wish],
) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for wish in wishes {
        let Some(to) = &wish.to else { continue };
        let Some(wanted) = means.driver.edition(&wish.address, to) else { continue };
        let (Some(live), Some(found)) = (lives.get(&wish.address), inventory.get(&wish.address)) else {
            continue;
        };
        if means.driver.edition(&wish.address, &live.document).as_ref() == Some(&wanted) {
            continue;
        }
        let tried = match tried(means, found).await {
            Ok(tried) => tried,
            // An open run needs a way out, and who may not look may still go back.
            Err(e) if aim == Aim::Before || e.kind == ErrorKind::Denied => {
                let message =
                    format!("nobody can tell whether revision {wanted} is verified good: {}", e.message);
                findings.push(Finding::new(Weight::Warning, Some(&wish.address), message));
                continue;
            }
            Err(e) => return Err(e),
        };
        if tried.is_empty() {
            continue;
        }
        let before = tried.iter().find(|t| t.edition.revision == wanted);
        if before.is_some_and(|t| t.verdict == Verdict::Good) {
            continue;
        }
        let why =
            before.map_or("is not among its last deployments, so nobody can tell how it did", |t| &t.why);
        let bad = before.is_some_and(|t| t.verdict == Verdict::Bad);
        let was = before.map_or_else(|| format!("revision {wanted}"), |t| t.edition.to_string());
        match (aim, best(&tried, Some(&wanted))) {
            (Aim::Verified, Some(good)) => {
                wish.to = Some(means.driver.as_of(live, &good.edition.revision, inventory).await?);
                findings.push(instead(&wish.address, good, &was, why).hint(format!(
                    "to have it all the same: {}",
                    named(environment, &wish.address, &wanted)
                )));
            }
            (Aim::Verified, None) if bad => {
                let message = format!(
                    "was {was} before, which did not do well: {why}; and none of its last editions was verified good"
                );
                findings.push(Finding::new(Weight::Block, Some(&wish.address), message).hint(format!(
                    "to have it all the same: {}",
                    named(environment, &wish.address, &wanted)
                )));
            }
            _ => {
                let message = format!("goes back to {was}, which is not verified good: {why}");
                findings.push(Finding::new(Weight::Warning, Some(&wish.address), message));
            }
        }
    }
    Ok(findings)
}

/// Says what is put back instead of what was there before.
fn instead(address: &Address, good: &Tried, was: &str, why: &str) -> Finding {
    let message = format!(
        "goes back to {}, the last that was verified good ({}), and not to {was}, which was there before: {why}",
        good.edition, good.why
    );
    Finding::new(Weight::Warning, Some(address), message)
}

/// Returns the command that goes back to `revision`.
fn named(environment: &str, address: &Address, revision: &str) -> String {
    format!(
        "snapdeploy rollback {environment} '{}' --to :{revision}",
        address.to_string().replace('\'', r"'\''")
    )
}
