//! Going back to a time: the plan that puts back what was there then, whoever changed it since.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::address::Address;
use super::document::Document;
use super::drift;
use super::error::{Error, Result};
use super::finding::{Finding, Weight};
use super::given::Givens;
use super::home;
use super::hooking;
use super::id::{RunId, SnapshotId};
use super::inventory::{Found, Inventory, Ownership};
use super::irreversible;
use super::ledger::{Act, Entry};
use super::loss;
use super::means::Means;
use super::migrated;
use super::picked::keep_ours;
use super::plan::{Occasion, Plan, Wish, plan};
use super::portable::needs;
use super::preflight;
use super::reach::reach;
use super::readdress::{self, Renamed};
use super::regain::regain;
use super::renames::{by_id, displaced, relabel};
use super::repoint::repoint;
use super::run::{RunKind, RunStatus};
use super::select::Selection;
use super::snapshot::{Coverage, Says, Snapshot};
use super::survey;

/// Where to go back to.
#[derive(Clone, Debug)]
pub enum When {
    /// To what was there at a time.
    At(Timestamp),
    /// To what a snapshot of the same environment holds.
    Snapshot(Box<Snapshot>),
}

/// What was there then, as far as snapshots say.
struct Then {
    /// What was there, and in which snapshot it is.
    there: BTreeMap<Address, SnapshotId>,
    /// What was surely not there.
    absent: BTreeSet<Address>,
    /// What holds them, by id.
    snapshots: BTreeMap<SnapshotId, Snapshot>,
    /// What each id, of a kind, was called last: what an older snapshot calls otherwise is the same by an earlier name.
    called: BTreeMap<(String, String), Address>,
    /// Whether what is in none of them was not there.
    whole: bool,
    findings: Vec<Finding>,
}

/// Returns the plan that puts back, for what `select` picks, what was there then: local parts and exact bytes too. Reads
/// the environment, the audit and snapshots; writes nothing.
///
/// It undoes no run, so it works where none exists. What is there now and was not then is named and left as it is. What
/// somebody has changed since is named and overwritten. `NotFound` where no snapshot says what was there; `Input` where
/// a snapshot of a part is to stand for everything.
pub async fn plan_restore(
    means: &Means<'_>,
    environment: &str,
    when: &When,
    select: &Selection,
) -> Result<Plan> {
    let mut then = match when {
        When::At(at) => at_time(means, environment, *at, select).await?,
        When::Snapshot(snapshot) => in_snapshot(environment, snapshot, select)?,
    };
    let (inventory, gaps) = survey::list(means.driver, means.events).await?;
    let before = then.inventory(&inventory);
    let renames = by_id(&before, &inventory);
    let inventory = relabel(inventory, &renames);
    let mut documents = then.documents(means);
    then.findings.extend(keep_ours(environment, select, means.values, &mut documents));
    then.findings.extend(displaced(&before, &inventory, documents.keys()));
    let (lives, unread) = survey::read(means.driver, &inventory, documents.keys(), means.events).await;
    let needed: BTreeSet<Address> = documents
        .values()
        .flat_map(|d| [&d.portable, &d.local])
        .flat_map(|part| needs(&serde_json::Value::Object(part.clone())))
        .collect();
    let all: Vec<_> = gaps.into_iter().chain(unread).collect();
    survey::complete(&all, |a| documents.contains_key(a) || needed.contains(a))?;
    let kinds = means.driver.kinds();
    for found in inventory.iter().filter(|f| f.ownership == Ownership::Customer) {
        let address = &found.address;
        let new = then.absent.contains(address)
            || (then.whole && kinds.contains(&address.kind()) && !then.there.contains_key(address));
        if new && select.picks(address) {
            let message = "was not there then; it is left as it is";
            then.findings.push(Finding::new(Weight::Note, Some(address), message));
        }
    }
    let mut wishes: Vec<Wish> = documents
        .into_iter()
        .map(|(address, document)| Wish {
            uid: then.uid(&address),
            from: lives.get(&address).map(|l| l.document.clone()),
            to: Some(document),
            local_known: true,
            address,
        })
        .collect();
    let own = wishes.len();
    let repointed = repoint(means, &before, &inventory, &wishes).await?;
    wishes.extend(repointed.wishes);
    then.findings.extend(repointed.findings);
    let regained = regain(means, &then.all_documents(means), &inventory, &wishes).await?;
    wishes.extend(regained.wishes);
    then.findings.extend(regained.findings);
    let (source, source_digest) = match when {
        When::At(at) => (format!("at {}", at.strftime("%Y-%m-%d %H:%M:%SZ")), at.to_string()),
        When::Snapshot(s) => (format!("in the snapshot {}", s.manifest.id), s.manifest.id.to_string()),
    };
    let occasion = Occasion {
        kind: RunKind::Rollback,
        environment: environment.into(),
        source,
        source_digest,
        undoes: None,
    };
    then.findings.extend(loss::watch(means, &mut wishes, &Givens::new()).await?);
    let mut plan = plan(occasion, &wishes, means.driver, &inventory, means.values, then.findings)?;
    irreversible::watch(means.driver, &mut plan, &means.irreversible, select);
    plan.renames = renames;
    reach(means, &mut plan).await?;
    preflight::ask(means, &wishes, &mut plan).await?;
    let target = match when {
        When::At(at) => *at,
        When::Snapshot(snapshot) => snapshot.manifest.taken_at,
    };
    plan.say(migrated::since(means, target).await?);
    hooking::put_on(means, &mut plan).await?;
    // What is only pointed to something again keeps everything that somebody has changed in it.
    drift::tell(means, &wishes[..own], &mut plan).await?;
    Ok(plan)
}

impl Then {
    fn new() -> Then {
        Then {
            there: BTreeMap::new(),
            absent: BTreeSet::new(),
            snapshots: BTreeMap::new(),
            called: BTreeMap::new(),
            whole: false,
            findings: Vec::new(),
        }
    }

    fn knows(&self, address: &Address) -> bool {
        self.there.contains_key(address) || self.absent.contains(address)
    }

    /// Returns what of `now` had which id then: each thing as the snapshot says that is looked at for it, else as the
    /// newest of them does.
    fn inventory(&self, now: &Inventory) -> Inventory {
        let own = self
            .there
            .iter()
            .filter_map(|(address, id)| self.snapshots.get(id)?.kept(address).map(|k| k.found.clone()));
        let mut all = Inventory::new(now.pin.clone(), own);
        for snapshot in self.snapshots.values().rev() {
            all.add(snapshot.inventory().iter().map(|f| self.as_called(f)));
        }
        all
    }

    /// Returns `found` by the name that it had last.
    fn as_called(&self, found: &Found) -> Found {
        let address = self.called.get(&key(found)).unwrap_or(&found.address).clone();
        Found { address, ..found.clone() }
    }

    /// Returns what of each snapshot was called otherwise later.
    fn renamed(&self) -> BTreeMap<&SnapshotId, Renamed> {
        let of = |f: &Found| Some((f.address.clone(), self.called.get(&key(f))?.clone()));
        let all = |s: &Snapshot| {
            s.inventory().iter().filter_map(of).filter(|(old, new)| old != new).collect::<Renamed>()
        };
        self.snapshots.iter().map(|(id, snapshot)| (id, all(snapshot))).collect()
    }

    /// Returns the documents as they would be taken today.
    fn documents(&self, means: &Means<'_>) -> BTreeMap<Address, Document> {
        let renamed = self.renamed();
        let today = |(address, id): (&Address, &SnapshotId)| {
            let snapshot = self.snapshots.get(id)?;
            let document = snapshot.documents.get(address)?;
            Some((address.clone(), today(means, snapshot, renamed.get(id)?, document)))
        };
        self.there.iter().filter_map(today).collect()
    }

    /// Returns everything that the snapshots hold, as the newest of them does that holds it.
    fn all_documents(&self, means: &Means<'_>) -> BTreeMap<Address, Document> {
        let renamed = self.renamed();
        let mut all = BTreeMap::new();
        for (id, snapshot) in &self.snapshots {
            let Some(renamed) = renamed.get(id) else { continue };
            for (address, document) in &snapshot.documents {
                let called = renamed.get(address).unwrap_or(address).clone();
                all.insert(called, today(means, snapshot, renamed, document));
            }
        }
        all
    }

    /// Returns what a resource that has to be made again is tagged with.
    fn uid(&self, address: &Address) -> String {
        let snapshot = self.there.get(address).and_then(|id| self.snapshots.get(id));
        let kept = snapshot.and_then(|s| s.kept(address));
        kept.map(|k| k.found.lasting_uid()).unwrap_or_default()
    }
}

/// Returns a document of a snapshot as it would be taken today.
fn today(means: &Means<'_>, snapshot: &Snapshot, renamed: &Renamed, document: &Document) -> Document {
    let home = home::document(document, &snapshot.manifest.vars, &means.values.vars);
    Document { unknown: Default::default(), ..readdress::document(&home, renamed) }
}

/// Returns what an id is known by: ids are unique within a kind.
fn key(found: &Found) -> (String, String) {
    (found.address.kind().to_string(), found.id.clone())
}

/// Returns the addresses that the selection names one by one.
fn named(select: &Selection) -> BTreeSet<Address> {
    let exact = |p: &String| p.parse::<Address>().ok().filter(|a| a.to_string() == *p);
    select.patterns().iter().filter_map(exact).collect()
}

fn in_snapshot(environment: &str, snapshot: &Snapshot, select: &Selection) -> Result<Then> {
    let manifest = &snapshot.manifest;
    let id = &manifest.id;
    if select.is_all() && !manifest.is_whole() {
        return Err(Error::input(format!("the snapshot {id} does not hold all of {environment}"))
            .hint("name the addresses to put back; `snapdeploy show` lists what is in it"));
    }
    let mut then = Then::new();
    for address in snapshot.documents.keys().filter(|a| select.picks(a)) {
        then.there.insert(address.clone(), id.clone());
    }
    then.absent = named(select).into_iter().filter(|a| manifest.says(a) == Says::Absent).collect();
    let found: Vec<Address> = then.there.keys().chain(&then.absent).cloned().collect();
    if let Some(pattern) = select.idle(found.iter()).first() {
        return Err(Error::not_found(format!("the snapshot {id} says nothing of `{pattern}`"))
            .hint(format!("snapdeploy show {environment}@{id} lists what is in it")));
    }
    then.whole = select.is_all();
    then.snapshots.insert(id.clone(), snapshot.clone());
    Ok(then)
}

/// Finds for each address the newest snapshot at or before `at` that says something of it: by extract, before a run or
/// after one.
async fn at_time(means: &Means<'_>, environment: &str, at: Timestamp, select: &Selection) -> Result<Then> {
    let pin = means.driver.pin();
    let named = named(select);
    let only_named = named.len() == select.patterns().len() && !select.is_all();
    let mut then = Then::new();
    let mut taken: BTreeMap<SnapshotId, Timestamp> = BTreeMap::new();
    // An id begins with the time of its snapshot: what is surely younger is not even read.
    let day = |id: &SnapshotId| id.as_str().split('-').next().unwrap_or_default().to_string();
    let last = day(&SnapshotId::new(at));
    for id in means.repository.snapshots(pin).await?.iter().rev().filter(|id| day(id) <= last) {
        if only_named && named.iter().all(|a| then.knows(a)) {
            break;
        }
        let Some(manifest) = means.repository.listed(pin, id).await? else { continue };
        if manifest.taken_at > at {
            continue;
        }
        for found in manifest.kept.iter().map(|k| &k.found).filter(|f| !f.id.is_empty()) {
            then.called.entry(key(found)).or_insert_with(|| found.address.clone());
        }
        let called = then.called.clone();
        let since = |address: &Address| {
            let found = &manifest.kept.iter().find(|k| k.found.address == *address)?.found;
            called.get(&key(found)).filter(|last| *last != address).cloned()
        };
        let mut concerned: BTreeSet<&Address> = manifest.kept.iter().map(|k| &k.found.address).collect();
        if let Coverage::Before { scope, .. } | Coverage::After { scope, .. } = &manifest.coverage {
            concerned.extend(scope);
        }
        concerned.extend(&named);
        for address in concerned.into_iter().filter(|a| select.picks(a)) {
            match manifest.says(address) {
                _ if then.knows(address) => {}
                Says::There if since(address).is_some() => drop(then.absent.insert(address.clone())),
                Says::There => drop(then.there.insert(address.clone(), id.clone())),
                Says::Absent => drop(then.absent.insert(address.clone())),
                Says::Nothing => {}
            }
        }
        taken.insert(id.clone(), manifest.taken_at);
        if manifest.is_whole() {
            then.whole = !only_named;
            break;
        }
    }
    let shown = at.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
    let list = format!("snapdeploy show {environment} lists the snapshots that there are");
    if let Some(address) = named.iter().find(|a| !then.knows(a)) {
        let message = format!("no snapshot of {environment} at or before {shown} says what {address} was");
        return Err(Error::not_found(message).hint(list));
    }
    if select.is_all() && !then.whole {
        let message = format!("there is no whole snapshot of {environment} at or before {shown}");
        return Err(Error::not_found(message).hint(list));
    }
    let found: Vec<Address> = then.there.keys().chain(&then.absent).cloned().collect();
    if let Some(pattern) = select.idle(found.iter()).first() {
        let message = format!("no snapshot of {environment} at or before {shown} has `{pattern}`");
        return Err(Error::not_found(message).hint(list));
    }
    if !only_named && !then.whole {
        let message = "no whole snapshot is as old as that: there may have been more";
        then.findings.push(Finding::new(Weight::Warning, None, message));
    }
    let mut counts: BTreeMap<SnapshotId, usize> = BTreeMap::new();
    then.there.values().for_each(|id| *counts.entry(id.clone()).or_default() += 1);
    for (id, n) in counts {
        let when = taken.get(&id).map(|t| t.strftime("%Y-%m-%d %H:%M:%SZ").to_string()).unwrap_or_default();
        let message = format!("{n} as in the snapshot {id}, taken {when}");
        then.findings.push(Finding::new(Weight::Note, None, message));
        let snapshot = means.repository.snapshot(pin, &id).await?;
        then.snapshots.insert(id, snapshot);
    }
    let lost = not_kept(means, &then, &taken, at).await?;
    then.findings.extend(lost);
    Ok(then)
}

/// Returns a finding for each address that a run wrote between the snapshot that it is in and `at`, where what that run
/// left was not kept.
async fn not_kept(
    means: &Means<'_>,
    then: &Then,
    taken: &BTreeMap<SnapshotId, Timestamp>,
    at: Timestamp,
) -> Result<Vec<Finding>> {
    let Some(oldest) = then.there.values().filter_map(|id| taken.get(id)).min() else {
        return Ok(Vec::new());
    };
    let there: BTreeSet<SnapshotId> =
        means.repository.snapshots(means.driver.pin()).await?.into_iter().collect();
    let (mut findings, mut before) = (Vec::new(), None);
    // Their times are those of when they were done, not of when they were told.
    let mut imported: BTreeSet<RunId> = BTreeSet::new();
    loop {
        let page = means.ledger.entries(means.driver.pin(), before, 200).await?;
        for entry in &page.items {
            if let Act::Imported { runs, .. } = &entry.what {
                imported.extend(runs.iter().cloned());
            }
            let (Act::End { finish, .. }, Some(run)) = (&entry.what, &entry.run) else { continue };
            let has_after = finish.after.as_ref().is_some_and(|id| there.contains(id));
            if finish.status != RunStatus::Succeeded || has_after || finish.at > at {
                continue;
            }
            let lost = match finish.after.is_some() {
                true => "and the snapshot of what it left is not there any more",
                false => "which kept no snapshot",
            };
            for address in &finish.wrote {
                let kept = then.there.get(address).and_then(|id| taken.get(id));
                if kept.is_some_and(|kept| *kept < finish.at) {
                    let message = format!("was written by run {run} since, {lost}");
                    findings.push(Finding::new(Weight::Warning, Some(address), message));
                }
            }
        }
        let told_then = |e: &&Entry| e.run.as_ref().is_none_or(|run| !imported.contains(run));
        let past = page.items.iter().rev().find(told_then).is_some_and(|e| e.at < *oldest);
        before = page.items.last().map(|e| e.seq);
        if past || !page.more || before.is_none() {
            return Ok(findings);
        }
    }
}
