//! What `init` needs of S3 and DynamoDB, through the Rust SDKs.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, PointInTimeRecoverySpecification,
    ScalarAttributeType,
};
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, BucketVersioningStatus, ExpirationStatus,
    LifecycleRule, LifecycleRuleFilter, VersioningConfiguration,
};
use serde_json::json;
use snapdeploy::sandbox::Sandbox;

use super::{DEV, REGION, dynamodb, s3, small};

#[tokio::test]
async fn a_bucket_keeps_its_settings() {
    let (scenario, _) = small();
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = s3(&sandbox, DEV);
    let bucket = "acme-new";
    client.create_bucket().bucket(bucket).send().await.unwrap();
    let none = client.get_bucket_lifecycle_configuration().bucket(bucket).send().await.unwrap_err();
    assert_eq!(none.code(), Some("NoSuchLifecycleConfiguration"));
    let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    client.put_bucket_versioning().bucket(bucket).versioning_configuration(on).send().await.unwrap();
    let got = client.get_bucket_versioning().bucket(bucket).send().await.unwrap();
    assert_eq!(got.status(), Some(&BucketVersioningStatus::Enabled));
    let rule = LifecycleRule::builder()
        .id("uploads & more")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .abort_incomplete_multipart_upload(
            AbortIncompleteMultipartUpload::builder().days_after_initiation(7).build(),
        )
        .build()
        .unwrap();
    let rules = BucketLifecycleConfiguration::builder().rules(rule.clone()).build().unwrap();
    let put = client.put_bucket_lifecycle_configuration().bucket(bucket).lifecycle_configuration(rules);
    put.send().await.unwrap();
    let got = client.get_bucket_lifecycle_configuration().bucket(bucket).send().await.unwrap();
    assert_eq!(got.rules(), [rule]);
    let blocked = client.get_public_access_block().bucket(bucket).send().await.unwrap();
    let blocked = blocked.public_access_block_configuration().unwrap();
    assert_eq!((blocked.block_public_acls(), blocked.restrict_public_buckets()), (Some(true), Some(true)));
    let location = client.get_bucket_location().bucket(bucket).send().await.unwrap();
    assert!(location.location_constraint().is_none_or(|region| region.as_str().is_empty()));
    let calls = sandbox.calls();
    let changed: Vec<_> =
        calls.iter().filter(|call| call.mutating).map(|call| call.operation.as_str()).collect();
    assert_eq!(changed, ["CreateBucket", "PutBucketVersioning", "PutBucketLifecycleConfiguration"]);
    let state = &sandbox.state()[DEV]["s3"][bucket]["settings"]["versioning"];
    assert_eq!(*state, json!("<Status>Enabled</Status>"));
}

#[tokio::test]
async fn table_creation_calls() {
    for (value, calls) in [("0", 0), ("1", 1), ("3", 3)] {
        let (mut scenario, _) = small();
        scenario.switch("table_creation_calls", value).unwrap();
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = dynamodb(&sandbox, DEV);
        let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash).build().unwrap();
        let attribute =
            AttributeDefinition::builder().attribute_name("pk").attribute_type(ScalarAttributeType::S);
        let create = client.create_table().table_name("audit").billing_mode(BillingMode::PayPerRequest);
        let create = create.key_schema(key).attribute_definitions(attribute.build().unwrap());
        let made = create.deletion_protection_enabled(true).send().await.unwrap();
        assert_eq!(made.table_description().unwrap().table_status().unwrap().as_str(), "CREATING");
        let mut waited = 0;
        loop {
            let table = client.describe_table().table_name("audit").send().await.unwrap();
            if table.table().unwrap().table_status().unwrap().as_str() == "ACTIVE" || waited > 9 {
                break;
            }
            waited += 1;
        }
        assert_eq!(waited, calls);
        let recovery =
            PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build().unwrap();
        let update = client.update_continuous_backups().table_name("audit");
        update.point_in_time_recovery_specification(recovery).send().await.unwrap();
        let state = &sandbox.state()[DEV]["dynamodb"][format!("{REGION}/audit")];
        assert_eq!((&state["deletion_protection"], &state["recovery_days"]), (&json!(true), &json!(35)));
    }
}
