//! What hurts in practice, and what happens instead: changes that are overwritten or undone by somebody else's work.

use jiff::Timestamp;
use snapdeploy::core::ErrorKind;
use snapdeploy::core::back::{newest, past, plan_back};
use snapdeploy::core::drift::OnDrift;
use snapdeploy::core::extract::{Extraction, extract};
use snapdeploy::core::restore::{When, plan_restore};
use snapdeploy::core::runs::Ended;
use snapdeploy::core::select::Selection;
use snapdeploy::sandbox::Sandbox;

use crate::drift::{console, deployed, perform, plan, queue, release};
use crate::world::{B, extraction};

fn words(sandbox: &Sandbox) -> String {
    sandbox.connect_state(B).to_string()
}

#[tokio::test]
async fn a_planned_release_overwrites_the_hotfix_of_noon() {
    let (world, _) = deployed().await;
    let planned = release(&world, 0, "planned").await;
    console(&world, B, 0, "hotfix of noon").await;
    let at_six = plan(&world, &planned, "*", OnDrift::Block).await;
    assert_eq!(at_six.permitted().unwrap_err().kind, ErrorKind::Blocked);
    assert!(words(&world.sandbox).contains("hotfix of noon"));
}

#[tokio::test]
async fn a_nightly_backup_turns_a_hotfix_into_what_is_expected() {
    let (world, run) = deployed().await;
    console(&world, B, 0, "hotfix").await;
    world.extract(&*world.b, "prod").await;
    let next = release(&world, 0, "next release").await;
    let why = plan(&world, &next, "*", OnDrift::Block).await.permitted().unwrap_err();
    assert!(why.message.contains(&format!("was changed since run {run}")), "{why}");
}

#[tokio::test]
async fn an_older_package_undoes_a_colleagues_change_in_silence() {
    let (world, _) = deployed().await;
    let mine = release(&world, 0, "mine, of this morning").await;
    let theirs = release(&world, 0, "theirs, of noon").await;
    let run = perform(&world, &plan(&world, &theirs, "*", OnDrift::Block).await).await;
    let why = plan(&world, &mine, "*", OnDrift::Block).await.permitted().unwrap_err();
    assert!(why.message.contains(&format!("would undo run {run}")), "{why}");
}

#[tokio::test]
async fn rolling_back_a_colleagues_run() {
    let (world, mine) = deployed().await;
    let next = release(&world, 0, "a colleague's words").await;
    let theirs = perform(&world, &plan(&world, &next, "*", OnDrift::Block).await).await;
    let means = world.means(&*world.b);
    let back = plan_back(&means, &past(&means, &mine).await.unwrap(), &Selection::all()).await.unwrap();
    let blocks: Vec<_> = back.blocks().map(|f| f.address.clone().unwrap()).collect();
    assert_eq!(blocks, [queue(0)], "what the colleague wrote is not undone with mine");
    let said = &back.blocks().next().unwrap().message;
    assert!(said.contains(&format!("by run {theirs} (deployed")), "{said}");
    assert!(words(&world.sandbox).contains("a colleague's words"));
}

#[tokio::test]
async fn rolling_forward_again_by_pressing_rollback_twice() {
    let (world, first) = deployed().await;
    let next = release(&world, 0, "second words").await;
    let second = perform(&world, &plan(&world, &next, "*", OnDrift::Block).await).await;
    let means = world.means(&*world.b);
    for expected in [second, first] {
        assert_eq!(newest(&means, &Selection::all()).await.unwrap().record.start.run, expected);
        assert!(matches!(world.roll_back().await, Ok(Ended::Done { .. })));
        assert!(!words(&world.sandbox).contains("second words"));
    }
    assert!(words(&world.sandbox).contains("old words"));
}

#[tokio::test]
async fn a_partial_extract_taken_as_the_whole() {
    let (world, _) = deployed().await;
    let means = world.means(&*world.b);
    let select = Selection::new(&["connect/queue/Q0".into()]).unwrap();
    let what = Extraction { select, ..extraction("prod") };
    let partial = extract(&means, &what).await.unwrap().snapshot;
    console(&world, B, 1, "by hand").await;
    let when = When::Snapshot(Box::new(partial));
    let refused = plan_restore(&means, "prod", &when, &Selection::all()).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Input, "{refused}");
    let refused =
        plan_restore(&means, "prod", &When::At(Timestamp::now()), &Selection::all()).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::NotFound, "{refused}");
}

/// A rollback put old words back; then the next update of a stack that also has the queue puts the new ones there again.
#[tokio::test]
async fn a_stack_update_that_undoes_a_rollback() {
    let (mut world, _) = deployed().await;
    let next = release(&world, 0, "words of the stack").await;
    perform(&world, &plan(&world, &next, "*", OnDrift::Block).await).await;
    assert!(matches!(world.roll_back().await, Ok(Ended::Done { .. })));
    assert!(!words(&world.sandbox).contains("words of the stack"));
    console(&world, B, 0, "words of the stack").await;

    let fix = release(&world, 0, "mended words").await;
    let why = plan(&world, &fix, "*", OnDrift::Block).await.permitted().unwrap_err();
    assert!(why.message.contains(&format!("{} was changed since run", queue(0))), "{why}");

    // Said once in the configuration, it is the stack's, and nothing of ours writes it or argues about it.
    world.values.managed_elsewhere = Some(Selection::new(&[queue(0).to_string()]).unwrap());
    let left = plan(&world, &fix, "*", OnDrift::Block).await;
    assert!(left.permitted().is_ok() && left.steps.iter().all(|s| s.address != queue(0)), "{left:#?}");
    let said = left.findings.iter().any(|f| f.message.contains("managed elsewhere"));
    assert!(said, "{:#?}", left.findings);
}
