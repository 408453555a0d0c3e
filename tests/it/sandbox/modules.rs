//! Modules and versions: what is seeded, what the state dump says, and what refers to what.

use serde_json::json;
use snapdeploy::sandbox::{Kind, Sandbox};

use super::{DEV, REGION, code, connect, content, hello, small, user};

#[tokio::test]
async fn seeded_versions_and_aliases_are_there_and_go_with_their_module() {
    let (mut scenario, instance) = small();
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    let members = json!({
        "Settings": {"level": 2}, "Tags": {"team": "voice"}, "SavedContent": "draft", "FutureField": 1,
        "Versions": [{"Content": hello("old"), "Settings": {"level": 1}, "Description": "First"}, {}],
        "Aliases": {"live": 1},
    });
    seed.module_with("Greet", &hello("new"), members);
    let id = seed.id_of(Kind::Module, "Greet");
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    let describe = |qualifier: &str| {
        let describe = client.describe_contact_flow_module().instance_id(&instance);
        describe.contact_flow_module_id(format!("{id}{qualifier}")).send()
    };
    for (qualifier, text, settings, version) in [
        ("", hello("new"), r#"{"level":2}"#, None),
        (":$SAVED", "draft".to_owned(), r#"{"level":2}"#, None),
        (":live", hello("old"), r#"{"level":1}"#, Some(1)),
        (":1", hello("old"), r#"{"level":1}"#, Some(1)),
        (":2", hello("new"), r#"{"level":2}"#, Some(2)),
    ] {
        let got = describe(qualifier).await.unwrap();
        let got = got.contact_flow_module().unwrap();
        assert_eq!(got.content(), Some(text.as_str()), "{qualifier}");
        assert_eq!(got.settings(), Some(settings), "{qualifier}");
        assert_eq!(got.version(), version, "{qualifier}");
    }
    let state = sandbox.connect_state(DEV);
    let module = &state[format!("{REGION}/acme-dev")]["module"][&id];
    assert_eq!(module["SavedContent"], "draft");
    assert_eq!(module["FutureField"], 1);
    assert_eq!(module["Versions"]["1"]["Description"], "First");
    assert_eq!(module["Versions"]["2"]["Content"], hello("new"));
    assert_eq!(module["Aliases"]["live"]["Version"], 1);
    let delete = client.delete_contact_flow_module().instance_id(&instance).contact_flow_module_id(&id);
    delete.send().await.unwrap();
    assert_eq!(code(describe(":1").await), "ResourceNotFoundException");
    let state = sandbox.connect_state(DEV);
    assert_eq!(state[format!("{REGION}/acme-dev")]["module"], json!({}));
}

#[tokio::test]
async fn a_queue_that_only_a_module_names_is_not_deleted() {
    let (mut scenario, instance) = small();
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    let queue = seed.id_of(Kind::Queue, "BasicQueue");
    seed.module_with("Route", &content("UpdateContactTargetQueue", json!({"QueueId": queue})), json!({}));
    let module = seed.id_of(Kind::Module, "Route");
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    let delete = || client.delete_queue().instance_id(&instance).queue_id(&queue).send();
    assert_eq!(code(delete().await), "ResourceInUseException");
    let update = client.update_contact_flow_module_content().instance_id(&instance);
    update.contact_flow_module_id(module).content(hello("x")).send().await.unwrap();
    delete().await.unwrap();
}

#[tokio::test]
async fn flows_may_name_only_versions_and_aliases_that_are_there() {
    let (mut scenario, instance) = small();
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    seed.module_with("Greet", &hello("x"), json!({"Versions": [{}], "Aliases": {"live": 1}}));
    let id = seed.id_of(Kind::Module, "Greet");
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    for (qualifier, good) in
        [("", true), (":$LATEST", true), (":1", true), (":live", true), (":2", false), (":test", false)]
    {
        let invoke = content("InvokeFlowModule", json!({"FlowModuleId": format!("{id}{qualifier}")}));
        let create = client.create_contact_flow().instance_id(&instance).name(format!("Main{qualifier}"));
        let made = create.r#type(aws_sdk_connect::types::ContactFlowType::ContactFlow).content(invoke);
        let made = made.send().await;
        assert_eq!(made.is_ok(), good, "{qualifier}: {made:?}");
    }
}
