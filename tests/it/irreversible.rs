//! What cannot be undone: each row of the table of kinds, named before it is made, and refused without consent by name.

use std::collections::BTreeSet;

use serde_json::json;
use snapdeploy::core::Address;
use snapdeploy::core::driver::Driver;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::loss::Accepted;
use snapdeploy::core::means::Means;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::prune::{Cap, Prune};
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::kinds::KINDS;
use snapdeploy::kinds::connect::family::{FAMILIES, Removal};
use snapdeploy::kinds::irreversible::{UNDOING, Undoing};
use snapdeploy::sandbox::Kind;

use crate::kinds::members::{a_with_all, keeping};
use crate::kinds::place::{back, perform, planned, promoting, world};
use crate::kinds::whole::{into_nothing, values};
use crate::world::{A, B, REGION, World, scenario, week};
use crate::{lambda, lex};

/// What AWS has of it besides what it keeps documents of.
const BY_NAME: [&str; 5] = [
    "cases/field",
    "cases/template",
    "connect/security-key",
    "connect/traffic-distribution-group",
    "wisdom/assistant",
];

fn pruning() -> Deployment {
    Deployment { prune: Prune::Within(Cap::Percent(100)), ..Deployment::default() }
}

/// Returns what the table says that a deletion of `kind` loses.
fn loses(kind: &str) -> &'static str {
    match UNDOING.iter().find(|(known, _)| *known == kind) {
        Some((_, Undoing::Loses { what, .. })) => what,
        other => panic!("{kind}: {other:?}"),
    }
}

/// Returns the kinds of which a finding of `weight` begins so.
fn kinds(plan: &Plan, weight: Weight, begins: &str) -> BTreeSet<String> {
    let those = plan.findings.iter().filter(|f| f.weight == weight && f.message.starts_with(begins));
    those.filter_map(|f| Some(f.address.as_ref()?.kind().to_string())).collect()
}

async fn taking(world: &World, source: &Snapshot, deployment: &Deployment, accepted: &[&str]) -> Plan {
    let irreversible = Accepted::Named(accepted.iter().map(ToString::to_string).collect());
    let means = Means { irreversible, ..world.means(&*world.b) };
    plan_deploy(&means, "prod", &Source::of_snapshot("prod@before", source), deployment).await.unwrap()
}

/// Returns the messages and hints of what forbids the plan.
fn blocks(plan: &Plan) -> Vec<(String, String, String)> {
    let text = |f: &snapdeploy::core::finding::Finding| {
        let address = f.address.as_ref().map(ToString::to_string).unwrap_or_default();
        (address, f.message.clone(), f.hint.clone().unwrap_or_default())
    };
    plan.blocks().map(text).collect()
}

#[test]
fn every_kind_has_a_row_that_says_what_its_removal_does() {
    let known: BTreeSet<&str> = KINDS.iter().copied().filter(|kind| !BY_NAME.contains(kind)).collect();
    let rows: BTreeSet<&str> = UNDOING.iter().map(|(kind, _)| *kind).collect();
    assert_eq!((rows.len(), &rows), (UNDOING.len(), &known));
    for family in FAMILIES {
        let (_, undoing) = UNDOING.iter().find(|(kind, _)| *kind == family.kind).unwrap();
        let fits = match family.remove {
            Removal::Delete(_) | Removal::Alone(..) => {
                matches!(undoing, Undoing::Loses { .. } | Undoing::ComesBack)
            }
            Removal::Retire(..) => matches!(undoing, Undoing::Remains { .. }),
            Removal::Never => matches!(undoing, Undoing::Stays { .. }),
        };
        assert!(fits, "{}: {undoing:?}", family.kind);
    }
    for (kind, undoing) in UNDOING {
        if let Undoing::Loses { source, .. } | Undoing::Remains { source, .. } = undoing {
            assert!(!source.is_empty(), "{kind} names no source");
        }
    }
}

#[tokio::test]
async fn what_a_deployment_makes_for_good_and_what_its_rollback_destroys_is_named_and_not_asked_about() {
    let lasting = |kind: &str| {
        let row = UNDOING.iter().find(|(known, _)| *known == kind);
        matches!(row, Some((_, Undoing::Loses { .. })))
    };
    let mut seen = BTreeSet::new();
    for (world, deployment) in [
        (world(into_nothing(), values()).await, Deployment::default()),
        (keeping(a_with_all()).await, promoting()),
    ] {
        let dev = world.extract(&*world.a, "dev").await;
        let plan = planned(&world, &dev, &deployment).await;
        let made = plan.moves.iter().any(|m| m.address.kind() == "connect/agent-status");
        let remains = kinds(&plan, Weight::Note, "stays once it is made: ");
        assert_eq!(remains.contains("connect/agent-status"), made, "{:#?}", plan.findings);
        assert!(kinds(&plan, Weight::Block, "").is_empty());
        perform(&world, &plan).await;
        let back = back(&world).await;
        let destroyed = kinds(&back, Weight::Note, "destroys ");
        let deleted = back.steps.iter().filter(|s| s.after.is_none()).map(|s| s.address.kind().to_string());
        let expected: BTreeSet<String> = deleted.filter(|kind| lasting(kind)).collect();
        assert_eq!(destroyed, expected, "{:#?}", back.findings);
        seen.extend(destroyed);
        perform(&world, &back).await;
    }
    let rows = UNDOING.iter().map(|(kind, _)| *kind);
    let rows = rows.filter(|kind| kind.starts_with("connect/") && lasting(kind));
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), rows.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_queue_is_only_destroyed_where_that_is_accepted_by_its_name() {
    let mut scenario = scenario();
    for (account, name, queues) in [(A, "dev", &["a"][..]), (B, "prod", &["a", "it's old"])] {
        let instance = scenario.account(account).instance(REGION, name);
        instance.hours("Day", json!({ "TimeZone": "UTC", "Config": week(9) }));
        let day = instance.id_of(Kind::Hours, "Day");
        for queue in queues {
            instance.queue(queue, json!({ "HoursOfOperationId": day }));
        }
    }
    let world = World::new(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    let address = Address::new("connect/queue", "it's old");
    let named = address.to_string();
    let said = blocks(&taking(&world, &dev, &pruning(), &["connect/queue/a", "connect/queue/*"]).await);
    let [(of, message, hint)] = &said[..] else { panic!("{said:#?}") };
    assert_eq!(of, &named);
    assert!(message.contains(loses("connect/queue")), "{message}");
    assert!(hint.ends_with(r"--accept-irreversible 'connect/queue/it'\''s old'"), "{hint}");
    // Whoever names it, and says that what is named is to go, has been asked.
    let select = Selection::new(std::slice::from_ref(&named)).unwrap();
    let asked = taking(&world, &dev, &Deployment { select, ..pruning() }, &[]).await;
    assert_eq!((blocks(&asked), asked.accepted), (vec![], vec![address.clone()]));
    let plan = taking(&world, &dev, &pruning(), &[&named]).await;
    assert_eq!(blocks(&plan), vec![]);
    assert_eq!(kinds(&plan, Weight::Warning, "destroys ").len(), 1, "{:#?}", plan.findings);
    let before = world.b.find(&address).await.unwrap().unwrap();
    let means = world.means(&*world.b);
    let ended = begin(&means, &plan, None, OnFailure::Stop).await.unwrap();
    let Ended::Done { run, .. } = &ended else { panic!("{ended:?}") };
    assert_eq!(means.ledger.run(run).await.unwrap().start.accepted, std::slice::from_ref(&address));
    assert!(matches!(world.roll_back().await, Ok(Ended::Done { .. })));
    let after = world.b.find(&address).await.unwrap().unwrap();
    assert_ne!(after.id, before.id, "it is another one of the same name, which is what was accepted");
}

/// Prunes by what was there before `world` was deployed to, and returns the message of the block on `kind`.
async fn pruned(world: &World, kind: &str) -> String {
    let empty = world.extract(&*world.b, "prod").await;
    let dev = world.extract(&*world.a, "dev").await;
    perform(world, &planned(world, &dev, &Deployment::default()).await).await;
    let said = blocks(&taking(world, &empty, &pruning(), &[]).await);
    let of: Vec<_> = said.iter().filter(|(address, ..)| address.starts_with(kind)).collect();
    let [(address, message, hint)] = of[..] else { panic!("{said:#?}") };
    assert!(hint.contains(&format!("--accept-irreversible '{address}'")), "{hint}");
    let all: Vec<&str> = said.iter().map(|(address, ..)| address.as_str()).collect();
    let plan = taking(world, &empty, &pruning(), &all).await;
    assert_eq!(blocks(&plan), vec![]);
    assert!(plan.accepted.contains(&address.parse().unwrap()));
    perform(world, &plan).await;
    message.clone()
}

#[tokio::test]
async fn a_function_is_not_pruned_with_its_versions_unasked() {
    let world = lambda::place::start(lambda::place::fresh()).await;
    assert!(pruned(&world, "lambda/function").await.contains(loses("lambda/function")));
}

#[tokio::test]
async fn a_bot_is_not_pruned_with_what_it_has_learnt_unasked() {
    let mut scenario = scenario();
    lex::place::bot(&mut scenario, A, "dev", &lex::place::archive(lex::place::ARCHIVES[0].0));
    scenario.account(B).lambda(REGION, "orders");
    let world = lex::place::world_with_roles(scenario).await;
    assert!(pruned(&world, "lex/bot").await.contains(loses("lex/bot")));
}

#[tokio::test]
async fn how_far_a_stream_is_read_is_not_forgotten_unasked() {
    let arn = |of: &str, account: &str| format!("arn:aws:{of}:{REGION}:{account}:orders");
    let mut scenario = lambda::place::both();
    for (account, position) in [(A, "LATEST"), (B, "TRIM_HORIZON")] {
        let stream = arn("kinesis", account).replace(":orders", ":stream/orders");
        let starts = json!({ "StartingPosition": position });
        scenario.account(account).event_source(REGION, "orders:live", &stream, starts);
    }
    // A queue has no such place: what is read of it is gone.
    scenario.account(A).event_source(REGION, "orders", &arn("sqs", A), json!({ "BatchSize": 7 }));
    let world = lambda::place::start(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    let said = blocks(&taking(&world, &dev, &Deployment::default(), &[]).await);
    let [(address, message, _)] = &said[..] else { panic!("{said:#?}") };
    assert_eq!(address, "lambda/function/orders");
    assert!(message.contains("how far its event source mapping has read the stream"), "{message}");
    let plan = taking(&world, &dev, &Deployment::default(), &["lambda/function/orders"]).await;
    perform(&world, &plan).await;
    // On the way back the mapping of the queue goes as well, and only the stream's is named.
    let back = back(&world).await;
    assert!(back.moves.iter().filter(|m| m.call == "DeleteEventSourceMapping").count() == 2);
    assert_eq!(kinds(&back, Weight::Note, "destroys how far").len(), 1, "{:#?}", back.findings);
    let driver: &dyn Driver = &*world.b;
    let named = back.moves.iter().filter(|m| driver.irreversible(m).is_some());
    assert_eq!(named.count(), 1);
}
