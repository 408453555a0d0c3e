//! Agents and what they work with: users, their hierarchy, what they are told by, task templates, views.

use serde_json::{Value, json};
use snapdeploy::core::finding::Weight;
use snapdeploy::core::means::{Users, Values};
use snapdeploy::core::release::Deployment;
use snapdeploy::sandbox::{InstanceSeed, Kind, Scenario};

use super::place::{back, perform, planned, promoting, some, state, there, to_and_fro, world};
use super::whole::Edition;
use crate::world::{A, B, REGION, World, assert_same, content, scenario};

/// Everything but users, with every member set.
pub fn fill(to: &mut InstanceSeed, e: Edition) {
    let other = |new: Value, old: Value| e.of(new, old);
    to.hierarchy(e.of(&["Region", "Site", "Team"], &["Area", "Place"]));
    for path in ["Europe", "Europe/Berlin", "Europe/Paris", "Asia", "Asia/Berlin"] {
        to.hierarchy_group(path, json!({ "Tags": { "e": e.of("n", "o") } }));
    }
    if e == Edition::New {
        to.hierarchy_group("Europe/Berlin/A", json!({}));
    }
    to.resource(
        Kind::PredefinedAttribute,
        "Language",
        json!({
            "Values": { "StringList": e.of(["de", "en"], ["en", "fr"]) }, "Purposes": ["ROUTING"],
            "AttributeConfiguration": { "EnableValueValidationOnAssociation": e == Edition::New },
        }),
    );
    let purposes = e.of(json!(["ROUTING"]), json!([]));
    let mut unit = json!({ "Values": { "StringList": ["a"] } });
    if purposes != json!([]) {
        unit["Purposes"] = purposes;
    }
    to.resource(Kind::PredefinedAttribute, "Unit", unit);
    to.predefined_attribute("connect:Subtype", &["connect:Chat"]);

    let field = |name: &str, kind: &str| json!({ "Id": { "Name": name }, "Type": kind, "Description": name });
    let named = |name: &str| json!([{ "Id": { "Name": name } }]);
    let quick = to.id_of(Kind::QuickConnect, "Outside");
    let mut choice = field("Choice", "SINGLE_SELECT");
    choice["SingleSelectOptions"] = other(json!(["x", "y"]), json!(["x"]));
    let mut fields = vec![field("Name", "NAME"), field("To", "QUICK_CONNECT"), choice];
    if e == Edition::New {
        fields.push(field("More", "TEXT"));
    }
    let mut template = json!({
        "Status": e.of("ACTIVE", "INACTIVE"),
        "ContactFlowId": to.id_of(Kind::Flow, e.of("After hours", "Main")), "Fields": fields,
        "Constraints": { "RequiredFields": named("Name"), "ReadOnlyFields": named(e.of("Choice", "To")) },
        "Defaults": { "DefaultFieldValues": [{ "Id": { "Name": "To" }, "DefaultValue": quick }] },
        "Tags": { "e": e.of("n", "o") },
    });
    if e == Edition::New {
        template["Description"] = json!("call them back");
        template["SelfAssignFlowId"] = json!(to.id_of(Kind::Flow, "Main"));
    }
    to.task_template_with("Callback", template);

    let body = |words: &str| {
        json!({ "Head": { "Title": words }, "Body": [{ "_id": "b", "Content": ["${x}"] }] }).to_string()
    };
    let guide = json!({
        "Description": e.of("shows", "showed"), "Tags": { "e": e.of("n", "o") },
        "Content": { "Template": body(e.of("new", "old")), "Actions": e.of(["Back", "Next"], ["Next", "Stop"]) },
    });
    to.view_with("Guide", guide);
    let draft = json!({ "Template": body(e.of("draft", "older draft")) });
    to.view_with("Only saved", json!({ "Status": "SAVED", "SavedContent": draft }));
    let theirs =
        json!({ "Type": "AWS_MANAGED", "Content": { "Template": body("AWS"), "Actions": ["Next"] } });
    to.view_with("Form", theirs);
}

/// Users, with every member set.
fn users(to: &mut InstanceSeed, e: Edition) {
    for name in ["Agents", "Others"] {
        to.routing_profile(name);
        to.security_profile(name, json!({ "Permissions": ["BasicAgentAccess"] }));
    }
    let ids = |to: &InstanceSeed, kind: Kind, names: &[&str]| {
        let mut ids: Vec<String> = names.iter().map(|name| to.id_of(kind, name)).collect();
        ids.sort();
        ids
    };
    let level = |value: &str, level: f64| json!({ "AttributeName": "Language", "AttributeValue": value, "Level": level });
    let mut ann = json!({
        "IdentityInfo": {
            "FirstName": "Ann", "LastName": e.of("New", "Old"), "Email": e.of("ann@new.example", "ann@old.example"),
            "SecondaryEmail": "a@example.com", "Mobile": e.of("+15555550111", "+15555550112"),
        },
        "AutoAcceptConfigs": [{ "Channel": "VOICE", "AutoAccept": e == Edition::New }],
        "AfterContactWorkConfigs": [
            { "Channel": "CHAT", "AfterContactWorkConfig": { "AfterContactWorkTimeLimit": 5 } },
            { "Channel": "VOICE", "AfterContactWorkConfig": { "AfterContactWorkTimeLimit": e.of(30, 60) } },
        ],
        "PhoneNumberConfigs": [{ "Channel": "VOICE", "PhoneType": "DESK_PHONE", "PhoneNumber": e.of("+15555550113", "+15555550114") }],
        "PersistentConnectionConfigs": [{ "Channel": "VOICE", "PersistentConnection": e == Edition::Old }],
        "VoiceEnhancementConfigs": [{ "Channel": "VOICE", "VoiceEnhancementMode": e.of("NONE", "NOISE_SUPPRESSION") }],
        "SecurityProfileIds": ids(to, Kind::SecurityProfile, e.of(&["Agents", "Others"], &["Others"])),
        "RoutingProfileId": to.id_of(Kind::RoutingProfile, e.of("Agents", "Others")),
        "Proficiencies": e.of([level("de", 5.0), level("en", 3.0)], [level("en", 4.0), level("fr", 1.0)]),
        "Tags": { "e": e.of("n", "o") },
    });
    ann["HierarchyGroupId"] = json!(to.id_of(Kind::UserHierarchyGroup, e.of("Europe/Berlin", "Asia/Berlin")));
    to.user_with("ann", ann);
    let mut bob = json!({
        "IdentityInfo": { "FirstName": "Bob", "LastName": "B" },
        "PhoneConfig": {
            "PhoneType": "SOFT_PHONE", "AutoAccept": e == Edition::New, "AfterContactWorkTimeLimit": e.of(0, 10),
            "PersistentConnection": false,
        },
        "SecurityProfileIds": ids(to, Kind::SecurityProfile, &["Agents"]),
        "RoutingProfileId": to.id_of(Kind::RoutingProfile, "Agents"),
    });
    if e == Edition::Old {
        bob["HierarchyGroupId"] = json!(to.id_of(Kind::UserHierarchyGroup, "Europe/Paris"));
    }
    to.user_with("bob", bob);
    let agent = to.id_of(Kind::Flow, "To agent");
    let config = json!({ "UserId": to.id_of(Kind::User, e.of("ann", "bob")), "ContactFlowId": agent });
    let config = json!({ "QuickConnectType": "USER", "UserConfig": config });
    to.resource(Kind::QuickConnect, "Person", json!({ "QuickConnectConfig": config }));
}

fn beside(to: &mut InstanceSeed) {
    let wait = content(&[("Wait", json!({ "Seconds": "5" }))]);
    for name in ["Main", "After hours"] {
        to.flow(name, "CONTACT_FLOW", &wait);
    }
    to.flow("To agent", "AGENT_TRANSFER", &wait);
    to.queue("BasicQueue", json!({})).quick_connect("Outside");
}

pub fn a_with_all() -> Scenario {
    let mut scenario = scenario();
    let a = scenario.account(A).instance(REGION, "dev");
    beside(a);
    fill(a, Edition::New);
    users(a, Edition::New);
    scenario.account(B).instance(REGION, "prod");
    scenario
}

fn both_with_all() -> Scenario {
    let mut scenario = a_with_all();
    let b = scenario.account(B).instance(REGION, "prod");
    beside(b);
    fill(b, Edition::Old);
    users(b, Edition::Old);
    scenario
}

fn kept() -> Values {
    Values { users: Users::Kept, ..Values::default() }
}

/// Who is kept where: a world whose environments keep users.
pub async fn keeping(scenario: Scenario) -> World {
    world(scenario, kept()).await
}

#[tokio::test]
async fn users_and_all_they_work_with_go_into_nothing_and_back() {
    for (switch, value) in
        [("list_lag_calls", "0"), ("list_lag_calls", "40"), ("hierarchy_names_unique", "false")]
    {
        let mut scenario = a_with_all();
        scenario.switch(switch, value).unwrap();
        let world = keeping(scenario).await;
        let dev = world.extract(&*world.a, "dev").await;
        to_and_fro(&world, &dev, &promoting(), |_| ()).await;
    }
}

#[tokio::test]
async fn users_and_all_they_work_with_become_others_and_back() {
    for (switch, value) in [
        ("phone_config_mirrored", "false"),
        ("phone_config_mirrored", "true"),
        ("unpublished_view_not_found", "false"),
        ("list_lag_calls", "40"),
    ] {
        for deployment in [Deployment::default(), promoting()] {
            let mut scenario = both_with_all();
            scenario.switch(switch, value).unwrap();
            let world = keeping(scenario).await;
            let dev = world.extract(&*world.a, "dev").await;
            to_and_fro(&world, &dev, &deployment, |_| ()).await;
        }
    }
}

#[tokio::test]
async fn who_somebody_is_stays_where_it_is_unless_that_is_asked_for() {
    let world = keeping(both_with_all()).await;
    let dev = world.extract(&*world.a, "dev").await;
    perform(&world, &planned(&world, &dev, &Deployment::default()).await).await;
    let ann = there(&world, "user", "ann");
    assert_eq!(
        (&ann["IdentityInfo"]["LastName"], &ann["PhoneNumberConfigs"][0]["PhoneNumber"]),
        (&json!("Old"), &json!("+15555550114"))
    );
    assert_eq!(ann["Proficiencies"].as_array().map(Vec::len), Some(2));
    let group = there(&world, "user-hierarchy-group", "Berlin");
    assert!(group["Arn"].is_string());
    perform(&world, &planned(&world, &dev, &promoting()).await).await;
    assert_eq!(there(&world, "user", "ann")["IdentityInfo"]["LastName"], "New");

    // A new user is nobody unless somebody says who.
    let world = keeping(a_with_all()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let blocks: Vec<&str> = plan.blocks().map(|f| f.message.as_str()).collect();
    assert_eq!(blocks.iter().filter(|b| b.contains("IdentityInfo")).count(), 2, "{blocks:?}");
    let plan = planned(&world, &dev, &promoting()).await;
    let resets = plan.findings.iter().filter(|f| f.weight == Weight::Warning && f.message.contains("reset"));
    assert_eq!(resets.count(), 2, "{:#?}", plan.findings);
}

#[tokio::test]
async fn no_password_is_kept_or_said_and_only_an_instance_that_keeps_them_gets_one() {
    for identity in ["CONNECT_MANAGED", "SAML", "EXISTING_DIRECTORY"] {
        let mut scenario = a_with_all();
        let a = scenario.account(A).instance(REGION, "dev");
        if identity == "SAML" {
            // "If you are using SAML ... and include this parameter, an error is returned."
            let profile = a.id_of(Kind::RoutingProfile, "Agents");
            let security = a.id_of(Kind::SecurityProfile, "Agents");
            a.user_with(
                "ann",
                json!({ "IdentityInfo": { "FirstName": "A", "LastName": "N" }, "RoutingProfileId": profile, "SecurityProfileIds": [security] }),
            );
        }
        scenario.account(B).instance(REGION, "prod").identity(identity);
        let world = keeping(scenario).await;
        let dev = world.extract(&*world.a, "dev").await;
        perform(&world, &planned(&world, &dev, &promoting()).await).await;
        assert_eq!(there(&world, "user", "bob")["IdentityInfo"]["FirstName"], "Bob", "{identity}");
        let everything = world.sandbox.connect_state(B).to_string();
        assert!(!everything.contains("Password"), "{identity}");
    }
}

#[tokio::test]
async fn users_are_names_where_nobody_asks_for_more() {
    let mut scenario = a_with_all();
    let b = scenario.account(B).instance(REGION, "prod");
    b.user("ann");
    let world = world(scenario, Values::default()).await;
    let dev = world.extract(&*world.a, "dev").await;
    assert!(dev.documents.keys().all(|a| a.kind() != "connect/user"));
    to_and_fro(&world, &dev, &Deployment::default(), |_| ()).await;
    perform(&world, &planned(&world, &dev, &Deployment::default()).await).await;
    let ann = there(&world, "user", "ann");
    assert_eq!(ann.get("IdentityInfo"), None);
    let quick = there(&world, "quick-connect", "Person");
    assert_eq!(
        quick["QuickConnectConfig"]["UserConfig"]["UserId"],
        ann["Arn"].as_str().unwrap().rsplit('/').next().unwrap()
    );
}

#[tokio::test]
async fn a_release_with_users_leaves_them_alone_where_they_are_names() {
    let mut scenario = both_with_all();
    scenario.account(B).instance(REGION, "prod").user("cee");
    let world = world(scenario, kept()).await;
    let dev = world.extract(&*world.a, "dev").await;
    assert!(dev.documents.keys().any(|a| a.kind() == "connect/user"));
    // The same instance, as an environment that wants names only.
    let mut world = world;
    let values = Values::default();
    world.b = super::place::bound(&world, "prod", values.clone()).await;
    world.values = values;
    let plan = planned(&world, &dev, &promoting()).await;
    assert!(plan.steps.iter().all(|s| s.address.kind() != "connect/user"), "{:#?}", plan.steps);
    let before = there(&world, "user", "ann");
    perform(&world, &plan).await;
    assert_same(&there(&world, "user", "ann"), &before);
}

#[tokio::test]
async fn two_groups_of_one_name_are_told_by_their_paths() {
    let world = keeping(a_with_all()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let groups: Vec<&str> = dev
        .documents
        .keys()
        .filter(|a| a.kind() == "connect/user-hierarchy-group")
        .map(|a| a.name())
        .collect();
    assert_eq!(groups, ["Asia", "Asia/Berlin", "Europe", "Europe/Berlin", "Europe/Berlin/A", "Europe/Paris"]);
    // With all that it needs: the groups above it, and the level that it is on.
    let mut deployment = some(&["connect/user-hierarchy-group/Europe/Berlin"]);
    deployment.dependencies = snapdeploy::core::closure::Dependencies::Missing;
    let plan = planned(&world, &dev, &deployment).await;
    let mut made: Vec<String> = plan.steps.iter().map(|s| s.address.to_string()).collect();
    made.sort();
    assert_eq!(
        made,
        [
            "connect/user-hierarchy-group/Europe",
            "connect/user-hierarchy-group/Europe/Berlin",
            "connect/user-hierarchy-level/LevelOne",
            "connect/user-hierarchy-level/LevelTwo",
        ]
    );
    perform(&world, &plan).await;
    perform(&world, &back(&world).await).await;
    assert_eq!(state(&world, B, "prod")["user-hierarchy-level"], json!({}));
}

#[tokio::test]
async fn what_is_aws_s_own_is_left_alone() {
    let world = keeping(a_with_all()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let names: Vec<String> = dev.documents.keys().map(ToString::to_string).collect();
    for theirs in ["connect/view/Form", "connect/predefined-attribute/connect:Subtype"] {
        assert!(!names.contains(&theirs.to_string()), "{theirs}");
        assert!(dev.inventory().iter().any(|f| f.address.to_string() == theirs), "{theirs} is known by name");
    }
    assert!(names.contains(&"connect/view/Only saved".to_string()), "{names:?}");
}
