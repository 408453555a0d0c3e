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
