//! Bytes that nothing names go, and those that somebody is about to name do not, whoever comes first.

use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::objects::{Created, Key, Objects};
use snapdeploy::core::repository::Repository;
use snapdeploy::core::upkeep::Policy;
use snapdeploy::core::{Clock, Digest, ErrorKind};
use snapdeploy::sandbox::{Sandbox, Scenario};
use snapdeploy::store::{DirectoryObjects, KnownObjects, MemoryLedger, MemoryObjects, SqliteLedger};
use tempfile::TempDir;

use super::shelf::{Shelf, after, ago, bytes, full, keep_last, snapshot};
use super::turns::{Turns, in_turns};
use crate::stores::aws;

/// Who comes when.
#[derive(Clone, Debug)]
struct Case {
    /// Whether the extract is beside the second `store forget`, which sweeps, or beside the first, which condemns.
    beside_sweep: bool,
    /// Whether what was seen to be there before the first is still relied on, as whoever looked a moment before does.
    looked_before: bool,
    /// Which of the bytes that are condemned it names.
    shares: Vec<bool>,
    /// Whose call is next.
    order: Vec<bool>,
}

fn case() -> impl Strategy<Value = Case> {
    let runs = prop::collection::vec((any::<bool>(), 1..14usize), 1..14);
    let order = runs.prop_map(|runs| runs.into_iter().flat_map(|(side, n)| vec![side; n]).collect());
    (any::<bool>(), any::<bool>(), prop::collection::vec(any::<bool>(), 4), order).prop_map(
        |(beside_sweep, looked_before, shares, order)| Case { beside_sweep, looked_before, shares, order },
    )
}

/// Writes a snapshot, and says whether it is there. Where it is refused, it is for the sweep.
async fn written(shelf: Shelf<'_>, all: &[Bytes]) -> bool {
    match shelf.put(snapshot(ago(0), full(), all), all).await {
        Ok(_) => true,
        Err(e) => {
            assert_eq!(e.kind, ErrorKind::Unavailable, "{e:?}");
            assert!(e.hint.as_ref().is_some_and(|hint| hint.contains("the same command")), "{e:?}");
            false
        }
    }
}

/// Plays a case, and fails if anything that is named is missing at any time, or anything that is not is left at the end.
async fn play(objects: Arc<dyn Objects>, ledger: &dyn Ledger, case: &Case) {
    let shelf = Shelf { objects: &*objects, ledger };
    let policy: Policy = keep_last(2);
    let old: Vec<Bytes> = (0..4).map(|i| bytes(&format!("old {i}"))).collect();
    shelf.extract(ago(90), &old).await;
    shelf.extract(ago(80), &[bytes("new")]).await;
    shelf.extract(ago(70), &[bytes("newer")]).await;
    let shared = old.iter().zip(&case.shares).filter(|(_, shares)| **shares).map(|(bytes, _)| bytes.clone());
    let wanted: Vec<Bytes> = shared.chain([bytes("its own")]).collect();

    let knowing = KnownObjects::new(objects.clone(), Clock::system());
    // Whoever extracts is another process, and knows for a while what it has seen.
    let looks = async || {
        let digests: Vec<Digest> = wanted.iter().map(|bytes| Digest::of(bytes)).collect();
        if case.looked_before {
            Repository::new(&knowing).lacking(digests.iter()).await.unwrap();
        }
    };
    let forgets = async |turns: Turns<'_>, days: u64| {
        let shelf = Shelf { objects: &turns, ledger };
        shelf.forget(&policy, days).await
    };
    let writes = async |turns: Turns<'_>| written(Shelf { objects: &turns, ledger }, &wanted).await;
    if case.beside_sweep {
        let first = shelf.forget(&policy, 0).await;
        assert_eq!((first.snapshots, first.swept), (1, 0));
        assert!(first.condemned >= 5, "{first:?}");
        looks().await;
        in_turns((&*objects, &knowing), &case.order, async |turns| forgets(turns, 8).await, writes).await;
    } else {
        looks().await;
        in_turns((&*objects, &knowing), &case.order, async |turns| forgets(turns, 0).await, writes).await;
        shelf.check("after the first").await;
        shelf.forget(&policy, 8).await;
    }
    shelf.check("after the second").await;
    written(shelf, &wanted).await;
    for days in [16, 24, 32, 40] {
        shelf.forget(&policy, days).await;
        shelf.check("later").await;
    }
    assert_eq!(shelf.check("at the end").await, 0, "what nothing names is gone");
    let left = objects.list("gc/", None).await.unwrap().items;
    assert!(left.is_empty(), "nothing is left to be done: {left:?}");
}

type Opened = (Arc<dyn Objects>, Box<dyn Ledger>, Option<TempDir>);

fn opened(
    objects: impl Objects + 'static,
    ledger: impl Ledger + 'static,
    directory: Option<TempDir>,
) -> Opened {
    (Arc::new(objects), Box::new(ledger), directory)
}

fn plays(cases: u32, open: impl AsyncFn() -> Opened) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    };
    let ran = TestRunner::new(config).run(&case(), |case| {
        runtime.block_on(async {
            let (objects, ledger, _directory) = open().await;
            play(objects, &*ledger, &case).await;
        });
        Ok(())
    });
    ran.unwrap();
}

#[test]
fn in_memory_nothing_that_is_named_is_ever_removed() {
    plays(200, async || opened(MemoryObjects::new(), MemoryLedger::new(Clock::system()), None));
}

#[test]
fn in_a_directory_nothing_that_is_named_is_ever_removed() {
    plays(12, async || {
        let directory = tempfile::tempdir().unwrap();
        let objects = DirectoryObjects::open(directory.path()).await.unwrap();
        let ledger =
            SqliteLedger::open(directory.path().join("ledger.sqlite3"), Clock::system()).await.unwrap();
        opened(objects, ledger, Some(directory))
    });
}

#[test]
fn in_s3_nothing_that_is_named_is_ever_removed() {
    let mut scenario = Scenario::empty();
    scenario.account(aws::ACCOUNT);
    let sandbox = Sandbox::start(scenario).unwrap();
    plays(12, async || {
        let (objects, ledger) =
            (aws::objects(&sandbox.endpoint()).await, aws::ledger(&sandbox.endpoint()).await);
        opened(objects, ledger, None)
    });
}

#[tokio::test]
async fn what_is_spared_outlives_the_sweep_and_a_sweep_under_way_lets_nobody_rely_on_it() {
    let (objects, ledger) = (MemoryObjects::new(), MemoryLedger::new(Clock::system()));
    let shelf = Shelf { objects: &objects, ledger: &ledger };
    let policy = keep_last(1);
    shelf.extract(ago(90), &[bytes("a"), bytes("b")]).await;
    shelf.extract(ago(80), &[]).await;
    shelf.forget(&policy, 0).await;
    // Somebody finds `a` there, and has not named it when the sweep comes.
    shelf.repository().put_blobs([bytes("a")]).await.unwrap();
    let due = shelf.plan(&policy, &after(8)).await;
    assert_eq!((due.sweeps.len(), due.sweeps[0].amount.objects), (1, 2), "b and the archive: {due:?}");
    let early = shelf.plan(&policy, &after(6)).await;
    assert_eq!((early.sweeps.len(), early.waits.len()), (0, 1));
    shelf.forget(&policy, 8).await;
    let digest = |text: &str| Digest::of(&bytes(text));
    assert!(shelf.repository().has_blob(&digest("a")).await.unwrap());
    assert!(!shelf.repository().has_blob(&digest("b")).await.unwrap());

    // A sweep that somebody has begun, and has not ended.
    let due = shelf.forget(&policy, 9).await;
    assert_eq!(due.condemned, 1, "{due:?}");
    let list = objects.list("gc/", None).await.unwrap().items.remove(0);
    let id = list.as_str().trim_start_matches("gc/").trim_end_matches(".json").to_string();
    let mark = |at: jiff::Timestamp| format!("{{\"at\":\"{at}\",\"schema\":\"snapdeploy.sweep/1\"}}");
    let begun = Key::new(format!("gc/{id}/sweeps/20260101t000000000-000000.json")).unwrap();
    objects.create(&begun, mark(ago(0)).into()).await.unwrap();
    assert!(!written(shelf, &[bytes("a")]).await);
    // One that was killed long ago hinders nobody.
    objects.delete(&begun).await.unwrap();
    assert_eq!(objects.create(&begun, mark(ago(1)).into()).await.unwrap(), Created::New);
    assert!(written(shelf, &[bytes("a")]).await);
    shelf.forget(&policy, 20).await;
    shelf.check("after all").await;
}
