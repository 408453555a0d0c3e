//! Service deployments: the history of what was asked of a service, and how each ended.

use serde_json::Value;

use super::hook::HookRun;

/// `ServiceDeploymentStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    InProgress,
    Successful,
    StopRequested,
    Stopped,
    RollbackRequested,
    RollbackInProgress,
    RollbackSuccessful,
    RollbackFailed,
}

impl Status {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Status::Pending => "PENDING",
            Status::InProgress => "IN_PROGRESS",
            Status::Successful => "SUCCESSFUL",
            Status::StopRequested => "STOP_REQUESTED",
            Status::Stopped => "STOPPED",
            Status::RollbackRequested => "ROLLBACK_REQUESTED",
            Status::RollbackInProgress => "ROLLBACK_IN_PROGRESS",
            Status::RollbackSuccessful => "ROLLBACK_SUCCESSFUL",
            Status::RollbackFailed => "ROLLBACK_FAILED",
        }
    }

    /// Whether nothing more comes.
    pub(crate) fn over(self) -> bool {
        use Status::{RollbackFailed, RollbackSuccessful, Stopped, Successful};
        matches!(self, Successful | Stopped | RollbackSuccessful | RollbackFailed)
    }

    /// Whether it goes back, or is about to.
    pub(crate) fn goes_back(self) -> bool {
        matches!(self, Status::RollbackRequested | Status::RollbackInProgress)
    }
}

/// `DeploymentStrategy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    Rolling,
    BlueGreen,
    Linear,
    Canary,
}

/// What a circuit breaker or the alarms of a deployment do (`ServiceDeploymentRollbackMonitorsStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Monitor {
    Triggered,
    Monitoring,
    Complete,
    Disabled,
}

impl Monitor {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Monitor::Triggered => "TRIGGERED",
            Monitor::Monitoring => "MONITORING",
            Monitor::Complete => "MONITORING_COMPLETE",
            Monitor::Disabled => "DISABLED",
        }
    }
}

/// `rollback` of a service deployment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rollback {
    pub(crate) reason: String,
    pub(crate) started: f64,
    /// The ARN of the service revision that is gone back to.
    pub(crate) revision: String,
}

/// What a deployment by stages does in a stage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Work {
    Nothing,
    /// Looks whether the load balancer can do what is wanted.
    Reconcile,
    ScaleUp,
    /// Gives the new revision this share of the test traffic.
    Test(f64),
    /// Gives it this share of the production traffic, and waits for so many minutes.
    Shift(f64, f64),
    /// Waits for so many minutes.
    Bake(f64),
    CleanUp,
}

/// A stage of a plan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    pub(crate) stage: &'static str,
    pub(crate) work: Work,
}

/// Where a deployment by stages is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Progress {
    pub(crate) plan: Vec<Step>,
    /// The place in its plan.
    pub(crate) at: usize,
    /// When it came there; none before it did.
    pub(crate) since: Option<f64>,
    /// The shares of traffic of the new revision, in percent.
    pub(crate) test: f64,
    pub(crate) production: f64,
    /// When each share of the production traffic was given.
    pub(crate) shifts: Vec<(f64, f64)>,
}

impl Progress {
    /// The share of the production traffic as it was at a time.
    pub(crate) fn production_at(&self, time: f64) -> f64 {
        self.shifts.iter().rfind(|(at, _)| *at <= time).map_or(0.0, |(_, share)| *share)
    }
}

/// A service deployment.
#[derive(Debug, Clone)]
pub(crate) struct ServiceDeployment {
    pub(crate) arn: String,
    pub(crate) created: f64,
    pub(crate) started: Option<f64>,
    pub(crate) finished: Option<f64>,
    pub(crate) stopped: Option<f64>,
    pub(crate) updated: f64,
    /// ARNs of the service revisions that it replaces.
    pub(crate) sources: Vec<String>,
    /// The ARN of the one that it is of.
    pub(crate) target: String,
    pub(crate) status: Status,
    pub(crate) reason: Option<String>,
    pub(crate) strategy: Strategy,
    /// `deploymentConfiguration` as it was when it began.
    pub(crate) configuration: Value,
    pub(crate) stage: Option<String>,
    pub(crate) progress: Progress,
    pub(crate) hooks: Vec<HookRun>,
    pub(crate) rollback: Option<Rollback>,
    pub(crate) breaker: Monitor,
    /// `failureCount` and `threshold`.
    pub(crate) failures: (u64, u64),
    pub(crate) alarms: Monitor,
    pub(crate) triggered: Vec<String>,
    /// How many tasks the service wanted when it began.
    pub(crate) desired: u64,
}
