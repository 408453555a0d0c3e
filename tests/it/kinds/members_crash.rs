//! Invariant 5 for the calls on agents and what they work with: killed before or after any of them, then resumed or
//! rolled back.

use serde_json::{Value, json};
use snapdeploy::core::means::{Users, Values};
use snapdeploy::sandbox::{Kind, Scenario};

use super::crash::{Course, Small, matrix};
use super::place::promoting;
use crate::crash::Phase;
use crate::world::{A, B, REGION, content, scenario};

const SMALL: Small = Small {
    name: "connect-members",
    scenario: small,
    values: || Values { users: Users::Kept, ..Values::default() },
    course: Course::Deployment(promoting),
    forth: &[
        "AssociateUserProficiencies",
        "CreatePredefinedAttribute",
        "CreateTaskTemplate",
        "CreateUser",
        "CreateUserHierarchyGroup",
        "CreateView",
        "DisassociateUserProficiencies",
        "UpdatePredefinedAttribute",
        "UpdateTaskTemplate",
        "UpdateUserConfig",
        "UpdateUserHierarchy",
        "UpdateUserHierarchyStructure",
        "UpdateUserIdentityInfo",
        "UpdateUserPhoneConfig",
        "UpdateUserProficiencies",
        "UpdateUserRoutingProfile",
        "UpdateUserSecurityProfiles",
        "UpdateViewContent",
        "UpdateViewMetadata",
    ],
    back: &[
        "DeletePredefinedAttribute",
        "DeleteTaskTemplate",
        "DeleteUser",
        "DeleteUserHierarchyGroup",
        "DeleteView",
    ],
    stays: None,
};

fn small() -> Scenario {
    let mut scenario = scenario();
    for (account, alias) in [(A, "dev"), (B, "prod")] {
        let new = account == A;
        let pick = |a: &'static str, b: &'static str| if new { a } else { b };
        let to = scenario.account(account).instance(REGION, alias);
        to.queue("BasicQueue", json!({}));
        to.flow("Main", "CONTACT_FLOW", &content(&[("Wait", json!({ "Seconds": "5" }))]));
        for name in ["p1", "p2"] {
            to.routing_profile(name).security_profile(name, json!({ "Permissions": ["BasicAgentAccess"] }));
        }
        to.hierarchy(if new { &["Region", "Team"] } else { &["Area"] });
        for name in ["g1", "g2"] {
            to.hierarchy_group(name, json!({}));
        }
        to.predefined_attribute("Language", if new { &["de", "en"] } else { &["en", "fr"] });
        let fields = json!([{ "Id": { "Name": pick("Name", "Title") }, "Type": "NAME" }]);
        to.task_template_with(
            "Callback",
            json!({ "Fields": fields, "ContactFlowId": to.id_of(Kind::Flow, "Main") }),
        );
        let template = json!({ "Head": { "Title": pick("new", "old") }, "Body": [] }).to_string();
        to.view_with(
            "Guide",
            json!({ "Content": { "Template": template }, "Description": pick("new", "old") }),
        );
        let level = |value: &str, level: f64| json!({ "AttributeName": "Language", "AttributeValue": value, "Level": level });
        let mut ann = json!({
            "IdentityInfo": { "FirstName": "Ann", "LastName": pick("New", "Old") },
            "PhoneConfig": { "PhoneType": pick("SOFT_PHONE", "DESK_PHONE") },
            "AutoAcceptConfigs": [{ "Channel": "VOICE", "AutoAccept": new }],
            "SecurityProfileIds": [to.id_of(Kind::SecurityProfile, pick("p1", "p2"))],
            "RoutingProfileId": to.id_of(Kind::RoutingProfile, pick("p1", "p2")),
            "HierarchyGroupId": to.id_of(Kind::UserHierarchyGroup, pick("g1", "g2")),
            "Proficiencies": if new { [level("de", 5.0), level("en", 3.0)] } else { [level("en", 4.0), level("fr", 1.0)] },
        });
        to.user_with("ann", ann.clone());
        if new {
            to.hierarchy_group("g1/below", json!({})).predefined_attribute("Unit", &["a"]);
            to.task_template("New").view("New");
            ann["HierarchyGroupId"] = Value::Null;
            ann.as_object_mut().unwrap().retain(|_, v| !v.is_null());
            to.user_with("new", ann);
        }
    }
    scenario
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_deployment_of_members() {
    matrix(&SMALL, Phase::Deploy).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_rollback_of_members() {
    matrix(&SMALL, Phase::Rollback).await;
}
