//! What would be forgotten: which snapshots and packages stay and why, which go, and which bytes nobody names any more.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::check::of_stock;
use super::needed::{LEAST, Needed, needed};
use super::retention::{Policy, Taken};
use super::stock::{Stock, blob_name, bodies_name, package_name, snapshot_name};
use super::wrong::Wrong;
use crate::core::condemned::{self, Condemned};
use crate::core::digest::Digest;
use crate::core::error::Result;
use crate::core::id::{SnapshotId, SweepId};
use crate::core::ledger::{Head, Ledger};
use crate::core::objects::Objects;
use crate::core::pin::Pin;
use crate::core::snapshot::Coverage;

/// A snapshot or package, and why it is kept: for nothing, where it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Where it was taken.
    pub pin: Pin,
    /// The environment's name then.
    pub environment: String,
    /// The snapshot's id, or the package's digest.
    pub what: String,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// The snapshot's name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Why it is kept, a reason each.
    #[serde(rename = "why", skip_serializing_if = "BTreeSet::is_empty")]
    pub why: BTreeSet<String>,
}

/// Why nothing can be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// These things in the store are not as they were written.
    Wrong(Vec<Wrong>),
}

/// Objects, and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// How many.
    pub objects: usize,
    /// How many bytes they have together.
    pub bytes: u64,
}

/// A list of what was condemned, and what of it is still to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sweeping {
    /// The list.
    pub list: SweepId,
    /// When it was condemned.
    pub condemned_at: Timestamp,
    /// From when on it is removed.
    pub due: Timestamp,
    /// How much of it is there, and neither named nor spared.
    #[serde(flatten)]
    pub amount: Amount,
    #[serde(skip)]
    pub(super) keys: BTreeSet<String>,
}

/// What a policy comes to. A value: shown, agreed to, performed.
#[derive(Clone, Debug, Serialize)]
pub struct Forgetting {
    /// When the store was looked at.
    pub at: Timestamp,
    /// The policy, as its flags.
    pub policy: String,
    /// The snapshots that stay.
    pub kept: Vec<Line>,
    /// The snapshots that go.
    pub forgotten: Vec<Line>,
    /// The packages that stay.
    pub kept_packages: Vec<Line>,
    /// The packages that go.
    pub forgotten_packages: Vec<Line>,
    /// What goes at once: the manifests and packages.
    pub removes: Amount,
    /// What nothing names then, and is removed by a later `store forget`.
    pub condemns: Amount,
    /// What was condemned long enough ago, and is removed now.
    pub sweeps: Vec<Sweeping>,
    /// What was condemned, and is not due yet.
    pub waits: Vec<Sweeping>,
    #[serde(skip)]
    pub(super) condemned: BTreeSet<String>,
    /// What the audits' newest entries were.
    #[serde(skip)]
    pub(super) heads: BTreeMap<Pin, Option<Head>>,
    /// The snapshots of which an audit tells already that they were forgotten.
    #[serde(skip)]
    pub(super) told: BTreeSet<SnapshotId>,
    /// What lies about lists that are gone.
    #[serde(skip)]
    pub(super) remains: Vec<SweepId>,
}

impl Forgetting {
    /// Returns what `policy` comes to for the snapshots and packages that were taken from `scope`, at `now`. `pins` are those
    /// whose audits are read, beside those of every pin that has a snapshot. The inner error tells why nothing can be
    /// forgotten: who cannot read all does not know what is needed. Fails where the store cannot be read at all.
    ///
    /// What a vault keeps (`secrets/`), plans, checkpoints (`audit/`) and signatures are never removed: no document tells
    /// which of a vault's values could still be asked for, and the rest is what the audit stands on.
    pub async fn plan(
        objects: &dyn Objects,
        ledger: &dyn Ledger,
        pins: &BTreeSet<Pin>,
        (scope, policy): (&BTreeSet<Pin>, &Policy),
        now: Timestamp,
    ) -> Result<Result<Forgetting, Why>> {
        let mut heads = BTreeMap::new();
        for pin in pins {
            heads.insert(pin.clone(), ledger.head(pin).await?);
        }
        let stock = Stock::take(objects, ledger, pins, now).await?;
        for pin in stock.audits.keys().filter(|pin| !pins.contains(pin)) {
            heads.insert(pin.clone(), ledger.head(pin).await?);
        }
        let checked = of_stock(&stock, objects, (ledger, None)).await?;
        if !checked.wrong.is_empty() {
            return Ok(Err(Why::Wrong(checked.wrong)));
        }
        let retention = policy.within.map_or(LEAST, |within| within.max(LEAST));
        let needed = needed(&stock, retention);
        let mut plan = Forgetting {
            at: now,
            policy: policy.to_string(),
            kept: Vec::new(),
            forgotten: Vec::new(),
            kept_packages: Vec::new(),
            forgotten_packages: Vec::new(),
            removes: Amount::default(),
            condemns: Amount::default(),
            sweeps: Vec::new(),
            waits: Vec::new(),
            condemned: BTreeSet::new(),
            heads,
            told: stock.audits.values().flat_map(|audit| audit.forgotten()).cloned().collect(),
            remains: Vec::new(),
        };
        plan.snapshots(&stock, &needed, scope, policy);
        plan.packages(&stock, &needed, scope, retention);
        plan.bytes(&stock, &needed, objects).await?;
        Ok(Ok(plan))
    }

    /// Returns whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.forgotten.is_empty()
            && self.forgotten_packages.is_empty()
            && self.condemned.is_empty()
            && self.sweeps.is_empty()
    }

    fn snapshots(&mut self, stock: &Stock, needed: &Needed, scope: &BTreeSet<Pin>, policy: &Policy) {
        let mut why: BTreeMap<SnapshotId, BTreeSet<String>> = needed.snapshots.clone();
        for pin in scope {
            let own = || stock.snapshots.iter().filter(|((p, _), _)| p == pin);
            let extracts = own().filter(|(_, s)| run_of(&s.coverage).is_none());
            let extracts: Vec<Taken<'_>> = extracts
                .map(|((_, id), s)| Taken {
                    id,
                    at: s.taken_at,
                    name: s.name.as_deref(),
                    note: s.note.as_deref(),
                })
                .collect();
            for (id, reasons) in policy.keeps(&extracts, stock.at) {
                why.entry(id).or_default().extend(reasons);
            }
            // Those of runs live as long as the run is reckoned with, or are young.
            let young = |at: Timestamp| policy.within.is_some_and(|w| stock.at.duration_since(at) <= w);
            for ((_, id), _) in own().filter(|(_, s)| run_of(&s.coverage).is_some() && young(s.taken_at)) {
                why.entry(id.clone()).or_default().insert("young enough".into());
            }
        }
        for ((pin, id), shot) in &stock.snapshots {
            let mut why = why.remove(id).unwrap_or_default();
            if !scope.contains(pin) {
                why.insert("of another environment".into());
            }
            let line = Line {
                pin: pin.clone(),
                environment: shot.environment.clone(),
                what: id.to_string(),
                taken_at: shot.taken_at,
                name: shot.name.clone(),
                why,
            };
            if line.why.is_empty() {
                self.removes.add(stock, &snapshot_name(pin, id));
                self.forgotten.push(line);
            } else {
                self.kept.push(line);
            }
        }
    }

    fn packages(&mut self, stock: &Stock, needed: &Needed, scope: &BTreeSet<Pin>, retention: SignedDuration) {
        for (digest, pack) in &stock.packages {
            let mut why = needed.packages.get(digest).cloned().unwrap_or_default();
            let reasons = [
                (pack.is_signed, "signed"),
                (stock.at.duration_since(pack.written) <= retention, "young enough"),
                (!scope.contains(&pack.pin), "of another environment"),
            ];
            why.extend(reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, why)| why.to_string()));
            let line = Line {
                pin: pack.pin.clone(),
                environment: pack.environment.clone(),
                what: digest.to_string(),
                taken_at: pack.taken_at,
                name: None,
                why,
            };
            if line.why.is_empty() {
                self.removes.add(stock, &package_name(digest));
                self.forgotten_packages.push(line);
            } else {
                self.kept_packages.push(line);
            }
        }
    }

    /// Finds the bytes that nothing names once all this is done, and those that were condemned before.
    async fn bytes(&mut self, stock: &Stock, needed: &Needed, objects: &dyn Objects) -> Result<()> {
        let gone: BTreeSet<&str> = self.forgotten.iter().map(|line| line.what.as_str()).collect();
        let lost: BTreeSet<&str> = self.forgotten_packages.iter().map(|line| line.what.as_str()).collect();
        let plan = |digest: &Digest| needed.plans.contains(digest);
        let stays = stock.names(
            |_, id| !gone.contains(id.as_str()),
            |digest| !lost.contains(digest.to_string().as_str()),
            plan,
        );
        // What goes only now was perhaps looked at a moment ago: it still keeps its bytes from being swept.
        let named = stock.names(|_, _| true, |_| true, plan);
        let mut listed: BTreeSet<String> = BTreeSet::new();
        let (lists, _) = condemned::about(objects).await?;
        for (id, about) in lists {
            let list = if about.listed { condemned::read(objects, &id).await? } else { None };
            let Some(list) = list else {
                self.remains.push(id);
                continue;
            };
            let keys: BTreeSet<String> = list
                .objects
                .iter()
                .filter(|key| stock.named.weights.contains_key(*key) && !named.contains(*key))
                .filter(|key| !about.spared.contains_key(&condemned::digest(key)))
                .cloned()
                .collect();
            listed.extend(list.objects.iter().cloned());
            self.list(stock, &list, keys);
        }
        let data = stock.named.bodies.iter().map(bodies_name).chain(stock.named.blobs.iter().map(blob_name));
        self.condemned = data.filter(|key| !stays.contains(key) && !listed.contains(key)).collect();
        for key in &self.condemned {
            self.condemns.add(stock, key);
        }
        Ok(())
    }

    fn list(&mut self, stock: &Stock, list: &Condemned, keys: BTreeSet<String>) {
        let mut amount = Amount::default();
        keys.iter().for_each(|key| amount.add(stock, key));
        let (id, at) = (list.id.clone(), list.at);
        let sweeping = Sweeping { list: id, condemned_at: at, due: list.due(), amount, keys };
        if list.is_due(stock.at) { self.sweeps.push(sweeping) } else { self.waits.push(sweeping) }
    }
}

impl Amount {
    fn add(&mut self, stock: &Stock, key: &str) {
        self.objects += 1;
        self.bytes += stock.named.length(key);
    }
}

/// Returns the run that the snapshot belongs to; `None` of an extract.
fn run_of(coverage: &Coverage) -> Option<&crate::core::id::RunId> {
    match coverage {
        Coverage::Before { run, .. } | Coverage::After { run, .. } => Some(run),
        Coverage::Full { .. } | Coverage::Selected { .. } => None,
    }
}
