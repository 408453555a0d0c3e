//! The whole loop on the 64 contact flows that AWS published: from one account into another that has nothing of them,
//! and back.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::digest::Digest;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::package::Package;
use snapdeploy::core::plan::{Action, Plan};
use snapdeploy::core::portable::references;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::repository::Repository;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::sandbox::Sandbox;

use crate::corpus_loader::{Corpus, How, load};
use crate::world::{A, B, REGION, World, assert_same, scenario, sdk};

/// Returns a world whose A has the corpus and whose B has only what has to be there; `None` without the corpus.
async fn world(how: How) -> Option<(World, Corpus)> {
    let mut scenario = scenario();
    let a = scenario.account(A).instance(REGION, "dev").defaults();
    let corpus = load(a, A, how)?;
    corpus.seed(a);
    let b = scenario.account(B).instance(REGION, "prod").defaults();
    corpus.seed_names(b);
    Some((World::new(scenario).await, corpus))
}

/// Publishes every flow of A as it is: the service's own check says that every id in it is A's.
async fn publish(world: &World) {
    let client = aws_sdk_connect::Client::new(&sdk(&world.sandbox.endpoint()));
    let instance = &world.a.pin().instance;
    let listed = client.list_contact_flows().instance_id(instance).max_results(1000).send().await.unwrap();
    for flow in listed.contact_flow_summary_list() {
        let id = flow.id().unwrap();
        let read = client.describe_contact_flow().instance_id(instance).contact_flow_id(id).send();
        let content = read.await.unwrap().contact_flow().unwrap().content().unwrap().to_string();
        let update = client.update_contact_flow_content().instance_id(instance).contact_flow_id(id);
        let published = update.content(content).send().await;
        assert!(published.is_ok(), "{:?}: {published:?}", flow.name());
    }
}

/// Returns `snapshot` as a package that went through bytes.
async fn packaged(world: &World, snapshot: &Snapshot) -> Source {
    let mut package = Package::of(snapshot, &Selection::all(), &Default::default(), BTreeMap::new());
    package.blobs = Repository::new(&world.objects).blobs(&package.documents).await.unwrap();
    let bytes = package.to_bytes().unwrap();
    let back = Package::from_bytes(&bytes).unwrap();
    assert_eq!(back, package);
    assert_eq!(back.to_bytes().unwrap(), bytes, "a package is the same bytes each time");
    Source::of_package("corpus.zip", &Digest::of(&bytes).to_string(), &back)
}

async fn planned(world: &World, source: &Source) -> Plan {
    plan_deploy(&world.means(&*world.b), "prod", source, &Deployment::default()).await.unwrap()
}

/// Returns everything by which an account could be known: its number, its instance, and every id in it.
fn traces(sandbox: &Sandbox, account: &str) -> BTreeSet<String> {
    let mut traces = BTreeSet::from([account.to_string()]);
    for instance in sandbox.connect_state(account).as_object().unwrap().values() {
        traces.insert(instance["id"].as_str().unwrap().to_string());
        for of_kind in instance.as_object().unwrap().values().filter_map(Value::as_object) {
            for (id, resource) in of_kind.iter().filter(|(_, r)| r.is_object()) {
                traces.insert(id.clone());
                traces.insert(resource["Arn"].as_str().unwrap().to_string());
            }
        }
    }
    for bot in sandbox.state()[account]["lex"].as_object().unwrap().values() {
        traces.insert(bot["id"].as_str().unwrap().to_string());
        // The test alias has the same id in every bot of every account.
        let aliases = bot["aliases"].as_object().unwrap().values().map(|a| a["id"].as_str().unwrap());
        traces.extend(aliases.filter(|id| *id != "TSTALIASID").map(str::to_string));
    }
    traces
}

/// Collects every string in `value`, keys too, and beside them the tags by which snapdeploy knows what it made.
fn strings(value: &Value, uids: &mut Vec<String>, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|i| strings(i, uids, out)),
        Value::Object(members) => {
            for (key, member) in members {
                if key == "snapdeploy:uid" {
                    uids.push(member.as_str().unwrap().to_string());
                }
                out.push(key.clone());
                strings(member, uids, out);
            }
        }
        _ => {}
    }
}

async fn prove(how: How) {
    let Some((world, corpus)) = world(how).await else { return };
    publish(&world).await;
    let before = world.sandbox.connect_state(B);

    let dev = world.extract(&*world.a, "dev").await;
    assert_eq!(dev.manifest.gaps, []);
    let warnings: Vec<_> = dev.manifest.findings.iter().filter(|f| f.weight > Weight::Note).collect();
    assert_eq!(warnings, Vec::<&_>::new());
    let source = packaged(&world, &dev).await;
    let plan = planned(&world, &source).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);

    world.sandbox.clear_calls();
    let means = world.means(&*world.b);
    let ended = begin(&means, &plan, None, OnFailure::Stop).await.unwrap();
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    let (calls, mutations) = (world.sandbox.calls().len(), world.mutations());
    assert_eq!(mutations, plan.moves.len(), "one call for each move");

    let prod = world.extract(&*world.b, "prod").await;
    assert_eq!(prod.documents.keys().collect::<Vec<_>>(), dev.documents.keys().collect::<Vec<_>>());
    for (address, document) in &dev.documents {
        assert_eq!(prod.documents[address].portable_digest(), document.portable_digest(), "{address}");
    }
    let (mut uids, mut texts) = (Vec::new(), Vec::new());
    strings(&world.sandbox.connect_state(B), &mut uids, &mut texts);
    let traces = traces(&world.sandbox, A);
    for trace in &traces {
        let text = texts.iter().find(|text| text.contains(trace));
        assert_eq!(text, None, "{trace} is left in B");
    }
    assert_eq!(uids.len(), plan.count(Action::Create));
    let known = dev.manifest.kept.iter().map(|k| k.found.lasting_uid()).collect::<Vec<_>>();
    assert!(
        uids.iter().all(|uid| known.contains(uid)),
        "a uid says which resource of A it was, to who knows A"
    );

    world.sandbox.clear_calls();
    let again = planned(&world, &source).await;
    assert!(again.is_empty(), "{:#?}", again.steps);
    assert!(matches!(begin(&means, &again, None, OnFailure::Stop).await.unwrap(), Ended::Done { .. }));
    assert_eq!(world.mutations(), 0);

    let past = newest(&means, &Selection::all()).await.unwrap();
    let back = plan_back(&means, &past, &Selection::all()).await.unwrap();
    assert_eq!(back.blocks().count(), 0, "{:#?}", back.findings);
    let ended = begin(&means, &back, None, OnFailure::Stop).await.unwrap();
    assert!(matches!(ended, Ended::Done { .. }), "{ended:?}");
    assert_same(&world.sandbox.connect_state(B), &before);

    let count = |kind: &str| dev.documents.keys().filter(|a| a.kind() == kind).count();
    let referred: usize =
        dev.documents.values().map(|d| references(&Value::Object(d.portable.clone())).len()).sum();
    println!(
        "corpus{}: {} published flows, {} static references in them; in A {} flows, {} queues, {} hours, {referred} references; \
         {} created, {} moves, {mutations} mutating calls of {calls}; {} traces of A looked for; 0 changes when repeated; rolled back by {} moves",
        if how.static_only { " (all references static)" } else { "" },
        corpus.flows.len(),
        corpus.static_references,
        count("connect/flow"),
        count("connect/queue"),
        count("connect/hours"),
        plan.count(Action::Create),
        plan.moves.len(),
        traces.len(),
        back.moves.len(),
    );
}

#[tokio::test]
async fn real_flows_arrive_whole_in_an_account_that_has_none_and_go_without_a_trace() {
    prove(How::default()).await;
}

#[tokio::test]
async fn real_flows_arrive_whole_with_every_reference_made_static() {
    prove(How { static_only: true, ..How::default() }).await;
}

/// What no listing names has no name to go by. It is refused by snapshot and by package, before anything is written.
#[tokio::test]
async fn a_case_template_that_nothing_lists_blocks_by_name() {
    let how = How { case_templates: true, ..How::default() };
    let Some((world, _)) = world(how).await else { return };
    let dev = world.extract(&*world.a, "dev").await;
    for source in [Source::of_snapshot("dev@latest", &dev), packaged(&world, &dev).await] {
        let plan = planned(&world, &source).await;
        let blocked: BTreeSet<_> = plan.blocks().filter_map(|f| f.address.clone()).collect();
        let names: Vec<&str> = blocked.iter().map(|a| a.name()).collect();
        let expected = ["SBSGuides_Example_AgentWorkspace_Handler", "SBSGuides_Modules_Cases"];
        assert_eq!(names, expected, "{}: {:#?}", source.label, plan.findings);
        world.sandbox.clear_calls();
        let refused = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await.unwrap_err();
        assert!(expected.iter().all(|name| refused.message.contains(name)), "{refused}");
        assert_eq!(world.mutations(), 0);
    }
}
