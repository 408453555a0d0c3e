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
    let texts: Vec<_> = dev.manifest.findings.iter().filter(|f| f.message.contains("free text")).collect();
    assert!(texts.is_empty(), "a statement refers to what it is about: {texts:?}");
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

/// Who deploys does not stop a queue from being read; who rolls back has it read again.
#[tokio::test]
async fn an_event_source_that_the_source_lacks_is_kept_and_one_that_came_since_goes_with_a_rollback() {
    let queue = |name: &str| format!("arn:aws:sqs:{REGION}:{B}:{name}");
    for published in [true, false] {
        let mut scenario = if published { both() } else { unpublished() };
        scenario.account(B).event_source(REGION, "orders", &queue("returns"), json!({ "BatchSize": 10 }));
        let world = start(scenario).await;
        let sources = |world: &crate::world::World| {
            let all = there(world)["mappings"].clone();
            let there = |m: &&serde_json::Value| m["configuration"]["State"] != "Deleting";
            let name =
                |m: &serde_json::Value| m["configuration"]["EventSourceArn"].as_str().unwrap().to_string();
            let mut names: Vec<String> = all.as_object().unwrap().values().filter(there).map(name).collect();
            names.sort();
            names
        };
        let then = world.extract(&*world.b, "prod").await;
        let dev = world.extract(&*world.a, "dev").await;
        let plan = planned(&world, &dev, &Deployment::default()).await;
        let said: Vec<&str> = plan.findings.iter().map(|f| f.message.as_str()).collect();
        let kept = "keeps the event source mapping of returns, which the source does not have";
        assert!(said.contains(&kept), "{said:#?}");
        assert!(!plan.moves.iter().any(|m| m.call.contains("EventSourceMapping")), "{:#?}", plan.moves);
        crate::kinds::place::perform(&world, &plan).await;
        assert_eq!(sources(&world), [queue("returns")]);

        // At home it is literal: what is gone comes back, what came since goes.
        let client = super::place::client(&world);
        let id = client.list_event_source_mappings().send().await.unwrap().event_source_mappings()[0]
            .uuid()
            .unwrap()
            .to_string();
        client.delete_event_source_mapping().uuid(id).send().await.unwrap();
        let new =
            client.create_event_source_mapping().function_name("orders").event_source_arn(queue("since"));
        new.send().await.unwrap();
        let source = snapdeploy::core::release::Source::of_snapshot("prod@then", &then);
        let over = Deployment { drift: snapdeploy::core::drift::OnDrift::Overwrite, ..Deployment::default() };
        let means = world.means(&*world.b);
        let plan = snapdeploy::core::release::plan_deploy(&means, "prod", &source, &over).await.unwrap();
        crate::kinds::place::perform(&world, &plan).await;
        assert_eq!(sources(&world), [queue("returns")], "published: {published}");
    }
}

/// Neither function has a version.
fn unpublished() -> snapdeploy::sandbox::Scenario {
    let mut scenario = scenario();
    for (account, alias, memory) in [(A, "dev", 512), (B, "prod", 128)] {
        scenario.account(account).function(REGION, "orders").settings(json!({ "MemorySize": memory }));
        scenario.account(account).instance(REGION, alias).lambda("orders");
    }
    scenario
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
    // So does the plan that takes such a flow along.
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let said = |plan: &snapdeploy::core::plan::Plan| -> Vec<String> {
        let bare = plan.findings.iter().filter(|f| f.weight == Weight::Warning);
        bare.filter(|f| f.message.contains("without an alias")).map(|f| format!("{:?}", f.address)).collect()
    };
    let bare = format!("{:?}", Some(snapdeploy::core::Address::new("connect/flow", "Bare")));
    assert_eq!(said(&plan), std::slice::from_ref(&bare), "{:#?}", plan.findings);
    // Also where the function is not taken along; not where nothing is done to the flow.
    let alone = planned(&world, &dev, &crate::kinds::place::some(&["connect/flow/Bare"])).await;
    assert_eq!(said(&alone), [bare], "{:#?}", alone.findings);
    crate::kinds::place::perform(&world, &plan).await;
    let again = planned(&world, &dev, &Deployment::default()).await;
    assert_eq!(said(&again), Vec::<String>::new());
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
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let warned = plan
        .findings
        .iter()
        .filter(|f| f.weight == Weight::Warning && f.message.contains("by its test alias"));
    let users: Vec<String> = warned.map(|f| f.address.as_ref().unwrap().to_string()).collect();
    assert_eq!(users, ["connect/flow/Draft", "connect/module/Part"], "{:#?}", plan.findings);
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
