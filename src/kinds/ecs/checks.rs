//! Whether services are well.

use super::driver::Services;
use crate::core::Result;
use crate::core::driver::{Check, Live};
use crate::core::inventory::Inventory;

/// Asks whether the services in `live` are well.
pub async fn checks(_: &Services, _: &[Live], _: &Inventory) -> Result<Vec<Check>> {
    Ok(Vec::new())
}
