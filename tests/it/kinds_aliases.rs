//! Aliases of modules between accounts: content decides, not numbers; killed at any call they end as before or as after.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use serde_json::{Value, json};
use snapdeploy::core::back::{past, plan_back};
use snapdeploy::core::driver::Driver;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::holder::Manner;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::Means;
use snapdeploy::core::objects::Objects;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume, undo_open};
use snapdeploy::core::select::Selection;
use snapdeploy::core::{Address, Digest};
use snapdeploy::sandbox::{Fault, FaultKind, Kind, Scenario};

use crate::crash::counted_as;
use crate::mortal::{Death, Mortal, Side};
use crate::world::{A, B, REGION, World, assert_same, content, dead, scenario, sdk_of};

use super::kinds_versions::*;

/// The module Greet in both; `dev` and `prod` are what each has beside content "9" and "1".
fn greet(dev: Value, prod: Value) -> Scenario {
    let mut scenario = scenario();
    for (account, alias, text, members) in [(A, "dev", "9", dev), (B, "prod", "1", prod)] {
        scenario.account(account).instance(REGION, alias).module_with("Greet", &wait(text), members);
    }
    scenario
}

/// An alias `live` at the newest of `texts`, which are versions.
fn live(texts: &[&str]) -> Value {
    let versions: Vec<Value> = texts.iter().map(|t| json!({ "Content": wait(t) })).collect();
    json!({ "Versions": versions, "Aliases": { "live": texts.len() } })
}

#[tokio::test]
async fn an_alias_is_pointed_to_a_new_version_of_what_is_deployed_and_back_to_the_old_one() {
    let world = World::new(greet(live(&["3", "9"]), live(&["0", "1"]))).await;
    let before = there(&world, "module", "Greet");
    let plan = done(&world).await;
    assert_eq!(plan.steps[0].members, ["Aliases", "Content"]);
    let now = there(&world, "module", "Greet");
    assert_eq!(now["Aliases"]["live"]["Version"], 3);
    assert_eq!(now["Versions"]["3"]["Content"], wait("9"));
    let dev = world.extract(&*world.a, "dev").await;
    world.agrees(&dev).await;
    let plan = back(&world).await;
    let mut now = there(&world, "module", "Greet");
    let left = now["Versions"].as_object_mut().unwrap().remove("3");
    assert_eq!(left.unwrap()["Content"], wait("9"), "versions are never deleted");
    assert_same(&now, &before);
    assert_eq!(said(&plan, Weight::Note), ["version 3 was made since and stays: it is not deleted"]);
    // What is there already is not made again.
    done(&world).await;
    assert_eq!(there(&world, "module", "Greet")["Aliases"]["live"]["Version"], 3);
    assert_eq!(calls(&world, "CreateContactFlowModuleVersion"), 1);
}

#[tokio::test]
async fn an_alias_of_older_content_goes_to_the_version_that_has_it_there() {
    // In dev `live` is behind what is published; in prod a version has that content, and no alias names it.
    let prod = json!({
        "Versions": [{ "Content": wait("3") }, { "Content": wait("1") }], "Aliases": { "live": 2, "gone": 1 },
    });
    let world = World::new(greet(live(&["3"]), prod)).await;
    let before = there(&world, "module", "Greet");
    done(&world).await;
    let now = there(&world, "module", "Greet");
    assert_eq!((&now["Content"], &now["Aliases"]["live"]["Version"]), (&json!(wait("9")), &json!(1)));
    assert_eq!(now["Aliases"]["gone"], Value::Null);
    assert_eq!(calls(&world, "CreateContactFlowModuleVersion"), 0);
    back(&world).await;
    let mut now = there(&world, "module", "Greet");
    let mut before = before;
    // An alias that was deleted is made anew, under another id.
    for state in [&mut now, &mut before] {
        state["Aliases"]["gone"].as_object_mut().unwrap().remove("AliasId");
    }
    assert_same(&now, &before);
}

#[tokio::test]
async fn an_alias_of_content_that_is_nowhere_there_blocks() {
    let world = World::new(greet(live(&["3"]), live(&["1"]))).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    let blocks: Vec<_> = plan.blocks().map(|f| f.message.as_str()).collect();
    assert_eq!(blocks.len(), 1, "{:?}", plan.findings);
    assert!(blocks[0].starts_with("its alias `live` names a version whose content"), "{blocks:?}");
}

/// Also: what names an alias is written once the alias is there, and before the alias goes.
#[tokio::test]
async fn a_flow_that_names_an_alias_goes_with_a_module_that_is_new() {
    let mut scenario = scenario();
    let a = scenario.account(A).instance(REGION, "dev");
    let members = json!({
        "Settings": { "n": 1 }, "Versions": [{}], "Aliases": { "live": 1, "test": 1 },
    });
    a.module_with("Zeta", &wait("9"), members);
    let arn = a.arn_of(Kind::Module, "Zeta");
    let id = a.id_of(Kind::Module, "Zeta");
    for (name, of) in [("Alpha", format!("{arn}:live")), ("Main", format!("{id}:test"))] {
        a.flow(name, "CONTACT_FLOW", &content(&[("InvokeFlowModule", json!({ "FlowModuleId": of }))]));
    }
    let b = scenario.account(B).instance(REGION, "prod");
    b.flow("Main", "CONTACT_FLOW", &wait("1"));
    let world = World::new(scenario).await;
    world.there_and_back().await;
}

#[tokio::test]
async fn an_alias_of_a_module_that_is_there_is_made_before_a_new_flow_names_it() {
    let mut scenario = greet(live(&["9"]), json!({}));
    let a = scenario.account(A).instance(REGION, "dev");
    let of = format!("{}:live", a.id_of(Kind::Module, "Greet"));
    a.flow("Alpha", "CONTACT_FLOW", &content(&[("InvokeFlowModule", json!({ "FlowModuleId": of }))]));
    let world = World::new(scenario).await;
    let before = there(&world, "module", "Greet");
    done(&world).await;
    back(&world).await;
    let mut now = there(&world, "module", "Greet");
    now.as_object_mut().unwrap().remove("Versions");
    assert_same(&now, &before);
}

#[tokio::test]
async fn a_module_that_was_deleted_comes_back_with_its_aliases() {
    let mut scenario = scenario();
    let b = scenario.account(B).instance(REGION, "prod");
    b.module_with("Greet", &wait("1"), live(&["0", "5", "1"]));
    let world = World::new(scenario).await;
    let kept = world.extract(&*world.b, "prod").await;
    let client = aws_sdk_connect::Client::new(&sdk_of(&world.sandbox.endpoint(), B));
    let found = world.b.find(&Address::new("connect/module", "Greet")).await.unwrap().unwrap();
    let delete = client.delete_contact_flow_module().instance_id(&world.b.pin().instance);
    delete.contact_flow_module_id(&found.id).send().await.unwrap();
    let means = world.means(&*world.b);
    let source = Source::of_snapshot("prod@latest", &kept);
    let plan = plan_deploy(&means, "prod", &source, &Deployment::default()).await.unwrap();
    let ended = begin(&means, &plan, None, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    let now = there(&world, "module", "Greet");
    assert_eq!(now["Aliases"]["live"]["Version"], 1, "the numbers of what is gone mean nothing");
    assert_eq!(now["Versions"]["1"]["Content"], wait("1"));
}

#[tokio::test]
async fn a_version_whose_making_was_not_answered_is_made_once() {
    for kind in [FaultKind::DropAfter, FaultKind::DropBefore, FaultKind::ErrorAfter] {
        let world = World::new(greet(live(&["3", "9"]), live(&["1"]))).await;
        let fault = Fault::next("CreateContactFlowModuleVersion", kind);
        world.sandbox.fault(Fault { account: Some(B.into()), nth: 1, ..fault });
        done(&world).await;
        let now = there(&world, "module", "Greet");
        assert_eq!(now["Aliases"]["live"]["Version"], 2);
        assert_eq!(now["Versions"].as_object().unwrap().len(), 2);
    }
}

/// What an environment is: each document, by digest.
type Prints = BTreeMap<Address, (Digest, Digest)>;

async fn prints(world: &World) -> Prints {
    let documents = world.documents(&*world.b, "prod").await;
    documents.into_iter().map(|(a, d)| (a, (d.portable_digest(), d.local_digest()))).collect()
}

/// Drafts, an alias that is pointed elsewhere, one that is new and one that goes.
fn all() -> Scenario {
    let mut scenario = scenario();
    let dev = json!({
        "Versions": [{ "Content": wait("3") }, { "Content": wait("9") }], "Aliases": { "live": 2, "new": 1 },
        "SavedContent": wait("8"),
    });
    let prod = json!({
        "Versions": [{ "Content": wait("3") }], "Aliases": { "live": 1, "old": 1 }, "SavedContent": wait("2"),
    });
    for (account, alias, text, members) in [(A, "dev", "9", dev), (B, "prod", "1", prod)] {
        scenario.account(account).instance(REGION, alias).module_with("Greet", &wait(text), members);
    }
    scenario
}

/// Runs `plan` with a process that dies as `death` says.
async fn die_in(world: &World, plan: &Plan, death: &Death) {
    let driver = Mortal { inner: &*world.b as &dyn Driver, death: death.clone() };
    let objects = Mortal { inner: &world.objects as &dyn Objects, death: death.clone() };
    let ledger = Mortal { inner: &world.ledger as &dyn Ledger, death: death.clone() };
    let means = Means { process: dead(), ..world.means_with(&driver, &objects, &ledger) };
    if let Some(ended) = death.live(begin(&means, plan, None, OnFailure::Stop)).await {
        assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    }
}

/// Plays one death and the way out of it; false if nothing was left open.
async fn play(at: usize, side: Side, resumes: bool, old: &Prints, new: &Prints) -> bool {
    let world = keeping(all()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = world.plan(&dev).await;
    Box::pin(die_in(&world, &plan, &Death::at(at, side))).await;
    let here = format!("killed {side:?} call {at}, resumed: {resumes}");
    let means = world.means(&*world.b);
    let Some(held) = world.ledger.held(world.b.pin()).await.unwrap() else {
        let now = prints(&world).await;
        assert!(now == *old || now == *new, "{here}");
        return false;
    };
    let run = &held.start.run;
    let ended = match resumes {
        true => Box::pin(resume(&means, run, OnFailure::Stop)).await,
        false => {
            let past = past(&means, run).await.unwrap();
            let plan = plan_back(&means, &past, &Selection::all()).await.unwrap();
            Box::pin(undo_open(&means, &past, &plan, None, Manner::AskToStop)).await
        }
    };
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{here}: {ended:?}");
    assert_eq!(prints(&world).await, *if resumes { new } else { old }, "{here}");
    let versions = there(&world, "module", "Greet")["Versions"].as_object().unwrap().len();
    assert!(versions <= 2, "{here}: no version is made twice");
    true
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_call_drafts_and_aliases_end_as_before_or_as_after() {
    let world = Box::pin(keeping(all())).await;
    let old = prints(&world).await;
    let dev = world.extract(&*world.a, "dev").await;
    let counted = Death::never();
    let plan = world.plan(&dev).await;
    Box::pin(die_in(&world, &plan, &counted)).await;
    let new = prints(&world).await;
    assert_ne!(new, old);
    let (old, new) = (&old, &new);
    let cases = (0..counted.calls()).flat_map(|at| {
        // Before a call is as after the one before it, so each place is left both ways.
        [(Side::Before, true), (Side::After, false)]
            .map(|(side, resumes)| Box::pin(play(at, side, resumes, old, new)))
    });
    // Each mostly waits.
    let played: Vec<bool> = stream::iter(cases).buffer_unordered(8).collect().await;
    let open = played.into_iter().filter(|open| *open).count();
    assert!(open > 20, "{open}");
    counted_as("connect-aliases", counted.calls(), open);
}
