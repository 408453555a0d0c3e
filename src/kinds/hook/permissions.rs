//! What IAM has to allow for hooks.

use crate::aws::Grant;

const TASKS: &[&str] = &[
    "arn:{partition}:ecs:{region}:{account}:cluster/*",
    "arn:{partition}:ecs:{region}:{account}:task/*",
    "arn:{partition}:ecs:{region}:{account}:task-definition/*",
];
const FUNCTIONS: &[&str] = &["arn:{partition}:lambda:{region}:{account}:function:*"];

/// Source: "Actions, resources, and condition keys" for Amazon ECS, Amazon CloudWatch Logs and AWS Lambda, Service Authorization
/// Reference.
pub const GRANTS: &[Grant] = &[
    Grant::read(&["ecs:DescribeTaskDefinition", "ecs:ListTasks"], &["*"]).only("hooks that run a task"),
    Grant::read(&["ecs:DescribeClusters", "ecs:DescribeTasks"], TASKS).only("hooks that run a task"),
    Grant::read(&["lambda:GetFunctionConfiguration"], FUNCTIONS).only("hooks that invoke a function"),
    Grant::write(&["ecs:RunTask", "ecs:StopTask", "ecs:TagResource"], TASKS).only("hooks that run a task"),
    Grant::write(&["lambda:InvokeFunction"], FUNCTIONS).only("hooks that invoke a function"),
    Grant::write(&["logs:GetLogEvents"], &["arn:{partition}:logs:{region}:{account}:log-group:*"])
        .only("what a task of a hook said"),
    Grant::write(&["iam:PassRole"], &["arn:{partition}:iam::{account}:role/*"])
        .to("ecs-tasks.amazonaws.com")
        .only("tasks of hooks have roles"),
];
