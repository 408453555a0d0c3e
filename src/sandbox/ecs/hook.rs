//! Lifecycle hooks of deployments by stages: functions that are called, and pauses that wait for someone.

/// `DeploymentLifecycleHookStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HookStatus {
    Awaiting,
    InProgress,
    Succeeded,
    Failed,
    TimedOut,
}

/// One run of a hook.
#[derive(Debug, Clone)]
pub(crate) struct HookRun {
    pub(crate) id: String,
    /// The function; none of a pause.
    pub(crate) function: Option<String>,
    pub(crate) stage: String,
    /// The place in the plan of the deployment that it belongs to.
    pub(crate) at: usize,
    pub(crate) status: HookStatus,
    pub(crate) began: f64,
    /// How often the function was called.
    pub(crate) calls: usize,
    /// When it is asked next.
    pub(crate) next: f64,
    /// When a pause ends by itself, and whether with a rollback.
    pub(crate) expires: Option<f64>,
    pub(crate) timeout_action: String,
}
