//! Invocations: which version of a function gets them, and what it does with them.

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde_json::{Value, json};
use snapdeploy::sandbox::{Handling, Sandbox, Scenario};

use super::lambda::{client, code};
use super::{DEV, REGION, raw};

/// `orders` has two versions; `live` sends a tenth to the second, `steady` names the first alone.
fn sandbox() -> Sandbox {
    let mut scenario = Scenario::empty();
    let seed = scenario.account(DEV).function(REGION, "orders").publish();
    let seed = seed.settings(json!({"MemorySize": 512})).publish();
    seed.alias("live", "1").weight("live", "2", 0.1).alias("steady", "1");
    Sandbox::start(scenario).unwrap()
}

async fn invoked(sandbox: &Sandbox, name: &str, given: &Value) -> (String, Value, Option<String>) {
    let invoke = client(sandbox, DEV).invoke().function_name(name).payload(Blob::new(given.to_string()));
    let got = invoke.send().await.unwrap();
    assert_eq!(got.status_code(), 200);
    let payload = serde_json::from_slice(got.payload().unwrap().as_ref()).unwrap();
    let version = got.executed_version().unwrap().to_owned();
    (version, payload, got.function_error().map(str::to_owned))
}

#[tokio::test]
async fn an_alias_shares_invocations_by_its_weights() {
    let sandbox = sandbox();
    let client = client(&sandbox, DEV);
    let mut second = 0;
    for _ in 0..2000 {
        let got = client.invoke().function_name("orders").qualifier("live").send().await.unwrap();
        second += usize::from(got.executed_version() == Some("2"));
    }
    // Four standard deviations of a share of 10 % are 54.
    assert!((146..=254).contains(&second), "{second} of 2,000");
    for _ in 0..50 {
        let got = client.invoke().function_name("orders:steady").send().await.unwrap();
        assert_eq!(got.executed_version(), Some("1"));
    }
    assert!(sandbox.calls().iter().all(|call| !call.mutating), "an invocation changes nothing");
}

#[tokio::test]
async fn a_version_does_what_it_is_told_to() {
    let sandbox = sandbox();
    let given = json!({"order": 7});
    assert_eq!(invoked(&sandbox, "orders:1", &given).await, ("1".into(), given.clone(), None));
    assert_eq!(invoked(&sandbox, "orders", &given).await.0, "$LATEST");
    let payload = Some(json!({"healthy": true}));
    let place = (DEV, REGION);
    sandbox.set_handling(place, ("orders", "1"), Handling { payload, ..Handling::default() }).unwrap();
    assert_eq!(invoked(&sandbox, "orders:1", &given).await.1, json!({"healthy": true}));
    let told = json!({"account": DEV, "region": REGION, "function": "orders", "version": "2", "errors": 0.5});
    let answer = raw(&sandbox, "POST /_sandbox/lambda", &[], &told.to_string()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let mut failed = 0;
    for _ in 0..200 {
        let (_, payload, error) = invoked(&sandbox, "orders:2", &given).await;
        if let Some(error) = error {
            assert_eq!((error.as_str(), &payload["errorType"]), ("Unhandled", &json!("Error")));
            failed += 1;
        }
    }
    assert!((70..=130).contains(&failed), "{failed} of 200");
    let none = sandbox.set_handling(place, ("none", "1"), Handling::default());
    assert!(none.unwrap_err().contains("function:none"));
}

#[tokio::test]
async fn invocations_and_errors_count_for_the_version_behind_the_alias() {
    let sandbox = sandbox();
    let errors = Handling { errors: 1.0, ..Handling::default() };
    sandbox.set_handling((DEV, REGION), ("orders", "2"), errors).unwrap();
    let mut second = 0;
    for _ in 0..200 {
        second += u32::from(invoked(&sandbox, "orders:live", &json!({})).await.0 == "2");
    }
    assert!(second > 0, "the second version has a share");
    let now = jiff::Timestamp::now().as_second();
    let sum = async |metric: &str, version: Option<&str>| {
        let mut dimensions = vec![json!({"Name": "FunctionName", "Value": "orders"})];
        if let Some(version) = version {
            dimensions.push(json!({"Name": "Resource", "Value": "orders:live"}));
            dimensions.push(json!({"Name": "ExecutedVersion", "Value": version}));
        }
        let of = json!({"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": dimensions});
        let stat = json!({"Metric": of, "Period": 60, "Stat": "Sum"});
        let body = json!({
            "StartTime": now - 600, "EndTime": now + 600,
            "MetricDataQueries": [{"Id": "q", "MetricStat": stat}],
        });
        let target = "GraniteServiceVersion20100801.GetMetricData";
        let (status, got) = super::ecr::ask(&sandbox, DEV, "monitoring", target, body).await;
        assert_eq!(status, 200, "{got}");
        let values = got["MetricDataResults"][0]["Values"].as_array().unwrap().clone();
        values.iter().filter_map(Value::as_f64).sum::<f64>()
    };
    assert_eq!(sum("Invocations", None).await, 200.0);
    assert_eq!(sum("Invocations", Some("2")).await, f64::from(second));
    assert_eq!(sum("Invocations", Some("1")).await, f64::from(200 - second));
    assert_eq!(sum("Errors", Some("2")).await, f64::from(second));
    assert_eq!(sum("Errors", Some("1")).await, 0.0);
}

#[tokio::test]
async fn what_cannot_be_invoked_is_refused_as_aws_does() {
    let sandbox = sandbox();
    let client = client(&sandbox, DEV);
    let invoke = |name: &str| client.invoke().function_name(name);
    assert_eq!(code(invoke("none").send().await), "ResourceNotFoundException");
    assert_eq!(code(invoke("orders:7").send().await), "ResourceNotFoundException");
    let text = invoke("orders").payload(Blob::new("no JSON")).send().await;
    assert_eq!(code(text), "InvalidRequestContentException");
    let dry = invoke("orders").invocation_type(InvocationType::DryRun).send().await.unwrap();
    assert_eq!(dry.status_code(), 204);
    let event = invoke("orders").invocation_type(InvocationType::Event).send().await;
    assert!(code(event).contains("NotImplemented"));
    let set = client.put_function_concurrency().function_name("orders").reserved_concurrent_executions(0);
    set.send().await.unwrap();
    assert_eq!(code(invoke("orders").send().await), "TooManyRequestsException");
}

#[tokio::test]
async fn the_end_of_the_log_comes_where_it_is_asked_for() {
    let sandbox = sandbox();
    let log = vec!["x".repeat(5000), "the last line".to_string()];
    let place = (DEV, REGION);
    sandbox.set_handling(place, ("orders", "1"), Handling { log, ..Handling::default() }).unwrap();
    let call = || client(&sandbox, DEV).invoke().function_name("orders:1");
    assert_eq!(call().send().await.unwrap().log_result(), None);
    let got = call().log_type(aws_sdk_lambda::types::LogType::Tail).send().await.unwrap();
    let log = snapdeploy::core::base64::decode(got.log_result().unwrap()).unwrap();
    let text = String::from_utf8(log).unwrap();
    assert!(text.len() == 4096 && text.starts_with('x') && !text.contains("START"), "{text}");
    assert!(text.contains("\nthe last line\nEND RequestId: "), "{text}");
}
