//! `metric = { .. }` of a gate: which metric, and its bounds.

use std::collections::BTreeMap;
use std::time::Duration;

use toml::de::DeValue;

use crate::core::Result;
use crate::core::gate::{Metric, Probe};

use super::gate::long;
use super::table::{At, Table};

const KEYS: [&str; 9] =
    ["namespace", "name", "dimensions", "statistic", "per", "above", "below", "at_least", "over"];
/// How far back it looks, if nothing is said.
const OVER: Duration = Duration::from_secs(300);
/// How far back it may look: with points of a minute, which are kept for 15 days, in one answer.
///
/// Source: "Metrics retention", CloudWatch User Guide; a gate looks at what has just been shifted.
const MOST_OVER: Duration = Duration::from_secs(24 * 3600);
/// The metrics that count, whatever else is in their namespace.
const STATISTICS: [&str; 5] = ["Sum", "Average", "Minimum", "Maximum", "SampleCount"];
/// A metric has 30 dimensions at most ("CloudWatch concepts", CloudWatch User Guide).
const MOST_DIMENSIONS: usize = 30;

/// A bound: a number, or a share of what it is divided by.
struct Bound {
    value: f64,
    is_share: bool,
}

/// Reads it.
pub(super) fn metric(table: &Table<'_>) -> Result<Probe> {
    let Some(at) = table.get("metric") else { return Err(crate::core::Error::bug("there is no metric")) };
    let whole = at.span();
    let Some(inner) = table.inner("metric", "`metric`")? else {
        return Err(crate::core::Error::bug("there is no metric"));
    };
    inner.only(&KEYS, &[])?;
    let namespace = inner.needed("namespace", &whole)?.value;
    let name = inner.needed("name", &whole)?.value;
    let dimensions: BTreeMap<String, String> =
        inner.texts("dimensions")?.into_iter().map(|(key, at)| (key, at.value)).collect();
    if dimensions.len() > MOST_DIMENSIONS {
        let message = format!("a metric has {MOST_DIMENSIONS} dimensions at most");
        return Err(table.place.error(&whole, message));
    }
    let statistic = match inner.text("statistic")? {
        None => "Sum".to_string(),
        Some(at) => known_statistic(&inner, at)?,
    };
    let per = inner.text("per")?;
    if let Some(at) = per.as_ref().filter(|_| statistic != "Sum") {
        let message = format!("`per` divides sums, and `statistic` is {statistic}");
        return Err(table
            .place
            .error(&at.span, message)
            .hint("leave `per` out, or write statistic = \"Sum\""));
    }
    let (above, below) = (bound(&inner, "above")?, bound(&inner, "below")?);
    if above.is_none() && below.is_none() {
        let error = table.place.error(&whole, "a metric needs a bound: `above`, `below`, or both");
        return Err(error.hint("above = \"5%\" with `per`, or above = 2.0"));
    }
    for (key, bound) in [("above", &above), ("below", &below)] {
        if bound.as_ref().is_some_and(|b| b.is_share) && per.is_none() {
            let span = inner.get(key).map_or(whole.clone(), |value| value.span());
            let error = table.place.error(&span, format!("`{key}` is a share, and nothing says of what"));
            return Err(error.hint("per = \"Invocations\""));
        }
    }
    let at_least = match inner.number("at_least")? {
        None => 1.0,
        Some(at) if at.value >= 0.0 && at.value.is_finite() => at.value,
        Some(at) => return Err(table.place.error(&at.span, "`at_least` has to be 0 or more")),
    };
    let over = long(&inner, "over")?.unwrap_or(OVER);
    if over < Duration::from_secs(60) || over > MOST_OVER {
        let span = inner.get("over").map_or(whole, |value| value.span());
        let error = table.place.error(&span, "`over` has to be at least 1m and at most 24h");
        return Err(error.hint("metrics of AWS's own services have a value a minute"));
    }
    let sum = |name: String| Metric {
        namespace: namespace.clone(),
        name,
        dimensions: dimensions.clone(),
        statistic: "Sum".into(),
    };
    Ok(Probe::Metric {
        per: per.map(|at| sum(at.value)),
        of: Metric { statistic, ..sum(name) },
        above: above.map(|b| b.value),
        below: below.map(|b| b.value),
        at_least,
        over,
    })
}

/// Returns the bound under `key`: `2.0`, or `"5%"`.
fn bound(table: &Table<'_>, key: &str) -> Result<Option<Bound>> {
    let Some(value) = table.get(key) else { return Ok(None) };
    let wrong = || {
        let message = format!("`{key}` has to be a number, such as 2.0, or a share, such as \"5%\"");
        table.place.error(&value.span(), message)
    };
    let bound = match value.get_ref() {
        DeValue::String(text) => {
            let share = text.trim().strip_suffix('%').and_then(|n| n.trim_end().parse::<f64>().ok());
            Bound { value: share.ok_or_else(wrong)? / 100.0, is_share: true }
        }
        _ => Bound { value: table.number(key)?.ok_or_else(wrong)?.value, is_share: false },
    };
    if !bound.value.is_finite() {
        return Err(wrong());
    }
    Ok(Some(bound))
}

/// Returns a statistic that GetMetricData takes. Source: "CloudWatch statistics definitions", CloudWatch User Guide: of a
/// percentile, up to ten digits after the point.
fn known_statistic(table: &Table<'_>, at: At<String>) -> Result<String> {
    let percentile = |text: &str| {
        let digits = text.strip_prefix('p')?;
        let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |t: &str, most| (1..=most).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit());
        let number = digits.parse::<f64>().ok()?;
        (plain(whole, 3) && plain(rest, 10) && number <= 100.0).then_some(())
    };
    if STATISTICS.contains(&at.value.as_str()) || percentile(&at.value).is_some() {
        return Ok(at.value);
    }
    let message = format!("there is no statistic `{}`", at.value);
    Err(table
        .place
        .error(&at.span, message)
        .hint(format!("there are {}, and percentiles such as p99", STATISTICS.join(", "))))
}
