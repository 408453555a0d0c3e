//! What would hurt whoever looks after functions and bots that others use too: each test is a danger.

use serde_json::{Value, json};
use snapdeploy::core::Address;
use snapdeploy::core::environment::Environment;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::means::Values;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::select::Selection;
use snapdeploy::sandbox::{Kind, Scenario};

use crate::kinds::place::{naming, perform, planned};
use crate::lambda::place::{both, deployed, document, fresh, function, orders, rolled_back, start, there};
use crate::lex::place as lex;
use crate::world::{A, B, REGION, World, assert_same, environment, scenario};

fn arn(account: &str) -> String {
    format!("arn:aws:lambda:{REGION}:{account}:function:orders")
}

#[tokio::test]
async fn a_function_keeps_the_alias_that_the_source_lacks_and_who_may_use_it() {
    let mut scenario = both();
    let lex = json!({ "StatementId": "bot", "Action": "lambda:InvokeFunction", "Principal": "lexv2.amazonaws.com" });
    scenario.account(B).function(REGION, "orders").alias("spare", "1").permission(Some("spare"), lex);
    let queue = format!("arn:aws:sqs:{REGION}:{B}:spare");
    scenario.account(B).event_source(REGION, "orders:spare", &queue, json!({}));
    let world = start(scenario).await;
    let before = there(&world);
    let dev = deployed(&world).await;
    let now = function(&world, "orders");
    assert_eq!(now["aliases"]["spare"]["version"], "1");
    assert_eq!(now["aliases"]["live"]["version"], "2");
    assert_same(&there(&world)["mappings"], &before["mappings"]);
    assert!(now["policies"].to_string().contains("lexv2"), "{now}");
    let again = planned(&world, &dev, &Deployment::default()).await;
    assert!(again.is_empty(), "{:#?}", again.moves);
    rolled_back(&world).await;
    let aliases = |state: &Value| state["functions"][arn(B)]["aliases"].clone();
    assert_same(&aliases(&there(&world)), &aliases(&before));
}

#[tokio::test]
async fn another_instance_may_still_call_the_function() {
    let mut scenario = both();
    let own = scenario.account(A).instance(REGION, "dev").arn().to_string();
    let other = scenario.account(B).instance(REGION, "stage").arn().to_string();
    let of = |sid: &str, source: &str, account: &str| {
        json!({
            "StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": "connect.amazonaws.com",
            "SourceArn": source, "SourceAccount": account,
        })
    };
    scenario.account(A).function(REGION, "orders").permission(None, of("mine", &own, A));
    scenario.account(B).function(REGION, "orders").permission(None, of("theirs", &other, B));
    let world = start(scenario).await;
    let dev = deployed(&world).await;
    let policies = function(&world, "orders")["policies"].to_string();
    assert!(policies.contains(&other), "stage can no longer call it: {policies}");
    assert!(policies.contains(&world.b.pin().instance), "{policies}");
    let again = planned(&world, &dev, &Deployment::default()).await;
    assert!(again.is_empty(), "{:#?}", again.moves);
}

/// One function in one account, with an alias each of dev, prod (whose instance is called stage) and somebody else.
async fn shared() -> World {
    let mut s = scenario();
    let seed = s.account(A).function(REGION, "orders").settings(json!({ "MemorySize": 256 })).publish();
    let seed = seed.settings(json!({ "MemorySize": 512 })).publish();
    seed.alias("dev", "2").alias("prod", "1").alias("theirs", "1");
    s.account(A).instance(REGION, "dev").lambda("orders");
    s.account(A).instance(REGION, "stage").lambda("orders");
    let owned = |physical: &str| Values {
        names: naming(&[("lambda/function/orders#live", physical)]),
        owns: Selection::new(&["connect/*".to_string(), "lambda/*".to_string()]).unwrap(),
        ..Values::default()
    };
    let dev = Environment { values: owned("orders#dev"), ..environment("dev") };
    let prod = Environment {
        values: owned("orders#prod"),
        instance: Some("stage".into()),
        account: A.into(),
        role_arn: Some(format!("arn:aws:iam::{A}:role/snapdeploy")),
        external_id: None,
        ..environment("prod")
    };
    lex::around(s, dev, prod).await
}

#[tokio::test]
async fn an_alias_of_a_shared_function_is_moved_alone() {
    let world = shared().await;
    let aliases = || {
        let of = world.sandbox.state()[A]["lambda"]["functions"][arn(A)]["aliases"].clone();
        let all = of.as_object().unwrap().iter();
        all.map(|(name, a)| (name.clone(), a["version"].as_str().unwrap().to_string())).collect::<Vec<_>>()
    };
    let named = |dev: &str, prod: &str| {
        [("dev", dev), ("prod", prod), ("theirs", "1")].map(|(a, v)| (a.to_string(), v.to_string()))
    };
    assert_eq!(aliases(), named("2", "1"));
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let calls: Vec<&str> = plan.moves.iter().map(|m| m.call.as_str()).collect();
    assert_eq!(calls, ["UpdateAlias"], "{:#?}", plan.findings);
    perform(&world, &plan).await;
    assert_eq!(aliases(), named("2", "2"));
    rolled_back(&world).await;
    assert_eq!(aliases(), named("2", "1"));
}

#[tokio::test]
async fn a_shared_function_is_not_deleted() {
    let world = shared().await;
    let document = world.documents(&*world.b, "prod").await.remove(&orders()).unwrap();
    let address = orders();
    let change = snapdeploy::core::driver::Change {
        address: &address,
        uid: "",
        from: Some(&document),
        to: None,
        way: snapdeploy::core::run::RunKind::Deploy,
    };
    let error = world.b.moves(&change).unwrap_err();
    assert!(error.message.contains("other environments"), "{error:?}");
}

#[tokio::test]
async fn two_topics_of_one_cluster_are_two_mappings() {
    let mut scenario = fresh();
    let cluster = format!("arn:aws:kafka:{REGION}:{A}:cluster/all/0a1b2c3d-0000-4000-8000-000000000000-1");
    for (at, topic) in ["orders:live", "orders"].iter().zip(["new", "old"]) {
        scenario.account(A).event_source(REGION, at, &cluster, json!({ "Topics": [topic] }));
    }
    let world = start(scenario).await;
    // The seed has one mapping for each function and source: both are to be of the alias.
    let client = aws_sdk_lambda::Client::new(&crate::world::sdk_of(&world.sandbox.endpoint(), A));
    let all = client.list_event_source_mappings().function_name("orders").send().await.unwrap();
    let id = all.event_source_mappings()[0].uuid().unwrap().to_string();
    client.update_event_source_mapping().uuid(id).function_name("orders:live").send().await.unwrap();
    let dev = world.extract(&*world.a, "dev").await;
    let document = &dev.documents[&orders()];
    let mappings = document.portable["EventSourceMappings"].to_string();
    assert!(mappings.contains("\"new\"") && mappings.contains("\"old\""), "one is lost: {mappings}");
}

#[tokio::test]
async fn a_key_beside_a_reference_is_a_secret() {
    let mut scenario = fresh();
    let text = json!({ "next": arn(A), "apiKey": "hunter2-hunter2" }).to_string();
    let list = format!("{},{}", arn(A), arn(A));
    scenario.account(A).function(REGION, "orders").env(&[("CONFIG", &text), ("ALL", &list)]);
    let world = start(scenario).await;
    let dev = world.extract(&*world.a, "dev").await;
    let shown = serde_json::to_string(&dev.documents).unwrap();
    assert!(!shown.contains("hunter2"), "{shown}");
    let variables = &dev.documents[&orders()].portable["Environment"]["Variables"];
    assert_eq!(variables["ALL"], "@{arn:lambda/function/orders},@{arn:lambda/function/orders}");
}

#[tokio::test]
async fn a_secret_of_an_old_version_that_an_alias_names_comes_back() {
    let mut scenario = both();
    let seed = scenario.account(B).function(REGION, "orders");
    seed.env(&[("API_KEY", "the-old-key")]).publish().alias("live", "2");
    let world = start(scenario).await;
    let then = world.extract(&*world.b, "prod").await;
    let client = crate::lambda::place::client(&world);
    for i in 0..25 {
        let key = format!("another-key-{i}");
        let variables = aws_sdk_lambda::types::Environment::builder().variables("API_KEY", key).build();
        let set = client.update_function_configuration().function_name("orders");
        set.environment(variables).send().await.unwrap();
        client.get_function_configuration().function_name("orders").send().await.unwrap();
        client.publish_version().function_name("orders").send().await.unwrap();
    }
    let over = Deployment { drift: snapdeploy::core::drift::OnDrift::Overwrite, ..Deployment::default() };
    let source = crate::lambda::place::source(&then);
    let means = world.means(&*world.b);
    perform(&world, &plan_deploy(&means, "prod", &source, &over).await.unwrap()).await;
    let now = function(&world, "orders");
    assert_eq!(now["versions"]["$LATEST"]["Environment"]["Variables"]["API_KEY"], "the-old-key");
    assert_eq!(now["aliases"]["live"]["version"], "2");
}

#[tokio::test]
async fn a_share_of_calls_comes_back_with_the_alias() {
    let mut scenario = both();
    let seed =
        scenario.account(B).function(REGION, "orders").settings(json!({ "MemorySize": 192 })).publish();
    seed.weight("live", "2", 0.25);
    let world = start(scenario).await;
    let before = there(&world);
    deployed(&world).await;
    assert_eq!(function(&world, "orders")["aliases"]["live"]["version"], "3");
    rolled_back(&world).await;
    let aliases = |state: &Value| state["functions"][arn(B)]["aliases"].clone();
    assert_same(&aliases(&there(&world)), &aliases(&before));
}

#[tokio::test]
async fn who_may_not_list_functions_sees_each_once() {
    let mut scenario = scenario();
    let dev = scenario.account(A).instance(REGION, "dev");
    for name in ["orders:live", "orders2", "orders"] {
        dev.resource(Kind::Lambda, name, json!({}));
    }
    scenario.account(A).deny("snapdeploy", &["lambda:ListFunctions"]);
    let world = start(scenario).await;
    let listing = world.a.list().await.unwrap();
    let mut names: Vec<String> = listing.found.iter().map(|f| f.address.to_string()).collect();
    names.retain(|n| n.starts_with("lambda/function/"));
    names.sort();
    assert_eq!(names, ["lambda/function/orders", "lambda/function/orders2"]);
}

fn bakery() -> Address {
    Address::new("lex/bot", "Bakery")
}

/// Dev has a newer bot than prod.
fn bots() -> Scenario {
    let new = lex::newer("multi_locale");
    let mut s = scenario();
    lex::bot(&mut s, A, "dev", new.path());
    lex::bot(&mut s, B, "prod", &lex::archive("multi_locale"));
    s
}

#[tokio::test]
async fn an_import_over_a_draft_is_said_beforehand() {
    let world = lex::world(bots()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = lex::planned(&world, &dev).await;
    let said = plan.findings.iter().find(|f| f.address == Some(bakery()) && f.message.contains("draft"));
    assert_eq!(said.map(|f| f.weight), Some(Weight::Warning), "{:#?}", plan.findings);
    lex::perform(&world, &plan).await;
    let again = lex::planned(&world, &dev).await;
    assert!(again.is_empty() && !again.findings.iter().any(|f| f.message.contains("draft")));
}

#[tokio::test]
async fn a_version_with_an_older_value_of_the_environment_is_not_taken_for_the_new_one() {
    let (said, own) = ("What would you like?", "greeting");
    let mut s = scenario();
    lex::bot(&mut s, A, "dev", &lex::archive("vocabulary"));
    s.account(B).lambda(REGION, "orders");
    let with = |text: &str, name: &str| {
        let mut values = lex::roles();
        values.vars.insert(own.into(), text.into());
        Environment { values, ..environment(name) }
    };
    let mut world = lex::around(s, with(said, "dev"), with("first of all", "prod")).await;
    for text in ["first of all", "second of all", "third of all"] {
        world.b = lex::bind(&world.sandbox, &world.clock, &with(text, "prod")).await;
        world.values = with(text, "prod").values;
        let dev = world.extract(&*world.a, "dev").await;
        assert!(serde_json::to_string(&dev.documents).unwrap().contains("@{var:greeting}"));
        let source = Source::of_snapshot("dev@latest", &dev);
        let means = world.means(&*world.b);
        let over = Deployment { drift: snapdeploy::core::drift::OnDrift::Overwrite, ..Deployment::default() };
        let plan = plan_deploy(&means, "prod", &source, &over).await.unwrap();
        lex::perform(&world, &plan).await;
    }
}

#[tokio::test]
async fn a_small_bot_arrives() {
    let mut s = scenario();
    s.account(A).bot(REGION, "Small", &["live"]);
    s.account(A).instance(REGION, "dev").resource(Kind::Bot, "Small#live", json!({}));
    let role = json!({ "RoleArn": format!("arn:aws:iam::{B}:role/bots") });
    let mut values = Values::default();
    values.overlay.insert(Address::new("lex/bot", "Small"), role.as_object().unwrap().clone());
    let world = lex::around(s, environment("dev"), Environment { values, ..environment("prod") }).await;
    let dev = world.extract(&*world.a, "dev").await;
    lex::perform(&world, &lex::planned(&world, &dev).await).await;
    assert!(lex::planned(&world, &dev).await.is_empty());
    let plan = lex::back(&world).await;
    lex::perform(&world, &plan).await;
    assert!(document_is_gone(&world).await);
}

async fn document_is_gone(world: &World) -> bool {
    !world.documents(&*world.b, "prod").await.contains_key(&Address::new("lex/bot", "Small"))
}

#[tokio::test]
async fn an_alias_that_follows_what_is_not_published_comes_back() {
    let mut scenario = both();
    scenario.account(B).function(REGION, "orders").alias("live", "$LATEST");
    let world = start(scenario).await;
    deployed(&world).await;
    assert_eq!(function(&world, "orders")["aliases"]["live"]["version"], "2");
    rolled_back(&world).await;
    assert_eq!(function(&world, "orders")["aliases"]["live"]["version"], "$LATEST");
    assert_eq!(document(&world).await.portable["MemorySize"], 128);
}
