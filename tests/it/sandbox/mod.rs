//! The simulated AWS, driven by the Rust SDK and by boto3.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

mod alarms;
mod boto3;
mod codedeploy;
mod codedeploy_shop;
mod connect;
mod containers_compared;
mod dynamodb;
pub(crate) mod ecr;
mod ecs;
mod ecs_health;
mod ecs_rolling;
mod ecs_stages;
mod ecs_tasks;
mod elb;
mod elb_compared;
mod example;
mod faults;
mod identity;
mod invoke;
mod lambda;
mod lambda_changes;
mod lambda_compared;
mod lex;
mod lex_imports;
mod lex_switches;
mod metrics;
mod modules;
mod prompts;
mod routing;
mod s3;
mod scenario;
mod settings;
mod store_settings;
mod switches;
mod switches_content;

use aws_credential_types::Credentials;
use aws_sdk_connect::config::{BehaviorVersion, Region, retry::RetryConfig};
use serde_json::{Value, json};
use snapdeploy::sandbox::{Sandbox, Scenario};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub(crate) const DEV: &str = "111111111111";
pub(crate) const PROD: &str = "222222222222";
pub(crate) const REGION: &str = "us-east-1";

/// Credentials whose key is an account's number: that account's own user.
pub(crate) fn user(account: &str) -> Credentials {
    Credentials::new(account, "secret", None, None, "test")
}

/// A Connect client that tries once.
pub(crate) fn connect(sandbox: &Sandbox, credentials: Credentials) -> aws_sdk_connect::Client {
    let config = aws_sdk_connect::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(sandbox.endpoint())
        .retry_config(RetryConfig::disabled())
        .credentials_provider(credentials);
    aws_sdk_connect::Client::from_conf(config.build())
}

/// An S3 client.
pub(crate) fn s3(sandbox: &Sandbox, account: &str) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(aws_sdk_s3::config::Region::new(REGION))
        .endpoint_url(sandbox.endpoint())
        .force_path_style(true)
        .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
        .credentials_provider(user(account));
    aws_sdk_s3::Client::from_conf(config.build())
}

/// A DynamoDB client.
pub(crate) fn dynamodb(sandbox: &Sandbox, account: &str) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(aws_sdk_dynamodb::config::Region::new(REGION))
        .endpoint_url(sandbox.endpoint())
        .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
        .credentials_provider(user(account));
    aws_sdk_dynamodb::Client::from_conf(config.build())
}

/// An STS client.
pub(crate) fn sts(sandbox: &Sandbox, credentials: Credentials) -> aws_sdk_sts::Client {
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(aws_sdk_sts::config::BehaviorVersion::latest())
        .region(aws_sdk_sts::config::Region::new(REGION))
        .endpoint_url(sandbox.endpoint())
        .retry_config(aws_sdk_sts::config::retry::RetryConfig::disabled())
        .credentials_provider(credentials);
    aws_sdk_sts::Client::from_conf(config.build())
}

/// Flow content with one action and an end.
pub(crate) fn content(action: &str, parameters: Value) -> String {
    json!({
        "Version": "2019-10-30",
        "StartAction": "one",
        "Metadata": {},
        "Actions": [
            {"Identifier": "one", "Type": action, "Parameters": parameters,
             "Transitions": {"NextAction": "end", "Errors": [{"ErrorType": "NoMatchingError", "NextAction": "end"}]}},
            {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
        ],
    })
    .to_string()
}

/// Flow content that names nothing.
pub(crate) fn hello(text: &str) -> String {
    content("MessageParticipant", json!({"Text": text}))
}

/// One account with one instance that has what every instance has; and the instance's id.
pub(crate) fn small() -> (Scenario, String) {
    let mut scenario = Scenario::empty();
    let account = scenario.account(DEV);
    account.role("snapdeploy", None).bucket(REGION, "acme-store").table(REGION, "ledger");
    let id = account.instance(REGION, "acme-dev").defaults().id().to_owned();
    (scenario, id)
}

/// The service's error code.
pub(crate) fn code<T: std::fmt::Debug, E>(result: Result<T, E>) -> String
where
    E: aws_sdk_connect::error::ProvideErrorMetadata + std::fmt::Debug,
{
    match result {
        Ok(value) => format!("no error: {value:?}"),
        Err(error) => error.code().map_or_else(|| format!("no code: {error:?}"), str::to_owned),
    }
}

/// Sends a request without an SDK; the whole answer.
pub(crate) async fn raw(sandbox: &Sandbox, line: &str, headers: &[(&str, &str)], body: &str) -> String {
    let address = sandbox.endpoint().replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let mut request =
        format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{request}\r\n{body}").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends a form in the query protocol, signed now by the first account; the whole answer.
pub(crate) async fn query(sandbox: &Sandbox, service: &str, form: &str) -> String {
    let date = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("{DEV}/{}/{REGION}/{service}/aws4_request", &date[..8]);
    let header = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
    let headers = [
        ("authorization", header.as_str()),
        ("x-amz-date", &date),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    raw(sandbox, "POST /", &headers, form).await
}

/// Sends a call in AWS JSON 1.1, signed now by the first account; status and body of the answer.
pub(crate) async fn json_call(sandbox: &Sandbox, service: &str, target: &str, body: &Value) -> (u16, Value) {
    let date = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("{DEV}/{}/{REGION}/{service}/aws4_request", &date[..8]);
    let header = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
    let headers = [
        ("authorization", header.as_str()),
        ("x-amz-date", &date),
        ("x-amz-target", target),
        ("content-type", "application/x-amz-json-1.1"),
    ];
    let answer = raw(sandbox, "POST /", &headers, &body.to_string()).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap() })
}

/// Headers of a request to a service, signed some minutes ago.
pub(crate) async fn signed(sandbox: &Sandbox, service: &str, line: &str, minutes_ago: i64) -> String {
    let then = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(minutes_ago);
    let date = then.strftime("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("{DEV}/{}/{REGION}/{service}/aws4_request", &date[..8]);
    let header = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
    raw(sandbox, line, &[("authorization", &header), ("x-amz-date", &date)], "").await
}
