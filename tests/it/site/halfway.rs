//! A switch that comes to no end: refused in the middle, answered by nobody, or left by a run that nobody knows any more.

use snapdeploy::core::driver::Freshness;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::run::{Note, RunStatus};
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::{Digest, Result, RunId};
use snapdeploy::sandbox::{Fault, FaultKind};
use snapdeploy::store::{MemoryLedger, MemoryObjects};

use super::crash::{Drop, begin_and_die, is_whole};
use super::place::{Built, PROD, build, document, get, plan_and_wish, plan_folder, remove, start, web};
use crate::world::{B, World};

/// What a run meets: from the n-th put on, so many of them.
fn puts(nth: u64, times: u64, kind: FaultKind) -> Fault {
    Fault { account: Some(B.into()), nth, times, ..Fault::next("PutObject", kind) }
}

async fn shipped(world: &World, files: &[Built], fault: Fault) -> Result<Ended> {
    let plan = plan_folder(world, files).await;
    world.sandbox.fault(fault);
    begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await
}

/// Version 2 under the names of version 1: nothing is fresh.
fn changed() -> Vec<Built> {
    let mut files = build(1);
    for (path, _, bytes) in files.iter_mut().filter(|(path, ..)| !path.starts_with("assets/")) {
        bytes.extend_from_slice(format!("<!-- changed {path} -->").as_bytes());
    }
    files
}

async fn notes(world: &World, run: &RunId) -> Vec<Note> {
    world.ledger.rows(run).await.unwrap().into_iter().map(|row| row.what).collect()
}

#[tokio::test(flavor = "current_thread")]
async fn a_put_that_is_refused_in_the_middle_is_put_back_and_nothing_is_called_unchanged() {
    // The manifest, two assets, the manifest; the manifest, four files under their names, the manifest. Without assets: the
    // manifest, five files, the manifest.
    for (files, switch, last, some) in
        [(build(2), 6, 10, &[1, 3, 5, 6, 8, 10][..]), (changed(), 2, 7, &[1, 2, 5, 7][..])]
    {
        for nth in some.iter().copied() {
            let here = format!("put {nth} of {last} is refused");
            let world = start().await;
            let before = document(&world).await;
            let ended = shipped(&world, &files, puts(nth, 1, FaultKind::AccessDenied)).await;
            match ended {
                Ok(Ended::RolledBack { run, by, .. }) => {
                    assert!(nth >= switch, "{here}: there was nothing to put back");
                    let said = notes(&world, &run).await;
                    assert!(said.iter().any(|n| matches!(n, Note::Unknown { .. })), "{here}: {said:?}");
                    assert!(!said.iter().any(|n| matches!(n, Note::Refused { .. })), "{here}: {said:?}");
                    let record = world.ledger.run(&run).await.unwrap();
                    assert_eq!(record.status(), RunStatus::Turned, "{here}");
                    assert_eq!(world.ledger.run(&by).await.unwrap().status(), RunStatus::Succeeded, "{here}");
                }
                Err(e) => {
                    assert!(nth < switch, "{here}: pages were put, and it says {e:?}");
                    assert!(e.message.contains("Access Denied"), "{here}: {}", e.message);
                }
                other => panic!("{here}: {other:?}"),
            }
            assert_eq!(document(&world).await, before, "{here}");
            is_whole(&world, 1, &here);
            assert!(world.ledger.held(world.b.pin()).await.unwrap().is_none(), "{here}: the lease is free");
        }
    }
}

/// Nothing may be put any more: also the way back is refused, and says so. Once it may, that is gone on with.
#[tokio::test(flavor = "current_thread")]
async fn where_the_way_back_is_refused_too_it_is_gone_on_with_later() {
    let world = start().await;
    let before = document(&world).await;
    let ended = shipped(&world, &build(2), puts(8, u64::MAX, FaultKind::AccessDenied)).await;
    let Ok(Ended::RollbackFailed { by: Some(by), .. }) = ended else { panic!("{ended:?}") };
    world.sandbox.clear_faults();
    let ended = snapdeploy::core::runs::resume(&world.means(&*world.b), &by, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(document(&world).await, before);
    is_whole(&world, 1, "gone on with");
}

#[tokio::test(flavor = "current_thread")]
async fn a_put_whose_answer_is_lost_is_found_or_sent_again() {
    for (nth, kind) in [
        (2, FaultKind::DropAfter),
        (4, FaultKind::ErrorAfter),
        (5, FaultKind::DropAfter),
        (6, FaultKind::ServerError),
        (8, FaultKind::Late { after_calls: 2 }),
        (9, FaultKind::Throttle),
        (10, FaultKind::DropAfter),
    ] {
        let here = format!("put {nth} meets {kind}");
        let world = start().await;
        let (_, wish) = plan_and_wish(&world, &build(2)).await;
        let ended = shipped(&world, &build(2), puts(nth, 1, kind)).await;
        assert!(matches!(ended, Ok(Ended::Done { .. })), "{here}: {ended:?}");
        assert_eq!(document(&world).await, wish, "{here}");
        is_whole(&world, 2, &here);
    }
}

/// The run died in the middle of the switch, and its journal is gone: the next release is whole all the same, also where it
/// lacks a page of the one that died.
#[tokio::test(flavor = "current_thread")]
async fn the_next_release_gets_out_of_what_nobody_remembers() {
    for nth in [6, 8, 10, 11] {
        let here = format!("died before put {nth}");
        let mut world = start().await;
        let mut files = build(2);
        files.push(("news/index.html".into(), "text/html; charset=utf-8", b"news".to_vec()));
        let plan = plan_folder(&world, &files).await;
        assert!(begin_and_die(&world, &plan, ("PutObject", nth, Drop::Before)).await, "{here}");
        world.ledger = MemoryLedger::new(world.clock.clone());
        let (plan, mut wish) = plan_and_wish(&world, &build(3)).await;
        wish.local.clear();
        let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await;
        assert!(matches!(ended, Ok(Ended::Done { .. })), "{here}: {ended:?}");
        assert_eq!(document(&world).await, wish, "{here}");
        is_whole(&world, 3, &here);
        crate::kinds::place::perform(&world, &crate::kinds::place::back(&world).await).await;
        is_whole(&world, 1, &here);
    }
}

/// Also the store is gone, and with it what the site was: it says what to type, and then the next release is whole.
#[tokio::test(flavor = "current_thread")]
async fn what_is_half_way_and_in_no_store_has_a_way_out() {
    let mut world = start().await;
    let plan = plan_folder(&world, &build(2)).await;
    assert!(begin_and_die(&world, &plan, ("PutObject", 9, Drop::Before)).await);
    world.ledger = MemoryLedger::new(world.clock.clone());
    world.objects = MemoryObjects::new();
    let (inventory, _) = snapdeploy::core::survey::list(&*world.b, &world.events).await.unwrap();
    let found = inventory.get(&web()).unwrap();
    world.b.fetch(found, Freshness::Fresh).await.unwrap();
    let data = build(1).into_iter().find(|(path, ..)| path == "data.json").unwrap().2;
    let e = world.b.bytes(found, &Digest::of(&data)).await.unwrap_err();
    assert!(e.hint.unwrap().starts_with("aws s3 rm s3://prod-web/.snapdeploy/site.json"));
    remove(&world, PROD, ".snapdeploy/site.json").await;
    let (plan, wish) = plan_and_wish(&world, &build(3)).await;
    let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(document(&world).await, wish);
    is_whole(&world, 3, "taken as it is");
}

/// What somebody puts by hand into a site that is half-way is neither what it was nor what it was to be: it is not put back.
#[tokio::test(flavor = "current_thread")]
async fn what_is_put_by_hand_into_a_half_is_not_taken_for_ours() {
    let world = start().await;
    let plan = plan_folder(&world, &build(2)).await;
    assert!(begin_and_die(&world, &plan, ("PutObject", 9, Drop::Before)).await);
    super::place::put(&world, B, PROD, "index.html", b"by hand", "text/html").await;
    let held = world.ledger.held(world.b.pin()).await.unwrap().unwrap();
    let past = snapdeploy::core::back::past(&world.means(&*world.b), &held.start.run).await.unwrap();
    let all = snapdeploy::core::select::Selection::all();
    let back = snapdeploy::core::back::plan_back(&world.means(&*world.b), &past, &all).await.unwrap();
    assert!(back.moves.is_empty() && back.left == [super::place::web()], "{back:#?}");
    assert_eq!(get(&format!("{}/", world.sandbox.site(PROD))).body, "by hand");
}
