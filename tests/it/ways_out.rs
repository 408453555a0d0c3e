//! Ordinary trouble at the worst moment: nothing is forgotten, nothing is taken for done unseen, and no run is left
//! without a way out.

use serde_json::{Value, json};
use snapdeploy::core::ErrorKind;
use snapdeploy::core::back::{newest, past, plan_back};
use snapdeploy::core::holder::Manner;
use snapdeploy::core::id::RunId;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::runs::{Ended, OnFailure, resume, undo_open};
use snapdeploy::core::select::Selection;
use snapdeploy::sandbox::{Fault, FaultKind, Kind, Scenario};

use crate::world::{A, B, REGION, World, content, scenario, sdk_of, week};

fn wait(seconds: &str) -> String {
    content(&[("Wait", json!({ "Seconds": seconds }))])
}

/// Both accounts have the flows One and Two, with other content.
fn two() -> Scenario {
    let mut scenario = scenario();
    for (account, alias, seconds) in [(A, "dev", "9"), (B, "prod", "1")] {
        let instance = scenario.account(account).instance(REGION, alias);
        for name in ["One", "Two"] {
            instance.flow(name, "CONTACT_FLOW", &wait(seconds));
        }
    }
    scenario
}

fn fault(operation: &str, nth: u64, kind: FaultKind) -> Fault {
    Fault { account: Some(B.into()), nth, ..Fault::next(operation, kind) }
}

fn somebody(world: &World) -> aws_sdk_connect::Client {
    aws_sdk_connect::Client::new(&sdk_of(&world.sandbox.endpoint(), B))
}

/// Somebody edits a flow of B in the console.
async fn edit(world: &World, name: &str) {
    let inventory = world.b.list().await.unwrap();
    let found =
        inventory.found.iter().find(|f| f.address.kind() == "connect/flow" && f.address.name() == name);
    let instance = &world.b.pin().instance;
    let call = somebody(world).update_contact_flow_content().instance_id(instance);
    call.contact_flow_id(&found.unwrap().id).content(wait("77")).send().await.unwrap();
}

fn content_of(world: &World, name: &str) -> Value {
    let state = world.sandbox.connect_state(B);
    let flows = state[format!("{REGION}/prod")]["flow"].as_object().unwrap().clone();
    let flow = flows.values().find(|f| f["Name"] == name).unwrap();
    serde_json::from_str(flow["Content"].as_str().unwrap()).unwrap()
}

async fn undo(world: &World, run: &RunId) -> Ended {
    let means = world.means(&*world.b);
    let past = past(&means, run).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    undo_open(&means, &past, &back, None, Manner::AskToStop).await.unwrap()
}

async fn is_free(world: &World) -> bool {
    world.ledger.held(world.b.pin()).await.unwrap().is_none()
}

#[tokio::test]
async fn what_a_run_made_is_taken_back_although_no_listing_shows_it_yet() {
    let mut scenario = scenario();
    let a = scenario.account(A).instance(REGION, "dev");
    a.hours("Day", json!({ "TimeZone": "UTC", "Config": week(8) }));
    let day = a.id_of(Kind::Hours, "Day");
    a.queue("Sales", json!({ "HoursOfOperationId": day }));
    scenario.switch("list_lag_calls", "200").unwrap();
    let world = World::new(scenario).await;
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    world.sandbox.fault(fault("CreateQueue", 1, FaultKind::AccessDenied));
    let ended = world.deploy(&dev, OnFailure::Rollback).await;
    assert!(matches!(ended, Ok(Ended::RolledBack { .. })), "{ended:?}");
    assert_eq!(world.sandbox.connect_state(B), before);
    assert!(is_free(&world).await);
}

#[tokio::test]
async fn a_listing_that_is_refused_on_the_way_is_not_taken_for_an_empty_one() {
    let mut scenario = scenario();
    let a = scenario.account(A).instance(REGION, "dev");
    for name in ["One", "Two", "Three"] {
        a.flow(name, "CONTACT_FLOW", &wait("1"));
    }
    let world = World::new(scenario).await;
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    world.deploy(&dev, OnFailure::Stop).await.unwrap();
    world.sandbox.fault(fault("DeleteContactFlow", 2, FaultKind::AccessDenied));
    let Ok(Ended::Stopped { run, .. }) = world.roll_back().await else { panic!("it was not stopped") };
    world.sandbox.fault(fault("ListContactFlows", 1, FaultKind::AccessDenied));
    let ended = resume(&world.means(&*world.b), &run, OnFailure::Stop).await;
    assert!(matches!(&ended, Ok(Ended::Stopped { why, .. }) if why.kind == ErrorKind::Unclean), "{ended:?}");
    assert_ne!(world.sandbox.connect_state(B), before);
    let ended = resume(&world.means(&*world.b), &run, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn an_edit_of_what_an_open_deployment_wrote_is_left_and_the_rest_is_taken_back() {
    let world = World::new(two()).await;
    let dev = world.extract(&*world.a, "dev").await;
    world.sandbox.fault(fault("UpdateContactFlowContent", 2, FaultKind::AccessDenied));
    let Ok(Ended::Stopped { run, .. }) = world.deploy(&dev, OnFailure::Stop).await else { panic!() };
    edit(&world, "One").await;
    let ended = undo(&world, &run).await;
    let Ended::Left { left, .. } = &ended else { panic!("{ended:?}") };
    assert_eq!(left.iter().map(ToString::to_string).collect::<Vec<_>>(), ["connect/flow/One"]);
    assert_eq!(content_of(&world, "One")["Actions"][0]["Parameters"]["Seconds"], "77", "the edit is theirs");
    assert_eq!(content_of(&world, "Two")["Actions"][0]["Parameters"]["Seconds"], "1");
    assert!(is_free(&world).await);
    assert!(matches!(world.deploy(&dev, OnFailure::Stop).await, Ok(Ended::Done { .. })));
}

#[tokio::test]
async fn an_edit_of_what_an_open_rollback_has_still_to_write_is_left_and_the_rest_goes_on() {
    let world = World::new(two()).await;
    let dev = world.extract(&*world.a, "dev").await;
    world.deploy(&dev, OnFailure::Stop).await.unwrap();
    world.sandbox.fault(fault("UpdateContactFlowContent", 2, FaultKind::AccessDenied));
    let Ok(Ended::Stopped { run, .. }) = world.roll_back().await else { panic!() };
    edit(&world, "Two").await;
    let ended = resume(&world.means(&*world.b), &run, OnFailure::Stop).await;
    assert!(matches!(&ended, Ok(Ended::Left { left, .. }) if left.len() == 1), "{ended:?}");
    assert_eq!(content_of(&world, "Two")["Actions"][0]["Parameters"]["Seconds"], "77");
    assert_eq!(content_of(&world, "One")["Actions"][0]["Parameters"]["Seconds"], "1");
    assert!(is_free(&world).await);
    assert!(newest(&world.means(&*world.b), &Selection::all()).await.is_err(), "nothing is left to undo");
}

#[tokio::test]
async fn a_name_that_somebody_else_took_ends_the_run_and_leaves_what_is_theirs() {
    // Seen by no listing for a while, or for good: either way nothing of it is ours.
    for lag in ["30", "100000"] {
        let mut scenario = scenario();
        scenario.account(A).instance(REGION, "dev").flow("Mine", "CONTACT_FLOW", &wait("1"));
        scenario.switch("list_lag_calls", lag).unwrap();
        let world = World::new(scenario).await;
        let dev = world.extract(&*world.a, "dev").await;
        let call = somebody(&world).create_contact_flow().instance_id(&world.b.pin().instance);
        call.name("Mine").r#type("CONTACT_FLOW".into()).content(wait("77")).send().await.unwrap();
        let before = world.sandbox.connect_state(B);
        let ended = world.deploy(&dev, OnFailure::Rollback).await;
        assert!(matches!(&ended, Err(e) if e.kind == ErrorKind::Stale), "lag {lag}: {ended:?}");
        assert_eq!(world.sandbox.connect_state(B), before);
        assert!(is_free(&world).await);
    }
}

#[tokio::test]
async fn a_hundred_deletions_that_somebody_else_has_made_are_noted_and_the_run_ends() {
    let mut scenario = scenario();
    let a = scenario.account(A).instance(REGION, "dev");
    for n in 0..100 {
        a.flow(&format!("F{n:03}"), "CONTACT_FLOW", &wait("1"));
    }
    let world = World::new(scenario).await;
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    world.deploy(&dev, OnFailure::Stop).await.unwrap();
    world.sandbox.fault(fault("DeleteContactFlow", 2, FaultKind::AccessDenied));
    let Ok(Ended::Stopped { run, .. }) = world.roll_back().await else { panic!() };
    for found in world.b.list().await.unwrap().found.iter().filter(|f| f.address.kind() == "connect/flow") {
        let call = somebody(&world).delete_contact_flow().instance_id(&world.b.pin().instance);
        call.contact_flow_id(&found.id).send().await.unwrap();
    }
    let ended = resume(&world.means(&*world.b), &run, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn a_call_whose_answer_was_lost_is_not_forgotten_when_the_next_one_is_refused() {
    let world = World::new(two()).await;
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    world.sandbox.fault(fault("UpdateContactFlowContent", 1, FaultKind::Late { after_calls: 100_000 }));
    world.sandbox.fault(fault("UpdateContactFlowContent", 2, FaultKind::AccessDenied));
    let ended = world.deploy(&dev, OnFailure::Stop).await;
    let Ok(Ended::Stopped { run, .. }) = ended else { panic!("{ended:?}") };
    world.sandbox.deliver_late();
    assert_ne!(world.sandbox.connect_state(B), before, "it has taken effect after all");
    let ended = undo(&world, &run).await;
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    assert_eq!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn a_run_that_is_alive_stops_between_two_calls_when_it_is_asked_to() {
    let world = World::new(two()).await;
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    // Its second call takes long; meanwhile it beats, and hears that it is to stop.
    world.sandbox.fault(fault("UpdateContactFlowContent", 1, FaultKind::Slow { ms: 400 }));
    let asking = async {
        let held = loop {
            if let Some(held) = world.ledger.held(world.b.pin()).await.unwrap() {
                let rows = world.ledger.rows(&held.start.run).await.unwrap();
                if rows.len() > 1 {
                    break held;
                }
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        };
        world.ledger.ask_to_stop(&held, "somebody").await.unwrap();
        held.start.run
    };
    let (ended, run) = tokio::join!(world.deploy(&dev, OnFailure::Rollback), asking);
    assert!(
        matches!(&ended, Ok(Ended::Stopped { why, .. }) if why.message.contains("somebody")),
        "{ended:?}"
    );
    assert!(matches!(undo(&world, &run).await, Ended::Done { .. }));
    assert_eq!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn what_somebody_else_has_come_to_need_is_left_with_all_that_it_needs_itself() {
    let mut scenario = scenario();
    let a = scenario.account(A).instance(REGION, "dev");
    a.hours("Day", json!({ "TimeZone": "UTC", "Config": week(8) }));
    let day = a.id_of(Kind::Hours, "Day");
    a.queue("Sales", json!({ "HoursOfOperationId": day }));
    a.flow("Main", "CONTACT_FLOW", &wait("1"));
    let sales = a.arn_of(Kind::Queue, "Sales");
    a.flow("Zeta", "CONTACT_FLOW", &content(&[("UpdateContactTargetQueue", json!({ "QueueId": sales }))]));
    let b = scenario.account(B).instance(REGION, "prod");
    b.flow("Theirs", "CONTACT_FLOW", &wait("3"));
    let world = World::new(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    world.sandbox.fault(fault("CreateContactFlow", 2, FaultKind::AccessDenied));
    let Ok(Ended::Stopped { run, .. }) = world.deploy(&dev, OnFailure::Stop).await else { panic!() };
    let found = world.b.list().await.unwrap().found;
    let of = |kind: &str, name: &str| {
        found.iter().find(|f| f.address.kind() == kind && f.address.name() == name).unwrap().clone()
    };
    let uses =
        content(&[("UpdateContactTargetQueue", json!({ "QueueId": of("connect/queue", "Sales").arn }))]);
    let call = somebody(&world).update_contact_flow_content().instance_id(&world.b.pin().instance);
    call.contact_flow_id(of("connect/flow", "Theirs").id).content(uses).send().await.unwrap();
    let ended = undo(&world, &run).await;
    let Ended::Left { mut left, .. } = ended else { panic!("{ended:?}") };
    left.sort();
    assert_eq!(
        left.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["connect/hours/Day", "connect/queue/Sales"]
    );
    let state = &world.sandbox.connect_state(B)[format!("{REGION}/prod")];
    assert_eq!(state["flow"].as_object().unwrap().len(), 1, "what nobody needs is gone");
    assert!(is_free(&world).await);
}

#[tokio::test]
async fn what_took_the_place_of_a_half_done_run_is_gone_on_with_and_not_undone() {
    let world = World::new(two()).await;
    let before = world.sandbox.connect_state(B);
    let dev = world.extract(&*world.a, "dev").await;
    world.sandbox.fault(fault("UpdateContactFlowContent", 2, FaultKind::AccessDenied));
    let Ok(Ended::Stopped { run, .. }) = world.deploy(&dev, OnFailure::Stop).await else { panic!() };
    world.sandbox.fault(fault("UpdateContactFlowContent", 1, FaultKind::AccessDenied));
    let Ended::Stopped { run: back, .. } = undo(&world, &run).await else { panic!("it was not stopped") };
    let means = world.means(&*world.b);
    let refused = async || {
        let past = past(&means, &back).await.unwrap();
        plan_back(&means, &past, &Selection::all()).await.unwrap_err()
    };
    let error = refused().await;
    assert!(error.message.contains("half-way"), "{error:?}");
    assert!(error.hint.unwrap().contains(&format!("deploy --resume {back}")));
    let ended = resume(&means, &back, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(world.sandbox.connect_state(B), before);
    // Nor once it is over.
    let hint = refused().await.hint.unwrap();
    assert!(hint.contains("rollback prod --to"), "{hint}");
    assert!(is_free(&world).await);
}
