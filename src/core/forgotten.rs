//! What was forgotten, as the audit tells it: why a snapshot is not there any more, since when, and by whom.

use jiff::Timestamp;

use super::digest::Digest;
use super::error::{Error, ErrorKind, Result};
use super::id::SnapshotId;
use super::ledger::{Act, Forgone, Ledger};
use super::means::Means;
use super::pin::Pin;
use super::snapshot::Snapshot;

/// How many audit entries are read at once.
const PAGE: usize = 200;

/// A snapshot that was forgotten, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Which.
    pub snapshot: Forgone,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What was to be kept.
    pub policy: String,
}

/// Returns the newest snapshot of `pin` that was forgotten and that `is_it` picks, as the audit tells.
pub async fn of(ledger: &dyn Ledger, pin: &Pin, is_it: impl Fn(&Forgone) -> bool) -> Result<Option<Told>> {
    each(ledger, pin, |at, what| match what {
        Act::Forgotten { snapshots, policy, actor, .. } => {
            let snapshot = snapshots.into_iter().find(&is_it)?;
            Some(Told { snapshot, at, by: actor.identity, policy })
        }
        _ => None,
    })
    .await
}

/// Returns when, by whom and by which policy the package was forgotten, as the audit of `pin` tells.
async fn package(ledger: &dyn Ledger, pin: &Pin, digest: &Digest) -> Result<Option<String>> {
    each(ledger, pin, |at, what| match what {
        Act::Forgotten { packages, policy, actor, .. } if packages.contains(digest) => {
            Some(said(&format!("the package {digest}"), at, &actor.identity, &policy))
        }
        _ => None,
    })
    .await
}

async fn each<T>(
    ledger: &dyn Ledger,
    pin: &Pin,
    see: impl Fn(Timestamp, Act) -> Option<T>,
) -> Result<Option<T>> {
    let mut before = None;
    loop {
        let page = ledger.entries(pin, before, PAGE).await?;
        before = page.items.last().map(|entry| entry.seq);
        if let Some(found) = page.items.into_iter().find_map(|entry| see(entry.at, entry.what)) {
            return Ok(Some(found));
        }
        if !page.more || before.is_none() {
            return Ok(None);
        }
    }
}

fn said(what: &str, at: Timestamp, by: &str, policy: &str) -> String {
    format!("{what} was forgotten {} by {by} ({policy})", at.strftime("%Y-%m-%d %H:%M:%SZ"))
}

impl Told {
    /// Returns the error for whoever looks for it in `environment`, or wherever that is not known.
    pub fn error(&self, environment: Option<&str>) -> Error {
        let Forgone { id, name, taken_at } = &self.snapshot;
        let named = name.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
        let taken = taken_at.strftime("%Y-%m-%d %H:%M:%SZ");
        let what = format!("the snapshot {id}{named}, taken {taken},");
        let list = format!("snapdeploy show {} lists those that are kept", environment.unwrap_or("ENV"));
        Error::not_found(said(&what, self.at, &self.by, &self.policy)).hint(list)
    }
}

/// Returns `error`, which says that the snapshot `id` of `pin` is not there, or that it was forgotten, if it was.
pub async fn explained(
    ledger: &dyn Ledger,
    pin: &Pin,
    environment: Option<&str>,
    id: &SnapshotId,
    error: Error,
) -> Error {
    if error.kind != ErrorKind::NotFound {
        return error;
    }
    match of(ledger, pin, |one| one.id == *id).await {
        Ok(Some(told)) => told.error(environment),
        _ => error,
    }
}

/// Returns `error`, which says that the package is not there, or that it was forgotten, if one of the audits of `pins` says
/// so.
pub async fn explained_package<'p>(
    ledger: &dyn Ledger,
    pins: impl IntoIterator<Item = &'p Pin>,
    digest: &Digest,
    error: Error,
) -> Error {
    if error.kind != ErrorKind::NotFound {
        return error;
    }
    for pin in pins {
        if let Ok(Some(said)) = package(ledger, pin, digest).await {
            return Error::not_found(said).hint("snapdeploy package create makes one again of a snapshot");
        }
    }
    error
}

/// Returns the snapshot `id` of `pin`; a `NotFound` error says when and by whom it was forgotten, if it was.
pub(super) async fn snapshot(
    means: &Means<'_>,
    environment: &str,
    pin: &Pin,
    id: &SnapshotId,
) -> Result<Snapshot> {
    match means.repository.snapshot(pin, id).await {
        Ok(snapshot) => Ok(snapshot),
        Err(e) => Err(explained(means.ledger, pin, Some(environment), id, e).await),
    }
}
