//! Elastic Load Balancing in the sandbox: health over time, weights, and seeds whose ARNs are known beforehand.

use std::time::Duration;

use snapdeploy::sandbox::{Sandbox, Scenario};

use super::{DEV, REGION, query};

const VERSION: &str = "Version=2015-12-01";

async fn ask(sandbox: &Sandbox, action: &str, rest: &str) -> String {
    query(sandbox, "elasticloadbalancing", &format!("Action={action}&{VERSION}&{rest}")).await
}

/// The text of the first element with this name.
fn element<'a>(answer: &'a str, name: &str) -> &'a str {
    let from = answer.split(&format!("<{name}>")).nth(1).unwrap_or_else(|| panic!("no {name} in {answer}"));
    from.split('<').next().unwrap()
}

/// A load balancer with two target groups, of which one gets everything; group, other group, listener.
fn scenario() -> (Scenario, [String; 3]) {
    let mut scenario = Scenario::empty();
    let account = scenario.account(DEV);
    let mut balancer = account.load_balancer(REGION, "front");
    let (blue, green) = (balancer.target_group("blue"), balancer.target_group("green"));
    let listener = balancer.listener(80, &[("blue", 1)]);
    (scenario, [blue, green, listener])
}

#[tokio::test]
async fn a_new_target_is_initial_and_then_healthy_or_not() {
    let (scenario, [blue, ..]) = scenario();
    let sandbox = Sandbox::start(scenario).unwrap();
    sandbox.set_switch("elb_check_ms", "10000").unwrap();
    let at = format!("TargetGroupArn={blue}");
    ask(&sandbox, "RegisterTargets", &format!("{at}&Targets.member.1.Id=10.0.0.1")).await;
    let health = async || ask(&sandbox, "DescribeTargetHealth", &at).await;
    let state = |answer: &str| (element(answer, "State").to_owned(), element(answer, "Reason").to_owned());
    assert_eq!(state(&health().await), ("initial".into(), "Elb.RegistrationInProgress".into()));
    sandbox.advance(Duration::from_secs(6));
    assert_eq!(state(&health().await), ("initial".into(), "Elb.InitialHealthChecking".into()));
    sandbox.set_switch("elb_targets_failing", "true").unwrap();
    sandbox.advance(Duration::from_secs(6));
    // One check of two has failed.
    assert_eq!(element(&health().await, "State"), "initial");
    sandbox.advance(Duration::from_secs(9));
    let answer = health().await;
    assert_eq!(state(&answer), ("unhealthy".into(), "Target.ResponseCodeMismatch".into()));
    assert_eq!(element(&answer, "Description"), "Health checks failed with these codes: [502]");
    sandbox.set_switch("elb_failure_code", "0").unwrap();
    assert_eq!(element(&health().await, "Reason"), "Target.Timeout");
    sandbox.set_switch("elb_targets_failing", "false").unwrap();
    let answer = health().await;
    assert_eq!(element(&answer, "State"), "healthy");
    assert!(!answer.contains("<Reason>"), "{answer}");
}

#[tokio::test]
async fn targets_stay_initial_while_they_are_held() {
    let (scenario, [blue, ..]) = scenario();
    let sandbox = Sandbox::start(scenario).unwrap();
    sandbox.set_switch("elb_targets_held", "true").unwrap();
    let at = format!("TargetGroupArn={blue}");
    ask(&sandbox, "RegisterTargets", &format!("{at}&Targets.member.1.Id=10.0.0.1")).await;
    sandbox.advance(Duration::from_secs(3600));
    assert_eq!(element(&ask(&sandbox, "DescribeTargetHealth", &at).await, "State"), "initial");
    sandbox.set_switch("elb_targets_held", "false").unwrap();
    assert_eq!(element(&ask(&sandbox, "DescribeTargetHealth", &at).await, "State"), "healthy");
}

#[tokio::test]
async fn a_target_that_is_taken_out_drains_for_the_delay_of_its_group() {
    let (scenario, [blue, ..]) = scenario();
    let sandbox = Sandbox::start(scenario).unwrap();
    sandbox.set_switch("elb_drain_ms", "0").unwrap();
    let at = format!("TargetGroupArn={blue}");
    let delay = "Attributes.member.1.Key=deregistration_delay.timeout_seconds&Attributes.member.1.Value=90";
    ask(&sandbox, "ModifyTargetGroupAttributes", &format!("{at}&{delay}")).await;
    let target = format!("{at}&Targets.member.1.Id=10.0.0.1");
    ask(&sandbox, "RegisterTargets", &target).await;
    ask(&sandbox, "DeregisterTargets", &target).await;
    sandbox.advance(Duration::from_secs(80));
    let answer = ask(&sandbox, "DescribeTargetHealth", &at).await;
    assert_eq!(element(&answer, "Reason"), "Target.DeregistrationInProgress");
    sandbox.advance(Duration::from_secs(11));
    let answer = ask(&sandbox, "DescribeTargetHealth", &at).await;
    assert!(!answer.contains("<Target>"), "{answer}");
}

#[tokio::test]
async fn targets_of_a_group_that_nothing_forwards_to_are_unused_until_something_does() {
    let (scenario, [blue, green, listener]) = scenario();
    let sandbox = Sandbox::start(scenario).unwrap();
    let at = format!("TargetGroupArn={green}");
    ask(&sandbox, "RegisterTargets", &format!("{at}&Targets.member.1.Id=10.0.0.1")).await;
    sandbox.advance(Duration::from_secs(60));
    let answer = ask(&sandbox, "DescribeTargetHealth", &at).await;
    assert_eq!((element(&answer, "State"), element(&answer, "Reason")), ("unused", "Target.NotInUse"));
    let to = "DefaultActions.member.1.ForwardConfig.TargetGroups.member";
    let rest = format!(
        "ListenerArn={listener}&DefaultActions.member.1.Type=forward&{to}.1.TargetGroupArn={blue}&{to}.1.Weight=100&{to}.2.TargetGroupArn={green}&{to}.2.Weight=0"
    );
    let answer = ask(&sandbox, "ModifyListener", &rest).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(element(&ask(&sandbox, "DescribeTargetHealth", &at).await, "State"), "healthy");
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_the_query_protocol() {
    let (scenario, [blue, ..]) = scenario();
    let sandbox = Sandbox::start(scenario).unwrap();
    let answer = ask(&sandbox, "DescribeTargetHealth", &format!("TargetGroupArn={blue}0")).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(element(&answer, "Code"), "TargetGroupNotFound");
    let answer = ask(&sandbox, "SetIpAddressType", "").await;
    assert!(answer.starts_with("HTTP/1.1 501"), "{answer}");
}

#[test]
fn seeded_arns_are_the_same_for_the_same_names() {
    let (_, first) = scenario();
    let (_, second) = scenario();
    assert_eq!(first, second);
    let [blue, green, listener] = &first;
    assert_ne!(blue.rsplit('/').next(), green.rsplit('/').next());
    assert!(
        listener.starts_with(&format!("arn:aws:elasticloadbalancing:{REGION}:{DEV}:listener/app/front/"))
    );
}

#[tokio::test]
async fn a_scenario_folder_has_load_balancers() {
    let dir = tempfile::tempdir().unwrap();
    let toml = format!(
        r#"[[accounts]]
id = "{DEV}"
name = "dev"
[[accounts.load_balancers]]
name = "front"
region = "{REGION}"
target_groups = ["green"]
listeners = [{{port = 80, groups = {{blue = 90, green = 10}}}}]
rules = [{{port = 80, priority = 3, path = "/api/*", groups = {{green = 1}}}}]
targets = [{{group = "blue", address = "10.0.0.1"}}, {{group = "blue", address = "10.0.0.2", answers = false}}]
"#
    );
    std::fs::write(dir.path().join("scenario.toml"), &toml).unwrap();
    let sandbox = Sandbox::start(Scenario::load(dir.path()).unwrap()).unwrap();
    let (_, [blue, _, listener]) = scenario();
    let answer = ask(&sandbox, "DescribeTargetHealth", &format!("TargetGroupArn={blue}")).await;
    let states: Vec<_> =
        answer.split("<State>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(states, ["healthy", "unhealthy"]);
    let rules = ask(&sandbox, "DescribeRules", &format!("ListenerArn={listener}")).await;
    assert_eq!((element(&rules, "Priority"), element(&rules, "Weight")), ("3", "1"));
    assert!(rules.contains("<Weight>90</Weight>"), "{rules}");
    std::fs::write(dir.path().join("scenario.toml"), toml.replace("blue = 90", "blue = 1000")).unwrap();
    let error = Scenario::load(dir.path()).unwrap_err().to_string();
    assert!(error.contains("\"blue\" is not a number from 0 to 999"), "{error}");
}
