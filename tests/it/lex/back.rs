//! And back: by pointers where the old version is there, else by making it again, said beforehand.

use snapdeploy::core::Address;
use snapdeploy::core::finding::Weight;

use super::place::{archive, back, bot, bots, calls, newer, perform, planned, world, written};
use crate::world::{A, B, World, scenario};

/// A world in which dev's newer bot has been deployed to prod; what was there before.
async fn deployed() -> (World, snapdeploy::core::document::Document) {
    let new = newer("composite");
    let mut s = scenario();
    bot(&mut s, A, "dev", new.path());
    bot(&mut s, B, "prod", &archive("composite"));
    let world = world(s).await;
    let before = bots(&world).await[&address()].clone();
    let dev = world.extract(&*world.a, "dev").await;
    perform(&world, &planned(&world, &dev).await).await;
    assert!(bots(&world).await[&address()].portable_digest() != before.portable_digest());
    (world, before)
}

fn address() -> Address {
    Address::new("lex/bot", "Insurance")
}

#[tokio::test]
async fn a_rollback_points_the_alias_back_in_one_call_and_says_what_stays() {
    let (world, before) = deployed().await;
    let plan = back(&world).await;
    assert_eq!(calls(&plan), ["UpdateBotAlias"]);
    let said: Vec<&str> = plan.findings.iter().map(|f| f.message.as_str()).collect();
    assert!(said.iter().any(|m| m.contains("version 2 was made since and stays")), "{said:?}");
    world.sandbox.clear_calls();
    perform(&world, &plan).await;
    assert_eq!(written(&world), ["UpdateBotAlias"]);
    let after = bots(&world).await[&address()].clone();
    assert_eq!(after.portable_digest(), before.portable_digest());
    assert_eq!(after.local_digest(), before.local_digest());
    assert_eq!(after.exact["Named"], before.exact["Named"]);
}

#[tokio::test]
async fn forth_again_nothing_is_imported_since_the_version_is_there() {
    let (world, _) = deployed().await;
    perform(&world, &back(&world).await).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    assert_eq!(calls(&plan), ["UpdateBotAlias"]);
    world.sandbox.clear_calls();
    perform(&world, &plan).await;
    assert_eq!(written(&world), ["UpdateBotAlias"]);
    assert_eq!(bots(&world).await[&address()].exact["Named"]["live"], "2");
}

#[tokio::test]
async fn a_version_that_has_become_inactive_is_made_again_and_that_is_said_beforehand() {
    let (world, before) = deployed().await;
    world.sandbox.deactivate_bot_version(B, "Insurance", 1).unwrap();
    let plan = back(&world).await;
    assert_eq!(calls(&plan), ["StartImport", "UpdateBotAlias"]);
    let warned = plan.findings.iter().any(|f| {
        f.weight == Weight::Warning && f.message.contains("version 1 is gone or has become inactive")
    });
    assert!(warned, "{:#?}", plan.findings);
    perform(&world, &plan).await;
    let after = bots(&world).await[&address()].clone();
    assert_eq!(after.portable_digest(), before.portable_digest());
    assert_eq!(after.exact["Named"]["live"], "3");
}

#[tokio::test]
async fn a_version_that_becomes_inactive_after_the_plan_was_made_is_not_pointed_to() {
    for refused in ["true", "false"] {
        let (world, _) = deployed().await;
        world.sandbox.set_switch("lex_inactive_alias_refused", refused).unwrap();
        let plan = back(&world).await;
        world.sandbox.deactivate_bot_version(B, "Insurance", 1).unwrap();
        let ended = super::place::attempt(&world, &plan).await;
        assert!(!matches!(ended, Ok(snapdeploy::core::runs::Ended::Done { .. })), "{ended:?}");
        assert_eq!(bots(&world).await[&address()].exact["Named"]["live"], "2");
    }
}

#[tokio::test]
async fn an_alias_whose_version_goes_inactive_right_after_is_not_well() {
    let new = newer("composite");
    let mut s = scenario();
    bot(&mut s, A, "dev", new.path());
    bot(&mut s, B, "prod", &archive("composite"));
    let world = world(s).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    perform(&world, &plan).await;
    let events = snapdeploy::core::event::Events::silent();
    let (inventory, _) = snapdeploy::core::survey::list(&*world.b, &events).await.unwrap();
    let live = world.b.read(inventory.get(&address()).unwrap(), &inventory).await.unwrap();
    let made: Vec<_> = plan.moves.iter().collect();
    assert_eq!(world.b.well(&made, &[&live]).await.unwrap(), []);
    world.sandbox.deactivate_bot_version(B, "Insurance", 2).unwrap();
    let told = world.b.well(&made, &[&live]).await.unwrap();
    assert_eq!(told, [(address(), "its alias live names version 2, which is Inactive".to_string())]);
}
