//! The members of a function: what each is, and which of them a version keeps.
//!
//! Source: botocore's `lambda` model, `FunctionConfiguration`, `GetFunctionResponse`, `CreateFunctionRequest`.

use serde_json::{Value, json};

use crate::core::fields::{Class, FieldRule, field};

/// What each member is. Aliases, versions and event source mappings are made by hand: which part they belong to does not
/// depend on their names alone.
pub const FIELDS: &[FieldRule] = &[
    field("Aliases", Class::Portable),
    field("Architectures", Class::Literal),
    field("CapacityProviderConfig", Class::Local),
    field("Code.ImageUri", Class::Portable),
    field("Code.SourceKMSKeyArn", Class::Local),
    field("Code.ZipFile", Class::Blob),
    field("CodeSha256", Class::Volatile),
    field("CodeSize", Class::Volatile),
    field("ConfigSha256", Class::Volatile),
    field("DeadLetterConfig", Class::Local),
    field("Description", Class::Portable),
    field("DurableConfig", Class::Portable),
    field("Environment.Variables", Class::Secret),
    field("EphemeralStorage", Class::Literal),
    field("EventSourceMappings", Class::Portable),
    field("FileSystemConfigs", Class::Local),
    field("FunctionArn", Class::Identity),
    field("FunctionName", Class::Identity),
    field("Handler", Class::Literal),
    field("ImageConfig", Class::Portable),
    field("KMSKeyArn", Class::Local),
    field("LastModified", Class::Volatile),
    field("LastUpdateStatus", Class::Volatile),
    field("LastUpdateStatusReason", Class::Volatile),
    field("LastUpdateStatusReasonCode", Class::Volatile),
    field("Layers", Class::Portable),
    field("LoggingConfig", Class::Literal),
    field("LoggingConfig.LogGroup", Class::Local),
    field("MasterArn", Class::Volatile),
    field("MemorySize", Class::Literal),
    field("OtherPermissions", Class::Local),
    field("PackageType", Class::Literal),
    field("Permissions", Class::Portable),
    field("ReservedConcurrentExecutions", Class::Operational),
    field("RevisionId", Class::Volatile),
    field("Role", Class::Local),
    field("Runtime", Class::Literal),
    field("RuntimeVersionConfig", Class::Volatile),
    field("SigningJobArn", Class::Volatile),
    field("SigningProfileVersionArn", Class::Volatile),
    field("SnapStart", Class::Literal),
    field("State", Class::Volatile),
    field("StateReason", Class::Volatile),
    field("StateReasonCode", Class::Volatile),
    field("Tags", Class::Tags),
    field("TenancyConfig", Class::Portable),
    field("Timeout", Class::Literal),
    field("TracingConfig", Class::Literal),
    field("Version", Class::Volatile),
    field("VpcConfig", Class::Local),
];

/// What a version keeps and what tells two versions apart. A version's description is a word about it, and no part of
/// what runs.
///
/// Source: "Manage Lambda function versions", AWS Lambda Developer Guide: code, dependencies, runtime, settings,
/// environment variables, and an ARN.
const KEPT: [&str; 22] = [
    "Architectures",
    "CapacityProviderConfig",
    "Code",
    "DeadLetterConfig",
    "DurableConfig",
    "Environment",
    "EphemeralStorage",
    "FileSystemConfigs",
    "Handler",
    "ImageConfig",
    "KMSKeyArn",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "PackageType",
    "Role",
    "Runtime",
    "SnapStart",
    "TenancyConfig",
    "Timeout",
    "TracingConfig",
    "VpcConfig",
];

/// Returns whether a version keeps the member `name`.
pub fn is_kept(name: &str) -> bool {
    KEPT.contains(&name)
}

/// Returns the members that the moves of content and of aliases set: together, since a move of one can add to the
/// versions that a document holds, or take from them.
pub fn facet() -> Vec<String> {
    KEPT.iter().chain(&["Aliases", "Description", "Versions"]).map(ToString::to_string).collect()
}

/// Members that can't be changed once a function is there.
///
/// Source: botocore's `lambda` model: neither update request has them.
pub const FIXED: [&str; 2] = ["PackageType", "TenancyConfig"];

/// The members that `UpdateFunctionConfiguration` sets; what it is not given it leaves.
pub const CONFIGURED: [&str; 19] = [
    "CapacityProviderConfig",
    "DeadLetterConfig",
    "Description",
    "DurableConfig",
    "Environment",
    "EphemeralStorage",
    "FileSystemConfigs",
    "Handler",
    "ImageConfig",
    "KMSKeyArn",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "Role",
    "Runtime",
    "SnapStart",
    "Timeout",
    "TracingConfig",
    "VpcConfig",
];

/// Returns what takes `name` away: what the service answers by leaving the member out, or its default.
///
/// Source: "UpdateFunctionConfiguration" of the API reference, and "Configuring a Lambda function to access resources in
/// a VPC" (empty lists take a function out of its VPC).
pub fn blank(name: &str, function: &str) -> Value {
    match name {
        "DeadLetterConfig" => json!({ "TargetArn": "" }),
        "Environment" => json!({ "Variables": {} }),
        "EphemeralStorage" => json!({ "Size": 512 }),
        "FileSystemConfigs" | "Layers" => json!([]),
        "ImageConfig" | "DurableConfig" | "CapacityProviderConfig" => json!({}),
        "LoggingConfig" => json!({ "LogFormat": "Text", "LogGroup": format!("/aws/lambda/{function}") }),
        "MemorySize" => json!(128),
        "SnapStart" => json!({ "ApplyOn": "None" }),
        "Timeout" => json!(3),
        "TracingConfig" => json!({ "Mode": "PassThrough" }),
        "VpcConfig" => json!({ "SubnetIds": [], "SecurityGroupIds": [] }),
        _ => json!(""),
    }
}
