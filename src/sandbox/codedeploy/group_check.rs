//! What a deployment group of ECS needs ("Create a deployment group for an Amazon ECS deployment", CodeDeploy User
//! Guide).

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::Ask;
use super::config;
use super::held::{Group, Held};

fn fail(code: &str, message: impl Into<String>) -> Fail {
    Fail::new(400, code, message)
}

fn length(group: &Group, pointer: &str) -> usize {
    group.at(pointer).and_then(Value::as_array).map_or(0, Vec::len)
}

/// Checks a group as it would be; `own` is the key of the group that is changed (region, application, name).
pub(crate) fn check(held: &Held, ask: &Ask<'_>, group: &Group, own: (&str, &str)) -> Result<(), Fail> {
    config::find(held, ask.region(), group.text("deploymentConfigName"))?;
    if group.text("serviceRoleArn").is_empty() {
        return Err(fail("RoleRequiredException", "The role ID was not specified."));
    }
    let style =
        (group.text("deploymentStyle/deploymentType"), group.text("deploymentStyle/deploymentOption"));
    if style != ("BLUE_GREEN", "WITH_TRAFFIC_CONTROL") {
        let message = "Deployment style for ECS deployment group must be BLUE_GREEN, WITH_TRAFFIC_CONTROL.";
        return Err(fail("InvalidDeploymentStyleException", message));
    }
    blue_green(group)?;
    balancing(group)?;
    alarms(group.members.get("alarmConfiguration"))?;
    auto_rollback(group.members.get("autoRollbackConfiguration"))?;
    if length(group, "ecsServices") != 1 {
        let message = "The Amazon ECS service identifier is not valid: a deployment group has one service.";
        return Err(fail("InvalidECSServiceException", message));
    }
    // "An Amazon ECS service can be associated with one deployment group" (ECSServiceMappingLimitExceededException).
    for ((region, application), known) in &held.applications {
        for (name, other) in &known.groups {
            let itself = (application.as_str(), name.as_str()) == own;
            if region == ask.region() && !itself && other.at("ecsServices") == group.at("ecsServices") {
                let message =
                    format!("The Amazon ECS service is associated with the deployment group {name} already.");
                return Err(fail("ECSServiceMappingLimitExceededException", message));
            }
        }
    }
    Ok(())
}

fn blue_green(group: &Group) -> Result<(), Fail> {
    let refuse = |why: &str| {
        let message = format!("The configuration for the blue/green deployment group is not valid: {why}.");
        Err(fail("InvalidBlueGreenDeploymentConfigurationException", message))
    };
    let at = "blueGreenDeploymentConfiguration";
    if group.at(at).is_none() {
        return refuse("it is missing");
    }
    let ready = (
        group.text(&format!("{at}/deploymentReadyOption/actionOnTimeout")),
        group.number(&format!("{at}/deploymentReadyOption/waitTimeInMinutes")),
    );
    if !matches!(ready.0, "CONTINUE_DEPLOYMENT" | "STOP_DEPLOYMENT") {
        return refuse("deploymentReadyOption is missing");
    }
    let terminate = format!("{at}/terminateBlueInstancesOnDeploymentSuccess");
    if group.text(&format!("{terminate}/action")) != "TERMINATE" {
        return refuse("the action for the original task set must be TERMINATE");
    }
    // "The maximum setting is 2880 minutes (2 days)" (BlueInstanceTerminationOption).
    if group.number(&format!("{terminate}/terminationWaitTimeInMinutes")) > 2880 {
        return refuse("terminationWaitTimeInMinutes is above 2880");
    }
    Ok(())
}

fn balancing(group: &Group) -> Result<(), Fail> {
    let pairs = "loadBalancerInfo/targetGroupPairInfoList";
    if length(group, pairs) != 1 {
        let message = "An Amazon ECS deployment group needs one target group pair.";
        return Err(fail("InvalidLoadBalancerInfoException", message));
    }
    let (groups, listeners) =
        (format!("{pairs}/0/targetGroups"), format!("{pairs}/0/prodTrafficRoute/listenerArns"));
    if length(group, &groups) != 2 || length(group, &listeners) != 1 {
        let message = "A target group pair has two target groups and one listener of production traffic.";
        return Err(fail("InvalidTargetGroupPairException", message));
    }
    Ok(())
}

/// "The maximum number of alarms is 10."
pub(crate) fn alarms(given: Option<&Value>) -> Result<(), Fail> {
    let Some(given) = given else { return Ok(()) };
    let alarms = given.get("alarms").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if alarms.len() > 10 {
        return Err(fail("AlarmsLimitExceededException", "The maximum number of alarms (10) was exceeded."));
    }
    let named = alarms.iter().all(|alarm| alarm.get("name").is_some_and(Value::is_string));
    if !named || given.get("enabled") == Some(&json!(true)) && alarms.is_empty() {
        return Err(fail("InvalidAlarmConfigException", "The format of the alarm configuration is invalid."));
    }
    Ok(())
}

/// Enabled needs events ("The automatic rollback configuration was specified in an invalid format. For example, automatic
/// rollback is enabled, but an invalid triggering event type or no event types were listed").
pub(crate) fn auto_rollback(given: Option<&Value>) -> Result<(), Fail> {
    let Some(given) = given else { return Ok(()) };
    let events = given.get("events").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let known = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"];
    let fits = events.iter().all(|event| event.as_str().is_some_and(|event| known.contains(&event)));
    if !fits || given.get("enabled") == Some(&json!(true)) && events.is_empty() {
        let message = "The automatic rollback configuration was specified in an invalid format.";
        return Err(fail("InvalidAutoRollbackConfigException", message));
    }
    Ok(())
}
