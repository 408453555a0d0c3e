//! Numbers, associations, overrides and users through the Rust SDK: the switches that decide them, and seeds.

use std::fs;
use std::path::Path;

use aws_sdk_connect::types::{ContactFlowType, LexV2Bot};
use serde_json::json;
use snapdeploy::sandbox::{Kind, Sandbox, Scenario};

use super::{DEV, PROD, REGION, code, connect, content, hello, small, user};

const NUMBER: &str = "+15555550100";

fn with(switch: &str, value: &str) -> (Scenario, String) {
    let (mut scenario, instance) = small();
    scenario.switch(switch, value).unwrap();
    (scenario, instance)
}

#[tokio::test]
async fn associate_twice_refused() {
    for value in ["true", "false"] {
        let (mut scenario, instance) = with("associate_twice_refused", value);
        let account = scenario.account(DEV);
        let function = account.lambda(REGION, "orders");
        account.bot(REGION, "Orders", &["live"]);
        let bot = account.instance(REGION, "acme-dev").arn_of(Kind::Bot, "Orders#live");
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox, user(DEV));
        for again in [false, true] {
            let lambda = client.associate_lambda_function().instance_id(&instance).function_arn(&function);
            let lex = LexV2Bot::builder().alias_arn(&bot).build();
            let bot = client.associate_bot().instance_id(&instance).lex_v2_bot(lex);
            let origin =
                client.associate_approved_origin().instance_id(&instance).origin("https://desk.example.com");
            let answers = [
                lambda.send().await.map_err(|error| code::<(), _>(Err(error))).err(),
                bot.send().await.map_err(|error| code::<(), _>(Err(error))).err(),
                origin.send().await.map_err(|error| code::<(), _>(Err(error))).err(),
            ];
            let wanted = (again && value == "true").then(|| "ResourceConflictException".to_owned());
            assert_eq!(answers, [wanted.clone(), wanted.clone(), wanted]);
        }
        let state = &sandbox.connect_state(DEV)[format!("{REGION}/acme-dev")];
        assert_eq!(state["lambda"][&function]["Name"], "orders");
        assert_eq!(state["bot"].as_object().unwrap().values().next().unwrap()["Name"], "Orders#live");
        assert_eq!(state["origin"].as_object().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn foreign_lambda_accepted_by_an_association() {
    for value in ["true", "false"] {
        let (scenario, instance) = with("foreign_lambda_accepted", value);
        let sandbox = Sandbox::start(scenario).unwrap();
        let foreign = format!("arn:aws:lambda:{REGION}:333333333333:function:orders");
        let made = connect(&sandbox, user(DEV)).associate_lambda_function().instance_id(&instance);
        let made = made.function_arn(foreign).send().await;
        assert_eq!(made.is_ok(), value == "true");
    }
}

#[tokio::test]
async fn a_flow_may_call_the_alias_that_is_associated_and_no_other() {
    let (mut scenario, instance) = small();
    let orders = scenario.account(DEV).lambda(REGION, "orders");
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    let live = format!("{orders}:live");
    client.associate_lambda_function().instance_id(&instance).function_arn(&live).send().await.unwrap();
    for (function, wanted) in [(&live, true), (&orders, false), (&format!("{orders}:test"), false)] {
        let body = content("InvokeLambdaFunction", json!({"LambdaFunctionARN": function}));
        let made = client.create_contact_flow().instance_id(&instance).name(function).content(body);
        let made = made.r#type(ContactFlowType::ContactFlow).send().await;
        assert_eq!(made.is_ok(), wanted, "{function} {made:?}");
    }
}

#[tokio::test]
async fn flow_associations_by_arn() {
    for value in ["true", "false"] {
        let (mut scenario, instance) = with("flow_associations_by_arn", value);
        let seed = scenario.account(DEV).instance(REGION, "acme-dev");
        seed.flow("Main", "CONTACT_FLOW", &hello("x")).phone("+15555550101");
        seed.phone_with(NUMBER, json!({"ContactFlow": "Main"}));
        let form = |kind, name| {
            if value == "true" { seed.arn_of(kind, name) } else { seed.id_of(kind, name) }
        };
        let (phone, flow) = (form(Kind::Phone, NUMBER), form(Kind::Flow, "Main"));
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox, user(DEV));
        let listed = client.list_flow_associations().instance_id(&instance).send().await.unwrap();
        let [one] = listed.flow_association_summary_list() else { panic!("{listed:?}") };
        assert_eq!((one.resource_id(), one.flow_id()), (Some(phone.as_str()), Some(flow.as_str())));
    }
}

#[tokio::test]
async fn a_flow_that_a_number_leads_to_is_referenced() {
    for (value, wanted) in [("true", "no error"), ("false", "ResourceInUseException")] {
        let (mut scenario, instance) = with("delete_referenced_flow", value);
        let seed = scenario.account(DEV).instance(REGION, "acme-dev");
        seed.flow("Main", "CONTACT_FLOW", &hello("x")).phone_with(NUMBER, json!({"ContactFlow": "Main"}));
        let (flow, phone) = (seed.id_of(Kind::Flow, "Main"), seed.id_of(Kind::Phone, NUMBER));
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox, user(DEV));
        let delete = || client.delete_contact_flow().instance_id(&instance).contact_flow_id(&flow).send();
        assert!(code(delete().await).starts_with(wanted));
        if value == "false" {
            let cut = client.disassociate_phone_number_contact_flow().instance_id(&instance);
            cut.phone_number_id(&phone).send().await.unwrap();
            delete().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_number_leads_to_a_saved_flow_only_by_the_switch() {
    for value in ["true", "false"] {
        let (mut scenario, instance) = with("saved_flow_can_be_referenced", value);
        let seed = scenario.account(DEV).instance(REGION, "acme-dev");
        seed.flow_saved("Draft", "CONTACT_FLOW", &hello("x")).phone(NUMBER);
        let (flow, phone) = (seed.id_of(Kind::Flow, "Draft"), seed.id_of(Kind::Phone, NUMBER));
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox, user(DEV));
        let lead =
            client.associate_phone_number_contact_flow().instance_id(&instance).phone_number_id(&phone);
        assert_eq!(lead.contact_flow_id(&flow).send().await.is_ok(), value == "true");
        let state = &sandbox.connect_state(DEV)[format!("{REGION}/acme-dev")]["phone"][&phone];
        assert_eq!(state.get("ContactFlowId").is_some(), value == "true");
    }
}

#[tokio::test]
async fn override_touches_hours() {
    for value in ["true", "false"] {
        let (mut scenario, instance) = with("override_touches_hours", value);
        let seed = scenario.account(DEV).instance(REGION, "acme-dev");
        let hours = seed.id_of(Kind::Hours, "Basic Hours");
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = connect(&sandbox, user(DEV));
        let changed = async || {
            let got =
                client.describe_hours_of_operation().instance_id(&instance).hours_of_operation_id(&hours);
            let got = got.send().await.unwrap();
            *got.hours_of_operation().unwrap().last_modified_time().unwrap()
        };
        let before = changed().await;
        let make = client.create_hours_of_operation_override().instance_id(&instance);
        let make = make.hours_of_operation_id(&hours).name("Closed").set_config(Some(Vec::new()));
        make.effective_from("2026-12-24").effective_till("2026-12-24").send().await.unwrap();
        assert_eq!(changed().await != before, value == "true");
    }
}

#[tokio::test]
async fn a_profile_that_a_user_has_is_in_use() {
    let (mut scenario, instance) = small();
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    seed.security_profile("Lead", json!({"Permissions": ["BasicAgentAccess"]}));
    let lead = seed.id_of(Kind::SecurityProfile, "Lead");
    let admin = seed.id_of(Kind::SecurityProfile, "Admin");
    seed.user_with("robin", json!({"SecurityProfileIds": [lead]}));
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    let delete = |id| client.delete_security_profile().instance_id(&instance).security_profile_id(id).send();
    assert_eq!(code(delete(lead).await), "ResourceInUseException");
    delete(admin).await.unwrap();
}

fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[tokio::test]
async fn a_folder_seeds_all_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = |path: &str, text: &str| write(dir.path(), path, text);
    file(
        "scenario.toml",
        "[[accounts]]\nid = \"111111111111\"\nname = \"dev\"\nlambdas = [{ name = \"later\", region = \"us-east-1\" }]\n",
    );
    file(
        "dev/instance.toml",
        "alias = \"acme-dev\"\nregion = \"us-east-1\"\nlambdas = [\"orders\"]\norigins = [\"https://desk.example.com\"]\n\
         security_profiles = [\"Bare\"]\nagent_statuses = [\"Lunch\"]\nusers = [\"robin\"]\nphones = [\"+15555550101\"]\n",
    );
    file("dev/flows/main.json", r#"{"Name": "Main", "Type": "CONTACT_FLOW", "Content": {}}"#);
    file(
        "dev/phones/main.json",
        r#"{"PhoneNumber": "+15555550100", "ContactFlow": "Main", "Tags": {"a": "b"}}"#,
    );
    file(
        "dev/security_profiles/lead.json",
        r#"{"SecurityProfileName": "Lead", "Permissions": ["Users.View"]}"#,
    );
    file("dev/agent_statuses/break.json", r#"{"Name": "Break", "State": "DISABLED", "DisplayOrder": 2}"#);
    file(
        "dev/users/kim.json",
        r#"{"Username": "kim", "SecurityProfileIds": ["<<id:security-profile/Lead>>"]}"#,
    );
    file("dev/hours/holidays.json", r#"{"Name": "Holidays", "TimeZone": "UTC", "Config": []}"#);
    file(
        "dev/hours/days.json",
        r#"{"Name": "Days", "Overrides": [{"Name": "Closed", "EffectiveFrom": "2026-12-24", "EffectiveTill": "2026-12-25"}],
            "ParentHoursOfOperations": [{"Name": "Holidays"}]}"#,
    );
    let mut scenario = Scenario::load(dir.path()).unwrap();
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    let id = |kind, name| seed.id_of(kind, name);
    let (flow, lead) = (id(Kind::Flow, "Main"), id(Kind::SecurityProfile, "Lead"));
    let (phone, kim) = (id(Kind::Phone, NUMBER), id(Kind::User, "kim"));
    let (hours, holidays) = (id(Kind::Hours, "Days"), id(Kind::Hours, "Holidays"));
    let (status, instance) = (id(Kind::AgentStatus, "Break"), seed.id().to_owned());
    let sandbox = Sandbox::start(scenario).unwrap();
    let all = sandbox.state();
    let state = &all[DEV]["connect"][format!("{REGION}/acme-dev")];
    assert_eq!(state["phone"][&phone]["ContactFlowId"], json!(flow));
    assert_eq!(state["phone"][&phone]["Name"], NUMBER);
    assert!(state["phone"][&phone].get("PhoneNumber").is_none());
    assert_eq!(state["security-profile"][&lead]["Permissions"], json!(["Users.View"]));
    assert_eq!(state["agent-status"][&status]["State"], "DISABLED");
    assert_eq!(state["user"][&kim]["SecurityProfileIds"], json!([lead]));
    assert_eq!(state["hours"][&hours]["Overrides"][0]["Name"], "Closed");
    for (kind, count) in
        [("origin", 1), ("security-profile", 2), ("agent-status", 2), ("user", 2), ("phone", 2)]
    {
        assert_eq!(state[kind].as_object().unwrap().len(), count, "{kind}");
    }
    let function = |name: &str| format!("arn:aws:lambda:{REGION}:{DEV}:function:{name}");
    let functions: Vec<_> = all[DEV]["lambda"]["functions"].as_object().unwrap().keys().collect();
    assert_eq!(functions, [&function("later"), &function("orders")]);
    let client = connect(&sandbox, user(DEV));
    let got = client.describe_hours_of_operation().instance_id(&instance).hours_of_operation_id(&hours);
    let got = got.send().await.unwrap();
    let [parent] = got.hours_of_operation().unwrap().parent_hours_of_operations() else { panic!("{got:?}") };
    assert_eq!((parent.name(), parent.id()), ("Holidays", holidays.as_str()));

    write(dir.path(), "dev/phones/lost.json", r#"{"PhoneNumber": "+15555550102", "ContactFlow": "Nowhere"}"#);
    let error = Scenario::load(dir.path()).unwrap_err().to_string();
    assert!(error.contains("lost.json") && error.contains("\"Nowhere\""), "{error}");
}

#[test]
fn ids_of_seeded_overrides_are_stable_and_differ_between_accounts() {
    let id = |account: &str| {
        let mut scenario = Scenario::empty();
        let seed = scenario.account(account).instance(REGION, "acme");
        seed.hours("Days", json!({"Overrides": [{"Name": "Closed"}, {"Name": "Late"}]}));
        let hours = seed.id_of(Kind::Hours, "Days");
        let state = Sandbox::start(scenario).unwrap().connect_state(account);
        let list = state[format!("{REGION}/acme")]["hours"][&hours]["Overrides"].clone();
        let id = |n: usize| list[n]["HoursOfOperationOverrideId"].as_str().unwrap().to_owned();
        [id(0), id(1)]
    };
    assert_eq!(id(DEV), id(DEV));
    assert_ne!(id(DEV), id(PROD));
    assert_ne!(id(DEV)[0], id(DEV)[1]);
}
