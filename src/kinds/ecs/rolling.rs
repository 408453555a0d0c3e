//! Rolling deployments where there is no service deployment to ask about: followed by their id in `deployments` of the service.
//!
//! Source: deploy-peers 4.2 and "Deployment" (ECS API reference): the newest one is PRIMARY, `rolloutState` tells how it
//! stands, and a rollback is a deployment with another id. So the ids are compared, not the task definitions.

use serde_json::Value;

use super::evidence::{Evidence, Own};
use super::explain::explain;
use super::follow::LOOK_WHO;
use super::target_health::groups;
use super::watch::Watch;
use crate::core::following::{End, Followed};
use crate::core::run::Verdict;
use crate::core::{Error, ErrorKind};

/// How the deployment of an id stands in its service.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    Goes,
    Succeeded,
    Failed(String),
    /// ECS goes back by the deployment of this id.
    Back(String),
    /// The deployment of this id is somebody else's.
    Superseded(String),
}

/// Follows the deployment `id` of a service to its end.
pub async fn follow(mut watch: Watch<'_>, id: &str) -> Followed {
    let calls = watch.services.calls.clone();
    let (what, address) = (format!("deployment {id}"), watch.m.address.clone());
    let mut evidence: Option<Evidence<'_>> = None;
    let mut back: Option<String> = None;
    loop {
        let service = match calls.service(&watch.of.id).await {
            Ok(service) => service,
            Err(e) if e.kind == ErrorKind::NotFound => {
                return Followed::Failed(e.context(format!("{what} of {address} has no service any more")));
            }
            Err(e) => return watch.unseen(&what, e),
        };
        let entry = of_id(&service, id).cloned();
        let evidence = evidence.get_or_insert_with(|| {
            let by = Some(id.to_string());
            let definition = entry.as_ref().and_then(|e| e["taskDefinition"].as_str()).map(String::from);
            let own = Own { definition, by, ..Own::default() };
            let evidence = Evidence::new(&calls, &watch.of.id, own, groups(&service));
            match service["deploymentConfiguration"]["deploymentCircuitBreaker"]["enable"] == true {
                true => evidence,
                false => evidence.uncounted(&service["desiredCount"]),
            }
        });
        if back.is_none() {
            let _ = evidence.look_at_tasks().await;
            if !evidence.groups.is_empty() {
                let _ = evidence.look_at_targets().await;
            }
        }
        match standing(&service, id) {
            Standing::Succeeded => return Followed::Done,
            Standing::Failed(why) => {
                let error =
                    Error::failed(format!("{what} of {address} failed and was not rolled back: {why}"));
                return Followed::Failed(error.explained(explain(evidence, Vec::new()).await));
            }
            Standing::Superseded(by) => {
                let other = of_id(&service, &by).cloned().unwrap_or_default();
                let definition = other["taskDefinition"].as_str().unwrap_or_default();
                let revision = definition.rsplit('/').next().unwrap_or_default();
                let message = format!("{what} of {address} was superseded by deployment {by} of {revision}");
                return Followed::Superseded(Error::new(ErrorKind::Superseded, message).hint(LOOK_WHO));
            }
            Standing::Back(by) => {
                if back.is_none() {
                    watch.anew();
                }
                let state = of_id(&service, &by).map(|e| e["rolloutState"].clone()).unwrap_or_default();
                let outcome = match state.as_str() {
                    Some("COMPLETED") => Some(("failed, and ECS has put back what was there", true)),
                    Some("FAILED") => Some(("failed, and so did its rollback", false)),
                    _ => None,
                };
                if let Some((how, is_back)) = outcome {
                    let error = Error::failed(format!("{what} of {address} {how} (deployment {by})"))
                        .explained(explain(evidence, Vec::new()).await);
                    return if is_back { Followed::TakenBack(error) } else { Followed::Failed(error) };
                }
                watch.tell(format!("rolling back by deployment {by}"));
                back = Some(by);
            }
            Standing::Goes => {
                // It cannot be stopped by this API; what rolls it back is the run, with another UpdateService.
                if let Some(why) = evidence.fatal() {
                    let error = Error::failed(format!("{what} of {address} cannot succeed: {why}"));
                    return Followed::Failed(error.explained(explain(evidence, Vec::new()).await));
                }
                watch.tell(progress(entry.as_ref().unwrap_or(&Value::Null), evidence));
            }
        }
        if let Err(end) = watch.pause(&what).await {
            return end;
        }
    }
}

/// Returns how the deployment `id` of `service` came out, once it has.
pub fn end(service: &Value, id: &str) -> Option<End> {
    match standing(service, id) {
        Standing::Goes => None,
        Standing::Succeeded => Some(End::Done),
        Standing::Failed(_) => Some(End::Fell(Verdict::Failed)),
        Standing::Superseded(_) => Some(End::Fell(Verdict::Superseded)),
        Standing::Back(by) => match of_id(service, &by)?["rolloutState"].as_str() {
            Some("COMPLETED") => Some(End::Fell(Verdict::TakenBack)),
            Some("FAILED") => Some(End::Fell(Verdict::Failed)),
            _ => None,
        },
    }
}

/// Returns whether a deployment of `service` can be judged by its id alone: `rolloutState` is of rolling ones.
pub fn judges(service: &Value) -> bool {
    let strategy = &service["deploymentConfiguration"]["strategy"];
    strategy.is_null() || strategy == "ROLLING"
}

fn deployments(service: &Value) -> &[Value] {
    service["deployments"].as_array().map_or(&[], Vec::as_slice)
}

fn of_id<'s>(service: &'s Value, id: &str) -> Option<&'s Value> {
    deployments(service).iter().find(|one| one["id"] == id)
}

/// Returns how the deployment `id` stands in `service`, as DescribeServices has it.
fn standing(service: &Value, id: &str) -> Standing {
    let primary = deployments(service).iter().find(|one| one["status"] == "PRIMARY");
    let Some(primary) = primary else { return Standing::Goes };
    let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
    if primary["id"] == id {
        return match primary["rolloutState"].as_str() {
            Some("COMPLETED") => Standing::Succeeded,
            Some("FAILED") => Standing::Failed(text(&primary["rolloutStateReason"])),
            Some(_) => Standing::Goes,
            // Behind a Classic Load Balancer there is no such state: it is over when it is alone and whole.
            None if judges(service)
                && deployments(service).len() == 1
                && primary["pendingCount"] == 0
                && primary["runningCount"] == primary["desiredCount"] =>
            {
                Standing::Succeeded
            }
            None => Standing::Goes,
        };
    }
    let other = text(&primary["id"]);
    let reason = text(&primary["rolloutStateReason"]).to_lowercase();
    let said = |needle: &str| {
        let events = service["events"].as_array().into_iter().flatten();
        events.filter_map(|event| event["message"].as_str()).any(|message| message.contains(needle))
    };
    // Once it is COMPLETED its reason says nothing of a rollback any more; the last 100 events do.
    let is_back = reason.contains("rolling back")
        || (said(&format!("rolling back to deployment {other}"))
            && said(&format!("(deployment {id}) deployment failed")));
    if is_back { Standing::Back(other) } else { Standing::Superseded(other) }
}

fn progress(entry: &Value, evidence: &Evidence<'_>) -> String {
    let count = |member: &str| entry[member].as_u64().unwrap_or(0);
    let state = entry["rolloutState"].as_str().unwrap_or("IN_PROGRESS").to_lowercase().replace('_', " ");
    let mut parts = vec![state, format!("{} of {} tasks run", count("runningCount"), count("desiredCount"))];
    for (n, word) in
        [(count("pendingCount"), "start"), (count("failedTasks").max(evidence.failed() as u64), "failed")]
    {
        if n > 0 {
            parts.push(format!("{n} {word}"));
        }
    }
    if evidence.health.all > 0 {
        parts.push(format!("{} of {} targets healthy", evidence.health.healthy, evidence.health.all));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn service(deployments: Value, events: &[&str]) -> Value {
        let events: Vec<Value> = events.iter().map(|e| json!({ "message": e })).collect();
        json!({ "deployments": deployments, "events": events })
    }

    fn entry(id: &str, status: &str, state: Value) -> Value {
        json!({ "id": id, "status": status, "rolloutState": state, "taskDefinition": "web:1",
            "desiredCount": 2, "runningCount": 2, "pendingCount": 0 })
    }

    #[test]
    fn counts_judge_no_deployment_by_stages() {
        for (strategy, expected) in [
            (Value::Null, Standing::Succeeded),
            (json!("ROLLING"), Standing::Succeeded),
            (json!("BLUE_GREEN"), Standing::Goes),
        ] {
            let mut service = service(json!([entry("ecs-svc/1", "PRIMARY", Value::Null)]), &[]);
            service["deploymentConfiguration"] = json!({ "strategy": strategy });
            assert_eq!(standing(&service, "ecs-svc/1"), expected, "{strategy}");
        }
    }

    #[test]
    fn the_id_is_judged_and_not_the_task_definition() {
        let back = |state: &str, reason: &str| {
            let mut one = entry("ecs-svc/9", "PRIMARY", json!(state));
            one["rolloutStateReason"] = json!(reason);
            one
        };
        let events: &[&str] = &[
            "(service web) rolling back to deployment ecs-svc/9.",
            "(service web) (deployment ecs-svc/1) deployment failed: tasks failed to start.",
        ];
        for (deployments, events, expected) in [
            (json!([entry("ecs-svc/1", "PRIMARY", json!("COMPLETED"))]), &[][..], Standing::Succeeded),
            (json!([entry("ecs-svc/1", "PRIMARY", json!("IN_PROGRESS"))]), &[], Standing::Goes),
            (json!([entry("ecs-svc/1", "PRIMARY", json!("SOMETHING_NEW"))]), &[], Standing::Goes),
            (json!([entry("ecs-svc/1", "PRIMARY", json!("FAILED"))]), &[], Standing::Failed("".into())),
            (json!([entry("ecs-svc/1", "PRIMARY", Value::Null)]), &[], Standing::Succeeded),
            (
                json!([
                    entry("ecs-svc/1", "PRIMARY", Value::Null),
                    entry("ecs-svc/0", "ACTIVE", Value::Null)
                ]),
                &[],
                Standing::Goes,
            ),
            (
                json!([back(
                    "IN_PROGRESS",
                    "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/9."
                )]),
                &[],
                Standing::Back("ecs-svc/9".into()),
            ),
            (json!([back("COMPLETED", "completed.")]), events, Standing::Back("ecs-svc/9".into())),
            // The same task definition, completed, and none of ours.
            (json!([back("COMPLETED", "completed.")]), &[], Standing::Superseded("ecs-svc/9".into())),
        ] {
            assert_eq!(
                standing(&service(deployments.clone(), events), "ecs-svc/1"),
                expected,
                "{deployments}"
            );
        }
    }
}
