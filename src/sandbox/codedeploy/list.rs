//! ListDeployments.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::ask::Ask;
use super::held::Held;

const STATUSES: [&str; 8] =
    ["Created", "Queued", "InProgress", "Baking", "Succeeded", "Failed", "Stopped", "Ready"];

/// ListDeployments, of all or of a group, the newest first, by status and time of creation.
pub(crate) fn deployments(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (application, group) = (ask.text("applicationName"), ask.text("deploymentGroupName"));
    // "If applicationName is specified, then deploymentGroupName must be specified", and the other way round.
    match (application, group) {
        ("", "") => {}
        (_, "") => {
            let message = "The deployment group name was not specified.";
            return Err(Fail::new(400, "DeploymentGroupNameRequiredException", message));
        }
        _ => {
            if !ask.application(held)?.groups.contains_key(group) {
                let message = format!("No Deployment Group found for name: {group}");
                return Err(Fail::new(400, "DeploymentGroupDoesNotExistException", message));
            }
        }
    }
    let statuses = ask.texts("includeOnlyStatuses");
    if statuses.iter().any(|status| !STATUSES.contains(status)) {
        let message = "The specified deployment status doesn't exist or cannot be determined.";
        return Err(Fail::new(400, "InvalidDeploymentStatusException", message));
    }
    let time = |member: &str| {
        let range = ask.body.get("createTimeRange");
        range.and_then(|range| range.get(member)).and_then(Value::as_f64)
    };
    let (start, end) = (time("start"), time("end"));
    if start.zip(end).is_some_and(|(start, end)| start > end) {
        let message = "The specified time range was specified in an invalid format.";
        return Err(Fail::new(400, "InvalidTimeRangeException", message));
    }
    let found = held.deployments.iter().rev().filter(|one| {
        one.region == ask.region()
            && (group.is_empty() || one.application == application && one.group == group)
            && (statuses.is_empty() || statuses.contains(&one.status.word()))
            && start.is_none_or(|start| one.created >= start)
            && end.is_none_or(|end| one.created <= end)
    });
    ask.page("deployments", found.map(|one| json!(one.id)).collect(), Map::new())
}
