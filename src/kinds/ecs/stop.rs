//! Stopping what is in flight on a service before something else is sent: it goes back by itself, and faster.

use std::time::Duration;

use serde_json::json;

use super::deployment_group::ask;
use super::driver::Services;
use super::follow::short;
use super::in_flight::{Heading, before, flight, is_over, original};
use super::standing::{Standing, standing};
use super::watch::Watch;
use super::{service_deployment, shift};
use crate::core::driver::Sending;
use crate::core::event::Event;
use crate::core::following::Followed;
use crate::core::inventory::Found;
use crate::core::moves::Move;
use crate::core::run::RunKind;
use crate::core::{Error, ErrorKind, Result};

/// How often, a second apart, a deployment is looked at that was asked to stop.
const LOOKS: u32 = 10;
/// How often, a second apart, a deployment is asked to stop that may not have heard it.
const TIMES: u32 = 5;

/// What is to stop.
#[derive(Clone, Copy)]
enum Order<'a> {
    /// The service deployment with this ARN.
    Ecs(&'a str),
    /// The deployment with this id.
    CodeDeploy(&'a str),
}

/// Has what `order` names stop, and asks again where that may not have been heard. Fails where it never is: who looks again
/// sees whether it was.
async fn heard(watch: &Watch<'_>, order: Order<'_>) -> Result<()> {
    let mut times = 0;
    loop {
        times += 1;
        let answer = match order {
            Order::Ecs(arn) => service_deployment::stop(watch, arn).await,
            Order::CodeDeploy(id) => shift::stop(watch, id).await,
        };
        match answer {
            Err(e) if e.kind == ErrorKind::Unavailable && times < TIMES => {
                watch.clock().sleep(Duration::from_secs(1)).await;
            }
            answer => return answer,
        }
    }
}

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
        heard(&watch, Order::Ecs(arn)).await?;
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

/// Stops the deployment of CodeDeploy that is in flight on `of` where it leads away from `to`, or finds the rollback that is.
/// Returns the ticket of that; `None` where there is none, or it was faster than the stop. Who rolls back has everything
/// stopped that is in flight, wherever it leads.
///
/// Who begins this is not its end: the rollback is a deployment of its own, and is followed like one.
pub async fn back(
    services: &Services,
    m: &Move,
    of: &Found,
    to: &str,
    with: &Sending<'_>,
) -> Result<Option<String>> {
    let service = services.calls.service(&of.id).await?;
    let Some(flight) = flight(services, &of.id, &service).await? else { return Ok(None) };
    if let Heading::Back(from) = &flight.heading {
        if original(&service, from)["taskDefinition"] == to {
            return Ok(Some(ticket_back(from)));
        }
        return clear(Watch::new(services, m, of, with), from).await;
    }
    let id = flight.id.as_str();
    let leads = before(&service, &flight.info).as_deref() == Some(to);
    if !leads && with.kind != RunKind::Rollback {
        return Ok(None);
    }
    let mut watch = Watch::new(services, m, of, with);
    watch.tell(format!("stopping deployment {id} and rolling it back"));
    heard(&watch, Order::CodeDeploy(id)).await?;
    // "Pending" says that what runs is yet to end ("StopDeployment"): until then it may still succeed.
    for _ in 0..LOOKS {
        // It was asked to stop: who cannot look now follows it, and is told then.
        let Ok(mut answer) = ask(services, "GetDeployment", &json!({ "deploymentId": id })).await else {
            break;
        };
        let info = answer["deploymentInfo"].take();
        if info["status"] == "Succeeded" {
            return Ok(None);
        }
        if is_over(&info) {
            break;
        }
        services.calls.account.clock.sleep(Duration::from_secs(1)).await;
    }
    if leads {
        return Ok(Some(ticket_back(id)));
    }
    clear(watch, id).await
}

/// Waits until the deployment `id` is taken back, for there is one at a time: what is wanted is sent after it.
async fn clear(watch: Watch<'_>, id: &str) -> Result<Option<String>> {
    let why = "the way back leads elsewhere";
    ended(Box::pin(shift::stopped(watch, id, why)).await).map(|_| None)
}

/// What a ticket ends in that is of the way back from a deployment of CodeDeploy.
const BACK: &str = "/back";

/// Returns the ticket of the way back from the deployment `id`.
pub fn ticket_back(id: &str) -> String {
    format!("{id}{BACK}")
}

/// Returns the deployment that `ticket` is the way back from, if it is such a one.
pub fn back_from(ticket: &str) -> Option<&str> {
    ticket.strip_suffix(BACK)
}

/// Follows the way back from the deployment `id` to its end: who wants that has succeeded with it.
pub async fn follow_back(watch: Watch<'_>, id: &str) -> Followed {
    match Box::pin(shift::stopped(watch, id, "what it has replaced is wanted again")).await {
        Followed::TakenBack(_) => Followed::Done,
        Followed::Done => {
            let message = format!("deployment {id} succeeded before it could be stopped");
            Followed::Failed(Error::failed(message))
        }
        other => other,
    }
}

/// Returns whether what was stopped has gone back.
fn ended(followed: Followed) -> Result<bool> {
    match followed {
        Followed::TakenBack(_) => Ok(true),
        // It was faster than the stop, or stands where it was stopped: what is to be sent says where to go.
        Followed::Done | Followed::Superseded(_) => Ok(false),
        Followed::Failed(e) => Err(Error::failed("what is in flight could not be rolled back").because(e)),
        Followed::GoesOn(e) => Err(Error { kind: ErrorKind::InProgress, ..e }),
        Followed::Paused(e) => Err(Error { kind: ErrorKind::Interrupted, ..e }),
    }
}
