//! Checking the store: that everything in it is there, and is what its name says.

use std::collections::BTreeSet;

use futures::StreamExt;
use jiff::Timestamp;
use serde::Serialize;

use super::stock::{Stock, blob_name, bodies_name, snapshot_name};
use super::wrong::{Wrong, noted};
use crate::core::condemned;
use crate::core::error::{ErrorKind, Result};
use crate::core::forgotten;
use crate::core::id::{RunId, SnapshotId};
use crate::core::ledger::Ledger;
use crate::core::objects::Objects;
use crate::core::pin::Pin;
use crate::core::repository::Repository;
use crate::core::snapshot::Coverage;

/// How many blobs are read at the same time.
const AT_ONCE: usize = 4;

/// How closely the store is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Blobs have to be there; everything else is read.
    Names,
    /// Blobs are read too, and have to have their digests.
    Data,
}

/// What was looked at, and what is wrong.
#[derive(Debug, Default, Serialize)]
pub struct Checked {
    /// How many snapshots there are.
    pub snapshots: usize,
    /// How many archives of documents.
    pub bodies: usize,
    /// How many blobs.
    pub blobs: usize,
    /// How many of them were read: none or all.
    pub read: usize,
    /// How many packages.
    pub packages: usize,
    /// How many plans.
    pub plans: usize,
    /// How many entries of audits.
    pub entries: usize,
    /// How many runs.
    pub runs: usize,
    /// Archives, blobs and other objects that nothing names: what an extract that was cut off has left, or one that is
    /// under way. They do no harm.
    pub orphans: usize,
    /// How many objects are condemned: nothing named them, and a later `store forget` removes them.
    pub condemned: usize,
    /// How many snapshots were forgotten, as the audits tell.
    pub forgotten: usize,
    /// Runs that another ledger knows, and that are to be told to this one.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub waiting: BTreeSet<RunId>,
    /// What is not as it was written.
    pub wrong: Vec<Wrong>,
}

/// Checks everything in `objects`, and the audits of `pins` and of every pin that has a snapshot there, as they are at
/// `now`. Fails where the store cannot be read at all, or has a layout that is not known; what is wrong in it is told. Runs
/// that were not told to `ledger` yet are those that `besides` knows.
pub async fn check(
    objects: &dyn Objects,
    ledger: &dyn Ledger,
    besides: Option<&dyn Ledger>,
    pins: &BTreeSet<Pin>,
    reading: Reading,
    now: Timestamp,
) -> Result<Checked> {
    let stock = Stock::take(objects, ledger, pins, now).await?;
    let mut checked = of_stock(&stock, objects, (ledger, besides)).await?;
    if reading == Reading::Data {
        let repository = Repository::new(objects);
        let reads =
            stock.named.blobs.iter().map(|digest| async move { (digest, repository.blob(digest).await) });
        let mut reads = futures::stream::iter(reads).buffered(AT_ONCE);
        while let Some((digest, read)) = reads.next().await {
            checked.read += 1;
            noted(&mut checked.wrong, blob_name(digest), read.map(drop))?;
        }
    }
    Ok(checked)
}

/// Holds what was read of a store against what it says of itself.
pub(super) async fn of_stock(
    stock: &Stock,
    objects: &dyn Objects,
    (ledger, besides): (&dyn Ledger, Option<&dyn Ledger>),
) -> Result<Checked> {
    let named = &stock.named;
    let mut checked = Checked {
        snapshots: named.snapshots.values().map(BTreeSet::len).sum(),
        bodies: named.bodies.len(),
        blobs: named.blobs.len(),
        packages: named.packages.len(),
        plans: named.plans.len(),
        wrong: stock.wrong.clone(),
        ..Checked::default()
    };
    for ((pin, id), shot) in &stock.snapshots {
        let (Coverage::Before { run, .. } | Coverage::After { run, .. }) = &shot.coverage else { continue };
        // A ledger that was emptied contradicts itself in nothing.
        if stock.audits.get(pin).is_some_and(|audit| audit.known.contains(run)) {
            continue;
        }
        match ledger.run(run).await {
            Ok(_) => continue,
            Err(e) if matches!(e.kind, ErrorKind::NotFound | ErrorKind::Corrupt) => {}
            Err(e) => return Err(e),
        }
        if let Some(besides) = besides
            && besides.run(run).await.is_ok()
        {
            checked.waiting.insert(run.clone());
            continue;
        }
        let why = format!(
            "the audit knows nothing of its run {run} (one behind a broken glass is told by `snapdeploy history import`)"
        );
        checked.wrong.push(Wrong::new(snapshot_name(pin, id), why));
    }
    for (pin, audit) in &stock.audits {
        checked.entries += audit.entries;
        checked.runs += audit.runs;
        checked.wrong.extend(audit.wrong.iter().cloned());
        for (plan, by) in audit.plans.iter().filter(|(plan, _)| !named.plans.contains(plan)) {
            checked.wrong.push(Wrong::new(by, format!("its plan {plan} is not there")));
        }
        let (there, forgotten) = (named.snapshots.get(pin), audit.forgotten());
        checked.forgotten += forgotten.len();
        let lost = |id: &SnapshotId| there.is_none_or(|ids| !ids.contains(id)) && !forgotten.contains(id);
        for (id, run) in audit.snapshots.iter().filter(|(id, _)| lost(id)) {
            // It may have been forgotten since the audit was read.
            if forgotten::of(ledger, pin, |one| one.id == *id).await?.is_none() {
                checked.wrong.push(missing_snapshot(id, run));
            }
        }
    }
    let used = stock.names(|_, _| true, |_| true, |_| true);
    let data = named.bodies.iter().map(bodies_name).chain(named.blobs.iter().map(blob_name));
    checked.orphans = data.filter(|key| !used.contains(key)).count() + named.strays.len();
    for id in condemned::about(objects).await?.0.keys() {
        let read = condemned::read(objects, id).await;
        let list = noted(&mut checked.wrong, format!("gc/{id}.json"), read)?.flatten();
        checked.condemned += list.map_or(0, |list| list.objects.len());
    }
    Ok(checked)
}

fn missing_snapshot(id: &SnapshotId, run: &RunId) -> Wrong {
    Wrong::new(format!("the run {run}"), format!("its snapshot {id} is not there"))
}
