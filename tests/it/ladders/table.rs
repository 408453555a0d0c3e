//! The tables of ladders: each file in `docs/ladders/` is written from the cells that the tests assert.

use std::fmt::Write;
use std::path::Path;

use super::harness::{Cell, Side};
use super::place::KILLED;

const HEAD: &str = "\
Each line is a test: the command `snapdeploy` is run against the simulated AWS, with a ladder and a gate that is asked on each
rung. The exit codes are those of `snapdeploy --help`. *Verdict* is the word that `snapdeploy history` has for the deployment in
the end, *rungs* are those that its journal has, *traffic* is what all production traffic goes to in the end. Nobody holds the
environment then.

";

fn table(title: &str, cells: &[Cell]) -> String {
    let mut out = format!("# {title}\n\n{HEAD}");
    out.push_str(
        "| platform | ladder | what happens | commands and exit codes | verdict | rungs | traffic |\n",
    );
    out.push_str("|---|---|---|---|---|---|---|\n");
    let mut notes = String::new();
    for cell in cells {
        let command = |(command, code): &(&str, i32)| match *code {
            KILLED => format!("`{command}` killed"),
            code => format!("`{command}` {code}"),
        };
        let commands: Vec<String> = cell.commands.iter().map(command).collect();
        let shares = cell.platform.shares();
        let (heading, what) = cell.outcome.words(shares);
        writeln!(
            out,
            "| {} | {} | **{heading}**: {what} | {} | {} | {} | {} |",
            cell.platform.name(),
            shares.join(", "),
            commands.join(", "),
            cell.verdict.replace('_', " "),
            cell.rungs.join(", "),
            if cell.traffic == Side::New { "the new version" } else { "the old version" },
        )
        .unwrap();
        if !cell.note.is_empty() {
            writeln!(notes, "- {}, {heading}: {}", cell.platform.name(), cell.note).unwrap();
        }
    }
    if !notes.is_empty() {
        write!(out, "\n{notes}").unwrap();
    }
    out
}

/// Asserts that the file of this name in `docs/ladders/` is the table of `cells`; with `SNAPDEPLOY_BLESS` it is written first.
pub(crate) fn kept(name: &str, title: &str, cells: &[Cell]) {
    let shown = format!("docs/ladders/{name}.md");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(&shown);
    let now = table(title, cells);
    if std::env::var_os("SNAPDEPLOY_BLESS").is_some() {
        assert!(std::env::var_os("CI").is_none(), "a CI does not write the table, it reads it");
        std::fs::write(&file, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(&kept, &now);
    let diff = diff.unified_diff().context_radius(2).header(&shown, "the tests").to_string();
    assert!(
        kept == now,
        "SNAPDEPLOY_BLESS=1 cargo test --test it ladders takes what follows into the table\n{diff}"
    );
}
