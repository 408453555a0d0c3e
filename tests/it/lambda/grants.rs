//! Who may invoke a function, what does, and how many at a time.

use serde_json::json;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::release::Deployment;
use snapdeploy::core::select::Selection;
use snapdeploy::sandbox::Kind;

use super::place::{both, deployed, document, fresh, function, orders, rolled_back, start, there};
use crate::kinds::place::{planned, promoting};
use crate::world::{A, B, REGION, assert_same, content, scenario};

#[tokio::test]
async fn the_statement_of_connect_is_about_the_targets_own_instance() {
    let mut scenario = both();
    let instance = scenario.account(A).instance(REGION, "dev").arn().to_string();
    let seed = scenario.account(A).function(REGION, "orders");
    let of = |sid: &str, principal: &str, source: &str| {
        json!({
            "StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": principal, "SourceArn": source,
            "SourceAccount": A,
        })
    };
    let bucket = "arn:aws:s3:::somewhere";
    seed.permission(None, of("connect", "connect.amazonaws.com", &instance))
        .permission(Some("live"), of("connect", "connect.amazonaws.com", &instance))
        .permission(None, of("bucket", "s3.amazonaws.com", bucket));
    let world = start(scenario).await;
    let before = there(&world);
    let dev = deployed(&world).await;
    let permissions = &dev.documents[&orders()].portable["Permissions"];
    let arn = "arn:@{partition}:connect:@{region}:@{account}:instance/@{instance}";
    for sid in ["connect", "live:connect"] {
        assert_eq!(permissions[sid]["SourceArn"], arn);
        assert_eq!(permissions[sid]["SourceAccount"], "@{account}");
    }
    assert!(permissions.get("bucket").is_none(), "who else may invoke it belongs to the environment");
    let now = function(&world, "orders")["policies"].to_string();
    let own = &world.b.pin().instance;
    assert_eq!(now.matches(&format!("arn:aws:connect:{REGION}:{B}:instance/{own}")).count(), 2, "{now}");
    assert!(!now.contains(A) && !now.contains("somewhere"), "{now}");
    assert_same(&json!(document(&world).await.portable), &json!(dev.documents[&orders()].portable));
    rolled_back(&world).await;
    let mut after = there(&world);
    let arn = format!("arn:aws:lambda:{REGION}:{B}:function:orders");
    after["functions"][&arn]["versions"].as_object_mut().unwrap().remove("2");
    assert_same(&after["functions"][&arn]["aliases"], &before["functions"][&arn]["aliases"]);
    let left = after["functions"][&arn]["policies"].to_string();
    assert!(!left.contains("connect"), "{left}");
}

#[tokio::test]
async fn event_sources_are_made_changed_and_taken_away_again() {
    let mut scenario = both();
    let queue = |account: &str| format!("arn:aws:sqs:{REGION}:{account}:orders");
    scenario.account(A).event_source(REGION, "orders:live", &queue(A), json!({ "BatchSize": 5 }));
    scenario.account(A).event_source(REGION, "orders", &queue(A), json!({ "BatchSize": 7 }));
    scenario.account(B).event_source(REGION, "orders", &queue(B), json!({ "BatchSize": 10 }));
    let world = start(scenario).await;
    let sizes = |world: &crate::world::World| {
        let all = there(world)["mappings"].clone();
        let mut sizes: Vec<(String, u64)> = all
            .as_object()
            .unwrap()
            .values()
            .map(|m| {
                let of = &m["configuration"];
                (of["FunctionArn"].as_str().unwrap().to_string(), of["BatchSize"].as_u64().unwrap())
            })
            .collect();
        sizes.sort();
        sizes
    };
    let before = sizes(&world);
    let dev = deployed(&world).await;
    let arn = format!("arn:aws:lambda:{REGION}:{B}:function:orders");
    assert_eq!(sizes(&world), [(arn.clone(), 7), (format!("{arn}:live"), 5)]);
    assert_same(&json!(document(&world).await.portable), &json!(dev.documents[&orders()].portable));
    rolled_back(&world).await;
    // What is being taken away is still listed for a while.
    document(&world).await;
    document(&world).await;
    assert_eq!(sizes(&world), before);
}

#[tokio::test]
async fn reserved_concurrency_is_the_environments_own() {
    let mut scenario = both();
    scenario.account(A).function(REGION, "orders").concurrency(50);
    scenario.account(B).function(REGION, "orders").concurrency(5);
    let world = start(scenario).await;
    deployed(&world).await;
    assert_eq!(function(&world, "orders")["concurrency"], 5);
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &promoting()).await;
    crate::kinds::place::perform(&world, &plan).await;
    assert_eq!(function(&world, "orders")["concurrency"], 50);
    rolled_back(&world).await;
    assert_eq!(function(&world, "orders")["concurrency"], 5);
}

#[tokio::test]
async fn health_says_which_flows_pass_by_the_aliases() {
    let mut scenario = fresh();
    let arn = format!("arn:aws:lambda:{REGION}:{A}:function:orders");
    let dev = scenario.account(A).instance(REGION, "dev");
    let calls = |arn: &str| {
        content(&[(
            "InvokeLambdaFunction",
            json!({ "LambdaFunctionARN": arn, "InvocationTimeLimitSeconds": "3" }),
        )])
    };
    dev.flow("Bare", "CONTACT_FLOW", &calls(&arn));
    dev.resource(Kind::Lambda, "orders:live", json!({}));
    dev.flow("Good", "CONTACT_FLOW", &calls(&format!("{arn}:live")));
    let world = start(scenario).await;
    let means = world.means(&*world.a);
    let checks = snapdeploy::core::health::health(&means, "me", &Selection::all()).await.unwrap();
    let check = |name: &str| checks.iter().find(|c| c.name == name).unwrap();
    assert_eq!(
        check("callers name aliases").problems,
        ["connect/flow/Bare calls lambda/function/orders without an alias; it has live"]
    );
    assert!(check("functions").healthy && check("aliases of functions").healthy);
}

#[tokio::test]
async fn health_says_which_flows_talk_to_the_test_alias_of_a_bot() {
    let mut scenario = scenario();
    let mut bot = scenario.account(A).bot_from(REGION, &crate::lex::place::archive("vocabulary")).unwrap();
    let live = bot.alias("live").id().to_string();
    let id = bot.id().to_string();
    let dev = scenario.account(A).instance(REGION, "dev");
    let talks = |alias: &str| {
        let arn = format!("arn:aws:lex:{REGION}:{A}:bot-alias/{id}/{alias}");
        content(&[("ConnectParticipantWithLexBot", json!({ "Text": "?", "LexV2Bot": { "AliasArn": arn } }))])
    };
    dev.resource(Kind::Bot, "Bistro#live", json!({}));
    dev.flow("Draft", "CONTACT_FLOW", &talks("TSTALIASID"));
    dev.flow("Good", "CONTACT_FLOW", &talks(&live));
    dev.module_with("Part", &talks("TSTALIASID"), json!({}));
    let world = start(scenario).await;
    let means = world.means(&*world.a);
    let checks = snapdeploy::core::health::health(&means, "me", &Selection::all()).await.unwrap();
    let check = checks.iter().find(|c| c.name == "callers name aliases").unwrap();
    assert_eq!(
        check.problems,
        [
            "connect/flow/Draft calls lex/bot/Bistro by its test alias",
            "connect/module/Part calls lex/bot/Bistro by its test alias"
        ]
    );
}

#[tokio::test]
async fn a_function_that_something_refers_to_is_not_deleted() {
    let world = start(fresh()).await;
    deployed(&world).await;
    let b = aws_sdk_connect::Client::new(&crate::world::sdk_of(&world.sandbox.endpoint(), B));
    let arn = format!("arn:aws:lambda:{REGION}:{B}:function:orders");
    let calls = content(&[(
        "InvokeLambdaFunction",
        json!({ "LambdaFunctionARN": arn, "InvocationTimeLimitSeconds": "3" }),
    )]);
    let create = b.create_contact_flow().instance_id(&world.b.pin().instance).name("Since");
    create.r#type("CONTACT_FLOW".into()).content(calls).send().await.unwrap();
    let plan = crate::kinds::place::back(&world).await;
    let block = plan.findings.iter().find(|f| f.weight == Weight::Block && f.address == Some(orders()));
    assert!(block.unwrap().message.contains("connect/flow/Since refers to it"), "{:?}", plan.findings);
}

#[tokio::test]
async fn an_empty_place_says_nothing_of_functions() {
    let world = start(scenario()).await;
    let dev = world.extract(&*world.a, "dev").await;
    assert!(planned(&world, &dev, &Deployment::default()).await.is_empty());
}
