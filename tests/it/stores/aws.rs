//! S3 and DynamoDB at an endpoint, each test with a prefix and tables of its own.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableStatus,
};
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{BehaviorVersion, Region};
use snapdeploy::core::Clock;
use snapdeploy::store::{DynamoLedger, S3Objects};

/// The account that everything is in.
pub const ACCOUNT: &str = "111122223333";

/// Both ministack and the sandbox take twelve digits for the account's own key. ministack wants the secret `test`.
fn credentials() -> Credentials {
    Credentials::new(ACCOUNT, "test", None, None, "test")
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(30)).build()
}

fn retries(attempts: u32) -> RetryConfig {
    RetryConfig::standard().with_max_attempts(attempts).with_initial_backoff(Duration::from_millis(20))
}

/// Returns a client of S3 at `endpoint` that attempts each call so often.
pub fn s3(endpoint: &str, attempts: u32) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .endpoint_url(endpoint)
        .force_path_style(true)
        .credentials_provider(credentials())
        .timeout_config(timeouts())
        .retry_config(retries(attempts));
    aws_sdk_s3::Client::from_conf(config.build())
}

/// Returns a client of DynamoDB at `endpoint` that attempts each call so often.
pub fn dynamodb(endpoint: &str, attempts: u32) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .endpoint_url(endpoint)
        .credentials_provider(credentials())
        .timeout_config(timeouts())
        .retry_config(retries(attempts));
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

/// Returns a client of S3 of another account, in another region.
pub fn s3_of(endpoint: &str, account: &str, region: &'static str) -> aws_sdk_s3::Client {
    let other = Credentials::new(account, "test", None, None, "test");
    let config =
        s3(endpoint, 3).config().to_builder().region(Region::new(region)).credentials_provider(other);
    aws_sdk_s3::Client::from_conf(config.build())
}

/// Returns a client of DynamoDB of another account, in another region.
pub fn dynamodb_of(endpoint: &str, account: &str, region: &'static str) -> aws_sdk_dynamodb::Client {
    let other = Credentials::new(account, "test", None, None, "test");
    let config =
        dynamodb(endpoint, 3).config().to_builder().region(Region::new(region)).credentials_provider(other);
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

/// Makes a bucket, and returns its objects.
pub async fn objects(endpoint: &str) -> S3Objects {
    let (client, bucket) = (s3(endpoint, 3), super::unique("bucket"));
    client
        .create_bucket()
        .bucket(&bucket)
        .create_bucket_configuration(
            aws_sdk_s3::types::CreateBucketConfiguration::builder()
                .location_constraint(aws_sdk_s3::types::BucketLocationConstraint::EuCentral1)
                .build(),
        )
        .send()
        .await
        .unwrap();
    S3Objects::new(client, bucket, "some/prefix", Some(ACCOUNT.into()), Clock::system())
}

/// Returns the objects of the same bucket through another client.
pub fn objects_in(bucket: &str, client: aws_sdk_s3::Client) -> S3Objects {
    S3Objects::new(client, bucket, "some/prefix", None, Clock::system())
}

/// Makes two tables, and returns their names.
pub async fn tables(endpoint: &str) -> [String; 2] {
    let client = dynamodb(endpoint, 3);
    let names = [super::unique("audit"), super::unique("leases")];
    for name in &names {
        let mut request = client.create_table().table_name(name).billing_mode(BillingMode::PayPerRequest);
        for (key, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
            let attribute = AttributeDefinition::builder().attribute_name(key);
            request = request
                .key_schema(KeySchemaElement::builder().attribute_name(key).key_type(kind).build().unwrap())
                .attribute_definitions(attribute.attribute_type(ScalarAttributeType::S).build().unwrap());
        }
        request.send().await.unwrap();
        // A table takes items only when it is there.
        for _ in 0..100 {
            let table = client.describe_table().table_name(name).send().await.unwrap();
            if table.table().unwrap().table_status() == Some(&TableStatus::Active) {
                break;
            }
        }
    }
    names
}

/// Returns the ledger in the tables of these names.
pub fn ledger_in(client: aws_sdk_dynamodb::Client, [audit, leases]: &[String; 2]) -> DynamoLedger {
    DynamoLedger::new(client, audit, leases, Clock::system())
}

/// Makes two tables, and returns their ledger.
pub async fn ledger(endpoint: &str) -> DynamoLedger {
    ledger_in(dynamodb(endpoint, 3), &tables(endpoint).await)
}
