//! Names that change: a rename is one change wherever it happens, and what comes back under a new id is named by it.

use serde_json::json;

use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::plan::{Action, Plan};
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::renames::Said;
use snapdeploy::core::restore::{When, plan_restore};
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::core::{Address, driver::Driver};
use snapdeploy::sandbox::{Kind, Scenario};

use crate::world::{A, B, REGION, World, assert_same, content, meddle, scenario, week};

fn queue(name: &str) -> Address {
    Address::new("connect/queue", name)
}

/// A queue that two flows and a quick connect name, in each of `names`.
fn centre(names: &[(&str, &str)]) -> Scenario {
    let mut scenario = scenario();
    for (account, name) in names {
        let instance = scenario.account(account).instance(REGION, name);
        instance.hours("Day", json!({ "TimeZone": "UTC", "Config": week(9) }));
        let day = instance.id_of(Kind::Hours, "Day");
        instance.queue("Returns", json!({ "HoursOfOperationId": day, "Description": "what comes back" }));
        let (arn, id) = (instance.arn_of(Kind::Queue, "Returns"), instance.id_of(Kind::Queue, "Returns"));
        for flow in ["Main", "Late"] {
            let body = content(&[("UpdateContactTargetQueue", json!({ "QueueId": arn }))]);
            instance.flow(flow, "CONTACT_FLOW", &body);
        }
        let body = content(&[("DisconnectParticipant", json!({}))]);
        instance.flow("To queue", "QUEUE_TRANSFER", &body);
        let flow = instance.id_of(Kind::Flow, "To queue");
        let config =
            json!({ "QuickConnectType": "QUEUE", "QueueConfig": { "QueueId": id, "ContactFlowId": flow } });
        instance.resource(Kind::QuickConnect, "Returns desk", json!({ "QuickConnectConfig": config }));
    }
    scenario
}

/// Renames a queue as somebody would in the console.
async fn rename(world: &World, driver: &dyn Driver, old: &str, new: &str) {
    let mut document = world.documents(driver, "x").await[&queue(old)].clone();
    document.portable.insert("Name".into(), json!(new));
    meddle(driver, &queue(old), Some(&document)).await;
}

async fn planned(world: &World, dev: &Snapshot, said: Said) -> Plan {
    let source = Source::of_snapshot("dev@latest", dev);
    let deployment = Deployment { said, ..Deployment::default() };
    plan_deploy(&world.means(&*world.b), "prod", &source, &deployment).await.unwrap()
}

async fn done(world: &World, plan: &Plan) {
    let ended = begin(&world.means(&*world.b), plan, None, OnFailure::Stop).await.unwrap();
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
}

fn steps(plan: &Plan) -> Vec<(Action, String)> {
    plan.steps.iter().map(|s| (s.action, s.address.to_string())).collect()
}

async fn id(driver: &dyn Driver, name: &str) -> Option<String> {
    let listing = driver.list().await.unwrap();
    listing.found.into_iter().find(|f| f.address == queue(name)).map(|f| f.id)
}

#[tokio::test]
async fn what_was_deployed_and_then_renamed_in_dev_is_one_change_known_by_its_uid() {
    let world = World::new(centre(&[(A, "dev")])).await;
    let dev = world.extract(&*world.a, "dev").await;
    assert!(matches!(world.deploy(&dev, OnFailure::Stop).await.unwrap(), Ended::Done { .. }));
    let before = world.sandbox.connect_state(B);
    let was = id(&*world.b, "Returns").await;

    rename(&world, &*world.a, "Returns", "Returns DE").await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, Said::default()).await;
    assert_eq!(plan.blocks().count(), 0, "{:?}", plan.findings);
    assert_eq!(steps(&plan), [(Action::Update, "connect/queue/Returns DE".into())]);
    assert_eq!((plan.moves.len(), plan.moves[0].call.as_str()), (1, "UpdateQueueName"));
    done(&world, &plan).await;
    assert_eq!((id(&*world.b, "Returns DE").await, id(&*world.b, "Returns").await), (was, None));
    world.agrees(&dev).await;

    assert!(matches!(world.roll_back().await.unwrap(), Ended::Done { .. }));
    assert_same(&world.sandbox.connect_state(B), &before);
}

#[tokio::test]
async fn a_queue_renamed_in_dev_and_promoted_to_a_prod_built_by_hand_is_asked_for() {
    let world = World::new(centre(&[(A, "dev"), (B, "prod")])).await;
    world.extract(&*world.a, "dev").await;
    rename(&world, &*world.a, "Returns", "Returns DE").await;
    let dev = world.extract(&*world.a, "dev").await;

    let asked = planned(&world, &dev, Said::default()).await;
    let block = asked.blocks().next().expect("it is asked for");
    assert!(block.message.contains("was called connect/queue/Returns"), "{}", block.message);
    let hint = block.hint.as_deref().unwrap();
    assert!(hint.contains("--rename 'connect/queue/Returns=connect/queue/Returns DE'"), "{hint}");
    assert!(hint.contains("--as-new 'connect/queue/Returns DE'"), "{hint}");

    let new = Said { new: Some(Selection::new(&["connect/queue/*".into()]).unwrap()), ..Said::default() };
    let made = planned(&world, &dev, new).await;
    assert_eq!(made.blocks().count(), 0, "{:?}", made.findings);
    assert_eq!(made.count(Action::Create), 1);

    let was = id(&*world.b, "Returns").await;
    let same = Said { renames: vec![(queue("Returns"), queue("Returns DE"))], ..Said::default() };
    let plan = planned(&world, &dev, same).await;
    assert_eq!(plan.blocks().count(), 0, "{:?}", plan.findings);
    assert_eq!(steps(&plan), [(Action::Update, "connect/queue/Returns DE".into())]);
    done(&world, &plan).await;
    assert_eq!(id(&*world.b, "Returns DE").await, was);
    world.agrees(&dev).await;
}

#[tokio::test]
async fn a_rename_that_cannot_be_is_refused() {
    let world = World::new(centre(&[(A, "dev"), (B, "prod")])).await;
    let dev = world.extract(&*world.a, "dev").await;
    let source = Source::of_snapshot("dev@latest", &dev);
    let flow = Address::new("connect/flow", "Main");
    for (old, new, why) in [
        (queue("Nothing"), queue("Returns"), "already"),
        (queue("Returns"), queue("Nothing"), "there is no"),
        (flow, queue("Returns"), "two kinds"),
    ] {
        let said = Said { renames: vec![(old, new)], ..Said::default() };
        let deployment = Deployment { said, ..Deployment::default() };
        let error = plan_deploy(&world.means(&*world.b), "prod", &source, &deployment).await.unwrap_err();
        assert!(error.message.contains(why), "{error}");
    }
}

/// The run wrote flows that name the queue, and not the queue: its new name is no change of theirs.
#[tokio::test]
async fn a_queue_renamed_in_the_console_does_not_keep_a_run_from_being_undone() {
    let mut scenario = centre(&[(A, "dev"), (B, "prod")]);
    for (account, name, words) in [(A, "dev", "new"), (B, "prod", "old")] {
        let instance = scenario.account(account).instance(REGION, name);
        let arn = instance.arn_of(Kind::Queue, "Returns");
        let body = content(&[
            ("UpdateContactTargetQueue", json!({ "QueueId": arn })),
            ("MessageParticipant", json!({ "Text": words })),
        ]);
        instance.flow("Main", "CONTACT_FLOW", &body);
    }
    let world = World::new(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, Said::default()).await;
    assert_eq!(steps(&plan), [(Action::Update, "connect/flow/Main".into())]);
    let before = world.documents(&*world.b, "prod").await;
    done(&world, &plan).await;
    rename(&world, &*world.b, "Returns", "Rückgaben").await;

    let means = world.means(&*world.b);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    assert_eq!(back.blocks().count(), 0, "{:?}", back.findings);
    assert_eq!(steps(&back), [(Action::Update, "connect/flow/Main".into())]);
    done(&world, &back).await;
    let exact = |d: &snapdeploy::core::Document| d.exact["Content"].clone();
    let main = Address::new("connect/flow", "Main");
    assert_eq!(exact(&world.documents(&*world.b, "prod").await[&main]), exact(&before[&main]));
    assert!(id(&*world.b, "Rückgaben").await.is_some(), "the new name stays");
}

#[tokio::test]
async fn one_queue_deleted_by_mistake_comes_back_and_all_that_named_it_names_it_again() {
    let mut scenario = centre(&[(B, "prod")]);
    scenario.switch("delete_referenced_queue", "true").unwrap();
    let world = World::new(scenario).await;
    let good = world.extract(&*world.b, "prod").await;
    let was = id(&*world.b, "Returns").await.unwrap();
    meddle(&*world.b, &queue("Returns"), None).await;
    assert_eq!(id(&*world.b, "Returns").await, None);
    assert!(world.sandbox.connect_state(B).to_string().contains(&was), "flows still name it");

    let select = Selection::new(&["connect/queue/Returns".into()]).unwrap();
    let means = world.means(&*world.b);
    let when = When::Snapshot(Box::new(good.clone()));
    let plan = plan_restore(&means, "prod", &when, &select).await.unwrap();
    assert_eq!(plan.blocks().count(), 0, "{:?}", plan.findings);
    let mut changed = steps(&plan);
    changed.sort_by(|a, b| a.1.cmp(&b.1));
    assert_eq!(
        changed,
        [
            (Action::Update, "connect/flow/Late".into()),
            (Action::Update, "connect/flow/Main".into()),
            (Action::Create, "connect/queue/Returns".into()),
            (Action::Update, "connect/quick-connect/Returns desk".into()),
        ]
    );
    done(&world, &plan).await;
    let now = id(&*world.b, "Returns").await.unwrap();
    assert_ne!(now, was);
    let state = world.sandbox.connect_state(B).to_string();
    assert!(state.contains(&now) && !state.contains(&was), "nothing names the old id any more");
    let documents = world.documents(&*world.b, "prod").await;
    for (address, document) in &good.documents {
        assert_eq!(documents[address].portable_digest(), document.portable_digest(), "{address}");
    }
}
