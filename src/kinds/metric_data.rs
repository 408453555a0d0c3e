//! Metrics of CloudWatch, many in one call.
//!
//! Source: "GetMetricData" of the CloudWatch API reference: 500 queries a call; `StartTime` is within, `EndTime` is not; a
//! period below a minute has data of high-resolution metrics alone; a time less than 15 days ago is rounded down to its
//! minute.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::aws::{Account, CLOUDWATCH};
use crate::core::gate::Metric;
use crate::core::{Clock, Error, Result};

/// What has to be allowed.
pub const PERMISSION: &str = "cloudwatch:GetMetricData";
/// Source: as above.
const QUERIES: usize = 500;
const MINUTE: Duration = Duration::from_secs(60);

/// A stretch of time that ends now.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    start: Timestamp,
    end: Timestamp,
    minute: Duration,
}

impl Window {
    /// Returns the last whole minutes of `long`, and none that has begun before them: what was there before would be in
    /// it. Nothing, if there is none.
    pub fn of(clock: &Clock, long: Duration) -> Option<Window> {
        let (end, minute) = (clock.now(), clock.scale(MINUTE));
        let step = i64::try_from(minute.as_millis()).unwrap_or(i64::MAX).max(1);
        let from = end.as_millisecond().checked_sub(i64::try_from(long.as_millis()).ok()?)?;
        let whole = from.checked_add(step - 1)?.div_euclid(step).checked_mul(step)?;
        let start = Timestamp::from_millisecond(whole).ok()?;
        (start < end).then_some(Window { start, end, minute })
    }

    /// Returns its length in whole periods of a minute, the one under way too, in seconds.
    pub fn period(&self) -> u64 {
        let long = self.end.duration_since(self.start).unsigned_abs();
        let minutes = long.as_nanos().div_ceil(self.minute.as_nanos().max(1)).max(1);
        u64::try_from(minutes).unwrap_or(u64::MAX).saturating_mul(60)
    }
}

/// Returns the values of each metric in `window`, one for each period that has any, the oldest first.
pub async fn values(
    account: &Account,
    metrics: &[Metric],
    window: &Window,
    period: u64,
) -> Result<Vec<Vec<f64>>> {
    let mut all = vec![Vec::new(); metrics.len()];
    for (at, some) in metrics.chunks(QUERIES).enumerate() {
        let first = at * QUERIES;
        let queries: Vec<Value> = some.iter().enumerate().map(|(i, m)| query(first + i, m, period)).collect();
        let seconds = |at: Timestamp| at.as_millisecond() as f64 / 1000.0;
        let mut body = json!({
            "StartTime": seconds(window.start), "EndTime": seconds(window.end), "ScanBy": "TimestampAscending",
            "MetricDataQueries": queries,
        });
        loop {
            let mut page = account.ask(&CLOUDWATCH, "GetMetricData", &body).await?;
            for result in page["MetricDataResults"].as_array().into_iter().flatten() {
                if let Some(code @ ("InternalError" | "Forbidden")) = result["StatusCode"].as_str() {
                    return Err(Error::failed(format!("GetMetricData: {code}")));
                }
                let index = result["Id"].as_str().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
                let Some(into) = index.and_then(|i| all.get_mut(i)) else { continue };
                into.extend(result["Values"].as_array().into_iter().flatten().filter_map(Value::as_f64));
            }
            let next = page["NextToken"].take();
            if next.as_str().is_none_or(str::is_empty) {
                break;
            }
            if next == body["NextToken"] {
                return Err(Error::failed("GetMetricData: the next page is the same page again"));
            }
            body["NextToken"] = next;
        }
    }
    Ok(all)
}

fn query(index: usize, metric: &Metric, period: u64) -> Value {
    let dimensions: Vec<Value> =
        metric.dimensions.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    json!({
        "Id": format!("m{index}"),
        "ReturnData": true,
        "MetricStat": {
            "Metric": { "Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions },
            "Period": period,
            "Stat": metric.statistic,
        },
    })
}
