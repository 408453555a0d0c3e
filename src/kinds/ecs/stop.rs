//! Stopping what is in flight on a service before something else is sent: it goes back by itself, and faster.

use serde_json::Value;

use super::deployment_group::{group_of, primary};
use super::driver::Services;
use super::follow::short;
use super::service_deployment::{Standing, standing};
use super::watch::Watch;
use super::{appspec, codedeploy, service_deployment, shift};
use crate::core::driver::Sending;
use crate::core::event::Event;
use crate::core::following::Followed;
use crate::core::inventory::Found;
use crate::core::moves::Move;
use crate::core::{Error, Result};

/// Stops the deployment that is in flight on `of` where it leads away from `to`, the ARN of the task definition that `m` goes
/// back to, and follows its rollback to the end. Returns whether that has put `to` back: then nothing is left to send.
///
/// A rolling deployment is not stopped: the next one replaces it in the same way; one that ECS rolls back by itself is
/// followed. Nor is one that leads elsewhere: who goes back to where it comes from undoes it, and nobody else has a reason
/// to.
pub async fn turn_back(
    services: &Services,
    m: &Move,
    of: &Found,
    to: &str,
    with: &Sending<'_>,
) -> Result<bool> {
    let service = services.calls.service(&of.id).await?;
    if service["deploymentController"]["type"] == "CODE_DEPLOY" {
        return of_codedeploy(services, m, of, &service, to, with).await;
    }
    let Some(arn) = service["currentServiceDeployment"].as_str() else { return Ok(false) };
    let found = services.calls.service_deployments(&[arn.to_string()]).await?;
    let Some(deployment) = found.into_iter().next() else { return Ok(false) };
    let strategy = deployment["deploymentConfiguration"]["strategy"].as_str().unwrap_or("ROLLING");
    match standing(&deployment) {
        Standing::Forwards if strategy != "ROLLING" => {}
        // Where ECS goes back already, an UpdateService to the same would start nothing, and say nothing of how that ends.
        Standing::Back => {}
        _ => return Ok(false),
    }
    // Until it has begun to go back it does not say to what.
    let sources: Vec<String> = match deployment["rollback"]["serviceRevisionArn"].as_str() {
        Some(back) => vec![back.to_string()],
        None => {
            let sources = deployment["sourceServiceRevisions"].as_array().into_iter().flatten();
            sources.filter_map(|source| source["arn"].as_str().map(String::from)).collect()
        }
    };
    let revisions = services.calls.service_revisions(&sources).await?;
    if !revisions.iter().any(|revision| revision["taskDefinition"] == to) {
        return Ok(false);
    }
    let mut watch = Watch::new(services, m, of, with);
    if standing(&deployment) == Standing::Forwards {
        watch.tell(format!("stopping deployment {} and rolling it back", short(arn)));
        service_deployment::stop(&watch, arn).await?;
    }
    match Box::pin(service_deployment::follow(watch, arn)).await {
        // A deployment of what was there before can still succeed.
        Followed::Failed(e) => {
            with.events.emit(Event::Going { address: m.address.clone(), what: e.message });
            Ok(false)
        }
        other => ended(other),
    }
}

async fn of_codedeploy(
    services: &Services,
    m: &Move,
    of: &Found,
    service: &Value,
    to: &str,
    with: &Sending<'_>,
) -> Result<bool> {
    let group = group_of(services, &of.id, service).await?;
    let Some(last) = group.info["lastAttemptedDeployment"]["deploymentId"].as_str() else { return Ok(false) };
    let since = group.info["lastAttemptedDeployment"]["createTime"].as_f64().unwrap_or_default();
    let until = services.calls.account.clock.now().as_second() as f64 + 3600.0;
    let all = group.deployments(services, since.floor(), until).await?;
    let Some(info) = all.into_iter().find(|one| one["deploymentId"] == last) else { return Ok(false) };
    let goes = !matches!(info["status"].as_str(), Some("Succeeded" | "Failed" | "Stopped"));
    let ours = info["description"].as_str().is_some_and(|said| said.starts_with(codedeploy::MARK));
    // Until all traffic is shifted the old tasks are PRIMARY; then those of the deployment are.
    let now = primary(service)["taskDefinition"].as_str().unwrap_or_default();
    let before = appspec::definition(&info["previousRevision"]);
    if !goes || !ours || (now != to && before.as_deref() != Some(to)) {
        return Ok(false);
    }
    let mut watch = Watch::new(services, m, of, with);
    watch.tell(format!("stopping deployment {last} and rolling it back"));
    shift::stop(&watch, last).await?;
    ended(Box::pin(shift::stopped(watch, last, "what it has replaced is wanted again")).await)
}

/// Returns whether what was stopped has gone back.
fn ended(followed: Followed) -> Result<bool> {
    match followed {
        Followed::TakenBack(_) => Ok(true),
        // It was faster than the stop, or stands where it was stopped: what is to be sent says where to go.
        Followed::Done | Followed::Superseded(_) => Ok(false),
        Followed::Failed(e) => Err(Error::failed("what is in flight could not be rolled back").because(e)),
        Followed::GoesOn(e) => Err(Error { kind: crate::core::ErrorKind::InProgress, ..e }),
    }
}
