//! The switches of CodeDeploy.

use super::super::switch::Switch;

/// By the order of their names.
pub(crate) const SWITCHES: &[Switch] = &[
    (
        "codedeploy_bakes",
        "false",
        "a deployment is Baking while it waits to terminate the original task set, else InProgress",
    ),
    (
        "codedeploy_description_max",
        "256",
        "the longest description of a deployment; a client of AWS's own cuts at 512",
    ),
    (
        "codedeploy_first_rolls_back",
        "true",
        "the first deployment of a group is rolled back to the task set that ECS made, else not at all",
    ),
    ("codedeploy_held", "false", "deployments of CodeDeploy stand still for as long as this is true"),
    (
        "codedeploy_hooks_answer",
        "true",
        "functions that are hooks and of which nothing else is said report Succeeded, else nothing",
    ),
    (
        "codedeploy_minute_ms",
        "60000",
        "how long a minute of CodeDeploy's waits is: traffic shifts, hooks, readiness, termination, installation",
    ),
    (
        "codedeploy_rollback_minds_alarms",
        "false",
        "an automatic rollback is stopped by an alarm that fires, like any deployment; false: it goes on all the same",
    ),
    ("codedeploy_stage_ms", "300", "how long a step of a deployment takes that waits for nothing"),
    (
        "codedeploy_stop_ms",
        "300",
        "how long it takes until a deployment is stopped that was asked to: one that is at its end before that succeeds",
    ),
    (
        "codedeploy_test_events_without_route",
        "false",
        "the lifecycle events of test traffic are there also in a group without a route for it",
    ),
];
