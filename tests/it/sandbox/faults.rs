//! Each kind of fault, holds, late delivery, quotas, and the control path.

use std::time::{Duration, Instant};

use aws_sdk_connect::error::SdkError;
use snapdeploy::sandbox::{Fault, FaultKind, Hold, Sandbox};

use super::{DEV, REGION, code, connect, raw, small, user};

struct Setting {
    sandbox: Sandbox,
    client: aws_sdk_connect::Client,
    instance: String,
}

fn setting() -> Setting {
    let (scenario, instance) = small();
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = connect(&sandbox, user(DEV));
    Setting { sandbox, client, instance }
}

impl Setting {
    async fn create(&self, name: &str) -> Result<(), String> {
        let created = self
            .client
            .create_hours_of_operation()
            .instance_id(&self.instance)
            .name(name)
            .time_zone("UTC")
            .set_config(Some(Vec::new()))
            .send()
            .await;
        match created {
            Ok(_) => Ok(()),
            Err(SdkError::DispatchFailure(_)) => Err("connection".into()),
            refused => Err(code(refused)),
        }
    }

    fn exists(&self, name: &str) -> bool {
        let state = self.sandbox.connect_state(DEV);
        let hours = state[format!("{REGION}/acme-dev")]["hours"].as_object().unwrap().clone();
        hours.values().any(|one| one["Name"] == name)
    }
}

#[tokio::test]
async fn faults_that_answer_and_apply_nothing() {
    let setting = setting();
    for (kind, wanted) in [
        (FaultKind::Throttle, "TooManyRequestsException"),
        (FaultKind::ServerError, "InternalServiceException"),
        (FaultKind::AccessDenied, "AccessDeniedException"),
        (FaultKind::LimitExceeded, "LimitExceededException"),
    ] {
        setting.sandbox.fault(Fault::next("CreateHoursOfOperation", kind));
        assert_eq!(setting.create("New").await.unwrap_err(), wanted);
        assert!(!setting.exists("New"));
    }
    setting.create("New").await.unwrap();
    let limited =
        setting.sandbox.calls().into_iter().find(|call| call.fault.as_deref() == Some("LimitExceeded"));
    let limited = limited.unwrap();
    assert_eq!((limited.status, limited.applied, limited.mutating), (429, false, true));
}

#[tokio::test]
async fn faults_that_lose_the_answer() {
    let setting = setting();
    setting.sandbox.fault(Fault::next("CreateHoursOfOperation", FaultKind::DropBefore));
    assert_eq!(setting.create("Before").await.unwrap_err(), "connection");
    assert!(!setting.exists("Before"));
    setting.sandbox.fault(Fault::next("CreateHoursOfOperation", FaultKind::DropAfter));
    assert_eq!(setting.create("After").await.unwrap_err(), "connection");
    assert!(setting.exists("After"));
    setting.sandbox.fault(Fault::next("CreateHoursOfOperation", FaultKind::ErrorAfter));
    assert_eq!(setting.create("Error").await.unwrap_err(), "InternalServiceException");
    assert!(setting.exists("Error"));
    let records: Vec<_> =
        setting.sandbox.calls().into_iter().map(|call| (call.status, call.applied)).collect();
    assert_eq!(records, [(0, false), (0, true), (500, true)]);
}

#[tokio::test]
async fn a_late_call_is_applied_after_further_calls() {
    let setting = setting();
    setting.sandbox.fault(Fault::next("CreateHoursOfOperation", FaultKind::Late { after_calls: 2 }));
    assert_eq!(setting.create("Late").await.unwrap_err(), "connection");
    setting.client.list_instances().send().await.unwrap();
    assert!(!setting.exists("Late"));
    setting.client.list_instances().send().await.unwrap();
    assert!(setting.exists("Late"));
    let last = setting.sandbox.calls().pop().unwrap();
    assert_eq!(
        (last.operation.as_str(), last.fault.as_deref()),
        ("CreateHoursOfOperation", Some("LateDelivery"))
    );
    setting.sandbox.fault(Fault::next("CreateHoursOfOperation", FaultKind::Late { after_calls: 99 }));
    assert_eq!(setting.create("Later").await.unwrap_err(), "connection");
    setting.sandbox.deliver_late();
    assert!(setting.exists("Later"));
}

#[tokio::test]
async fn a_fault_meets_the_nth_call_and_those_after_it() {
    let setting = setting();
    let mut fault = Fault::next("CreateHoursOfOperation", FaultKind::Throttle);
    (fault.nth, fault.times, fault.account) = (2, 2, Some(DEV.into()));
    setting.sandbox.fault(fault);
    let mut met = Vec::new();
    for name in ["a", "b", "c", "d"] {
        setting.client.list_instances().send().await.unwrap();
        met.push(setting.create(name).await.is_err());
    }
    assert_eq!(met, [false, true, true, false]);
    setting.sandbox.fault(Fault::next("ListInstances", FaultKind::Throttle));
    setting.sandbox.clear_faults();
    setting.client.list_instances().send().await.unwrap();
}

#[tokio::test]
async fn a_slow_call_is_answered_late() {
    let setting = setting();
    setting.sandbox.fault(Fault::next("CreateHoursOfOperation", FaultKind::Slow { ms: 120 }));
    let start = Instant::now();
    setting.create("Slow").await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn held_calls_wait_for_release() {
    let setting = setting();
    let hold = Hold { operation: Some("CreateHoursOfOperation".into()), ..Hold::default() };
    setting.sandbox.hold(hold);
    let release = async {
        while setting.sandbox.held() == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        assert!(!setting.exists("Held"));
        setting.client.list_instances().send().await.unwrap();
        setting.sandbox.release();
    };
    let (created, ()) = tokio::join!(setting.create("Held"), release);
    created.unwrap();
    assert!(setting.exists("Held"));
    assert_eq!(setting.sandbox.held(), 0);
}

#[tokio::test]
async fn a_held_call_is_applied_though_its_client_is_gone() {
    let setting = setting();
    setting.sandbox.hold(Hold { service: Some("connect".into()), ..Hold::default() });
    let gone = tokio::time::timeout(Duration::from_millis(100), setting.create("Orphan")).await;
    assert!(gone.is_err());
    assert_eq!(setting.sandbox.held(), 1);
    setting.sandbox.release();
    while !setting.exists("Orphan") {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn quotas_refuse_the_sixth_call_and_refill() {
    let setting = setting();
    setting.sandbox.set_switch("quotas", "aws").unwrap();
    let mut refused = 0;
    for _ in 0..8 {
        if let Err(error) = setting.client.list_instances().send().await {
            assert_eq!(code::<(), _>(Err(error)), "TooManyRequestsException");
            refused += 1;
        }
    }
    assert!((2..=3).contains(&refused), "{refused}");
    setting.sandbox.advance(Duration::from_secs(2));
    setting.client.list_instances().send().await.unwrap();
}

async fn control(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> String {
    raw(sandbox, &format!("{method} /_sandbox/{path}"), &[], body).await
}

#[tokio::test]
async fn the_control_path_does_what_the_library_does() {
    let setting = setting();
    let sandbox = &setting.sandbox;
    assert!(control(sandbox, "GET", "health", "").await.starts_with("HTTP/1.1 200"));
    let fault = r#"{"operation": "CreateHoursOfOperation", "kind": "Throttle"}"#;
    assert!(control(sandbox, "POST", "faults", fault).await.contains("\"ok\":true"));
    assert_eq!(setting.create("New").await.unwrap_err(), "TooManyRequestsException");
    assert!(control(sandbox, "GET", "calls", "").await.contains("TooManyRequestsException"));
    control(sandbox, "DELETE", "calls", "").await;
    assert!(sandbox.calls().is_empty());
    assert!(
        control(sandbox, "POST", "switches", r#"{"list_lag_calls": 3}"#)
            .await
            .contains("\"list_lag_calls\":\"3\"")
    );
    assert!(control(sandbox, "POST", "switches", r#"{"nothing": 3}"#).await.starts_with("HTTP/1.1 400"));
    assert!(control(sandbox, "GET", &format!("state/connect/{DEV}"), "").await.contains("BasicQueue"));
    assert!(control(sandbox, "POST", "advance", r#"{"seconds": 5}"#).await.starts_with("HTTP/1.1 200"));
    assert!(control(sandbox, "POST", "faults", r#"{"kind": "Odd"}"#).await.starts_with("HTTP/1.1 400"));
}
