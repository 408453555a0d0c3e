//! Alarms from outside and in the query protocol, and roles.

use serde_json::{Value, json};
use snapdeploy::sandbox::{AlarmSeed, AlarmState, Fault, FaultKind, Sandbox, Scenario};

use super::ecr::ask;
use super::{DEV, REGION, raw};

fn sandbox() -> Sandbox {
    let mut scenario = Scenario::empty();
    scenario.account(DEV).alarm(AlarmSeed { name: "errors".into(), ..AlarmSeed::default() });
    Sandbox::start(scenario).unwrap()
}

async fn alarms(sandbox: &Sandbox, operation: &str, body: Value) -> (u16, Value) {
    ask(sandbox, DEV, "monitoring", &format!("GraniteServiceVersion20100801.{operation}"), body).await
}

/// A call in the query protocol, as older clients make it.
async fn query(sandbox: &Sandbox, body: &str) -> String {
    let date = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let scope = format!("{DEV}/{}/{REGION}/monitoring/aws4_request", &date[..8]);
    let signed = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00");
    raw(sandbox, "POST /", &[("authorization", &signed), ("x-amz-date", &date)], body).await
}

#[tokio::test]
async fn an_alarm_fires_when_it_is_told_to() {
    let sandbox = sandbox();
    let state = async || {
        let (_, got) = alarms(&sandbox, "DescribeAlarms", json!({"AlarmNames": ["errors"]})).await;
        got["MetricAlarms"][0]["StateValue"].as_str().unwrap().to_owned()
    };
    assert_eq!(state().await, "OK");
    sandbox.set_alarm(DEV, REGION, "errors", AlarmState::Firing).unwrap();
    assert_eq!(state().await, "ALARM");
    let told = json!({"account": DEV, "region": REGION, "name": "errors", "state": "INSUFFICIENT_DATA"});
    let answer = raw(&sandbox, "POST /_sandbox/alarm", &[], &told.to_string()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(state().await, "INSUFFICIENT_DATA");
    assert!(sandbox.set_alarm(DEV, REGION, "none", AlarmState::Ok).unwrap_err().contains("none"));
    let bad = json!({"account": DEV, "region": REGION, "name": "errors", "state": "RED"});
    let answer = raw(&sandbox, "POST /_sandbox/alarm", &[], &bad.to_string()).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test]
async fn the_query_protocol_says_the_same() {
    let sandbox = sandbox();
    let put = "Action=PutMetricAlarm&Version=2010-08-01&AlarmName=slow&MetricName=Latency&Namespace=Acme&Statistic=Average\
               &Period=60&EvaluationPeriods=2&Threshold=1.5&ComparisonOperator=GreaterThanThreshold\
               &Dimensions.member.2.Name=b&Dimensions.member.2.Value=2&Dimensions.member.1.Name=a&Dimensions.member.1.Value=1";
    let answer = query(&sandbox, put).await;
    assert!(
        answer.contains("<PutMetricAlarmResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">"),
        "{answer}"
    );
    let (_, got) = alarms(&sandbox, "DescribeAlarms", json!({"AlarmNames": ["slow"]})).await;
    let alarm = &got["MetricAlarms"][0];
    assert_eq!((&alarm["Period"], &alarm["Threshold"]), (&json!(60), &json!(1.5)));
    assert_eq!(alarm["Dimensions"], json!([{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}]));
    let answer = query(&sandbox, "Action=DescribeAlarms&AlarmNames.member.1=slow").await;
    for part in [
        "<MetricAlarms><member>",
        "<Threshold>1.5</Threshold>",
        "<StateValue>INSUFFICIENT_DATA</StateValue>",
        "Z</StateUpdatedTimestamp>",
    ] {
        assert!(answer.contains(part), "{part}: {answer}");
    }
    let answer = query(&sandbox, "Action=SetAlarmState&AlarmName=none&StateValue=OK&StateReason=x").await;
    assert!(
        answer.starts_with("HTTP/1.1 404") && answer.contains("<Code>ResourceNotFound</Code>"),
        "{answer}"
    );
}

#[tokio::test]
async fn what_is_not_there_is_deleted_or_refused_as_the_switch_says() {
    let sandbox = sandbox();
    let body = json!({"AlarmNames": ["errors", "none"]});
    assert_eq!(alarms(&sandbox, "DeleteAlarms", body.clone()).await.0, 200);
    sandbox.set_switch("alarm_delete_of_none_refused", "true").unwrap();
    let (status, answer) = alarms(&sandbox, "DeleteAlarms", body).await;
    assert_eq!((status, &answer["__type"]), (404, &json!("ResourceNotFound")));
}

#[tokio::test]
async fn alarms_and_logs_are_throttled_in_their_own_words() {
    let sandbox = sandbox();
    for (service, target, operation, code) in [
        ("monitoring", "GraniteServiceVersion20100801", "DescribeAlarms", "Throttling"),
        ("logs", "Logs_20140328", "DescribeLogGroups", "ThrottlingException"),
        ("ecr", "AmazonEC2ContainerRegistry_V20150921", "DescribeRepositories", "ThrottlingException"),
    ] {
        sandbox.fault(Fault::next(operation, FaultKind::Throttle));
        let (status, answer) = ask(&sandbox, DEV, service, &format!("{target}.{operation}"), json!({})).await;
        assert_eq!((status, &answer["__type"]), (400, &json!(code)));
        assert_eq!(ask(&sandbox, DEV, service, &format!("{target}.{operation}"), json!({})).await.0, 200);
    }
}
