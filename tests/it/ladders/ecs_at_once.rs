//! `--all-at-once` on services that ECS deploys: for one deployment, and no longer.

use serde_json::{Value, json};
use snapdeploy::sandbox::{Fault, FaultKind};

use super::ecs::{TWO, asked, configuration, configure, place, resume};
use super::ecs_cells::{CANARY, CODE_DEPLOY_CANARY};
use crate::outcomes::harness::Image;
use crate::outcomes::place::{Place, Running};

/// Returns a place where the service has been deployed on its ladder, and how it is configured since.
fn climbed() -> (Place, Value) {
    let place = place(&CANARY, TWO.0);
    place.minute(1);
    let deploy = place.deploy(Image::New).end();
    assert_eq!(deploy.code, 0, "{deploy:#?}");
    let own = configuration(&place);
    assert_eq!(
        (&own["strategy"], own["lifecycleHooks"].as_array().map_or(0, Vec::len)),
        (&json!("CANARY"), 1)
    );
    (place, own)
}

/// Returns how many of the calls are an UpdateService.
fn updates(place: &Place) -> usize {
    place.sandbox.calls().iter().filter(|call| call.operation == "UpdateService").count()
}

/// Returns with which configuration of CodeDeploy the newest deployment was begun.
pub(super) fn newest_configuration(place: &Place) -> String {
    let ask = |operation: &str, body: Value| {
        place.call("codedeploy", &format!("CodeDeploy_20141006.{operation}"), body)
    };
    let created = |info: &Value| info["createTime"].as_f64().unwrap();
    let all = ask("ListDeployments", json!({}))["deployments"].take();
    let ids = all.as_array().unwrap().iter();
    let mut infos: Vec<Value> =
        ids.map(|id| ask("GetDeployment", json!({ "deploymentId": id }))["deploymentInfo"].take()).collect();
    infos.sort_by(|one, other| created(one).total_cmp(&created(other)));
    infos.pop().unwrap()["deploymentConfigName"].as_str().unwrap().to_string()
}

/// Returns how many service deployments there have been.
fn deployments(place: &Place) -> usize {
    let all = place.ecs("ListServiceDeployments", json!({"cluster": "main", "service": "web"}));
    all["serviceDeployments"].as_array().unwrap().len()
}

#[test]
fn it_is_for_this_deployment_alone() {
    let (place, own) = climbed();
    let before = deployments(&place);
    let deploy = place.deploy_with(Image::Theirs, &["--all-at-once"]).end();
    assert_eq!((deploy.code, updates(&place)), (0, 2), "{deploy:#?}");
    assert_eq!(deployments(&place), before + 1, "{deploy:#?}");
    assert_eq!(place.described()["deploymentConfiguration"]["strategy"], "BLUE_GREEN");
    assert_eq!((configuration(&place), place.end().tasks), (own.clone(), Image::Theirs));
    assert_eq!(asked(&place), TWO.1, "it was not asked again");
    let rollback = place.rollback().end();
    assert_eq!((rollback.code, configuration(&place)), (0, own), "{rollback:#?}");
    assert_eq!(
        (asked(&place), place.end().tasks),
        (TWO.1.iter().map(ToString::to_string).collect(), Image::New)
    );
}

/// The owner's own strategy, where no ladder is configured.
#[test]
fn what_its_owner_has_configured_stays() {
    let place = place(&CANARY, TWO.0);
    configure(&place, "");
    let mut own = configuration(&place);
    own["strategy"] = json!("CANARY");
    own["canaryConfiguration"] = json!({ "canaryPercent": 20.0, "canaryBakeTimeInMinutes": 600 });
    own["bakeTimeInMinutes"] = json!(30);
    place
        .ecs("UpdateService", json!({ "cluster": "main", "service": "web", "deploymentConfiguration": own }));
    let own = configuration(&place);
    place.minute(60_000);
    let deploy = place.deploy_with(Image::New, &["--all-at-once"]).end();
    assert_eq!((deploy.code, configuration(&place)), (0, own), "{deploy:#?}");
    assert_eq!(place.end().tasks, Image::New);
}

fn restart(place: &Place) -> Running {
    let restart = ["deploy", "--to", "prod", "--restart", "ecs/service/main/web", "--all-at-once", "--yes"];
    place.start("deploy --restart", &restart)
}

/// Begins such a deployment, and kills it between its two calls: the second is never heard.
fn killed(place: &Place) {
    killed_in(place, || place.deploy_with(Image::Theirs, &["--all-at-once"]));
}

/// The same, of what `begin` begins.
fn killed_in(place: &Place, begin: impl Fn() -> Running) {
    place.sandbox.clear_calls();
    let deploy = begin();
    place.until("the first call is made", || updates(place) == 1);
    place.sandbox.fault(Fault { times: u64::MAX, ..Fault::next("UpdateService", FaultKind::DropBefore) });
    place.until("the second call is sent", || updates(place) > 1);
    deploy.kill();
    place.sandbox.clear_faults();
    assert_eq!(configuration(place)["strategy"], "BLUE_GREEN");
    place.sandbox.clear_calls();
}

#[test]
fn who_resumes_puts_the_configuration_back() {
    let (place, own) = climbed();
    killed(&place);
    let resumed = resume(&place).end();
    assert_eq!((resumed.code, configuration(&place)), (0, own), "{resumed:#?}");
    assert_eq!(place.end().tasks, Image::Theirs);
}

#[test]
fn who_rolls_back_puts_the_configuration_back() {
    let (place, own) = climbed();
    killed(&place);
    let rollback = place.rollback().end();
    assert_eq!((rollback.code, configuration(&place)), (0, own), "{rollback:#?}");
    assert_eq!(place.end().tasks, Image::New);
}

/// One that fails is undone with what it has configured.
#[test]
fn one_that_fails_leaves_the_configuration_as_it_was() {
    let (place, own) = climbed();
    let deploy = place.deploy_with(Image::Failing, &["--all-at-once"]).end();
    assert_eq!((deploy.code, configuration(&place)), (6, own), "{deploy:#?}");
    assert_eq!(place.end().tasks, Image::New);
}

#[test]
fn a_restart_is_at_once_too_and_leaves_the_configuration_as_it_was() {
    let (place, own) = climbed();
    let restarted = restart(&place).end();
    assert_eq!((restarted.code, configuration(&place)), (0, own), "{restarted:#?}");
    assert_eq!(place.described()["deploymentConfiguration"]["strategy"], "BLUE_GREEN");
    assert_eq!((asked(&place).len(), place.end().tasks), (TWO.1.len(), Image::New));
}

#[test]
fn the_configuration_is_put_back_also_after_a_restart_that_was_killed() {
    for on in [resume as fn(&Place) -> Running, Place::rollback] {
        let (place, own) = climbed();
        killed_in(&place, || restart(&place));
        let ended = on(&place).end();
        assert_eq!((ended.code, configuration(&place)), (0, own), "{ended:#?}");
        assert_eq!(place.end().tasks, Image::New);
    }
}

/// Somebody stops it in AWS, which is a failure like any other.
#[test]
fn a_restart_that_fails_leaves_the_configuration_as_it_was() {
    let (place, own) = climbed();
    place.sandbox.clear_calls();
    place.hold(true);
    let restarting = restart(&place);
    place.until_followed("DescribeServiceDeployments");
    assert_eq!(configuration(&place)["strategy"], "BLUE_GREEN");
    let arn = place.newest()["serviceDeploymentArn"].clone();
    place.ecs("StopServiceDeployment", json!({"serviceDeploymentArn": arn, "stopType": "ROLLBACK"}));
    place.hold(false);
    let restarted = restarting.end();
    assert_eq!((restarted.code, configuration(&place)), (6, own), "{restarted:#?}");
    assert_eq!(place.end().tasks, Image::New);
}

/// The second call is no mere tidying: without it the service would never climb again.
#[test]
fn a_restart_that_may_not_put_the_configuration_back_is_no_success() {
    let (place, own) = climbed();
    place.sandbox.fault(Fault { nth: 2, times: 1, ..Fault::next("UpdateService", FaultKind::AccessDenied) });
    let restarted = restart(&place).end();
    assert_ne!(restarted.code, 0, "{restarted:#?}");
    restarted.says("not authorized to perform: ecs:UpdateService");
    assert_eq!(configuration(&place), own, "{restarted:#?}");
}

#[test]
fn a_restart_by_codedeploy_is_at_once_or_on_its_ladder() {
    let place = super::ecs::place(&CODE_DEPLOY_CANARY, TWO.0);
    let restart = ["deploy", "--to", "prod", "--restart", "ecs/service/main/web", "--yes"];
    for (more, used, rungs) in [
        (&["--all-at-once"][..], "CodeDeployDefault.ECSAllAtOnce", &[][..]),
        (&[], "Snapdeploy.ECSCanary10Percent1Minutes", TWO.1),
    ] {
        let restarted = place.start("deploy --restart", &[&restart[..], more].concat()).end();
        assert_eq!(
            (restarted.code, asked(&place)),
            (0, rungs.iter().map(ToString::to_string).collect()),
            "{restarted:#?}"
        );
        assert_eq!(newest_configuration(&place), used, "{restarted:#?}");
    }
}
