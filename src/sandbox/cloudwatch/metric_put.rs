//! `PutMetricData`.

use serde_json::Value;

use super::super::answer::Fail;
use super::ask::{Ask, invalid};
use super::metric::{Metrics, Name, Point};

/// A number, as either protocol has it.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

/// A time in seconds since 1970, as either protocol has it.
pub(super) fn time(value: &Value) -> Option<f64> {
    let stamp = || value.as_str()?.parse::<jiff::Timestamp>().ok();
    number(value).or_else(|| stamp().map(|at| at.as_millisecond() as f64 / 1000.0))
}

/// Dimensions: "each with a name and a value", 30 at most.
pub(super) fn dimensions(value: &Value) -> Result<Vec<(String, String)>, Fail> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if list.len() > 30 {
        return Err(invalid(
            "Value at 'dimensions' failed to satisfy constraint: Member must have length less than or equal to 30",
        ));
    }
    let text = |of: &Value, name: &str| of[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let one = |of: &Value| text(of, "Name").zip(text(of, "Value"));
    let all: Option<Vec<_>> = list.iter().map(one).collect();
    let mut all = all.ok_or_else(|| invalid("The dimensions must have a Name and a Value."))?;
    all.sort();
    Ok(all)
}

/// "you can specify up to 1000 different metrics" in a call (PutMetricData of the API reference).
pub(super) fn put(metrics: &mut Metrics, ask: &Ask<'_>) -> Result<Value, Fail> {
    let namespace = ask.needed("Namespace")?;
    // "The namespace can't begin with "AWS/"" ("PutMetricData", CloudWatch API reference). The sandbox takes it all the same
    // under a switch, so that a test can say what a service would count that is not here.
    if namespace.starts_with("AWS/") && !ask.switches.on("metrics_of_aws_can_be_put") {
        return Err(Fail::new(
            400,
            "InvalidParameterValue",
            "The value AWS/ for parameter Namespace is invalid.",
        ));
    }
    let data = ask.body.get("MetricData").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if data.len() > 1000 {
        return Err(invalid("The collection MetricData must not have a size greater than 1000."));
    }
    let mut points = Vec::new();
    for datum in data {
        let name = datum["MetricName"].as_str().filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| {
            Fail::new(400, "MissingParameter", "The parameter MetricData.member.1.MetricName is required.")
        })?;
        if !datum["StatisticValues"].is_null() {
            return Err(Fail::not_implemented("StatisticValues of monitoring:PutMetricData"));
        }
        let list = |member: &str| -> Vec<f64> {
            datum[member].as_array().into_iter().flatten().filter_map(number).collect()
        };
        let (values, counts) = (list("Values"), list("Counts"));
        // "The default is 1 for each value" (Counts).
        let values: Vec<(f64, f64)> = match number(&datum["Value"]) {
            Some(value) => vec![(value, 1.0)],
            None => {
                let times = |i: usize| counts.get(i).copied().unwrap_or(1.0);
                values.into_iter().enumerate().map(|(i, value)| (value, times(i))).collect()
            }
        };
        if values.is_empty() {
            return Err(Fail::new(
                400,
                "InvalidParameterCombination",
                "At least one of the parameters must be specified: Value, Values, StatisticValues.",
            ));
        }
        let at = time(&datum["Timestamp"]).unwrap_or(ask.now);
        let fine = number(&datum["StorageResolution"]) == Some(1.0);
        let of = Name {
            region: ask.region.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions: dimensions(&datum["Dimensions"])?,
        };
        for (value, times) in values {
            points.push((of.clone(), Point { at, told: ask.now, value, times, fine }));
        }
    }
    points.into_iter().for_each(|(name, point)| metrics.add(name, point));
    Ok(Value::Null)
}
