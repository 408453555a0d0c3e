//! The table of outcomes: `docs/outcomes.md` is written from the cells that the tests assert.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use super::harness::{Cell, Image, KILLED, Lock, Outcome};
use super::{native, rolling};

/// Every controller's cells.
fn all() -> Vec<&'static Cell> {
    let tables = [rolling::CELLS, native::blue_green::CELLS, native::canary::CELLS, native::linear::CELLS];
    tables.into_iter().flatten().collect()
}

const HEAD: &str = "\
# How a deployment comes out

Each line is a test: the command `snapdeploy` is run against the simulated AWS, what the heading says happens, and what is
told and what is there in the end is what stands here. The exit codes are those of `snapdeploy --help`. *Verdict* is the word
that `snapdeploy history` has for the deployment in the end. *Tasks* is what all tasks of the service run, *traffic* what the
tasks run to which all production traffic goes, *in flight* how many deployments AWS still goes on with, *lock* whether a run
holds the environment.

";

fn lock(lock: Lock) -> &'static str {
    match lock {
        Lock::Free => "free",
        Lock::Held => "held",
    }
}

fn image(image: Image) -> String {
    format!("{} image", image.word())
}

fn table() -> String {
    let mut out = HEAD.to_string();
    for outcome in Outcome::ALL {
        let (heading, what) = outcome.words();
        let first = heading[..1].to_uppercase();
        write!(out, "## {first}{}\n\nWhat happens: {what}.\n\n", &heading[1..]).unwrap();
        out.push_str(
            "| controller | commands and exit codes | verdict | tasks | traffic | in flight | lock |\n",
        );
        out.push_str("|---|---|---|---|---|---|---|\n");
        let mut notes = String::new();
        for cell in all().into_iter().filter(|cell| cell.outcome == outcome) {
            let command = |(command, code): &(&str, i32)| match *code {
                KILLED => format!("`{command}` killed"),
                code => format!("`{command}` {code}"),
            };
            let commands: Vec<String> = cell.commands.iter().map(command).collect();
            let end = &cell.end;
            writeln!(
                out,
                "| {} | {} | {} | {} | {} | {} | {} |",
                cell.controller.name(),
                commands.join(", "),
                cell.verdict.replace('_', " "),
                image(end.tasks),
                image(end.traffic),
                end.in_flight,
                lock(end.lock),
            )
            .unwrap();
            if !cell.note.is_empty() {
                writeln!(notes, "- {}: {}", cell.controller.name(), cell.note).unwrap();
            }
        }
        out.push('\n');
        if !notes.is_empty() {
            writeln!(out, "{notes}").unwrap();
        }
    }
    format!("{}\n", out.trim_end())
}

#[test]
fn every_controller_has_each_outcome_once() {
    let controllers: BTreeSet<&str> = all().iter().map(|cell| cell.controller.name()).collect();
    for controller in &controllers {
        let own: Vec<Outcome> =
            all().into_iter().filter(|c| c.controller.name() == *controller).map(|c| c.outcome).collect();
        let mut sorted = own.clone();
        sorted.sort();
        assert_eq!(sorted, Outcome::ALL, "{controller}");
    }
}

/// The list of tests is asked of the program that runs them.
#[test]
fn no_row_is_there_that_no_test_asserts() {
    let program = std::env::current_exe().unwrap();
    let list = |more: &[&str]| {
        let output = Command::new(&program).arg("--list").args(more).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let (tests, ignored) = (list(&[]), list(&["--ignored"]));
    let mut seen = BTreeSet::new();
    for cell in all() {
        let (_, name) = cell.test.split_once("::").unwrap();
        let line = format!("{name}: test");
        assert!(tests.lines().any(|test| test == line), "no test is called {name}");
        assert!(!ignored.lines().any(|test| test == line), "{name} is ignored");
        assert!(seen.insert(name), "two rows have the test {name}");
    }
    assert!(seen.len() >= 9, "{seen:?}");
}

#[test]
fn the_table_in_docs_is_that_of_the_tests() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/outcomes.md");
    let now = table();
    if std::env::var_os("SNAPDEPLOY_BLESS").is_some() {
        assert!(std::env::var_os("CI").is_none(), "a CI does not write the table, it reads it");
        std::fs::write(&file, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(&kept, &now);
    let diff = diff.unified_diff().context_radius(2).header("docs/outcomes.md", "the tests").to_string();
    assert!(
        kept == now,
        "SNAPDEPLOY_BLESS=1 cargo test --test it outcomes::table takes what follows into the table\n{diff}"
    );
}
