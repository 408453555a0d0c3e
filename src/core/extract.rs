//! Extracting: taking what is in an environment as a snapshot.

use std::collections::BTreeMap;

use super::address::Address;
use super::digest::Digest;
use super::driver::{Freshness, Gap, Live};
use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::id::SnapshotId;
use super::inventory::Inventory;
use super::means::Means;
use super::picked;
use super::select::Selection;
use super::snapshot::{Coverage, Kept, Manifest, SNAPSHOT_SCHEMA, Snapshot};
use super::survey;
use super::vault;

/// What to extract.
#[derive(Clone, Debug)]
pub struct Extraction {
    /// The environment's name.
    pub environment: String,
    /// What to keep; everything, if it picks everything.
    pub select: Selection,
    /// A name for the snapshot.
    pub name: Option<String>,
    /// A word on why.
    pub note: Option<String>,
    /// What to do where something cannot be read.
    pub on_gaps: OnGaps,
}

/// What to do where something cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnGaps {
    /// Nothing is committed.
    Refuse,
    /// The snapshot is committed, and says what it lacks.
    Allow,
}

/// A snapshot that was committed.
#[derive(Clone, Debug)]
pub struct Extracted {
    /// The snapshot, as it was read back.
    pub snapshot: Snapshot,
    /// How many objects were written for it; 1 where nothing had changed since the last.
    pub written: usize,
    /// How many values in it are secrets that were not kept, and so cannot be put back.
    pub unrestorable: usize,
}

/// Takes what is in the environment, without committing it.
pub async fn take(means: &Means<'_>, what: &Extraction) -> Result<Snapshot> {
    let (inventory, mut gaps) = survey::list(means.driver, means.events).await?;
    let kinds = means.driver.kinds();
    let addresses: Vec<&Address> = inventory
        .iter()
        .filter(|f| picked::is_taken(means.values, f, &what.select))
        .map(|f| &f.address)
        .filter(|a| kinds.contains(&a.kind()))
        .collect();
    let idle = what.select.idle(addresses.iter().copied());
    if let Some(pattern) = idle.first() {
        return Err(Error::not_found(format!("nothing in {} is `{pattern}`", what.environment))
            .hint(format!("snapdeploy show {}@live lists what is there", what.environment)));
    }
    let (lives, unread) = survey::take(means, &inventory, addresses, Freshness::Indexed).await;
    gaps.extend(unread);
    if what.on_gaps == OnGaps::Refuse && !gaps.is_empty() {
        let lines: Vec<String> = gaps.iter().map(gap_line).collect();
        return Err(Error::new(
            ErrorKind::Unclean,
            format!(
                "{} could not be taken whole, and nothing was kept: {}",
                what.environment,
                lines.join("; ")
            ),
        )
        .hint("see to the cause, or take what can be read with --allow-gaps"));
    }
    // Before the commit: a snapshot that is there can be put back as far as it says.
    vault::keep(means, lives.values()).await?;
    let verdict = match what.select.is_all() && gaps.is_empty() {
        true => verdict(means, &lives, &inventory).await,
        false => None,
    };
    let now = means.clock.now();
    let coverage = if what.select.is_all() {
        Coverage::Full { kinds: kinds.iter().map(|k| k.to_string()).collect() }
    } else {
        Coverage::Selected { patterns: what.select.patterns().to_vec() }
    };
    let manifest = Manifest {
        schema: SNAPSHOT_SCHEMA.into(),
        id: SnapshotId::new(now),
        environment: what.environment.clone(),
        pin: means.driver.pin().clone(),
        taken_at: now,
        actor: means.actor.clone(),
        tool: means.tool.to_string(),
        name: what.name.clone(),
        note: what.note.clone(),
        coverage,
        gaps,
        bodies: Digest::of(b""),
        kept: lives.values().map(|l| Kept::of(&l.found, &l.document)).collect(),
        inventory: inventory.iter().filter(|f| !lives.contains_key(&f.address)).cloned().collect(),
        findings: lives.values().flat_map(|l| l.findings.clone()).collect(),
        vars: means.values.vars.clone(),
        healthy: verdict.as_ref().map(Vec::is_empty),
        problems: verdict.unwrap_or_default(),
    };
    let documents = lives.into_iter().map(|(a, l)| (a, l.document)).collect();
    Ok(Snapshot { manifest, documents })
}

/// Asks whether the environment is well that holds `lives`. Returns what is not, one line each; `None` where that could
/// not be asked, which is no reason not to keep what was read.
async fn verdict(
    means: &Means<'_>,
    lives: &BTreeMap<Address, Live>,
    inventory: &Inventory,
) -> Option<Vec<String>> {
    let lives: Vec<Live> = lives.values().cloned().collect();
    let checks = means.driver.checks(&lives, inventory).await.ok()?;
    let bad = checks.into_iter().filter(|c| !c.healthy);
    Some(bad.flat_map(|c| if c.problems.is_empty() { vec![c.name] } else { c.problems }).collect())
}

/// Takes what is in the environment and commits it.
pub async fn extract(means: &Means<'_>, what: &Extraction) -> Result<Extracted> {
    let snapshot = take(means, what).await?;
    let unrestorable = vault::unrestorable(means, snapshot.documents.values()).await?;
    let (snapshot, written) = means.repository.commit(snapshot).await?;
    means.events.emit(Event::Committed { snapshot: snapshot.manifest.id.clone() });
    Ok(Extracted { snapshot, written, unrestorable })
}

/// Returns a gap in one line.
pub fn gap_line(gap: &Gap) -> String {
    match &gap.address {
        // Most reasons say what could not be read.
        Some(address) if gap.why.contains(&address.to_string()) => gap.why.clone(),
        Some(address) => format!("{address}: {}", gap.why),
        None => format!("{}: {}", gap.kind, gap.why),
    }
}
