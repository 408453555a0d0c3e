//! Metrics: a gate that asks whether one has passed a bound.

use std::time::Duration;

use super::texts::Texts;
use super::unasked;
use crate::aws::Account;
use crate::core::Result;
use crate::core::gate::{Answer, Decision, Metric};
use crate::kinds::metric_data::{PERMISSION, Window, values};

/// What is measured, and its bounds.
pub struct Measure<'a> {
    pub of: &'a Metric,
    pub per: Option<&'a Metric>,
    pub above: Option<f64>,
    pub below: Option<f64>,
    pub at_least: f64,
    pub over: Duration,
}

impl Measure<'_> {
    /// Returns whether it is held against its bounds also where nothing at all was measured, as 0.
    pub fn counts_without_values(&self) -> bool {
        self.per.is_none()
            && self.at_least <= 0.0
            && ["Sum", "SampleCount"].contains(&self.of.statistic.as_str())
    }
}

/// Asks once. `age` is for how long what is asked about has been so.
pub async fn ask(
    account: &Account,
    measure: &Measure<'_>,
    age: Option<Duration>,
    texts: &Texts<'_>,
) -> Answer {
    let over = account.clock.scale(measure.over);
    let Some(window) = Window::of(&account.clock, age.map_or(over, |age| age.min(over))) else {
        return Answer::new(
            Decision::Inconclusive,
            "no whole minute has passed since then, and metrics are by the minute",
        );
    };
    match seen(account, measure, &window, texts).await {
        Ok(seen) => judge(measure, &seen),
        Err(e) => unasked(&e, PERMISSION),
    }
}

/// What was measured.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    /// How much traffic there was.
    traffic: f64,
    /// What is held against the bounds; nothing where nothing was measured.
    value: Option<f64>,
    /// Whether what is divided had no value at all, and so counts as 0.
    silent: bool,
}

async fn seen(account: &Account, measure: &Measure<'_>, window: &Window, texts: &Texts<'_>) -> Result<Seen> {
    let of = filled(measure.of, texts);
    let with = |statistic: &str| Metric { statistic: statistic.into(), ..of.clone() };
    if let Some(per) = measure.per {
        let read = values(account, &[with("Sum"), filled(per, texts)], window, 60).await?;
        let [errors, traffic] = [0, 1].map(|i| read.get(i).map_or(0.0, |all| all.iter().sum::<f64>()));
        let silent = read.first().is_none_or(Vec::is_empty);
        return Ok(Seen { traffic, value: (traffic > 0.0).then(|| errors / traffic), silent });
    }
    let percentile = of.statistic.starts_with('p');
    // Percentiles of minutes cannot be added up: the whole window is one period.
    let period = if percentile { window.period() } else { 60 };
    let asked = match of.statistic.as_str() {
        "Average" => [with("Sum"), with("SampleCount")],
        _ => [of.clone(), with("SampleCount")],
    };
    let read = values(account, &asked, window, period).await?;
    let (all, counts) = (read.first().cloned().unwrap_or_default(), read.get(1).cloned().unwrap_or_default());
    let traffic: f64 = counts.iter().sum();
    let value = match of.statistic.as_str() {
        // What counts and did not happen was 0.
        "Sum" | "SampleCount" => Some(all.iter().sum()),
        "Average" => (traffic > 0.0).then(|| all.iter().sum::<f64>() / traffic),
        "Minimum" => all.iter().copied().reduce(f64::min),
        "Maximum" => all.iter().copied().reduce(f64::max),
        // Where a period ends within the window after all, the worst one counts.
        _ if measure.above.is_some() => all.iter().copied().reduce(f64::max),
        _ => all.iter().copied().reduce(f64::min),
    };
    Ok(Seen { traffic, value, silent: false })
}

fn judge(measure: &Measure<'_>, seen: &Seen) -> Answer {
    let name = &measure.of.name;
    let unit = |value: f64| match measure.per {
        Some(_) => format!("{} %", number(value * 100.0)),
        None => number(value),
    };
    let traffic = number(seen.traffic);
    if seen.traffic < measure.at_least {
        let what = measure.per.map_or_else(|| format!("values of {name}"), |per| per.name.clone());
        let said = format!("{traffic} of at least {} {what}", number(measure.at_least));
        return Answer::new(Decision::Inconclusive, said);
    }
    let Some(value) = seen.value else {
        return Answer::new(Decision::Inconclusive, format!("{name} has no value"));
    };
    let seen = match measure.per {
        // What is called otherwise than it is looked for has no value either.
        Some(per) if seen.silent => {
            format!(
                "{name} are {} of {traffic} {} (it has no value, which counts as 0)",
                unit(value),
                per.name
            )
        }
        Some(per) => format!("{name} are {} of {traffic} {}", unit(value), per.name),
        None => format!("{} of {name} is {} of {traffic} values", measure.of.statistic, unit(value)),
    };
    let bounds = [
        measure.below.map(|b| format!("at least {}", unit(b))),
        measure.above.map(|b| format!("at most {}", unit(b))),
    ];
    let bounds: Vec<String> = bounds.into_iter().flatten().collect();
    let bad =
        measure.above.is_some_and(|bound| value > bound) || measure.below.is_some_and(|bound| value < bound);
    let decision = if bad { Decision::Failed } else { Decision::Passed };
    let sign = if bad { "it has to be" } else { "as it has to be:" };
    Answer::new(decision, format!("{seen}; {sign} {}", bounds.join(" and ")))
}

/// Returns `value` with as many digits as mean something.
fn number(value: f64) -> String {
    // The sum of nothing is -0.
    let value = value + 0.0;
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return format!("{value:.0}");
    }
    let text = if value.abs() >= 100.0 { format!("{value:.1}") } else { format!("{value:.3}") };
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

fn filled(metric: &Metric, texts: &Texts<'_>) -> Metric {
    let dimensions =
        metric.dimensions.iter().map(|(name, value)| (name.clone(), texts.fill(value))).collect();
    Metric { dimensions, ..metric.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(statistic: &str) -> Metric {
        Metric {
            namespace: "N".into(),
            name: "Errors".into(),
            dimensions: Default::default(),
            statistic: statistic.into(),
        }
    }

    #[test]
    fn a_rate_is_held_against_its_bound_if_there_is_enough_traffic() {
        let (of, per) = (metric("Sum"), Metric { name: "Invocations".into(), ..metric("Sum") });
        let over = Duration::from_secs(300);
        let measure =
            Measure { of: &of, per: Some(&per), above: Some(0.05), below: None, at_least: 50.0, over };
        let said = |traffic, value| judge(&measure, &Seen { traffic, value, silent: false });
        let few = said(12.0, Some(1.0));
        assert_eq!(
            (few.decision, few.said.as_str()),
            (Decision::Inconclusive, "12 of at least 50 Invocations")
        );
        let good = said(512.0, Some(0.05));
        assert_eq!(good.decision, Decision::Passed);
        assert_eq!(good.said, "Errors are 5 % of 512 Invocations; as it has to be: at most 5 %");
        let bad = said(1000.0, Some(0.051));
        assert_eq!(
            (bad.decision, bad.said.as_str()),
            (Decision::Failed, "Errors are 5.1 % of 1000 Invocations; it has to be at most 5 %")
        );
        let silent = judge(&measure, &Seen { traffic: 60.0, value: Some(0.0), silent: true });
        assert!(silent.said.contains("0 % of 60 Invocations (it has no value"), "{silent:?}");
        let slow = metric("p99");
        let measure = Measure { of: &slow, per: None, above: None, below: Some(2.5), at_least: 0.0, over };
        assert_eq!(judge(&measure, &Seen::default()).decision, Decision::Inconclusive);
        assert_eq!(
            judge(&measure, &Seen { traffic: 1.0, value: Some(2.0), silent: false }).said,
            "p99 of Errors is 2 of 1 values; it has to be at least 2.5"
        );
    }
}
