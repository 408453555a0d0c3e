//! ECR: images of scenarios, the archive, and what a scenario folder says.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::sandbox::{Behaviour, ImageSeed, RepositorySeed, Sandbox, Scenario};

use super::{DEV, PROD, REGION, raw};

/// Calls a service in AWS JSON as an account's own user; the status and the body.
pub(crate) async fn ask(
    sandbox: &Sandbox,
    account: &str,
    service: &str,
    target: &str,
    body: Value,
) -> (u16, Value) {
    let date = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("{account}/{}/{REGION}/{service}/aws4_request", &date[..8]);
    let signed = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
    let headers = [("authorization", signed.as_str()), ("x-amz-date", &date), ("x-amz-target", target)];
    let answer = raw(sandbox, "POST /", &headers, &body.to_string()).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap() })
}

async fn ecr(sandbox: &Sandbox, account: &str, operation: &str, body: Value) -> (u16, Value) {
    ask(sandbox, account, "ecr", &format!("AmazonEC2ContainerRegistry_V20150921.{operation}"), body).await
}

fn seed(text: &str) -> ImageSeed {
    ImageSeed { repository: "api".into(), tag: "v1".into(), text: text.into(), ..ImageSeed::default() }
}

#[test]
fn equal_seeds_have_equal_digests_in_two_accounts_and_others_have_not() {
    let mut scenario = Scenario::empty();
    let here = scenario.account(DEV).image(seed("one"));
    let there = ImageSeed { repository: "other".into(), tag: "v7".into(), ..seed("one") };
    assert_eq!(scenario.account(PROD).image(there), here);
    let exits = Behaviour { exits: Some((1.0, 1)), ..Behaviour::default() };
    let arm = vec!["linux/arm64".into()];
    for other in [
        seed("two"),
        ImageSeed { behaviour: exits, ..seed("one") },
        ImageSeed { platforms: arm, ..seed("one") },
    ] {
        assert_ne!(scenario.account(DEV).image(other.clone()), here, "{other:?}");
    }
}

#[tokio::test]
async fn an_archived_image_is_there_again_once_it_is_restored() {
    let mut scenario = Scenario::empty();
    let digest = scenario.account(DEV).image(ImageSeed { archived: true, ..seed("one") });
    let sandbox = Sandbox::start(scenario).unwrap();
    let one = json!({"repositoryName": "api", "imageIds": [{"imageDigest": digest}]});
    let status = async || {
        let (_, found) = ecr(&sandbox, DEV, "DescribeImages", one.clone()).await;
        match found["__type"].as_str() {
            Some(code) => code.to_owned(),
            None => found["imageDetails"][0]["imageStatus"].as_str().unwrap().to_owned(),
        }
    };
    assert_eq!(status().await, "ImageNotFoundException");
    let restore =
        json!({"repositoryName": "api", "imageId": {"imageTag": "v1"}, "targetStorageClass": "STANDARD"});
    let (_, answer) = ecr(&sandbox, DEV, "UpdateImageStorageClass", restore).await;
    assert_eq!(answer["imageStatus"], "ACTIVATING");
    sandbox.advance(Duration::from_secs(1100));
    assert_eq!(status().await, "ImageNotFoundException");
    let (_, got) = ecr(&sandbox, DEV, "BatchGetImage", one.clone()).await;
    assert_eq!(got["failures"][0]["failureCode"], "ImageNotFound");
    sandbox.advance(Duration::from_secs(101));
    assert_eq!(status().await, "ACTIVE");
    let (_, got) = ecr(&sandbox, DEV, "BatchGetImage", one).await;
    assert_eq!(got["images"][0]["imageId"]["imageDigest"], digest);
}

#[tokio::test]
async fn pushing_an_archived_image_again_restores_it_at_once() {
    let mut scenario = Scenario::empty();
    let account = scenario.account(DEV);
    account.image(ImageSeed { archived: true, ..seed("one") });
    let prod = scenario.account(PROD);
    let open = r#"{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}]}"#;
    prod.repository(RepositorySeed {
        name: "api".into(),
        policy: Some(open.into()),
        ..RepositorySeed::default()
    });
    prod.image(seed("one"));
    let sandbox = Sandbox::start(scenario).unwrap();
    let one = json!({"registryId": PROD, "repositoryName": "api", "imageIds": [{"imageTag": "v1"}]});
    let (_, got) = ecr(&sandbox, DEV, "BatchGetImage", one).await;
    let put = json!({"repositoryName": "api", "imageManifest": got["images"][0]["imageManifest"], "imageTag": "v1"});
    assert_eq!(ecr(&sandbox, DEV, "PutImage", put.clone()).await.0, 200);
    let (_, again) = ecr(&sandbox, DEV, "PutImage", put).await;
    assert_eq!(again["__type"], "ImageAlreadyExistsException");
}

#[tokio::test]
async fn switches_of_what_is_not_settled() {
    let mut scenario = Scenario::empty();
    let account = scenario.account(DEV);
    account.repository(RepositorySeed {
        name: "api".into(),
        mutability: "IMMUTABLE".into(),
        ..RepositorySeed::default()
    });
    account.image(seed("one"));
    let sandbox = Sandbox::start(scenario).unwrap();
    let one = json!({"repositoryName": "api", "imageIds": [{"imageTag": "v1"}], "acceptedMediaTypes": ["text/plain"]});
    let (_, refused) = ecr(&sandbox, DEV, "BatchGetImage", one.clone()).await;
    assert_eq!(refused["failures"][0]["failureCode"], "ImageNotFound");
    sandbox.set_switch("ecr_unaccepted_type_fails", "false").unwrap();
    let (_, got) = ecr(&sandbox, DEV, "BatchGetImage", one.clone()).await;
    let put = json!({"repositoryName": "api", "imageTag": "v1", "imageManifest": got["images"][0]["imageManifest"]});
    for (switch, code) in
        [("false", "ImageAlreadyExistsException"), ("true", "ImageTagAlreadyExistsException")]
    {
        sandbox.set_switch("ecr_same_image_is_tag_conflict", switch).unwrap();
        assert_eq!(ecr(&sandbox, DEV, "PutImage", put.clone()).await.1["__type"], code);
    }
    let none = format!("sha256:{}", "0".repeat(64));
    let layers = json!({"repositoryName": "api", "layerDigests": [none]});
    let (_, checked) = ecr(&sandbox, DEV, "BatchCheckLayerAvailability", layers.clone()).await;
    assert_eq!(checked["layers"][0]["layerAvailability"], "UNAVAILABLE");
    sandbox.set_switch("ecr_missing_layer_is_failure", "true").unwrap();
    let (_, checked) = ecr(&sandbox, DEV, "BatchCheckLayerAvailability", layers).await;
    assert_eq!(checked["failures"][0]["failureCode"], "MissingLayerDigest");
    let away =
        json!({"repositoryName": "api", "imageId": {"imageTag": "v1"}, "targetStorageClass": "ARCHIVE"});
    ecr(&sandbox, DEV, "UpdateImageStorageClass", away).await;
    sandbox.set_switch("ecr_archived_image_is_inaccessible", "true").unwrap();
    let (_, got) = ecr(&sandbox, DEV, "BatchGetImage", one).await;
    assert_eq!(got["failures"][0]["failureCode"], "ImageInaccessible");
}

#[tokio::test]
async fn a_scenario_folder_has_images_alarms_and_log_groups() {
    let dir = tempfile::tempdir().unwrap();
    let write = |more: &str| {
        let text = format!("[[accounts]]\nid = \"{DEV}\"\nname = \"dev\"\n{more}");
        std::fs::write(dir.path().join("scenario.toml"), text).unwrap();
    };
    write(
        r#"images = [{ repository = "api", region = "us-east-1", tag = "v1", text = "one", exits_after = 2, exits_with = 7, log = ["no"] }]
repositories = [{ name = "empty", region = "us-east-1", mutability = "IMMUTABLE" }]
alarms = [{ name = "errors", region = "us-east-1", state = "ALARM" }]
log_groups = [{ name = "/ecs/api", region = "us-east-1" }]
"#,
    );
    let sandbox = Sandbox::start(Scenario::load(dir.path()).unwrap()).unwrap();
    let behaviour = Behaviour { exits: Some((2.0, 7)), log: vec!["no".into()], ..Behaviour::default() };
    let same = Scenario::empty().account(PROD).image(ImageSeed { behaviour, ..seed("one") });
    let state = &sandbox.state()[DEV];
    assert_eq!(state["ecr"]["us-east-1/api"]["tags"]["v1"], same);
    assert_eq!(state["ecr"]["us-east-1/empty"]["mutability"], "IMMUTABLE");
    assert_eq!(state["monitoring"]["us-east-1/errors"], "ALARM");
    assert_eq!(state["logs"]["us-east-1//ecs/api"], json!({}));
    for (wrong, why) in [
        (r#"alarms = [{ name = "a", region = "r", state = "RED" }]"#, "RED"),
        (r#"images = [{ repository = "a", region = "r", tga = "v1" }]"#, "tga"),
        (r#"images = [{ repository = "a", region = "r", exits_after = "soon" }]"#, "exits_after"),
    ] {
        write(wrong);
        let error = Scenario::load(dir.path()).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
}
