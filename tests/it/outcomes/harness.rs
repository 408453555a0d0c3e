//! The cells of the table: what is done, how it is told, and what is there in the end.
//!
//! A controller is added by a file beside `rolling.rs`: a value that is a [`Controller`] (what differs from a deployment
//! that ECS itself follows is a method with a default), `cells!` with one line for each [`Outcome`], and its `CELLS` in
//! `table::all`. `cells!` makes the row and the test that asserts it from the same line; the test of the table asks the
//! list of tests for each row, so that none can be there that nobody asserts.

use snapdeploy::sandbox::Scenario;

use super::place::Place;
use super::plays;

/// What happens to a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Success,
    FailingTasks,
    AlarmInMidShift,
    Superseded,
    StoppedByHand,
    PatienceEnded,
    KilledAndResumed,
    RolledBackDuringBake,
    RolledBackAfter,
}

impl Outcome {
    pub(crate) const ALL: [Outcome; 9] = [
        Outcome::Success,
        Outcome::FailingTasks,
        Outcome::AlarmInMidShift,
        Outcome::Superseded,
        Outcome::StoppedByHand,
        Outcome::PatienceEnded,
        Outcome::KilledAndResumed,
        Outcome::RolledBackDuringBake,
        Outcome::RolledBackAfter,
    ];

    /// Its heading, and what is done.
    pub(crate) fn words(self) -> (&'static str, &'static str) {
        match self {
            Outcome::Success => ("success", "the new image is well"),
            Outcome::FailingTasks => {
                ("failing tasks", "each container of the new image ends at once, with code 3")
            }
            Outcome::AlarmInMidShift => {
                ("alarm in mid-shift", "an alarm of the service fires once the new tasks get traffic")
            }
            Outcome::Superseded => ("superseded", "somebody else deploys another image meanwhile"),
            Outcome::StoppedByHand => {
                ("stopped by hand", "somebody else stops the deployment in AWS, with rollback")
            }
            Outcome::PatienceEnded => {
                ("patience ended", "`--timeout` ends while it goes on; then it succeeds")
            }
            Outcome::KilledAndResumed => {
                ("killed and resumed", "SIGKILL while it is followed; then it succeeds")
            }
            Outcome::RolledBackDuringBake => {
                ("rolled back during bake", "`rollback` from another terminal while it bakes")
            }
            Outcome::RolledBackAfter => ("rolled back after", "`rollback` after its success"),
        }
    }
}

/// One of the images of the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Image {
    /// What ran before.
    Before,
    /// What is deployed with snapdeploy.
    New,
    /// The same, where its containers end at once.
    Failing,
    /// What somebody else deploys.
    Theirs,
}

impl Image {
    pub(crate) const ALL: [Image; 4] = [Image::Before, Image::New, Image::Failing, Image::Theirs];

    pub(crate) fn tag(self) -> &'static str {
        match self {
            Image::Before => "1",
            Image::New => "2",
            Image::Failing => "3",
            Image::Theirs => "4",
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Image::Before => "the old",
            Image::New => "the new",
            Image::Failing => "the failing",
            Image::Theirs => "the other's",
        }
    }
}

/// Whether a run holds the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    Free,
    Held,
}

/// What a process that was killed by SIGKILL ends with, as a shell tells it.
pub(crate) const KILLED: i32 = 137;

/// What is there in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// What all running tasks run, and as many as the service wants.
    pub(crate) tasks: Image,
    /// What the tasks run to which all production traffic goes.
    pub(crate) traffic: Image,
    /// How many deployments AWS goes on with.
    pub(crate) in_flight: usize,
    pub(crate) lock: Lock,
}

/// Returns the end in which nothing is going on and nobody holds the environment.
pub(crate) const fn at_rest(image: Image) -> End {
    End { tasks: image, traffic: image, in_flight: 0, lock: Lock::Free }
}

/// A cell: what is expected of a controller in an outcome.
pub(crate) struct Cell {
    pub(crate) controller: &'static dyn Controller,
    pub(crate) outcome: Outcome,
    /// The commands in the order in which they were begun, with their exit codes.
    pub(crate) commands: &'static [(&'static str, i32)],
    /// What `history` says of the run of `deploy` in the end.
    pub(crate) verdict: &'static str,
    pub(crate) end: End,
    /// What is not as for the others, and why; "" where there is nothing to say.
    pub(crate) note: &'static str,
    /// The test that asserts it.
    pub(crate) test: &'static str,
}

/// A way in which a service is deployed. The service is `web` in the cluster `main` of the account `B`; it wants 2 tasks,
/// runs [`Image::Before`] behind a load balancer, and minds the alarm `errors`.
pub(crate) trait Controller: Sync {
    /// As AWS calls it.
    fn name(&self) -> &'static str;

    /// Adds the service. The images, the roles and the alarm are there.
    fn seed(&self, scenario: &mut Scenario);

    /// Does what the outcome is, and returns what was typed, as in [`Cell::commands`].
    fn play(&self, outcome: Outcome, place: &Place) -> Vec<Told> {
        plays::play(self.name(), outcome, place)
    }
}

/// What a command said.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) command: &'static str,
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Told {
    /// Asserts that these words were told.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) {
        assert!(self.err.contains(words) || self.out.contains(words), "{words}: {self:#?}");
    }
}

impl Cell {
    /// Does it, and asserts that it comes out as expected.
    pub(crate) fn assert(&self) {
        let place = Place::new(self.controller);
        let told = self.controller.play(self.outcome, &place);
        let here = || format!("{} {:?}: {told:#?}", self.controller.name(), self.outcome);
        let commands: Vec<(&str, i32)> = told.iter().map(|t| (t.command, t.code)).collect();
        assert_eq!(commands, self.commands, "{}", here());
        assert_eq!(place.verdict(), self.verdict, "{}", here());
        assert_eq!(place.end(), self.end, "{}", here());
    }
}

/// Makes the cells of a controller (`CELLS`), and a test of each.
///
/// ```text
/// cells! { &CONTROLLER;
///     success: Success, [("deploy", 0)], "succeeded", at_rest(Image::New), "";
/// }
/// ```
macro_rules! cells {
    ($controller:expr; $($name:ident: $outcome:ident, $commands:expr, $verdict:expr, $end:expr, $note:expr;)*) => {
        pub(crate) const CELLS: &[$crate::outcomes::harness::Cell] = &[$(
            $crate::outcomes::harness::Cell {
                controller: $controller,
                outcome: $crate::outcomes::harness::Outcome::$outcome,
                commands: &$commands,
                verdict: $verdict,
                end: $end,
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
