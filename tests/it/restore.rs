//! Going back to a time: what was there then is there again, whoever changed it since.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use snapdeploy::aws::Sessions;
use snapdeploy::core::back::{newest, past, plan_back};
use snapdeploy::core::drift::OnDrift;
use snapdeploy::core::driver::Driver;
use snapdeploy::core::environment::Access;
use snapdeploy::core::extract::extract;
use snapdeploy::core::holder::Manner;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::{Means, Values};
use snapdeploy::core::plan::{Action, Plan};
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::repository::Repository;
use snapdeploy::core::restore::{When, plan_restore};
use snapdeploy::core::run::RunKind;
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume, undo_open};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::{Coverage, Snapshot};
use snapdeploy::core::{Address, ErrorKind};
use snapdeploy::sandbox::{Fault, FaultKind, Kind};

use crate::drift::{console, deployed, perform, plan, queue, release};
use crate::world::{B, REGION, World, content, environment, extraction, meddle, sdk, words};

fn only(n: usize) -> Selection {
    Selection::new(&[queue(n).to_string()]).unwrap()
}

async fn restore(world: &World, when: When, select: &Selection) -> Plan {
    plan_restore(&world.means(&*world.b), "prod", &when, select).await.unwrap()
}

async fn said(world: &World, n: usize) -> String {
    let documents = world.documents(&*world.b, "prod").await;
    documents[&queue(n)].portable["Description"].as_str().unwrap().to_string()
}

async fn snapshot_where(world: &World, picks: impl Fn(&Snapshot) -> bool) -> Snapshot {
    let repository = Repository::new(&world.objects);
    for id in repository.snapshots(world.b.pin()).await.unwrap().iter().rev() {
        let snapshot = repository.snapshot(world.b.pin(), id).await.unwrap();
        if picks(&snapshot) {
            return snapshot;
        }
    }
    panic!("there is none")
}

#[tokio::test]
async fn what_was_changed_in_the_console_goes_back_though_no_run_exists() {
    let world = World::new(words(2)).await;
    world.extract(&*world.b, "prod").await;
    let before = world.sandbox.connect_state(B);
    let yesterday = Timestamp::now();
    console(&world, B, 0, "a bad greeting").await;
    console(&world, B, 1, "a good one").await;
    let after = world.sandbox.connect_state(B);

    let plan = restore(&world, When::At(yesterday), &only(0)).await;
    assert_eq!((plan.kind, plan.undoes.clone(), plan.steps.len()), (RunKind::Rollback, None, 1));
    assert_eq!(plan.blocks().count(), 0, "drift is no obstacle");
    let shown: Vec<_> = plan.findings.iter().filter(|f| f.address == Some(queue(0))).collect();
    assert!(shown[0].message.ends_with("Description; that is overwritten"), "{:?}", plan.findings);
    let run = perform(&world, &plan).await;
    assert_eq!((said(&world, 0).await.as_str(), said(&world, 1).await.as_str()), ("old words", "a good one"));
    assert!(restore(&world, When::At(yesterday), &only(0)).await.is_empty());

    // It undid no run, so it is itself what a rollback undoes; and that one is no change to undo.
    let means = world.means(&*world.b);
    let newest_run = newest(&means, &Selection::all()).await.unwrap();
    assert_eq!(newest_run.record.start.run, run);
    let back = plan_back(&means, &newest_run, &Selection::all()).await.unwrap();
    assert_eq!(back.undoes, Some(run.clone()));
    perform(&world, &back).await;
    assert_eq!(world.sandbox.connect_state(B), after);
    assert!(world.ledger.run(&run).await.unwrap().undone_by.is_some());
    assert!(newest(&means, &Selection::all()).await.is_err(), "nothing is left to undo");

    // Everything, while it is whole.
    let plan = restore(&world, When::At(yesterday), &Selection::all()).await;
    assert_eq!(plan.steps.len(), 2);
    perform(&world, &plan).await;
    assert_eq!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn a_rollback_after_a_restore_undoes_the_restore_and_the_next_one_the_run_before_it() {
    let (world, run) = deployed().await;
    let left = Timestamp::now();
    console(&world, B, 0, "by hand").await;
    let restored = perform(&world, &restore(&world, When::At(left), &only(0)).await).await;
    let means = world.means(&*world.b);
    assert_eq!(newest(&means, &Selection::all()).await.unwrap().record.start.run, restored);
    world.roll_back().await.unwrap();
    assert_eq!(said(&world, 0).await, "by hand");
    assert_eq!(newest(&means, &Selection::all()).await.unwrap().record.start.run, run);
    let back = plan_back(&means, &past(&means, &run).await.unwrap(), &Selection::all()).await.unwrap();
    assert_eq!(back.blocks().count(), 1, "what was changed by hand since is still named");
}

#[tokio::test]
async fn the_newest_that_says_what_was_there_counts_whoever_kept_it() {
    let world = World::new(words(2)).await;
    world.extract(&*world.b, "prod").await;
    let extracted = Timestamp::now();
    let dev = world.extract(&*world.a, "dev").await;
    perform(&world, &plan(&world, &dev, "*", OnDrift::Block).await).await;
    let deployed = Timestamp::now();
    console(&world, B, 0, "by hand").await;
    let next = release(&world, 0, "newest words").await;
    perform(&world, &plan(&world, &next, "*", OnDrift::Overwrite).await).await;
    let before = snapshot_where(&world, |s| matches!(s.manifest.coverage, Coverage::Before { .. })).await;

    for (at, words) in [
        (extracted, "old words"),
        (deployed, "new words"),
        (before.manifest.taken_at, "by hand"),
        (Timestamp::now(), "newest words"),
    ] {
        perform_unless_empty(&world, &restore(&world, When::At(at), &only(0)).await).await;
        assert_eq!(said(&world, 0).await, words);
        // What is to be seen by the next turn has been written by a run, which keeps what it left: later than `at`.
    }
    let when = When::Snapshot(Box::new(before));
    perform(&world, &restore(&world, when, &only(0)).await).await;
    assert_eq!(said(&world, 0).await, "by hand");
}

async fn perform_unless_empty(world: &World, plan: &Plan) {
    if !plan.is_empty() {
        perform(world, plan).await;
    }
}

#[tokio::test]
async fn what_was_not_there_then_is_named_and_left_and_what_is_gone_comes_back_with_its_local_part() {
    let mut scenario = words(2);
    let b = scenario.account(B).instance(REGION, "prod");
    let day = b.id_of(Kind::Hours, "Day");
    b.queue("Lost", json!({ "HoursOfOperationId": day, "MaxContacts": 7, "Description": "dear" }));
    b.flow("Hello", "CONTACT_FLOW", &content(&[("Wait", json!({ "Seconds": "5" }))]));
    let world = World::new(scenario).await;
    let kept = world.extract(&*world.b, "prod").await;
    let lost: Address = "connect/queue/Lost".parse().unwrap();
    let new: Address = "connect/queue/New".parse().unwrap();
    meddle(&*world.b, &lost, None).await;
    let mut made = kept.documents[&queue(0)].clone();
    made.portable.insert("Name".into(), json!("New"));
    meddle(&*world.b, &new, Some(&made)).await;

    let all = restore(&world, When::Snapshot(Box::new(kept.clone())), &Selection::all()).await;
    assert_eq!((all.steps.len(), all.count(Action::Create)), (1, 1), "{:#?}", all.steps);
    let named: Vec<_> = all.findings.iter().filter(|f| f.address == Some(new.clone())).collect();
    assert_eq!(named.len(), 1, "{:?}", all.findings);
    assert!(named[0].message.contains("left as it is"));
    perform(&world, &all).await;
    let now = world.documents(&*world.b, "prod").await;
    assert_eq!(now[&lost], kept.documents[&lost], "local part and all");
    assert!(now.contains_key(&new));

    let select = Selection::new(&[new.to_string()]).unwrap();
    let nothing = restore(&world, When::At(kept.manifest.taken_at), &select).await;
    assert!(nothing.is_empty() && nothing.findings.iter().any(|f| f.address == Some(new.clone())));
}

#[tokio::test]
async fn where_no_snapshot_says_what_was_there_nothing_is_guessed() {
    let world = World::new(words(2)).await;
    let early = Timestamp::now();
    let means = world.means(&*world.b);
    world.extract(&*world.b, "prod").await;
    for select in [Selection::all(), only(0), Selection::new(&["connect/queue/*".into()]).unwrap()] {
        let error = plan_restore(&means, "prod", &When::At(early), &select).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "{error}");
        assert!(error.hint.unwrap().contains("snapdeploy show prod"));
    }
    let nobody = Selection::new(&["connect/queue/Nobody".into()]).unwrap();
    let plan = plan_restore(&means, "prod", &When::At(Timestamp::now()), &nobody).await.unwrap();
    assert!(plan.is_empty(), "it was not there");
}

/// Returns a driver and values for B with these values of its own.
async fn with_vars(world: &World, line: &str) -> (Box<dyn Driver>, Values) {
    let mut there = environment("prod");
    there.values.vars = BTreeMap::from([("line".to_string(), line.to_string())]);
    let sessions = Sessions::with(&world.clock, &sdk(&world.sandbox.endpoint()));
    let account = sessions.account(&there, Access::Write).await.unwrap();
    let driver = snapdeploy::kinds::bind(account, &there).await.unwrap();
    (driver, there.values)
}

#[tokio::test]
async fn a_value_of_the_environment_comes_back_as_it_was_then() {
    let world = World::new(words(2)).await;
    console(&world, B, 0, "call +4930123").await;
    console(&world, B, 1, "+4930123").await;
    let (old_driver, old_values) = with_vars(&world, "+4930123").await;
    let then = Means { values: &old_values, ..world.means(&*old_driver) };
    let kept = extract(&then, &extraction("prod")).await.unwrap().snapshot;
    assert_eq!(kept.documents[&queue(1)].portable["Description"], "@{var:line}");
    assert_eq!(kept.manifest.vars, old_values.vars);
    let before = world.sandbox.connect_state(B);

    let (new_driver, new_values) = with_vars(&world, "+4940999").await;
    let now = Means { values: &new_values, ..world.means(&*new_driver) };
    let when = When::Snapshot(Box::new(kept));
    let untouched = plan_restore(&now, "prod", &when, &Selection::all()).await.unwrap();
    assert!(untouched.is_empty(), "other words for the same: {:?}", untouched.steps);
    console(&world, B, 1, "+4940999").await;
    let plan = plan_restore(&now, "prod", &when, &Selection::all()).await.unwrap();
    let ended = begin(&now, &plan, None, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    assert_eq!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn a_rollback_is_no_conflict_because_a_value_of_the_environment_is_another_one_by_now() {
    let world = World::new(words(2)).await;
    console(&world, B, 1, "+4930123").await;
    let before = world.sandbox.connect_state(B);
    let (old_driver, old_values) = with_vars(&world, "+4930123").await;
    let then = Means { values: &old_values, ..world.means(&*old_driver) };
    let dev = world.extract(&*world.a, "dev").await;
    let source = Source::of_snapshot("dev@latest", &dev);
    let plan = plan_deploy(&then, "prod", &source, &Deployment::default()).await.unwrap();
    let ended = begin(&then, &plan, None, OnFailure::Stop).await;
    let Ok(Ended::Done { run }) = ended else { panic!("{ended:?}") };

    let (new_driver, new_values) = with_vars(&world, "new words").await;
    let now = Means { values: &new_values, ..world.means(&*new_driver) };
    let back = plan_back(&now, &past(&now, &run).await.unwrap(), &Selection::all()).await.unwrap();
    assert_eq!(back.blocks().count(), 0, "{:?}", back.findings);
    perform_with(&now, &back).await;
    assert_eq!(world.sandbox.connect_state(B), before);
}

async fn perform_with(means: &Means<'_>, plan: &Plan) {
    let ended = begin(means, plan, None, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
}

#[tokio::test]
async fn a_restore_that_stopped_part_way_goes_on_or_is_taken_back() {
    for goes_on in [true, false] {
        let world = World::new(words(3)).await;
        world.extract(&*world.b, "prod").await;
        let before = world.sandbox.connect_state(B);
        let then = Timestamp::now();
        for n in 0..3 {
            console(&world, B, n, "by hand").await;
        }
        let after = world.sandbox.connect_state(B);
        let plan = restore(&world, When::At(then), &Selection::all()).await;
        world.sandbox.fault(Fault { nth: 2, ..Fault::next("UpdateQueueName", FaultKind::AccessDenied) });
        let means = world.means(&*world.b);
        let ended = begin(&means, &plan, None, OnFailure::Stop).await;
        let Ok(Ended::Stopped { run, .. }) = ended else { panic!("{ended:?}") };
        let open = newest(&means, &Selection::all()).await.unwrap();
        assert_eq!(open.record.start.run, run, "it is what a plain rollback undoes");
        if goes_on {
            assert!(matches!(resume(&means, &run, OnFailure::Stop).await, Ok(Ended::Done { .. })));
            assert_eq!(world.sandbox.connect_state(B), before);
        } else {
            let back = plan_back(&means, &open, &Selection::all()).await.unwrap();
            assert!(matches!(
                undo_open(&means, &open, &back, None, Manner::AskToStop).await,
                Ok(Ended::Done { .. })
            ));
            assert_eq!(world.sandbox.connect_state(B), after);
        }
        assert!(world.ledger.held(world.b.pin()).await.unwrap().is_none());
    }
}
