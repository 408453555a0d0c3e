//! Secrets that overlays give: read in the environment's own account, told by fingerprint, found again or refused.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use snapdeploy::aws::{Account, StoredParameters};
use snapdeploy::core::loss::Accepted;
use snapdeploy::core::means::{Means, Values};
use snapdeploy::core::plan::Plan;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::secret::{Unkept, Vault};
use snapdeploy::core::vault::Holding;
use snapdeploy::core::{Address, ErrorKind, given};
use snapdeploy::sandbox::{Fault, FaultKind, Sandbox, Scenario};

use super::fake::{Fake, orders};
use super::losses::{Bench, planned, taken};
use crate::world::{A, REGION, environment, sdk};

const WORD: &str = "parameter-word-31";
const TOKEN: &str = "json-token-52-of-it";

async fn account() -> (Sandbox, Account) {
    let mut scenario = Scenario::empty();
    let seed = scenario.account(A).role("snapdeploy", None);
    seed.parameter(REGION, "/prod/word", WORD);
    seed.secret(REGION, "prod/api", &json!({ "token": TOKEN, "port": 8443 }).to_string());
    seed.instance(REGION, "dev");
    let sandbox = Sandbox::start(scenario).unwrap();
    let sessions =
        snapdeploy::aws::Sessions::with(&snapdeploy::core::Clock::scaled(2000), &sdk(&sandbox.endpoint()));
    let account =
        sessions.account(&environment("dev"), snapdeploy::core::environment::Access::Write).await.unwrap();
    (sandbox, account)
}

fn holding(account: &Account) -> Holding {
    Holding::new(Box::new(Unkept), Box::new(StoredParameters::new(account.clone())))
}

fn overlay(variables: Value) -> Values {
    let members: Map<String, Value> =
        json!({ "Environment": { "Variables": variables } }).as_object().unwrap().clone();
    Values { overlay: BTreeMap::from([(orders(), members)]), ..Values::default() }
}

/// Returns a service in prod that has another function, and a release from dev with `orders`.
async fn release(bench: &Bench, values: Values) -> (Fake, snapdeploy::core::snapshot::Snapshot) {
    let dev = Fake::new("dev", Values::default())
        .with(json!({ "A": "dev-value-of-a-1", "B": "dev-value-of-b-1", "C": "dev-value-of-c-1" }));
    let snapshot = taken(&bench.means(&dev, &Unkept)).await;
    (Fake::new("prod", values), snapshot)
}

fn given_values() -> Values {
    overlay(json!({
        "A": "@{ssm:/prod/word}", "B": "https://u:@{secretsmanager:prod/api#token}@h:@{secretsmanager:prod/api#port}/",
        "C": "said by the overlay",
    }))
}

#[tokio::test]
async fn an_overlay_gives_secrets_that_the_plan_does_not_hold() {
    let (_sandbox, account) = account().await;
    let bench = Bench::new();
    let (prod, snapshot) = release(&bench, given_values()).await;
    let vault = holding(&account);
    let means = bench.means(&prod, &vault);
    let plan = planned(&means, &snapshot).await.unwrap();
    plan.permitted().unwrap();
    let text = String::from_utf8(plan.to_bytes()).unwrap();
    for secret in [WORD, TOKEN, "said by", "dev-value"] {
        assert!(!text.contains(secret), "{secret} is in the plan");
    }
    let from: Vec<Vec<String>> = plan.given.values().map(|g| g.parameters.clone()).collect();
    assert_eq!(from.len(), 3);
    assert!(from.contains(&vec!["ssm:/prod/word".to_string()]) && from.contains(&Vec::new()), "{from:?}");
    assert!(matches!(begin(&means, &plan, None, OnFailure::Stop).await.unwrap(), Ended::Done { .. }));
    let expected =
        json!({ "A": WORD, "B": format!("https://u:{TOKEN}@h:8443/"), "C": "said by the overlay" });
    assert_eq!(prod.variables(), expected);
    // What is there equals what the overlay says: there is nothing to do.
    let again = planned(&means, &snapshot).await.unwrap();
    assert!(again.is_empty(), "{:?}", again.steps);
}

#[tokio::test]
async fn another_process_reads_them_again_and_stops_where_they_have_changed() {
    let (sandbox, account) = account().await;
    let bench = Bench::new();
    let (prod, snapshot) = release(&bench, given_values()).await;
    let vault = holding(&account);
    let plan: Plan = planned(&bench.means(&prod, &vault), &snapshot).await.unwrap();
    let other = holding(&account);
    let means = bench.means(&prod, &other);
    given::again(&means, &plan).await.unwrap();
    for fingerprint in plan.given.keys() {
        assert!(other.has(&fingerprint.parse().unwrap()).await.unwrap());
        assert!(!other.keeps(&fingerprint.parse().unwrap()).await.unwrap(), "held is not kept");
    }
    let put = json!({ "Name": "/prod/word", "Value": "another-word-77", "Overwrite": true });
    let guard =
        snapdeploy::aws::Guard::new(bench.clock.now() + std::time::Duration::from_secs(60_000), &bench.clock);
    account.tell(&snapdeploy::aws::SSM, "PutParameter", &put, guard).await.unwrap();
    let third = holding(&account);
    let error = begin(&bench.means(&prod, &third), &plan, None, OnFailure::Stop).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Stale, "{}", error.message);
    assert!(
        error.message.contains("ssm:/prod/word") && !error.message.contains("another-word"),
        "{}",
        error.message
    );
    assert!(prod.there.lock().unwrap().is_empty(), "nothing was written");
    // Likewise where the configuration says something else.
    let edited = Fake::new("prod", overlay(json!({ "A": "@{ssm:/prod/other}" })));
    let error = given::again(&bench.means(&edited, &holding(&account)), &plan).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Stale, "{}", error.message);
    sandbox.fault(Fault::next("GetParameter", FaultKind::AccessDenied));
    let error = planned(&bench.means(&prod, &holding(&account)), &snapshot).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Denied, "{}", error.message);
}

#[tokio::test]
async fn a_parameter_that_is_not_there_blocks_with_the_command_that_makes_it() {
    let (_sandbox, account) = account().await;
    let bench = Bench::new();
    let variables = json!({
        "A": "@{ssm:/prod/none}", "B": "@{secretsmanager:prod/api#none}", "C": "@{secretsmanager:none}",
    });
    let (prod, snapshot) = release(&bench, overlay(variables)).await;
    let vault = holding(&account);
    let plan = planned(&bench.means(&prod, &vault), &snapshot).await.unwrap();
    let hints: Vec<String> = plan.blocks().filter_map(|f| f.hint.clone()).collect();
    for command in [
        "aws ssm put-parameter --region us-east-1 --type SecureString --name '/prod/none' --value '...'",
        "--name 'prod/api' --secret-string '{\"none\":\"...\"}'",
        "aws secretsmanager create-secret --region us-east-1 --name 'none' --secret-string '...'",
    ] {
        assert!(hints.iter().any(|h| h.contains(command)), "{command}: {hints:?}");
    }
}

#[tokio::test]
async fn a_parameter_stands_only_where_the_service_has_secrets_and_only_in_overlays() {
    let (_sandbox, account) = account().await;
    let bench = Bench::new();
    let mut values = given_values();
    values.overlay.get_mut(&orders()).unwrap().insert("Description".into(), json!("x @{ssm:/prod/word}"));
    let (prod, mut snapshot) = release(&bench, values).await;
    let vault = holding(&account);
    let plan = planned(&bench.means(&prod, &vault), &snapshot).await.unwrap();
    let said: Vec<&str> = plan.blocks().map(|f| f.message.as_str()).collect();
    assert!(said.iter().any(|m| m.contains("sets Description, which is no secret there")), "{said:?}");
    assert!(!String::from_utf8(plan.to_bytes()).unwrap().contains(WORD));
    // A release that names one reads nothing.
    let document = snapshot.documents.get_mut(&orders()).unwrap();
    document.portable.insert("Description".into(), json!("@{ssm:/prod/word}"));
    let prod = Fake::new("prod", given_values());
    let plan = planned(&bench.means(&prod, &vault), &snapshot).await.unwrap();
    let said: Vec<&str> = plan.blocks().map(|f| f.message.as_str()).collect();
    assert!(said.iter().any(|m| m.contains("only an overlay may refer to a parameter")), "{said:?}");
}

#[tokio::test]
async fn an_overlay_replaces_and_takes_away_a_secret_that_is_there() {
    let (_sandbox, account) = account().await;
    let bench = Bench::new();
    let (_, snapshot) = release(&bench, Values::default()).await;
    let values = overlay(json!({ "A": "@{ssm:/prod/word}", "B": null, "C": "" }));
    let prod = Fake::new("prod", values).with(json!({ "A": "old-value-of-a-1", "B": "old-value-of-b-1" }));
    let vault = holding(&account);
    let means = Means { losses: Accepted::Everything, ..bench.means(&prod, &vault) };
    let plan = planned(&means, &snapshot).await.unwrap();
    plan.permitted().unwrap_or_else(|e| panic!("{}", e.message));
    begin(&means, &plan, None, OnFailure::Stop).await.unwrap();
    let left = prod.variables();
    assert_eq!((&left["A"], left.get("B")), (&json!(WORD), None), "{left}");
    assert!(planned(&means, &snapshot).await.unwrap().is_empty());
    let _: &Address = &orders();
}
