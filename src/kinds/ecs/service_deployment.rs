//! Service deployments, of every strategy: followed to their own end, and stopped when they cannot come to a good one.
//!
//! Source: "ServiceDeployment" and "StopServiceDeployment" (ECS API reference); deploy-peers 4.1.

use serde_json::{Value, json};

use super::calls::Calls;
use super::climb::{Climb, Step};
use super::evidence::{Evidence, Own};
use super::explain::{explain, monitors};
use super::follow::{LOOK_WHO, service_of, short};
use super::pauses::{self, Pauses, configured};
use super::standing::{Standing, standing};
use super::target_health::groups;
use super::verdict::Verdict;
use super::watch::Watch;
use crate::core::following::Followed;
use crate::core::run::RunKind;
use crate::core::runs::OnFailure;
use crate::core::{Error, ErrorKind};

/// How often a deployment is looked for that is not known.
const LOOKS: u32 = 5;
/// Whose deployment is left as it is where it cannot succeed.
const LEFT: (RunKind, OnFailure) = (RunKind::Deploy, OnFailure::Stop);

/// Whether it was asked to stop, since its tasks fail.
enum Asked {
    Not,
    /// Why; whether it was heard is not known, so it is asked again.
    Unheard(String),
    /// Why.
    For(String),
}

/// Follows the service deployment `arn` to its end.
pub async fn follow(mut watch: Watch<'_>, arn: &str) -> Followed {
    let calls = watch.services.calls.clone();
    let (what, address) = (format!("deployment {}", short(arn)), watch.m.address.clone());
    let mut evidence: Option<Evidence<'_>> = None;
    let (mut asked, mut goes_back, mut missed) = (Asked::Not, false, 0);
    let (mut climb, mut pauses, mut verdict) = (Climb::new(&watch), Pauses::default(), Verdict::Open);
    loop {
        let deployment =
            match calls.service_deployments(&[arn.to_string()]).await.map(|all| all.into_iter().next()) {
                Ok(Some(deployment)) => deployment,
                // What began a moment ago may not be shown yet; after 90 days it is not any more.
                Ok(None) if missed == LOOKS => {
                    let message = "DescribeServiceDeployments does not know it".to_string();
                    return watch.unseen(&what, Error::not_found(message));
                }
                Ok(None) => {
                    missed += 1;
                    if let Err(end) = watch.pause(&what).await {
                        return end;
                    }
                    continue;
                }
                Err(e) => return watch.unseen(&what, e),
            };
        let evidence = match &mut evidence {
            Some(evidence) => evidence,
            none => match gather(&watch, &calls, &deployment).await {
                Ok(first) => {
                    climb.about(watch.services, first.own.definition.as_deref()).await;
                    watch.allow(configured(&deployment["deploymentConfiguration"]));
                    none.insert(first)
                }
                Err(e) => return watch.unseen(&what, e),
            },
        };
        evidence.own.until = deployment["rollback"]["startedAt"].as_f64();
        // Who has it stopped knows better why than ECS, which says no more than that somebody wanted it.
        let reason = match (&asked, verdict.why()) {
            (Asked::For(why) | Asked::Unheard(why), _) => stopped_for(why),
            (Asked::Not, Some(why)) => why.to_string(),
            (Asked::Not, None) => reason(&deployment).to_string(),
        };
        match standing(&deployment) {
            Standing::Succeeded => {
                return match verdict.too_late(&what) {
                    Some(e) => Followed::Failed(e),
                    None if pauses::waits(&deployment) => climb.finish().await,
                    None => Followed::Done,
                };
            }
            Standing::TakenBack => {
                let message =
                    format!("{what} of {address} failed, and ECS has put back what was there: {reason}");
                return Followed::TakenBack(told(evidence, &deployment, message).await);
            }
            Standing::Stuck => {
                let message = format!("{what} of {address} failed, and so did its rollback: {reason}");
                let error = told(evidence, &deployment, message).await;
                return Followed::Failed(error.hint(shown(arn, &calls.account.region)));
            }
            Standing::Stopped => {
                // Taken for a failure, somebody else's newer deployment would be undone with it.
                if !matches!(asked, Asked::For(_)) && matches!(verdict, Verdict::Open | Verdict::Fallen(..)) {
                    match superseded(&watch, arn, &deployment).await {
                        Ok(Some(e)) => return Followed::Superseded(e),
                        Ok(None) => {}
                        Err(e) => return watch.unseen(&what, e),
                    }
                }
                let message = format!("{what} of {address} was stopped and not rolled back: {reason}");
                let error = told(evidence, &deployment, message).await;
                return Followed::Failed(error.hint(shown(arn, &calls.account.region)));
            }
            Standing::Back if !goes_back => {
                goes_back = true;
                watch.anew();
            }
            Standing::Back | Standing::Forwards => {}
        }
        // What explains a failure is no reason to let go of it.
        if !goes_back && is_unsettled(&deployment) {
            let _ = evidence.look_at_tasks().await;
        }
        if !goes_back && has_targets_to_wait_for(&deployment) && !evidence.groups.is_empty() {
            let _ = evidence.look_at_targets().await;
        }
        let goes_on = !goes_back && !matches!(asked, Asked::For(_)) && verdict.is_open();
        let fatal = match &asked {
            Asked::Unheard(why) => Some(why.clone()),
            _ => evidence.fatal(),
        };
        if let (true, Some(why)) = (goes_on, fatal) {
            // A rollback that cannot succeed is not left where it is: what runs well now stays so.
            if (watch.with.kind, watch.with.on_failure) == LEFT {
                let message = format!("{what} of {address} cannot succeed, and is left as it is: {why}");
                let error = told(evidence, &deployment, message).await;
                return Followed::Failed(error.hint(shown(arn, &calls.account.region)));
            }
            if deployment["sourceServiceRevisions"].as_array().is_none_or(Vec::is_empty) {
                let message = format!(
                    "{what} of {address} cannot succeed, and there is nothing to roll back to: {why}"
                );
                return Followed::Failed(told(evidence, &deployment, message).await);
            }
            watch.tell(format!("rolling back, since the tasks keep failing: {why}"));
            match stop(&watch, arn).await {
                Ok(()) => asked = Asked::For(why),
                Err(e) if e.kind == ErrorKind::Unavailable => {
                    watch.tell(format!("cannot be stopped yet: {e}"));
                    asked = Asked::Unheard(why);
                }
                Err(e) => watch.tell(format!("cannot be stopped, so ECS decides: {e}")),
            }
        } else {
            watch.tell(progress(&deployment, evidence, &climb));
        }
        match goes_on && matches!(asked, Asked::Not) {
            true => {
                if let Err(e) = pauses.look(&watch, &mut climb, &deployment).await {
                    return Followed::Failed(pauses::stuck(&what, &deployment, e));
                }
            }
            false => climb.leave(),
        }
        match climb.pause(&mut watch, &what).await {
            Err(end) => return end,
            Ok(Step::GoesOn) => {}
            Ok(Step::Paused(e)) => return Followed::Paused(pauses::until(&deployment, e)),
            Ok(Step::Failed(e)) if (watch.with.kind, watch.with.on_failure) == LEFT => {
                return Followed::Failed(pauses::until(&deployment, e));
            }
            Ok(Step::Failed(e)) => {
                watch.tell(format!("rolling back: {e}"));
                verdict = Verdict::fallen(e);
            }
        }
        if let (Verdict::Fallen(..), false) = (&verdict, goes_back) {
            match verdict.answered(pauses::take_back(&watch, &deployment).await) {
                Ok(line) => line.into_iter().for_each(|line| watch.tell(line)),
                Err(e) => return Followed::Failed(pauses::unstopped(&deployment, e)),
            }
        }
    }
}

fn stopped_for(why: &str) -> String {
    format!("the tasks kept failing, so it was stopped: {why}")
}

/// Asks ECS to stop the service deployment `arn` and to roll it back. One that has ended by now tells so itself.
///
/// Fails also where it may have been heard: nothing tells who looks that it was not, so it has to be asked again.
pub async fn stop(watch: &Watch<'_>, arn: &str) -> Result<(), Error> {
    let body = json!({ "serviceDeploymentArn": arn, "stopType": "ROLLBACK" });
    let calls = &watch.services.calls;
    match calls.tell("StopServiceDeployment", &body, watch.with.lease.until()).await {
        Ok(_) => Ok(()),
        // Refused because it is over, or is being stopped already.
        Err(failure) if failure.error.code.as_deref() == Some("ConflictException") => Ok(()),
        Err(failure) if failure.error.kind == ErrorKind::NotFound => Ok(()),
        Err(failure) => Err(failure.error),
    }
}

async fn gather<'c>(watch: &Watch<'_>, calls: &'c Calls, deployment: &Value) -> Result<Evidence<'c>, Error> {
    let target = deployment["targetServiceRevision"]["arn"].as_str().map(String::from);
    let revisions = calls.service_revisions(target.as_slice()).await?;
    let revision = revisions.into_iter().next().unwrap_or_default();
    let own = Own {
        definition: revision["taskDefinition"].as_str().map(String::from),
        since: deployment["createdAt"].as_f64().unwrap_or_default(),
        until: None,
        by: None,
    };
    let mut targets = groups(&revision);
    targets.extend(groups(&revision["resolvedConfiguration"]));
    targets.sort();
    targets.dedup();
    let evidence = Evidence::new(calls, &watch.of.id, own, targets);
    let breaker = &deployment["deploymentConfiguration"]["deploymentCircuitBreaker"];
    Ok(match breaker["enable"] == true {
        true => evidence,
        false => evidence.uncounted(&deployment["targetServiceRevision"]["requestedTaskCount"]),
    })
}

/// Returns the error that says `message`, with what explains it.
async fn told(evidence: &mut Evidence<'_>, deployment: &Value, message: String) -> Error {
    let said = monitors(evidence.calls, deployment).await;
    Error::failed(message).explained(explain(evidence, said).await)
}

fn shown(arn: &str, region: &str) -> String {
    format!("aws ecs describe-service-deployments --service-deployment-arns {arn} --region {region}")
}

/// Returns who has taken the place of `deployment`, which was stopped: what ECS says, or what began before it had stopped.
async fn superseded(watch: &Watch<'_>, arn: &str, deployment: &Value) -> Result<Option<Error>, Error> {
    let calls = &watch.services.calls;
    let by = match next(calls, arn, deployment).await? {
        None => return Ok(None),
        Some(Value::Null) => "another".to_string(),
        Some(next) => {
            let revision = next["targetServiceRevisionArn"].as_str().unwrap_or_default().to_string();
            // Only a word more on what is known already.
            let of = calls.service_revisions(&[revision]).await.unwrap_or_default();
            let definition = of.first().and_then(|r| r["taskDefinition"].as_str()).map(short);
            let at = next["createdAt"].as_f64().unwrap_or_default();
            let began = jiff::Timestamp::from_second(at as i64).map(|t| t.to_string()).unwrap_or_default();
            format!(
                "deployment {} of {}, begun at {began}",
                short(next["serviceDeploymentArn"].as_str().unwrap_or_default()),
                definition.unwrap_or("an unknown revision"),
            )
        }
    };
    let message = format!("deployment {} of {} was superseded by {by}", short(arn), watch.m.address);
    Ok(Some(Error::new(ErrorKind::Superseded, message).hint(LOOK_WHO)))
}

/// Returns the service deployment, in short, that has taken the place of `deployment`, which was stopped and whose ARN is
/// `arn`; null where ECS says that there is one, and it is not known any more.
pub async fn next(calls: &Calls, arn: &str, deployment: &Value) -> Result<Option<Value>, Error> {
    let said = reason(deployment).to_lowercase();
    let replaced = said.contains("replaced") || said.contains("new service deployment");
    let number = |v: &Value| v.as_f64();
    let ours = number(&deployment["createdAt"]).unwrap_or_default();
    let ended = number(&deployment["stoppedAt"]).or(number(&deployment["finishedAt"])).unwrap_or(f64::MAX);
    let others = match service_of(arn) {
        Some(id) => match calls.deployments_in_short(&id, 20).await {
            Ok(others) => others,
            // ECS itself has said enough.
            Err(_) if replaced => Vec::new(),
            Err(e) => return Err(e),
        },
        None => Vec::new(),
    };
    let at = |v: &Value| v["createdAt"].as_f64().unwrap_or_default();
    let next = others
        .into_iter()
        .filter(|other| other["serviceDeploymentArn"] != arn && at(other) > ours)
        .filter(|other| replaced || at(other) <= ended)
        .min_by(|a, b| at(a).total_cmp(&at(b)));
    Ok(next.or(replaced.then_some(Value::Null)))
}

/// Returns what ECS says of why `deployment` came to its end.
fn reason(deployment: &Value) -> &str {
    let reason = deployment["statusReason"].as_str().or(deployment["rollback"]["reason"].as_str());
    reason.unwrap_or("no reason is given")
}

/// Returns the command that a pause of `deployment` waits for, if one does.
pub fn waits_for(deployment: &Value) -> Option<String> {
    let mut hooks = deployment["lifecycleHookDetails"].as_array()?.iter();
    let hook = hooks.find(|hook| hook["status"] == "AWAITING_ACTION")?["hookId"].as_str()?;
    let arn = deployment["serviceDeploymentArn"].as_str()?;
    let region = arn.split(':').nth(3).unwrap_or_default();
    Some(format!(
        "aws ecs continue-service-deployment --service-deployment-arn {arn} --hook-id {hook} --action CONTINUE --region {region}"
    ))
}

/// Returns whether not all of its tasks run.
fn is_unsettled(deployment: &Value) -> bool {
    let target = &deployment["targetServiceRevision"];
    let failures = deployment["deploymentCircuitBreaker"]["failureCount"].as_u64().unwrap_or(0);
    target["runningTaskCount"] != target["requestedTaskCount"]
        || target["pendingTaskCount"] != 0
        || failures > 0
}

/// Returns whether it waits for targets: some of its tasks run, and no traffic has been moved yet.
fn has_targets_to_wait_for(deployment: &Value) -> bool {
    let stage = deployment["lifecycleStage"].as_str().unwrap_or_default();
    let runs = deployment["targetServiceRevision"]["runningTaskCount"].as_u64().unwrap_or(0) > 0;
    runs && matches!(stage, "" | "SCALE_UP" | "POST_SCALE_UP")
}

/// Returns how far it is, in a line.
fn progress(deployment: &Value, evidence: &Evidence<'_>, climb: &Climb<'_>) -> String {
    let words = |v: &Value| v.as_str().unwrap_or_default().to_lowercase().replace('_', " ");
    let target = &deployment["targetServiceRevision"];
    let count = |member: &str| target[member].as_u64().unwrap_or(0);
    let mut parts = vec![words(&deployment["status"])];
    parts.extend(Some(words(&deployment["lifecycleStage"])).filter(|stage| !stage.is_empty()));
    for (member, traffic) in
        [("requestedTestTrafficWeight", "test traffic"), ("requestedProductionTrafficWeight", "traffic")]
    {
        if let Some(weight) = target[member].as_f64().filter(|w| *w > 0.0) {
            parts.push(format!("{weight} % of the {traffic}"));
        }
    }
    parts.push(format!("{} of {} tasks run", count("runningTaskCount"), count("requestedTaskCount")));
    if count("pendingTaskCount") > 0 {
        parts.push(format!("{} start", count("pendingTaskCount")));
    }
    if evidence.failed() > 0 {
        parts.push(format!("{} failed", evidence.failed()));
    }
    let breaker = &deployment["deploymentCircuitBreaker"];
    if breaker["failureCount"].as_u64().is_some_and(|n| n > 0) {
        parts.push(format!("circuit breaker at {} of {}", breaker["failureCount"], breaker["threshold"]));
    }
    if evidence.health.all > 0 && has_targets_to_wait_for(deployment) {
        parts.push(format!("{} of {} targets healthy", evidence.health.healthy, evidence.health.all));
    }
    // What waits for gates is told to go on once they have passed.
    let waits = waits_for(deployment).filter(|_| !climb.is_on() || !pauses::waits(deployment));
    parts.extend(waits.map(|command| format!("it waits for `{command}`")));
    parts.join(", ")
}
