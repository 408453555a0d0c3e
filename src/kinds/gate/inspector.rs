//! Who asks the gates of an environment.

use async_trait::async_trait;

use super::command::{self, Ends};
use super::texts::Texts;
use crate::aws::Account;
use crate::core::finding::Finding;
use crate::core::gate::{Answer, Asked, Decision, Gate, Inspector, Probe};

/// Asks gates in one account and region.
pub struct Gatekeeper {
    /// What asks AWS.
    pub account: Account,
    /// What the configuration calls it.
    pub environment: String,
}

#[async_trait]
impl Inspector for Gatekeeper {
    async fn ask(&self, gate: &Gate, of: &Asked) -> Answer {
        let texts = Texts::new(of, &self.environment);
        match &gate.probe {
            Probe::Command { line, pass, undecided, limit } => {
                command::ask(line, &Ends { pass, undecided, limit: *limit }, &texts).await
            }
            _ => Answer::new(Decision::Inconclusive, "nobody asks this here"),
        }
    }

    async fn foresee(&self, _gate: &Gate) -> Vec<Finding> {
        Vec::new()
    }
}
