//! Tickets: what a call whose answer was lost has started, if it has.

use serde_json::Value;

use super::calls::family_of;
use super::deployment_group::group_of;
use super::driver::Services;
use super::fields::{DEFINITION, DEPLOYING};
use super::in_flight::{Flight, Heading, flight, original};
use super::moves::{REVISION, UPDATE};
use super::stop::ticket_back;
use super::{appspec, codedeploy};
use crate::core::following::Since;
use crate::core::inventory::Found;
use crate::core::moves::Move;
use crate::core::{ErrorKind, Result};

/// How far the clock of this machine and AWS's may be apart.
const APART: f64 = 5.0;

/// What was started longer ago than this, in seconds, is told from what a call starts by the time alone.
const LONG: f64 = 3600.0;
/// So many deployments of a service are looked through.
const MANY: usize = 20;

/// Returns what AWS calls the newest deployment of the sort that `m` starts, if there is one that could be taken for what it
/// starts. Where nobody may look, or AWS keeps no list of it, the time alone has to tell.
pub async fn newest(services: &Services, m: &Move, of: Option<&Found>) -> Result<Option<String>> {
    let Some(of) = of.filter(|_| m.call != UPDATE || starts(&m.args)) else { return Ok(None) };
    match before(services, m, of).await {
        Err(e) if matches!(e.kind, ErrorKind::Denied | ErrorKind::NotFound) && !e.leaves_the_work() => {
            Ok(None)
        }
        Err(e) if e.message.contains("InvalidParameter") => Ok(None),
        found => found,
    }
}

async fn before(services: &Services, m: &Move, of: &Found) -> Result<Option<String>> {
    let member = match m.call == codedeploy::START {
        true => {
            let service = services.calls.service(&of.id).await?;
            let group = group_of(services, &of.id, &service).await?;
            let now = services.calls.account.clock.now().as_second() as f64;
            group
                .deployments(services, now - LONG, now + LONG)
                .await?
                .pop()
                .map(|mut one| one["deploymentId"].take())
        }
        false => {
            let all = services.calls.deployments_in_short(&of.id, MANY).await?;
            all.into_iter().next().map(|mut one| one["serviceDeploymentArn"].take())
        }
    };
    Ok(member.and_then(|id| id.as_str().map(String::from)))
}

/// Returns those of `all`, the oldest first, that came after `newest`: all of them where that is not among them.
fn after(mut all: Vec<Value>, id: &str, newest: Option<&str>) -> Vec<Value> {
    match newest.and_then(|newest| all.iter().position(|one| one[id] == newest)) {
        Some(place) => all.split_off(place + 1),
        None => all,
    }
}

/// Returns the ticket of what a call for `m`, sent after `since`, has started on `of`, if one has.
pub async fn ticket(
    services: &Services,
    m: &Move,
    of: Option<&Found>,
    since: &Since,
) -> Result<Option<String>> {
    if m.call == UPDATE && !starts(&m.args) {
        return Ok(None);
    }
    let physical = services.values.names.physical(&m.address);
    let id = of.map_or(physical.as_str(), |of| &of.id);
    let newest = since.newest.as_deref();
    let since = since.at.as_millisecond() as f64 / 1000.0 - APART;
    if m.call == codedeploy::START {
        return of_codedeploy(services, m, id, (since, newest)).await;
    }
    let at = |v: &Value| v["createdAt"].as_f64().unwrap_or_default();
    let mut fresh = match services.calls.deployments_in_short(id, MANY).await {
        Ok(fresh) => fresh,
        // What was to be created is not there: nothing was started.
        Err(e) if e.kind == ErrorKind::NotFound && of.is_none() => return Ok(None),
        Err(e) => return Err(e),
    };
    // The oldest first: a later one is somebody else's, or an answer to the first.
    fresh.reverse();
    fresh = after(fresh, "serviceDeploymentArn", newest);
    fresh.retain(|one| at(one) >= since);
    for one in fresh {
        let revision = one["targetServiceRevisionArn"].as_str().map(String::from);
        let revisions = services.calls.service_revisions(revision.as_slice()).await?;
        let definition = revisions.first().and_then(|r| r["taskDefinition"].as_str()).unwrap_or_default();
        if names(&m.args, definition)
            && let Some(arn) = one["serviceDeploymentArn"].as_str()
        {
            return Ok(Some(arn.to_string()));
        }
    }
    Ok(None)
}

async fn of_codedeploy(
    services: &Services,
    m: &Move,
    id: &str,
    (since, newest): (f64, Option<&str>),
) -> Result<Option<String>> {
    let service = services.calls.service(id).await?;
    let group = group_of(services, id, &service).await?;
    let until = services.calls.account.clock.now().as_second() as f64 + LONG;
    let fresh = group.deployments(services, since.floor(), until).await?;
    for one in after(fresh, "deploymentId", newest) {
        if let Some(of) = one["rollbackInfo"]["rollbackTriggeringDeploymentId"].as_str() {
            // A rollback, which may copy the description of what it takes back; ours, if it leads where `m` does.
            if original(&service, of)["taskDefinition"].as_str().is_some_and(|to| names(&m.args, to)) {
                return Ok(Some(ticket_back(of)));
            }
            continue;
        }
        let said = one["description"].as_str().unwrap_or_default();
        let definition = appspec::definition(&one["revision"]).unwrap_or_default();
        if said.starts_with(codedeploy::MARK)
            && names(&m.args, &definition)
            && let Some(id) = one["deploymentId"].as_str()
        {
            return Ok(Some(id.to_string()));
        }
    }
    // One that was stopped, and whose rollback is yet to be made.
    let Some(Flight { heading: Heading::Back(of), .. }) = flight(services, id, &service).await? else {
        return Ok(None);
    };
    let leads = original(&service, &of)["taskDefinition"].as_str().is_some_and(|to| names(&m.args, to));
    Ok(leads.then(|| ticket_back(&of)))
}

/// Returns whether an UpdateService with `args` starts a deployment (deploy-peers 4.2): one that changes how a service is
/// deployed at other times does not, and another's is not taken for its own.
pub fn starts(args: &Value) -> bool {
    let named = DEPLOYING.iter().chain(&[REVISION, DEFINITION]).any(|name| args.get(name).is_some());
    named || args["forceNewDeployment"] == true
}

/// Returns whether `definition`, the ARN of a task definition, is what `args` name: an ARN, `family:revision`, or the family
/// of one that had to be registered first.
fn names(args: &Value, definition: &str) -> bool {
    let last = |arn: &str| arn.rsplit('/').next().unwrap_or(arn).to_string();
    let own = last(definition);
    match (args[REVISION].as_str(), args[DEFINITION]["family"].as_str()) {
        // A call that names none starts what is there anew.
        (None, None) => true,
        (None, Some(family)) => family_of(definition) == family,
        (Some(wanted), _) => {
            let wanted = last(wanted);
            wanted == own || (!wanted.contains(':') && family_of(definition) == wanted)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_there_before_is_not_what_a_call_started() {
        let all = |ids: &[&str]| ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>();
        for (newest, left) in
            [(None, &["a", "b"][..]), (Some("a"), &["b"]), (Some("b"), &[]), (Some("z"), &["a", "b"])]
        {
            assert_eq!(after(all(&["a", "b"]), "id", newest), all(left), "{newest:?}");
        }
    }

    #[test]
    fn another_revision_is_somebody_elses() {
        let own = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7";
        for (wanted, is) in
            [(json!(own), true), (json!("web:7"), true), (json!("web"), true), (json!(null), true)]
        {
            assert_eq!(names(&json!({ "taskDefinition": wanted }), own), is, "{wanted}");
        }
        for (family, is) in [("web", true), ("we", false)] {
            assert_eq!(names(&json!({ "TaskDefinition": { "family": family } }), own), is, "{family}");
        }
        for wanted in ["web:8", "web:77", "we", "arn:aws:ecs:us-east-1:123456789012:task-definition/web:6"] {
            assert!(!names(&json!({ "taskDefinition": wanted }), own), "{wanted}");
        }
    }
}
