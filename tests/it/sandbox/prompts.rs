//! The sound of prompts: URLs that need no signature, and that expire.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_s3::presigning::PresigningConfig;
use serde_json::json;
use snapdeploy::sandbox::{Kind, Sandbox};

use super::{DEV, REGION, code, connect, raw, s3, small, sts, user};

/// The answer to a plain GET of a URL of the sandbox.
async fn get(sandbox: &Sandbox, url: &str) -> String {
    let path = url.strip_prefix(&sandbox.endpoint()).unwrap();
    raw(sandbox, &format!("GET {path}"), &[], "").await
}

#[tokio::test]
async fn the_url_of_a_prompt_needs_no_signature_and_expires() {
    let (mut scenario, instance) = small();
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    seed.prompt_with("Hi.wav", b"RIFF hello", json!({"Description": "Greets"}));
    let id = seed.id_of(Kind::Prompt, "Hi.wav");
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    let file = || async {
        let file = client.get_prompt_file().instance_id(&instance).prompt_id(&id).send().await.unwrap();
        file.prompt_presigned_url().unwrap().to_owned()
    };
    let url = file().await;
    let answer = get(&sandbox, &url).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("\r\n\r\nRIFF hello"), "{answer}");
    assert!(answer.contains("content-type: audio/wav"), "{answer}");
    sandbox.advance(Duration::from_secs(901));
    let answer = get(&sandbox, &url).await;
    assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("Request has expired"), "{answer}");
    let create = || client.create_prompt().instance_id(&instance).name("Copy");
    assert_eq!(code(create().s3_uri(&url).send().await), "InvalidParameterException");
    create().s3_uri(file().await).send().await.unwrap();
    let state = sandbox.connect_state(DEV);
    let prompts = state[format!("{REGION}/acme-dev")]["prompt"].as_object().unwrap();
    let digests: Vec<_> = prompts.values().map(|prompt| &prompt["Audio"]).collect();
    assert_eq!(digests.len(), 2);
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests[0]["size"], 10);
    // Connect's own bucket is in nobody's state.
    let state = sandbox.state();
    assert_eq!(state[DEV]["s3"].as_object().unwrap().keys().collect::<Vec<_>>(), ["acme-store"]);
}

#[tokio::test]
async fn presigned_urls_are_their_signers_until_they_expire() {
    let (scenario, instance) = small();
    let sandbox = Sandbox::start(scenario).unwrap();
    let store = s3(&sandbox, DEV);
    let put = store.put_object().bucket("acme-store").key("a b/ü.wav").body(b"RIFF store".to_vec().into());
    put.send().await.unwrap();
    let presign = |signer: aws_sdk_s3::Client, minutes_ago: u64| async move {
        let start = SystemTime::from(jiff::Timestamp::now()) - Duration::from_secs(60 * minutes_ago);
        let config =
            PresigningConfig::builder().start_time(start).expires_in(Duration::from_secs(60)).build();
        let get = signer.get_object().bucket("acme-store").key("a b/ü.wav");
        get.presigned(config.unwrap()).await.unwrap().uri().to_owned()
    };
    let good = presign(store.clone(), 0).await;
    // What clients sign is on the machine's time.
    sandbox.advance(Duration::from_secs(3600));
    let answer = get(&sandbox, &good).await;
    assert!(answer.ends_with("\r\n\r\nRIFF store"), "{answer}");
    let old = get(&sandbox, &presign(store.clone(), 2).await).await;
    assert!(old.starts_with("HTTP/1.1 403 ") && old.contains("Request has expired"), "{old}");
    let future = get(&sandbox, &good.replace("X-Amz-Expires=60", "X-Amz-Expires=604801")).await;
    assert!(future.contains("AuthorizationQueryParametersError"), "{future}");
    let unsigned = get(&sandbox, good.split('?').next().unwrap()).await;
    assert!(unsigned.starts_with("HTTP/1.1 403 "), "{unsigned}");

    let assume = sts(&sandbox, user(DEV)).assume_role().role_session_name("test");
    let assumed = assume.role_arn(format!("arn:aws:iam::{DEV}:role/snapdeploy")).send().await.unwrap();
    let session = assumed.credentials().unwrap();
    let credentials = |token: &str| {
        Credentials::new(
            session.access_key_id(),
            session.secret_access_key(),
            Some(token.into()),
            None,
            "test",
        )
    };
    let by = |token: &str| {
        let config = store.config().to_builder().credentials_provider(credentials(token));
        aws_sdk_s3::Client::from_conf(config.build())
    };
    let good = presign(by(session.session_token()), 0).await;
    let answer = get(&sandbox, &good).await;
    assert!(answer.ends_with("\r\n\r\nRIFF store"), "{answer}");
    let bad = get(&sandbox, &presign(by("somebody else's"), 0).await).await;
    assert!(bad.starts_with("HTTP/1.1 403 ") && bad.contains("InvalidAccessKeyId"), "{bad}");
    let client = connect(&sandbox, user(DEV));
    client.create_prompt().instance_id(instance).name("Hi").s3_uri(good).send().await.unwrap();
}

#[test]
fn made_up_sound_follows_from_the_name() {
    let digest = |alias: &str, name: &str| {
        let (mut scenario, _) = small();
        let seed = scenario.account(DEV).instance(REGION, alias).prompt(name);
        let id = seed.id_of(Kind::Prompt, name);
        let state = Sandbox::start(scenario).unwrap().connect_state(DEV);
        state[format!("{REGION}/{alias}")]["prompt"][id]["Audio"]["sha256"].as_str().unwrap().to_owned()
    };
    assert_eq!(digest("acme-dev", "Hi.wav"), digest("acme-other", "Hi.wav"));
    assert_ne!(digest("acme-dev", "Hi.wav"), digest("acme-dev", "Bye.wav"));
}
