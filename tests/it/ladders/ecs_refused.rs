//! Ladders of services that are refused when the plan is made, with what to write instead.

use super::ecs::{TWO, configure, place};
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
