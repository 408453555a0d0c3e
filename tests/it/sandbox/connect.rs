//! Connect through the Rust SDK: drafts and publishing, references, unknown members.

use aws_sdk_connect::operation::create_contact_flow::CreateContactFlowError;
use aws_sdk_connect::types::{ContactFlowStatus, ContactFlowType};
use serde_json::json;
use snapdeploy::sandbox::{Kind, Sandbox, Scenario};

use super::{DEV, PROD, REGION, code, connect, content, hello, signed, small, user};

#[tokio::test]
async fn a_saved_flow_is_not_live_until_it_is_published() {
    let (scenario, instance) = small();
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    let made = client
        .create_contact_flow()
        .instance_id(&instance)
        .name("Main")
        .r#type(ContactFlowType::ContactFlow)
        .content("{}")
        .status(ContactFlowStatus::Saved)
        .send()
        .await
        .unwrap();
    let id = made.contact_flow_id().unwrap();
    let describe =
        |id: String| client.describe_contact_flow().instance_id(&instance).contact_flow_id(id).send();
    assert_eq!(code(describe(id.to_owned()).await), "ContactFlowNotPublishedException");
    let draft = describe(format!("{id}:$SAVED")).await.unwrap();
    assert_eq!(draft.contact_flow().unwrap().status(), Some(&ContactFlowStatus::Saved));
    let update = |id: String, content: String| {
        client
            .update_contact_flow_content()
            .instance_id(&instance)
            .contact_flow_id(id)
            .content(content)
            .send()
    };
    update(id.to_owned(), hello("one")).await.unwrap();
    update(format!("{id}:$SAVED"), hello("two")).await.unwrap();
    let live = describe(id.to_owned()).await.unwrap();
    assert_eq!(live.contact_flow().unwrap().content(), Some(hello("one").as_str()));
    let draft = describe(format!("{id}:$SAVED")).await.unwrap();
    assert_eq!(draft.contact_flow().unwrap().content(), Some(hello("two").as_str()));
    let state = sandbox.connect_state(DEV);
    assert_eq!(state[format!("{REGION}/acme-dev")]["flow"][id]["SavedContent"], json!(hello("two")));
}

#[tokio::test]
async fn publishing_refuses_what_is_not_in_the_instance() {
    let (mut scenario, instance) = small();
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    seed.lambda("orders").bot("Orders", "live").prompt("Hi.wav").module("Greet").view("Form").user("robin");
    seed.task_template("Call back");
    let good = [
        ("InvokeLambdaFunction", json!({"LambdaFunctionARN": seed.arn_of(Kind::Lambda, "orders#live")})),
        ("InvokeLambdaFunction", json!({"LambdaFunctionARN": "$.Attributes.function"})),
        (
            "ConnectParticipantWithLexBot",
            json!({"LexV2Bot": {"AliasArn": seed.arn_of(Kind::Bot, "Orders#live")}}),
        ),
        ("MessageParticipant", json!({"PromptId": seed.arn_of(Kind::Prompt, "Hi.wav")})),
        (
            "MessageParticipantIteratively",
            json!({"Messages": [{"PromptId": seed.id_of(Kind::Prompt, "Hi.wav")}]}),
        ),
        (
            "InvokeFlowModule",
            json!({"FlowModuleId": format!("{}:$LATEST", seed.id_of(Kind::Module, "Greet"))}),
        ),
        ("ShowView", json!({"ViewResource": {"Id": seed.arn_of(Kind::View, "Form"), "Version": "1"}})),
        ("ShowView", json!({"ViewResource": {"Id": "arn:aws:connect:us-east-1:aws:view/form:1"}})),
        ("ShowView", json!({"ViewResource": {"Id": "form"}})),
        ("UpdateContactTargetQueue", json!({"AgentId": seed.arn_of(Kind::User, "robin")})),
        ("CheckHoursOfOperation", json!({"HoursOfOperationId": seed.id_of(Kind::Hours, "Basic Hours")})),
        ("TransferToFlow", json!({"ContactFlowId": seed.arn_of(Kind::Flow, "Default outbound")})),
        (
            "UpdateContactEventHooks",
            json!({"EventHooks": {"CustomerQueue": seed.id_of(Kind::Flow, "Default customer queue")}}),
        ),
        ("CreateTask", json!({"TaskTemplateId": seed.id_of(Kind::TaskTemplate, "Call back")})),
        ("SomethingNew", json!({"QueueId": "anything"})),
    ];
    let away = seed.arn_of(Kind::Lambda, "other");
    let absent = "5f0c4ad4-8b9e-4c0e-9d0b-0d5b9d8ff001";
    let bad = [
        ("InvokeLambdaFunction", json!({"LambdaFunctionARN": away})),
        (
            "ConnectParticipantWithLexBot",
            json!({"LexV2Bot": {"AliasArn": seed.arn_of(Kind::Bot, "Orders#test")}}),
        ),
        ("GetParticipantInput", json!({"PromptId": absent})),
        ("InvokeFlowModule", json!({"FlowModuleId": absent})),
        ("ShowView", json!({"ViewResource": {"Id": absent}})),
        ("UpdateContactTargetQueue", json!({"QueueId": seed.arn().replace(DEV, PROD) + "/queue/" + absent})),
        ("CheckHoursOfOperation", json!({"HoursOfOperationId": absent})),
        ("UpdateContactEventHooks", json!({"EventHooks": {"CustomerQueue": absent}})),
    ];
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    let create = |name: String, content: String| {
        client
            .create_contact_flow()
            .instance_id(&instance)
            .name(name)
            .r#type(ContactFlowType::ContactFlow)
            .content(content)
            .send()
    };
    for (n, (action, parameters)) in good.into_iter().enumerate() {
        let made = create(format!("good {n}"), content(action, parameters.clone())).await;
        assert!(made.is_ok(), "{action} {parameters} {made:?}");
    }
    for (n, (action, parameters)) in bad.into_iter().enumerate() {
        let refused = create(format!("bad {n}"), content(action, parameters.clone())).await;
        match refused.map_err(aws_sdk_connect::error::SdkError::into_service_error) {
            Err(CreateContactFlowError::InvalidContactFlowException(why)) => {
                let message = why.problems()[0].message().unwrap();
                assert!(
                    message.starts_with("Invalid Action property value. Path: Actions[0].Parameters."),
                    "{message}"
                );
            }
            other => panic!("{action} {parameters}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_structure_of_a_flow_is_checked() {
    let (scenario, instance) = small();
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    let many: Vec<_> = (0..251)
        .map(|n| json!({"Identifier": n.to_string(), "Type": "DisconnectParticipant", "Transitions": {}}))
        .collect();
    for content in [
        "no JSON".to_owned(),
        json!({"StartAction": "a"}).to_string(),
        json!({"StartAction": "a", "Actions": []}).to_string(),
        json!({"StartAction": "0", "Actions": many}).to_string(),
        hello("x").replace("\"NextAction\":\"end\"", "\"NextAction\":\"nowhere\""),
    ] {
        let refused = client
            .create_contact_flow()
            .instance_id(&instance)
            .name("Main")
            .r#type(ContactFlowType::ContactFlow)
            .content(content)
            .send()
            .await;
        assert_eq!(code(refused), "InvalidContactFlowException");
    }
    let long = client
        .create_contact_flow()
        .instance_id(&instance)
        .name("Main")
        .r#type(ContactFlowType::ContactFlow)
        .content(hello(&"x".repeat(256_000)))
        .send()
        .await;
    assert_eq!(code(long), "InvalidParameterException");
}

#[test]
fn seeded_ids_differ_between_accounts_and_are_stable() {
    let ids = |account: &str| {
        let mut scenario = Scenario::empty();
        let seed = scenario.account(account).instance(REGION, "acme").queue("Sales", json!({}));
        (seed.id().to_owned(), seed.id_of(Kind::Queue, "Sales"), seed.arn_of(Kind::Hours, "Basic Hours"))
    };
    assert_eq!(ids(DEV), ids(DEV));
    assert_ne!(ids(DEV).0, ids(PROD).0);
    assert_ne!(ids(DEV).1, ids(PROD).1);
    assert!(ids(PROD).2.starts_with("arn:aws:connect:us-east-1:222222222222:instance/"));
    assert!(ids(PROD).2.contains("/operating-hours/"));
}

#[tokio::test]
async fn members_that_no_model_knows_are_kept() {
    let (mut scenario, instance) = small();
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    seed.queue("Sales", json!({"FutureField": {"Deep": [1, 2]}, "Tags": {"team": "sales"}}));
    let id = seed.id_of(Kind::Queue, "Sales");
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    let update = client.update_queue_max_contacts().instance_id(&instance).queue_id(&id).max_contacts(3);
    update.send().await.unwrap();
    let state = sandbox.connect_state(DEV);
    let queue = &state[format!("{REGION}/acme-dev")]["queue"][&id];
    assert_eq!(queue["FutureField"], json!({"Deep": [1, 2]}));
    assert_eq!(queue["MaxContacts"], json!(3));
    let bare = signed(&sandbox, "connect", &format!("GET /queues/{instance}/{id}"), 0).await;
    assert!(bare.contains(r#""FutureField":{"Deep":[1,2]}"#), "{bare}");
    let described = client.describe_queue().instance_id(&instance).queue_id(&id).send().await.unwrap();
    let queue = described.queue().unwrap();
    assert_eq!(queue.tags().unwrap()["team"], "sales");
    assert_eq!(queue.last_modified_region(), Some(REGION));
    assert!(queue.last_modified_time().is_some());
}

#[tokio::test]
async fn what_is_used_is_not_deleted() {
    let (mut scenario, instance) = small();
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    let (queue, hours) = (seed.id_of(Kind::Queue, "BasicQueue"), seed.id_of(Kind::Hours, "Basic Hours"));
    let flow =
        content("UpdateContactTargetQueue", json!({"QueueId": seed.arn_of(Kind::Queue, "BasicQueue")}));
    seed.flow("Main", "CONTACT_FLOW", &flow);
    let main = seed.id_of(Kind::Flow, "Main");
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    let drop_queue = || client.delete_queue().instance_id(&instance).queue_id(&queue).send();
    let drop_hours =
        || client.delete_hours_of_operation().instance_id(&instance).hours_of_operation_id(&hours).send();
    assert_eq!(code(drop_queue().await), "ResourceInUseException");
    assert_eq!(code(drop_hours().await), "InvalidRequestException");
    client.delete_contact_flow().instance_id(&instance).contact_flow_id(&main).send().await.unwrap();
    drop_queue().await.unwrap();
    drop_hours().await.unwrap();
}
