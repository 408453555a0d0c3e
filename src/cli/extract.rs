//! `extract`: takes what is in an environment and keeps it as a snapshot.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use crate::core::driver::Gap;
use crate::core::environment::Access;
use crate::core::extract::{Extracted, Extraction, OnGaps, extract, gap_line};
use crate::core::finding::{Finding, Weight};
use crate::core::select::Selection;
use crate::core::{Error, Pin, Result, SnapshotId};

use super::context::{Context, Face};
use super::exit::Exit;
use super::notify::Subject;
use super::output::{Report, block, cell, finding_lines, finding_table, place_of, table};
use super::progress;
use super::ui::Ink;

/// Take what is in an environment and keep it as a snapshot
///
/// Nothing in the environment is changed. What cannot be read is named, and then nothing is kept, unless --allow-gaps
/// is given: then the snapshot says what it lacks, and the code is 4.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy extract prod --note nightly
  snapdeploy extract dev 'connect/flow/*' --name before-easter")]
pub(super) struct ExtractArgs {
    /// The environment
    #[arg(value_name = "ENV")]
    environment: String,
    /// What to take: addresses, or globs of addresses; everything if there are none
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// A name for the snapshot, to call it ENV@NAME
    #[arg(long)]
    name: Option<String>,
    /// A word on why
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Keep what can be read, even if something cannot
    #[arg(long)]
    allow_gaps: bool,
}

/// Runs the verb.
pub(super) async fn run(args: &ExtractArgs, face: &Face) -> Result<Exit> {
    face.notice.about(Subject::Extract, &args.environment);
    if let Some(name) = &args.name {
        check_name(name)?;
    }
    let what = Extraction {
        environment: args.environment.clone(),
        select: Selection::new(&args.addresses)?,
        name: args.name.clone(),
        note: args.note.clone(),
        on_gaps: if args.allow_gaps { OnGaps::Allow } else { OnGaps::Refuse },
    };
    let context = Context::open(face).await?;
    let site = context.site(&args.environment, Access::Read).await?;
    let extracted =
        progress::show(face, async |events| extract(&context.means(&site, events), &what).await).await?;
    let report = ExtractReport::of(&extracted);
    face.ui.result(&report)?;
    Ok(if report.gaps.is_empty() { Exit::Done } else { Exit::Unclean })
}

/// Fails if `ENV@NAME` would not mean the snapshot called `name`.
fn check_name(name: &str) -> Result<()> {
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let taken = ["live", "latest", "good", "yesterday", "today"].contains(&name)
        || name.bytes().next().is_some_and(|b| b.is_ascii_digit());
    if plain && !taken {
        return Ok(());
    }
    Err(Error::input(format!("`{}` cannot be the name of a snapshot", name.escape_debug())).hint(
        "use A-Z a-z 0-9 - _ . beginning with a letter, other than live, latest, good, today and yesterday",
    ))
}

#[derive(Serialize)]
struct ExtractReport<'a> {
    snapshot: &'a SnapshotId,
    environment: &'a str,
    pin: &'a Pin,
    taken_at: Timestamp,
    name: Option<&'a str>,
    note: Option<&'a str>,
    /// How many resources there are of each kind.
    resources: BTreeMap<&'a str, usize>,
    /// Everything else that was there, by name only.
    known_by_name: usize,
    /// How many values are secrets that were not kept, and so cannot be put back.
    unrestorable: usize,
    changed: bool,
    gaps: &'a [Gap],
    findings: &'a [Finding],
    /// Whether the environment was well, where that was asked.
    healthy: Option<bool>,
    /// What was not well.
    problems: &'a [String],
}

impl<'a> ExtractReport<'a> {
    fn of(extracted: &'a Extracted) -> ExtractReport<'a> {
        let m = &extracted.snapshot.manifest;
        let mut resources = BTreeMap::new();
        for kept in &m.kept {
            *resources.entry(kept.found.address.kind()).or_insert(0) += 1;
        }
        ExtractReport {
            snapshot: &m.id,
            environment: &m.environment,
            pin: &m.pin,
            taken_at: m.taken_at,
            name: m.name.as_deref(),
            note: m.note.as_deref(),
            resources,
            known_by_name: m.inventory.len(),
            unrestorable: extracted.unrestorable,
            changed: extracted.written > 1,
            gaps: &m.gaps,
            findings: &m.findings,
            healthy: m.healthy,
            problems: &m.problems,
        }
    }
}

impl Report for ExtractReport<'_> {
    const SCHEMA: &'static str = "snapdeploy.extraction/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        for (kind, count) in &self.resources {
            writeln!(out, "{count:>6}  {kind}")?;
        }
        finding_lines(self.findings, out, ink)?;
        for gap in self.gaps {
            writeln!(out, "{} {}", ink.style().yellow().apply_to("missing:"), gap_line(gap))?;
        }
        for problem in self.problems {
            writeln!(out, "{} {problem}", ink.style().yellow().apply_to("not well:"))?;
        }
        if !self.problems.is_empty() {
            writeln!(out, "It is kept, but is not {}@good.", self.environment)?;
        }
        if self.unrestorable > 0 {
            let what = if self.unrestorable == 1 { "value is a secret" } else { "values are secrets" };
            writeln!(
                out,
                "{} {what} that cannot be put back; with secrets = \"encrypt\" they can be.",
                self.unrestorable
            )?;
        }
        let total: usize = self.resources.values().sum();
        let (environment, id) = (self.environment, self.snapshot);
        let news = if self.changed { "" } else { ", equal to one that is kept already" };
        writeln!(out, "Kept {total} resources of {environment} ({}){news}.", place_of(self.pin))?;
        writeln!(out, "Snapshot: {environment}@{}", self.name.unwrap_or(id.as_str()))
    }

    fn markdown(&self) -> String {
        let total: usize = self.resources.values().sum();
        let rows: Vec<[String; 2]> =
            self.resources.iter().map(|(kind, n)| [kind.to_string(), n.to_string()]).collect();
        let gaps: Vec<[String; 1]> = self.gaps.iter().map(|g| [gap_line(g)]).collect();
        format!(
            "### Kept {total} resources of {}\n\n{}\n\nSnapshot:\n\n{}{}{}{}",
            cell(self.environment),
            cell(&place_of(self.pin)),
            block("", &format!("{}@{}", self.environment, self.snapshot)),
            table(["kind", "resources"], &rows),
            table(["missing"], &gaps),
            finding_table(self.findings),
        )
    }

    fn outputs(&self) -> Vec<(&'static str, String)> {
        vec![
            ("snapshot", format!("{}@{}", self.environment, self.snapshot)),
            ("resources", self.resources.values().sum::<usize>().to_string()),
            ("gaps", self.gaps.len().to_string()),
            ("unrestorable", self.unrestorable.to_string()),
        ]
    }

    fn findings(&self) -> Vec<Finding> {
        let gaps = self.gaps.iter().map(|g| Finding::new(Weight::Warning, g.address.as_ref(), gap_line(g)));
        self.findings.iter().cloned().chain(gaps).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_means_something_else() {
        assert!(check_name("before-easter").is_ok());
        for bad in ["", "live", "latest", "2026-11-19", "a b", "a@b", "latest~1"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
