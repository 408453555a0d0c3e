//! What the embedded store promises beyond the common cases.

use std::fs;
use std::path::Path;

use snapdeploy::core::ledger::{BeginError, Ledger};
use snapdeploy::core::objects::{Created, Key, Objects};
use snapdeploy::core::run::RunStatus;
use snapdeploy::core::{Clock, ErrorKind};
use snapdeploy::store::{DirectoryObjects, SqliteLedger, open_embedded, open_to_read};

use super::world::{LEASE, begin, fails, finish, pin, row, start};

fn key(name: &str) -> Key {
    Key::new(name).unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    fs::read_dir(directory).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn a_half_written_object_is_never_visible() {
    let directory = tempfile::tempdir().unwrap();
    let objects = DirectoryObjects::open(directory.path()).await.unwrap();
    objects.create(&key("a/whole"), "x".into()).await.unwrap();
    assert_eq!(names(&directory.path().join("a")), ["whole"], "a write leaves nothing else behind");
    // What a writer that was killed before its link leaves behind.
    fs::write(directory.path().join("a/~0123456789abcdef"), "ha").unwrap();
    assert_eq!(objects.list("", None).await.unwrap().items, [key("a/whole")]);
    assert_eq!(objects.create(&key("a/half"), "half".into()).await.unwrap(), Created::New);
}

#[tokio::test]
async fn an_embedded_store_opens_its_directory_and_keeps_the_ledger_out_of_the_objects() {
    let base = tempfile::tempdir().unwrap();
    assert!(open_embedded("s3://bucket/prefix", base.path(), Clock::system()).await.unwrap().is_none());
    fails(ErrorKind::Input, open_embedded("file://", base.path(), Clock::system()).await.map(|_| ()));
    let store = open_embedded("file://.snapdeploy", base.path(), Clock::system()).await.unwrap().unwrap();
    begin(&*store.ledger, &start(&pin())).await;
    assert!(base.path().join(".snapdeploy/ledger.sqlite3").exists());
    store.objects.create(&key("format.json"), "{}".into()).await.unwrap();
    assert_eq!(store.objects.list("", None).await.unwrap().items, [key("format.json")]);
    fails(ErrorKind::Input, store.objects.create(&key("ledger.sqlite3"), "x".into()).await);
    fails(ErrorKind::Input, store.objects.read(&key("ledger.sqlite3-wal")).await);
    assert!(store.objects.place().starts_with("file:///"));
}

#[tokio::test]
async fn a_ledger_that_is_opened_to_read_takes_nothing() {
    let base = tempfile::tempdir().unwrap();
    let store = open_embedded("file://.s", base.path(), Clock::system()).await.unwrap().unwrap();
    let begun = start(&pin());
    begin(&*store.ledger, &begun).await;
    let place = base.path().join(".s");
    let reading = open_to_read(&place, Clock::system()).await.unwrap();
    assert_eq!(reading.ledger.run(&begun.run).await.unwrap().start, begun);
    reading.ledger.check().await.unwrap();
    assert!(reading.ledger.begin(&start(&pin()), LEASE).await.is_err());
    assert_eq!(store.ledger.entries(&begun.pin, None, 10).await.unwrap().items.len(), 1);
    assert!(open_to_read(&base.path().join("nowhere"), Clock::system()).await.is_err());
    assert!(!base.path().join("nowhere").exists());
}

#[test]
fn two_handles_on_one_file_in_two_threads_exclude_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.sqlite3");
    let pin = pin();
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let ledger = SqliteLedger::open(&path, Clock::system()).await.unwrap();
            let mut won = 0;
            while won < 25 {
                let start = start(&pin);
                match ledger.begin(&start, LEASE).await {
                    Ok(claim) => {
                        ledger.record(&claim, &[row(0), row(1)]).await.unwrap();
                        ledger.beat(&claim).await.unwrap();
                        ledger.end(&claim, &finish(RunStatus::Succeeded)).await.unwrap();
                        won += 1;
                    }
                    Err(BeginError::Held(held)) => assert_ne!(held.start.run, start.run),
                    Err(BeginError::Other(e)) => panic!("{e}"),
                }
            }
            ledger
        })
    };
    let ledgers = std::thread::scope(|scope| {
        let threads = [scope.spawn(work), scope.spawn(work)];
        threads.map(|thread| thread.join().unwrap())
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let entries = ledgers[0].entries(&pin, None, 1000).await.unwrap().items;
        let expected: Vec<u64> = (1..=100).rev().collect();
        assert_eq!(entries.iter().map(|e| e.seq).collect::<Vec<_>>(), expected);
        // The audit alternates: no run begins before the one before it has ended.
        assert!(entries.chunks(2).all(|pair| pair[0].run == pair[1].run));
    });
}

#[tokio::test]
async fn reopening_keeps_everything() {
    let base = tempfile::tempdir().unwrap();
    let (pin, start) = (pin(), start(&pin()));
    let start = snapdeploy::core::run::RunStart { pin: pin.clone(), ..start };
    let claim = {
        let store = open_embedded("file://s", base.path(), Clock::system()).await.unwrap().unwrap();
        store.objects.create(&key("a/b"), "x".into()).await.unwrap();
        let claim = begin(&*store.ledger, &start).await;
        store.ledger.record(&claim, &[row(0)]).await.unwrap();
        claim
    };
    let store = open_embedded("file://s", base.path(), Clock::system()).await.unwrap().unwrap();
    assert_eq!(store.objects.read(&key("a/b")).await.unwrap(), "x");
    assert_eq!(store.ledger.run(&start.run).await.unwrap().start, start);
    assert_eq!(store.ledger.rows(&start.run).await.unwrap().len(), 1);
    assert_eq!(store.ledger.entries(&pin, None, 10).await.unwrap().items.len(), 1);
    store.ledger.record(&claim, &[row(1)]).await.unwrap();
    store.ledger.end(&claim, &finish(RunStatus::Failed)).await.unwrap();
    assert!(store.ledger.held(&pin).await.unwrap().is_none());
}

#[tokio::test]
async fn a_ledger_of_a_newer_version_or_of_other_bytes_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let newer = directory.path().join("newer");
    rusqlite::Connection::open(&newer).unwrap().pragma_update(None, "user_version", 3).unwrap();
    let e = fails(ErrorKind::Failed, SqliteLedger::open(&newer, Clock::system()).await.map(|_| ()));
    assert!(e.hint.is_some_and(|hint| hint.contains("newer snapdeploy")));
    let older = directory.path().join("older");
    rusqlite::Connection::open(&older).unwrap().pragma_update(None, "user_version", 1).unwrap();
    let e = fails(ErrorKind::Failed, SqliteLedger::open(&older, Clock::system()).await.map(|_| ()));
    assert!(e.message.contains("before its audit had a chain"), "{e}");
    let other = directory.path().join("other");
    fs::write(&other, "this is no database, and long enough to be told from an empty one".repeat(20))
        .unwrap();
    fails(ErrorKind::Corrupt, SqliteLedger::open(&other, Clock::system()).await.map(|_| ()));
}
