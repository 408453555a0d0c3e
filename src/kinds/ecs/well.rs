//! Are the services that a deployment wrote still well? A deployment may end well and its tasks fall over right after.
//!
//! Only services are asked about of which a deployment has come to its good end in this run: then the tasks and targets are
//! new ones, and were well. Alarms are no part of it: the deployment has its own verdict of them, and they may have fired
//! before. Nor is that some tasks are missing: a service that is scaled up right then lacks some for a while.

use std::time::Duration;

use serde_json::Value;

use super::checks::{id_of, serving};
use super::driver::Services;
use super::target_health::{TargetHealth, groups, target_health};
use crate::core::inventory::Found;
use crate::core::{Address, Result};

/// How often one that does not look well is looked at, and how long after each other: a task that is just being replaced is
/// no fault.
const LOOKS: usize = 3;
const PAUSE: Duration = Duration::from_secs(10);

/// Says which of the services `deployed` are not well, and why. Two calls for each that is, and one more for each further
/// target group.
pub async fn well(services: &Services, deployed: Vec<&Found>) -> Result<Vec<(Address, String)>> {
    let mut left = deployed;
    let mut problems = Vec::new();
    for look in 0..LOOKS {
        if left.is_empty() {
            break;
        }
        if look > 0 {
            services.calls.account.clock.sleep(PAUSE).await;
        }
        problems = look_at(services, &left).await?;
        left.retain(|found| problems.iter().any(|(sick, _)| *sick == found.address));
    }
    Ok(problems)
}

async fn look_at(services: &Services, wanted: &[&Found]) -> Result<Vec<(Address, String)>> {
    let ids: Vec<String> = wanted.iter().map(|found| found.id.clone()).collect();
    let there = services.calls.several(&ids).await?;
    let mut all = Vec::new();
    for Found { address, id, .. } in wanted {
        let Some(service) = there.iter().find(|service| id_of(service).as_ref() == Some(id)) else {
            all.push((address.clone(), "it is not there any more".to_string()));
            continue;
        };
        let serving = serving(service);
        let health = target_health(&services.calls, &groups(serving)).await?;
        let problems = judge(service, serving, &health);
        if !problems.is_empty() {
            all.push((address.clone(), problems.join(", ")));
        }
    }
    Ok(all)
}

fn judge(service: &Value, serving: &Value, health: &TargetHealth) -> Vec<String> {
    let number = |value: &Value| value.as_u64().unwrap_or_default();
    let desired = number(serving.get("computedDesiredCount").unwrap_or(&service["desiredCount"]));
    let running = number(&serving["runningCount"]);
    if running == 0 && desired > 0 {
        return vec![format!("none of its {desired} tasks runs any more")];
    }
    let mut problems = health.problems.clone();
    if !groups(serving).is_empty() && running > 0 && health.healthy == 0 && problems.is_empty() {
        problems.push(match health.all {
            0 => "no target is registered with its target groups".into(),
            all => format!("none of its {all} targets is healthy"),
        });
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_service_is_sick_where_nothing_runs_or_answers_and_not_where_it_grows() {
        let of = |running: u64, healthy, all, sick: &[&str]| {
            let service = json!({
                "desiredCount": 2, "runningCount": running, "loadBalancers": [{ "targetGroupArn": "a" }],
            });
            let problems = sick.iter().map(ToString::to_string).collect();
            judge(&service, &service, &TargetHealth { healthy, all, problems })
        };
        assert_eq!(of(2, 2, 2, &[]), Vec::<String>::new());
        assert_eq!(of(1, 1, 1, &[]), Vec::<String>::new(), "it is being scaled");
        assert_eq!(of(0, 0, 0, &[]), ["none of its 2 tasks runs any more"]);
        assert_eq!(of(2, 0, 2, &[]), ["none of its 2 targets is healthy"]);
        assert_eq!(of(2, 0, 0, &[]), ["no target is registered with its target groups"]);
        assert_eq!(
            of(2, 1, 2, &["1 target is unhealthy in web: 500"]),
            ["1 target is unhealthy in web: 500"]
        );
    }
}
