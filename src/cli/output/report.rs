//! What a command hands back to be printed.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::ui::Ink;
use crate::core::finding::Finding;

/// What a command hands back to be printed.
pub(in crate::cli) trait Report: Serialize {
    /// The name and version of the JSON document.
    const SCHEMA: &'static str;

    /// Writes it for a person.
    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()>;

    /// Returns what in it needs attention.
    fn findings(&self) -> Vec<Finding> {
        Vec::new()
    }
}
