//! Associations: a flow may invoke only what the instance is associated with.

use serde_json::json;
use snapdeploy::core::closure::Dependencies;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::means::Values;
use snapdeploy::core::release::Deployment;
use snapdeploy::sandbox::{Kind, Scenario};

use super::place::{back, naming, perform, planned, some, state, to_and_fro, world};
use crate::world::{A, B, REGION, World, content, scenario};

/// What the flow of dev uses: a function (`NAME` or `NAME#ALIAS`) and an alias of a bot. Both accounts have them, and
/// dev alone is associated, with `associated`.
fn uses(function: &str, associated: &str) -> Scenario {
    let mut scenario = scenario();
    for account in [A, B] {
        let account = scenario.account(account);
        account.lambda(REGION, "orders");
        account.bot(REGION, "Helper", &["live"]);
    }
    let a = scenario.account(A).instance(REGION, "dev");
    let (function, bot) = (a.arn_of(Kind::Lambda, function), a.arn_of(Kind::Bot, "Helper#live"));
    let main = content(&[
        ("InvokeLambdaFunction", json!({ "LambdaFunctionARN": function, "InvocationTimeLimitSeconds": "3" })),
        ("ConnectParticipantWithLexBot", json!({ "Text": "?", "LexV2Bot": { "AliasArn": bot } })),
    ]);
    a.flow("Main", "CONTACT_FLOW", &main);
    a.resource(Kind::Lambda, associated, json!({}));
    a.resource(Kind::Bot, "Helper#live", json!({}));
    let b = scenario.account(B).instance(REGION, "prod");
    b.flow("Main", "CONTACT_FLOW", &content(&[("Wait", json!({ "Seconds": "5" }))]));
    scenario
}

fn writes(world: &World) -> Vec<String> {
    let calls = world.sandbox.calls();
    calls.iter().filter(|c| c.mutating && c.service == "connect").map(|c| c.operation.clone()).collect()
}

#[tokio::test]
async fn a_flow_that_needs_what_the_target_may_not_use_blocks_and_says_what_to_add() {
    for (function, associated) in
        [("orders", "orders"), ("orders#live", "orders"), ("orders#live", "orders#live")]
    {
        let world = world(uses(function, associated), Values::default()).await;
        let dev = world.extract(&*world.a, "dev").await;
        let plan = planned(&world, &dev, &some(&["connect/flow/*"])).await;
        let hints: Vec<_> = plan.blocks().map(|f| f.hint.clone().unwrap()).collect();
        assert_eq!(
            hints,
            [
                "add 'connect/lambda-association/orders' to the deployment",
                "add 'connect/bot-association/Helper:live' to the deployment"
            ],
            "{:#?}",
            plan.findings
        );
    }
}

#[tokio::test]
async fn what_it_needs_is_associated_first_and_taken_away_last() {
    for (function, associated) in
        [("orders", "orders"), ("orders#live", "orders"), ("orders#live", "orders#live")]
    {
        let world = world(uses(function, associated), Values::default()).await;
        let dev = world.extract(&*world.a, "dev").await;
        let missing = Deployment { dependencies: Dependencies::Missing, ..some(&["connect/flow/Main"]) };
        for deployment in [Deployment::default(), missing] {
            let plan = planned(&world, &dev, &deployment).await;
            world.sandbox.clear_calls();
            perform(&world, &plan).await;
            let mut forth = writes(&world);
            forth[..2].sort();
            assert_eq!(forth, ["AssociateBot", "AssociateLambdaFunction", "UpdateContactFlowContent"]);
            let back = back(&world).await;
            world.sandbox.clear_calls();
            perform(&world, &back).await;
            let mut back = writes(&world);
            back[1..].sort();
            assert_eq!(back, ["UpdateContactFlowContent", "DisassociateBot", "DisassociateLambdaFunction"]);
        }
        to_and_fro(&world, &dev, &Deployment::default(), |_| ()).await;
    }
}

#[tokio::test]
async fn what_is_called_otherwise_there_is_associated_under_its_own_name() {
    let mut scenario = uses("orders#live", "orders#live");
    let b = scenario.account(B);
    b.lambda(REGION, "orders-prod");
    b.bot(REGION, "Helper-prod", &["green"]);
    let names = naming(&[
        ("lambda/function/orders", "orders-prod"),
        ("lambda/function/orders#live", "orders-prod#blue"),
        ("lex/bot/Helper", "Helper-prod"),
        ("lex/bot/Helper#live", "Helper-prod#green"),
    ]);
    let world = world(scenario, Values { names, ..Values::default() }).await;
    let dev = world.extract(&*world.a, "dev").await;
    perform(&world, &planned(&world, &dev, &Deployment::default()).await).await;
    let prod = state(&world, B, "prod");
    let mut names: Vec<String> = ["lambda", "bot"]
        .iter()
        .flat_map(|kind| prod[*kind].as_object().unwrap().values())
        .map(|r| r["Name"].as_str().unwrap().to_string())
        .collect();
    names.sort();
    assert_eq!(names, ["Helper-prod#green", "orders-prod#blue"]);
    perform(&world, &back(&world).await).await;
    to_and_fro(&world, &dev, &Deployment::default(), |_| ()).await;
}

#[tokio::test]
async fn an_association_with_what_the_target_does_not_have_blocks() {
    let mut scenario = uses("orders", "orders");
    let a = scenario.account(A);
    a.lambda(REGION, "dev-only");
    a.instance(REGION, "dev").resource(Kind::Lambda, "dev-only", json!({}));
    let world = world(scenario, Values::default()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &super::place::some(&["connect/*"])).await;
    let blocks: Vec<_> = plan.findings.iter().filter(|f| f.weight == Weight::Block).collect();
    let [one] = &blocks[..] else { panic!("{blocks:?}") };
    assert!(
        one.message.contains("refers to lambda/function/dev-only, which is not in the target"),
        "{one:?}"
    );
}
