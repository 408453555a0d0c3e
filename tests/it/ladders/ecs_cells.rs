//! The cells of `docs/ladders/ecs.md`: what is expected of each platform.

use super::ecs::{Cell, FOUR, Happens, Platform, TWO};
use crate::outcomes::harness::{Image, KILLED, at_rest};

const fn platform(
    name: &'static str,
    (ladder, shares): (&'static str, &'static [&'static str]),
    undecided: &'static str,
) -> Platform {
    Platform { name, ladder, shares, undecided }
}

pub(super) const CANARY: Platform = platform("CANARY", TWO, "pause");
pub(super) const ROLLING: Platform = platform("ROLLING", TWO, "pause");
pub(super) const LINEAR: Platform = platform("LINEAR", FOUR, "pause");
pub(super) const CODE_DEPLOY_CANARY: Platform = platform("CODE_DEPLOY canary", TWO, "fail");
const CODE_DEPLOY_LINEAR: Platform = platform("CODE_DEPLOY linear", FOUR, "fail");

macro_rules! cells {
    ($($name:ident: $platform:ident, $happens:expr, $commands:expr, $verdict:expr, $image:ident, $note:expr;)*) => {
        pub(super) const CELLS: &[Cell] = &[$(
            Cell {
                platform: &$platform, happens: $happens, commands: &$commands, verdict: $verdict,
                end: at_rest(Image::$image), note: $note,
            },
        )*];

        $(
            #[test]
            fn $name() {
                let is_it = |c: &&Cell| c.platform.name == $platform.name && c.happens == $happens;
                CELLS.iter().find(is_it).unwrap().assert();
            }
        )*
    };
}

const UNDONE: [(&str, i32); 2] = [("deploy", 8), ("rollback", 0)];
const TWICE: [(&str, i32); 3] = [("deploy", KILLED), ("deploy --resume", KILLED), ("deploy --resume", 0)];
const FOUR_TIMES: [(&str, i32); 5] = [
    ("deploy", KILLED),
    ("deploy --resume", KILLED),
    ("deploy --resume", KILLED),
    ("deploy --resume", KILLED),
    ("deploy --resume", 0),
];
const STAYS: &str = "ECS waits at the rung for 24 hours, and then rolls back by itself";
const CANNOT: &str = "CodeDeploy cannot pause: `undecided = \"fail\"` is asked for when the plan is made";

cells! {
    canary_passes: CANARY, Happens::Passes, [("deploy", 0)], "succeeded", New, "";
    canary_fails_at_10: CANARY, Happens::Fails(0), [("deploy", 6)], "undone", Before, "";
    canary_fails_at_100: CANARY, Happens::Fails(1), [("deploy", 6)], "undone", Before, "";
    canary_inconclusive: CANARY, Happens::Inconclusive, [("deploy", 3), ("deploy --resume", 0)], "succeeded", New, STAYS;
    canary_killed: CANARY, Happens::KilledAtEach, TWICE, "succeeded", New, "";
    canary_stopped: CANARY, Happens::Stopped, UNDONE, "undone", Before, "";
    linear_passes: LINEAR, Happens::Passes, [("deploy", 0)], "succeeded", New, "";
    linear_fails_at_25: LINEAR, Happens::Fails(0), [("deploy", 6)], "undone", Before, "";
    linear_fails_at_50: LINEAR, Happens::Fails(1), [("deploy", 6)], "undone", Before, "";
    linear_fails_at_75: LINEAR, Happens::Fails(2), [("deploy", 6)], "undone", Before, "";
    linear_fails_at_100: LINEAR, Happens::Fails(3), [("deploy", 6)], "undone", Before, "";
    linear_inconclusive: LINEAR, Happens::Inconclusive, [("deploy", 3), ("deploy --resume", 0)], "succeeded", New, STAYS;
    linear_killed: LINEAR, Happens::KilledAtEach, FOUR_TIMES, "succeeded", New, "";
    linear_stopped: LINEAR, Happens::Stopped, UNDONE, "undone", Before, "";
    code_deploy_canary_passes: CODE_DEPLOY_CANARY, Happens::Passes, [("deploy", 0)], "succeeded", New,
        "the last rung is a part of the time for which CodeDeploy keeps the old tasks";
    code_deploy_canary_fails_at_10: CODE_DEPLOY_CANARY, Happens::Fails(0), [("deploy", 6)], "rolled_back", Before, "";
    code_deploy_canary_fails_at_100: CODE_DEPLOY_CANARY, Happens::Fails(1), [("deploy", 6)], "rolled_back", Before, "";
    code_deploy_canary_fails_late: CODE_DEPLOY_CANARY, Happens::FailsLate, [("deploy", 6)], "undone", Before,
        "CodeDeploy lets what runs come to its end: the deployment has succeeded, and what was there before is deployed again";
    code_deploy_canary_inconclusive: CODE_DEPLOY_CANARY, Happens::Inconclusive, [("deploy", 6)], "rolled_back", Before, CANNOT;
    code_deploy_canary_killed: CODE_DEPLOY_CANARY, Happens::KilledAtEach, TWICE, "succeeded", New,
        "CodeDeploy goes on meanwhile: what nobody asked in time is asked at the rung where it is found";
    code_deploy_canary_stopped: CODE_DEPLOY_CANARY, Happens::Stopped, UNDONE, "undone", Before, "";
    code_deploy_linear_passes: CODE_DEPLOY_LINEAR, Happens::Passes, [("deploy", 0)], "succeeded", New, "";
    code_deploy_linear_fails_at_25: CODE_DEPLOY_LINEAR, Happens::Fails(0), [("deploy", 6)], "rolled_back", Before, "";
    code_deploy_linear_fails_at_50: CODE_DEPLOY_LINEAR, Happens::Fails(1), [("deploy", 6)], "rolled_back", Before, "";
    code_deploy_linear_fails_at_75: CODE_DEPLOY_LINEAR, Happens::Fails(2), [("deploy", 6)], "rolled_back", Before, "";
    code_deploy_linear_fails_at_100: CODE_DEPLOY_LINEAR, Happens::Fails(3), [("deploy", 6)], "rolled_back", Before, "";
    code_deploy_linear_inconclusive: CODE_DEPLOY_LINEAR, Happens::Inconclusive, [("deploy", 6)], "rolled_back", Before, CANNOT;
    code_deploy_linear_killed: CODE_DEPLOY_LINEAR, Happens::KilledAtEach, FOUR_TIMES, "succeeded", New, "";
    code_deploy_linear_stopped: CODE_DEPLOY_LINEAR, Happens::Stopped, UNDONE, "undone", Before, "";
}
