//! What `init` did.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::output::Report;
use crate::cli::ui::Ink;
use crate::core::finding::{Finding, Weight};

/// What `init` did, and what to type next.
#[derive(Debug, Serialize)]
pub(super) struct InitReport {
    /// The configuration that was written; `None` if it was there.
    pub(super) written: Option<String>,
    /// Where things are kept.
    pub(super) store: String,
    /// What was made.
    pub(super) made: Vec<String>,
    /// What is there, and not as it would be made.
    pub(super) differs: Vec<String>,
    /// What to type next.
    pub(super) next: Vec<String>,
}

impl Report for InitReport {
    const SCHEMA: &'static str = "snapdeploy.init/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        if let Some(file) = &self.written {
            writeln!(out, "Wrote {file}.")?;
        }
        for line in &self.differs {
            writeln!(out, "{} {line}; it is left as it is", ink.style().yellow().apply_to("warning:"))?;
        }
        match self.made.len() {
            0 if self.written.is_none() => {
                writeln!(out, "The store {} lacks nothing; nothing was changed.", self.store)?
            }
            0 => writeln!(out, "The store is {}.", self.store)?,
            _ => {
                for line in &self.made {
                    writeln!(out, "made     {line}")?;
                }
                writeln!(out, "The store {} is set up.", self.store)?;
            }
        }
        for (i, line) in self.next.iter().enumerate() {
            writeln!(out, "{}{line}", if i == 0 { "Next: " } else { "      " })?;
        }
        Ok(())
    }

    fn findings(&self) -> Vec<Finding> {
        self.differs.iter().map(|line| Finding::new(Weight::Warning, None, line)).collect()
    }
}
