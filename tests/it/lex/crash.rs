//! Killed at every call to Lex, inside of a move too, and at every move and its way back: resumed it ends as after, rolled
//! back as before.

use std::time::Duration;

use snapdeploy::core::back::{past, plan_back};
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::{Beside, Means};
use snapdeploy::core::runs::{OnFailure, begin};
use snapdeploy::core::select::Selection;
use snapdeploy::sandbox::Scenario;

use super::besides::{allow, arns, both};
use super::place::{self, archive, bot, bots, newer, planned, world_with_roles, written};
use super::sharing::shared_by;
use crate::crash::{Phase, Prints, WayOut, counted_as, perform, prints, recover};
use crate::matrix::{At, Matrix, matrix};
use crate::mortal::{Death, Side};
use crate::world::{A, B, REGION, World, dead, scenario, sdk_of};

/// What Lex does by itself takes no longer here.
const WHILE: Duration = Duration::from_millis(200);

/// Prod has an older bot than dev.
fn older() -> Scenario {
    let new = newer("vocabulary");
    let mut s = scenario();
    bot(&mut s, A, "dev", new.path());
    bot(&mut s, B, "prod", &archive("vocabulary"));
    s
}

/// Prod has no bot.
fn none() -> Scenario {
    let mut s = scenario();
    bot(&mut s, A, "dev", &archive("vocabulary"));
    s.account(B).lambda(REGION, "orders");
    s
}

/// Deploys with a process that dies once so many calls have changed something; true if it came to its end.
async fn deploy(world: &World, at: usize) -> bool {
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(world, &dev).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    world.sandbox.clear_calls();
    let means = Means { process: dead(), ..world.means(&*world.b) };
    let death = async {
        while written(world).len() < at {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        biased;
        () = death => false,
        ended = begin(&means, &plan, None, OnFailure::Stop) => {
            assert!(ended.is_ok(), "{ended:?}");
            true
        }
    }
}

async fn everywhere(name: &str, scenario: fn() -> Scenario) {
    let (old, new, calls): (Prints, Prints, usize) = {
        let world = world_with_roles(scenario()).await;
        let old = prints(&world).await;
        assert!(Box::pin(deploy(&world, usize::MAX)).await);
        (old, prints(&world).await, written(&world).len())
    };
    assert!(calls >= 5, "an import, a build, a version and an alias are more than {calls} calls");
    let mut played = 0;
    for at in 1..=calls {
        for way in [WayOut::Resume, WayOut::Rollback] {
            let world = world_with_roles(scenario()).await;
            if Box::pin(deploy(&world, at)).await {
                continue;
            }
            // What Lex was still doing ends by itself. A plan made meanwhile is refused as stale, since a bot that has no alias
            // yet is its draft, and is made again by the same command.
            tokio::time::sleep(WHILE).await;
            if !Box::pin(recover(&world, way)).await {
                // It died after its end was recorded, or before its beginning was.
                continue;
            }
            let ends = if way == WayOut::Resume { &new } else { &old };
            played += 1;
            let seen = prints(&world).await;
            assert_eq!(&seen, ends, "killed at call {at}, then {way:?}: {:?}", bots(&world).await);
        }
    }
    counted_as(&format!("lex-{name}"), calls, played);
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_call_of_an_update() {
    everywhere("update", older).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_call_of_a_creation() {
    everywhere("creation", none).await;
}

/// A bot with other settings and tags, and policies of which one is new and one is another.
async fn besides() -> World {
    let world = place::world(both()).await;
    let (dev, [dev_bot, dev_alias]) = arns(&world, A).await;
    let (prod, [_, alias]) = arns(&world, B).await;
    allow(&dev, A, &dev_bot, "lex:RecognizeText").await;
    allow(&dev, A, &dev_alias, "lex:StartConversation").await;
    allow(&prod, B, &alias, "lex:RecognizeText").await;
    world
}

async fn moves(name: &str, start: impl AsyncFn() -> World, phase: Phase, exactly: usize) {
    let of = Matrix { left_alone: WHILE, ..Matrix::new(name, phase, At::Moves(exactly)) };
    matrix(of, start, async |_, _, _| ()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_that_makes_a_bot_it_is_there_or_not() {
    moves("lex-made", async || world_with_roles(none()).await, Phase::Deploy, 4).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_that_takes_a_bot_away_it_is_there_or_not() {
    moves("lex-made", async || world_with_roles(none()).await, Phase::Rollback, 2).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_on_what_is_beside_a_bot_it_is_as_before_or_as_after() {
    moves("lex-besides", besides, Phase::Deploy, 7).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_on_what_was_beside_a_bot_it_is_as_before_or_as_after() {
    moves("lex-besides", besides, Phase::Rollback, 6).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_the_move_that_takes_the_first_alias_of_a_stage_away_it_is_there_or_not() {
    moves("lex-first-alias", async || shared_by(&["dev", "spare"]).await, Phase::Rollback, 1).await;
}

/// The run sets other members of the bot: the draft is not its own.
#[tokio::test(flavor = "current_thread")]
async fn what_somebody_changes_in_the_draft_of_a_bot_without_aliases_is_left() {
    let mut s = scenario();
    for (account, tag) in [(A, "new"), (B, "old")] {
        s.account(account).bot_from(REGION, &archive("vocabulary")).unwrap().tag("team", tag).tag(tag, "x");
    }
    let mut world = place::world(s).await;
    world.values.owns = Selection::new(&["lex/*".to_string()]).unwrap();
    world.values.beside = Beside::Owned;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    let calls: Vec<&str> = plan.moves.iter().map(|m| m.call.as_str()).collect();
    assert_eq!(calls, ["UntagResource", "TagResource"], "{:#?}", plan.findings);
    assert!(!perform(&world, &plan, &Death::at_move(0, Side::After)).await, "it did not die");

    let (prod, id) = (sdk_of(&world.sandbox.endpoint(), B), world.b.list().await.unwrap());
    let id = &id.found.iter().find(|f| f.address.kind() == "lex/bot").unwrap().id;
    let client = aws_sdk_lexmodelsv2::Client::new(&prod);
    let edit = client.update_bot_locale().bot_id(id).bot_version("DRAFT").locale_id("en_US");
    edit.nlu_intent_confidence_threshold(0.77).send().await.unwrap();
    let theirs = bots(&world).await;

    let means = world.means(&*world.b);
    let held = world.ledger.held(world.b.pin()).await.unwrap().unwrap();
    let past = past(&means, &held.start.run).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    let left: Vec<String> = back.left.iter().map(ToString::to_string).collect();
    assert_eq!((left, back.moves.len()), (vec!["lex/bot/Bistro".to_string()], 0), "{:#?}", back.findings);
    assert!(bots(&world).await == theirs);
}
