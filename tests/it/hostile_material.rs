//! What mutants are made of: real packages, a real store with runs in it, a saved plan and a configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use serde_json::Value;
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::extract::extract;
use snapdeploy::core::ledger::{Entry, Head, Ledger};
use snapdeploy::core::package::Package;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::repository::Repository;
use snapdeploy::core::run::{Row, RunRecord};
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::saved::SavedPlan;
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::core::upkeep::{Reading, check};
use snapdeploy::core::{Clock, Error, Pin, Result};
use snapdeploy::store::{DirectoryObjects, SqliteLedger, open_embedded};

use crate::corpus_loader::{How, load};
use crate::world::{A, REGION, World, extraction, scenario, words};

/// How many flows a package has: few, so that thousands of them are read soon.
const FLOWS: usize = 2;

/// Returns packages of the published flows, with their bytes; of queues where those flows are not here.
pub async fn packages() -> Vec<(Vec<u8>, Package)> {
    let mut scenario = scenario();
    let a = scenario.account(A).instance(REGION, "dev").defaults();
    match load(a, A, How::default()) {
        Some(corpus) => corpus.seed(a),
        None => scenario = words(30),
    }
    let world = World::new(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    let addresses: Vec<String> = dev.documents.keys().map(ToString::to_string).collect();
    let mut made = Vec::new();
    for (i, some) in addresses.chunks(FLOWS).enumerate().take(12) {
        let labels = BTreeMap::from([("ticket".to_string(), format!("CHG-{i}"))]);
        let mut package = Package::of(&dev, &Selection::new(some).unwrap(), &Default::default(), labels);
        // What else was there is the larger part, and the same in all.
        package.manifest.inventory.truncate(10);
        package.blobs = Repository::new(&world.objects).blobs(&package.documents).await.unwrap();
        let bytes = package.to_bytes().unwrap();
        assert_eq!(Package::from_bytes(&bytes).unwrap(), package);
        made.push((bytes, package));
    }
    made
}

/// A store in a folder, after a deployment and its rollback.
pub struct Kept {
    pub folder: tempfile::TempDir,
    pub store: Objects,
    /// Each with the files of its manifest and its documents.
    pub snapshots: Vec<(Snapshot, PathBuf, PathBuf)>,
    pub pin: Pin,
    /// The ledger's file.
    pub ledger: PathBuf,
    /// What it tells.
    pub told: Told,
}

/// The objects of a store.
pub struct Objects(DirectoryObjects);

impl Objects {
    pub fn repository(&self) -> Repository<'_> {
        Repository::new(&self.0)
    }
}

/// What a ledger tells of a pin.
#[derive(Debug, PartialEq)]
pub struct Told {
    entries: Vec<Entry>,
    records: Vec<RunRecord>,
    journals: Vec<Vec<Row>>,
    head: Option<Head>,
}

impl Told {
    /// Returns in how many entries, records and journals this differs from `other`.
    pub fn beside(&self, other: &Told) -> String {
        fn unlike<T: PartialEq>(a: &[T], b: &[T]) -> usize {
            a.len().abs_diff(b.len()) + a.iter().zip(b).filter(|(a, b)| a != b).count()
        }
        let [entries, records, journals] = [
            unlike(&self.entries, &other.entries),
            unlike(&self.records, &other.records),
            unlike(&self.journals, &other.journals),
        ];
        format!("{entries} entries, {records} records, {journals} journals, head {}", self.head == other.head)
    }
}

/// Returns what the ledger in `file` tells, once it has been checked beside the objects of its store.
pub async fn tell(store: &Objects, file: &Path, pin: &Pin) -> Result<Told> {
    let ledger = SqliteLedger::open(file, Clock::system()).await?;
    ledger.check().await?;
    let pins = BTreeSet::from([pin.clone()]);
    let now = jiff::Timestamp::now();
    if let Some(wrong) = check(&store.0, &ledger, None, &pins, Reading::Names, now).await?.wrong.first() {
        return Err(Error::corrupt(format!("{}: {}", wrong.what, wrong.why)));
    }
    let entries = ledger.entries(pin, None, 1000).await?.items;
    let (mut records, mut journals) = (Vec::new(), Vec::new());
    for run in entries.iter().filter_map(|e| e.run.as_ref()) {
        records.push(ledger.run(run).await?);
        journals.push(ledger.rows(run).await?);
    }
    Ok(Told { entries, records, journals, head: ledger.head(pin).await? })
}

/// Returns such a store.
pub async fn kept() -> Kept {
    let folder = tempfile::tempdir().unwrap();
    let world = World::new(words(6)).await;
    let pin = world.b.pin().clone();
    {
        let store = open_embedded("file://store", folder.path(), world.clock.clone()).await.unwrap().unwrap();
        let means = |driver| world.means_with(driver, &*store.objects, &*store.ledger);
        let dev = extract(&means(&*world.a), &extraction("dev")).await.unwrap().snapshot;
        let b = means(&*world.b);
        let source = Source::of_snapshot("dev@latest", &dev);
        let plan = plan_deploy(&b, "prod", &source, &Deployment::default()).await.unwrap();
        let ended = begin(&b, &plan, Some("mutants".into()), OnFailure::Stop).await.unwrap();
        assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
        let past = newest(&b, &Selection::all()).await.unwrap();
        let plan = plan_back(&b, &past, &Selection::all()).await.unwrap();
        let ended = begin(&b, &plan, None, OnFailure::Stop).await.unwrap();
        assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    }
    let root = folder.path().join("store");
    let store = Objects(DirectoryObjects::open(&root).await.unwrap());
    let mut snapshots = Vec::new();
    for pin in [world.a.pin(), world.b.pin()] {
        for id in store.repository().snapshots(pin).await.unwrap() {
            let snapshot = store.repository().snapshot(pin, &id).await.unwrap();
            let bodies = root.join(format!("bodies/sha256/{}.zip", snapshot.manifest.bodies));
            snapshots.push((snapshot, root.join(format!("snapshots/{pin}/{id}.json")), bodies));
        }
    }
    assert!(snapshots.len() >= 3, "{}", snapshots.len());
    let ledger = root.join("ledger.sqlite3");
    let told = tell(&store, &ledger, &pin).await.unwrap();
    assert_eq!(told.entries.len(), 4);
    Kept { folder, store, snapshots, pin, ledger, told }
}

/// Returns a plan as it was saved, and the bytes of its file.
pub async fn saved_plan() -> (SavedPlan, Vec<u8>) {
    let world = World::new(words(4)).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    let lasts = SignedDuration::from_hours(24);
    let saved = SavedPlan::of(&world.means(&*world.b), &plan, lasts).await.unwrap();
    let bytes = saved.to_bytes().unwrap();
    assert_eq!(SavedPlan::from_bytes(&bytes).unwrap(), saved);
    (saved, bytes)
}

/// Returns a configuration with most of what there is in one, as text and as a value.
pub fn configuration() -> (String, Value) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme/snapdeploy.toml");
    let text = std::fs::read_to_string(file).unwrap();
    let value = toml::from_str(&text).unwrap();
    (text, value)
}

/// Returns `value`, an object, as TOML: a line a member, and inline what is in them.
pub fn toml(value: &Value) -> String {
    fn inline(value: &Value) -> String {
        match value {
            Value::Array(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
            Value::Object(members) => {
                let each =
                    members.iter().map(|(k, v)| format!("{} = {}", Value::from(k.as_str()), inline(v)));
                format!("{{{}}}", each.collect::<Vec<_>>().join(", "))
            }
            // There is none in TOML.
            Value::Null => "null".into(),
            other => other.to_string(),
        }
    }
    let Value::Object(members) = value else { return inline(value) };
    members.iter().map(|(k, v)| format!("{} = {}\n", Value::from(k.as_str()), inline(v))).collect()
}
