//! A process that writes to an embedded store and is killed, again and again.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use bytes::Bytes;
use snapdeploy::core::ledger::{Act, Entry};
use snapdeploy::core::objects::Key;
use snapdeploy::core::run::RunStatus;
use snapdeploy::core::{Clock, Digest, Pin, RunId};
use snapdeploy::store::{Store, open_embedded};

use super::world::{LEASE, begin, finish, resumed, row, start};

/// Set for the process that is to be killed: the directory of the store.
const CHILD: &str = "SNAPDEPLOY_TEST_KILLED_STORE";
const ROUNDS: u64 = 20;
/// How many rows a step of the journal has.
const ROWS: usize = 7;

fn pin() -> Pin {
    "111122223333.eu-central-1.killed".parse().unwrap()
}

async fn open(directory: &Path) -> Store {
    open_embedded("file://store", directory, Clock::system()).await.unwrap().unwrap()
}

/// Writes until it is killed.
async fn write(directory: &Path) {
    let Store { objects, ledger } = open(directory).await;
    let mut next = match ledger.held(&pin()).await.unwrap() {
        Some(held) => {
            let start = resumed(&held.start, &super::unique("heir"));
            Some(ledger.take_over(&held, &start, LEASE).await.unwrap())
        }
        None => None,
    };
    loop {
        let claim = match next.take() {
            Some(claim) => claim,
            None => begin(&*ledger, &start(&pin())).await,
        };
        let first = ledger.rows(&claim.run).await.unwrap().len() as u32;
        let rows: Vec<_> = (first..first + ROWS as u32).map(row).collect();
        ledger.record(&claim, &rows).await.unwrap();
        let body = Bytes::from(claim.run.as_str().repeat(20_000));
        let key = Key::new(format!("blobs/sha256/{}", Digest::of(&body))).unwrap();
        objects.create(&key, body).await.unwrap();
        ledger.beat(&claim).await.unwrap();
        ledger.end(&claim, &finish(RunStatus::Succeeded)).await.unwrap();
    }
}

/// Checks that everything there is whole, and returns how many objects and how many entries there are.
async fn verify(directory: &Path) -> (usize, usize) {
    let Store { objects, ledger } = open(directory).await;
    let keys = objects.list("", None).await.unwrap().items;
    for key in &keys {
        let body = objects.read(key).await.unwrap();
        assert_eq!(key.as_str(), format!("blobs/sha256/{}", Digest::of(&body)));
    }
    let mut entries = Vec::new();
    loop {
        let before = entries.last().map(|e: &Entry| e.seq);
        let page = ledger.entries(&pin(), before, 1000).await.unwrap();
        entries.extend(page.items);
        if !page.more {
            break;
        }
    }
    entries.reverse();
    assert!(entries.iter().map(|e| e.seq).eq(1..=entries.len() as u64));
    let mut holder: Option<RunId> = None;
    for entry in &entries {
        let run = entry.run.as_ref().unwrap();
        let rows = ledger.rows(run).await.unwrap();
        assert!(rows.len().is_multiple_of(ROWS), "half of a step in the journal of {run}");
        assert!(rows.iter().map(|row| row.seq as usize).eq(0..rows.len()));
        match &entry.what {
            Act::Start { .. } => assert_eq!(holder.replace(run.clone()), None),
            Act::Resume { .. } => assert_eq!(holder.as_ref(), Some(run)),
            Act::End { finish, .. } => {
                assert_eq!(holder.take().as_ref(), Some(run));
                assert_eq!(ledger.run(run).await.unwrap().finish.as_ref(), Some(&**finish));
            }
            other => panic!("{other:?}"),
        }
    }
    let held = ledger.held(&pin()).await.unwrap();
    assert_eq!(held.map(|held| held.start.run), holder, "the lease is as the audit says");
    (keys.len(), entries.len())
}

#[test]
fn whoever_is_killed_leaves_whole_objects_and_whole_steps() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    if let Some(directory) = std::env::var_os(CHILD) {
        runtime.block_on(write(Path::new(&directory)));
    }
    let directory = tempfile::tempdir().unwrap();
    let mut before = (0, 0);
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "stores::killed::whoever_is_killed_leaves_whole_objects_and_whole_steps"])
            .env(CHILD, directory.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(40 + round * 7));
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(ended.is_none(), "the writer stopped by itself: {ended:?}");
        let now = runtime.block_on(verify(directory.path()));
        assert!(now.0 >= before.0 && now.1 >= before.1, "something has gone: {before:?}, then {now:?}");
        before = now;
    }
    println!("{ROUNDS} kills: {} objects, {} entries", before.0, before.1);
    assert!(before.0 > 0 && before.1 as u64 > ROUNDS, "the writer has hardly written: {before:?}");
}
