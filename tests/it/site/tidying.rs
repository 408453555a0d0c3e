//! What comes after the switch and cannot be done takes nothing back: it is said, and done later.

use std::time::Duration;

use serde_json::json;
use snapdeploy::core::event::{Event, Events};
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::Means;
use snapdeploy::core::preflight::Outcome;
use snapdeploy::core::run::Note;
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume};
use snapdeploy::core::site::Site;
use snapdeploy::sandbox::{Fault, FaultKind};

use super::crash::{Drop, begin_and_die, is_whole};
use super::place::{PROD, build, get, keys, plan_folder, prod, put, ship, start_with, two};
use crate::kinds::place::{back, perform};
use crate::mortal::{Death, Side};
use crate::world::{B, World};

const FRONT: &str = "E2SITE";

async fn fronted(grace: Duration) -> World {
    let mut scenario = two();
    scenario.account(B).front(FRONT, PROD, "");
    scenario.switch("cloudfront_invalidation_ms", "5").unwrap();
    start_with(scenario, Site { distribution: Some(FRONT.into()), grace, ..prod() }).await
}

/// Ships version `n` while an operation meets `kind`; returns the warnings, and what the journal says was not done.
async fn warned(world: &World, n: u32, operation: &str, kind: FaultKind) -> (Vec<String>, Vec<String>) {
    let plan = plan_folder(world, &build(n)).await;
    world.sandbox.fault(Fault { account: Some(B.into()), times: u64::MAX, ..Fault::next(operation, kind) });
    let (events, mut heard) = Events::channel();
    let means = Means { events: &events, ..world.means(&*world.b) };
    let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
    world.sandbox.clear_faults();
    let Ok(Ended::Done { run }) = ended else { panic!("{ended:?}") };
    let mut said = Vec::new();
    while let Ok(event) = heard.try_recv() {
        if let Event::Warned { what } = event {
            said.push(what);
        }
    }
    let rows = world.ledger.rows(&run).await.unwrap();
    let forgone = rows.into_iter().filter_map(|row| match row.what {
        Note::Forgone { why, .. } => Some(why),
        _ => None,
    });
    (said, forgone.collect())
}

/// What `health` says is wrong.
async fn problems(world: &World) -> Vec<String> {
    let (inventory, _) = snapdeploy::core::survey::list(&*world.b, &world.events).await.unwrap();
    let live = world.b.read(inventory.get(&super::place::web()).unwrap(), &inventory).await.unwrap();
    let checks = world.b.checks(&[live], &inventory).await.unwrap();
    checks.into_iter().flat_map(|c| c.problems).collect()
}

fn invalidated(world: &World) -> Vec<Vec<String>> {
    serde_json::from_value(world.sandbox.state()[B]["cloudfront"][FRONT]["invalidations"].clone()).unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn a_release_stays_where_cloudfront_cannot_be_told_and_the_next_one_tells_it() {
    for (operation, kind) in [
        ("CreateInvalidation", FaultKind::AccessDenied),
        ("CreateInvalidation", FaultKind::ServerError),
        ("GetDistribution", FaultKind::AccessDenied),
    ] {
        let world = fronted(Duration::from_secs(3600)).await;
        let (said, forgone) = warned(&world, 2, operation, kind.clone()).await;
        assert!(said.len() == 1 && forgone.len() == 1, "{operation} {kind}: {said:?} {forgone:?}");
        for says in
            ["cloudfront:GetDistribution", "create-invalidation --distribution-id E2SITE", "the run goes on"]
        {
            assert!(said[0].contains(says), "{operation} {kind}: {says}: {said:?}");
        }
        is_whole(&world, 2, operation);
        let unwell = problems(&world).await;
        assert!(unwell[0].contains("E2SITE was not told to forget 4 files"), "{unwell:?}");
        assert_eq!(invalidated(&world), Vec::<Vec<String>>::new());
        // One page of the next release is another; the others were never forgotten.
        let mut files = build(2);
        files[1].2.extend_from_slice(b"<p>more</p>");
        let plan = plan_folder(&world, &files).await;
        perform(&world, &plan).await;
        let all = invalidated(&world);
        assert!(all.len() == 1 && all[0].contains(&"/data.json".to_string()), "{all:?}");
        // And then they are.
        assert_eq!(problems(&world).await, Vec::<String>::new());
        perform(&world, &back(&world).await).await;
        let all = invalidated(&world);
        assert_eq!(all[1], ["/about/index.html", "/about/"], "{all:?}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_rollback_is_not_over_before_cloudfront_is_told() {
    let world = fronted(Duration::from_secs(3600)).await;
    ship(&world, 2).await;
    let told = invalidated(&world).len();
    let plan = back(&world).await;
    let denied = Fault::next("CreateInvalidation", FaultKind::AccessDenied);
    world.sandbox.fault(Fault { account: Some(B.into()), times: u64::MAX, ..denied });
    let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Stop).await;
    world.sandbox.clear_faults();
    let Ok(Ended::Stopped { run, why }) = ended else { panic!("{ended:?}") };
    assert!(why.message.contains("may go on serving old pages"), "{why:?}");
    // The files are back all the same.
    is_whole(&world, 1, "denied");
    assert_eq!(invalidated(&world).len(), told);
    let held = world.ledger.held(&plan.pin).await.unwrap();
    assert!(held.is_some(), "{run} waits for somebody");
    let ended = resume(&world.means(&*world.b), &run, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(invalidated(&world).len(), told + 1);
}

/// A distribution that was deleted since keeps nobody from going back, nor a run open for ever.
#[tokio::test(flavor = "current_thread")]
async fn a_rollback_goes_through_where_the_distribution_is_gone() {
    let world = fronted(Duration::from_secs(3600)).await;
    ship(&world, 2).await;
    let site = Site { distribution: Some("EGONE".into()), ..prod() };
    let world =
        World { b: crate::kinds::place::bound(&world, "prod", super::place::values(site)).await, ..world };
    let plan = back(&world).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    assert!(plan.card.iter().any(|l| l.outcome == Outcome::Warn && l.detail.contains("there is no EGONE")));
    let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Stop).await;
    let Ok(Ended::Done { run }) = ended else { panic!("{ended:?}") };
    is_whole(&world, 1, "gone");
    let rows = world.ledger.rows(&run).await.unwrap();
    let why = rows.iter().find_map(|row| match &row.what {
        Note::Forgone { why, .. } => Some(why),
        _ => None,
    });
    assert!(why.is_some_and(|why| why.contains("see `distribution` of the site")), "{why:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn old_files_that_cannot_be_deleted_are_deleted_later() {
    let world = fronted(Duration::ZERO).await;
    let old = |n| build(n).into_iter().map(|(path, ..)| path).filter(|path| path.starts_with("assets/"));
    let (said, forgone) = warned(&world, 2, "DeleteObjects", FaultKind::AccessDenied).await;
    assert!(said.len() == 1 && forgone.len() == 1, "{said:?} {forgone:?}");
    assert!(said[0].contains("s3:DeleteObject and s3:GetObject on arn:aws:s3:::prod-web/*"), "{said:?}");
    is_whole(&world, 2, "denied");
    // Nobody has set out to delete them any more, and nobody has to wait for that.
    let noted = get(&format!("{}/.snapdeploy/site.json", world.sandbox.site(PROD))).body;
    assert!(noted.contains("\"beside\"") && !noted.contains("\"goes\""), "{noted}");
    assert!(old(1).all(|path| keys(&world, B, PROD).contains_key(&path)));
    ship(&world, 3).await;
    let there = keys(&world, B, PROD);
    assert!(old(1).chain(old(2)).all(|path| !there.contains_key(&path)), "{there:?}");
}

/// While it is deleted the manifest says so, and something else that is put there meanwhile stays.
#[tokio::test(flavor = "current_thread")]
async fn what_goes_is_claimed_first_and_only_that_goes() {
    let world = fronted(Duration::ZERO).await;
    let gone: Vec<String> =
        build(1).into_iter().map(|(path, ..)| path).filter(|path| path.starts_with("assets/")).collect();
    let plan = plan_folder(&world, &build(2)).await;
    let hold = snapdeploy::sandbox::Hold { operation: Some("DeleteObjects".into()), ..Default::default() };
    world.sandbox.hold(hold);
    let means = world.means(&*world.b);
    let meanwhile = async {
        while world.sandbox.held() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let said = get(&format!("{}/.snapdeploy/site.json", world.sandbox.site(PROD))).body;
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        for path in &gone {
            assert!(said["beside"][path]["goes"].is_string(), "{path}: {said:#}");
        }
        put(&world, B, PROD, &gone[0], b"by hand", "text/javascript").await;
        world.sandbox.release();
    };
    let (ended, ()) = tokio::join!(begin(&means, &plan, None, OnFailure::Rollback), meanwhile);
    // The site is not what was shipped any more, and what somebody else has changed is left as it is.
    assert!(matches!(ended, Ok(Ended::Left { .. })), "{ended:?}");
    let there = keys(&world, B, PROD);
    assert!(there.contains_key(&gone[0]) && !there.contains_key(&gone[1]), "{there:?}");
}

/// A claim of somebody else may still delete what is wanted again: it is waited for, and put anew.
#[tokio::test(flavor = "current_thread")]
async fn what_is_being_deleted_is_not_built_upon() {
    let world = fronted(Duration::from_secs(3600)).await;
    ship(&world, 2).await;
    claim(&world, world.clock.now()).await;
    let plan = back(&world).await;
    let begun = std::time::Instant::now();
    world.sandbox.clear_calls();
    perform(&world, &plan).await;
    // A minute and a half, by a clock that is 250 times as fast.
    assert!(begun.elapsed() >= Duration::from_millis(300), "{:?}", begun.elapsed());
    let puts = world.sandbox.calls().into_iter().filter(|c| c.operation == "PutObject");
    assert_eq!(puts.filter(|c| c.resource.contains("assets/")).count(), 2);
    is_whole(&world, 1, "back");
}

/// What was an old file and is kept since is nobody's to delete.
#[tokio::test(flavor = "current_thread")]
async fn what_is_kept_since_is_never_deleted() {
    let world = fronted(Duration::from_secs(3600)).await;
    ship(&world, 2).await;
    let keep = super::place::paths(&["assets/*"]);
    let site = Site { keep, grace: Duration::ZERO, ..prod() };
    let world =
        World { b: crate::kinds::place::bound(&world, "prod", super::place::values(site)).await, ..world };
    let mut files = build(2);
    files[5].2 = b"{\"n\":000009}".to_vec();
    let plan = plan_folder(&world, &files).await;
    perform(&world, &plan).await;
    for (path, ..) in build(1).iter().filter(|(path, ..)| path.starts_with("assets/")) {
        assert!(keys(&world, B, PROD).contains_key(path), "{path}");
    }
}

/// As long as CloudFront may have an old page, what it names is not deleted; once it has been told, it is.
#[tokio::test(flavor = "current_thread")]
async fn old_files_stay_as_long_as_cloudfront_was_not_told() {
    let world = fronted(Duration::ZERO).await;
    let old = |n| build(n).into_iter().map(|(path, ..)| path).filter(|path| path.starts_with("assets/"));
    warned(&world, 2, "CreateInvalidation", FaultKind::AccessDenied).await;
    warned(&world, 3, "CreateInvalidation", FaultKind::AccessDenied).await;
    let there = keys(&world, B, PROD);
    assert!(old(1).chain(old(2)).all(|path| there.contains_key(&path)), "{there:?}");
    ship(&world, 4).await;
    let there = keys(&world, B, PROD);
    assert!(old(1).chain(old(2)).chain(old(3)).all(|path| !there.contains_key(&path)), "{there:?}");
}

/// A page that is deleted is asked for by its name still, and CloudFront may have it.
#[tokio::test(flavor = "current_thread")]
async fn a_page_that_is_deleted_is_forgotten_too() {
    let world = fronted(Duration::ZERO).await;
    let front = world.sandbox.distribution(FRONT);
    assert_eq!(get(&format!("{front}/about/index.html")).status, 200);
    let mut files = build(2);
    files.retain(|(path, ..)| path != "about/index.html");
    perform(&world, &plan_folder(&world, &files).await).await;
    assert!(!keys(&world, B, PROD).contains_key("about/index.html"));
    let all = invalidated(&world);
    assert!(all.len() == 2 && all[1] == ["/about/index.html", "/about/"], "{all:?}");
    assert_ne!(get(&format!("{front}/about/index.html")).status, 200);
    assert_eq!(problems(&world).await, Vec::<String>::new());
}

/// A run that died between the switch and CloudFront, and that nobody knows any more, has left word of it.
#[tokio::test(flavor = "current_thread")]
async fn what_a_lost_run_did_not_tell_cloudfront_the_next_one_does() {
    let mut world = fronted(Duration::from_secs(3600)).await;
    let plan = plan_folder(&world, &build(2)).await;
    assert!(begin_and_die(&world, &plan, ("CreateInvalidation", 1, Drop::Before)).await);
    world.ledger = snapdeploy::store::MemoryLedger::new(world.clock.clone());
    assert!(problems(&world).await[0].contains("was not told to forget 4 files"));
    let mut files = build(2);
    files[1].2.extend_from_slice(b"<p>more</p>");
    perform(&world, &plan_folder(&world, &files).await).await;
    let all = invalidated(&world);
    assert!(all.len() == 1 && all[0].contains(&"/data.json".to_string()), "{all:?}");
}

/// Somebody else sets out to delete what a release that is under way builds on: it is not released, and no page is changed.
#[tokio::test(flavor = "current_thread")]
async fn what_is_claimed_while_a_release_is_under_way_is_not_released() {
    let world = fronted(Duration::from_secs(3600)).await;
    ship(&world, 2).await;
    let plan = plan_folder(&world, &build(1)).await;
    let second = Death::at_move(1, Side::Before);
    assert!(!crate::crash::perform(&world, &plan, &second).await, "it did not die");
    claim(&world, world.clock.now()).await;
    let held = world.ledger.held(world.b.pin()).await.unwrap().unwrap();
    let means = world.means(&*world.b);
    let ended = snapdeploy::core::runs::resume(&means, &held.start.run, OnFailure::Stop).await;
    assert!(format!("{ended:?}").contains("is being deleted by somebody else"), "{ended:?}");
    is_whole(&world, 2, "claimed");
}

/// Who has claimed it may have a clock that is behind ours, or ahead: it is waited for all the same.
#[tokio::test(flavor = "current_thread")]
async fn a_claim_by_another_clock_is_waited_for() {
    for off in [-10, 10] {
        let world = fronted(Duration::from_secs(3600)).await;
        ship(&world, 2).await;
        let plan = back(&world).await;
        // Ten minutes of a clock that is 250 times as fast.
        let goes = world.clock.now() + jiff::SignedDuration::from_millis(off * 240);
        claim(&world, goes).await;
        let begun = std::time::Instant::now();
        perform(&world, &plan).await;
        assert!(begun.elapsed() >= Duration::from_millis(300), "{off}: {:?}", begun.elapsed());
        is_whole(&world, 1, "back");
    }
}

/// Notes that somebody has set out to delete what version 1 has named, by their clock at `goes`.
async fn claim(world: &World, goes: jiff::Timestamp) {
    let url = format!("{}/.snapdeploy/site.json", world.sandbox.site(PROD));
    let mut manifest: serde_json::Value = serde_json::from_str(&get(&url).body).unwrap();
    for (path, ..) in build(1).iter().filter(|(path, ..)| path.starts_with("assets/")) {
        manifest["beside"][path]["goes"] = json!(goes.to_string());
    }
    let text = manifest.to_string();
    put(world, B, PROD, ".snapdeploy/site.json", text.as_bytes(), "application/json").await;
}
