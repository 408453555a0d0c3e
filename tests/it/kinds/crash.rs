//! Invariant 5 for the calls of these kinds: killed before or after any call that writes, of a deployment or of its
//! rollback, then resumed or rolled back, an environment is exactly as before or exactly as after.

use std::collections::BTreeSet;

use futures::StreamExt;
use futures::future::LocalBoxFuture;
use serde_json::{Value, json};
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::Values;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::Deployment;
use snapdeploy::core::restore::{When, plan_restore};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::sandbox::{Kind, Scenario};

use super::place::{naming, planned, promoting, world};
use super::whole::closed;
use crate::crash::{Phase, Prints, WayOut, cells, counted_as, perform, prints, recover, roll_back};
use crate::mortal::{Death, Side};
use crate::world::{A, B, REGION, World, assert_same, content, scenario, week};

/// The calls that a deployment of this makes, each once or twice, and those of its rollback beside.
const FORTH: [&str; 27] = [
    "AssociateApprovedOrigin",
    "AssociateBot",
    "AssociateHoursOfOperations",
    "AssociateLambdaFunction",
    "AssociatePhoneNumberContactFlow",
    "AssociateQueueQuickConnects",
    "AssociateRoutingProfileQueues",
    "CreateContactFlowModule",
    "CreateHoursOfOperationOverride",
    "CreatePrompt",
    "CreateQuickConnect",
    "CreateRoutingProfile",
    "CreateSecurityProfile",
    "DeleteHoursOfOperationOverride",
    "DisassociateHoursOfOperations",
    "DisassociatePhoneNumberContactFlow",
    "DisassociateQueueQuickConnects",
    "DisassociateRoutingProfileQueues",
    "UpdateAgentStatus",
    "UpdateContactFlowModuleContent",
    "UpdateHoursOfOperationOverride",
    "UpdatePrompt",
    "UpdateQuickConnectConfig",
    "UpdateRoutingProfileConcurrency",
    "UpdateRoutingProfileQueues",
    "UpdateSecurityProfile",
    "UpdateSecurityProfile",
];
const BACK: [&str; 8] = [
    "DeleteContactFlowModule",
    "DeletePrompt",
    "DeleteQuickConnect",
    "DeleteRoutingProfile",
    "DeleteSecurityProfile",
    "DisassociateApprovedOrigin",
    "DisassociateBot",
    "DisassociateLambdaFunction",
];

fn small() -> Scenario {
    let mut scenario = scenario();
    for account in [A, B] {
        scenario.account(account).lambda(REGION, "orders");
        scenario.account(account).bot(REGION, "Helper", &["live"]);
    }
    for (account, alias) in [(A, "dev"), (B, "prod")] {
        let new = account == A;
        let pick = |a: Value, b: Value| if new { a } else { b };
        let to = scenario.account(account).instance(REGION, alias);
        for name in ["p1", "p2"] {
            to.hours(name, json!({ "TimeZone": "UTC", "Config": week(9) }));
        }
        let (stays, goes) =
            (closed("Stays", "2026-12-24", "2026-12-26"), closed("Goes", "2027-01-01", "2027-01-01"));
        let (moved, comes) =
            (closed("Stays", "2026-12-23", "2026-12-26"), closed("Comes", "2027-05-01", "2027-05-01"));
        to.hours(
            "Day",
            json!({
                "TimeZone": "UTC", "Config": week(9), "ParentHoursOfOperations": [{ "Name": if new { "p1" } else { "p2" } }],
                "Overrides": if new { [moved, comes] } else { [stays, goes] },
            }),
        );
        let day = to.id_of(Kind::Hours, "Day");
        let wait = |seconds: &str| content(&[("Wait", json!({ "Seconds": seconds }))]);
        for name in ["Main", "Other"] {
            to.flow(name, "CONTACT_FLOW", &wait("5"));
        }
        let main = to.id_of(Kind::Flow, if new { "Main" } else { "Other" });
        for name in ["one", "two"] {
            let config = json!({ "QuickConnectType": "FLOW", "FlowConfig": { "ContactFlowId": main } });
            to.resource(Kind::QuickConnect, name, json!({ "QuickConnectConfig": config }));
        }
        let linked = to.id_of(Kind::QuickConnect, if new { "one" } else { "two" });
        to.queue("Sales", json!({ "HoursOfOperationId": day, "QuickConnectIds": [linked] }));
        let mut of = |name: &str, priority: u64| {
            to.queue(name, json!({ "HoursOfOperationId": day }));
            let queue = json!({ "QueueId": to.id_of(Kind::Queue, name), "Channel": "VOICE" });
            json!({ "QueueReference": queue, "Priority": priority, "Delay": 0 })
        };
        let (a, b, c) = (of("a", if new { 1 } else { 2 }), of("b", 1), of("c", 1));
        let chat = if new { 3 } else { 2 };
        let profile = json!({
            "DefaultOutboundQueueId": to.id_of(Kind::Queue, "a"), "AgentAvailabilityTimer": "TIME_SINCE_LAST_ACTIVITY",
            "QueueConfigs": if new { [a, b] } else { [a, c] },
            "MediaConcurrencies": [{
                "Channel": "CHAT", "Concurrency": chat,
                "CrossChannelBehavior": { "BehaviorType": "ROUTE_CURRENT_CHANNEL_ONLY" },
            }],
        });
        to.resource(Kind::RoutingProfile, "Agents", profile.clone());
        to.prompt_with("Hello", if new { b"RIFF new" } else { b"RIFF old" }, json!({}));
        to.module_with("Greet", &wait(if new { "6" } else { "7" }), json!({}));
        to.security_profile(
            "Some",
            json!({ "Permissions": pick(json!(["Users.View"]), json!(["Queues.View"])) }),
        );
        to.agent_status(
            "Lunch",
            json!({ "State": pick(json!("ENABLED"), json!("DISABLED")), "DisplayOrder": 2 }),
        );
        if new {
            to.resource(Kind::Lambda, "orders", json!({})).resource(Kind::Bot, "Helper#live", json!({}));
            to.origin("https://desk.example.com");
            to.prompt("New").module("New").quick_connect("New").security_profile("New", json!({}));
            to.resource(Kind::RoutingProfile, "New", {
                let mut bare = profile;
                bare.as_object_mut().unwrap().remove("QueueConfigs");
                bare
            });
        }
        for (i, leads) in [new, !new].into_iter().enumerate() {
            let flow = if leads { json!({ "ContactFlow": "Main" }) } else { json!({}) };
            to.phone_with(&format!("+{}{i}", if new { "1555555010" } else { "493055510" }), flow);
        }
    }
    scenario
}

/// A scenario whose every move is killed, with what prod's configuration says of it, the calls of a deployment of it,
/// and those of its rollback beside.
pub struct Small {
    pub name: &'static str,
    pub scenario: fn() -> Scenario,
    pub values: fn() -> Values,
    pub course: Course,
    pub forth: &'static [&'static str],
    pub back: &'static [&'static str],
    /// The kind that no call deletes: what is made of it stays.
    pub stays: Option<&'static str>,
}

/// What it is that is killed, and rolled back.
pub enum Course {
    /// Dev goes to prod, in this manner.
    Deployment(fn() -> Deployment),
    /// Prod is put back to what it was at the beginning, after somebody has changed it: what is never promoted.
    Restored { begin: fn(&mut Scenario), meddle: for<'a> fn(&'a World) -> LocalBoxFuture<'a, ()> },
}

const SMALL: Small = Small {
    name: "connect",
    scenario: small,
    values,
    course: Course::Deployment(promoting),
    forth: &FORTH,
    back: &BACK,
    stays: None,
};

/// How many worlds are played at once: while one waits for its sandbox, which has a thread of its own, another goes on.
const AT_ONCE: usize = 3;

fn values() -> Values {
    let names = naming(&[
        ("connect/phone-number/+15555550100", "+4930555100"),
        ("connect/phone-number/+15555550101", "+4930555101"),
    ]);
    Values { names, ..Values::default() }
}

/// A world in which nothing has been deployed, and what is to be done there.
struct Fresh {
    world: World,
    of: Wish,
}

enum Wish {
    Deployed(fn() -> Deployment),
    Restored(Box<Snapshot>),
}

async fn fresh(of: &Small) -> Fresh {
    let mut scenario = (of.scenario)();
    let (begin, meddle) = match of.course {
        Course::Deployment(manner) => {
            let world = world(scenario, (of.values)()).await;
            return Fresh { world, of: Wish::Deployed(manner) };
        }
        Course::Restored { begin, meddle } => (begin, meddle),
    };
    begin(&mut scenario);
    let world = world(scenario, (of.values)()).await;
    let first = world.extract(&*world.b, "prod").await;
    meddle(&world).await;
    Fresh { world, of: Wish::Restored(Box::new(first)) }
}

/// Returns the plan that puts prod back to `snapshot`.
pub async fn restoring(world: &World, snapshot: Snapshot) -> Plan {
    let when = When::Snapshot(Box::new(snapshot));
    plan_restore(&world.means(&*world.b), "prod", &when, &Selection::all()).await.unwrap()
}

impl Fresh {
    async fn plan(&self) -> Plan {
        let world = &self.world;
        let plan = match &self.of {
            Wish::Restored(first) => restoring(world, *first.clone()).await,
            Wish::Deployed(manner) => {
                let dev = world.extract(&*world.a, "dev").await;
                planned(world, &dev, &manner()).await
            }
        };
        assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
        plan
    }

    async fn deploy(&self, death: &Death) -> bool {
        perform(&self.world, &self.plan().await, death).await
    }
}

/// What cannot be the same: what is made again has another id; an override another place.
fn but_ids(mut state: Value) -> Value {
    let prod = &mut state[format!("{REGION}/prod")];
    for hours in prod["hours"].as_object_mut().into_iter().flat_map(|all| all.values_mut()) {
        let Some(all) = hours["Overrides"].as_array_mut() else { continue };
        for one in all.iter_mut() {
            one.as_object_mut().unwrap().remove("HoursOfOperationOverrideId");
        }
        all.sort_by_key(|o| o["Name"].to_string());
    }
    for kind in ["integration", "storage-config"] {
        let Some(all) = prod[kind].as_object() else { continue };
        let mut all: Vec<Value> = all.values().cloned().collect();
        all.iter_mut().for_each(|one| drop(one.as_object_mut().unwrap().remove("Arn")));
        all.sort_by_key(|one| one["Name"].to_string());
        prod[kind] = json!(all);
    }
    state
}

/// Returns what B is: all of its state, and its documents by digest.
async fn now(world: &World) -> (Value, Prints) {
    (but_ids(world.sandbox.connect_state(B)), prints(world).await)
}

/// Takes out of `now` what was not there in `old` of the kind that stays.
fn but_new(of: &Small, now: &mut (Value, Prints), old: &(Value, Prints)) {
    let Some((kind, (_, name))) = of.stays.map(|kind| (kind, kind.split_once('/').unwrap())) else { return };
    now.1.retain(|address, _| address.kind() != kind || old.1.contains_key(address));
    let place = format!("{REGION}/prod");
    let ids = now.0[&place][name].as_object_mut().unwrap();
    ids.retain(|id, _| old.0[&place][name].get(id).is_some());
}

/// What B is before the deployment and after it.
struct Ends {
    old: (Value, Prints),
    new: Prints,
}

/// Plays one case: a process that dies at the call `at` of `phase`, and the way out.
async fn play(of: &Small, phase: Phase, at: usize, side: Side, way: WayOut, ends: &Ends) {
    let here = format!("{phase:?} killed {side:?} move {at}, then {way:?}");
    let fresh = fresh(of).await;
    let world = &fresh.world;
    let death = Death::at_move(at, side);
    let finished = match phase {
        Phase::Deploy => Box::pin(fresh.deploy(&death)).await,
        Phase::Rollback => {
            assert!(Box::pin(fresh.deploy(&Death::never())).await);
            Box::pin(roll_back(world, &death)).await
        }
    };
    assert!(!finished, "{here}: it did not die");
    assert!(Box::pin(recover(world, way)).await, "{here}: nothing is open");
    let is_new = (phase == Phase::Deploy) == (way == WayOut::Resume);
    let mut now = now(world).await;
    if is_new {
        assert_eq!(now.1, ends.new, "{here}");
    } else {
        but_new(of, &mut now, &ends.old);
        println!("{here}: exactly as before");
        assert_eq!(now.1, ends.old.1, "{here}");
        assert_same(&now.0, &ends.old.0);
    }
    assert!(world.ledger.held(world.b.pin()).await.unwrap().is_none(), "{here}: the lease is free");
}

/// Returns what B is before and after, and how many moves each way has; asserts that all these calls are made.
async fn ends(of: &Small) -> (Ends, usize, usize) {
    let fresh = fresh(of).await;
    let world = &fresh.world;
    let old = now(world).await;
    let made = |all: &[&str]| {
        let calls = world.sandbox.calls();
        let calls: BTreeSet<String> =
            calls.into_iter().filter(|c| c.mutating && c.status == 200).map(|c| c.operation).collect();
        let missing: Vec<_> = all.iter().filter(|call| !calls.contains(**call)).collect();
        assert!(missing.is_empty(), "{missing:?} are not called, only {calls:?}");
    };
    let forth = fresh.plan().await;
    world.sandbox.clear_calls();
    assert!(Box::pin(perform(world, &forth, &Death::never())).await);
    made(of.forth);
    let (_, new) = now(world).await;
    let back = super::place::back(world).await.moves.len();
    world.sandbox.clear_calls();
    assert!(Box::pin(roll_back(world, &Death::never())).await);
    made(of.back);
    let mut home = now(world).await;
    but_new(of, &mut home, &old);
    assert_same(&home.0, &old.0);
    // Each move is sent at least once, however slow the machine is.
    (Ends { old, new }, forth.moves.len(), back)
}

/// Plays all cases of a phase: each call on both sides, with both ways out in turn.
pub async fn matrix(of: &Small, phase: Phase) {
    let (ends, forth, back) = Box::pin(ends(of)).await;
    let calls = if phase == Phase::Deploy { forth } else { back };
    let cases = (0..calls).flat_map(|at| cells(at).into_iter().map(move |(side, way)| (at, side, way)));
    let cases: Vec<_> = cases.collect();
    let played = cases.len();
    // On the heap: such futures are large.
    let cases = cases.into_iter().map(|(at, side, way)| Box::pin(play(of, phase, at, side, way, &ends)));
    futures::stream::iter(cases).buffer_unordered(AT_ONCE).for_each(async |()| ()).await;
    counted_as(&format!("{}-{phase:?}", of.name), calls, played);
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_deployment() {
    matrix(&SMALL, Phase::Deploy).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_rollback() {
    matrix(&SMALL, Phase::Rollback).await;
}
