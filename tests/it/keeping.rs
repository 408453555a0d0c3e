//! What the repository keeps: whole or not at all, and never believed without its digest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use snapdeploy::core::ErrorKind;
use snapdeploy::core::extract::extract;
use snapdeploy::core::id::SnapshotId;
use snapdeploy::core::means::Means;
use snapdeploy::core::objects::Objects;
use snapdeploy::core::package::Package;
use snapdeploy::core::repository::Repository;
use snapdeploy::core::select::Selection;
use snapdeploy::core::{Clock, Digest, Pin};
use snapdeploy::store::{DirectoryObjects, S3Objects};

use crate::hostile::refused;
use crate::mortal::{Death, Mortal, Side};
use crate::small::small;
use crate::world::{A, REGION, World, extraction, sdk};

fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(&path).unwrap());
        }
    }
    found
}

async fn kept(root: &Path) -> (World, DirectoryObjects) {
    let world = World::new(small()).await;
    let objects = DirectoryObjects::open(root).await.unwrap();
    (world, objects)
}

#[tokio::test]
async fn a_snapshot_that_was_interrupted_anywhere_is_not_there_at_all() {
    let world = World::new(small()).await;
    for at in 0.. {
        let mut finished = false;
        for side in [Side::Before, Side::After] {
            let root = tempfile::tempdir().unwrap();
            let objects = DirectoryObjects::open(root.path()).await.unwrap();
            let death = Death::at(at, side);
            let mortal = Mortal { inner: &objects as &dyn Objects, death: death.clone() };
            let means = world.means_with(&*world.a, &mortal, &world.ledger);
            finished = death.live(extract(&means, &extraction("dev"))).await.is_some();

            let repository = Repository::new(&objects);
            let there = repository.snapshots(world.a.pin()).await.unwrap();
            let manifests = files(root.path())
                .into_keys()
                .filter(|p| p.to_string_lossy().contains("/snapshots/"))
                .count();
            assert_eq!(there.len(), manifests, "call {at}, {side:?}");
            for id in &there {
                repository.snapshot(world.a.pin(), id).await.unwrap();
            }
            // Whoever comes next is not hindered by what was left.
            let means = world.means_with(&*world.a, &objects, &world.ledger);
            extract(&means, &extraction("dev")).await.unwrap();
            assert_eq!(repository.snapshots(world.a.pin()).await.unwrap().len(), there.len() + 1);
        }
        if finished {
            assert!(at > 4, "it died at {at} calls only");
            break;
        }
    }
}

/// Reads all that the store has; the first thing that is wrong.
async fn read_all(means: &Means<'_>, pin: &Pin, plan: &Digest) -> snapdeploy::core::Result<()> {
    let repository = &means.repository;
    for id in repository.snapshots(pin).await? {
        repository.snapshot(pin, &id).await?;
    }
    for digest in repository.packages().await? {
        repository.package(&digest).await?;
    }
    repository.plan(plan).await.map(drop)
}

#[tokio::test]
async fn a_byte_that_has_changed_on_the_disk_is_found_at_read_and_the_key_is_named() {
    let root = tempfile::tempdir().unwrap();
    let (world, objects) = kept(root.path()).await;
    let means = world.means_with(&*world.a, &objects, &world.ledger);
    let snapshot = extract(&means, &extraction("dev")).await.unwrap().snapshot;
    let package = Package::of(&snapshot, &Selection::all(), &BTreeSet::new(), BTreeMap::new());
    means.repository.put_package(&package).await.unwrap();
    let plan = means.repository.put_plan(&world.plan(&snapshot).await).await.unwrap();
    let pin = world.a.pin();
    read_all(&means, pin, &plan).await.unwrap();

    let mut changes = 0;
    for (path, bytes) in files(root.path()) {
        let key = path.strip_prefix(root.path()).unwrap().to_str().unwrap().to_string();
        if key == "format.json" {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        for at in (0..bytes.len()).step_by(bytes.len() / 150 + 1) {
            for mask in [1u8, 0x20, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= mask;
                std::fs::write(&path, &changed).unwrap();
                let what = format!("{key}, byte {at} ^ {mask:#x}");
                let error = read_all(&means, pin, &plan).await.expect_err(&what);
                assert_eq!(error.kind, ErrorKind::Corrupt, "{what}: {error}");
                assert!(error.message.contains(name), "{what}: {error}");
                changes += 1;
            }
        }
        for shorter in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..shorter]).unwrap();
            let error = refused(&key, read_all(&means, pin, &plan).await);
            assert!(error.contains(name), "{key}, cut: {error}");
        }
        std::fs::write(&path, [&bytes[..], b"\n"].concat()).unwrap();
        assert!(refused(&key, read_all(&means, pin, &plan).await).contains(name));
        std::fs::write(&path, &bytes).unwrap();
    }
    read_all(&means, pin, &plan).await.unwrap();
    println!("keeping: {changes} changed bytes of manifests, bodies, packages and plans, all found");
}

#[tokio::test]
async fn a_snapshot_that_has_lost_its_documents_says_so() {
    let root = tempfile::tempdir().unwrap();
    let (world, objects) = kept(root.path()).await;
    let means = world.means_with(&*world.a, &objects, &world.ledger);
    let id = extract(&means, &extraction("dev")).await.unwrap().snapshot.manifest.id;
    std::fs::remove_dir_all(root.path().join("bodies")).unwrap();
    let message = refused("no bodies", means.repository.snapshot(world.a.pin(), &id).await);
    assert!(message.contains("bodies/sha256/") && message.contains(id.as_str()), "{message}");
}

#[tokio::test]
async fn a_manifest_under_another_id_or_pin_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let (world, objects) = kept(root.path()).await;
    let means = world.means_with(&*world.a, &objects, &world.ledger);
    let snapshot = extract(&means, &extraction("dev")).await.unwrap().snapshot;
    let (pin, id) = (world.a.pin(), &snapshot.manifest.id);
    let of = |pin: &Pin, id: &SnapshotId| root.path().join(format!("snapshots/{pin}/{id}.json"));

    let other: SnapshotId = "20261121t024500123-7k2m9x".parse().unwrap();
    std::fs::copy(of(pin, id), of(pin, &other)).unwrap();
    let message = refused("another id", means.repository.snapshot(pin, &other).await);
    assert!(message.contains("belongs to something else") && message.contains(other.as_str()), "{message}");

    let prod = world.b.pin();
    std::fs::create_dir_all(of(prod, id).parent().unwrap()).unwrap();
    std::fs::copy(of(pin, id), of(prod, id)).unwrap();
    let message = refused("another pin", means.repository.snapshot(prod, id).await);
    assert!(
        message.contains("belongs to something else") && message.contains(&prod.to_string()),
        "{message}"
    );
    means.repository.snapshot(pin, id).await.unwrap();
}

#[tokio::test]
async fn an_unchanged_environment_costs_one_object_in_a_directory() {
    let root = tempfile::tempdir().unwrap();
    let (world, objects) = kept(root.path()).await;
    let means = world.means_with(&*world.a, &objects, &world.ledger);
    let first = extract(&means, &extraction("dev")).await.unwrap();
    assert_eq!(first.written, 2);
    let before = files(root.path());
    assert_eq!(before.len(), 3, "the layout, the bodies and the manifest: {:?}", before.keys());
    for round in 1..=3 {
        let again = extract(&means, &extraction("dev")).await.unwrap();
        assert_eq!(again.written, 1);
        assert_eq!(again.snapshot.documents, first.snapshot.documents);
        let now = files(root.path());
        assert_eq!(now.len(), before.len() + round);
        assert!(before.iter().all(|(path, bytes)| now[path] == *bytes), "nothing is written over");
    }
}

#[tokio::test]
async fn an_unchanged_environment_costs_one_object_in_s3() {
    let mut scenario = small();
    scenario.account(A).bucket(REGION, "kept");
    let world = World::new(scenario).await;
    let config = aws_sdk_s3::config::Builder::from(&sdk(&world.sandbox.endpoint())).force_path_style(true);
    let client = aws_sdk_s3::Client::from_conf(config.build());
    let objects = S3Objects::new(client, "kept", "store", None, Clock::scaled(2000));
    let means = world.means_with(&*world.a, &objects, &world.ledger);
    let puts = || {
        let calls = world.sandbox.calls();
        calls.iter().filter(|c| c.operation == "PutObject" && c.status == 200).count()
    };
    assert_eq!(extract(&means, &extraction("dev")).await.unwrap().written, 2);
    assert_eq!(puts(), 3, "the layout, the bodies and the manifest");
    for round in 1..=3 {
        assert_eq!(extract(&means, &extraction("dev")).await.unwrap().written, 1);
        assert_eq!(puts(), 3 + round);
    }
    assert_eq!(means.repository.snapshots(world.a.pin()).await.unwrap().len(), 4);
}
