//! What was there before a run: seen to be as the plan saw it, and kept, so that there is something to go back to.

use super::address::Address;
use super::digest::Digest;
use super::driver::Freshness;
use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::id::{RunId, SnapshotId};
use super::inventory::Inventory;
use super::perform::Performance;
use super::renames::relabel;
use super::run::Note;
use super::sabotage::{Ingredient, lacks};
use super::snapshot::{Coverage, Kept, Manifest, SNAPSHOT_SCHEMA, Snapshot};
use super::survey;
use super::vault;

/// Under the lease: sees that everything is as the plan saw it, and commits the snapshot to go back to. Returns what
/// it listed; nothing if the run is past this already.
pub async fn prepare(performance: &mut Performance<'_>, run: &RunId) -> Result<Option<Inventory>> {
    if performance.progress.before.is_some() {
        return Ok(None);
    }
    let (means, plan) = (performance.means, performance.plan);
    let (mut inventory, gaps) = survey::list(means.driver, means.events).await?;
    inventory = relabel(inventory, &plan.renames);
    inventory.add(plan.seen());
    let scope: Vec<Address> = plan.steps.iter().map(|s| s.address.clone()).collect();
    let (lives, unread) = survey::take(means, &inventory, &scope, Freshness::Fresh).await;
    let gaps: Vec<_> = gaps.into_iter().chain(unread).collect();
    survey::complete(&gaps, |a| scope.contains(a))?;
    for step in &plan.steps {
        let same = match (&step.before, lives.get(&step.address)) {
            (None, None) => true,
            (Some(before), Some(live)) => before.fits(&live.document),
            _ => false,
        };
        if !same && !lacks(Ingredient::Plan) {
            let message = format!("{} has been changed since the plan was made", step.address);
            return Err(
                Error::new(ErrorKind::Stale, message).hint("make the plan again: run the same command")
            );
        }
    }
    vault::keep(means, lives.values()).await?;
    let documents = lives.iter().map(|(a, l)| (a.clone(), l.document.clone())).collect();
    let kept = lives.values().map(|l| Kept::of(&l.found, &l.document)).collect();
    let id = SnapshotId::new(means.clock.now());
    let manifest = Manifest {
        schema: SNAPSHOT_SCHEMA.into(),
        id: id.clone(),
        environment: plan.environment.clone(),
        pin: plan.pin.clone(),
        taken_at: means.clock.now(),
        actor: means.actor.clone(),
        tool: means.tool.to_string(),
        name: None,
        note: None,
        coverage: Coverage::Before { run: run.clone(), scope },
        gaps: Vec::new(),
        bodies: Digest::of(b""),
        kept,
        inventory: inventory.iter().filter(|f| !lives.contains_key(&f.address)).cloned().collect(),
        findings: Vec::new(),
        vars: means.values.vars.clone(),
        healthy: None,
        problems: Vec::new(),
    };
    if !lacks(Ingredient::Snapshot) {
        means.repository.commit(Snapshot { manifest, documents }).await?;
    }
    means.events.emit(Event::Committed { snapshot: id.clone() });
    performance.progress.before = Some(id.clone());
    performance.journal.note(Note::Before { snapshot: id });
    Ok(Some(inventory))
}
