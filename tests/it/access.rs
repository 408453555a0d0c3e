//! Invariant 9: every call goes to the pinned account; a wrong role, external id, account or instance is one clear
//! error before anything else happens.

use snapdeploy::aws::Sessions;
use snapdeploy::core::environment::{Access, Environment};
use snapdeploy::core::{Clock, Error, ErrorKind};
use snapdeploy::sandbox::{Fault, FaultKind, Sandbox};

use crate::world::{A, B, SCALE, environment, scenario, sdk};

async fn refusal(sandbox: &Sandbox, environment: &Environment) -> Error {
    let sessions = Sessions::with(&Clock::scaled(SCALE), &sdk(&sandbox.endpoint()));
    match sessions.account(environment, Access::Write).await {
        Err(e) => e,
        Ok(account) => match snapdeploy::kinds::bind(account, environment).await {
            Err(e) => e,
            Ok(_) => panic!("it was let in"),
        },
    }
}

#[tokio::test]
async fn a_role_in_another_account_is_refused() {
    let sandbox = Sandbox::start(scenario()).unwrap();
    let wrong =
        Environment { role_arn: environment("dev").role_arn, external_id: None, ..environment("prod") };
    let e = refusal(&sandbox, &wrong).await;
    assert_eq!(e.kind, ErrorKind::Denied);
    assert!(e.message.contains(A) && e.message.contains(B), "{e}");
    assert!(e.hint.unwrap().contains("[environments.prod]"));
}

#[tokio::test]
async fn a_wrong_external_id_and_a_missing_role_are_refused() {
    let sandbox = Sandbox::start(scenario()).unwrap();
    let wrong = Environment { external_id: Some("guessed".into()), ..environment("prod") };
    let e = refusal(&sandbox, &wrong).await;
    assert_eq!(e.kind, ErrorKind::Denied, "{e:?}");
    assert!(e.hint.as_ref().is_some_and(|h| h.contains("external_id")), "{e:?}");
    let wrong =
        Environment { role_arn: Some(format!("arn:aws:iam::{B}:role/nobody")), ..environment("prod") };
    assert_eq!(refusal(&sandbox, &wrong).await.kind, ErrorKind::Denied);
}

#[tokio::test]
async fn a_missing_instance_is_named_with_those_that_are_there() {
    let sandbox = Sandbox::start(scenario()).unwrap();
    let wrong = Environment { instance: Some("nowhere".into()), ..environment("prod") };
    let e = refusal(&sandbox, &wrong).await;
    assert_eq!(e.kind, ErrorKind::NotFound);
    assert!(e.message.contains("`nowhere`") && e.hint.unwrap().contains("prod ("), "{}", e.message);
}

#[tokio::test]
async fn an_unreachable_service_is_unavailable_and_not_a_refusal() {
    let sandbox = Sandbox::start(scenario()).unwrap();
    for kind in [FaultKind::ServerError, FaultKind::DropBefore] {
        sandbox.clear_faults();
        sandbox.fault(Fault { times: 100, ..Fault::next("ListInstances", kind.clone()) });
        let e = refusal(&sandbox, &environment("prod")).await;
        assert_eq!(e.kind, ErrorKind::Unavailable, "{kind:?}: {e}");
    }
}

#[tokio::test]
async fn what_only_looks_assumes_the_role_for_looking() {
    let mut scenario = scenario();
    scenario.account(B).role("look", Some("only-us")).deny("snapdeploy", &["sts:GetCallerIdentity"]);
    let sandbox = Sandbox::start(scenario).unwrap();
    let sessions = Sessions::with(&Clock::scaled(SCALE), &sdk(&sandbox.endpoint()));
    let pair =
        Environment { read_role_arn: Some(format!("arn:aws:iam::{B}:role/look")), ..environment("prod") };
    assert!(sessions.account(&pair, Access::Read).await.is_ok());
    assert!(sessions.account(&pair, Access::Write).await.is_err(), "the other role is another one");
    let alone = environment("prod");
    assert!(sessions.account(&alone, Access::Read).await.is_err(), "without one, there is one role for all");
}
