//! Shifts of traffic by CodeDeploy: followed to their own end, or to that of the rollback, which is a deployment too.
//!
//! Source: deploy-peers 4.4, "DeploymentInfo", "ECSTarget" and "ErrorInformation" (CodeDeploy API reference).

use serde_json::{Value, json};

use super::climb::{Climb, Step};
use super::deployment_group::{ask, group_of, primary};
use super::driver::Services;
use super::evidence::{Evidence, Own};
use super::explain::{alarms, explain};
use super::in_flight::{ROLLBACK_APPEARS, is_over};
use super::target_health::groups;
use super::verdict::Verdict;
use super::watch::Watch;
use super::{appspec, deployment_error, shift_rungs};
use crate::core::following::Followed;
use crate::core::run::RunKind;
use crate::core::runs::OnFailure;
use crate::core::{Error, ErrorKind, Result};

/// Whose deployment is left as it is where it cannot succeed.
const LEFT: (RunKind, OnFailure) = (RunKind::Deploy, OnFailure::Stop);

/// Follows the deployment `id` to its end.
pub async fn follow(watch: Watch<'_>, id: &str) -> Followed {
    follow_on(watch, id, None).await
}

/// Follows the deployment `id`, which was asked to stop since `why`, to its end.
pub async fn stopped(watch: Watch<'_>, id: &str, why: &str) -> Followed {
    follow_on(watch, id, Some(why.to_string())).await
}

async fn follow_on(mut watch: Watch<'_>, id: &str, mut asked: Option<String>) -> Followed {
    let services = watch.services;
    let (what, address) = (format!("deployment {id}"), watch.m.address.clone());
    let mut evidence: Option<Evidence<'_>> = None;
    let (mut ended, mut climb, mut verdict) = (None, Climb::new(&watch), Verdict::Open);
    // Why it is to stop, where it is not known whether that was heard.
    let mut unheard: Option<String> = None;
    let is_wanted_back = asked.is_some();
    loop {
        let info = match ask(services, "GetDeployment", &json!({ "deploymentId": id })).await {
            Ok(mut answer) => answer["deploymentInfo"].take(),
            Err(e) => return watch.unseen(&what, e),
        };
        // Until it has begun there is no target.
        let seen = target(services, id).await.unwrap_or_default();
        if evidence.is_none() {
            evidence = gather(&watch, &info).await;
            climb.about(services, appspec::definition(&info["revision"]).as_deref()).await;
            watch.allow(shift_rungs::configured(&watch, &info).await);
        }
        let status = info["status"].as_str().unwrap_or_default();
        match status {
            "Succeeded" if is_wanted_back => return Followed::Done,
            // StopDeployment lets what runs come to its end: that is none the gate has agreed to.
            "Succeeded" => {
                return match verdict.too_late(&what) {
                    Some(e) => Followed::Failed(e),
                    None => climb.finish().await,
                };
            }
            "Failed" | "Stopped" => {
                let since = *ended.get_or_insert(watch.clock().now());
                let waited = watch.clock().now().duration_since(since).unsigned_abs();
                let is_late = waited >= watch.clock().scale(ROLLBACK_APPEARS);
                let back = &info["rollbackInfo"];
                let by = back["rollbackDeploymentId"].as_str();
                let why_not = back["rollbackMessage"].as_str();
                let stopped_for = asked.as_deref().or(verdict.why()).or(unheard.as_deref());
                let is_expected = stopped_for.is_some() || rolls_back(&info);
                if by.is_some() || why_not.is_some() || !is_expected || is_late {
                    let why = deployment_error::words(&info["errorInformation"]);
                    let why = match stopped_for {
                        Some(asked) => format!("it was stopped since {asked}"),
                        None => why,
                    };
                    if by.is_none() && stopped_for.is_none() {
                        // Taken for a failure, somebody else's newer deployment would be undone with it.
                        match superseded(&watch, id, &info).await {
                            Ok(Some(e)) => return Followed::Superseded(e),
                            Ok(None) => {}
                            Err(e) => return watch.unseen(&what, e),
                        }
                    }
                    let message = format!("{what} of {address} {}: {why}", status.to_lowercase());
                    let error = told(&watch, evidence.as_mut(), &info, &seen, message).await;
                    return match by {
                        Some(by) => taken_back(watch, by, error).await,
                        None => {
                            let not = why_not.unwrap_or("CodeDeploy has started no rollback");
                            let error = Error { message: format!("{}; {not}", error.message), ..error };
                            match is_untouched(&watch, id).await {
                                true => Followed::TakenBack(Error {
                                    message: format!("{}; nothing of it was installed", error.message),
                                    ..error
                                }),
                                false => Followed::Failed(error),
                            }
                        }
                    };
                }
                watch.tell(format!("{}, waiting for the rollback", status.to_lowercase()));
            }
            _ => {
                let mut fatal = unheard.clone();
                if let Some(evidence) = &mut evidence {
                    evidence.own.by =
                        replacement(&seen).and_then(|s| s["identifer"].as_str()).map(String::from);
                    if evidence.own.by.is_some() {
                        let _ = evidence.look_at_tasks().await;
                        let _ = evidence.look_at_targets().await;
                    }
                    fatal = fatal.or_else(|| evidence.fatal());
                }
                // CodeDeploy has no circuit breaker: it would wait for an hour.
                match fatal.filter(|_| asked.is_none() && verdict.is_open()) {
                    // A rollback that cannot succeed is not left where it is: what runs well now stays so.
                    Some(why) if (watch.with.kind, watch.with.on_failure) == LEFT => {
                        let message =
                            format!("{what} of {address} cannot succeed, and is left as it is: {why}");
                        let error = told(&watch, evidence.as_mut(), &info, &seen, message).await;
                        return Followed::Failed(error.hint(format!(
                            "aws deploy stop-deployment --deployment-id {id} --auto-rollback-enabled"
                        )));
                    }
                    Some(why) => {
                        watch.tell(format!("stopping, since the tasks keep failing: {why}"));
                        match stop(&watch, id).await {
                            Ok(()) => {
                                watch.anew();
                                asked = Some(format!("the tasks kept failing: {why}"));
                            }
                            Err(e) if e.kind == ErrorKind::Unavailable => {
                                watch.tell(format!("cannot be stopped yet: {e}"));
                                unheard = Some(why);
                            }
                            Err(e) => watch.tell(format!("cannot be stopped, so CodeDeploy decides: {e}")),
                        }
                    }
                    // Not its success yet: while the old tasks are kept, an alarm still takes it back.
                    None if asked.is_none() && has_all_traffic(&seen) => {
                        let minutes = kept_for(services, &info, &seen);
                        watch.tell(format!(
                            "all traffic is shifted; the old tasks are kept for {minutes} more minutes; to end that: aws \
                             deploy continue-deployment --deployment-id {id} --deployment-wait-type TERMINATION_WAIT"
                        ));
                    }
                    None => watch.tell(progress(&info, &seen, evidence.as_ref())),
                }
            }
        }
        match asked.is_none() && unheard.is_none() && verdict.is_open() && !is_over(&info) {
            true => shift_rungs::look(&watch, &mut climb, &info, &seen),
            false => climb.leave(),
        }
        match climb.pause(&mut watch, &what).await {
            Err(end) => return end,
            Ok(Step::GoesOn) => {}
            Ok(Step::Paused(e)) => return Followed::Paused(shift_rungs::unstopped(id, e)),
            Ok(Step::Failed(e)) if (watch.with.kind, watch.with.on_failure) == LEFT => {
                return Followed::Failed(shift_rungs::unstopped(id, e));
            }
            Ok(Step::Failed(e)) => {
                watch.tell(format!("stopping and rolling back: {e}"));
                verdict = Verdict::fallen(e);
            }
        }
        if let (Verdict::Fallen(..), false) = (&verdict, is_over(&info)) {
            match verdict.answered(stop(&watch, id).await) {
                Ok(None) => watch.anew(),
                Ok(Some(line)) => watch.tell(line),
                Err(e) => return Followed::Failed(shift_rungs::unstopped(id, e)),
            }
        }
    }
}

/// Returns whether the deployment `id`, which has ended, has left no task set: then the service is as it was.
///
/// Source: deploy-peers 4.4: where BeforeInstall fails "a rollback is not possible at this point", and none is needed.
async fn is_untouched(watch: &Watch<'_>, id: &str) -> bool {
    let Ok(service) = watch.services.calls.service(&watch.of.id).await else { return false };
    let mut sets = service["taskSets"].as_array().into_iter().flatten();
    !primary(&service).is_null() && sets.all(|set| set["externalId"] != id)
}

/// Asks CodeDeploy to stop the deployment `id` and to roll it back. One that has ended by now tells so itself.
///
/// Fails also where it may have been heard, and is asked again then.
pub async fn stop(watch: &Watch<'_>, id: &str) -> Result<()> {
    let body = json!({ "deploymentId": id, "autoRollbackEnabled": true });
    let until = watch.with.lease.until();
    match watch.services.calls.tell_codedeploy("StopDeployment", &body, until).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.error.code.as_deref() == Some("DeploymentAlreadyCompletedException") => {
            Ok(())
        }
        Err(failure) => Err(failure.error),
    }
}

/// Follows the deployment `by`, which takes back what failed with `error`, to its end.
async fn taken_back(mut watch: Watch<'_>, by: &str, error: Error) -> Followed {
    let what = format!("the rollback {by}");
    watch.anew();
    loop {
        let info = match ask(watch.services, "GetDeployment", &json!({ "deploymentId": by })).await {
            Ok(mut answer) => answer["deploymentInfo"].take(),
            Err(e) => return watch.unseen(&what, e),
        };
        let seen = target(watch.services, by).await.unwrap_or_default();
        let status = info["status"].as_str().unwrap_or_default();
        // Its own end is waited for: until then the group is taken, and the tasks that failed are there.
        if status == "Succeeded" {
            let message = format!("{}; CodeDeploy has put back what was there ({by})", error.message);
            return Followed::TakenBack(Error { message, ..error });
        }
        if matches!(status, "Failed" | "Stopped") {
            let why = deployment_error::words(&info["errorInformation"]);
            let message = format!("{}; {what} {} too: {why}", error.message, status.to_lowercase());
            return Followed::Failed(Error { message, ..error });
        }
        watch.tell(format!("rolling back, {}", progress(&info, &seen, None)));
        if let Err(end) = watch.pause(&what).await {
            return end;
        }
    }
}

/// Returns what the deployment `id` does on its service, an `ecsTarget`; null before it has begun.
pub async fn target(services: &Services, id: &str) -> Result<Value> {
    let answer = ask(services, "ListDeploymentTargets", &json!({ "deploymentId": id })).await?;
    let Some(of) = answer["targetIds"].get(0) else { return Ok(Value::Null) };
    let body = json!({ "deploymentId": id, "targetId": of });
    let mut answer = ask(services, "GetDeploymentTarget", &body).await?;
    Ok(answer["deploymentTarget"]["ecsTarget"].take())
}

pub(super) fn event<'t>(target: &'t Value, name: &str) -> Option<&'t Value> {
    let mut events = target["lifecycleEvents"].as_array().into_iter().flatten();
    events.find(|event| event["lifecycleEventName"] == name)
}

/// Returns whether all traffic is where `target` wants it, and what validates that has succeeded.
pub fn has_all_traffic(target: &Value) -> bool {
    let is = |name: &str, words: &[&str]| {
        event(target, name).and_then(|event| event["status"].as_str()).is_some_and(|s| words.contains(&s))
    };
    is("AllowTraffic", &["Succeeded"]) && is("AfterAllowTraffic", &["Succeeded", "Skipped"])
}

/// Returns for how many more minutes the old tasks are kept, now that `target` has all traffic.
pub fn kept_for(services: &Services, info: &Value, target: &Value) -> u64 {
    let option = &info["blueGreenDeploymentConfiguration"]["terminateBlueInstancesOnDeploymentSuccess"];
    let minutes = option["terminationWaitTimeInMinutes"].as_f64().unwrap_or_default();
    let end = |name| event(target, name).and_then(|event| event["endTime"].as_f64());
    let now = services.calls.account.clock.now().as_second() as f64;
    let since = end("AfterAllowTraffic").or(end("AllowTraffic")).unwrap_or(now);
    (minutes - (now - since).max(0.0) / 60.0).max(0.0).ceil() as u64
}

pub(super) fn replacement(target: &Value) -> Option<&Value> {
    target["taskSetsInfo"].as_array()?.iter().find(|set| set["taskSetLabel"] == "Green")
}

/// Returns whether CodeDeploy is set to take the deployment `info`, which has not succeeded, back.
pub fn rolls_back(info: &Value) -> bool {
    let auto = &info["autoRollbackConfiguration"];
    let events = auto["events"].as_array();
    let wanted = match info["errorInformation"]["code"].as_str() {
        Some("MANUAL_STOP") => "DEPLOYMENT_STOP_ON_REQUEST",
        Some("ALARM_ACTIVE") => "DEPLOYMENT_STOP_ON_ALARM",
        _ => "DEPLOYMENT_FAILURE",
    };
    auto["enabled"] == true && events.is_some_and(|events| events.iter().any(|event| event == wanted))
}

async fn gather<'c>(watch: &Watch<'c>, info: &Value) -> Option<Evidence<'c>> {
    let calls = &watch.services.calls;
    let service = calls.service(&watch.of.id).await.ok()?;
    let definition = appspec::definition(&info["revision"]);
    let own = Own {
        // An AppSpec may name a revision in short.
        definition: definition.filter(|name| name.starts_with("arn:")),
        since: info["createTime"].as_f64().unwrap_or_default(),
        until: None,
        by: None,
    };
    let mut targets: Vec<String> = groups(&service);
    for set in service["taskSets"].as_array().into_iter().flatten() {
        targets.extend(groups(set));
    }
    targets.sort();
    targets.dedup();
    // CodeDeploy has no circuit breaker.
    Some(Evidence::new(calls, &watch.of.id, own, targets).uncounted(&service["desiredCount"]))
}

/// Returns the error that says `message`, with what explains it.
async fn told(
    watch: &Watch<'_>,
    evidence: Option<&mut Evidence<'_>>,
    info: &Value,
    target: &Value,
    message: String,
) -> Error {
    let mut said = Vec::new();
    for event in target["lifecycleEvents"].as_array().into_iter().flatten() {
        if event["status"] == "Failed" {
            let name = event["lifecycleEventName"].as_str().unwrap_or_default();
            let why = event["diagnostics"]["message"].as_str().filter(|s| !s.is_empty());
            said.push(format!("{name} failed: {}", why.unwrap_or("no reason is given")));
        }
    }
    let calls = &watch.services.calls;
    if info["errorInformation"]["code"] == "ALARM_ACTIVE"
        && let Ok(service) = calls.service(&watch.of.id).await
        && let Ok(group) = group_of(watch.services, &watch.of.id, &service).await
    {
        said.extend(alarms(calls, &group.alarms()).await);
    }
    let lines = match evidence {
        Some(evidence) => {
            if let Some(set) = replacement(target).and_then(|set| set["identifer"].as_str()) {
                evidence.own.by = Some(set.to_string());
            }
            explain(evidence, said).await
        }
        None => said,
    };
    Error::failed(message).explained(lines)
}

/// Returns who has taken the place of the deployment `id`, which was stopped by hand: a later one of its group.
async fn superseded(watch: &Watch<'_>, id: &str, info: &Value) -> Result<Option<Error>> {
    if info["errorInformation"]["code"] != "MANUAL_STOP" {
        return Ok(None);
    }
    let service = watch.services.calls.service(&watch.of.id).await?;
    let group = group_of(watch.services, &watch.of.id, &service).await?;
    let since = info["createTime"].as_f64().unwrap_or_default();
    let until = watch.clock().now().as_second() as f64 + 3600.0;
    let later = group.deployments(watch.services, since.floor(), until).await?;
    let next = later.iter().find(|one| {
        one["deploymentId"] != id
            && one["createTime"].as_f64().is_some_and(|at| at > since)
            && one["creator"] != "codeDeployRollback"
    });
    let Some(next) = next else { return Ok(None) };
    let by = next["deploymentId"].as_str().unwrap_or_default();
    let of = appspec::definition(&next["revision"]).unwrap_or_else(|| "an unknown revision".into());
    let said = next["description"].as_str().map(|d| format!(" ({d})")).unwrap_or_default();
    let message =
        format!("deployment {id} of {} was stopped, and superseded by {by} of {of}{said}", watch.m.address);
    Ok(Some(Error::new(ErrorKind::Superseded, message)))
}

/// Returns how far it is, in a line.
fn progress(info: &Value, target: &Value, evidence: Option<&Evidence<'_>>) -> String {
    let status = info["status"].as_str().unwrap_or_default();
    let mut parts = vec![status.to_lowercase()];
    if status == "Ready" {
        let id = info["deploymentId"].as_str().unwrap_or_default();
        parts.push(format!(
            "it waits for: aws deploy continue-deployment --deployment-id {id} --deployment-wait-type READY_WAIT"
        ));
    }
    let events = target["lifecycleEvents"].as_array().into_iter().flatten();
    let now = events.into_iter().find(|event| event["status"] == "InProgress");
    parts.extend(now.and_then(|event| event["lifecycleEventName"].as_str()).map(String::from));
    if let Some(set) = replacement(target) {
        let count = |member: &str| set[member].as_u64().unwrap_or(0);
        if let Some(weight) = set["trafficWeight"].as_f64().filter(|weight| *weight > 0.0) {
            parts.push(format!("{weight} % of the traffic"));
        }
        parts.push(format!("{} of {} tasks run", count("runningCount"), count("desiredCount")));
        if count("pendingCount") > 0 {
            parts.push(format!("{} start", count("pendingCount")));
        }
    }
    if let Some(evidence) = evidence {
        if evidence.failed() > 0 {
            parts.push(format!("{} failed", evidence.failed()));
        }
        if evidence.health.all > 0 {
            parts.push(format!("{} of {} targets healthy", evidence.health.healthy, evidence.health.all));
        }
    }
    parts.join(", ")
}
