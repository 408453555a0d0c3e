//! CreateDeployment.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::ids;
use super::super::world::World;
use super::appspec;
use super::ask::Ask;
use super::config::{self, Traffic};
use super::deployment::{Deployment, Event, Status, Step};
use super::group_check;
use super::held::Group;

/// The steps of a deployment; those of test traffic only where the group has a route for it.
fn plan(test_route: bool) -> Vec<Step> {
    // "Run order of hooks in an Amazon ECS deployment"; the waits are deploymentReadyOption's and
    // terminateBlueInstancesOnDeploymentSuccess's.
    let mut plan = vec![Step::Start, Step::Hook("BeforeInstall"), Step::Install, Step::Hook("AfterInstall")];
    if test_route {
        plan.extend([Step::AllowTestTraffic, Step::Hook("AfterAllowTestTraffic")]);
    }
    plan.extend([
        Step::Ready,
        Step::Hook("BeforeAllowTraffic"),
        Step::AllowTraffic,
        Step::Hook("AfterAllowTraffic"),
        Step::TerminationWait,
        Step::Terminate,
    ]);
    plan
}

/// `d-` and nine capitals and digits.
pub(crate) fn new_id() -> String {
    let random = ids::random::<9>();
    let letters = random
        .iter()
        .map(|byte| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[usize::from(*byte) % 36]));
    format!("d-{}", letters.collect::<String>())
}

/// A lifecycle event that has not begun.
pub(crate) fn pending(name: &'static str) -> Event {
    Event {
        name,
        status: "Pending",
        start: None,
        end: None,
        execution: ids::random_uuid(),
        report: None,
        message: String::new(),
    }
}

/// A deployment of a group that is about to start.
pub(crate) fn new(group: &Group, ask: (&str, &str, f64), names: (&str, &str), plan: Vec<Step>) -> Deployment {
    let (account, region, now) = ask;
    let text = |pointer: &str| group.text(pointer).to_owned();
    let events = plan.iter().filter_map(|step| step.event()).map(pending).collect();
    Deployment {
        id: new_id(),
        account: account.into(),
        region: region.into(),
        application: names.0.into(),
        group: names.1.into(),
        config: text("deploymentConfigName"),
        traffic: Traffic::AllAtOnce,
        description: None,
        creator: "user",
        revision: None,
        previous: group.target.clone(),
        spec: None,
        auto_rollback: group.members.get("autoRollbackConfiguration").cloned(),
        override_alarms: None,
        settings: group.members.clone(),
        status: Status::Created,
        error: None,
        created: now,
        started: None,
        completed: None,
        cluster: text("ecsServices/0/clusterName"),
        service: text("ecsServices/0/serviceName"),
        plan,
        at: 0,
        since: now,
        entered: false,
        events,
        blue: None,
        green: None,
        blue_group: String::new(),
        green_group: String::new(),
        weight: 0,
        continued: false,
        stop: None,
        rollback_at: None,
        rollback_id: None,
        rollback_message: None,
        triggered_by: None,
    }
}

/// CreateDeployment: what can be seen to be wrong at once is refused, the rest fails the deployment.
pub(crate) fn create(world: &mut World, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let longest = world.switches.number("codedeploy_description_max") as usize;
    let shown_without_route = world.switches.on("codedeploy_test_events_without_route");
    let account = ask.call.caller.account.clone();
    let held = &mut world.accounts.entry(account.clone()).or_default().codedeploy;
    let (application, name) = (ask.text("applicationName"), ask.text("deploymentGroupName"));
    let group = ask.application(held)?.groups.get(name).cloned();
    let group = group.ok_or_else(|| match name {
        "" => {
            let message = "The deployment group name was not specified.";
            Fail::new(400, "DeploymentGroupNameRequiredException", message)
        }
        name => {
            let message = format!("No Deployment Group found for name: {name}");
            Fail::new(400, "DeploymentGroupDoesNotExistException", message)
        }
    })?;
    // assumed: switch codedeploy_description_max
    if ask.text("description").chars().count() > longest {
        return Err(Fail::new(400, "DescriptionTooLongException", "The description is too long."));
    }
    let revision = ask.body.get("revision").filter(|revision| !revision.is_null());
    let revision = revision
        .ok_or_else(|| Fail::new(400, "RevisionRequiredException", "The revision ID was not specified."))?;
    let spec = appspec::read(revision)?;
    let own = |member: &str| ask.body.get(member).filter(|value| !value.is_null()).cloned();
    group_check::auto_rollback(own("autoRollbackConfiguration").as_ref())?;
    group_check::alarms(own("overrideAlarmConfiguration").as_ref())?;
    let config = match ask.text("deploymentConfigName") {
        "" => group.text("deploymentConfigName").to_owned(),
        own => own.to_owned(),
    };
    let traffic = config::find(held, ask.region(), &config)?;
    let test_route = group
        .at("loadBalancerInfo/targetGroupPairInfoList/0/testTrafficRoute/listenerArns/0")
        .is_some_and(Value::is_string);
    let at = (account.as_str(), ask.region(), ask.now);
    let plan = plan(test_route || shown_without_route);
    let mut made = new(&group, at, (application, name), plan);
    // "If you're using a Network Load Balancer, CodeDeployDefault.ECSAllAtOnce is the only predefined traffic
    // configuration" (deployment configurations on ECS); with which error it is refused is assumed.
    if traffic != Traffic::AllAtOnce
        && made.listener("prodTrafficRoute").is_some_and(|arn| arn.contains("/net/"))
    {
        let message =
            format!("The deployment configuration {config} is not supported with a Network Load Balancer.");
        return Err(Fail::new(400, "InvalidTrafficRoutingConfigurationException", message));
    }
    let mut others = held.deployments.iter().filter(|one| {
        one.region == ask.region() && one.application == application && one.group == name && one.active()
    });
    if let Some(other) = others.next() {
        let message =
            format!("The Deployment Group '{name}' already has an active Deployment '{}'", other.id);
        return Err(Fail::new(400, "DeploymentLimitExceededException", message));
    }
    made.description = own("description").and_then(|text| text.as_str().map(str::to_owned));
    made.revision = Some(revision.clone());
    made.spec = Some(spec);
    (made.config, made.traffic) = (config, traffic);
    if let Some(own) = own("autoRollbackConfiguration") {
        made.auto_rollback = Some(own);
    }
    made.override_alarms = own("overrideAlarmConfiguration");
    let id = made.id.clone();
    held.deployments.push(made);
    if let Some(group) = held.group_mut(ask.region(), application, name) {
        group.last_attempt = Some(id.clone());
    }
    Ok(Answer::json(&json!({"deploymentId": id})))
}
