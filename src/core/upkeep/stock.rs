//! The stock: all that a store has, read once, and what of it is not as it was written.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value;

use super::audit::{Audited, audited};
use super::named::Named;
use super::wrong::{Wrong, noted};
use crate::core::address::Address;
use crate::core::blob;
use crate::core::digest::Digest;
use crate::core::error::Result;
use crate::core::id::{RunId, SnapshotId};
use crate::core::ledger::Ledger;
use crate::core::objects::Objects;
use crate::core::pin::Pin;
use crate::core::plan::Plan;
use crate::core::repository::Repository;
use crate::core::snapshot::Coverage;

/// All that a store has, without the documents.
pub(super) struct Stock {
    /// When its reading began.
    pub(super) at: Timestamp,
    pub(super) named: Named,
    pub(super) snapshots: BTreeMap<(Pin, SnapshotId), Shot>,
    pub(super) packages: BTreeMap<Digest, Pack>,
    pub(super) plans: BTreeMap<Digest, Intent>,
    pub(super) audits: BTreeMap<Pin, Audited>,
    /// What is not as it was written. What cannot be read is missing above.
    pub(super) wrong: Vec<Wrong>,
}

/// What counts of a snapshot.
pub(super) struct Shot {
    pub(super) environment: String,
    pub(super) taken_at: Timestamp,
    pub(super) name: Option<String>,
    pub(super) note: Option<String>,
    pub(super) coverage: Coverage,
    pub(super) is_whole: bool,
    pub(super) healthy: Option<bool>,
    pub(super) bodies: Digest,
    pub(super) blobs: BTreeSet<Digest>,
}

/// What counts of a package.
pub(super) struct Pack {
    pub(super) pin: Pin,
    pub(super) environment: String,
    pub(super) taken_at: Timestamp,
    pub(super) blobs: BTreeSet<Digest>,
    pub(super) is_signed: bool,
    pub(super) written: Timestamp,
}

/// What counts of a plan.
pub(super) struct Intent {
    /// The package's digest or the snapshot's id.
    pub(super) source: String,
    pub(super) undoes: Option<RunId>,
    pub(super) proven_by: Option<RunId>,
    /// From when on it is not performed any more, where it was saved.
    pub(super) until: Option<Timestamp>,
    pub(super) addresses: BTreeSet<Address>,
    /// Whatever in it could be the digest of a blob.
    pub(super) blobs: BTreeSet<Digest>,
}

impl Stock {
    /// Reads all that is in `objects`, and the audits of `pins` and of every pin that has a snapshot there. Fails where the
    /// store cannot be read at all, or has a layout that is not known.
    pub(super) async fn take(
        objects: &dyn Objects,
        ledger: &dyn Ledger,
        pins: &BTreeSet<Pin>,
        now: Timestamp,
    ) -> Result<Stock> {
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
        let (snapshots, packages, plans) = Default::default();
        let mut stock = Stock { at: now, named, snapshots, packages, plans, audits, wrong: Vec::new() };
        stock.read_snapshots(repository).await?;
        stock.read_packages(repository).await?;
        stock.read_plans(repository).await?;
        Ok(stock)
    }

    /// Returns the keys of the archives and blobs that those snapshots, packages and plans name that are picked.
    pub(super) fn names(
        &self,
        snapshot: impl Fn(&Pin, &SnapshotId) -> bool,
        package: impl Fn(&Digest) -> bool,
        plan: impl Fn(&Digest) -> bool,
    ) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for (_, shot) in self.snapshots.iter().filter(|((pin, id), _)| snapshot(pin, id)) {
            names.insert(bodies_name(&shot.bodies));
            names.extend(shot.blobs.iter().map(blob_name));
        }
        let packages = self.packages.iter().filter(|(digest, _)| package(digest));
        names.extend(packages.flat_map(|(_, pack)| pack.blobs.iter().map(blob_name)));
        let plans = self.plans.iter().filter(|(digest, _)| plan(digest));
        names.extend(plans.flat_map(|(_, intent)| intent.blobs.iter().map(blob_name)));
        names
    }

    /// Reads every snapshot with its documents, and sees that what it names is there.
    async fn read_snapshots(&mut self, repository: Repository<'_>) -> Result<()> {
        let ids = self.named.snapshots.iter().flat_map(|(pin, ids)| ids.iter().map(move |id| (pin, id)));
        for (pin, id) in ids {
            let key = snapshot_name(pin, id);
            let read = repository.manifest(pin, id).await;
            let Some(manifest) = noted(&mut self.wrong, &key, read)? else { continue };
            let read = repository.documents_of(&manifest).await;
            let Some(documents) = noted(&mut self.wrong, &key, read)? else { continue };
            let named = blob::named(&documents);
            for (digest, address) in &named {
                if !self.named.blobs.contains(digest) {
                    let why = format!("the blob {digest}, which {address} names, is not there");
                    self.wrong.push(Wrong::new(&key, why));
                }
            }
            let shot = Shot {
                blobs: named.into_keys().collect(),
                is_whole: manifest.is_whole(),
                environment: manifest.environment,
                taken_at: manifest.taken_at,
                name: manifest.name,
                note: manifest.note,
                coverage: manifest.coverage,
                healthy: manifest.healthy,
                bodies: manifest.bodies,
            };
            self.snapshots.insert((pin.clone(), id.clone()), shot);
        }
        Ok(())
    }

    async fn read_packages(&mut self, repository: Repository<'_>) -> Result<()> {
        for digest in &self.named.packages {
            let key = package_name(digest);
            let Some(package) = noted(&mut self.wrong, &key, repository.package(digest).await)? else {
                continue;
            };
            let folder = format!("packages/sha256/{digest}.sig/");
            let pack = Pack {
                is_signed: self
                    .named
                    .weights
                    .range(folder.clone()..)
                    .next()
                    .is_some_and(|(k, _)| k.starts_with(&folder)),
                written: self.named.written(&key),
                blobs: package.blobs.into_keys().collect(),
                pin: package.manifest.pin,
                environment: package.manifest.environment,
                taken_at: package.manifest.taken_at,
            };
            self.packages.insert(*digest, pack);
        }
        Ok(())
    }

    async fn read_plans(&mut self, repository: Repository<'_>) -> Result<()> {
        for digest in &self.named.plans {
            let key = format!("plans/sha256/{digest}.json");
            if let Some(plan) = noted(&mut self.wrong, &key, repository.plan(digest).await)? {
                self.plans.insert(*digest, Intent::of(plan)?);
            }
        }
        Ok(())
    }
}

impl Intent {
    fn of(plan: Plan) -> Result<Intent> {
        let mut blobs = BTreeSet::new();
        digests(&serde_json::from_slice(&plan.to_bytes()).unwrap_or_default(), &mut blobs);
        Ok(Intent {
            blobs,
            addresses: plan.steps.into_iter().map(|s| s.address).chain(plan.unchanged).collect(),
            source: plan.source_digest,
            undoes: plan.undoes,
            proven_by: plan.proven_by,
            until: plan.saving.map(|saving| saving.until),
        })
    }
}

/// How many characters a digest has.
const DIGITS: usize = 64;

/// Collects every digest that stands in a text of `value`, whatever it is the digest of.
fn digests(value: &Value, found: &mut BTreeSet<Digest>) {
    match value {
        Value::String(text) => {
            let hex = |b: &u8| b.is_ascii_digit() || (b'a'..=b'f').contains(b);
            for word in text.as_bytes().split(|b| !hex(b)) {
                for part in word.windows(DIGITS) {
                    found.extend(std::str::from_utf8(part).ok().and_then(|part| part.parse::<Digest>().ok()));
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| digests(item, found)),
        Value::Object(members) => members.values().for_each(|member| digests(member, found)),
        _ => {}
    }
}

pub(super) fn snapshot_name(pin: &Pin, id: &SnapshotId) -> String {
    format!("snapshots/{pin}/{id}.json")
}

pub(super) fn package_name(digest: &Digest) -> String {
    format!("packages/sha256/{digest}.zip")
}

pub(super) fn bodies_name(digest: &Digest) -> String {
    format!("bodies/sha256/{digest}.zip")
}

pub(super) fn blob_name(digest: &Digest) -> String {
    format!("blobs/sha256/{digest}")
}
