//! Ladders whose deployment is to be taken back, where what is told to AWS may not have been heard.

use snapdeploy::sandbox::{Fault, FaultKind};

use super::ecs::{TWO, asked, place, say};
use super::ecs_cells::{CANARY, CODE_DEPLOY_CANARY};
use crate::outcomes::harness::Image;
use crate::outcomes::place::Place;

const CONTINUE: &str = "ContinueServiceDeployment";
const STOP: &str = "StopServiceDeployment";
const STOP_SHIFT: &str = "StopDeployment";

/// Lets so many calls go wrong, but for the one with which the first step is begun.
fn fault(place: &Place, operation: &str, kind: FaultKind, times: u64) {
    let nth = if operation == CONTINUE { 2 } else { 1 };
    place.sandbox.fault(Fault { nth, times, ..Fault::next(operation, kind) });
}

fn calls(place: &Place, operation: &str) -> usize {
    place.sandbox.calls().iter().filter(|call| call.operation == operation).count()
}

/// A gate has failed on the first rung, and the bad revision would keep its traffic.
fn fails(place: &Place) {
    say(place, "10", Some(1));
    let deploy = place.deploy(Image::New).end();
    deploy.says("the gate smoke failed: the command ended with 1");
    assert!(!deploy.err.contains("was at its end before it could be stopped"), "{deploy:#?}");
    assert_eq!((deploy.code, asked(place)), (6, vec!["10".to_string()]), "{deploy:#?}");
    assert_eq!(place.end().tasks, Image::Before, "{deploy:#?}");
}

#[test]
fn codedeploy_is_asked_again_to_stop() {
    for kind in [FaultKind::DropBefore, FaultKind::ServerError, FaultKind::DropAfter] {
        let place = place(&CODE_DEPLOY_CANARY, TWO.0);
        fault(&place, STOP_SHIFT, kind.clone(), 1);
        fails(&place);
        let n = calls(&place, STOP_SHIFT);
        // What was heard without an answer may be at its end by the next look.
        assert!(n == 2 || n == 1 && kind == FaultKind::DropAfter, "{n}");
    }
}

#[test]
fn a_pause_that_may_not_have_heard_to_go_back_is_stopped() {
    for kind in [FaultKind::DropBefore, FaultKind::ServerError, FaultKind::DropAfter] {
        let place = place(&CANARY, TWO.0);
        fault(&place, CONTINUE, kind, 1);
        fails(&place);
        assert_eq!((calls(&place, CONTINUE), calls(&place, STOP)), (2, 1));
    }
}

#[test]
fn ecs_is_told_again_to_go_back_where_it_has_heard_neither_call() {
    let place = place(&CANARY, TWO.0);
    fault(&place, CONTINUE, FaultKind::DropBefore, 1);
    fault(&place, STOP, FaultKind::DropBefore, 1);
    fails(&place);
    assert_eq!((calls(&place, CONTINUE), calls(&place, STOP)), (3, 1));
}

#[test]
fn ecs_is_asked_again_to_stop() {
    let place = place(&CANARY, TWO.0);
    fault(&place, CONTINUE, FaultKind::AccessDenied, u64::MAX);
    fault(&place, STOP, FaultKind::DropBefore, 1);
    fails(&place);
    assert_eq!(calls(&place, STOP), 2);
}

/// Not for a gate, but since its tasks keep failing.
#[test]
fn what_cannot_succeed_is_asked_again_to_stop() {
    let place = place(&CODE_DEPLOY_CANARY, TWO.0);
    // Without that it waits for its tasks for an hour.
    place.minute(60_000);
    fault(&place, STOP_SHIFT, FaultKind::DropBefore, 1);
    let deploy = place.deploy(Image::Failing).end();
    deploy.says("the tasks kept failing");
    assert_eq!((deploy.code, calls(&place, STOP_SHIFT)), (6, 2), "{deploy:#?}");
    assert_eq!(place.end().tasks, Image::Before);
}
