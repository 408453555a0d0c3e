//! What `deployments` of a service lists: each set of tasks that its scheduler keeps, the newest first.

/// `rolloutState` (of rolling deployments alone).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rollout {
    InProgress,
    Completed,
    Failed,
}

impl Rollout {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Rollout::InProgress => "IN_PROGRESS",
            Rollout::Completed => "COMPLETED",
            Rollout::Failed => "FAILED",
        }
    }
}

/// A deployment; the first one of a service is its PRIMARY one.
#[derive(Debug, Clone)]
pub(crate) struct Deployment {
    /// `ecs-svc/` and digits: `startedBy` of its tasks.
    pub(crate) id: String,
    /// The ARN of its service revision.
    pub(crate) revision: String,
    pub(crate) task_definition: String,
    /// Its target groups, with container and port of each.
    pub(crate) targets: Vec<Target>,
    /// How many tasks it shall have.
    pub(crate) desired: u64,
    /// None where the strategy has none.
    pub(crate) rollout: Option<Rollout>,
    pub(crate) reason: String,
    pub(crate) failures: Failures,
    pub(crate) created: f64,
    pub(crate) updated: f64,
    /// When its tasks were all there and healthy, while it waits for something else.
    pub(crate) steady_since: Option<f64>,
}

/// Where tasks register.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Target {
    pub(crate) group: String,
    pub(crate) container: String,
    pub(crate) port: u64,
}

/// How tasks failed one after the other.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Failures {
    /// `failedTasks`.
    pub(crate) count: u64,
    /// Until when no task is started.
    pub(crate) wait_until: f64,
}
