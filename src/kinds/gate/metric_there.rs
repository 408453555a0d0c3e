//! Whether the metrics that a gate looks at are there, before anything depends on them.

use std::time::Duration;

use serde_json::{Value, json};

use super::metric::Measure;
use crate::aws::{Account, CLOUDWATCH};
use crate::core::finding::{Finding, Weight};
use crate::core::gate::{Gate, Metric};
use crate::core::{Error, Result};
use crate::kinds::metric_data::{PERMISSION, Window, values};

/// How far back it is looked for a metric that has to have values.
const RECENTLY: Duration = Duration::from_secs(3 * 3600);
/// What has to be allowed to look for a metric by its name.
const LISTING: &str = "cloudwatch:ListMetrics";
/// How many names are told of what there is instead.
const NAMES: usize = 12;
/// How many pages of names are read for that.
const PAGES: usize = 8;

/// Says whether there was anything to measure lately, and whether what counts as 0 where it is not there has ever been
/// there. A metric that is of a version that is not there yet is looked for by its name alone.
pub async fn foresee(account: &Account, gate: &Gate, measure: &Measure<'_>) -> Vec<Finding> {
    let counts = measure.per.is_some() || measure.counts_without_values();
    let mut findings = Vec::new();
    if !measure.counts_without_values() {
        findings.extend(idle(account, gate, measure.per.unwrap_or(measure.of)).await);
    }
    if counts {
        findings.extend(unheard(account, gate, measure.of).await);
    }
    findings
}

fn is_open(metric: &Metric) -> bool {
    metric.dimensions.values().any(|value| value.contains('{'))
}

fn place(metric: &Metric) -> String {
    let all: Vec<String> = metric.dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if all.is_empty() { "without dimensions".to_string() } else { all.join(", ") }
}

/// Says that `of`, without which nobody can tell, had no value lately.
async fn idle(account: &Account, gate: &Gate, of: &Metric) -> Option<Finding> {
    if is_open(of) {
        return None;
    }
    let window = Window::of(&account.clock, account.clock.scale(RECENTLY))?;
    let count = Metric { statistic: "SampleCount".into(), ..of.clone() };
    let message = match values(account, &[count], &window, 300).await {
        Ok(read) if read.iter().flatten().any(|count| *count > 0.0) => return None,
        Ok(_) => {
            let message = format!(
                "the gate {} looks at {} of {} ({}), which has had no value for 3 h: without traffic it cannot tell",
                gate.name,
                of.name,
                of.namespace,
                place(of)
            );
            let hint =
                "see whether its name and dimensions are what CloudWatch has: aws cloudwatch list-metrics";
            return Some(Finding::new(Weight::Warning, None, message).hint(hint));
        }
        Err(e) => format!("nobody can tell whether the gate {} will have data: {}", gate.name, e.message),
    };
    Some(Finding::new(Weight::Warning, None, message).hint(format!("the role needs {PERMISSION}")))
}

/// Says that CloudWatch knows of no metric `of`, which counts as 0 where it is not there: a name that nobody uses would let
/// everything pass. That is no error by itself: what counts errors may come to be with the first of them.
///
/// Source: "ListMetrics" of the CloudWatch API reference: a metric is listed for two weeks after its last value.
async fn unheard(account: &Account, gate: &Gate, of: &Metric) -> Option<Finding> {
    let of_it = match named(account, of, Some(&of.name)).await {
        Ok(names) => names,
        Err(e) => {
            let message = format!(
                "nobody can tell whether there is a metric {}, which counts as 0 for the gate {} if there is none: {}",
                of.name, gate.name, e.message
            );
            let hint = format!("the role needs {LISTING}");
            return Some(Finding::new(Weight::Warning, None, message).hint(hint));
        }
    };
    if !of_it.is_empty() {
        return None;
    }
    let message = format!(
        "the gate {} counts {} of {} ({}), and CloudWatch has had no such metric for two weeks: it counts as 0 until \
         there is one, so that the gate passes",
        gate.name,
        of.name,
        of.namespace,
        place(of)
    );
    // Without a dimension that is known there may be thousands of names.
    let others = match of.dimensions.values().all(|value| value.contains('{')) {
        true => Vec::new(),
        false => named(account, of, None).await.unwrap_or_default(),
    };
    let meant = others.iter().map(|name| (strsim::damerau_levenshtein(&of.name, name), name)).min();
    let hint = match meant.filter(|(distance, name)| *distance <= (name.len() / 3).max(2)) {
        // Some are there only once something has gone wrong: `HTTPCode_Target_5XX_Count` beside the one of 2XX.
        Some((_, name)) => format!(
            "did you mean `{name}`, which CloudWatch has with the same dimensions? If not, it comes to be with its first value"
        ),
        None if !others.is_empty() => {
            let some: Vec<&str> = others.iter().take(NAMES).map(String::as_str).collect();
            format!("with these dimensions CloudWatch has {}", some.join(", "))
        }
        None => {
            "as it should be if nothing was ever counted there; else see: aws cloudwatch list-metrics".into()
        }
    };
    Some(Finding::new(Weight::Warning, None, message).hint(hint))
}

/// Returns the names of the metrics in the namespace of `of` that have its dimensions and no other, each once; those that
/// are called `name` alone, if one is given; else as far as the first pages have them. Where what is in a dimension is not known yet, others may be there too.
async fn named(account: &Account, of: &Metric, name: Option<&str>) -> Result<Vec<String>> {
    let known = of.dimensions.iter().filter(|(_, value)| !value.contains('{'));
    let filters: Vec<Value> = known.map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    let mut body = json!({ "Namespace": of.namespace, "Dimensions": filters });
    if let Some(name) = name {
        body["MetricName"] = json!(name);
    }
    // A filter by dimensions finds what has others too, and that is another metric.
    let fits = |metric: &&Value| {
        is_open(of) || metric["Dimensions"].as_array().map_or(0, Vec::len) == of.dimensions.len()
    };
    let mut names = std::collections::BTreeSet::new();
    let mut pages = 0;
    loop {
        pages += 1;
        let mut page = account.ask(&CLOUDWATCH, "ListMetrics", &body).await?;
        let metrics = page["Metrics"].as_array().into_iter().flatten().filter(fits);
        names.extend(metrics.filter_map(|metric| metric["MetricName"].as_str().map(String::from)));
        let next = page["NextToken"].take();
        // One is enough of what is called so, and a few pages are for a hint.
        let is_enough = if name.is_some() { !names.is_empty() } else { pages == PAGES };
        if next.as_str().is_none_or(str::is_empty) || is_enough {
            return Ok(names.into_iter().collect());
        }
        if next == body["NextToken"] {
            return Err(Error::failed("ListMetrics: the next page is the same page again"));
        }
        body["NextToken"] = next;
    }
}
