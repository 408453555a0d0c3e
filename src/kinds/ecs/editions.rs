//! Editions of a service: the revisions that it ran.

use super::driver::Services;
use crate::core::document::Document;
use crate::core::driver::Live;
use crate::core::edition::Edition;
use crate::core::inventory::{Found, Inventory};
use crate::core::{Error, Result};

/// Returns what `of` was before and is now, the newest first: ten at most.
pub async fn editions(_: &Services, _: &Found) -> Result<Vec<Edition>> {
    Ok(Vec::new())
}

/// Returns what `live` would be as its edition `revision`. `NotFound` where there is none.
pub async fn as_of(_: &Services, live: &Live, revision: &str, _: &Inventory) -> Result<Document> {
    Err(Error::not_found(format!("{} has no edition {revision}", live.found.address)))
}
