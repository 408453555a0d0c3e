//! Trouble: builds that fail, drafts, exports and calls that do not come back, what a bot has besides.

use serde_json::json;
use snapdeploy::core::Address;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::sandbox::{Fault, FaultKind};

use super::place::{archive, bot, bots, calls, newer, perform, planned, world, world_with_roles, written};
use crate::world::{A, B, REGION, World, scenario};

fn address() -> Address {
    Address::new("lex/bot", "Bakery")
}

/// Dev has a newer bot than prod.
async fn two() -> World {
    let new = newer("multi_locale");
    let mut s = scenario();
    bot(&mut s, A, "dev", new.path());
    bot(&mut s, B, "prod", &archive("multi_locale"));
    world(s).await
}

#[tokio::test]
async fn a_build_that_fails_shows_its_reasons_and_the_alias_stays() {
    let world = two().await;
    let before = bots(&world).await;
    let dev = world.extract(&*world.a, "dev").await;
    world.sandbox.fail_next_build(B, "Bakery", "de_DE", &["the slot Size has no type"]).unwrap();
    let plan = planned(&world, &dev).await;
    let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await;
    let shown = format!("{ended:?}");
    assert!(
        shown.contains("the build of de_DE of lex/bot/Bakery failed: the slot Size has no type"),
        "{shown}"
    );
    assert!(!matches!(ended, Ok(Ended::Done { .. })));
    let after = bots(&world).await;
    assert_eq!(after[&address()].portable_digest(), before[&address()].portable_digest());
    assert!(!written(&world).iter().any(|c| c == "UpdateBotAlias" || c == "CreateBotVersion"));
    // The same again ends it, and what was built is not built again.
    world.sandbox.clear_calls();
    perform(&world, &planned(&world, &dev).await).await;
    let builds = written(&world).into_iter().filter(|c| c == "BuildBotLocale").count();
    assert_eq!(builds, 1, "{:?}", written(&world));
}

#[tokio::test]
async fn an_answer_that_is_lost_is_looked_for_and_nothing_is_made_twice() {
    for call in ["CreateUploadUrl", "StartImport", "BuildBotLocale", "CreateBotVersion", "UpdateBotAlias"] {
        let world = two().await;
        let dev = world.extract(&*world.a, "dev").await;
        let plan = planned(&world, &dev).await;
        world.sandbox.fault(Fault::next(call, FaultKind::DropAfter));
        perform(&world, &plan).await;
        let there = &bots(&world).await[&address()];
        assert_eq!(there.portable_digest(), dev.documents[&address()].portable_digest(), "{call}");
        assert_eq!(there.exact["Named"]["live"], "2", "{call}: one version was made");
    }
}

#[tokio::test]
async fn a_bot_without_aliases_is_taken_as_its_draft_and_that_is_said() {
    let mut s = scenario();
    s.account(A).bot_from(REGION, &archive("multi_locale")).unwrap();
    let mut world = world_with_roles(s).await;
    let owns = snapdeploy::core::select::Selection::new(&["lex/*".to_string()]).unwrap();
    world.values.owns = owns;
    world.values.beside = snapdeploy::core::means::Beside::Owned;
    let dev = world.extract(&*world.a, "dev").await;
    let said: Vec<_> = dev.manifest.findings.iter().map(|f| f.message.as_str()).collect();
    assert!(said.iter().any(|m| m.contains("its draft, which may be half edited")), "{said:?}");
    let plan = planned(&world, &dev).await;
    assert_eq!(calls(&plan), ["CreateBot", "StartImport"], "{:#?}", plan.findings);
    perform(&world, &plan).await;
    let there = &bots(&world).await[&address()];
    assert_eq!(there.portable_digest(), dev.documents[&address()].portable_digest());
    assert!(!written(&world).iter().any(|c| c == "CreateBotVersion"));
}

#[tokio::test]
async fn a_new_bot_needs_a_role_and_says_what_to_write() {
    let mut s = scenario();
    bot(&mut s, A, "dev", &archive("multi_locale"));
    s.account(B).lambda(REGION, "orders");
    let world = world(s).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    let hints: Vec<_> = plan.blocks().filter_map(|f| f.hint.clone()).collect();
    assert!(hints.iter().any(|h| h.contains("RoleArn = \"\"")), "{:#?}", plan.findings);
}

#[tokio::test]
async fn an_alias_that_the_source_lacks_is_kept() {
    let new = newer("multi_locale");
    let mut s = scenario();
    bot(&mut s, A, "dev", new.path());
    bot(&mut s, B, "prod", &archive("multi_locale"));
    let function = s.account(B).lambda(REGION, "orders");
    let mut both = s.account(B).bot_from(REGION, &archive("multi_locale")).unwrap();
    both.alias("live").hook("en_US", &format!("{function}:live"));
    both.alias("spare");
    let world = world(s).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    let said =
        plan.findings.iter().any(|f| f.weight == Weight::Note && f.message.contains("keeps its alias spare"));
    assert!(said, "{:#?}", plan.findings);
    perform(&world, &plan).await;
    let there = &bots(&world).await[&address()];
    assert_eq!(there.exact["Named"], json!({ "live": "2", "spare": "1" }));
    assert!(planned(&world, &dev).await.is_empty());
}

/// An hour is long enough: six of them would hold the environment for a day.
#[tokio::test]
async fn a_build_that_never_ends_is_waited_for_once() {
    let world = two().await;
    let dev = world.extract(&*world.a, "dev").await;
    world.sandbox.set_switch("lex_build_ms", "900000000").unwrap();
    let plan = planned(&world, &dev).await;
    let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Stop).await;
    let shown = format!("{ended:?}");
    assert!(shown.contains("has not ended within an hour") && !shown.contains("was tried"), "{shown}");
    assert!(shown.contains("the same command goes on from what has ended by then"), "{shown}");
}
