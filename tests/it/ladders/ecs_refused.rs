//! Ladders of services that are refused when the plan is made, with what to write instead.

use super::ecs::{TWO, asked, configure, place};
use super::ecs_at_once::newest_configuration;
use super::ecs_cells as cells;
use crate::outcomes::harness::Image;

#[test]
fn what_ecs_cannot_do_is_refused_with_what_it_can() {
    for (platform, words) in [
        (
            &cells::CANARY,
            &["in two steps, or in equal ones", "\"10% 5m, 100% 1m\"", "\"50% 10m, 100% 1m\""][..],
        ),
        (&cells::ROLLING, &["ROLLING, which shifts no traffic", "\"ecs/service/main/web\" = \"100%\""][..]),
    ] {
        let place = place(platform, "10% 5m, 50% 10m, 100% 1m");
        let deploy = place.deploy(Image::New).end();
        assert!(deploy.code != 0 && place.sandbox.calls().iter().all(|c| c.operation != "UpdateService"));
        for words in words {
            deploy.says(words);
        }
    }
}

/// The last lines of a run that is refused are what to paste.
#[test]
fn what_a_platform_cannot_do_is_refused_with_what_it_can() {
    let place = place(&cells::CODE_DEPLOY_CANARY, TWO.0);
    let service =
        |ladder: &str| format!("\n[environments.prod.rollouts]\n\"ecs/service/main/web\" = \"{ladder}\"\n");
    let gate = "\n[environments.prod.gates.smoke]\ncommand = \"true\"\nat = \"rungs\"\n";
    for (more, words) in [
        (service("10% 5m, 50% 10m, 100% 1m"), vec!["in two steps, or in equal ones", "\"50% 10m, 100% 1m\""]),
        (
            service("10% 5m, 100% 3m"),
            vec!["keeps the old tasks for 2 minutes", "terminationWaitTimeInMinutes"],
        ),
        (service(TWO.0) + gate, vec!["cannot pause", "undecided = \"fail\" or \"pass\""]),
        (
            service(TWO.0) + gate + "undecided = \"fail\"\n",
            vec![
                "may take 75 seconds until they have failed",
                "goes on by itself after `10% 1m`",
                "\"10% 2m, 100% 1m\"",
            ],
        ),
        (
            service("10% 4m, 100% 1m") + gate + "undecided = \"fail\"\nlimit = \"30s\"\ntries = 3\n",
            vec!["on the last rung", "may take 3 minutes", "keeps the old tasks for 2 minutes"],
        ),
    ] {
        configure(&place, &more);
        let deploy = place.deploy(Image::New).end();
        assert!(deploy.code != 0 && place.sandbox.calls().iter().all(|c| c.operation != "CreateDeployment"));
        for words in words {
            deploy.says(words);
        }
    }
}

/// What is not asked needs no time, and pauses nothing: the ladder is climbed.
#[test]
fn a_gate_that_is_skipped_is_no_reason_to_refuse() {
    let place = place(&cells::CODE_DEPLOY_CANARY, TWO.0);
    place.minute(100);
    for (undecided, image) in [("pause", Image::New), ("fail", Image::Theirs)] {
        configure(
            &place,
            &format!(
                "\n[environments.prod.rollouts]\n\"ecs/service/main/web\" = \"{}\"\n\n\
                 [environments.prod.gates.smoke]\ncommand = \"echo {{percent}} >> asked\"\nat = \"rungs\"\n\
                 undecided = \"{undecided}\"\n",
                TWO.0
            ),
        );
        assert_ne!(place.deploy(image).end().code, 0);
        let deploy = place.deploy_with(image, &["--skip-gate", "smoke"]).end();
        assert_eq!((deploy.code, asked(&place)), (0, Vec::new()), "{deploy:#?}");
        assert_eq!(newest_configuration(&place), "Snapdeploy.ECSCanary10Percent1Minutes", "{deploy:#?}");
    }
}

/// CodeDeploy goes on by itself, so that a gate is asked for the last time before a rung is over.
#[test]
fn a_metric_that_is_asked_too_early_is_said_before() {
    let place = place(&cells::CODE_DEPLOY_CANARY, TWO.0);
    let metric = "namespace = \"AWS/Lambda\", name = \"Errors\", dimensions = { FunctionName = \"orders\" }";
    for (ladder, words) in [
        (
            "10% 3m, 100% 4m",
            Some(["may not be able to tell at `10% 3m`:", "hold each rung for 4m or longer"]),
        ),
        ("10% 4m, 100% 4m", None),
    ] {
        configure(
            &place,
            &format!(
                "\n[environments.prod.rollouts]\n\"ecs/service/main/web\" = \"{ladder}\"\n\n\
                 [environments.prod.gates.rate]\nmetric = {{ {metric}, per = \"Invocations\", above = \"5%\", at_least = 3, over = \"2m\" }}\n\
                 at = \"rungs\"\nundecided = \"pass\"\n"
            ),
        );
        // The group keeps the old tasks for a shorter time, which blocks it.
        let plan = place.deploy_with(Image::New, &["--dry-run"]).end();
        plan.says("keeps the old tasks for 2 minutes");
        match words {
            Some(words) => words.iter().for_each(|words| plan.says(words)),
            None => assert!(!format!("{plan:?}").contains("may not be able to tell"), "{plan:#?}"),
        }
    }
}
