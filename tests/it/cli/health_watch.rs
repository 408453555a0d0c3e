//! `health --watch`, `--wait` and `--stable-for`, with real processes against an environment that changes meanwhile.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Stdio};
use std::time::{Duration, Instant};

use snapdeploy::sandbox::{Fault, FaultKind};

use super::exits::signal;
use super::journey::Acme;
use super::shell::Said;

/// The one thing in the example that is not well: a flow that was saved and never published. Without it all is.
const WELL: &str = "connect/queue/*";

/// A `health` that is running, and what it has said so far.
struct Asking {
    child: Child,
    err: BufReader<ChildStderr>,
    said: Vec<String>,
}

impl Asking {
    fn new(acme: &Acme, more: &[&str]) -> Asking {
        let arguments = [&["health", "prod", WELL], more].concat();
        let mut command = acme.shell.command(&arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let err = BufReader::new(child.stderr.take().unwrap());
        Asking { child, err, said: Vec::new() }
    }

    /// Reads on until a line has all of `words`, and returns it.
    fn until(&mut self, words: &[&str]) -> String {
        loop {
            let mut line = String::new();
            let read = self.err.read_line(&mut line).unwrap();
            assert!(read > 0, "it ended without {words:?}: {:#?}", self.said);
            self.said.push(line.trim_end().to_string());
            if words.iter().all(|word| line.contains(word)) {
                return line;
            }
        }
    }

    fn end(mut self) -> (Said, Vec<String>) {
        for line in self.err.by_ref().lines() {
            self.said.push(line.unwrap());
        }
        (Said::from(self.child.wait_with_output().unwrap()), self.said)
    }
}

/// Lets nobody read queues.
fn break_it(acme: &Acme) {
    for operation in ["DescribeQueue", "SearchQueues"] {
        acme.sandbox.fault(Fault { times: u64::MAX, ..Fault::next(operation, FaultKind::AccessDenied) });
    }
}

/// Returns how often it has asked since the calls were cleared.
fn asked(acme: &Acme) -> usize {
    acme.sandbox.calls().iter().filter(|c| c.operation == "DescribeInstance").count()
}

#[test]
fn a_watch_tells_each_change_once_and_ends_with_the_last_verdict() {
    let acme = Acme::new();
    acme.run(0, &["health", "prod", WELL]);
    let mut asking = Asking::new(&acme, &["--watch"]);
    asking.until(&["all is well"]);
    acme.sandbox.clear_calls();
    let began = Instant::now();
    while acme.sandbox.calls().len() < 60 {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not ask again");
        std::thread::sleep(Duration::from_millis(5));
    }
    break_it(&acme);
    let line = asking.until(&["not ok"]);
    assert!(line.contains("permissions"), "{line}");
    assert_eq!(asking.said.iter().filter(|l| l.contains("  ok ")).count(), 0, "nothing had changed before");
    acme.sandbox.clear_faults();
    asking.until(&["  ok ", "permissions"]);
    signal(&asking.child, "INT");
    let (said, _) = asking.end();
    assert_eq!((said.code, said.out.contains("prod is healthy")), (0, true), "{}", said.out);

    break_it(&acme);
    let mut asking = Asking::new(&acme, &["--watch"]);
    asking.until(&["not ok", "permissions"]);
    signal(&asking.child, "INT");
    let (said, _) = asking.end();
    assert_eq!((said.code, said.out.contains("prod is not healthy")), (4, true), "{}", said.out);
}

#[test]
fn a_watch_has_one_document_at_its_end() {
    let acme = Acme::new();
    let mut asking = Asking::new(&acme, &["--watch", "--output", "json"]);
    asking.until(&["all is well"]);
    signal(&asking.child, "TERM");
    let (said, _) = asking.end();
    let document: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        (&document["schema"], &document["data"]["healthy"]),
        (&"snapdeploy.health/1".into(), &true.into())
    );
}

#[test]
fn a_wait_ends_when_all_is_well_or_when_its_time_is_over() {
    let acme = Acme::new();
    acme.run(0, &["health", "prod", WELL, "--wait", "10h"]);
    break_it(&acme);
    // An hour is 18 seconds here.
    let mut asking = Asking::new(&acme, &["--wait", "10h"]);
    asking.until(&["not ok", "permissions"]);
    assert!(asking.child.try_wait().unwrap().is_none(), "it waits");
    acme.sandbox.clear_faults();
    let (said, _) = asking.end();
    assert_eq!(said.code, 0, "{}", said.out);

    break_it(&acme);
    let began = Instant::now();
    let (said, _) = Asking::new(&acme, &["--wait", "5m"]).end();
    assert_eq!((said.code, said.out.contains("prod is not healthy")), (4, true), "{}", said.out);
    assert!(began.elapsed() >= Duration::from_millis(1500), "five minutes are 1.5 s here");
}

#[test]
fn to_be_stable_is_to_be_well_without_a_break() {
    let acme = Acme::new();
    let began = Instant::now();
    acme.run(0, &["health", "prod", WELL, "--stable-for", "5m"]);
    assert!(began.elapsed() >= Duration::from_millis(1500), "five minutes are 1.5 s here");
    assert!(asked(&acme) < 10_000);

    // Without a bound the first break ends it.
    let mut asking = Asking::new(&acme, &["--stable-for", "10h"]);
    asking.until(&["all is well"]);
    break_it(&acme);
    let (said, lines) = asking.end();
    assert_eq!(said.code, 4, "{}", said.out);
    assert!(lines.iter().any(|l| l.contains("not ok") && l.contains("permissions")), "{lines:#?}");
    acme.sandbox.clear_faults();

    // With one, the time begins again after a break.
    let mut asking = Asking::new(&acme, &["--stable-for", "10m", "--wait", "10h"]);
    asking.until(&["all is well"]);
    break_it(&acme);
    asking.until(&["not ok", "permissions"]);
    acme.sandbox.clear_faults();
    asking.until(&["  ok ", "permissions"]);
    let mended = Instant::now();
    let (said, _) = asking.end();
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(mended.elapsed() >= Duration::from_millis(2900), "ten minutes are 3 s here");

    // What is well and has not been so for long enough is said to be just that.
    let said = acme.run(4, &["health", "prod", WELL, "--stable-for", "10h", "--wait", "2m"]);
    assert!(said.out.contains("has not been for 10h without a break"), "{}", said.out);
}

#[test]
fn a_watch_and_a_wait_are_two_things_and_a_duration_has_a_unit() {
    let acme = Acme::new();
    acme.run(2, &["health", "prod", "--watch", "--wait", "5m"]);
    acme.run(2, &["health", "prod", "--watch", "--stable-for", "5m"]);
    acme.run(2, &["health", "prod", "--wait", "5"]);
    acme.run(10, &["health", "prod", "connect/queue/Nobody", "--wait", "10h"]);
    acme.run(10, &["health", "nowhere", "--wait", "10h"]);
}
