//! What a run left, kept as its verification saw it: what the next deployment is held against.

use std::collections::BTreeMap;

use super::address::Address;
use super::blob;
use super::digest::Digest;
use super::document::Document;
use super::error::{Error, Result};
use super::event::Event;
use super::id::{RunId, SnapshotId};
use super::means::Means;
use super::perform::{Performance, Seen};
use super::snapshot::{Coverage, Kept, Manifest, SNAPSHOT_SCHEMA, Snapshot};
use super::vault;

/// Commits the snapshot of what the verified run left, and returns its id; `None` if there is nothing to keep.
///
/// It is committed before the run's end is recorded, which names it. Where it cannot be kept the run is verified all the
/// same, and must not be called failed: that is said, and the next deployment is held against the digests in the run's
/// plan, which tell that something was changed since, but not what.
pub async fn keep(performance: &Performance<'_>, run: &RunId) -> Option<SnapshotId> {
    let seen = performance.seen.as_ref()?;
    match commit(performance, seen, run).await {
        Ok(id) => id,
        Err(e) => {
            performance.means.events.emit(Event::NotKept { why: e.message });
            None
        }
    }
}

async fn commit(performance: &Performance<'_>, seen: &Seen, run: &RunId) -> Result<Option<SnapshotId>> {
    let (means, plan) = (performance.means, performance.plan);
    let left = performance.progress.left(plan);
    let scope: Vec<Address> =
        plan.steps.iter().map(|s| s.address.clone()).filter(|a| !left.contains(a)).collect();
    if scope.is_empty() {
        return Ok(None);
    }
    let mine = || scope.iter().filter_map(|a| Some((a, seen.lives.get(a)?)));
    let now = means.clock.now();
    let id = SnapshotId::new(now);
    let manifest = Manifest {
        schema: SNAPSHOT_SCHEMA.into(),
        id: id.clone(),
        environment: plan.environment.clone(),
        pin: plan.pin.clone(),
        taken_at: now,
        actor: means.actor.clone(),
        tool: means.tool.to_string(),
        name: None,
        note: None,
        coverage: Coverage::After { run: run.clone(), scope: scope.clone() },
        gaps: Vec::new(),
        bodies: Digest::of(b""),
        kept: mine().map(|(_, l)| Kept::of(&l.found, &l.document)).collect(),
        inventory: seen.inventory.iter().filter(|f| !scope.contains(&f.address)).cloned().collect(),
        findings: Vec::new(),
        vars: means.values.vars.clone(),
        healthy: None,
        problems: Vec::new(),
    };
    vault::keep(means, mine().map(|(_, live)| live)).await?;
    let documents = mine().map(|(a, l)| (a.clone(), l.document.clone())).collect();
    keep_bytes(means, &documents, seen).await?;
    means.repository.commit(Snapshot { manifest, documents }).await?;
    means.events.emit(Event::Committed { snapshot: id.clone() });
    Ok(Some(id))
}

/// Puts into the store what of `documents` is no document and is not there yet: what the configuration gives came from
/// nowhere in the store.
async fn keep_bytes(means: &Means<'_>, documents: &BTreeMap<Address, Document>, seen: &Seen) -> Result<()> {
    let named = blob::named(documents);
    let read = async |digest: Digest| match named.get(&digest).and_then(|address| seen.lives.get(*address)) {
        Some(live) => means.driver.bytes(&live.found, &digest).await,
        None => Err(Error::bug(format!("nobody has read the blob {digest}"))),
    };
    means.repository.fill(named.keys(), read).await
}
