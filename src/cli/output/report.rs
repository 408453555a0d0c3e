//! What a command hands back to be printed.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::ui::Ink;
use crate::core::finding::Finding;

use super::markdown::block;

/// What a command hands back to be printed.
pub(in crate::cli) trait Report: Serialize {
    /// The name and version of the JSON document.
    const SCHEMA: &'static str;

    /// Writes it for a person.
    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()>;

    /// Writes it as a section of Markdown, for the summary of a step. What a person reads, unless it says better.
    fn markdown(&self) -> String {
        as_text(|out, ink| self.human(out, ink))
    }

    /// Returns what the steps that follow may want to know: names and values.
    fn outputs(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Returns what in it needs attention.
    fn findings(&self) -> Vec<Finding> {
        Vec::new()
    }
}

/// Returns what `draw` writes for a person, as a section of Markdown.
pub(in crate::cli) fn as_text(draw: impl FnOnce(&mut dyn Write, Ink) -> io::Result<()>) -> String {
    let mut text = Vec::new();
    let drawn = draw(&mut text, Ink { colour: false, width: None });
    let text = String::from_utf8_lossy(&text);
    if drawn.is_err() || text.is_empty() { String::new() } else { block("", &text) }
}
