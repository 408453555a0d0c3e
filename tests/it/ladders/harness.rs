//! The cells of the tables: what is done on a ladder, how it is told, and where the traffic is in the end.
//!
//! A platform is added by a file beside `lambda.rs`: a value that is a [`Platform`], `cells!` with one line for each
//! [`Outcome`] (one that fails for each rung), and a test that calls `table::kept` with its file and its `CELLS`. `cells!` makes
//! the row and the test that asserts it from the same line.

use std::path::Path;

use snapdeploy::sandbox::{Sandbox, Scenario};

use super::place::Place;
use super::plays;

/// What happens on a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passes,
    /// On the rung of this place.
    FailsOn(usize),
    Inconclusive,
    KilledOn(usize),
    StoppedOn(usize),
}

impl Outcome {
    /// Its heading, and what is done, on a ladder of these shares.
    pub(crate) fn words(self, shares: &[&str]) -> (String, &'static str) {
        match self {
            Outcome::Passes => ("passes".into(), "the gate passes on each rung"),
            Outcome::FailsOn(rung) => (format!("fails at {}", shares[rung]), "the gate fails on this rung"),
            Outcome::Inconclusive => (
                "inconclusive".into(),
                "on the first rung the gate cannot tell; later it can, and it is resumed",
            ),
            Outcome::KilledOn(rung) => (
                format!("killed at {}", shares[rung]),
                "SIGKILL on this rung, while the gate is asked; then it is resumed",
            ),
            Outcome::StoppedOn(rung) => (
                format!("stopped at {}", shares[rung]),
                "`rollback` from another terminal while this rung is held",
            ),
        }
    }
}

/// Which version has all traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Old,
    New,
}

/// A cell: what is expected of a platform in an outcome.
pub(crate) struct Cell {
    pub(crate) platform: &'static dyn Platform,
    pub(crate) outcome: Outcome,
    /// The commands in the order in which they were begun, with their exit codes.
    pub(crate) commands: &'static [(&'static str, i32)],
    /// What `history` says of the run of `deploy` in the end.
    pub(crate) verdict: &'static str,
    /// The rungs that the run of `deploy` has noted.
    pub(crate) rungs: &'static [&'static str],
    /// Where all traffic is in the end.
    pub(crate) traffic: Side,
    /// What is not as for the others, and why; "" where there is nothing to say.
    pub(crate) note: &'static str,
    /// The test that asserts it.
    pub(crate) test: &'static str,
}

/// A way in which traffic is shifted, of one thing in the account `B`.
pub(crate) trait Platform: Sync {
    /// As AWS calls it.
    fn name(&self) -> &'static str;

    /// The shares of the ladder that the tests climb.
    fn shares(&self) -> &'static [&'static str];

    /// The address of what is deployed.
    fn address(&self) -> &'static str;

    /// What is there before.
    fn scenario(&self) -> Scenario;

    /// Sets what makes the sandbox quick.
    fn prepare(&self, _sandbox: &Sandbox) {}

    /// What `--artifact` is given to deploy something new, where files may lie in `directory`.
    fn artifact(&self, directory: &Path) -> String;

    /// How much of the traffic what is new has: from 0 to 1.
    fn share(&self, sandbox: &Sandbox) -> f64;
}

impl Cell {
    /// Does it, and asserts that it comes out as expected.
    pub(crate) fn assert(&self) {
        let place = Place::new(self.platform, self.outcome);
        let told = plays::play(self.outcome, &place);
        let here = || format!("{} {:?}: {told:#?}", self.platform.name(), self.outcome);
        let commands: Vec<(&str, i32)> = told.iter().map(|t| (t.command, t.code)).collect();
        assert_eq!(commands, self.commands, "{}", here());
        assert_eq!(place.verdict(), self.verdict, "{}", here());
        assert_eq!(place.rungs(), self.rungs, "{}", here());
        let share = if self.traffic == Side::New { 1.0 } else { 0.0 };
        assert_eq!(place.share(), share, "{}", here());
        assert!(!place.is_held(), "nobody holds the environment: {}", here());
    }
}

/// Makes the cells of a platform (`CELLS`), and a test of each.
///
/// ```text
/// cells! { &PLATFORM;
///     passes: Outcome::Passes, [("deploy", 0)], "succeeded", ["10%", "100%"], Side::New, "";
/// }
/// ```
macro_rules! cells {
    ($platform:expr; $($name:ident: $outcome:expr, $commands:expr, $verdict:expr, $rungs:expr, $traffic:expr, $note:expr;)*) => {
        pub(crate) const CELLS: &[$crate::ladders::harness::Cell] = &[$(
            $crate::ladders::harness::Cell {
                platform: $platform,
                outcome: $outcome,
                commands: &$commands,
                verdict: $verdict,
                rungs: &$rungs,
                traffic: $traffic,
                note: $note,
                test: concat!(module_path!(), "::", stringify!($name)),
            },
        )*];

        $(
            #[test]
            fn $name() {
                let name = concat!(module_path!(), "::", stringify!($name));
                CELLS.iter().find(|cell| cell.test == name).unwrap().assert();
            }
        )*
    };
}
pub(crate) use cells;
