//! The page `tests/RELIABILITY.md`: what was measured last, and what it has found.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::failures::FAILURES;
use super::kinds_of_moves;
use crate::figures;

/// What is measured, and how.
struct Measurement {
    /// What the figures are called, or what they begin with.
    name: &'static str,
    what: &'static str,
    method: &'static str,
    /// The tests that measure it.
    tests: &'static str,
}

const MEASUREMENTS: [Measurement; 15] = [
    Measurement {
        name: "crash-",
        what: "Crash matrix",
        method: "killed before a move is sent, when its effect is there and its answer lost, and when it is answered and not noted; of a deployment and of its rollback; then resumed or rolled back",
        tests: "crash reliability::matrix kinds_aliases",
    },
    Measurement {
        name: "double",
        what: "Two crashes",
        method: "a release of everything, killed at any call to AWS, the store or the ledger, and whoever recovers it killed as well; seeded",
        tests: "reliability::double",
    },
    Measurement {
        name: "kill",
        what: "SIGKILL",
        method: "the binary over S3 and DynamoDB with a release of everything, killed before, in and after a call; then `deploy --resume` or `rollback`",
        tests: "reliability::killed",
    },
    Measurement {
        name: "faults-target",
        what: "Faults of the target",
        method: "throttles, errors, resets, lost answers, late deliveries, slowness, a wrong clock and expired credentials, by chance",
        tests: "reliability::storms",
    },
    Measurement {
        name: "faults-store",
        what: "Faults of the store",
        method: "the same faults of S3 and DynamoDB, where the store and the ledger are",
        tests: "reliability::storms",
    },
    Measurement {
        name: "race-memory",
        what: "Deployers at once, in memory",
        method: "deployers in one process that begin together, or one soon after the other",
        tests: "concurrency",
    },
    Measurement {
        name: "race-sqlite",
        what: "Deployers at once, SQLite",
        method: "the same with a ledger in a file",
        tests: "concurrency",
    },
    Measurement {
        name: "contest-sqlite",
        what: "Processes at once, SQLite",
        method: "processes of the binary that begin together",
        tests: "contest",
    },
    Measurement {
        name: "contest-dynamodb",
        what: "Processes at once, DynamoDB",
        method: "the same with a store in S3 and a ledger in DynamoDB",
        tests: "contest",
    },
    Measurement {
        name: "paused",
        what: "An owner that sleeps",
        method: "SIGSTOP in mid-run, `rollback --take-over`, SIGCONT",
        tests: "reliability::paused",
    },
    Measurement {
        name: "hostile-",
        what: "Hostile input",
        method: "packages, snapshots, saved plans, configurations and ledger files, each changed by chance in one or several ways, read by whatever reads them",
        tests: "hostile_mutants",
    },
    Measurement {
        name: "tampering-",
        what: "Tampering with the audit",
        method: "edits, deletions, insertions, reorderings and cut tails of a ledger in a file and in tables, then `history verify`",
        tests: "audit::tampering",
    },
    Measurement {
        name: "sabotage",
        what: "Sabotage",
        method: "each ingredient of safety is left out by a build for it, and tests that pass otherwise have to fail",
        tests: "--features sabotage",
    },
    Measurement {
        name: "canaries",
        what: "Canaries, every verb",
        method: "a value of chance in each place that keeps a secret, looked for raw and encoded in all that is written",
        tests: "secrets::canary",
    },
    Measurement {
        name: "searched",
        what: "Canaries, crashes and kills",
        method: "the same in journals, audit, store and output of the double crashes and the kills",
        tests: "reliability",
    },
];

const HEAD: &str = "\
# What holds, and how it was measured

This page is written by the tests, from what they measured last (`target/reliability/*.json`), where `SNAPDEPLOY_BLESS=1`
says so. By default each measurement is small; `SNAPDEPLOY_FULL=1` makes them full. All of it runs against the simulated AWS
of this repository: nothing here was measured against AWS itself. The seeds say which faults and which kills there were; what
the machine does in between is not the same twice.

";

const MOVES: &str = "
## Kinds of moves

The calls that change something, as the kinds' sources name them and as IAM has to allow them, and how many of them a process
was killed at before, after and unnoted. What is sent inside of a move is no move: nothing is noted between its calls, so an
answer that was heard is no more than one that was lost.

";

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/RELIABILITY.md")
}

/// Returns what was measured under a name, or under all names that begin so, each with its name.
fn measured(name: &str) -> Vec<(String, Value)> {
    if name == "searched" {
        return ["double", "kill"].iter().flat_map(|n| measured(n)).collect();
    }
    let Ok(entries) = std::fs::read_dir(figures::folder()) else { return Vec::new() };
    let files = entries.filter_map(|e| e.ok()?.file_name().into_string().ok());
    let stems = files.filter_map(|f| f.strip_suffix(".json").map(str::to_string));
    let mine = |stem: &String| if name.ends_with('-') { stem.starts_with(name) } else { stem == name };
    let mut all: BTreeSet<String> = stems.filter(mine).collect();
    std::mem::take(&mut all)
        .into_iter()
        .map(|stem| {
            let text = std::fs::read_to_string(figures::folder().join(format!("{stem}.json"))).unwrap();
            (stem, serde_json::from_str(&text).unwrap())
        })
        .collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("-")
}

/// Returns the day of a measurement, and the commit that was the newest then.
fn when(measured: &Value) -> String {
    format!("{}, {}", text(&measured["date"]), text(&measured["commit"]))
}

fn row(m: &Measurement) -> String {
    let command = match m.tests.strip_prefix("--features ") {
        Some(feature) => format!("cargo test --features {feature} --test it {feature}::"),
        None if m.tests.contains(' ') => format!("SNAPDEPLOY_FULL=1 cargo test --test it -- {}", m.tests),
        None => format!("SNAPDEPLOY_FULL=1 cargo test --test it {}", m.tests),
    };
    let all = measured(m.name);
    let Some((_, newest)) = all.last() else {
        return format!("| {} | {} | - | - | not measured yet | - | `{command}` |\n", m.what, m.method);
    };
    // What is held beside another reader is counted where it was made.
    let counted = || all.iter().filter(|(_, v)| m.name != "hostile-" || v["figures"]["mutants"].is_u64());
    let sum = |what: &str| counted().filter_map(|(_, v)| v["figures"][what].as_u64()).sum::<u64>();
    let (size, result) = match m.name {
        "crash-" => (
            format!("{} matrices, {} moves, {} cases", all.len(), sum("calls"), sum("cases")),
            format!("{0} of {0} exactly as before or as after", sum("cases")),
        ),
        "hostile-" => (
            format!(
                "{} mutants of {} sorts",
                sum("mutants"),
                all.iter().filter(|(_, v)| v["figures"]["mutants"].is_u64()).count()
            ),
            format!(
                "{} refused, {} are as before, {} say something else that is in order, {} wrongly accepted, no panic",
                sum("refused"),
                sum("same"),
                sum("other"),
                sum("wrong"),
            ),
        ),
        "tampering-" => (
            format!("{} tamperings", sum("tamperings")),
            format!("{} found, {} unseen", sum("found"), sum("unseen")),
        ),
        "searched" => (format!("{} bytes", sum("bytes")), format!("{} hits", sum("hits"))),
        _ => (text(&newest["figures"]["size"]).to_string(), text(&newest["figures"]["result"]).to_string()),
    };
    let when: BTreeSet<String> = all.iter().map(|(_, v)| when(v)).collect();
    format!(
        "| {} | {} | {size} | {} | {result} | {} | `{command}` |\n",
        m.what,
        m.method,
        text(&newest["figures"]["seeds"]),
        when.into_iter().collect::<Vec<_>>().join("; "),
    )
}

/// Returns the table of the fuzz targets, as `fuzz/run` has left it.
fn fuzz() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/figures.json");
    let figures: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let mut out = "\n## Fuzz\n\nWhat each asserts is in `tests/it/fuzz`; `fuzz/run` measures it, and `cargo test` holds \
                   the kept inputs against the same.\n\n\
                   | target | runs | seconds | coverage | inputs | crashes | measured |\n|---|---|---|---|---|---|---|\n"
        .to_string();
    for row in figures["targets"].as_array().into_iter().flatten() {
        let number = |name: &str| row[name].as_u64().unwrap_or_default();
        let [execs, seconds, coverage] = ["execs", "seconds", "coverage"].map(number);
        let [corpus, crashes] = ["corpus", "crashes"].map(number);
        let (target, date, commit) = (text(&row["target"]), text(&row["date"]), text(&row["commit"]));
        let note = row["note"].as_str().map(|note| format!(" ({note})")).unwrap_or_default();
        let line = format!(
            "| {target}{note} | {execs} | {seconds} | {coverage} edges | {corpus} | {crashes} | {date}, {commit} |\n"
        );
        out.push_str(&line);
    }
    out
}

/// Returns the page.
fn page() -> String {
    let mut out = HEAD.to_string();
    out.push_str(
        "| what | method | size | seeds | result | measured | repeated by |\n|---|---|---|---|---|---|---|\n",
    );
    MEASUREMENTS.iter().for_each(|m| out.push_str(&row(m)));
    out.push_str("\n## Crash matrix\n\n| matrix | calls | cases | measured |\n|---|---|---|---|\n");
    for (name, v) in measured("crash-") {
        let (calls, cases) = (&v["figures"]["calls"], &v["figures"]["cases"]);
        let name = name.trim_start_matches("crash-");
        writeln!(out, "| {name} | {calls} | {cases} | {} |", when(&v)).unwrap();
    }
    out.push_str(MOVES);
    out.push_str(&kinds_of_moves::table(&measured("crash-")));
    out.push_str(&fuzz());
    out.push_str("\n## Sabotage\n\n| left out | what then fails |\n|---|---|\n");
    for (_, v) in measured("sabotage") {
        for line in v["figures"]["table"].as_array().into_iter().flatten() {
            writeln!(out, "| {} | `{}` |", text(&line["ingredient"]), text(&line["test"])).unwrap();
        }
    }
    out.push_str("\n## Failures found and fixed\n\n");
    out.push_str("| what | found by | fixed in |\n|---|---|---|\n");
    for f in FAILURES {
        writeln!(out, "| {} | {} | {} |", f.what, f.found, f.fixed).unwrap();
    }
    out
}

/// Returns the first cells of the table of measurements in a page.
fn rows(page: &str) -> BTreeSet<&str> {
    let lines = page.lines().skip_while(|l| !l.starts_with("| what | method"));
    let lines = lines.skip(2).take_while(|l| l.starts_with('|'));
    lines.filter_map(|l| l.split('|').nth(1)).map(str::trim).collect()
}

#[test]
fn the_page_has_every_measurement_and_every_failure() {
    if std::env::var_os("SNAPDEPLOY_BLESS").is_some() {
        assert!(std::env::var_os("CI").is_none(), "a CI does not write the page, it reads it");
        std::fs::write(file(), page()).unwrap();
    }
    let kept = std::fs::read_to_string(file()).unwrap_or_default();
    let known: BTreeSet<&str> = MEASUREMENTS.iter().map(|m| m.what).collect();
    let again = "SNAPDEPLOY_BLESS=1 cargo test --test it reliability::page writes the page";
    assert_eq!(rows(&kept), known, "{again}");
    assert!(kept.contains(&fuzz()), "the figures of the fuzz targets: {again}");
    for f in FAILURES {
        let line = format!("| {} | {} | {} |", f.what, f.found, f.fixed);
        assert!(kept.contains(&line), "{}: {again}", f.what);
    }
}

/// Each command of the page runs something.
#[test]
fn every_measurement_names_tests_that_are_there() {
    let program = std::env::current_exe().unwrap();
    let list = std::process::Command::new(&program).arg("--list").output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    for m in MEASUREMENTS.iter().filter(|m| !m.tests.starts_with("--")) {
        for named in m.tests.split(' ') {
            assert!(list.lines().any(|l| l.contains(named) && l.ends_with(": test")), "{named}");
        }
    }
}
