//! What an instance has for itself is never promoted, and put back in the same instance: whole, and killed before or
//! after any call.

use serde_json::{Value, json};
use snapdeploy::core::Address;
use snapdeploy::core::means::Values;
use snapdeploy::sandbox::Scenario;

use super::crash::{Course, Small, matrix};
use super::place::{back, perform, state, world};
use crate::crash::{Phase, prints};
use crate::world::{B, REGION, World, assert_same, meddle, scenario};

const SETTINGS: Small = Small {
    name: "connect-settings",
    scenario,
    values: Values::default,
    course: Course::Restored { begin: settings, meddle: |world| Box::pin(by_hand(world)) },
    forth: &[
        "AssociateInstanceStorageConfig",
        "CreateIntegrationAssociation",
        "CreateUseCase",
        "DeleteUseCase",
        "UpdateInstanceAttribute",
        "UpdateInstanceStorageConfig",
    ],
    back: &[
        "CreateUseCase",
        "DeleteIntegrationAssociation",
        "DeleteUseCase",
        "DisassociateInstanceStorageConfig",
        "UpdateInstanceAttribute",
        "UpdateInstanceStorageConfig",
    ],
    stays: None,
};

fn s3(bucket: &str) -> Value {
    json!({ "StorageType": "S3", "S3Config": { "BucketName": bucket, "BucketPrefix": "p" } })
}

fn settings(scenario: &mut Scenario) {
    let to = scenario.account(B).instance(REGION, "prod");
    to.attribute("CONTACT_LENS", "true").storage("CALL_RECORDINGS", s3("calls"));
    to.storage("CHAT_TRANSCRIPTS", s3("chats"));
    for (name, cases) in [("goes", json!(["RULES_EVALUATION"])), ("stays", json!([]))] {
        let mut integration = json!({
            "IntegrationType": "EVENT", "IntegrationArn": format!("arn:aws:events:{REGION}:{B}:event-bus/{name}"),
            "SourceApplicationUrl": "https://crm.example.com", "SourceApplicationName": name, "SourceType": "SALESFORCE",
        });
        if cases != json!([]) {
            integration["UseCases"] = cases;
        }
        to.integration(integration);
    }
}

/// Somebody takes an integration and the storage of chats away, gives calls another bucket, another integration a use,
/// and turns a switch.
async fn by_hand(world: &World) {
    let all = world.documents(&*world.b, "prod").await;
    let of = |kind: &str, name: &str| Address::new(kind, name);
    for gone in [of("connect/integration", "EVENT:goes"), of("connect/storage-config", "CHAT_TRANSCRIPTS")] {
        assert!(all.contains_key(&gone), "{gone}: {:?}", all.keys());
        meddle(&*world.b, &gone, None).await;
    }
    let other = |address: &Address, member: &str, value: Value| {
        let mut document = all[address].clone();
        let part = if document.local.contains_key(member) || member == "UseCases" {
            &mut document.local
        } else {
            &mut document.portable
        };
        part.insert(member.into(), value);
        document
    };
    for (address, member, value) in [
        (of("connect/storage-config", "CALL_RECORDINGS"), "StorageConfig", s3("elsewhere")),
        (of("connect/integration", "EVENT:stays"), "UseCases", json!(["RULES_EVALUATION"])),
        (of("connect/instance-attribute", "CONTACT_LENS"), "Value", json!("false")),
    ] {
        meddle(&*world.b, &address, Some(&other(&address, member, value))).await;
    }
}

/// Takes the ids out, which a new association has of its own.
fn but_ids(state: &Value) -> Value {
    let mut state = state.clone();
    for kind in ["integration", "storage-config"] {
        let mut all: Vec<Value> = state[kind].as_object().unwrap().values().cloned().collect();
        all.iter_mut().for_each(|one| drop(one.as_object_mut().unwrap().remove("Arn")));
        all.sort_by_key(|one| one["Name"].to_string());
        state[kind] = json!(all);
    }
    state
}

#[tokio::test]
async fn integrations_and_storage_are_put_back_whole_and_that_is_undone_whole() {
    let mut all = scenario();
    settings(&mut all);
    let world = world(all, Values::default()).await;
    let (before, then) = (state(&world, B, "prod"), prints(&world).await);
    let snapshot = world.extract(&*world.b, "prod").await;
    by_hand(&world).await;
    let (changed, now) = (state(&world, B, "prod"), prints(&world).await);
    assert_eq!(changed["integration"].as_object().unwrap().len(), 1);
    assert_eq!(changed["storage-config"].as_object().unwrap().len(), 1);

    perform(&world, &super::crash::restoring(&world, snapshot).await).await;
    assert_eq!(prints(&world).await, then);
    assert_same(&but_ids(&state(&world, B, "prod")), &but_ids(&before));
    let crm = super::place::there(&world, "integration", "EVENT:goes");
    assert_eq!(crm["UseCases"], json!(["RULES_EVALUATION"]));

    perform(&world, &back(&world).await).await;
    assert_eq!(prints(&world).await, now);
    assert_same(&but_ids(&state(&world, B, "prod")), &but_ids(&changed));
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_that_puts_settings_back() {
    matrix(&SETTINGS, Phase::Deploy).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_that_undoes_that() {
    matrix(&SETTINGS, Phase::Rollback).await;
}
