//! The switches of modules, versions and prompts, both ways.

use aws_sdk_connect::types::{ContactFlowModuleState, ContactFlowState, ContactFlowType};
use serde_json::json;

use super::switches::{Setting, setting};
use super::{DEV, code, content, hello, s3};

impl Setting {
    async fn module(&self, name: &str, content: &str) -> Result<String, String> {
        let create = self.client.create_contact_flow_module().instance_id(&self.instance).name(name);
        match create.content(content).send().await {
            Ok(made) => Ok(made.id().unwrap().to_owned()),
            refused => Err(code(refused)),
        }
    }

    async fn flow(&self, name: &str, content: &str) -> Result<String, String> {
        self.create(name, ContactFlowType::ContactFlow, content, false).await
    }

    async fn prompt(&self, name: &str, uri: &str) -> Result<String, String> {
        let create = self.client.create_prompt().instance_id(&self.instance).name(name).s3_uri(uri);
        match create.send().await {
            Ok(made) => Ok(made.prompt_id().unwrap().to_owned()),
            refused => Err(code(refused)),
        }
    }

    /// A prompt whose sound comes from the store's bucket.
    async fn hello_prompt(&self) -> String {
        let put = s3(&self.sandbox, DEV).put_object().bucket("acme-store").key("hello.wav");
        put.body(b"RIFF hello".to_vec().into()).send().await.unwrap();
        self.prompt("Hello", "s3://acme-store/hello.wav").await.unwrap()
    }
}

#[tokio::test]
async fn archived_holds_name() {
    for (value, wanted) in [("true", Some("DuplicateResourceException")), ("false", None)] {
        let it = setting("archived_holds_name", value);
        let flow = it.flow("Main", &hello("x")).await.unwrap();
        let module = it.module("Part", &hello("x")).await.unwrap();
        assert_eq!(it.module("Part", &hello("x")).await.unwrap_err(), "DuplicateResourceException");
        let archive = it.client.update_contact_flow_metadata().instance_id(&it.instance);
        let archive = archive.contact_flow_id(&flow).contact_flow_state(ContactFlowState::Archived);
        archive.send().await.unwrap();
        let archive = it.client.update_contact_flow_module_metadata().instance_id(&it.instance);
        let archive = archive.contact_flow_module_id(&module).state(ContactFlowModuleState::Archived);
        archive.send().await.unwrap();
        assert_eq!(it.flow("Main", &hello("x")).await.err().as_deref(), wanted);
        assert_eq!(it.module("Part", &hello("x")).await.err().as_deref(), wanted);
        // Where the name was taken meanwhile, the archived one does not come back under it.
        let restore = it.client.update_contact_flow_metadata().instance_id(&it.instance);
        let restore = restore.contact_flow_id(&flow).contact_flow_state(ContactFlowState::Active);
        assert_eq!(restore.send().await.is_ok(), value == "true");
        let restore = it.client.update_contact_flow_module_metadata().instance_id(&it.instance);
        let restore = restore.contact_flow_module_id(&module).state(ContactFlowModuleState::Active);
        assert_eq!(restore.send().await.is_ok(), value == "true");
    }
}

#[tokio::test]
async fn delete_referenced_prompt() {
    for (value, wanted) in [("true", None), ("false", Some("InvalidRequestException"))] {
        let it = setting("delete_referenced_prompt", value);
        let prompt = it.hello_prompt().await;
        let says = content("MessageParticipant", json!({"PromptId": prompt}));
        it.module("Part", &says).await.unwrap();
        let delete = it.client.delete_prompt().instance_id(&it.instance).prompt_id(&prompt).send().await;
        assert_eq!(delete.err().map(|error| code::<(), _>(Err(error))).as_deref(), wanted);
    }
}

#[tokio::test]
async fn delete_referenced_flow_holds_for_modules() {
    for (value, wanted) in [("true", None), ("false", Some("ResourceInUseException"))] {
        let it = setting("delete_referenced_flow", value);
        let module = it.module("Part", &hello("x")).await.unwrap();
        it.flow("Main", &content("InvokeFlowModule", json!({"FlowModuleId": module}))).await.unwrap();
        let delete = it.client.delete_contact_flow_module().instance_id(&it.instance);
        let deleted = delete.contact_flow_module_id(module).send().await;
        assert_eq!(deleted.err().map(|error| code::<(), _>(Err(error))).as_deref(), wanted);
    }
}

#[tokio::test]
async fn draft_leaves_published() {
    for (value, live) in [("true", hello("one")), ("false", hello("two"))] {
        let it = setting("draft_leaves_published", value);
        let id = it.flow("Main", &hello("one")).await.unwrap();
        let update = |content: String| {
            let update = it.client.update_contact_flow_content().instance_id(&it.instance);
            update.contact_flow_id(format!("{id}:$SAVED")).content(content).send()
        };
        update(hello("two")).await.unwrap();
        let describe = |id: String| {
            it.client.describe_contact_flow().instance_id(&it.instance).contact_flow_id(id).send()
        };
        let got = describe(id.clone()).await.unwrap();
        assert_eq!(got.contact_flow().unwrap().content(), Some(live.as_str()));
        let got = describe(format!("{id}:$SAVED")).await.unwrap();
        assert_eq!(got.contact_flow().unwrap().content(), Some(hello("two").as_str()));
        assert_eq!(update("no JSON".into()).await.is_ok(), value == "true");
    }
}

#[tokio::test]
async fn flow_versions_of_all_types() {
    for (value, wanted) in [("true", None), ("false", Some("InvalidRequestException"))] {
        let it = setting("flow_versions_of_all_types", value);
        let id = it.flow("Main", &hello("x")).await.unwrap();
        let made = it.client.create_contact_flow_version().instance_id(&it.instance).contact_flow_id(id);
        let refused = made.send().await.err().map(|error| code::<(), _>(Err(error)));
        assert_eq!(refused.as_deref(), wanted);
        let campaign = it.create("Campaign", ContactFlowType::Campaign, &hello("x"), false).await.unwrap();
        let made = it.client.create_contact_flow_version().instance_id(&it.instance);
        made.contact_flow_id(campaign).send().await.unwrap();
    }
}

#[tokio::test]
async fn foreign_prompt_url_accepted() {
    for (value, wanted) in [("true", None), ("false", Some("InvalidParameterException"))] {
        let it = setting("foreign_prompt_url_accepted", value);
        let prompt = it.hello_prompt().await;
        let config =
            aws_sdk_s3::presigning::PresigningConfig::expires_in(std::time::Duration::from_secs(60)).unwrap();
        let get = s3(&it.sandbox, DEV).get_object().bucket("acme-store").key("hello.wav");
        let url = get.presigned(config).await.unwrap().uri().to_owned();
        assert_eq!(it.prompt("Foreign", &url).await.err().as_deref(), wanted);
        let file = it.client.get_prompt_file().instance_id(&it.instance).prompt_id(prompt).send().await;
        let own = file.unwrap().prompt_presigned_url().unwrap().to_owned();
        it.prompt("Own", &own).await.unwrap();
    }
}

#[tokio::test]
async fn search_fills_content_of_modules() {
    for value in ["true", "false"] {
        let it = setting("search_fills_content", value);
        it.module("Part", &hello("x")).await.unwrap();
        let found = it.client.search_contact_flow_modules().instance_id(&it.instance).send().await.unwrap();
        let [part] = found.contact_flow_modules() else { panic!("{found:?}") };
        assert_eq!(part.name(), Some("Part"));
        assert_eq!(part.content().is_some(), value == "true");
        assert_eq!(part.flow_module_content_sha256().is_some(), value == "true");
    }
}

#[tokio::test]
async fn unchanged_version_is_new() {
    for (value, second) in [("true", 2), ("false", 1)] {
        let it = setting("unchanged_version_is_new", value);
        let module = it.module("Part", &hello("x")).await.unwrap();
        let version = || async {
            let create = it.client.create_contact_flow_module_version().instance_id(&it.instance);
            create.contact_flow_module_id(&module).send().await.unwrap().version().unwrap()
        };
        assert_eq!((version().await, version().await), (1, second));
        let update = it.client.update_contact_flow_module_content().instance_id(&it.instance);
        update.contact_flow_module_id(&module).settings("{}").send().await.unwrap();
        assert_eq!(version().await, second + 1);
    }
}
