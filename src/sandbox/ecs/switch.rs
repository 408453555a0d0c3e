//! The switches of ECS.

use super::super::switch::Switch;

/// By the order of their names.
pub(crate) const SWITCHES: &[Switch] = &[
    (
        "ecs_breaker_by_stages",
        "true",
        "the circuit breaker also watches BLUE_GREEN, LINEAR and CANARY deployments",
    ),
    (
        "ecs_current_deployment_stays",
        "true",
        "currentServiceDeployment names the newest deployment also when it is over",
    ),
    ("ecs_deployments_held", "false", "no deployment of ECS gets further while this is true"),
    (
        "ecs_draining_counts",
        "true",
        "a rolling deployment is over when the tasks before it have stopped, else when they are all asked to",
    ),
    (
        "ecs_exit_counts_as_failed",
        "true",
        "a task whose essential container exits before it was healthy counts as failed",
    ),
    (
        "ecs_first_failure_stopped",
        "true",
        "a deployment that failed with nothing to go back to is STOPPED; false: ROLLBACK_FAILED",
    ),
    ("ecs_health_ms", "100", "how long the first result of a container's health check takes"),
    ("ecs_healthy_after_ms", "200", "how long a task without health checks runs until it counts as healthy"),
    ("ecs_hook_ms", "100", "how long a Lambda function runs that is a lifecycle hook"),
    ("ecs_hooks_fail", "false", "every function that is a lifecycle hook answers FAILED"),
    (
        "ecs_minute_ms",
        "60000",
        "how long a minute lasts that is configured: bake times, timeouts of hooks, grace periods",
    ),
    (
        "ecs_post_production_at_each_step",
        "false",
        "LINEAR and CANARY go through POST_PRODUCTION_TRAFFIC_SHIFT after each step; false: after the last one",
    ),
    (
        "ecs_pre_production_before_first_step",
        "true",
        "LINEAR and CANARY go through PRE_PRODUCTION_TRAFFIC_SHIFT before the first step too; false: between steps",
    ),
    (
        "ecs_pre_production_stage_shown",
        "true",
        "lifecycleStage can be PRE_PRODUCTION_TRAFFIC_SHIFT; false: the stage before it stays",
    ),
    (
        "ecs_pre_production_stage_taken",
        "true",
        "a hook can be at PRE_PRODUCTION_TRAFFIC_SHIFT, which the guide has and the API reference has not; false: refused",
    ),
    ("ecs_provision_ms", "50", "how long a task is PROVISIONING"),
    ("ecs_pull_ms", "100", "how long a task is PENDING while its images are pulled"),
    (
        "ecs_restart_ms",
        "200",
        "the wait after the first failed task of a deployment; it doubles up to 15 minutes",
    ),
    ("ecs_rolling_bake_ms", "300", "the bake time of a rolling deployment with alarms"),
    ("ecs_stage_ms", "300", "the shortest time that a deployment is in a lifecycle stage"),
    ("ecs_stop_ms", "50", "how long a task is DEACTIVATING, and STOPPING"),
    (
        "ecs_weight_lag_ms",
        "0",
        "how long requestedProductionTrafficWeight shows what was before: it 'may not reflect real time'",
    ),
];
