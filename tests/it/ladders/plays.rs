//! What is done in each outcome: typed with snapdeploy.

use super::harness::Outcome;
use super::place::{Place, Told};

/// Does what the outcome is, and returns what was typed.
pub(crate) fn play(outcome: Outcome, place: &Place) -> Vec<Told> {
    let shares = place.platform.shares();
    let share = |i: usize| shares[i].trim_end_matches('%').parse::<f64>().unwrap() / 100.0;
    let stands_on = |i: usize| (place.share() - share(i)).abs() < 1e-9;
    match outcome {
        Outcome::Passes => vec![place.deploy().end()],
        Outcome::FailsOn(i) => {
            let deploy = place.deploy().end();
            deploy.says(&format!(
                "at {} of the traffic of {} the gate shell",
                shares[i],
                place.platform.address()
            ));
            vec![deploy]
        }
        Outcome::Inconclusive => {
            let deploy = place.deploy().end();
            deploy.says("the gate shell is inconclusive");
            assert!(stands_on(0), "it stays where it is: {}", place.share());
            place.touch("known");
            vec![deploy, place.resume().end()]
        }
        Outcome::KilledOn(i) => {
            let number = shares[i].trim_end_matches('%');
            let (at, stay) = (format!("at-{number}"), format!("stay-{number}"));
            place.touch(&stay);
            let deploy = place.deploy();
            place.until("the gate is asked", || place.has(&at));
            let deploy = deploy.kill();
            assert!(stands_on(i), "it stays where it is: {}", place.share());
            let watch = place.start("history watch", &["history", "watch", "--env", "prod"]).end();
            assert_eq!(watch.code, 3, "{watch:#?}");
            [
                "nobody is at work on it",
                "Resume: snapdeploy deploy --resume",
                "Undo: snapdeploy rollback prod",
            ]
            .iter()
            .for_each(|words| watch.says(words));
            place.remove(&stay);
            vec![deploy, place.resume().end()]
        }
        Outcome::StoppedOn(i) => {
            let deploy = place.deploy();
            place.until("it stands on its rung", || stands_on(i));
            let rollback = place.rollback();
            let deploy = deploy.end();
            vec![deploy, rollback.end()]
        }
    }
}
