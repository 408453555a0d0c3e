//! Who is calling: accounts, roles, sessions.

use std::time::Duration;

use aws_credential_types::Credentials;
use snapdeploy::sandbox::{Fault, FaultKind, Sandbox, Scenario};

use super::{DEV, PROD, REGION, code, connect, raw, signed, sts, user};

fn two_accounts() -> Sandbox {
    let mut scenario = Scenario::empty();
    scenario.account(DEV).role("snapdeploy", None).instance(REGION, "acme-dev");
    let prod = scenario.account(PROD);
    prod.role("snapdeploy", Some("key")).role("reader", None).deny("reader", &["connect:ListPrompts"]);
    prod.instance(REGION, "acme-prod");
    Sandbox::start(scenario).unwrap()
}

async fn assume(sandbox: &Sandbox, role: &str, external_id: Option<&str>) -> Result<Credentials, String> {
    let answer = sts(sandbox, user(DEV))
        .assume_role()
        .role_arn(format!("arn:aws:iam::{PROD}:role/{role}"))
        .role_session_name("test")
        .set_external_id(external_id.map(str::to_owned))
        .send()
        .await;
    let answer = match answer {
        Ok(answer) => answer,
        refused => return Err(code(refused)),
    };
    let got = answer.credentials().unwrap();
    let (key, secret, token) = (got.access_key_id(), got.secret_access_key(), got.session_token().to_owned());
    Ok(Credentials::new(key, secret, Some(token), None, "test"))
}

#[tokio::test]
async fn a_role_leads_into_its_account_and_needs_its_external_id() {
    let sandbox = two_accounts();
    assert_eq!(assume(&sandbox, "snapdeploy", None).await.unwrap_err(), "AccessDenied");
    assert_eq!(assume(&sandbox, "snapdeploy", Some("no")).await.unwrap_err(), "AccessDenied");
    assert_eq!(assume(&sandbox, "nobody", Some("key")).await.unwrap_err(), "AccessDenied");
    let session = assume(&sandbox, "snapdeploy", Some("key")).await.unwrap();
    let identity = sts(&sandbox, session.clone()).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.account(), Some(PROD));
    let instances = connect(&sandbox, session).list_instances().send().await.unwrap();
    assert_eq!(instances.instance_summary_list()[0].instance_alias(), Some("acme-prod"));
}

#[tokio::test]
async fn sessions_expire_and_unknown_ones_are_refused() {
    let sandbox = two_accounts();
    let session = assume(&sandbox, "reader", None).await.unwrap();
    let made_up = Credentials::new("ASIAAAAAAAAAAAAAAAAA", "s", Some("t".into()), None, "test");
    assert_eq!(code(connect(&sandbox, made_up).list_instances().send().await), "UnrecognizedClientException");
    let stranger = connect(&sandbox, user("999999999999"));
    assert_eq!(code(stranger.list_instances().send().await), "UnrecognizedClientException");
    sandbox.advance(Duration::from_secs(3601));
    assert_eq!(
        code(connect(&sandbox, session.clone()).list_instances().send().await),
        "ExpiredTokenException"
    );
    assert_eq!(code(sts(&sandbox, session).get_caller_identity().send().await), "ExpiredToken");
}

#[tokio::test]
async fn a_role_is_refused_what_it_is_denied() {
    let sandbox = two_accounts();
    let session = assume(&sandbox, "reader", None).await.unwrap();
    let client = connect(&sandbox, session);
    let instances = client.list_instances().send().await.unwrap();
    let instance = instances.instance_summary_list()[0].id().unwrap().to_owned();
    assert_eq!(code(client.list_prompts().instance_id(&instance).send().await), "AccessDeniedException");
    client.list_queues().instance_id(&instance).send().await.unwrap();
    let calls = sandbox.calls();
    assert_eq!(calls[2].operation, "ListPrompts");
    assert_eq!((calls[2].account.as_str(), calls[2].status), (PROD, 403));
    assert!(!calls[2].mutating);
}

#[tokio::test]
async fn an_expired_token_can_be_had_on_cue() {
    let sandbox = two_accounts();
    sandbox.fault(Fault::next("ListInstances", FaultKind::ExpiredToken));
    let client = connect(&sandbox, user(DEV));
    assert_eq!(code(client.list_instances().send().await), "ExpiredTokenException");
    client.list_instances().send().await.unwrap();
}

#[tokio::test]
async fn signatures_grow_old_and_every_answer_has_a_date() {
    let sandbox = two_accounts();
    let fresh = signed(&sandbox, "connect", "GET /instance", 4).await;
    assert!(fresh.starts_with("HTTP/1.1 200") && fresh.contains("\r\ndate: "), "{fresh}");
    assert!(signed(&sandbox, "connect", "GET /instance", 6).await.contains("InvalidSignatureException"));
    assert!(signed(&sandbox, "s3", "GET /acme?list-type=2", 6).await.contains("NoSuchBucket"));
    assert!(signed(&sandbox, "s3", "GET /acme?list-type=2", 16).await.contains("RequestTimeTooSkewed"));
    assert!(raw(&sandbox, "GET /instance", &[], "").await.contains("MissingAuthenticationTokenException"));
    let unknown = signed(&sandbox, "connect", "GET /none-such/x", 0).await;
    assert!(unknown.starts_with("HTTP/1.1 501") && unknown.contains("GET /none-such/x"), "{unknown}");
    assert!(signed(&sandbox, "sqs", "POST /", 0).await.starts_with("HTTP/1.1 501"));
}
