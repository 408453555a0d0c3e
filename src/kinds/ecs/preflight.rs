//! The preflight of a service: what has to hold for a change to work.

use super::driver::Services;
use crate::core::Result;
use crate::core::driver::Change;
use crate::core::preflight::Line;
use crate::core::run::RunKind;

/// Asks what has to hold for `change` to work. Writes nothing.
pub async fn preflight(_: &Services, _: &Change<'_>, _: RunKind) -> Result<Vec<Line>> {
    Ok(Vec::new())
}
