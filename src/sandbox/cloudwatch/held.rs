//! The alarms of an account. None looks at a metric: an alarm is as it was last set.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::clock;

/// What of CloudWatch is in an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    /// By region and name.
    pub(super) alarms: BTreeMap<(String, String), Alarm>,
}

/// How an alarm is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmState {
    /// OK.
    Ok,
    /// ALARM.
    Firing,
    /// INSUFFICIENT_DATA.
    NoData,
}

impl AlarmState {
    /// `StateValue`.
    pub(super) fn word(self) -> &'static str {
        match self {
            AlarmState::Ok => "OK",
            AlarmState::Firing => "ALARM",
            AlarmState::NoData => "INSUFFICIENT_DATA",
        }
    }

    /// What a `StateValue` means.
    pub(crate) fn of(word: &str) -> Option<AlarmState> {
        [AlarmState::Ok, AlarmState::Firing, AlarmState::NoData]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// An alarm of a scenario: of a metric with made-up settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmSeed {
    /// Its region.
    pub region: String,
    /// Its name.
    pub name: String,
    /// How it is.
    pub state: AlarmState,
}

impl Default for AlarmSeed {
    fn default() -> AlarmSeed {
        AlarmSeed { region: "us-east-1".into(), name: "errors".into(), state: AlarmState::Ok }
    }
}

/// An alarm of a metric.
#[derive(Debug, Clone)]
pub(crate) struct Alarm {
    /// As PutMetricAlarm has them, with what it takes for granted.
    pub(super) settings: Map<String, Value>,
    pub(super) configured: f64,
    pub(super) state: AlarmState,
    pub(super) reason: String,
    pub(super) reason_data: Option<String>,
    /// When the state was last set, and when it last changed.
    pub(super) updated: f64,
    pub(super) transitioned: f64,
}

impl Alarm {
    /// "When you create an alarm, the alarm state is immediately set to INSUFFICIENT_DATA" (PutMetricAlarm).
    pub(super) fn new(settings: Map<String, Value>, at: f64) -> Alarm {
        Alarm {
            settings,
            configured: at,
            state: AlarmState::NoData,
            reason: "Unchecked: Initial alarm creation".into(),
            reason_data: None,
            updated: at,
            transitioned: at,
        }
    }

    /// Sets its state.
    pub(super) fn set(&mut self, state: AlarmState, reason: &str, data: Option<&str>, now: f64) {
        if self.state != state {
            self.transitioned = now;
        }
        self.state = state;
        self.reason = reason.into();
        self.reason_data = data.map(str::to_owned);
        self.updated = now;
    }
}

impl Held {
    /// Everything, as it is now.
    pub(crate) fn state(&self) -> Value {
        let all = self.alarms.iter();
        let all = all.map(|((region, name), alarm)| (format!("{region}/{name}"), json!(alarm.state.word())));
        Value::Object(all.collect())
    }

    /// How the alarm `name` of a region is; `None` where there is none.
    pub(crate) fn alarm(&self, region: &str, name: &str) -> Option<AlarmState> {
        self.alarms.get(&(region.to_owned(), name.to_owned())).map(|alarm| alarm.state)
    }

    /// Adds an alarm.
    pub(crate) fn seed(&mut self, seed: AlarmSeed) {
        let settings = json!({
            "ActionsEnabled": true, "OKActions": [], "AlarmActions": [], "InsufficientDataActions": [], "MetricName": "Errors",
            "Namespace": "Sandbox", "Statistic": "Sum", "Dimensions": [], "Period": 60, "EvaluationPeriods": 1,
            "Threshold": 1.0, "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        });
        let settings = settings.as_object().cloned().unwrap_or_default();
        let mut alarm = Alarm::new(settings, clock::SEEDED);
        if seed.state != AlarmState::NoData {
            alarm.set(seed.state, "Set by the scenario", None, clock::SEEDED);
        }
        self.alarms.insert((seed.region, seed.name), alarm);
    }

    /// Makes an alarm be as it is told; whether there is one.
    pub(crate) fn set(&mut self, region: &str, name: &str, state: AlarmState, now: f64) -> bool {
        let alarm = self.alarms.get_mut(&(region.to_owned(), name.to_owned()));
        alarm.map(|alarm| alarm.set(state, "Set from outside", None, now)).is_some()
    }
}
