//! What `health` found, as it is printed.

use std::io::{self, Write};

use serde::Serialize;

use crate::core::Pin;
use crate::core::driver::Check;
use crate::core::finding::{Finding, Weight};

use super::output::{Report, cell, place_of, table};
use super::ui::Ink;

/// What `health` found.
#[derive(Serialize)]
pub(super) struct HealthReport {
    pub(super) environment: String,
    /// `None` where only AWS could tell, and did not.
    pub(super) pin: Option<Pin>,
    pub(super) healthy: bool,
    pub(super) checks: Vec<Check>,
}

impl Report for HealthReport {
    const SCHEMA: &'static str = "snapdeploy.health/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        let width = self.checks.iter().map(|c| c.name.chars().count()).max().unwrap_or(0);
        for check in &self.checks {
            let (word, style) =
                if check.healthy { ("ok", ink.style().green()) } else { ("not ok", ink.style().red()) };
            let word = style.apply_to(format!("{word:<6}"));
            let line = format!("{word}  {:<width$}  {}", check.name, check.detail);
            writeln!(out, "{}", line.trim_end())?;
            for problem in &check.problems {
                writeln!(out, "        {problem}")?;
            }
        }
        let verdict = if self.healthy { "is healthy" } else { "is not healthy" };
        match &self.pin {
            Some(pin) => writeln!(out, "{} {verdict} ({}).", self.environment, place_of(pin)),
            None => writeln!(out, "{} {verdict}.", self.environment),
        }
    }

    fn markdown(&self) -> String {
        let row = |c: &Check| {
            let word = if c.healthy { "ok" } else { "not ok" };
            [word.into(), c.name.clone(), c.detail.clone(), c.problems.join("; ")]
        };
        let rows: Vec<[String; 4]> = self.checks.iter().map(row).collect();
        let verdict = if self.healthy { "is healthy" } else { "is not healthy" };
        let place = self.pin.as_ref().map(|pin| format!("{}\n\n", cell(&place_of(pin)))).unwrap_or_default();
        let head = format!("### {} {verdict}\n\n{place}", cell(&self.environment));
        format!("{head}{}", table(["", "check", "answer", "problems"], &rows))
    }

    fn outputs(&self) -> Vec<(&'static str, String)> {
        vec![("healthy", self.healthy.to_string())]
    }

    fn findings(&self) -> Vec<Finding> {
        let bad = self.checks.iter().filter(|c| !c.healthy);
        let line =
            |c: &Check| Finding::new(Weight::Block, None, format!("{}: {}", c.name, c.problems.join("; ")));
        bad.map(line).collect()
    }
}
