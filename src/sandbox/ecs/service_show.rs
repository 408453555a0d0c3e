//! A service as answers have it.

use serde_json::{Value, json};

use super::super::clock;
use super::launch;
use super::rules::Rules;
use super::service::{Controller, Service};
use super::task::{Stage, Task};

/// As DescribeServices has it, without its tags.
pub(crate) fn show(service: &Service, tasks: &[Task], rules: &Rules) -> Value {
    let mut out = service.settings.clone();
    let group = format!("service:{}", service.name);
    let own = || tasks.iter().filter(|task| task.group == group && task.wanted());
    let running = own().filter(|task| task.stage == Stage::Running).count();
    let events: Vec<Value> = service
        .events
        .iter()
        .rev()
        .map(|one| json!({"id": one.id, "createdAt": clock::epoch(one.created), "message": one.message}))
        .collect();
    let more = json!({
        "serviceArn": service.arn, "serviceName": service.name, "clusterArn": service.cluster_arn,
        "status": service.life.word(), "desiredCount": service.desired, "runningCount": running,
        "pendingCount": own().count() - running, "taskDefinition": service.task_definition,
        "deploymentController": {"type": service.controller.word()},
        "deployments": launch::show(service, tasks), "events": events,
        "createdAt": clock::epoch(service.created), "createdBy": service.by, "tags": [],
    });
    out.extend(more.as_object().cloned().unwrap_or_default());
    if service.controller != Controller::Ecs {
        out.insert("taskSets".into(), service.sets.iter().map(|set| set.show(service, tasks)).collect());
        return Value::Object(out);
    }
    // assumed: switch ecs_current_deployment_stays
    let current = service.history.last().filter(|one| rules.current_stays || !one.status.over());
    if let Some(current) = current {
        out.insert("currentServiceDeployment".into(), json!(current.arn));
    }
    let revisions = service.deployments.iter().map(|one| revision(service, &one.revision, tasks));
    out.insert("currentServiceRevisions".into(), revisions.collect());
    Value::Object(out)
}

/// A service revision and its tasks, as they are now.
pub(crate) fn revision(service: &Service, arn: &str, tasks: &[Task]) -> Value {
    let of = service.deployments.iter().filter(|one| one.revision == arn);
    let (mut requested, mut running, mut pending) = (0, 0, 0);
    for deployment in of {
        requested += deployment.desired;
        for task in tasks.iter().filter(|task| task.started_by == deployment.id && task.wanted()) {
            if task.running() {
                running += 1;
            } else {
                pending += 1;
            }
        }
    }
    json!({"arn": arn, "requestedTaskCount": requested, "runningTaskCount": running, "pendingTaskCount": pending})
}
