//! The switches about ECS, as a call finds them.

use super::super::switch::Switches;

/// Durations are in seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// PROVISIONING.
    pub(crate) provision: f64,
    /// PENDING.
    pub(crate) pull: f64,
    /// Each stage of stopping.
    pub(crate) stop: f64,
    /// From the start of a container to the result of its health check.
    pub(crate) health: f64,
    /// How long a task without checks runs until it counts as healthy.
    pub(crate) settled: f64,
    /// The first wait after a failed task; it doubles.
    pub(crate) restart: f64,
    /// The shortest time in a lifecycle stage.
    pub(crate) stage: f64,
    /// How long a function that is a hook takes.
    pub(crate) hook: f64,
    /// A minute of a configuration.
    pub(crate) minute: f64,
    /// How late the weight of the production traffic is shown.
    pub(crate) weight_lag: f64,
    /// The bake time of a rolling deployment with alarms.
    pub(crate) bake: f64,
    pub(crate) held: bool,
    pub(crate) draining_counts: bool,
    pub(crate) hooks_fail: bool,
    pub(crate) exit_fails: bool,
    pub(crate) breaker_by_stages: bool,
    pub(crate) first_failure_stopped: bool,
    pub(crate) pre_production_shown: bool,
    pub(crate) pre_production_taken: bool,
    pub(crate) pre_production_first: bool,
    pub(crate) post_production_each: bool,
    pub(crate) current_stays: bool,
}

impl Rules {
    pub(crate) fn of(switches: &Switches) -> Rules {
        let seconds = |name: &str| switches.number(name) as f64 / 1000.0;
        Rules {
            provision: seconds("ecs_provision_ms"),
            pull: seconds("ecs_pull_ms"),
            stop: seconds("ecs_stop_ms"),
            health: seconds("ecs_health_ms"),
            settled: seconds("ecs_healthy_after_ms"),
            restart: seconds("ecs_restart_ms"),
            stage: seconds("ecs_stage_ms"),
            hook: seconds("ecs_hook_ms"),
            minute: seconds("ecs_minute_ms"),
            weight_lag: seconds("ecs_weight_lag_ms"),
            bake: seconds("ecs_rolling_bake_ms"),
            held: switches.on("ecs_deployments_held"),
            draining_counts: switches.on("ecs_draining_counts"),
            hooks_fail: switches.on("ecs_hooks_fail"),
            exit_fails: switches.on("ecs_exit_counts_as_failed"),
            breaker_by_stages: switches.on("ecs_breaker_by_stages"),
            first_failure_stopped: switches.on("ecs_first_failure_stopped"),
            current_stays: switches.on("ecs_current_deployment_stays"),
            pre_production_shown: switches.on("ecs_pre_production_stage_shown"),
            pre_production_taken: switches.on("ecs_pre_production_stage_taken"),
            pre_production_first: switches.on("ecs_pre_production_before_first_step"),
            post_production_each: switches.on("ecs_post_production_at_each_step"),
        }
    }
}
