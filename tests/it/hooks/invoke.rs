//! A function as a hook: its answer, its failure, and an answer that does not come.

use serde_json::json;
use snapdeploy::sandbox::{Fault, FaultKind, Handling};

use super::place::{Place, told};
use crate::world::{B, REGION};

const SMOKE: &str = "[hooks.smoke]\nmigrates = true\ninvoke = { function = \"smoke:live\" }";

fn place(at: &str, more: &str) -> Place {
    Place::new(&format!("{SMOKE}\nat = \"{at}\"\n{more}"))
}

fn handle(place: &Place, handling: Handling) {
    place.sandbox.set_handling((B, REGION), ("smoke", "1"), handling).unwrap();
}

#[test]
fn one_that_answers_is_told_with_its_log() {
    let place = place("after_deploy", "");
    let (payload, log) = (Some(json!({ "smoke": "none" })), vec!["all doors are closed".to_string()]);
    handle(&place, Handling { payload, log, ..Handling::default() });
    told(&place.deploy("2", &[]), 0, &["Hooks after: smoke"]);
    let audit = place.audit();
    assert!(
        audit.contains(r#"answered {"smoke":"none"}"#) && audit.contains("all doors are closed"),
        "{audit}"
    );
    assert_eq!(place.invoked(), 1);
}

#[test]
fn one_that_fails_is_a_failure_of_the_run() {
    let place = place("after_deploy", "");
    let before = place.runs();
    let log = vec!["no amqp://app:hun/ter2@mq here".to_string()];
    handle(&place, Handling { errors: 1.0, log, ..Handling::default() });
    let words = ["the hook smoke failed: smoke:live failed (Unhandled)", "an error of the sandbox's making"];
    told(&place.deploy("2", &[]), 6, &words);
    assert_eq!((place.runs(), place.invoked()), (before, 1));
    let audit = place.shell.run(&["history", "--env", "prod", "--output", "json"]).out;
    assert!(!audit.contains("ter2"), "{audit}");
}

#[test]
fn without_an_answer_nobody_knows_and_it_is_not_run_again() {
    for (at, fault, more, why) in [
        ("before_deploy", FaultKind::DropAfter, "", "gave no clear answer, and may have run"),
        (
            "after_deploy",
            FaultKind::Slow { ms: 1500 },
            "limit = \"30s\"",
            "did not answer within its limit of 30s",
        ),
    ] {
        let place = place(at, more);
        let before = place.runs();
        place.sandbox.fault(Fault::next("Invoke", fault));
        told(
            &place.deploy("2", &[]),
            3,
            &["nobody knows how the hook smoke ended", why, "--repeat-hook smoke"],
        );
        assert_eq!(place.runs() == before, at == "before_deploy", "nothing is put back while it may go on");
        told(&place.resume(&[]), 3, &["nobody knows how the hook smoke ended", "--skip-hook smoke"]);
        // A call that nobody waits for any more may not have come to be counted.
        let once = place.invoked();
        assert!(once <= 1, "{at}: {once}");
        told(&place.resume(&["--repeat-hook", "smoke"]), 0, &[]);
        assert_eq!(place.invoked(), once + 1, "{at}");
        assert_ne!(place.runs(), before);
    }
}
