//! Following what a call has started, by its ticket: the ARN of a service deployment, the id of a deployment of a service
//! (`ecs-svc/...`), or the id of a deployment of CodeDeploy (`d-...`), with
//! `/back` behind it where what is followed is the way back from it.

use super::driver::Services;
use super::watch::Watch;
use super::{names, rolling, service_deployment, shift, stop};
use crate::core::Error;
use crate::core::driver::Sending;
use crate::core::following::Followed;
use crate::core::inventory::Found;
use crate::core::moves::Move;

pub use super::ticket::{newest, ticket};

/// What to do about a deployment of somebody else's.
pub const LOOK_WHO: &str =
    "look who deploys to it besides: CloudTrail keeps UpdateService with the caller for 90 days";

/// Follows what `m` has started on `of` under `ticket` to its own end, or to the end of patience.
pub async fn follow(
    services: &Services,
    m: &Move,
    of: Option<&Found>,
    ticket: &str,
    with: &Sending<'_>,
) -> Followed {
    let of = match of {
        Some(of) => of.clone(),
        // What was created under it has no other id yet.
        None => names::service(
            &services.pin,
            &service_of(ticket).unwrap_or_else(|| services.values.names.physical(&m.address)),
        ),
    };
    let watch = Watch::new(services, m, &of, with);
    if with.patience.is_zero() {
        return watch.goes_on(&format!("deployment {}", short(ticket)), "nobody waits for it");
    }
    if ticket.starts_with("arn:") {
        Box::pin(service_deployment::follow(watch, ticket)).await
    } else if ticket.starts_with("ecs-svc/") {
        Box::pin(rolling::follow(watch, ticket)).await
    } else if let Some(id) = stop::back_from(ticket) {
        Box::pin(stop::follow_back(watch, id)).await
    } else if ticket.starts_with("d-") {
        Box::pin(shift::follow(watch, ticket)).await
    } else {
        Followed::Failed(Error::bug(format!("{}: {ticket} is no ticket of ECS or CodeDeploy", m.address)))
    }
}

/// Returns the last part of an ARN, or an id as it is.
pub fn short(ticket: &str) -> &str {
    match ticket.starts_with("arn:") {
        true => ticket.rsplit('/').next().unwrap_or(ticket),
        false => ticket,
    }
}

/// Returns the id, `CLUSTER/SERVICE`, of the service that a service deployment is of:
/// `arn:aws:ecs:REGION:ACCOUNT:service-deployment/CLUSTER/SERVICE/ID`.
pub fn service_of(ticket: &str) -> Option<String> {
    let (_, rest) = ticket.split_once(":service-deployment/")?;
    Some(rest.rsplit_once('/')?.0.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_names_its_service() {
        let arn = "arn:aws:ecs:us-east-1:123456789012:service-deployment/main/web/ejGvqq2ilnbKT9qj0vLJe";
        assert_eq!((service_of(arn).as_deref(), short(arn)), (Some("main/web"), "ejGvqq2ilnbKT9qj0vLJe"));
        assert_eq!((service_of("ecs-svc/1"), short("ecs-svc/1")), (None, "ecs-svc/1"));
    }
}
