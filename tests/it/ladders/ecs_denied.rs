//! Ladders whose deployment the role may begin, and neither stop nor tell to go on.

use snapdeploy::sandbox::{Fault, FaultKind};

use super::ecs::{TWO, asked, configuration, place, say};
use super::ecs_cells::{CANARY, CODE_DEPLOY_CANARY};
use crate::outcomes::harness::Image;
use crate::outcomes::place::Place;

/// Denies so many calls, but for those with which the first step is begun.
fn deny(place: &Place, operation: &str, times: u64) {
    let nth = if operation == "ContinueServiceDeployment" { 2 } else { 1 };
    place.sandbox.fault(Fault { nth, times, ..Fault::next(operation, FaultKind::AccessDenied) });
}

fn calls(place: &Place, operation: &str) -> usize {
    place.sandbox.calls().iter().filter(|call| call.operation == operation).count()
}

/// The gate is not asked again and again, nor CodeDeploy: a few times, for a permission that was just given is not seen at
/// once; then it is said what is missing.
#[test]
fn a_stop_that_is_denied_ends_with_what_is_missing() {
    let place = place(&CODE_DEPLOY_CANARY, TWO.0);
    // It is not at its end before that.
    place.minute(60_000);
    say(&place, "10", Some(1));
    deny(&place, "StopDeployment", u64::MAX);
    let deploy = place.deploy(Image::New).end();
    assert_eq!(deploy.code, 7, "{deploy:#?}");
    deploy.says("the gate smoke failed: the command ended with 1");
    deploy.says("not authorized to perform: codedeploy:StopDeployment");
    assert_eq!(asked(&place), ["10"], "{deploy:#?}");
    let n = calls(&place, "StopDeployment");
    assert!((2..=12).contains(&n), "{n}: {deploy:#?}");
}

#[test]
fn a_stop_that_is_denied_for_a_moment_is_asked_for_again() {
    for (platform, operations) in [
        (&CODE_DEPLOY_CANARY, &["StopDeployment"][..]),
        (&CANARY, &["ContinueServiceDeployment", "StopServiceDeployment"]),
    ] {
        let place = place(platform, TWO.0);
        say(&place, "10", Some(1));
        operations.iter().for_each(|operation| deny(&place, operation, 2));
        let deploy = place.deploy(Image::New).end();
        assert_eq!((deploy.code, asked(&place)), (6, vec!["10".to_string()]), "{deploy:#?}");
    }
}

/// It is not left waiting for a day: it cannot succeed, and is undone like whatever cannot.
#[test]
fn a_deployment_that_may_not_be_told_to_go_on_is_undone() {
    let place = place(&CANARY, TWO.0);
    deny(&place, "ContinueServiceDeployment", u64::MAX);
    let deploy = place.deploy(Image::New).end();
    assert_eq!((deploy.code, place.verdict().as_str()), (6, "undone"), "{deploy:#?}");
    deploy.says("not authorized to perform: ecs:ContinueServiceDeployment");
    let n = calls(&place, "ContinueServiceDeployment");
    assert!((2..=6).contains(&n), "{n}: {deploy:#?}");
}

/// A gate has failed, and ECS can neither be told to roll back nor be stopped: it is said, and not asked for ever.
#[test]
fn one_that_can_neither_be_stopped_nor_told_to_go_back_ends_all_the_same() {
    let place = place(&CANARY, TWO.0);
    say(&place, "10", Some(1));
    let operations = ["ContinueServiceDeployment", "StopServiceDeployment"];
    operations.iter().for_each(|operation| deny(&place, operation, u64::MAX));
    let deploy = place.deploy(Image::New).end();
    assert_eq!(deploy.code, 7, "{deploy:#?}");
    deploy.says("the gate smoke failed: the command ended with 1");
    deploy.says("not authorized to perform: ecs:StopServiceDeployment");
    assert_eq!(asked(&place), ["10"], "{deploy:#?}");
    for operation in operations {
        let n = calls(&place, operation);
        assert!((2..=12).contains(&n), "{n} {operation}: {deploy:#?}");
    }
}

/// The stage is in the guide of AWS's and not in its API reference.
#[test]
fn a_pause_that_ecs_does_not_take_leaves_the_service_as_it_was() {
    let place = place(&CANARY, TWO.0);
    let before = configuration(&place);
    place.sandbox.set_switch("ecs_pre_production_stage_taken", "false").unwrap();
    let deploy = place.deploy(Image::New).end();
    assert_ne!(deploy.code, 0, "{deploy:#?}");
    deploy.says("UpdateService");
    deploy.says("PRE_PRODUCTION_TRAFFIC_SHIFT is no lifecycle stage");
    deploy.says("at = \"after\"");
    assert_eq!((asked(&place), configuration(&place)), (Vec::new(), before), "{deploy:#?}");
    assert_eq!(place.end().tasks, Image::Before);
}
