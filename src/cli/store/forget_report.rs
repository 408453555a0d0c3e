//! What `store forget` tells: what is kept and why, what goes, and what was done.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::output::{Grid, Report, counted, moment, table};
use crate::cli::ui::Ink;
use crate::core::upkeep::{Amount, Done, Forgetting, Line, Sweeping};

/// What is to be forgotten, and what of it was done, if anything was to be.
#[derive(Serialize)]
pub(super) struct ForgetReport<'a> {
    store: &'a str,
    #[serde(flatten)]
    plan: &'a Forgetting,
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<&'a Done>,
}

impl<'a> ForgetReport<'a> {
    /// Returns what tells of the plan alone.
    pub(super) fn of(store: &'a str, plan: &'a Forgetting) -> ForgetReport<'a> {
        ForgetReport { store, plan, done: None }
    }

    /// Returns what tells how it ended as well.
    pub(super) fn after(self, done: &'a Done) -> ForgetReport<'a> {
        ForgetReport { done: Some(done), ..self }
    }

    /// Returns what there is to do with bytes, a line each.
    fn bytes(&self) -> Vec<String> {
        let plan = self.plan;
        let mut lines = Vec::new();
        if plan.removes.objects > 0 {
            lines.push(format!("Removed at once: {}", amount(&plan.removes)));
        }
        let sum = |all: &[Sweeping]| Amount {
            objects: all.iter().map(|s| s.amount.objects).sum(),
            bytes: all.iter().map(|s| s.amount.bytes).sum(),
        };
        if !plan.sweeps.is_empty() {
            lines.push(format!(
                "Removed as well, condemned seven days ago or more: {}",
                amount(&sum(&plan.sweeps))
            ));
        }
        if plan.condemns.objects > 0 {
            lines.push(format!(
                "Condemned, since nothing names it then: {}; a `store forget` in seven days removes it",
                amount(&plan.condemns)
            ));
        }
        if let Some(due) = plan.waits.iter().map(|s| s.due).min() {
            lines.push(format!(
                "Condemned before, and not due until {}: {}",
                moment(due),
                amount(&sum(&plan.waits))
            ));
        }
        lines
    }

    fn ended(&self) -> Option<String> {
        let done = self.done?;
        let mut line = format!("Forgot {} and {}", snapshots(done.snapshots), packages(done.packages));
        if done.condemned > 0 {
            line.push_str(&format!(", condemned {}", objects(done.condemned)));
        }
        if done.swept > 0 {
            line.push_str(&format!(
                ", removed {} that had been condemned ({})",
                done.swept,
                size(done.bytes)
            ));
        }
        Some(line)
    }

    /// Returns how much is kept and how much goes.
    fn head(&self) -> String {
        let p = self.plan;
        format!(
            "{}: forgets {} of {} and {} of {} ({})",
            self.store,
            p.forgotten.len(),
            snapshots(p.kept.len() + p.forgotten.len()),
            p.forgotten_packages.len(),
            packages(p.kept_packages.len() + p.forgotten_packages.len()),
            p.policy
        )
    }

    /// Returns a row each: what happens, to what, and why.
    fn rows(&self) -> Vec<[String; 6]> {
        let p = self.plan;
        let sorts = [
            ("forget", "snapshot", &p.forgotten),
            ("forget", "package", &p.forgotten_packages),
            ("keep", "snapshot", &p.kept),
            ("keep", "package", &p.kept_packages),
        ];
        let row = |verb: &str, sort: &str, line: &Line| {
            let why: Vec<&str> = line.why.iter().map(String::as_str).collect();
            let short =
                if sort == "package" { line.what.chars().take(12).collect() } else { line.what.clone() };
            let name = line.name.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
            [
                verb.into(),
                line.environment.clone(),
                sort.into(),
                short + &name,
                moment(line.taken_at),
                why.join("; "),
            ]
        };
        sorts
            .into_iter()
            .flat_map(|(verb, sort, lines)| lines.iter().map(move |line| row(verb, sort, line)))
            .collect()
    }
}

const HEADINGS: [&str; 6] = ["", "env", "what", "id", "taken", "why"];

impl Report for ForgetReport<'_> {
    const SCHEMA: &'static str = "snapdeploy.forget/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        // It was shown before it was agreed to.
        if let Some(ended) = self.ended() {
            return writeln!(out, "{ended}");
        }
        let rows = self.rows();
        if !rows.is_empty() {
            let mut grid = Grid::new(HEADINGS, ink);
            rows.into_iter().for_each(|row| grid.row(row));
            grid.write(out)?;
        }
        writeln!(out, "{}", self.head())?;
        self.bytes().iter().try_for_each(|line| writeln!(out, "{line}"))
    }

    fn markdown(&self) -> String {
        let lines: Vec<String> = [self.head()].into_iter().chain(self.bytes()).chain(self.ended()).collect();
        format!("{}{}", table(HEADINGS, &self.rows()), crate::cli::output::block("", &lines.join("\n")))
    }

    fn outputs(&self) -> Vec<(&'static str, String)> {
        vec![
            ("forgotten", self.plan.forgotten.len().to_string()),
            ("forgotten-packages", self.plan.forgotten_packages.len().to_string()),
        ]
    }
}

fn amount(amount: &Amount) -> String {
    format!("{}, {}", objects(amount.objects), size(amount.bytes))
}

pub(super) fn snapshots(n: usize) -> String {
    counted(n, "snapshot", "snapshots")
}

pub(super) fn packages(n: usize) -> String {
    counted(n, "package", "packages")
}

pub(super) fn objects(n: usize) -> String {
    counted(n, "object", "objects")
}

/// Returns so many bytes as people say them: `12 KiB`, `1.5 GiB`.
pub(super) fn size(bytes: u64) -> String {
    let (mut value, mut unit) = (bytes as f64, "B");
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if value < 1024.0 {
            break;
        }
        (value, unit) = (value / 1024.0, next);
    }
    if unit == "B" || value >= 10.0 { format!("{value:.0} {unit}") } else { format!("{value:.1} {unit}") }
}
