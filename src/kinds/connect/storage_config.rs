//! Storage: where an instance puts recordings, transcripts and events. It is the environment's own: put back where it was,
//! never promoted.
//!
//! Source: botocore's `connect` model, `InstanceStorageConfig`, `AssociateInstanceStorageConfig` ("associates a storage
//! resource type for the first time"), `ListInstanceStorageConfigs`, which is asked for each type by itself.

use futures::future::try_join_all;
use serde_json::{Value, json};

use super::calls::Calls;
use super::family::{Empty, Family, Listed, PLAIN, Removal, Setter, Travels, same};
use crate::core::Result;
use crate::core::fields::{Class, field};

/// Storage, one configuration of each type.
pub const STORAGE_CONFIG: Family = Family {
    kind: "connect/storage-config",
    list: Some(Listed {
        call: "ListInstanceStorageConfigs",
        items: "StorageConfigs",
        id: "AssociationId",
        arn: "",
        name: "ResourceType",
    }),
    describe: Some(("DescribeInstanceStorageConfig", "")),
    name: "",
    fields: &[
        field("ResourceType", Class::Literal),
        field("StorageConfig", Class::Local),
        field("StorageConfig.AssociationId", Class::Identity),
    ],
    create: Some(Setter {
        call: "AssociateInstanceStorageConfig",
        members: &[same("StorageConfig")],
        beside: &[same("ResourceType")],
        empty: Empty::Omitted,
    }),
    made: ("AssociationId", ""),
    update: &[Setter {
        call: "UpdateInstanceStorageConfig",
        members: &[same("StorageConfig")],
        beside: &[same("ResourceType")],
        empty: Empty::Never,
    }],
    remove: Removal::Delete("DisassociateInstanceStorageConfig"),
    travels: Travels::Never,
    longest: (0, 0),
    ..PLAIN
};

/// The types of what is stored.
///
/// Source: botocore's `connect` model, `InstanceStorageResourceType`.
pub const TYPES: [&str; 13] = [
    "AGENT_EVENTS",
    "ATTACHMENTS",
    "CALL_RECORDINGS",
    "CHAT_TRANSCRIPTS",
    "CONTACT_EVALUATIONS",
    "CONTACT_TRACE_RECORDS",
    "EMAIL_MESSAGES",
    "MEDIA_STREAMS",
    "REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS",
    "REAL_TIME_CONTACT_ANALYSIS_SEGMENTS",
    "REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS",
    "SCHEDULED_REPORTS",
    "SCREEN_RECORDINGS",
];

/// Returns the configurations of all types, each with its type.
pub async fn all(calls: &Calls) -> Result<Vec<Value>> {
    let of = async |kind: &'static str| -> Result<Vec<Value>> {
        let found = calls.list("ListInstanceStorageConfigs", "StorageConfigs", kind).await?;
        Ok(found
            .into_iter()
            .map(|mut item| {
                item["ResourceType"] = json!(kind);
                item
            })
            .collect())
    };
    Ok(try_join_all(TYPES.map(of)).await?.into_iter().flatten().collect())
}
