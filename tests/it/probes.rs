//! What a strict look found: each test names a state in which something wrong was written, or nothing could be.

use jiff::SignedDuration;
use serde_json::json;

use snapdeploy::aws::Sessions;
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::driver::Driver;
use snapdeploy::core::environment::Access;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::naming::Naming;
use snapdeploy::core::plan::{Action, Plan};
use snapdeploy::core::prune::{Cap, Prune};
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::renames::Said;
use snapdeploy::core::restore::{When, plan_restore};
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume};
use snapdeploy::core::saved::SavedPlan;
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::core::{Address, Document};
use snapdeploy::sandbox::{Fault, FaultKind, Kind, Scenario};

use crate::world::{A, B, REGION, World, content, environment, meddle, scenario, sdk, week};

fn of(address: &str) -> Address {
    address.parse().unwrap()
}

fn globs(patterns: &[&str]) -> Selection {
    Selection::new(&patterns.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
}

fn steps(plan: &Plan) -> Vec<(Action, String)> {
    let mut all: Vec<(Action, String)> =
        plan.steps.iter().map(|s| (s.action, s.address.to_string())).collect();
    all.sort_by(|a, b| a.1.cmp(&b.1));
    all
}

fn blocks(plan: &Plan) -> Vec<String> {
    plan.blocks()
        .map(|f| format!("{:?} {}", f.address.as_ref().map(ToString::to_string), f.message))
        .collect()
}

async fn planned(world: &World, dev: &Snapshot, deployment: &Deployment) -> Plan {
    let source = Source::of_snapshot("dev@latest", dev);
    plan_deploy(&world.means(&*world.b), "prod", &source, deployment).await.unwrap()
}

async fn done(world: &World, plan: &Plan) {
    let ended = begin(&world.means(&*world.b), plan, None, OnFailure::Stop).await.unwrap();
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
}

async fn edit(world: &World, driver: &dyn Driver, address: &str, change: impl FnOnce(&mut Document)) {
    let mut document = world.documents(driver, "x").await[&of(address)].clone();
    document.exact.clear();
    change(&mut document);
    meddle(driver, &of(address), Some(&document)).await;
}

async fn rename(world: &World, driver: &dyn Driver, old: &str, new: &str) {
    let new = new.to_string();
    edit(world, driver, &format!("connect/queue/{old}"), |d| {
        d.portable.insert("Name".into(), json!(new));
    })
    .await;
}

async fn id(driver: &dyn Driver, address: &str) -> Option<String> {
    let listing = driver.list().await.unwrap();
    listing.found.into_iter().find(|f| f.address == of(address)).map(|f| f.id)
}

/// A queue that a flow names, in each of `names`.
fn centre(names: &[(&str, &str)]) -> Scenario {
    let mut scenario = scenario();
    for (account, name) in names {
        let instance = scenario.account(account).instance(REGION, name);
        instance.hours("Day", json!({ "TimeZone": "UTC", "Config": week(9) }));
        let day = instance.id_of(Kind::Hours, "Day");
        instance.queue("Returns", json!({ "HoursOfOperationId": day, "Description": "what comes back" }));
        let arn = instance.arn_of(Kind::Queue, "Returns");
        let body = content(&[("UpdateContactTargetQueue", json!({ "QueueId": arn }))]);
        instance.flow("Main", "CONTACT_FLOW", &body);
    }
    scenario
}

/// A whole snapshot has the queue by its old name, a run's own by the new one. Both are one queue, by its id: going
/// back to the time after the run made the new name a second queue and gave the first its old name back.
#[tokio::test]
async fn a_time_after_a_run_that_renamed_is_what_is_there() {
    let world = World::new(centre(&[(A, "dev")])).await;
    let dev = world.extract(&*world.a, "dev").await;
    done(&world, &planned(&world, &dev, &Deployment::default()).await).await;
    world.extract(&*world.b, "prod").await;
    rename(&world, &*world.a, "Returns", "Returns DE").await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    assert_eq!(steps(&plan), [(Action::Update, "connect/queue/Returns DE".into())]);
    done(&world, &plan).await;

    let means = world.means(&*world.b);
    let now = When::At(world.clock.now());
    let plan = plan_restore(&means, "prod", &now, &Selection::all()).await.unwrap();
    assert_eq!(steps(&plan), [], "it is as it was then");
    let old = plan_restore(&means, "prod", &now, &globs(&["connect/queue/Returns"])).await.unwrap();
    assert_eq!(steps(&old), [], "nothing was called so then");
}

/// A saved plan saw the hours by the name that they have in the release; the look at whether the plan still holds saw
/// them by their old one, and so a queue that names them as changed: the plan could never be performed.
#[tokio::test]
async fn a_saved_plan_with_a_rename_can_be_performed() {
    let world = World::new(centre(&[(A, "dev")])).await;
    let dev = world.extract(&*world.a, "dev").await;
    done(&world, &planned(&world, &dev, &Deployment::default()).await).await;
    edit(&world, &*world.a, "connect/hours/Day", |d| drop(d.portable.insert("Name".into(), json!("Tag"))))
        .await;
    edit(&world, &*world.a, "connect/queue/Returns", |d| {
        d.portable.insert("Description".into(), json!("new words"));
    })
    .await;
    let dev = world.extract(&*world.a, "dev").await;
    let deployment = Deployment {
        said: Said { renames: vec![(of("connect/hours/Day"), of("connect/hours/Tag"))], ..Said::default() },
        ..Deployment::default()
    };
    let plan = planned(&world, &dev, &deployment).await;
    assert_eq!(steps(&plan).len(), 2, "{:?}", steps(&plan));
    let means = world.means(&*world.b);
    let saved = SavedPlan::of(&means, &plan, SignedDuration::from_hours(1)).await.unwrap();
    saved.fresh(&means).await.unwrap();
    done(&world, &saved.plan).await;
    world.agrees(&dev).await;
}

/// Names of the configuration are those of what is the customer's. A default flow got one all the same, and was renamed
/// by whatever wrote its description.
#[tokio::test]
async fn a_default_flow_keeps_its_name_where_names_have_a_pattern() {
    let mut scenario = scenario();
    for (account, name) in [(A, "dev"), (B, "prod")] {
        scenario.account(account).instance(REGION, name).defaults();
    }
    let world = World::new(scenario).await;
    let mut named = environment("prod");
    named.values.names = Naming::new(&[("connect/flow/*".into(), "*-prod".into())]).unwrap();
    let sessions = Sessions::with(&world.clock, &sdk(&world.sandbox.endpoint()));
    let account = sessions.account(&named, Access::Write).await.unwrap();
    let prod = snapdeploy::kinds::bind(account, &named).await.unwrap();
    let means = world.means(&*prod);
    let select = globs(&["connect/flow/Default outbound"]);

    let dev = world.extract(&*world.a, "dev").await;
    let source = Source::of_snapshot("dev@latest", &dev);
    let deployment = Deployment { select: select.clone(), ..Deployment::default() };
    let plan = plan_deploy(&means, "prod", &source, &deployment).await.unwrap();
    assert!(plan.steps.iter().all(|s| !s.members.contains(&"Name".to_string())), "{:?}", plan.steps);

    edit(&world, &*world.a, "connect/flow/Default outbound", |d| {
        d.portable.insert("Description".into(), json!("ours"));
    })
    .await;
    let dev = world.extract(&*world.a, "dev").await;
    let source = Source::of_snapshot("dev@latest", &dev);
    let plan = plan_deploy(&means, "prod", &source, &deployment).await.unwrap();
    let ended = begin(&means, &plan, None, OnFailure::Stop).await;
    let state = world.sandbox.connect_state(B).to_string();
    assert!(!state.contains("Default outbound-prod"), "it was renamed");
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
}

/// What names a queue that comes back is written too; what something else manages may not be.
#[tokio::test]
async fn repointing_leaves_what_is_managed_elsewhere() {
    let mut scenario = centre(&[(B, "prod")]);
    scenario.switch("delete_referenced_queue", "true").unwrap();
    let mut world = World::new(scenario).await;
    let good = world.extract(&*world.b, "prod").await;
    meddle(&*world.b, &of("connect/queue/Returns"), None).await;
    world.values.managed_elsewhere = Some(globs(&["connect/flow/Main"]));
    let means = world.means(&*world.b);
    let select = globs(&["connect/queue/Returns"]);
    let when = When::Snapshot(Box::new(good.clone()));
    let plan = plan_restore(&means, "prod", &when, &select).await.unwrap();
    assert_eq!(steps(&plan), [(Action::Create, "connect/queue/Returns".into())]);
    assert!(
        plan.findings
            .iter()
            .any(|f| f.weight == Weight::Warning && f.address == Some(of("connect/flow/Main")))
    );
}

/// Going back to a time wrote all that had changed, whosever it was.
#[tokio::test]
async fn going_back_to_a_time_leaves_what_is_not_the_environments() {
    let mut world = World::new(centre(&[(B, "prod")])).await;
    let good = world.extract(&*world.b, "prod").await;
    edit(&world, &*world.b, "connect/flow/Main", |d| {
        d.portable["Content"]["Metadata"] = json!({ "by": "hand" });
    })
    .await;
    edit(&world, &*world.b, "connect/queue/Returns", |d| {
        d.portable.insert("Description".into(), json!("by hand"));
    })
    .await;
    world.values.managed_elsewhere = Some(globs(&["connect/flow/*"]));
    let means = world.means(&*world.b);
    let when = When::Snapshot(Box::new(good.clone()));
    let plan = plan_restore(&means, "prod", &when, &Selection::all()).await.unwrap();
    assert_eq!(steps(&plan), [(Action::Update, "connect/queue/Returns".into())]);
}

/// What was taken back in stage, alone of all that a run put there, went to prod as if it had succeeded.
#[tokio::test]
async fn what_was_taken_back_in_part_is_not_promoted() {
    let mut world = World::new(centre(&[(A, "dev")])).await;
    let dev = world.extract(&*world.a, "dev").await;
    done(&world, &planned(&world, &dev, &Deployment::default()).await).await;
    let means = world.means(&*world.b);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let back = plan_back(&means, &past, &globs(&["connect/flow/Main"])).await.unwrap();
    done(&world, &back).await;
    // Both are one place here: what counts is what the audit says of the first.
    world.values.promote_from = Some("prod".into());
    let all = Deployment { proven_in: Some(world.b.pin().clone()), ..Deployment::default() };
    let plan = planned(&world, &dev, &all).await;
    assert_eq!(plan.blocks().count(), 1, "{:?}", plan.findings);
    let rest = Deployment { select: globs(&["connect/queue/*", "connect/hours/*"]), ..all };
    let plan = planned(&world, &dev, &rest).await;
    assert_eq!(plan.blocks().count(), 0, "{:?}", plan.findings);
}

/// Agent statuses cannot be deleted. Those that were retired counted as pruned each time again, until the limit forbade
/// every prune.
#[tokio::test]
async fn what_is_retired_already_does_not_count_as_pruned() {
    let mut scenario = centre(&[(A, "dev"), (B, "prod")]);
    let b = scenario.account(B).instance(REGION, "prod");
    for name in ["Lunch", "Break"] {
        b.agent_status(name, json!({ "State": "DISABLED" }));
    }
    let world = World::new(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    let prune = Deployment { prune: Prune::Within(Cap::Count(0)), ..Deployment::default() };
    let plan = planned(&world, &dev, &prune).await;
    assert_eq!((blocks(&plan), steps(&plan)), (vec![], vec![]));
}

/// Sales was set aside and another took its name, as one does to change over. Going back gives each name back: the one
/// that holds a name has to let it go first.
#[tokio::test]
async fn a_chain_of_names_goes_back_in_an_order_that_names_allow() {
    let mut scenario = centre(&[(B, "prod")]);
    let b = scenario.account(B).instance(REGION, "prod");
    let day = b.id_of(Kind::Hours, "Day");
    b.queue("Sales", json!({ "HoursOfOperationId": day, "Description": "one" }));
    b.queue("Sales v2", json!({ "HoursOfOperationId": day, "Description": "two" }));
    let world = World::new(scenario).await;
    let good = world.extract(&*world.b, "prod").await;
    let before = world.sandbox.connect_state(B);
    rename(&world, &*world.b, "Sales", "Sales old").await;
    rename(&world, &*world.b, "Sales v2", "Sales").await;
    let means = world.means(&*world.b);
    let when = When::Snapshot(Box::new(good.clone()));
    let plan = plan_restore(&means, "prod", &when, &Selection::all()).await.unwrap();
    assert_eq!(blocks(&plan), Vec::<String>::new());
    assert_eq!(plan.steps.len(), 2);
    done(&world, &plan).await;
    let after = world.documents(&*world.b, "prod").await;
    for (address, document) in &good.documents {
        assert_eq!(after[address].portable_digest(), document.portable_digest(), "{address}");
    }
    let _ = before;
}

/// Two queues have each other's names: no order of calls gives both back, so nothing is begun.
#[tokio::test]
async fn names_that_were_swapped_block_before_anything_is_written() {
    let mut scenario = centre(&[(B, "prod")]);
    let b = scenario.account(B).instance(REGION, "prod");
    let day = b.id_of(Kind::Hours, "Day");
    b.queue("One", json!({ "HoursOfOperationId": day, "Description": "one" }));
    b.queue("Two", json!({ "HoursOfOperationId": day, "Description": "two" }));
    let world = World::new(scenario).await;
    let good = world.extract(&*world.b, "prod").await;
    rename(&world, &*world.b, "One", "x").await;
    rename(&world, &*world.b, "Two", "One").await;
    rename(&world, &*world.b, "x", "Two").await;
    let means = world.means(&*world.b);
    let when = When::Snapshot(Box::new(good.clone()));
    let plan = plan_restore(&means, "prod", &when, &Selection::all()).await.unwrap();
    assert_eq!(plan.blocks().count(), 1, "{:?} {:?}", steps(&plan), plan.findings);
}

/// In dev the queue was set aside and another took its name. The target's, which is the first one by its tag, was
/// overwritten with the second, and a copy of the first was made.
#[tokio::test]
async fn what_carries_the_uid_of_another_is_not_overwritten_by_its_name() {
    let world = World::new(centre(&[(A, "dev")])).await;
    let dev = world.extract(&*world.a, "dev").await;
    done(&world, &planned(&world, &dev, &Deployment::default()).await).await;
    rename(&world, &*world.a, "Returns", "Returns old").await;
    let mut new = dev.documents[&of("connect/queue/Returns")].clone();
    new.portable.insert("Description".into(), json!("another"));
    meddle(&*world.a, &of("connect/queue/Returns"), Some(&new)).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    assert_eq!(plan.blocks().count(), 1, "{:?} {:?}", steps(&plan), plan.findings);
}

/// The queue was set aside in the console and another made under its name: going back overwrote the other.
#[tokio::test]
async fn what_took_the_name_of_another_is_not_overwritten_on_the_way_back() {
    let world = World::new(centre(&[(B, "prod")])).await;
    let good = world.extract(&*world.b, "prod").await;
    rename(&world, &*world.b, "Returns", "Returns old").await;
    let mut new = good.documents[&of("connect/queue/Returns")].clone();
    new.portable.insert("Description".into(), json!("another"));
    meddle(&*world.b, &of("connect/queue/Returns"), Some(&new)).await;
    let means = world.means(&*world.b);
    let when = When::Snapshot(Box::new(good.clone()));
    let plan = plan_restore(&means, "prod", &when, &Selection::all()).await.unwrap();
    assert_eq!(plan.blocks().count(), 1, "{:?} {:?}", steps(&plan), plan.findings);
}

/// A rollback that found one member of a queue changed by somebody left that, and wrote the others: what came of it was
/// neither theirs nor as before. And it deleted what theirs refers to.
#[tokio::test]
async fn a_rollback_that_leaves_something_leaves_all_of_it_and_what_it_refers_to() {
    let mut scenario = scenario();
    for (account, name, words) in [(A, "dev", "new"), (B, "prod", "old")] {
        let instance = scenario.account(account).instance(REGION, name);
        instance.flow_with(
            "Main",
            "CONTACT_FLOW",
            &content(&[("MessageParticipant", json!({ "Text": words }))]),
            json!({ "Description": words }),
        );
        let first = content(&[("MessageParticipant", json!({ "Text": words }))]);
        instance.flow("A first", "CONTACT_FLOW", &first);
    }
    let a = scenario.account(A).instance(REGION, "dev");
    a.flow("New", "CONTACT_FLOW", &content(&[("MessageParticipant", json!({ "Text": "x" }))]));
    let to = a.arn_of(Kind::Flow, "New");
    a.flow_with(
        "Main",
        "CONTACT_FLOW",
        &content(&[("TransferToFlow", json!({ "ContactFlowId": to }))]),
        json!({ "Description": "new" }),
    );
    let world = World::new(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    done(&world, &plan).await;
    let means = world.means(&*world.b);
    let past = newest(&means, &Selection::all()).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    assert_eq!(blocks(&back), Vec::<String>::new());
    // It is stopped by a refusal at its second call, after everything was looked at.
    let fault = Fault::next("UpdateContactFlowContent", FaultKind::AccessDenied);
    world.sandbox.fault(Fault { account: Some(B.into()), nth: 2, times: 9, ..fault });
    let run = match begin(&means, &back, None, OnFailure::Stop).await {
        Ok(Ended::Stopped { run, .. }) => run,
        other => panic!("{other:?}"),
    };
    world.sandbox.clear_faults();
    edit(&world, &*world.b, "connect/flow/Main", |d| {
        d.portable["Content"]["Metadata"] = json!({ "by": "somebody" });
    })
    .await;
    let theirs = world.documents(&*world.b, "prod").await[&of("connect/flow/Main")].clone();
    let ended = resume(&means, &run, OnFailure::Stop).await.unwrap();
    assert!(matches!(&ended, Ended::Left { .. }), "{ended:?}");
    assert!(id(&*world.b, "connect/flow/New").await.is_some(), "what theirs refers to stays");
    let now = world.documents(&*world.b, "prod").await[&of("connect/flow/Main")].clone();
    assert_eq!(now.portable, theirs.portable, "what is left is left whole");
}
