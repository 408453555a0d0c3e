//! IAM actions: what a call has to be allowed.

use super::call::Call;
use super::sts;

/// The actions that a call needs by itself, as `connect:CreateQueue`; none where no permission is asked for.
///
/// An action is mostly called as its operation is. What is called otherwise is from "Actions, resources, and condition keys" of
/// each service, Service Authorization Reference. Resources and conditions are not looked at, and neither is what a service does
/// with the caller's right ("Dependent actions").
pub(crate) fn actions(call: &Call) -> Vec<String> {
    let operation = call.operation.as_str();
    let name = match (call.service.as_str(), operation) {
        // "No permissions are required to perform this operation" (STS API reference, GetCallerIdentity).
        ("sts", "GetCallerIdentity") => return Vec::new(),
        ("sts", "AssumeRole") => return sts::actions(call),
        // "Identity and Access Management": a transaction is allowed by what its items do.
        ("dynamodb", "TransactWriteItems") => return transaction(call),
        ("lambda", "Invoke") => "InvokeFunction",
        ("s3", "ListObjectsV2" | "ListObjects" | "HeadBucket") => "ListBucket",
        ("s3", "HeadObject") => "GetObject",
        ("s3", "DeleteObjects") => "DeleteObject",
        ("s3", "CopyObject" | "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload") => {
            "PutObject"
        }
        ("s3", "GetBucketEncryption") => "GetEncryptionConfiguration",
        ("s3", "PutBucketEncryption") => "PutEncryptionConfiguration",
        ("s3", "GetBucketLifecycleConfiguration") => "GetLifecycleConfiguration",
        ("s3", "PutBucketLifecycleConfiguration") => "PutLifecycleConfiguration",
        ("s3", "GetPublicAccessBlock") => "GetBucketPublicAccessBlock",
        ("s3", "PutPublicAccessBlock") => "PutBucketPublicAccessBlock",
        (_, operation) => operation,
    };
    // CloudWatch signs as `monitoring`.
    let service = if call.service == "monitoring" { "cloudwatch" } else { &call.service };
    vec![format!("{service}:{name}")]
}

fn transaction(call: &Call) -> Vec<String> {
    let body = call.json().unwrap_or_default();
    let items = body.get("TransactItems").and_then(|items| items.as_array()).cloned().unwrap_or_default();
    let mut names: Vec<String> = items
        .iter()
        .filter_map(|item| item.as_object()?.keys().next().cloned())
        .map(|kind| match kind.as_str() {
            "ConditionCheck" => "dynamodb:ConditionCheckItem".to_owned(),
            kind => format!("dynamodb:{kind}Item"),
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}
