//! Steps that wait for someone: hooks, the wait for ContinueDeployment, the wait before termination.

use super::super::world::World;
use super::deployment::{Deployment, Status};
use super::rollback::Cause;
use super::settle::Rules;
use super::stage::{end, fail, next};

/// How many minutes a hook has ("a validation function must report within one hour", the hooks of ECS deployments).
const HOOK_MINUTES: f64 = 60.0;

/// A lifecycle event with its hook, if the AppSpec has one.
pub(crate) fn hook(
    world: &mut World,
    deployment: &mut Deployment,
    name: &'static str,
    first: bool,
    rules: &Rules,
) -> bool {
    let hooks = deployment.spec.as_ref().map_or(&[][..], |spec| spec.hooks.as_slice());
    let function = hooks.iter().find(|(event, _)| *event == name).map(|(_, function)| function.clone());
    let over = deployment.since + rules.stage;
    let Some(function) = function else { return rules.now >= over && next(deployment, over) };
    if first {
        let report = call(world, deployment, &function, rules);
        if let Some(event) = deployment.event_mut() {
            event.report = report;
        }
    }
    let report = deployment.event_mut().and_then(|event| event.report.clone());
    let failed = |what: &str| {
        // HOOK_EXECUTION_FAILURE.
        format!(
            "One or more of the lifecycle event validation functions failed and the deployment is stopped: {name}, {function}: {what}"
        )
    };
    match report.as_deref() {
        Some(_) if rules.now < over => false,
        Some("Succeeded") => next(deployment, over),
        Some(other) => {
            fail(deployment, "HOOK_EXECUTION_FAILURE", &failed(&format!("it reported {other}")), rules)
        }
        None if rules.now >= deployment.since + HOOK_MINUTES * rules.minute => {
            let why = failed("it reported nothing within one hour");
            fail(deployment, "HOOK_EXECUTION_FAILURE", &why, rules)
        }
        None => false,
    }
}

/// Calls the function of a hook: what it will report, or nothing. A function that is not there has failed.
fn call(world: &mut World, deployment: &Deployment, function: &str, rules: &Rules) -> Option<String> {
    let arn = match function.starts_with("arn:") {
        true => function.to_owned(),
        false => {
            format!("arn:aws:lambda:{}:{}:function:{function}", deployment.region, deployment.account)
        }
    };
    // Without version or alias.
    let unqualified = arn.split(':').take(7).collect::<Vec<_>>().join(":");
    let account = world.accounts.get_mut(&deployment.account)?;
    if !account.functions.contains(&unqualified) {
        return Some("Failed: there is no such function".into());
    }
    let answer = match account.codedeploy.hooks.get_mut(&unqualified) {
        Some(answers) if answers.len() > 1 => answers.remove(0),
        Some(answers) => answers.first().cloned().unwrap_or_default(),
        None if rules.hooks_answer => "Succeeded".into(),
        None => String::new(),
    };
    (!answer.is_empty()).then_some(answer)
}

/// `deploymentReadyOption`: with STOP_DEPLOYMENT production traffic waits for ContinueDeployment, and "if traffic rerouting
/// is not started before the end of the specified wait period, the deployment status is changed to Stopped".
pub(crate) fn ready(deployment: &mut Deployment, rules: &Rules) -> bool {
    let option = "blueGreenDeploymentConfiguration/deploymentReadyOption";
    let waits = deployment
        .setting(&format!("{option}/actionOnTimeout"))
        .is_some_and(|action| action == "STOP_DEPLOYMENT");
    if !waits || deployment.continued {
        deployment.status = Status::InProgress;
        let at = if waits { rules.now } else { deployment.since };
        return next(deployment, at);
    }
    deployment.status = Status::Ready;
    let minutes = deployment.setting(&format!("{option}/waitTimeInMinutes"));
    let minutes = minutes.and_then(serde_json::Value::as_f64).unwrap_or(0.0);
    if rules.now >= deployment.since + minutes * rules.minute {
        let message =
            "The deployment was stopped because traffic rerouting was not started within the wait time.";
        end(deployment, (Status::Stopped, "TIMEOUT", message), Cause::Failure, rules);
    }
    false
}

/// `terminateBlueInstancesOnDeploymentSuccess`: InProgress all the while, and ContinueDeployment ends it.
pub(crate) fn termination(deployment: &mut Deployment, rules: &Rules) -> bool {
    let pointer = "blueGreenDeploymentConfiguration/terminateBlueInstancesOnDeploymentSuccess/terminationWaitTimeInMinutes";
    let minutes = deployment.setting(pointer).and_then(serde_json::Value::as_f64).unwrap_or(0.0);
    let over = deployment.since + minutes * rules.minute;
    // assumed: switch codedeploy_bakes
    deployment.status = if rules.bakes { Status::Baking } else { Status::InProgress };
    if !deployment.continued && rules.now < over {
        return false;
    }
    let at = if deployment.continued { rules.now } else { over };
    deployment.status = Status::InProgress;
    next(deployment, at)
}
