//! Metrics as they are put, listed and read, in both protocols.

use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::sandbox::{Sandbox, Scenario};

use super::ecr::ask;
use super::{DEV, query};

fn sandbox() -> Sandbox {
    let mut scenario = Scenario::empty();
    scenario.account(DEV);
    Sandbox::start(scenario).unwrap()
}

async fn call(sandbox: &Sandbox, operation: &str, body: Value) -> (u16, Value) {
    ask(sandbox, DEV, "monitoring", &format!("GraniteServiceVersion20100801.{operation}"), body).await
}

/// A minute that has begun some minutes ago.
fn minute() -> i64 {
    jiff::Timestamp::now().as_second() / 60 * 60 - 600
}

fn latency(at: i64, value: f64) -> Value {
    let dimensions = json!([{"Name": "Api", "Value": "orders"}]);
    json!({"MetricName": "Latency", "Dimensions": dimensions, "Timestamp": at, "Value": value})
}

fn asked(start: i64, end: i64, period: u64, stat: &str) -> Value {
    let metric = json!({
        "Namespace": "Acme", "MetricName": "Latency", "Dimensions": [{"Name": "Api", "Value": "orders"}],
    });
    let query = json!({"Id": "a", "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}});
    json!({"StartTime": start, "EndTime": end, "MetricDataQueries": [query], "ScanBy": "TimestampAscending"})
}

#[tokio::test]
async fn values_are_gathered_by_period() {
    let (sandbox, start) = (sandbox(), minute());
    let data: Vec<Value> =
        [(0, 1.0), (59, 3.0), (60, 10.0), (180, 20.0)].map(|(s, v)| latency(start + s, v)).into();
    assert_eq!(
        call(&sandbox, "PutMetricData", json!({"Namespace": "Acme", "MetricData": data})).await.0,
        200
    );
    let read = async |period, stat: &str| {
        let (status, got) = call(&sandbox, "GetMetricData", asked(start, start + 240, period, stat)).await;
        assert_eq!(status, 200, "{got}");
        got["MetricDataResults"][0].clone()
    };
    let sums = read(60, "Sum").await;
    assert_eq!((&sums["Values"], &sums["StatusCode"]), (&json!([4.0, 10.0, 20.0]), &json!("Complete")));
    assert_eq!(sums["Timestamps"], json!([start as f64, (start + 60) as f64, (start + 180) as f64]));
    assert_eq!(read(60, "Average").await["Values"][0], 2.0);
    assert_eq!(read(240, "SampleCount").await["Values"], json!([4.0]));
    assert_eq!(read(240, "p50").await["Values"], json!([3.0]));
    assert_eq!(read(240, "Maximum").await["Values"], json!([20.0]));
    // By the second there is nothing: it was not stored so.
    assert_eq!(read(10, "Sum").await["Values"], json!([]));
    // The end is not within.
    let (_, got) = call(&sandbox, "GetMetricData", asked(start, start + 60, 60, "Sum")).await;
    assert_eq!(got["MetricDataResults"][0]["Values"], json!([4.0]));
    let mut paged = asked(start, start + 240, 60, "Sum");
    paged["MaxDatapoints"] = json!(2);
    let (_, first) = call(&sandbox, "GetMetricData", paged.clone()).await;
    assert_eq!(first["MetricDataResults"][0]["StatusCode"], "PartialData");
    paged["NextToken"] = first["NextToken"].clone();
    let (_, second) = call(&sandbox, "GetMetricData", paged).await;
    assert_eq!(second["MetricDataResults"][0]["Values"], json!([20.0]));
    assert!(second["NextToken"].is_null());
    for (wrong, words) in [
        (asked(start + 60, start, 60, "Sum"), "must be less"),
        (asked(start, start + 60, 61, "Sum"), "Period"),
        (asked(start, start + 60, 60, "Most"), "Stat"),
    ] {
        let (status, got) = call(&sandbox, "GetMetricData", wrong).await;
        assert!(status == 400 && got.to_string().contains(words), "{got}");
    }
}

#[tokio::test]
async fn periods_and_delays_are_as_the_switches_say() {
    let (sandbox, start) = (sandbox(), minute() / 300 * 300);
    let data = json!([latency(start + 70, 1.0), latency(start + 310, 2.0)]);
    call(&sandbox, "PutMetricData", json!({"Namespace": "Acme", "MetricData": data})).await;
    let body = asked(start + 60, start + 600, 300, "Sum");
    let values = async || {
        let (_, got) = call(&sandbox, "GetMetricData", body.clone()).await;
        got["MetricDataResults"][0]["Values"].clone()
    };
    assert_eq!(values().await, json!([3.0]), "from the start of the window");
    sandbox.set_switch("metrics_periods_from_start", "false").unwrap();
    assert_eq!(values().await, json!([2.0]), "whole periods only");
    sandbox.set_switch("metrics_delay_ms", "60000").unwrap();
    assert_eq!(values().await, json!([]), "nothing has arrived yet");
    sandbox.advance(Duration::from_secs(61));
    assert_eq!(values().await, json!([2.0]));
}

#[tokio::test]
async fn what_aws_counts_is_not_put_and_metrics_are_listed() {
    let sandbox = sandbox();
    let put = |namespace: &str| json!({"Namespace": namespace, "MetricData": [{"MetricName": "Errors", "Value": 1}]});
    let (status, got) = call(&sandbox, "PutMetricData", put("AWS/Lambda")).await;
    assert!(status == 400 && got.to_string().contains("InvalidParameterValue"), "{got}");
    sandbox.set_switch("metrics_of_aws_can_be_put", "true").unwrap();
    assert_eq!(call(&sandbox, "PutMetricData", put("AWS/Lambda")).await.0, 200);
    let form = "Action=PutMetricData&Version=2010-08-01&Namespace=Acme&MetricData.member.1.MetricName=Latency\
                &MetricData.member.1.Value=1.5&MetricData.member.1.Dimensions.member.1.Name=Api\
                &MetricData.member.1.Dimensions.member.1.Value=orders";
    let answer = query(&sandbox, "monitoring", form).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (_, all) = call(&sandbox, "ListMetrics", json!({})).await;
    assert_eq!(all["Metrics"].as_array().unwrap().len(), 2, "{all}");
    let filter = json!({"Namespace": "Acme", "Dimensions": [{"Name": "Api"}]});
    let (_, one) = call(&sandbox, "ListMetrics", filter).await;
    assert_eq!(one["Metrics"][0]["Dimensions"], json!([{"Name": "Api", "Value": "orders"}]));
    let now = jiff::Timestamp::now();
    let form = format!(
        "Action=GetMetricData&Version=2010-08-01&StartTime={}&EndTime={}&MetricDataQueries.member.1.Id=a\
         &MetricDataQueries.member.1.MetricStat.Metric.Namespace=Acme\
         &MetricDataQueries.member.1.MetricStat.Metric.MetricName=Latency\
         &MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name=Api\
         &MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Value=orders\
         &MetricDataQueries.member.1.MetricStat.Period=60&MetricDataQueries.member.1.MetricStat.Stat=Average",
        (now - jiff::SignedDuration::from_mins(5)).to_string().replace(':', "%3A"),
        (now + jiff::SignedDuration::from_mins(5)).to_string().replace(':', "%3A"),
    );
    let answer = query(&sandbox, "monitoring", &form).await;
    assert!(answer.contains("<Values><member>1.5</member></Values>"), "{answer}");
    assert!(answer.contains("<Timestamps><member>20"), "times are written as dates: {answer}");
}
