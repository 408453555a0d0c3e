//! An alias of a Lambda function: its ladder is climbed exactly, by snapdeploy itself.

use std::path::Path;

use snapdeploy::sandbox::{Sandbox, Scenario};

use super::harness::{Outcome, Platform, Side, cells};
use super::place::{KILLED, Place};
use super::table;
use crate::world::{B, REGION, scenario};

struct Alias;

impl Platform for Alias {
    fn name(&self) -> &'static str {
        "Lambda alias"
    }

    fn shares(&self) -> &'static [&'static str] {
        &["10%", "50%", "100%"]
    }

    fn address(&self) -> &'static str {
        "lambda/function/orders"
    }

    fn scenario(&self) -> Scenario {
        let mut scenario = scenario();
        let seed = scenario.account(B).function(REGION, "orders");
        seed.files(&[("index.js", b"old")]).publish().alias("live", "1");
        scenario
    }

    fn artifact(&self, directory: &Path) -> String {
        let folder = directory.join("build");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("index.js"), "new").unwrap();
        format!("{}={}", self.address(), folder.display())
    }

    fn share(&self, sandbox: &Sandbox) -> f64 {
        let arn = format!("arn:aws:lambda:{REGION}:{B}:function:orders");
        let alias = sandbox.state()[B]["lambda"]["functions"][arn]["aliases"]["live"].clone();
        match alias["version"].as_str() {
            Some("1") => alias["weights"]["2"].as_f64().unwrap_or_default(),
            _ => 1.0,
        }
    }
}

cells! { &Alias;
    passes: Outcome::Passes, [("deploy", 0)], "succeeded", ["10%", "50%", "100%"], Side::New, "";
    fails_on_the_first: Outcome::FailsOn(0), [("deploy", 6)], "undone", ["10%"], Side::Old, "";
    fails_on_the_second: Outcome::FailsOn(1), [("deploy", 6)], "undone", ["10%", "50%"], Side::Old, "";
    fails_on_the_last: Outcome::FailsOn(2), [("deploy", 6)], "undone", ["10%", "50%", "100%"], Side::Old, "";
    inconclusive: Outcome::Inconclusive, [("deploy", 3), ("deploy --resume", 0)], "succeeded",
        ["10%", "50%", "100%"], Side::New, "the alias stays at 10% until somebody decides";
    killed_on_the_first: Outcome::KilledOn(0), [("deploy", KILLED), ("deploy --resume", 0)], "succeeded",
        ["10%", "50%", "100%"], Side::New, "";
    killed_on_the_second: Outcome::KilledOn(1), [("deploy", KILLED), ("deploy --resume", 0)], "succeeded",
        ["10%", "50%", "100%"], Side::New, "";
    killed_on_the_last: Outcome::KilledOn(2), [("deploy", KILLED), ("deploy --resume", 0)], "succeeded",
        ["10%", "50%", "100%"], Side::New, "";
    stopped_on_the_first: Outcome::StoppedOn(0), [("deploy", 3), ("rollback", 0)], "undone", ["10%"], Side::Old,
        "one UpdateAlias, with an empty set of shares";
    stopped_on_the_second: Outcome::StoppedOn(1), [("deploy", 3), ("rollback", 0)], "undone", ["10%", "50%"],
        Side::Old, "";
}

/// What was planned with a ladder is not left alone on it, and is said to have one where that is not climbed.
#[test]
fn a_saved_plan_has_its_ladder_whatever_it_is_performed_with() {
    let place = Place::new(&Alias, Outcome::FailsOn(0));
    assert_eq!(place.plan().end().code, 0);
    let perform = ["deploy", "--plan", "p.json", "--yes"];
    let alone = place.start("alone", &[&perform[..], &["--no-wait"]].concat()).end();
    assert_eq!(alone.code, 2, "{alone:#?}");
    alone.says("is shifted step by step from here");
    assert_eq!(place.share(), 0.0, "nothing was begun");
    let at_once = place.start("at once", &[&perform[..], &["--all-at-once"]].concat()).end();
    assert_eq!(at_once.code, 0, "no gate is asked: {at_once:#?}");
    at_once.says("has the ladder 10% 10s, 50% 10s, 100% 10s in this plan");
    assert_eq!(place.share(), 1.0);
}

#[test]
fn the_table_in_docs_is_that_of_the_tests() {
    table::kept("lambda", "Ladders of Lambda aliases", CELLS);
}
