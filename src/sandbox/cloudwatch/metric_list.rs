//! `ListMetrics`.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::super::base64;
use super::ask::Ask;
use super::metric::{Metrics, Name};

/// "Up to 500 results are returned for any one call."
const PAGE: usize = 500;
/// "If a metric has not had data in the last two weeks, it is not listed"; with `RecentlyActive` in three hours.
const LISTED: f64 = 14.0 * 86_400.0;
const RECENT: f64 = 3.0 * 3600.0;

/// Lists what has values; a filter by dimension names one, with or without its value.
pub(super) fn list(metrics: &Metrics, ask: &Ask<'_>) -> Result<Value, Fail> {
    let wanted = ask.body.get("Dimensions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let since = match ask.text("RecentlyActive") {
        None => LISTED,
        Some("PT3H") => RECENT,
        Some(_) => {
            return Err(super::ask::invalid(
                "Value at 'recentlyActive' failed to satisfy constraint: Member must satisfy enum value set: [PT3H]",
            ));
        }
    };
    let delay = ask.switches.number("metrics_delay_ms") as f64 / 1000.0;
    let has = |of: &Name, filter: &Value| {
        of.dimensions.iter().any(|(name, value)| {
            filter["Name"] == json!(name) && (filter["Value"].is_null() || filter["Value"] == json!(value))
        })
    };
    let shown: Vec<Value> = metrics
        .all
        .iter()
        .filter(|(of, _)| of.region.is_empty() || of.region == ask.region)
        .filter(|(of, _)| ask.text("Namespace").is_none_or(|namespace| of.namespace == namespace))
        .filter(|(of, _)| ask.text("MetricName").is_none_or(|name| of.name == name))
        .filter(|(of, _)| wanted.iter().all(|filter| has(of, filter)))
        .filter(|(_, points)| {
            points.iter().any(|point| point.at > ask.now - since && point.told + delay <= ask.now)
        })
        .map(|(of, _)| {
            let dimensions: Vec<Value> =
                of.dimensions.iter().map(|(name, value)| json!({"Name": name, "Value": value})).collect();
            json!({"Namespace": of.namespace, "MetricName": of.name, "Dimensions": dimensions})
        })
        .collect();
    let start = match ask.text("NextToken") {
        None => 0,
        Some(token) => base64::decode(token)
            .and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<usize>().ok())
            .ok_or_else(|| Fail::new(400, "InvalidParameterValue", "The next token is invalid."))?,
    };
    let more = start + PAGE < shown.len();
    let mut out = json!({"Metrics": shown.into_iter().skip(start).take(PAGE).collect::<Vec<_>>()});
    if more {
        out["NextToken"] = json!(base64::encode((start + PAGE).to_string().as_bytes()));
    }
    Ok(out)
}
