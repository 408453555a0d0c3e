//! A store to forget from: extracts, runs and packages of any age, as they would have been written.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use snapdeploy::core::document::Document;
use snapdeploy::core::inventory::Found;
use snapdeploy::core::lease::Stop;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::objects::Objects;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::repository::Repository;
use snapdeploy::core::run::{Actor, Finish, Note, Process, Row, RunKind, RunStart, RunStatus};
use snapdeploy::core::snapshot::{Coverage, Kept, Manifest, SNAPSHOT_SCHEMA, Snapshot};
use snapdeploy::core::upkeep::{Done, Forget, Forgetting, Policy, Reading, check, forget};
use snapdeploy::core::{Address, Clock, Digest, Pin, Result, RunId, SnapshotId};

/// A store, and the pin that all is about.
#[derive(Clone, Copy)]
pub struct Shelf<'a> {
    pub objects: &'a dyn Objects,
    pub ledger: &'a dyn Ledger,
}

pub fn pin() -> Pin {
    "111122223333.eu-central-1.1b4e28ba-2fa1-11d2-883f-0016d3cca427".parse().unwrap()
}

pub fn actor() -> Actor {
    Actor {
        identity: "arn:aws:iam::111122223333:user/ada".into(),
        host: "h".into(),
        ci: None,
        job: Default::default(),
    }
}

/// Returns the time so many days ago.
pub fn ago(days: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(24 * days)
}

pub fn after(days: u64) -> Clock {
    Clock::ahead(Duration::from_secs(24 * 3600 * days))
}

pub fn keep_last(last: usize) -> Policy {
    Policy { last, ..Policy::default() }
}

/// Returns a snapshot that was taken at `at` and names these bytes.
pub fn snapshot(at: Timestamp, coverage: Coverage, bytes: &[Bytes]) -> Snapshot {
    let mut documents = BTreeMap::new();
    for (i, bytes) in bytes.iter().enumerate() {
        let portable =
            json!({ "Name": format!("prompt {i}"), "Audio": format!("@{{blob:{}}}", Digest::of(bytes)) });
        let portable = portable.as_object().unwrap().clone();
        let address: Address = format!("connect/prompt/{i}").parse().unwrap();
        documents.insert(address, Document { portable, ..Document::default() });
    }
    let found = |address: &Address| Found::new(address.clone(), format!("id of {address}"), "arn");
    let manifest = Manifest {
        schema: SNAPSHOT_SCHEMA.into(),
        id: SnapshotId::new(at),
        environment: "prod".into(),
        pin: pin(),
        taken_at: at,
        actor: actor(),
        tool: "0.1.0".into(),
        name: None,
        note: None,
        coverage,
        gaps: Vec::new(),
        bodies: Digest::of(b""),
        kept: documents.iter().map(|(a, d)| Kept::of(&found(a), d)).collect(),
        inventory: Vec::new(),
        findings: Vec::new(),
        vars: BTreeMap::new(),
        healthy: None,
        problems: Vec::new(),
    };
    Snapshot { manifest, documents }
}

pub fn full() -> Coverage {
    Coverage::Full { kinds: vec!["connect/prompt".into()] }
}

pub fn bytes(text: &str) -> Bytes {
    Bytes::from(format!("the audio of {text}"))
}

impl<'a> Shelf<'a> {
    pub fn repository(&self) -> Repository<'a> {
        Repository::new(self.objects)
    }

    /// Writes a snapshot as an extract does, its bytes first.
    pub async fn put(&self, snapshot: Snapshot, all: &[Bytes]) -> Result<SnapshotId> {
        self.repository().put_blobs(all.to_vec()).await?;
        Ok(self.repository().commit(snapshot).await?.0.manifest.id)
    }

    pub async fn extract(&self, at: Timestamp, all: &[Bytes]) -> SnapshotId {
        self.put(snapshot(at, full(), all), all).await.unwrap()
    }

    pub async fn named(&self, at: Timestamp, name: Option<&str>, note: Option<&str>) -> SnapshotId {
        let mut one = snapshot(at, full(), &[]);
        (one.manifest.name, one.manifest.note) = (name.map(str::to_string), note.map(str::to_string));
        self.put(one, &[]).await.unwrap()
    }

    /// Begins a run that puts `source` there, with the snapshot of what was there before.
    pub async fn begin(
        &self,
        at: Timestamp,
        kind: RunKind,
        source: &str,
        undoes: Option<&RunId>,
    ) -> Running<'a> {
        let plan = json!({
            "schema": "snapdeploy.plan/1", "kind": kind, "environment": "prod", "pin": pin().to_string(),
            "source": "x", "source_digest": source, "undoes": undoes, "steps": [], "moves": [],
            "unchanged": [], "findings": [],
        });
        let plan: Plan = serde_json::from_value(plan).unwrap();
        let start = RunStart {
            run: RunId::new(at),
            kind,
            accepted: Vec::new(),
            environment: "prod".into(),
            pin: pin(),
            actor: actor(),
            process: Process { boot: String::new(), pid: 1, started: 1, space: String::new() },
            at,
            reason: None,
            plan: self.repository().put_plan(&plan).await.unwrap(),
            source: "x".into(),
            source_digest: source.into(),
            undoes: undoes.cloned(),
            tool: "0.1.0".into(),
            source_pin: None,
            source_taken_at: None,
        };
        let claim = self.ledger.begin(&start, Duration::from_secs(60)).await.unwrap();
        let coverage = Coverage::Before { run: start.run.clone(), scope: Vec::new() };
        let of = [bytes(&format!("before {}", start.run))];
        let before = self.put(snapshot(at, coverage, &of), &of).await.unwrap();
        let row = Row { seq: 0, at, what: Note::Before { snapshot: before.clone() } };
        self.ledger.record(&claim, &[row]).await.unwrap();
        Running { shelf: *self, start, claim, before }
    }

    /// Performs a run that writes `wrote` and leaves a snapshot.
    pub async fn run(&self, at: Timestamp, wrote: &str, source: &str) -> Run {
        self.begin(at, RunKind::Deploy, source, None).await.end(RunStatus::Succeeded, wrote).await
    }

    /// Returns what forgetting by `policy` comes to at the time of `clock`.
    pub async fn plan(&self, policy: &Policy, clock: &Clock) -> Forgetting {
        let pins = BTreeSet::from([pin()]);
        let plan = Forgetting::plan(self.objects, self.ledger, &pins, (&pins, policy), clock.now()).await;
        plan.unwrap().unwrap()
    }

    pub async fn perform(&self, plan: &Forgetting, clock: &Clock) -> Done {
        let (stop, reason) = (Stop::new(), Some("CHG-7".to_string()));
        let with = Forget { objects: self.objects, ledger: self.ledger, clock, stop, actor: actor(), reason };
        forget(&with, plan).await
    }

    /// Forgets by `policy` so many days from now.
    pub async fn forget(&self, policy: &Policy, days: u64) -> Done {
        let clock = after(days);
        let done = self.perform(&self.plan(policy, &clock).await, &clock).await;
        assert!(done.why.is_none(), "{:?}", done.why);
        done
    }

    pub async fn ids(&self) -> BTreeSet<SnapshotId> {
        self.repository().snapshots(&pin()).await.unwrap().into_iter().collect()
    }

    /// Fails unless everything in the store is as it was written; returns how many objects nothing names.
    pub async fn check(&self, when: &str) -> usize {
        let pins = BTreeSet::from([pin()]);
        let checked =
            check(self.objects, self.ledger, None, &pins, Reading::Data, Timestamp::now()).await.unwrap();
        assert!(checked.wrong.is_empty(), "{when}: {:?}", checked.wrong);
        for id in self.ids().await {
            self.repository().snapshot(&pin(), &id).await.unwrap();
        }
        checked.orphans
    }
}

/// A run that has begun.
pub struct Running<'a> {
    shelf: Shelf<'a>,
    pub start: RunStart,
    claim: snapdeploy::core::ledger::Claim,
    pub before: SnapshotId,
}

/// A run that has ended, and its snapshots.
pub struct Run {
    pub id: RunId,
    pub before: SnapshotId,
    pub after: SnapshotId,
}

impl Running<'_> {
    pub async fn end(self, status: RunStatus, wrote: &str) -> Run {
        let at = self.start.at + SignedDuration::from_secs(60);
        let id = self.start.run.clone();
        let coverage = Coverage::After { run: id.clone(), scope: Vec::new() };
        let after = self.shelf.put(snapshot(at, coverage, &[]), &[]).await.unwrap();
        let finish = Finish {
            status,
            at,
            changed: true,
            wrote: vec![wrote.parse().unwrap()],
            left: Vec::new(),
            message: "verified".into(),
            turned_into: None,
            after: Some(after.clone()),
        };
        self.shelf.ledger.end(&self.claim, &finish).await.unwrap();
        Run { id, before: self.before, after }
    }
}
