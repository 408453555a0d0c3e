//! A gate: a question that decides whether a deployment goes on, pauses or goes back.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::address::Address;
use super::document::Document;
use super::finding::Finding;
use super::rollout::Share;
use super::select::Selection;

/// How long an answer is waited for, if nothing is said; AWS answers sooner.
pub const ANSWER: Duration = Duration::from_secs(30);
/// How long beyond its own bound an answer is still waited for, so that its latency can be said.
pub const BEYOND: Duration = Duration::from_secs(2);

/// When a gate is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateAt {
    /// On each rung of a ladder.
    Rungs,
    /// Once everything is written.
    After,
    /// On each rung, and once everything is written.
    Both,
}

/// What becomes of a deployment where nobody can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undecided {
    /// It pauses where it is, and a person decides.
    Pause,
    /// As after a failed gate.
    Fail,
    /// As after one that has passed.
    Pass,
}

/// A gate as it is configured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Its name: unique in its environment.
    pub name: String,
    /// The addresses, or globs of addresses, that it is about; everything, if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<String>,
    /// When it is asked.
    pub at: GateAt,
    /// How often it is asked while a rung is held.
    pub every: Duration,
    /// How many answers in a row have to be bad before it has failed: one at least.
    pub tries: u32,
    /// What becomes of the deployment where nobody can tell.
    pub undecided: Undecided,
    /// What is asked.
    pub probe: Probe,
}

/// What a gate asks. In its texts `{version}`, `{alias}`, `{percent}`, `{name}` and `{run}` stand for what is shifted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "asks", rename_all = "snake_case")]
pub enum Probe {
    /// What a URL answers.
    Http {
        /// The URL.
        url: String,
        /// The method: `GET`.
        method: String,
        /// The status that it has to answer with, any one of them.
        status: Vec<u16>,
        /// Headers that are sent.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        send: BTreeMap<String, String>,
        /// Headers that are sent, with the names of the process's environment variables that hold their values.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        send_from: BTreeMap<String, String>,
        /// Headers that the answer has to have, with what their values contain.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        headers: BTreeMap<String, String>,
        /// What the body has to contain.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contains: Option<String>,
        /// The longest that it may take.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        within: Option<Duration>,
    },
    /// Alarms that must not fire.
    Alarms {
        /// Their names.
        names: Vec<String>,
    },
    /// A metric that must not pass a bound.
    Metric {
        /// The metric.
        of: Metric,
        /// What it is divided by, as a rate; none, where it counts by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        per: Option<Metric>,
        /// It fails above this; of a rate, as a fraction.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        above: Option<f64>,
        /// It fails below this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        below: Option<f64>,
        /// With less traffic than this nobody can tell: the sum of `per`, or else the samples of the metric.
        at_least: f64,
        /// How far back it looks; never before what is shifted was reached. Once everything is written it passes when it
        /// has passed for so long.
        over: Duration,
    },
    /// How a command ends.
    Command {
        /// What a shell runs.
        line: String,
        /// The codes that pass.
        pass: Vec<i32>,
        /// The codes that say that nobody can tell.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        undecided: Vec<i32>,
        /// How long it may take.
        limit: Duration,
    },
    /// What a function answers.
    Invoke {
        /// Its name, with `:ALIAS` behind it where it is one.
        function: String,
        /// What it is given.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        payload: Value,
        /// What its answer has to contain, member by member; anything that is no error, if nothing is said.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        expects: Value,
        /// How long it may take.
        limit: Duration,
    },
    /// What a scan found in the images that are deployed.
    Scan {
        /// The worst severity that passes: `NONE`, `LOW`, `MEDIUM`, `HIGH`.
        worst: String,
    },
}

/// A metric of CloudWatch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// The namespace: `AWS/Lambda`.
    pub namespace: String,
    /// The name: `Errors`.
    pub name: String,
    /// The dimensions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, String>,
    /// The statistic: `Sum`, `p99`.
    pub statistic: String,
}

/// What a gate is asked about.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// What is deployed; none after all of it, and where nobody deploys.
    pub address: Option<Address>,
    /// The alias that is shifted.
    pub alias: Option<String>,
    /// What the new version is called there: a number, a revision.
    pub version: Option<String>,
    /// How much traffic it has; all of it, where that is not shifted by and by.
    pub share: Option<Share>,
    /// For how long it has been so.
    pub since: Option<Duration>,
    /// The run; none where nobody deploys.
    pub run: Option<String>,
    /// The images that are deployed, by digest, with their registries; `None` where what is deployed runs none.
    pub images: Option<Vec<String>>,
}

/// What a gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// All is well.
    Passed,
    /// Nobody can tell: too little traffic, no data, no answer from AWS.
    Inconclusive,
    /// It is not.
    Failed,
    /// Nobody was asked, since somebody said so.
    Skipped,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Decision::Passed => "passed",
            Decision::Inconclusive => "is inconclusive",
            Decision::Failed => "failed",
            Decision::Skipped => "is not asked",
        })
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What it says.
    pub decision: Decision,
    /// A lowercase fragment that says what was seen: `0.8 % of 512, at most 5 %`.
    pub said: String,
}

impl Answer {
    /// Returns an answer.
    pub fn new(decision: Decision, said: impl Into<String>) -> Answer {
        Answer { decision, said: said.into() }
    }
}

impl Probe {
    /// Returns how long one answer takes at most.
    pub fn limit(&self) -> Duration {
        match self {
            Probe::Http { within, .. } => within.map_or(ANSWER, |within| within + BEYOND),
            Probe::Command { limit, .. } | Probe::Invoke { limit, .. } => *limit,
            Probe::Alarms { .. } | Probe::Metric { .. } | Probe::Scan { .. } => ANSWER,
        }
    }
}

impl Gate {
    /// Returns how long it takes at most until it has failed as often as it may.
    pub fn longest(&self) -> Duration {
        self.probe.limit() * self.tries.max(1) + self.every * self.tries.saturating_sub(1)
    }

    /// Returns whether it is about one of `addresses`.
    pub fn is_about<'a>(&self, mut addresses: impl Iterator<Item = &'a Address>) -> bool {
        // The patterns were read once already, where they were written.
        let about = Selection::new(&self.about).unwrap_or_default();
        addresses.any(|a| about.picks(a))
    }

    /// Returns the first of its placeholders that only what climbs a ladder gives a meaning, if it has one.
    pub fn of_a_shift(&self) -> Option<&'static str> {
        let text = serde_json::to_string(&self.probe).unwrap_or_default();
        ["{version}", "{alias}"].into_iter().find(|name| text.contains(name))
    }

    /// Returns whether it asks about images: it is about nothing that runs none.
    pub fn asks_of_images(&self) -> bool {
        matches!(self.probe, Probe::Scan { .. })
    }

    /// Returns whether asking it does no more than to look, so that it may be asked at any time.
    pub fn only_looks(&self) -> bool {
        !matches!(self.probe, Probe::Command { .. } | Probe::Invoke { .. })
    }
}

/// Asks gates in one environment.
#[async_trait]
pub trait Inspector: Send + Sync {
    /// Asks `gate` once. Who cannot ask says that nobody can tell, and why.
    async fn ask(&self, gate: &Gate, of: &Asked) -> Answer;

    /// Returns what is to be said of `gate` before a run begins that depends on it: what cannot pass blocks, what could
    /// not tell is a warning. Only looks.
    async fn foresee(&self, gate: &Gate) -> Vec<Finding>;

    /// Returns the images that `document`, what `address` is or is to be, runs, with their registries. Pure: asks nobody.
    fn images(&self, _address: &Address, _document: &Document) -> Vec<String> {
        Vec::new()
    }
}

/// Somebody who cannot be asked: nobody can tell.
pub struct Nobody;

#[async_trait]
impl Inspector for Nobody {
    async fn ask(&self, _gate: &Gate, _of: &Asked) -> Answer {
        Answer::new(Decision::Inconclusive, "nobody asks gates here")
    }

    async fn foresee(&self, _gate: &Gate) -> Vec<Finding> {
        Vec::new()
    }
}
