//! Services on ladders, where AWS shows late how far it is, and where a gate answers late.

use super::ecs::{TWO, asked, configure, place, resume, say};
use super::ecs_cells as cells;
use crate::outcomes::harness::Image;

/// What ECS shows of the traffic "may not reflect real time": no gate is left out for that.
#[test]
fn each_rung_is_asked_about_also_where_the_weight_is_shown_late() {
    for lag in ["400", "60000"] {
        let place = place(&cells::CANARY, TWO.0);
        place.sandbox.set_switch("ecs_weight_lag_ms", lag).unwrap();
        let deploy = place.deploy(Image::New).end();
        assert_eq!(
            (deploy.code, asked(&place)),
            (0, TWO.1.iter().map(ToString::to_string).collect()),
            "{deploy:#?}"
        );
    }
}

#[test]
fn who_resumes_asks_on_the_first_rung_also_where_the_weight_is_shown_late() {
    let place = place(&cells::CANARY, TWO.0);
    place.sandbox.set_switch("ecs_weight_lag_ms", "60000").unwrap();
    say(&place, "10", Some(75));
    let deploy = place.deploy(Image::New).end();
    assert_eq!(deploy.code, 3, "{deploy:#?}");
    say(&place, "10", Some(1));
    let resumed = resume(&place).end();
    assert_eq!((resumed.code, asked(&place)), (6, vec!["10".to_string(); 2]), "{resumed:#?}");
}

/// CodeDeploy does not wait for who is asked longer than was said.
#[test]
fn a_verdict_that_comes_after_the_next_shift_counts_all_the_same() {
    let place = place(&cells::CODE_DEPLOY_CANARY, TWO.0);
    let line = "echo {percent} >> asked; test {percent} = 100 || { sleep 2; exit 1; }";
    configure(
        &place,
        &format!(
            "\n[environments.prod.rollouts]\n\"ecs/service/main/web\" = \"{}\"\n\n[environments.prod.gates.smoke]\n\
             command = \"{line}\"\nlimit = \"30s\"\nat = \"rungs\"\nundecided = \"fail\"\n",
            TWO.0
        ),
    );
    place.minute(1500);
    let deploy = place.deploy(Image::New).end();
    assert_eq!(deploy.code, 6, "{deploy:#?}");
    deploy.says("at 10% of the traffic of ecs/service/main/web the gate smoke failed");
    assert_eq!(asked(&place), ["10", "100"], "the traffic had gone on by then: {deploy:#?}");
    assert_eq!(place.end().tasks, Image::Before);
}
