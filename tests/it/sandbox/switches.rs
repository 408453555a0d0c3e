//! Every switch, both ways.

use aws_sdk_connect::types::{ContactFlowStatus, ContactFlowType};
use serde_json::{Value, json};
use snapdeploy::sandbox::{Kind, SWITCHES, Sandbox};

use super::{DEV, REGION, code, connect, content, hello, small, user};

pub(super) struct Setting {
    pub(super) sandbox: Sandbox,
    pub(super) client: aws_sdk_connect::Client,
    pub(super) instance: String,
}

pub(super) fn setting(switch: &str, value: &str) -> Setting {
    let (mut scenario, instance) = small();
    scenario.switch(switch, value).unwrap();
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    Setting { sandbox, client, instance }
}

impl Setting {
    pub(super) async fn create(
        &self,
        name: &str,
        kind: ContactFlowType,
        content: &str,
        saved: bool,
    ) -> Result<String, String> {
        let status = if saved { ContactFlowStatus::Saved } else { ContactFlowStatus::Published };
        let made = self
            .client
            .create_contact_flow()
            .instance_id(&self.instance)
            .name(name)
            .r#type(kind)
            .content(content)
            .status(status)
            .send()
            .await;
        match made {
            Ok(made) => Ok(made.contact_flow_id().unwrap().to_owned()),
            refused => Err(code(refused)),
        }
    }

    async fn main(&self, content: &str) -> Result<String, String> {
        self.create("Main", ContactFlowType::ContactFlow, content, false).await
    }
}

#[tokio::test]
async fn update_publishes_saved_flow() {
    for value in ["true", "false"] {
        let it = setting("update_publishes_saved_flow", value);
        let id = it.create("Main", ContactFlowType::ContactFlow, "{}", true).await.unwrap();
        let update = it.client.update_contact_flow_content().instance_id(&it.instance).contact_flow_id(&id);
        update.content(hello("x")).send().await.unwrap();
        let described =
            it.client.describe_contact_flow().instance_id(&it.instance).contact_flow_id(&id).send().await;
        if value == "true" {
            assert_eq!(
                described.unwrap().contact_flow().unwrap().status(),
                Some(&ContactFlowStatus::Published)
            );
        } else {
            assert_eq!(code(described), "ContactFlowNotPublishedException");
        }
    }
}

#[tokio::test]
async fn saved_flow_can_be_referenced() {
    for (value, wanted) in [("true", None), ("false", Some("InvalidContactFlowException"))] {
        let it = setting("saved_flow_can_be_referenced", value);
        let id = it.create("Whisper", ContactFlowType::OutboundWhisper, "{}", true).await.unwrap();
        let made = it.main(&content("TransferToFlow", json!({"ContactFlowId": id}))).await;
        assert_eq!(made.err().as_deref(), wanted);
        let queues = it.client.list_queues().instance_id(&it.instance).send().await.unwrap();
        let queue = queues.queue_summary_list()[0].id().unwrap().to_owned();
        let config = aws_sdk_connect::types::OutboundCallerConfig::builder().outbound_flow_id(&id).build();
        let update =
            it.client.update_queue_outbound_caller_config().instance_id(&it.instance).queue_id(queue);
        assert_eq!(update.outbound_caller_config(config).send().await.is_ok(), value == "true");
    }
}

#[tokio::test]
async fn flow_names_unique_across_types() {
    for (value, wanted) in [("true", Some("DuplicateResourceException")), ("false", None)] {
        let it = setting("flow_names_unique_across_types", value);
        it.main(&hello("x")).await.unwrap();
        let other = it.create("Main", ContactFlowType::CustomerQueue, &hello("x"), false).await;
        assert_eq!(other.err().as_deref(), wanted);
        assert_eq!(it.main(&hello("x")).await.unwrap_err(), "DuplicateResourceException");
    }
}

#[tokio::test]
async fn delete_referenced_flow() {
    for (value, wanted) in [("true", None), ("false", Some("ResourceInUseException"))] {
        let it = setting("delete_referenced_flow", value);
        let id = it.create("Next", ContactFlowType::ContactFlow, &hello("x"), false).await.unwrap();
        it.main(&content("TransferToFlow", json!({"ContactFlowId": id}))).await.unwrap();
        let deleted =
            it.client.delete_contact_flow().instance_id(&it.instance).contact_flow_id(id).send().await;
        assert_eq!(deleted.err().map(|error| code::<(), _>(Err(error))).as_deref(), wanted);
    }
}

#[tokio::test]
async fn content_reserialised() {
    for value in ["true", "false"] {
        let it = setting("content_reserialised", value);
        let id = it.main(&hello("x")).await.unwrap();
        let got = it
            .client
            .describe_contact_flow()
            .instance_id(&it.instance)
            .contact_flow_id(id)
            .send()
            .await
            .unwrap();
        let got = got.contact_flow().unwrap().content().unwrap().to_owned();
        assert_eq!(got == hello("x"), value == "false");
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(parse(&got), parse(&hello("x")));
    }
}

#[tokio::test]
async fn list_lag_calls() {
    for (value, lag) in [("0", 0), ("2", 2)] {
        let it = setting("list_lag_calls", value);
        let id = it.main(&hello("x")).await.unwrap();
        let mut unseen = 0;
        while unseen < 9 {
            let flows = it.client.list_contact_flows().instance_id(&it.instance).send().await.unwrap();
            if flows.contact_flow_summary_list().iter().any(|flow| flow.id() == Some(&id)) {
                break;
            }
            it.client
                .describe_contact_flow()
                .instance_id(&it.instance)
                .contact_flow_id(&id)
                .send()
                .await
                .unwrap();
            unseen += 2;
        }
        assert_eq!(unseen, lag);
    }
}

#[tokio::test]
async fn search_fills_content() {
    for value in ["true", "false"] {
        let it = setting("search_fills_content", value);
        let found = it.client.search_contact_flows().instance_id(&it.instance).send().await.unwrap();
        assert_eq!(found.contact_flows().len(), 8);
        assert!(found.contact_flows().iter().all(|flow| flow.content().is_some() == (value == "true")));
    }
}

#[tokio::test]
async fn foreign_lambda_accepted() {
    for value in ["true", "false"] {
        let it = setting("foreign_lambda_accepted", value);
        let arn = "arn:aws:lambda:us-east-1:333333333333:function:orders";
        let made = it.main(&content("InvokeLambdaFunction", json!({"LambdaFunctionARN": arn}))).await;
        assert_eq!(made.is_ok(), value == "true");
    }
}

#[test]
fn switches_refuse_what_they_do_not_take() {
    let (scenario, _) = small();
    let sandbox = Sandbox::start(scenario).unwrap();
    assert!(sandbox.set_switch("nothing", "true").unwrap_err().to_string().contains("no switch"));
    assert!(sandbox.set_switch("list_lag_calls", "true").is_err());
    assert!(sandbox.set_switch("quotas", "true").is_err());
    for (name, default, _) in SWITCHES.iter() {
        sandbox.set_switch(name, default).unwrap();
    }
    let mut scenario = snapdeploy::sandbox::Scenario::empty();
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    assert!(!seed.has(Kind::Queue, "BasicQueue"));
}
