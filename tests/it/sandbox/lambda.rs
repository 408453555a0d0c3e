//! Lambda: functions as they are seeded, downloaded, named and deleted.

use std::time::Duration;

use aws_sdk_lambda::config::{BehaviorVersion, Region, retry::RetryConfig};
use aws_sdk_lambda::error::ProvideErrorMetadata;
use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::primitives::Blob;
use base64::encode;
use serde_json::json;
use sha2::{Digest, Sha256};
use snapdeploy::sandbox::{Sandbox, Scenario};

use super::{DEV, PROD, REGION, raw, s3, user};

/// A Lambda client that tries once.
pub(crate) fn client(sandbox: &Sandbox, account: &str) -> aws_sdk_lambda::Client {
    let config = aws_sdk_lambda::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .endpoint_url(sandbox.endpoint())
        .retry_config(RetryConfig::disabled())
        .credentials_provider(user(account));
    aws_sdk_lambda::Client::from_conf(config.build())
}

/// The service's error code.
pub(crate) fn code<T: std::fmt::Debug, E: ProvideErrorMetadata + std::fmt::Debug>(
    result: Result<T, E>,
) -> String {
    match result {
        Ok(value) => format!("no error: {value:?}"),
        Err(error) => error.code().map_or_else(|| format!("no code: {error:?}"), str::to_owned),
    }
}

/// An archive of one file.
pub(crate) fn archive(text: &str) -> Vec<u8> {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("index.js", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

mod base64 {
    //! Base 64, not the sandbox's own.

    /// Encodes with padding.
    pub(super) fn encode(bytes: &[u8]) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
        let mut out = String::new();
        for six in bits.as_bytes().chunks(6) {
            let text = format!("{:0<6}", std::str::from_utf8(six).unwrap());
            out.push(char::from(ALPHABET[usize::from_str_radix(&text, 2).unwrap()]));
        }
        while !out.len().is_multiple_of(4) {
            out.push('=');
        }
        out
    }
}

/// One account with a function that has two versions, two aliases and a policy.
fn scenario() -> Scenario {
    let mut scenario = Scenario::empty();
    let account = scenario.account(DEV);
    account.bucket(REGION, "acme-code").bucket("eu-central-1", "acme-far");
    let layer = account.layer(REGION, "shared", 3, &[("nodejs/shared.js", b"exports.n = 1;")]);
    account
        .function(REGION, "orders")
        .files(&[("index.js", b"one")])
        .env(&[("TABLE", "orders-dev"), ("TOKEN", "s3cr3t")])
        .settings(json!({"Layers": [layer], "Timeout": 30}))
        .publish()
        .files(&[("index.js", b"two")])
        .publish()
        .alias("live", "1")
        .weight("live", "2", 0.25)
        .alias("next", "2")
        .permission(
            Some("live"),
            json!({"StatementId": "connect", "Principal": "connect.amazonaws.com", "Action": "lambda:InvokeFunction",
                   "SourceAccount": DEV, "SourceArn": "arn:aws:connect:us-east-1:111111111111:instance/x"}),
        )
        .concurrency(7)
        .tag("team", "voice");
    let queue = format!("arn:aws:sqs:{REGION}:{DEV}:orders");
    account.event_source(REGION, "orders:live", &queue, json!({"BatchSize": 5}));
    account.function(REGION, "boxed").image("111111111111.dkr.ecr.us-east-1.amazonaws.com/boxed:v1");
    scenario.account(PROD);
    scenario
}

async fn download(sandbox: &Sandbox, got: &GetFunctionOutput) -> String {
    let url = got.code().unwrap().location().unwrap();
    let path = url.strip_prefix(&sandbox.endpoint()).unwrap();
    raw(sandbox, &format!("GET {path}"), &[], "").await
}

#[tokio::test]
async fn a_seeded_function_is_whole_and_its_code_can_be_downloaded_for_ten_minutes() {
    let sandbox = Sandbox::start(scenario()).unwrap();
    let c = client(&sandbox, DEV);
    let latest = c.get_function().function_name("orders").send().await.unwrap();
    let configuration = latest.configuration().unwrap();
    assert_eq!(configuration.version(), Some("$LATEST"));
    assert_eq!(configuration.timeout(), Some(30));
    let variables = configuration.environment().unwrap().variables().unwrap();
    assert_eq!((variables["TABLE"].as_str(), variables["TOKEN"].as_str()), ("orders-dev", "s3cr3t"));
    assert!(configuration.layers()[0].code_size() > 0);
    assert_eq!(latest.concurrency().unwrap().reserved_concurrent_executions(), Some(7));
    assert_eq!(latest.tags().unwrap()["team"], "voice");
    let answer = download(&sandbox, &latest).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("two"), "{answer}");

    // The alias means version 1, and the ARN is the alias's.
    let live = c.get_function().function_name("orders").qualifier("live").send().await.unwrap();
    let of_live = live.configuration().unwrap();
    assert_eq!(of_live.version(), Some("1"));
    assert!(of_live.function_arn().unwrap().ends_with(":function:orders:live"));
    assert_ne!(of_live.code_sha256(), configuration.code_sha256());
    assert!(live.concurrency().is_none());
    let answer = download(&sandbox, &live).await;
    assert!(answer.contains("one") && answer.contains("content-type: application/zip"), "{answer}");
    sandbox.advance(Duration::from_secs(601));
    let answer = download(&sandbox, &live).await;
    assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("Request has expired"), "{answer}");

    let boxed = c.get_function().function_name("boxed").send().await.unwrap();
    let code = boxed.code().unwrap();
    assert_eq!(code.image_uri(), Some("111111111111.dkr.ecr.us-east-1.amazonaws.com/boxed:v1"));
    let sha256 = boxed.configuration().unwrap().code_sha256().unwrap();
    let resolved = format!("111111111111.dkr.ecr.us-east-1.amazonaws.com/boxed@sha256:{sha256}");
    assert_eq!(code.resolved_image_uri(), Some(resolved.as_str()));
    assert!(code.location().is_none());
}

#[tokio::test]
async fn a_function_is_created_pending_and_changed_when_it_is_active() {
    let sandbox = Sandbox::start(scenario()).unwrap();
    let c = client(&sandbox, DEV);
    let zip = archive("exports.handler = 1");
    let create = || {
        c.create_function()
            .function_name("new")
            .role(format!("arn:aws:iam::{DEV}:role/new"))
            .runtime("nodejs22.x".into())
            .handler("index.handler")
    };
    let inline =
        |bytes: &[u8]| aws_sdk_lambda::types::FunctionCode::builder().zip_file(Blob::new(bytes)).build();
    assert_eq!(code(create().code(inline(b"no archive")).send().await), "InvalidParameterValueException");
    let made = create().code(inline(&zip)).send().await.unwrap();
    assert_eq!(made.state().unwrap().as_str(), "Pending");
    let digest = encode(&Sha256::digest(&zip));
    assert_eq!(made.code_sha256(), Some(digest.as_str()));
    assert_eq!(made.code_size(), i64::try_from(zip.len()).unwrap());
    assert_eq!(code(create().code(inline(&zip)).send().await), "ResourceConflictException");

    // The next call that names it still finds it pending.
    let publish = || c.publish_version().function_name("new");
    assert_eq!(code(publish().send().await), "ResourceConflictException");
    let active = c.get_function_configuration().function_name("new").send().await.unwrap();
    assert_eq!(active.state().unwrap().as_str(), "Active");
    assert_ne!(active.revision_id(), made.revision_id());

    let other = archive("exports.handler = 2");
    let update = || c.update_function_code().function_name("new").zip_file(Blob::new(other.clone()));
    let wrong = update().revision_id(made.revision_id().unwrap()).send().await;
    assert_eq!(code(wrong), "PreconditionFailedException");
    let dry = update().dry_run(true).send().await.unwrap();
    assert_ne!(dry.code_sha256(), Some(digest.as_str()));
    let updated = update().revision_id(active.revision_id().unwrap()).send().await.unwrap();
    assert_eq!(updated.last_update_status().unwrap().as_str(), "InProgress");
    assert_ne!(updated.code_sha256(), Some(digest.as_str()));
    assert_eq!(code(update().send().await), "ResourceConflictException");
    let settled = c.get_function_configuration().function_name("new").send().await.unwrap();
    assert_eq!(settled.last_update_status().unwrap().as_str(), "Successful");
    assert_ne!(settled.revision_id(), updated.revision_id());

    let wrong = publish().code_sha256(&digest).send().await;
    assert_eq!(code(wrong), "InvalidParameterValueException");
    let first = publish().code_sha256(settled.code_sha256().unwrap()).send().await.unwrap();
    assert_eq!((first.version(), first.state().unwrap().as_str()), (Some("1"), "Active"));
    let again = publish().description("again").send().await.unwrap();
    assert_eq!((again.version(), again.revision_id()), (Some("1"), first.revision_id()));
    let alias =
        c.create_alias().function_name("new").name("live").function_version("1").send().await.unwrap();
    assert!(alias.alias_arn().unwrap().ends_with(":function:new:live"));
}

#[tokio::test]
async fn code_comes_from_the_callers_own_bucket_in_the_region() {
    let sandbox = Sandbox::start(scenario()).unwrap();
    let store = s3(&sandbox, DEV);
    let zip = archive("from a bucket");
    for bucket in ["acme-code", "acme-far"] {
        store.put_object().bucket(bucket).key("orders.zip").body(zip.clone().into()).send().await.unwrap();
    }
    let c = client(&sandbox, DEV);
    let from = |bucket: &str, key: &str| {
        c.update_function_code().function_name("orders").s3_bucket(bucket).s3_key(key).send()
    };
    for (bucket, key) in [("acme-code", "none.zip"), ("acme-none", "orders.zip"), ("acme-far", "orders.zip")]
    {
        assert_eq!(code(from(bucket, key).await), "InvalidParameterValueException", "{bucket}/{key}");
    }
    let updated = from("acme-code", "orders.zip").await.unwrap();
    assert_eq!(updated.code_sha256(), Some(encode(&Sha256::digest(&zip)).as_str()));
    let other = client(&sandbox, PROD);
    let made = other
        .create_function()
        .function_name("copy")
        .role(format!("arn:aws:iam::{PROD}:role/copy"))
        .runtime("nodejs22.x".into())
        .handler("index.handler");
    let theirs =
        aws_sdk_lambda::types::FunctionCode::builder().s3_bucket("acme-code").s3_key("orders.zip").build();
    assert_eq!(code(made.clone().code(theirs).send().await), "AccessDeniedException");
    let inline = aws_sdk_lambda::types::FunctionCode::builder().zip_file(Blob::new(zip)).build();
    let foreign = made.role(format!("arn:aws:iam::{DEV}:role/copy")).code(inline).send().await;
    assert_eq!(code(foreign), "AccessDeniedException");
}

#[tokio::test]
async fn a_version_that_an_alias_names_stays_and_a_function_goes_with_all_of_it() {
    let sandbox = Sandbox::start(scenario()).unwrap();
    let c = client(&sandbox, DEV);
    let delete = |qualifier: Option<&str>| {
        c.delete_function().function_name("orders").set_qualifier(qualifier.map(str::to_owned)).send()
    };
    // Version 2 is the second of an alias, and the only one of another.
    for version in ["1", "2"] {
        assert_eq!(code(delete(Some(version)).await), "ResourceConflictException");
    }
    for odd in ["live", "$LATEST"] {
        assert_eq!(code(delete(Some(odd)).await), "InvalidParameterValueException");
    }
    c.delete_alias().function_name("orders").name("live").send().await.unwrap();
    delete(Some("1")).await.unwrap();
    delete(Some("77")).await.unwrap();
    let gone = c.get_function().function_name("orders").qualifier("1").send().await;
    assert_eq!(code(gone), "ResourceNotFoundException");
    delete(None).await.unwrap();
    assert_eq!(code(delete(None).await), "ResourceNotFoundException");
    let mappings = c.list_event_source_mappings().send().await.unwrap();
    assert_eq!(mappings.event_source_mappings().len(), 1, "the event source stays");
}

#[tokio::test]
async fn a_scenario_folder_gives_functions_code_settings_aliases_and_permissions() {
    let dir = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("code/v1/index.js", "one");
    write("code/v2/index.js", "two");
    write("code/v2/lib/more.js", "more");
    write("code/single.js", "three");
    let scenario = |aliases: &str| {
        format!(
            r#"
[[accounts]]
id = "{DEV}"
name = "dev"
[[accounts.lambdas]]
name = "orders"
region = "{REGION}"
versions = ["code/v1", "code/v2"]
code = "code/single.js"
env = {{ TABLE = "orders-dev" }}
settings = {{ Timeout = 12 }}
aliases = {aliases}
concurrency = 4
tags = {{ team = "voice" }}
permissions = [{{ StatementId = "connect", Principal = "connect.amazonaws.com", qualifier = "live" }}]
event_sources = [{{ source = "arn:aws:sqs:{REGION}:{DEV}:q", qualifier = "live", BatchSize = 3 }}]
[[accounts.lambdas]]
name = "plain"
region = "{REGION}"
aliases = {{ live = "1" }}
"#
        )
    };
    write("scenario.toml", &scenario("{ live = \"2\" }"));
    let sandbox = Sandbox::start(Scenario::load(dir.path()).unwrap()).unwrap();
    let c = client(&sandbox, DEV);
    let live = c.get_function().function_name("orders").qualifier("live").send().await.unwrap();
    let configuration = live.configuration().unwrap();
    assert_eq!((configuration.version(), configuration.timeout()), (Some("2"), Some(12)));
    assert_eq!(configuration.environment().unwrap().variables().unwrap()["TABLE"], "orders-dev");
    let answer = download(&sandbox, &live).await;
    assert!(answer.contains("lib/more.js") && answer.contains("two"), "{answer}");
    let latest = c.get_function().function_name("orders").send().await.unwrap();
    let answer = download(&sandbox, &latest).await;
    assert!(answer.contains("single.js") && answer.contains("three"), "{answer}");
    assert_eq!(latest.concurrency().unwrap().reserved_concurrent_executions(), Some(4));
    let policy = c.get_policy().function_name("orders").qualifier("live").send().await.unwrap();
    assert!(policy.policy().unwrap().contains("lambda:InvokeFunction"), "{policy:?}");
    let sources = c.list_event_source_mappings().function_name("orders:live").send().await.unwrap();
    assert_eq!(sources.event_source_mappings()[0].batch_size(), Some(3));
    let plain = c.get_alias().function_name("plain").name("live").send().await.unwrap();
    assert_eq!(plain.function_version(), Some("1"));
    // The state has all of it, values of the environment too.
    let state = sandbox.state();
    let orders = &state[DEV]["lambda"]["functions"][format!("arn:aws:lambda:{REGION}:{DEV}:function:orders")];
    assert_eq!(orders["versions"]["2"]["Environment"]["Variables"]["TABLE"], "orders-dev");
    assert_eq!(orders["aliases"]["live"]["version"], "2");
    assert_eq!(orders["policies"]["live"][0]["Sid"], "connect");

    write("scenario.toml", &scenario("{ live = \"3\" }"));
    let why = Scenario::load(dir.path()).unwrap_err().to_string();
    assert!(why.contains("alias \"live\" names version \"3\""), "{why}");
    write("scenario.toml", &scenario("{ live = \"2\" }").replace("code/single.js", "code/none.js"));
    let why = Scenario::load(dir.path()).unwrap_err().to_string();
    assert!(why.contains("none.js"), "{why}");
}
