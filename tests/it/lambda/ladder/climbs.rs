//! A ladder that is climbed: exact weights, one call each; what its gates decide; the way back in one call.

use serde_json::json;
use snapdeploy::core::gate::Decision;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::{Ladders, Means, Waivers};
use snapdeploy::core::run::Note;
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume};

use super::place::{RUNGS, both, deploy, live, noted, plan, updates, watched, weights, with};
use crate::crash::prints;
use crate::kinds::place::{back, bound};
use crate::lambda::place::client;
use crate::world::World;

#[tokio::test]
async fn each_rung_is_one_call_with_its_exact_weight() {
    let world = with(both(), RUNGS, "").await;
    let (ended, seen) = deploy(&world, OnFailure::Rollback).await;
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    assert_eq!(seen, weights());
    assert_eq!(updates(&world), 3);
    assert_eq!(noted(&world).await.0, ["0: 10%", "1: 50%", "2: 100%"]);
}

#[tokio::test]
async fn the_way_back_is_one_call_and_takes_no_ladder() {
    let world = with(both(), RUNGS, "").await;
    let before = prints(&world).await;
    deploy(&world, OnFailure::Rollback).await;
    let plan = back(&world).await;
    assert!(plan.moves.iter().all(|m| m.rollout.is_none()), "{:#?}", plan.moves);
    world.sandbox.clear_calls();
    let means = world.means(&*world.b);
    let (ended, seen) = watched(&world, begin(&means, &plan, None, OnFailure::Stop)).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(seen, [json!(["2", {}]), json!(["1", {}])]);
    assert_eq!((updates(&world), prints(&world).await), (1, before));
}

async fn fails_at(rung: usize, percent: &str) {
    let world = with(both(), RUNGS, &format!("test {{percent}} != {percent}")).await;
    let before = prints(&world).await;
    let (ended, seen) = deploy(&world, OnFailure::Rollback).await;
    let Ended::RolledBack { why, .. } = &ended else { panic!("{percent}: {ended:?}") };
    assert!(why.message.contains(&format!("at {percent}% of the traffic")), "{}", why.message);
    let mut all: Vec<_> = weights()[..=rung + 1].to_vec();
    all.push(weights()[0].clone());
    assert_eq!(seen, all);
    assert_eq!(updates(&world), rung + 2, "one call for each rung, and one back");
    assert_eq!(prints(&world).await, before);
    let (rungs, gates) = noted(&world).await;
    assert_eq!((rungs.len(), gates.len()), (rung + 1, rung + 1));
    assert_eq!(gates.last(), Some(&format!("{rung}: Failed")));
}

#[tokio::test]
async fn a_gate_that_fails_on_the_first_rung_takes_everything_back() {
    fails_at(0, "10").await;
}

#[tokio::test]
async fn a_gate_that_fails_on_a_middle_rung_takes_everything_back() {
    fails_at(1, "50").await;
}

#[tokio::test]
async fn a_gate_that_fails_on_the_last_rung_takes_everything_back() {
    fails_at(2, "100").await;
}

/// Pauses at 10 %, since nobody can tell until the file is there.
async fn paused() -> (World, tempfile::TempDir, snapdeploy::core::id::RunId) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("known");
    let world = with(both(), RUNGS, &format!("test -e {} || exit 4", file.display())).await;
    let (ended, seen) = deploy(&world, OnFailure::Rollback).await;
    let Ended::Stopped { run, why } = ended else { panic!("{ended:?}") };
    assert!(why.message.contains("paused at 10% of the traffic"), "{}", why.message);
    assert!(why.hint.as_ref().unwrap().contains("--skip-gate shell"), "{why:?}");
    assert_eq!(seen, weights()[..2]);
    (world, directory, run)
}

#[tokio::test]
async fn where_nobody_can_tell_it_stays_and_is_resumed_and_calls_are_shared_meanwhile() {
    let (world, directory, run) = paused().await;
    let client = client(&world);
    let mut new = 0;
    for _ in 0..2000 {
        let invoked = client.invoke().function_name("orders:live").send().await.unwrap();
        new += usize::from(invoked.executed_version() == Some("2"));
    }
    // Four standard deviations of a share of 10 % are 54.
    assert!((146..=254).contains(&new), "{new} of 2,000 calls went to the new version");
    std::fs::write(directory.path().join("known"), "").unwrap();
    world.sandbox.clear_calls();
    let means = world.means(&*world.b);
    let (ended, seen) = watched(&world, resume(&means, &run, OnFailure::Rollback)).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!((seen.as_slice(), updates(&world)), (&weights()[1..], 2));
    assert_eq!(noted(&world).await.0, ["0: 10%", "1: 50%", "2: 100%"], "no rung is noted twice");
}

#[tokio::test]
async fn a_paused_ladder_goes_on_without_the_gate_where_somebody_says_so() {
    let (world, _directory, run) = paused().await;
    let waivers = Waivers { gates: ["shell".to_string()].into(), ..Waivers::default() };
    let means = Means { waivers, ..world.means(&*world.b) };
    let ended = resume(&means, &run, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(live(&world), weights()[3]);
    assert_eq!(noted(&world).await.1.last().unwrap(), "2: Skipped");
}

#[tokio::test]
async fn a_paused_ladder_is_climbed_at_once_where_somebody_says_so() {
    let (world, _directory, run) = paused().await;
    let waivers = Waivers { ladders: Ladders::AtOnce, ..Waivers::default() };
    let means = Means { waivers, ..world.means(&*world.b) };
    let asked = noted(&world).await.1;
    let ended = resume(&means, &run, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(live(&world), weights()[3]);
    let then = noted(&world).await.1.split_off(asked.len());
    assert!(!then.is_empty() && then.iter().all(|n| n.ends_with("Skipped")), "no gate is asked: {then:?}");
}

/// What a deployment does without is recorded, also where its plan has no ladder any more.
#[tokio::test]
async fn gates_of_rungs_are_noted_as_skipped_where_there_are_none_since_somebody_said_so() {
    let mut world = with(both(), RUNGS, "false").await;
    world.values.rollouts.shift_at_once();
    world.b = bound(&world, "prod", world.values.clone()).await;
    let plan = plan(&world).await;
    assert!(plan.moves.iter().all(|m| m.rollout.is_none()));
    let waivers = Waivers { ladders: Ladders::AtOnce, ..Waivers::default() };
    let means = Means { waivers, ..world.means(&*world.b) };
    let ended = begin(&means, &plan, None, OnFailure::Rollback).await;
    let Ok(Ended::Done { run }) = ended else { panic!("{ended:?}") };
    let rows = world.ledger.rows(&run).await.unwrap();
    let skipped = rows.iter().filter(|row| match &row.what {
        Note::Gate { gate, decision, .. } => gate == "shell" && *decision == Decision::Skipped,
        _ => false,
    });
    assert_eq!(skipped.count(), 1);
}

#[tokio::test]
async fn aliases_of_one_function_climb_in_turn() {
    let mut scenario = both();
    for account in [crate::world::A, crate::world::B] {
        scenario.account(account).function(crate::world::REGION, "orders").alias("beta", "1");
    }
    let world = with(scenario, "10% 5s, 100% 5s", "").await;
    // Together they take longer than either says: that is on the card.
    let card = plan(&world).await.card;
    let line = card.iter().find(|l| l.asked == "ladders in turn").unwrap_or_else(|| panic!("{card:#?}"));
    assert!(line.detail.contains("beta, live climb one after the other: 20s at least"), "{line:?}");
    let (ended, _) = deploy(&world, OnFailure::Rollback).await;
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    let aliases = crate::lambda::place::function(&world, "orders")["aliases"].clone();
    assert_eq!((&aliases["live"]["version"], &aliases["beta"]["version"]), (&json!("2"), &json!("2")));
    assert_eq!((updates(&world), noted(&world).await.0.len()), (4, 4));
}

#[tokio::test]
async fn ladders_of_functions_are_climbed_side_by_side() {
    let mut scenario = both();
    for (account, alias, memory) in [(crate::world::A, "dev", 512), (crate::world::B, "prod", 128)] {
        for name in ["bills", "carts", "dues", "ends", "fees"] {
            let seed = scenario.account(account).function(crate::world::REGION, name);
            let seed = seed.files(&[("index.js", b"same")]).settings(json!({ "MemorySize": memory }));
            seed.publish().alias("live", "1");
            scenario.account(account).instance(crate::world::REGION, alias).lambda(name);
        }
    }
    // A rung takes longer than all that comes before it, so six of them one after the other would be seen.
    let world = with(scenario, "50% 200s, 100%", "").await;
    let plan = plan(&world).await;
    let means = world.means(&*world.b);
    let mut most = 0;
    let mut work = std::pin::pin!(begin(&means, &plan, None, OnFailure::Stop));
    let ended = loop {
        let out = tokio::time::timeout(std::time::Duration::from_millis(10), &mut work).await;
        let state = crate::lambda::place::there(&world);
        let shared = |f: &&serde_json::Value| f["aliases"]["live"]["weights"]["2"] == 0.5;
        most = most.max(state["functions"].as_object().unwrap().values().filter(shared).count());
        if let Ok(out) = out {
            break out;
        }
    };
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(most, 6, "all of them stand on their rungs at once");
}
