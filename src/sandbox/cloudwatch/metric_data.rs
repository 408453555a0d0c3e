//! `GetMetricData`.
//!
//! Source: "GetMetricData" and "MetricStat" of the CloudWatch API reference: what is quoted here. Mathematical expressions are
//! not here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::super::base64;
use super::ask::{Ask, invalid};
use super::metric::{Metrics, Name, Point};
use super::metric_put::{dimensions, number, time};

/// "This array can include as many as 500 MetricDataQuery structures", and "up to 100,800 data points" are returned.
const QUERIES: usize = 500;
const DATAPOINTS: usize = 100_800;

/// The stretch of time that is asked for.
struct Window {
    start: f64,
    end: f64,
    /// How long a minute is here.
    minute: f64,
    from_start: bool,
    /// What came in later is not seen yet.
    seen_by: f64,
}

/// A query, read.
struct Query {
    id: String,
    label: String,
    name: Name,
    period: u64,
    statistic: String,
    returned: bool,
}

fn query(value: &Value, ask: &Ask<'_>) -> Result<Query, Fail> {
    let id = value["Id"].as_str().unwrap_or_default();
    // "The first character must be a lowercase letter", then letters, numbers and underscore.
    let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !plain || !id.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(invalid(format!(
            "The value {id} for parameter MetricDataQueries.member.1.Id is not matching the expected pattern."
        )));
    }
    if !value["Expression"].is_null() {
        return Err(Fail::not_implemented("Expression of monitoring:GetMetricData"));
    }
    let stat = &value["MetricStat"];
    let text = |of: &Value, member: &str| {
        of[member]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| invalid(format!("The parameter {member} is required.")))
    };
    let name = Name {
        region: ask.region.to_owned(),
        namespace: text(&stat["Metric"], "Namespace")?,
        name: text(&stat["Metric"], "MetricName")?,
        dimensions: dimensions(&stat["Metric"]["Dimensions"])?,
    };
    let period = number(&stat["Period"]).unwrap_or(0.0) as u64;
    // "can be 1, 5, 10, 30, 60, or any multiple of 60".
    if ![1, 5, 10, 30].contains(&period) && (period == 0 || !period.is_multiple_of(60)) {
        return Err(invalid(format!(
            "The value {period} for parameter Period must be 1, 5, 10, 30 or a multiple of 60."
        )));
    }
    let statistic = text(stat, "Stat")?;
    let percentile = statistic.strip_prefix('p').and_then(|n| n.parse::<f64>().ok());
    let known = ["Sum", "Average", "SampleCount", "Minimum", "Maximum"].contains(&statistic.as_str());
    if !known && percentile.is_none_or(|p| !(0.0..=100.0).contains(&p)) {
        return Err(invalid(format!(
            "The value {statistic} for parameter Stat is not a statistic of this sandbox."
        )));
    }
    Ok(Query {
        id: id.to_owned(),
        label: value["Label"].as_str().map_or_else(|| name.name.clone(), str::to_owned),
        name,
        period,
        statistic,
        returned: value["ReturnData"].as_bool().unwrap_or(true),
    })
}

/// Answers the values of each period that has any; "TimestampDescending" unless it is told otherwise.
pub(super) fn get(metrics: &Metrics, ask: &Ask<'_>) -> Result<Value, Fail> {
    let when = |member: &str| {
        let missing = || invalid(format!("The parameter {member} is required."));
        ask.body.get(member).and_then(time).ok_or_else(missing)
    };
    let (start, end) = (when("StartTime")?, when("EndTime")?);
    if start >= end {
        return Err(invalid("The parameter StartTime must be less than the parameter EndTime."));
    }
    let given =
        ask.body.get("MetricDataQueries").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if given.is_empty() || given.len() > QUERIES {
        return Err(invalid("The collection MetricDataQueries must have a size from 1 to 500."));
    }
    let queries: Vec<Query> = given.iter().map(|one| query(one, ask)).collect::<Result<_, _>>()?;
    if queries.iter().map(|q| &q.id).collect::<BTreeSet<_>>().len() < queries.len() {
        return Err(invalid("The values for parameter id in MetricDataQueries are not unique."));
    }
    let minute = (ask.switches.number("metrics_minute_ms").max(1)) as f64 / 1000.0;
    let window = Window {
        // "Start time less than 15 days ago - Round down to the nearest whole minute."
        start: (start / minute).floor() * minute,
        end,
        minute,
        from_start: ask.switches.on("metrics_periods_from_start"),
        seen_by: ask.now - ask.switches.number("metrics_delay_ms") as f64 / 1000.0,
    };
    let ascending = match ask.text("ScanBy") {
        None | Some("TimestampDescending") => false,
        Some("TimestampAscending") => true,
        Some(_) => {
            return Err(invalid(
                "Value at 'scanBy' failed to satisfy constraint: Member must satisfy enum value set: [TimestampDescending, TimestampAscending]",
            ));
        }
    };
    let most = ask.number("MaxDatapoints").and_then(|n| usize::try_from(n).ok()).unwrap_or(DATAPOINTS);
    let skipped = match ask.text("NextToken") {
        None => 0,
        Some(token) => base64::decode(token)
            .and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<usize>().ok())
            .ok_or_else(|| Fail::new(400, "InvalidNextToken", "The next token specified is invalid."))?,
    };
    let (mut results, mut before, mut cut) = (Vec::new(), 0, false);
    for query in queries.iter().filter(|query| query.returned) {
        let mut values = window.values(query, &metrics.points(&query.name));
        if !ascending {
            values.reverse();
        }
        let count = values.len();
        let (from, to) = (skipped.max(before), (skipped + most).min(before + count));
        let page: Vec<(f64, f64)> =
            if from < to { values[from - before..to - before].to_vec() } else { Vec::new() };
        let whole = before + count <= skipped + most;
        cut |= !whole;
        before += count;
        results.push(json!({
            "Id": query.id, "Label": query.label, "StatusCode": if whole { "Complete" } else { "PartialData" },
            "Timestamps": page.iter().map(|(at, _)| *at).collect::<Vec<_>>(),
            "Values": page.iter().map(|(_, value)| *value).collect::<Vec<_>>(),
        }));
    }
    let mut out = json!({"MetricDataResults": results, "Messages": []});
    if cut {
        out["NextToken"] = json!(base64::encode((skipped + most).to_string().as_bytes()));
    }
    Ok(out)
}

impl Window {
    /// The value of each period, the oldest first.
    fn values(&self, query: &Query, points: &[Point]) -> Vec<(f64, f64)> {
        let period = query.period as f64 / 60.0 * self.minute;
        let base = if self.from_start { self.start } else { 0.0 };
        let mut periods: BTreeMap<i64, Vec<Point>> = BTreeMap::new();
        for point in points {
            // "if you specify a period of less than 60 seconds", there are values of high resolution alone.
            let resolved = point.fine || query.period >= 60;
            if resolved && point.at >= self.start && point.at < self.end && point.told <= self.seen_by {
                periods.entry(((point.at - base) / period).floor() as i64).or_default().push(*point);
            }
        }
        let begins = |index: i64| base + index as f64 * period;
        let within = periods.into_iter().filter(|(index, _)| begins(*index) >= self.start);
        within.map(|(index, points)| (begins(index), statistic(&query.statistic, points))).collect()
    }
}

/// A statistic of at least one value. A percentile is that value below which so many of all are.
fn statistic(name: &str, mut points: Vec<Point>) -> f64 {
    let count: f64 = points.iter().map(|p| p.times).sum();
    let sum: f64 = points.iter().map(|p| p.value * p.times).sum();
    points.sort_by(|a, b| a.value.total_cmp(&b.value));
    let (first, last) = (points.first().map_or(0.0, |p| p.value), points.last().map_or(0.0, |p| p.value));
    match name {
        "Sum" => sum,
        "SampleCount" => count,
        "Average" => sum / count,
        "Minimum" => first,
        "Maximum" => last,
        _ => {
            let share = name.trim_start_matches('p').parse::<f64>().unwrap_or(100.0) / 100.0;
            let mut seen = 0.0;
            let at = points.iter().find(|p| {
                seen += p.times;
                seen >= share * count
            });
            at.map_or(last, |p| p.value)
        }
    }
}
