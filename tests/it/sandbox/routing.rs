//! Routing profiles, quick connects and links of queues: seeds, quotas, and each switch both ways.

use aws_sdk_connect::types::{
    Channel, MediaConcurrency, RoutingProfileQueueConfig, RoutingProfileQueueReference,
};
use serde_json::{Value, json};
use snapdeploy::sandbox::{Kind, Sandbox, Scenario};

use super::{DEV, REGION, code, connect, small, user};

/// An instance with one queue that a profile routes from and one quick connect that it is linked to.
struct Setting {
    sandbox: Sandbox,
    client: aws_sdk_connect::Client,
    instance: String,
    queue: String,
    profile: String,
    quick_connect: String,
}

fn setting(switches: &[(&str, &str)]) -> Setting {
    let (mut scenario, instance) = small();
    for (name, value) in switches {
        scenario.switch(name, value).unwrap();
    }
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    for n in 0..60 {
        seed.queue(&format!("Queue {n}"), json!({}));
    }
    seed.quick_connect("Front desk");
    let quick_connect = seed.id_of(Kind::QuickConnect, "Front desk");
    seed.queue("Sales", json!({"QuickConnectIds": [quick_connect]}));
    let queue = seed.id_of(Kind::Queue, "Sales");
    seed.resource(
        Kind::RoutingProfile,
        "Agents",
        json!({
            "MediaConcurrencies": [{"Channel": "VOICE", "Concurrency": 1, "CrossChannelBehavior": {"BehaviorType": "ROUTE_ANY_CHANNEL"}}],
            "AgentAvailabilityTimer": "TIME_SINCE_LAST_INBOUND",
            "QueueConfigs": [{"QueueReference": {"QueueId": queue, "Channel": "VOICE"}, "Priority": 1, "Delay": 0}],
        }),
    );
    let profile = seed.id_of(Kind::RoutingProfile, "Agents");
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    Setting { sandbox, client, instance, queue, profile, quick_connect }
}

fn config(queue: &str) -> RoutingProfileQueueConfig {
    let reference =
        RoutingProfileQueueReference::builder().queue_id(queue).channel(Channel::Voice).build().unwrap();
    RoutingProfileQueueConfig::builder().queue_reference(reference).priority(2).delay(5).build().unwrap()
}

impl Setting {
    async fn associate(&self, queues: &[String]) -> Result<(), String> {
        let sent = self
            .client
            .associate_routing_profile_queues()
            .instance_id(&self.instance)
            .routing_profile_id(&self.profile)
            .set_queue_configs(Some(queues.iter().map(|queue| config(queue)).collect()))
            .send()
            .await;
        if sent.is_ok() { Ok(()) } else { Err(code(sent)) }
    }

    async fn link(&self) -> Result<(), String> {
        let sent = self
            .client
            .associate_queue_quick_connects()
            .instance_id(&self.instance)
            .queue_id(&self.queue)
            .quick_connect_ids(&self.quick_connect)
            .send()
            .await;
        if sent.is_ok() { Ok(()) } else { Err(code(sent)) }
    }

    fn state(&self, kind: &str, id: &str) -> Value {
        self.sandbox.connect_state(DEV)[format!("{REGION}/acme-dev")][kind][id].clone()
    }
}

#[tokio::test]
async fn a_search_leaves_out_what_only_describe_fills() {
    let it = setting(&[]);
    let described = it.client.describe_routing_profile().instance_id(&it.instance);
    let described = described.routing_profile_id(&it.profile).send().await.unwrap();
    let described = described.routing_profile().unwrap();
    assert!(described.agent_availability_timer().is_some() && described.last_modified_time().is_some());
    let cross = |list: &[MediaConcurrency]| list[0].cross_channel_behavior().is_some();
    assert!(cross(described.media_concurrencies()));
    let found = it.client.search_routing_profiles().instance_id(&it.instance).send().await.unwrap();
    let found = &found.routing_profiles()[0];
    assert!(found.agent_availability_timer().is_none() && found.last_modified_time().is_none());
    assert!(found.last_modified_region().is_none() && !cross(found.media_concurrencies()));
    assert_eq!(found.number_of_associated_queues(), Some(1));
    assert_eq!(found.default_outbound_queue_id(), described.default_outbound_queue_id());
}

#[tokio::test]
async fn profile_quota_is_limit_exceeded() {
    for (value, wanted) in [("true", "LimitExceededException"), ("false", "InvalidRequestException")] {
        let it = setting(&[("profile_quota_is_limit_exceeded", value)]);
        let queues = it.client.list_queues().instance_id(&it.instance).send().await.unwrap();
        let ids = queues.queue_summary_list().iter().map(|queue| queue.id().unwrap().to_owned());
        let ids: Vec<String> = ids.filter(|id| *id != it.queue).collect();
        for part in ids[..40].chunks(10) {
            it.associate(part).await.unwrap();
        }
        let before = it.state("routing-profile", &it.profile);
        assert_eq!(before["QueueConfigs"].as_array().unwrap().len(), 41);
        assert_eq!(it.associate(&ids[40..50]).await.unwrap_err(), wanted);
        assert_eq!(it.state("routing-profile", &it.profile), before);
        it.associate(&ids[40..49]).await.unwrap();
        let refused = it.sandbox.calls().into_iter().find(|call| call.error.is_some()).unwrap();
        assert_eq!(refused.status, if value == "true" { 429 } else { 400 });
    }
}

#[tokio::test]
async fn associate_again() {
    for (value, wanted) in [("true", None), ("false", Some("InvalidRequestException".to_owned()))] {
        let it = setting(&[("associate_again", value)]);
        assert_eq!(it.associate(std::slice::from_ref(&it.queue)).await.err(), wanted);
        let priority = &it.state("routing-profile", &it.profile)["QueueConfigs"][0]["Priority"];
        assert_eq!(*priority, json!(if value == "true" { 2 } else { 1 }));
        assert_eq!(it.link().await.err(), wanted);
        assert_eq!(it.state("queue", &it.queue)["QuickConnectIds"], json!([it.quick_connect]));
    }
}

#[tokio::test]
async fn delete_linked_quick_connect() {
    for (value, wanted) in [("true", None), ("false", Some("InvalidRequestException"))] {
        let it = setting(&[("delete_linked_quick_connect", value)]);
        let delete = it.client.delete_quick_connect().instance_id(&it.instance);
        let deleted = delete.quick_connect_id(&it.quick_connect).send().await;
        assert_eq!(deleted.err().map(|error| code::<(), _>(Err(error))).as_deref(), wanted);
        let links = it.state("queue", &it.queue)["QuickConnectIds"].clone();
        assert_eq!(links, if value == "true" { Value::Null } else { json!([it.quick_connect]) });
    }
}

#[tokio::test]
async fn delete_referenced_queue() {
    for (value, wanted) in [("true", None), ("false", Some("ResourceInUseException"))] {
        let it = setting(&[("delete_referenced_queue", value)]);
        let deleted = it.client.delete_queue().instance_id(&it.instance).queue_id(&it.queue).send().await;
        assert_eq!(deleted.err().map(|error| code::<(), _>(Err(error))).as_deref(), wanted);
        let queues = it.client.list_routing_profile_queues().instance_id(&it.instance);
        let queues = queues.routing_profile_id(&it.profile).send().await.unwrap();
        let left = queues.routing_profile_queue_config_summary_list().len();
        assert_eq!(left, usize::from(value == "false"));
    }
}

#[tokio::test]
async fn a_quick_connect_may_name_a_saved_flow_if_the_switch_says_so() {
    for value in ["true", "false"] {
        let (mut scenario, instance) = small();
        scenario.switch("saved_flow_can_be_referenced", value).unwrap();
        let seed = scenario.account(DEV).instance(REGION, "acme-dev");
        seed.flow_saved("Draft", "QUEUE_TRANSFER", "{}");
        let flow = seed.id_of(Kind::Flow, "Draft");
        let sandbox = Sandbox::start(scenario).unwrap();
        let config = aws_sdk_connect::types::FlowQuickConnectConfig::builder().contact_flow_id(flow);
        let config = aws_sdk_connect::types::QuickConnectConfig::builder()
            .quick_connect_type(aws_sdk_connect::types::QuickConnectType::Flow)
            .flow_config(config.build().unwrap());
        let create = connect(&sandbox, user(DEV)).create_quick_connect().instance_id(&instance).name("Draft");
        let made = create.quick_connect_config(config.build().unwrap()).send().await;
        assert_eq!(made.is_ok(), value == "true");
    }
}

#[test]
fn folders_hold_profiles_and_quick_connects() {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("scenario.toml", "[[accounts]]\nid = \"111111111111\"\nname = \"dev\"\n"),
        (
            "dev/instance.toml",
            "alias = \"acme-dev\"\nregion = \"us-east-1\"\ndefaults = true\nrouting_profiles = [\"Basic Routing Profile\"]\nquick_connects = [\"Desk\"]\n",
        ),
        (
            "dev/queues/sales.json",
            r#"{"Name": "Sales", "QuickConnectIds": ["<<id:quick-connect/Boss>>", "<<id:quick-connect/Desk>>"]}"#,
        ),
        (
            "dev/quick_connects/boss.json",
            r#"{"Name": "Boss", "QuickConnectConfig": {"QuickConnectType": "QUEUE", "QueueConfig": {"QueueId": "<<id:queue/Sales>>", "ContactFlowId": "<<id:flow/Default queue transfer>>"}}}"#,
        ),
        (
            "dev/routing_profiles/agents.json",
            r#"{"Name": "Agents", "Tags": {"team": "voice"}, "QueueConfigs": [{"QueueReference": {"QueueId": "<<id:queue/Sales>>", "Channel": "VOICE"}, "Priority": 3, "Delay": 0}]}"#,
        ),
    ] {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut scenario = Scenario::load(dir.path()).unwrap();
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    let id = |kind, name: &str| seed.id_of(kind, name);
    let (sales, basic) = (id(Kind::Queue, "Sales"), id(Kind::Queue, "BasicQueue"));
    let mut links = [id(Kind::QuickConnect, "Boss"), id(Kind::QuickConnect, "Desk")];
    let (agents, first) =
        (id(Kind::RoutingProfile, "Agents"), id(Kind::RoutingProfile, "Basic Routing Profile"));
    let (boss, desk) = (links[0].clone(), links[1].clone());
    links.sort();
    let state = Sandbox::start(scenario).unwrap().connect_state(DEV);
    let state = &state[format!("{REGION}/acme-dev")];
    assert_eq!(state["queue"][&sales]["QuickConnectIds"], json!(links));
    assert_eq!(
        state["routing-profile"][&agents]["QueueConfigs"][0]["QueueReference"]["QueueId"],
        json!(sales)
    );
    assert_eq!(state["routing-profile"][&agents]["Tags"], json!({"team": "voice"}));
    assert_eq!(state["routing-profile"][&first]["IsDefault"], json!(true));
    assert_eq!(state["routing-profile"][&first]["DefaultOutboundQueueId"], json!(basic));
    assert_eq!(state["quick-connect"][&boss]["QuickConnectConfig"]["QueueConfig"]["QueueId"], json!(sales));
    assert_eq!(
        state["quick-connect"][&desk]["QuickConnectConfig"]["QuickConnectType"],
        json!("PHONE_NUMBER")
    );
}
