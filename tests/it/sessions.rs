//! Who a session says that it is, and that its calls go to the environment alone (invariant 9).

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

use std::collections::BTreeMap;

use serde_json::json;
use snapdeploy::aws::{Account, ECS, Sessions, classify};
use snapdeploy::core::environment::Access;
use snapdeploy::core::{Clock, ErrorKind};
use snapdeploy::sandbox::{Fault, FaultKind, Sandbox};

use crate::cli::journey::Acme;
use crate::cli::shell::Shell;
use crate::world::{A, REGION, SCALE, environment, scenario, sdk};

const ELSEWHERE: &str = "9f8e4e1c-1a2b-4c3d-8e9f-001122334455";

fn place(lines: &str, denied: &[&str]) -> Acme {
    let dev = "instance = \"acme-dev\"";
    Acme::with(
        |scenario| {
            scenario.account("111111111111").deny("snapdeploy", denied);
        },
        |example| {
            assert!(example.contains(dev));
            example.replace(dev, &format!("{dev}\n{lines}"))
        },
    )
}

#[test]
fn a_session_is_named_after_who_is_at_work_and_carries_no_more_unless_told() {
    let acme = place("", &["sts:TagSession", "sts:SetSourceIdentity"]);
    acme.run(0, &["extract", "dev"]);
    let arn = "arn:aws:sts::111111111111:assumed-role/snapdeploy/snapdeploy-read-sandbox".to_string();
    assert!(acme.sandbox.sessions().contains(&(arn, None, BTreeMap::new())), "{:?}", acme.sandbox.sessions());
}

#[test]
fn source_identity_and_tags_are_passed_where_the_configuration_says_so() {
    let both = "source_identity = true\nsession_tags = true";
    let acme = place(both, &[]);
    acme.run(0, &["extract", "dev"]);
    let sessions = acme.sandbox.sessions();
    let tags = [("Project", "acme"), ("Environment", "dev"), ("Access", "read")];
    let tags: BTreeMap<String, String> = tags.map(|(k, v)| (k.to_string(), v.to_string())).into();
    assert!(sessions.iter().any(|s| s.1.as_deref() == Some("sandbox") && s.2 == tags), "{sessions:?}");
    let base = acme.run(0, &["init", "--policy", "dev", "--verb", "extract", "--of", "base"]).out;
    assert!(base.contains("sts:TagSession") && base.contains("sts:SetSourceIdentity"), "{base}");
    for (lines, action) in
        [("source_identity = true", "sts:SetSourceIdentity"), ("session_tags = true", "sts:TagSession")]
    {
        let refused = place(lines, &[action]).run(12, &["extract", "dev"]);
        assert!(refused.err.contains(action), "{}", refused.err);
    }
}

/// Returns the clients for prod, bound to its instance, and the sandbox without any call so far.
async fn prod() -> (Account, Sandbox) {
    let mut scenario = scenario();
    scenario.account(A).bucket(REGION, "theirs");
    let sandbox = Sandbox::start(scenario).unwrap();
    let sessions = Sessions::with(&Clock::scaled(SCALE), &sdk(&sandbox.endpoint()));
    let account = sessions.account(&environment("prod"), Access::Write).await.unwrap();
    snapdeploy::kinds::bind(account.clone(), &environment("prod")).await.unwrap();
    sandbox.clear_calls();
    (account, sandbox)
}

#[tokio::test]
async fn a_call_to_another_instance_account_or_region_is_not_sent() {
    let (account, sandbox) = prod().await;
    let connect = &account.connect_once;
    let instance = connect.describe_queue().instance_id(ELSEWHERE).queue_id("q").send().await;
    let search = connect.search_queues().instance_id(ELSEWHERE).send().await;
    let tags = connect
        .list_tags_for_resource()
        .resource_arn(format!("arn:aws:connect:{REGION}:{A}:instance/{ELSEWHERE}"))
        .send()
        .await;
    let function = format!("arn:aws:lambda:{REGION}:{A}:function:x");
    let function = account.lambda.get_function().function_name(function).send().await;
    let region = account.lambda.get_function().function_name("x").customize();
    let region = region.config_override(
        aws_sdk_lambda::config::Builder::new().region(aws_sdk_lambda::config::Region::new("eu-north-1")),
    );
    for (what, failure) in [
        ("DescribeQueue", classify("DescribeQueue", instance.unwrap_err())),
        ("SearchQueues", classify("SearchQueues", search.unwrap_err())),
        ("ListTagsForResource", classify("ListTagsForResource", tags.unwrap_err())),
        ("GetFunction", classify("GetFunction", function.unwrap_err())),
        ("GetFunction elsewhere", classify("GetFunction", region.send().await.unwrap_err())),
    ] {
        assert_eq!(failure.error.kind, ErrorKind::Denied, "{what}: {}", failure.error);
        assert!(failure.error.message.contains("this call was stopped"), "{what}: {}", failure.error);
    }
    let cluster = json!({ "cluster": format!("arn:aws:ecs:{REGION}:{A}:cluster/main") });
    let failure = account.ask(&ECS, "ListServices", &cluster).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::Denied, "{}", failure.error);
    assert!(sandbox.calls().is_empty(), "nothing was sent: {:?}", sandbox.calls());
}

#[tokio::test]
async fn a_bucket_that_is_somebody_elses_is_refused_by_s3() {
    let (account, sandbox) = prod().await;
    let put =
        account.s3.put_object().bucket("theirs").key("x").body("x".as_bytes().to_vec().into()).send().await;
    assert_eq!(classify("PutObject", put.unwrap_err()).error.kind, ErrorKind::Denied);
    let calls = sandbox.calls();
    assert!(
        calls.iter().all(|c| c.error.as_deref().is_some_and(|e| e.contains("AccessDenied"))),
        "{calls:?}"
    );
}

/// The target's credentials are over from some call on, and nobody gives new ones. The journal, which is written with the
/// base's, goes on: the run is parked, and gone on with once there are credentials.
#[test]
fn credentials_of_the_target_that_are_over_park_a_run_that_has_changed_something() {
    const DEPLOY: [&str; 6] = ["deploy", "dev@latest", "--to", "prod", "--confirm", "acme/prod"];
    let whole = Acme::new();
    whole.run(0, &["extract", "dev"]);
    whole.sandbox.clear_calls();
    whole.run(0, &DEPLOY);
    let in_prod = |acme: &Acme| {
        let calls = acme.sandbox.calls();
        let connect = calls.into_iter().filter(|c| c.service == "connect" && c.account == "222222222222");
        connect.map(|c| c.mutating).collect::<Vec<bool>>()
    };
    let calls = in_prod(&whole);
    let first = calls.iter().position(|mutating| *mutating).unwrap();
    let mut parked = 0;
    // The last of them are reads of its verification.
    for part in [0, 2, 4, 6, 8, 9] {
        let nth = (first + 2 + (calls.len() - first) * part / 10) as u64;
        let acme = Acme::new();
        acme.run(0, &["extract", "dev"]);
        acme.sandbox.fault(Fault {
            service: Some("connect".into()),
            operation: None,
            account: Some("222222222222".into()),
            nth,
            times: u64::MAX / 2,
            kind: FaultKind::ExpiredToken,
        });
        let said = acme.shell.run(&DEPLOY);
        assert!([3, 12].contains(&said.code), "call {nth}: {}: {}", said.code, said.err);
        acme.sandbox.clear_faults();
        if said.code == 3 {
            parked += 1;
            assert!(said.out.contains("Resume: snapdeploy deploy --resume"), "{}", said.out);
            // Whoever goes on too early is not told that the rollback failed: not even the listing can be read.
            acme.sandbox
                .fault(Fault { times: u64::MAX / 2, ..Fault::next("ListQueues", FaultKind::ExpiredToken) });
            acme.run(3, &["deploy", "--resume", "--confirm", "acme/prod"]);
            acme.sandbox.clear_faults();
            acme.run(0, &["deploy", "--resume", "--confirm", "acme/prod"]);
        } else {
            acme.run(0, &DEPLOY);
        }
        assert!(acme.run(0, &DEPLOY).out.starts_with("Nothing to do"), "it is all there");
    }
    assert!(parked >= 4, "{parked}");
}

#[test]
fn a_session_that_cannot_say_who_is_at_work_is_not_opened_where_that_is_asked_for() {
    let acme = place("source_identity = true", &[]);
    // Who the base credentials are of: not to be told. The role's own question is another account's.
    acme.sandbox.fault(Fault { times: 2, ..Fault::next("GetCallerIdentity", FaultKind::AccessDenied) });
    let said = acme.run(12, &["extract", "dev"]);
    assert!(said.err.contains("source identity"), "{}", said.err);
    assert!(acme.sandbox.sessions().is_empty(), "no role was assumed: {:?}", acme.sandbox.sessions());
    acme.sandbox.clear_faults();
    acme.run(0, &["extract", "dev"]);
}

/// Where AWS's own settings send a service, the guard lets its calls go, and a person is told.
#[test]
fn a_profile_may_send_services_elsewhere() {
    let acme = Acme::new();
    let here = acme.sandbox.endpoint().replace("127.0.0.1", "localhost");
    let services = ["sts", "connect", "lambda", "lex_models_v2", "ecs"];
    let sections: String = services.map(|s| format!("{s} =\n  endpoint_url = {here}\n")).concat();
    let shell = Shell::with(
        &include_str!("../../examples/acme/snapdeploy.toml")
            .replace("store = \"s3://acme-snapdeploy/snapdeploy\"", "store = \"file://.store\"")
            .replace("protected = true\n", ""),
    );
    let profile = shell.directory.path().join("aws-config");
    std::fs::write(&profile, format!("[default]\nservices = here\n[services here]\n{sections}")).unwrap();
    let shell = shell
        .set("AWS_CONFIG_FILE", profile.to_str().unwrap())
        .set("AWS_ACCESS_KEY_ID", "111111111111")
        .set("AWS_SECRET_ACCESS_KEY", "x");
    let said = shell.run(&["extract", "dev"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains(&format!("the profile sends the calls of CONNECT to {here}")), "{}", said.err);
}
