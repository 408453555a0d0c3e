//! `[environments.NAME.rollouts]`: on which ladders traffic is shifted.

use crate::core::Result;
use crate::core::rollout::{Rollout, Rollouts};

use super::table::Table;

/// Reads the ladders: each by an address or a glob of addresses, with `#ALIAS` behind it where it is for one alone.
pub(super) fn rollouts(table: &Table<'_>) -> Result<Rollouts> {
    let mut all = Rollouts::default();
    for (pattern, at) in table.texts("rollouts")? {
        let placed = |e: crate::core::Error| {
            let message = format!("the rollout of `{pattern}`: {}", e.message);
            crate::core::Error { message: table.place.error(&at.span, message).message, ..e }
        };
        let rollout: Rollout = at.value.parse().map_err(placed)?;
        all.add(&pattern, rollout).map_err(placed)?;
    }
    Ok(all)
}
