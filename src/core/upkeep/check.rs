//! Checking the store: that everything in it is there, and is what its name says.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use serde::Serialize;

use super::audit::audited;
use super::named::Named;
use super::wrong::{Wrong, noted};
use crate::core::blob;
use crate::core::digest::Digest;
use crate::core::error::{ErrorKind, Result};
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
    /// Runs that another ledger knows, and that are to be told to this one.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub waiting: BTreeSet<RunId>,
    /// What is not as it was written.
    pub wrong: Vec<Wrong>,
}

/// Checks everything in `objects`, and the audits of `pins` and of every pin that has a snapshot there. Fails where the
/// store cannot be read at all, or has a layout that is not known; what is wrong in it is told. Runs that were not told to
/// `ledger` yet are those that `besides` knows.
pub async fn check(
    objects: &dyn Objects,
    ledger: &dyn Ledger,
    besides: Option<&dyn Ledger>,
    pins: &BTreeSet<Pin>,
    reading: Reading,
) -> Result<Checked> {
    let repository = Repository::new(objects);
    repository.check().await?;
    ledger.check().await?;
    // Before the objects: what a run that begins now writes is then not missed.
    let mut audits = BTreeMap::new();
    for pin in pins {
        audits.insert(pin.clone(), audited(ledger, pin).await?);
    }
    let named = Named::list(objects).await?;
    for pin in named.snapshots.keys().filter(|pin| !pins.contains(pin)) {
        audits.insert(pin.clone(), audited(ledger, pin).await?);
    }
    let mut checked = Checked {
        snapshots: named.snapshots.values().map(BTreeSet::len).sum(),
        bodies: named.bodies.len(),
        blobs: named.blobs.len(),
        packages: named.packages.len(),
        plans: named.plans.len(),
        ..Checked::default()
    };
    let used = snapshots(repository, &named, &mut checked.wrong).await?;
    for digest in &named.packages {
        noted(&mut checked.wrong, format!("packages/sha256/{digest}.zip"), repository.package(digest).await)?;
    }
    for digest in &named.plans {
        noted(&mut checked.wrong, format!("plans/sha256/{digest}.json"), repository.plan(digest).await)?;
    }
    if reading == Reading::Data {
        let reads = named.blobs.iter().map(|digest| async move { (digest, repository.blob(digest).await) });
        let mut reads = futures::stream::iter(reads).buffered(AT_ONCE);
        while let Some((digest, read)) = reads.next().await {
            checked.read += 1;
            noted(&mut checked.wrong, format!("blobs/sha256/{digest}"), read.map(drop))?;
        }
    }
    for (pin, run, key) in &used.runs {
        // A ledger that was emptied contradicts itself in nothing.
        if audits.get(pin).is_some_and(|audit| audit.known.contains(run)) {
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
        checked.wrong.push(Wrong::new(key, why));
    }
    for (pin, mut audit) in audits {
        checked.entries += audit.entries;
        checked.runs += audit.runs;
        checked.wrong.append(&mut audit.wrong);
        for (plan, by) in audit.plans.iter().filter(|(plan, _)| !named.plans.contains(plan)) {
            checked.wrong.push(Wrong::new(by, format!("its plan {plan} is not there")));
        }
        let there = named.snapshots.get(&pin);
        let lost = |id: &SnapshotId| there.is_none_or(|ids| !ids.contains(id));
        for (id, run) in audit.snapshots.iter().filter(|(id, _)| lost(id)) {
            checked.wrong.push(missing_snapshot(id, run));
        }
    }
    let unused = named.bodies.difference(&used.bodies).count() + named.blobs.difference(&used.blobs).count();
    checked.orphans = unused + named.strays.len();
    Ok(checked)
}

fn missing_snapshot(id: &SnapshotId, run: &RunId) -> Wrong {
    Wrong::new(format!("the run {run}"), format!("its snapshot {id} is not there"))
}

/// What snapshots name.
#[derive(Default)]
struct Used {
    /// The runs that snapshots from before and after them name, by the pin and with the name of the snapshot.
    runs: Vec<(Pin, RunId, String)>,
    bodies: BTreeSet<Digest>,
    blobs: BTreeSet<Digest>,
}

/// Reads every snapshot with its documents, and sees that what it names is there.
async fn snapshots(repository: Repository<'_>, named: &Named, wrong: &mut Vec<Wrong>) -> Result<Used> {
    let mut used = Used::default();
    for (pin, ids) in &named.snapshots {
        for id in ids {
            let key = format!("snapshots/{pin}/{id}.json");
            let Some(manifest) = noted(wrong, &key, repository.manifest(pin, id).await)? else { continue };
            used.bodies.insert(manifest.bodies);
            if let Coverage::Before { run, .. } | Coverage::After { run, .. } = &manifest.coverage {
                used.runs.push((pin.clone(), run.clone(), key.clone()));
            }
            let read = repository.documents_of(&manifest).await;
            let Some(documents) = noted(wrong, &key, read)? else { continue };
            for (digest, address) in blob::named(&documents) {
                if !named.blobs.contains(&digest) {
                    let why = format!("the blob {digest}, which {address} names, is not there");
                    wrong.push(Wrong::new(&key, why));
                }
                used.blobs.insert(digest);
            }
        }
    }
    Ok(used)
}
