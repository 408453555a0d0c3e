//! Following what a call has started, by its ticket: the ARN of a service deployment, the id of a deployment of a service
//! (`ecs-svc/...`), or the id of a deployment of CodeDeploy (`d-...`).

use jiff::Timestamp;

use super::driver::Services;
use crate::core::driver::Sending;
use crate::core::following::Followed;
use crate::core::inventory::Found;
use crate::core::moves::Move;
use crate::core::{Error, Result};

/// Returns the ticket of what a call for `m`, sent at `since` or later, has started on `of`, if one has.
pub async fn ticket(_: &Services, _: &Move, _: Option<&Found>, _: Timestamp) -> Result<Option<String>> {
    Ok(None)
}

/// Follows what `m` has started on `of` under `ticket` to its own end, or to the end of patience.
pub async fn follow(_: &Services, m: &Move, _: Option<&Found>, ticket: &str, _: &Sending<'_>) -> Followed {
    Followed::Failed(Error::bug(format!("{}: {ticket} cannot be followed yet", m.address)))
}
