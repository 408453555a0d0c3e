//! Gates on demand: what they say now, with nobody deploying.

use super::address::Address;
use super::driver::{Check, Live};
use super::gate::{Asked, Decision, Gate};
use super::means::Means;

/// Which gates are asked where nobody deploys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ask {
    /// Those that do no more than to look.
    #[default]
    Looking,
    /// Commands and functions too.
    All,
}

/// Asks those gates that are about what is in `lives`; with nothing in it, those that are about everything.
pub async fn checks(means: &Means<'_>, ask: Ask, lives: &[Live]) -> Vec<Check> {
    let mut checks = Vec::new();
    for gate in &means.values.gates {
        let asked = ask == Ask::All || gate.only_looks();
        let about: Vec<&Live> =
            lives.iter().filter(|l| gate.is_about(std::iter::once(&l.found.address))).collect();
        // What means nothing but on a ladder is asked there.
        let asked = asked && gate.of_a_shift().is_none();
        // Where nothing runs an image, a gate of images has nothing to say.
        let inspector = means.driver.inspector();
        let runs = |l: &&Live| !inspector.images(&l.found.address, &l.document).is_empty();
        let asked = asked && (!gate.asks_of_images() || about.iter().any(runs));
        if asked && (gate.about.is_empty() || !about.is_empty()) {
            checks.push(check(means, gate, &about).await);
        }
    }
    checks
}

async fn check(means: &Means<'_>, gate: &Gate, about: &[&Live]) -> Check {
    let inspector = means.driver.inspector();
    let mut images: Vec<String> =
        about.iter().flat_map(|l| inspector.images(&l.found.address, &l.document)).collect();
    images.sort();
    images.dedup();
    // Where it is about one thing, its placeholders mean that one.
    let one: Option<Address> = match about {
        [live] => Some(live.found.address.clone()),
        _ => None,
    };
    let answer = inspector.ask(gate, &Asked { address: one, images: Some(images), ..Asked::default() }).await;
    let failed = answer.decision == Decision::Failed;
    // What nobody can tell is told, and calls nobody out of bed: there may be no traffic at night.
    let detail = match answer.decision {
        Decision::Failed => "failed".into(),
        Decision::Inconclusive => format!("nobody can tell: {}", answer.said),
        Decision::Passed | Decision::Skipped => answer.said.clone(),
    };
    let problems = if failed { vec![answer.said] } else { Vec::new() };
    Check { name: format!("gate {}", gate.name), healthy: !failed, detail, problems }
}
