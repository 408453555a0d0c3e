//! Tasks.

use super::deployment::Target;
use super::tags::Tags;

/// How far a task is (`lastStatus`, the Developer Guide's "Amazon ECS task lifecycle").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Provisioning,
    Pending,
    Running,
    Deactivating,
    Stopping,
    Stopped,
}

impl Stage {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Stage::Provisioning => "PROVISIONING",
            Stage::Pending => "PENDING",
            Stage::Running => "RUNNING",
            Stage::Deactivating => "DEACTIVATING",
            Stage::Stopping => "STOPPING",
            Stage::Stopped => "STOPPED",
        }
    }
}

/// Why a task stops.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stop {
    /// `stopCode`.
    pub(crate) code: &'static str,
    /// `stoppedReason`.
    pub(crate) reason: String,
    /// Whether it counts as a failure of its deployment.
    pub(crate) failed: bool,
}

/// A container of a task.
#[derive(Debug, Clone, Default)]
pub(crate) struct Container {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) image: String,
    pub(crate) digest: Option<String>,
    pub(crate) runtime: String,
    pub(crate) essential: bool,
    pub(crate) exit: Option<i64>,
    pub(crate) reason: Option<String>,
    /// What it runs in the place of its image's own command, where RunTask says so.
    pub(crate) command: Vec<String>,
    /// What its image does.
    pub(crate) behaviour: super::super::ecr::Behaviour,
    /// Whether it has a health check of its own.
    pub(crate) checked: bool,
    pub(crate) healthy: Option<bool>,
}

/// A task.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) cluster_arn: String,
    pub(crate) definition: String,
    /// `service:NAME` or `family:NAME`.
    pub(crate) group: String,
    /// The deployment or the task set that it is of, or what RunTask was told.
    pub(crate) started_by: String,
    /// The token that RunTask was sent with, and what it was asked for.
    pub(crate) token: Option<(String, String)>,
    pub(crate) launch: String,
    pub(crate) stage: Stage,
    pub(crate) stop: Option<Stop>,
    pub(crate) containers: Vec<Container>,
    pub(crate) targets: Vec<Target>,
    /// Its address in the subnet: what its target groups know it by.
    pub(crate) address: String,
    pub(crate) tags: Tags,
    pub(crate) created: f64,
    pub(crate) pull_started: Option<f64>,
    pub(crate) pull_stopped: Option<f64>,
    pub(crate) started: Option<f64>,
    pub(crate) stopping: Option<f64>,
    pub(crate) stopped: Option<f64>,
    /// Whether its deployment has been told that it is healthy, or that it failed.
    pub(crate) told: bool,
    /// Whether its target groups know it.
    pub(crate) registered: bool,
    /// Whether they have been told that it leaves.
    pub(crate) leaving: bool,
    /// Whether it has been told to them that it answers, after a slow start.
    pub(crate) warm: bool,
    /// Whether its checks say that it is well.
    pub(crate) healthy: bool,
    pub(crate) version: u64,
}

impl Task {
    /// Whether it is to run: not stopping and not stopped.
    pub(crate) fn wanted(&self) -> bool {
        self.stop.is_none()
    }

    /// Whether it runs and is to.
    pub(crate) fn running(&self) -> bool {
        self.wanted() && self.stage == Stage::Running
    }
}
