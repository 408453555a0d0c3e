//! Phone numbers: which flow each leads to is the cut-over. They are never made and never removed.

use serde_json::json;
use snapdeploy::core::Address;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::means::Values;
use snapdeploy::core::moves::Stage;
use snapdeploy::core::plan::{Action, Plan};
use snapdeploy::core::prune::{Cap, Prune};
use snapdeploy::core::release::Deployment;
use snapdeploy::sandbox::Scenario;

use super::place::{back, naming, perform, planned, promoting, some, there, to_and_fro, world};
use super::whole::{NUMBERS, into_another, values};
use crate::world::{A, B, REGION, World, content, scenario};

const SWITCHES: [&str; 2] = ["AssociatePhoneNumberContactFlow", "DisassociatePhoneNumberContactFlow"];

/// What else takes callers and contacts over to something, which comes last too.
const OTHERS: [&str; 8] = [
    "ActivateEvaluationForm",
    "AssociateDefaultVocabulary",
    "AssociateEmailAddressAlias",
    "AssociateFlow",
    "DisassociateEmailAddressAlias",
    "DisassociateFlow",
    "UpdateEmailAddressMetadata",
    "UpdateInstanceAttribute",
];

fn switched(world: &World) -> Vec<bool> {
    let calls = world.sandbox.calls();
    let writes = calls.iter().filter(|c| c.mutating && c.service == "connect" && c.status == 200);
    let writes = writes.filter(|c| !OTHERS.contains(&c.operation.as_str()));
    writes.map(|c| SWITCHES.contains(&c.operation.as_str())).collect()
}

#[tokio::test]
async fn callers_are_switched_over_last_on_the_way_forth_and_first_on_the_way_back() {
    let world = world(into_another(), values()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &promoting()).await;
    world.sandbox.clear_calls();
    perform(&world, &plan).await;
    let forth = switched(&world);
    assert_eq!(forth.iter().filter(|s| **s).count(), 2);
    assert!(forth.len() > 20 && forth.is_sorted(), "{forth:?}");
    let back = back(&world).await;
    world.sandbox.clear_calls();
    perform(&world, &back).await;
    let back: Vec<bool> = switched(&world).into_iter().rev().collect();
    assert_eq!(back.iter().filter(|s| **s).count(), 2);
    assert!(back.len() > 20 && back.is_sorted(), "{back:?}");
}

fn leads(number: &str, flow: Option<&str>) -> (String, serde_json::Value) {
    (number.into(), flow.map_or(json!({}), |flow| json!({ "ContactFlow": flow })))
}

/// Two flows in each, and these numbers.
fn lines(dev: &[(&str, Option<&str>)], prod: &[(&str, Option<&str>)]) -> Scenario {
    let mut scenario = scenario();
    for (account, alias, numbers) in [(A, "dev", dev), (B, "prod", prod)] {
        let instance = scenario.account(account).instance(REGION, alias);
        for flow in ["Main", "Other"] {
            instance.flow(flow, "CONTACT_FLOW", &content(&[("Wait", json!({ "Seconds": "5" }))]));
        }
        for (number, flow) in numbers {
            let (number, all) = leads(number, *flow);
            instance.phone_with(&number, all);
        }
    }
    scenario
}

#[tokio::test]
async fn a_number_begins_to_lead_somewhere_leads_elsewhere_and_leads_nowhere_and_back() {
    let number = "+15555550100";
    for (dev, prod, call) in [
        (Some("Main"), None, SWITCHES[0]),
        (Some("Main"), Some("Other"), SWITCHES[0]),
        (None, Some("Other"), SWITCHES[1]),
    ] {
        let world = world(lines(&[(number, dev)], &[("+4930555100", prod)]), one_number()).await;
        let snapshot = world.extract(&*world.a, "dev").await;
        let plan = planned(&world, &snapshot, &Deployment::default()).await;
        let calls: Vec<_> = plan.moves.iter().map(|m| (m.call.as_str(), m.stage)).collect();
        assert_eq!(calls, [(call, Stage::Switch)]);
        to_and_fro(&world, &snapshot, &Deployment::default(), |_| ()).await;
    }
}

fn one_number() -> Values {
    let names = naming(&[("connect/phone-number/+15555550100", "+4930555100")]);
    Values { names, ..Values::default() }
}

fn said(plan: &Plan, weight: Weight) -> Vec<(String, String, String)> {
    let all = plan.findings.iter().filter(|f| f.weight == weight);
    let one = |f: &snapdeploy::core::finding::Finding| {
        let address = f.address.as_ref().map(ToString::to_string).unwrap_or_default();
        (address, f.message.clone(), f.hint.clone().unwrap_or_default())
    };
    all.map(one).collect()
}

#[tokio::test]
async fn a_number_that_has_no_counterpart_is_left_out_with_the_line_to_paste_and_the_rest_is_deployed() {
    let dev = [("+15555550100", Some("Main")), ("+15555550102", Some("Other"))];
    let world =
        world(lines(&dev, &[("+4930555100", None), ("+4930555109", Some("Main"))]), one_number()).await;
    let snapshot = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &snapshot, &Deployment::default()).await;
    let warned = said(&plan, Weight::Warning);
    let [(address, message, hint)] = &warned[..] else { panic!("{warned:?}") };
    assert_eq!(address, "connect/phone-number/+15555550102");
    assert!(message.contains("left out"), "{message}");
    assert_eq!(
        hint,
        "[environments.prod.names]\n\"connect/phone-number/+15555550102\" = \"...\"   # what it is called there"
    );
    perform(&world, &plan).await;
    assert!(!there(&world, "phone", "+4930555100")["ContactFlowId"].is_null());
}

#[tokio::test]
async fn a_number_is_picked_by_its_address_and_blocks_where_it_has_no_counterpart() {
    let dev = [("+15555550100", Some("Main")), ("+15555550102", Some("Other"))];
    let world = world(lines(&dev, &[("+4930555100", None)]), one_number()).await;
    let snapshot = world.extract(&*world.a, "dev").await;
    to_and_fro(&world, &snapshot, &some(&["connect/phone-number/+15555550100"]), |_| ()).await;
    let plan = planned(&world, &snapshot, &some(&["connect/phone-number/+15555550102"])).await;
    let blocked = said(&plan, Weight::Block);
    let [(address, message, hint)] = &blocked[..] else { panic!("{blocked:?}") };
    assert_eq!(address, "connect/phone-number/+15555550102");
    assert!(message.contains("never made"), "{message}");
    assert!(hint.contains("\"connect/phone-number/+15555550102\" = \"...\""), "{hint}");
}

#[tokio::test]
async fn a_number_that_the_release_does_not_have_is_never_removed_and_keeps_nothing_from_being_pruned() {
    let dev = [("+15555550100", Some("Main"))];
    let mut scenario = lines(&dev, &[("+4930555100", None), ("+4930555109", Some("Other"))]);
    let b = scenario.account(B).instance(REGION, "prod");
    b.hours("Nobody's", json!({ "TimeZone": "UTC" }));
    let world = world(scenario, one_number()).await;
    let snapshot = world.extract(&*world.a, "dev").await;
    let prune = Deployment { prune: Prune::Within(Cap::Percent(100)), ..Deployment::default() };
    let plan = planned(&world, &snapshot, &prune).await;
    let gone: Vec<_> =
        plan.steps.iter().filter(|s| s.action == Action::Delete).map(|s| s.address.clone()).collect();
    assert_eq!(gone, [Address::new("connect/hours", "Nobody's")], "{:#?}", plan.findings);
    perform(&world, &plan).await;
    assert!(!there(&world, "phone", "+4930555109")["ContactFlowId"].is_null());
}

#[tokio::test]
async fn what_a_number_is_besides_is_nobodys_business() {
    let world = world(into_another(), values()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let of = |world: &World, n: usize| there(world, "phone", NUMBERS[n].1);
    let before = of(&world, 0);
    perform(&world, &planned(&world, &dev, &promoting()).await).await;
    let mut after = of(&world, 0);
    assert_ne!(after["ContactFlowId"], before["ContactFlowId"]);
    after["ContactFlowId"] = before["ContactFlowId"].clone();
    assert_eq!(after, before);
}
