//! Who asks the gates of an environment.

use async_trait::async_trait;

use super::command::{self, Ends};
use super::http::{self, Web};
use super::invoke::{self, Invocation};
use super::metric::{self, Measure};
use super::texts::Texts;
use super::{alarm, metric_there, scan};
use crate::aws::Account;
use crate::core::document::Document;
use crate::core::finding::Finding;
use crate::core::gate::{Answer, Asked, Gate, Inspector, Probe};
use crate::core::{Address, Pin};
use crate::kinds::ecs::{here, images_of};
use crate::kinds::lambda::images;

/// Asks gates in one account and region.
pub struct Gatekeeper {
    /// What asks AWS.
    pub account: Account,
    /// What the configuration calls it.
    pub environment: String,
}

/// Returns what the probe measures, if it is a metric.
fn measure(probe: &Probe) -> Option<Measure<'_>> {
    let Probe::Metric { of, per, above, below, at_least, over } = probe else { return None };
    Some(Measure { of, per: per.as_ref(), above: *above, below: *below, at_least: *at_least, over: *over })
}

#[async_trait]
impl Inspector for Gatekeeper {
    async fn ask(&self, gate: &Gate, of: &Asked) -> Answer {
        let texts = Texts::new(of, &self.environment);
        if let Some(measure) = measure(&gate.probe) {
            return metric::ask(&self.account, &measure, of.since, &texts).await;
        }
        match &gate.probe {
            Probe::Command { line, pass, undecided, limit } => {
                command::ask(line, &Ends { pass, undecided, limit: *limit }, &texts).await
            }
            Probe::Http { url, method, status, send, send_from, headers, contains, within } => {
                let (contains, within) = (contains.as_deref(), *within);
                http::ask(&Web { url, method, status, send, send_from, headers, contains, within }, &texts)
                    .await
            }
            Probe::Invoke { function, payload, expects, limit } => {
                let invocation = Invocation { function, payload, expects, limit: *limit };
                invoke::ask(&self.account, &invocation, &texts).await
            }
            Probe::Alarms { names } => {
                let names: Vec<String> = names.iter().map(|name| texts.fill(name)).collect();
                alarm::ask(&self.account, &names).await
            }
            Probe::Scan { worst } => {
                scan::ask(&self.account, of.images.as_deref().unwrap_or_default(), worst).await
            }
            Probe::Metric { .. } => {
                Answer::new(crate::core::gate::Decision::Inconclusive, "it measures nothing")
            }
        }
    }

    fn images(&self, address: &Address, document: &Document) -> Vec<String> {
        let pin = Pin::services(self.account.account.clone(), self.account.region.clone());
        match address.kind() {
            "ecs/service" => images_of(document, &pin),
            "lambda/function" => images(document).iter().map(|image| here(image, &pin)).collect(),
            _ => Vec::new(),
        }
    }

    async fn foresee(&self, gate: &Gate) -> Vec<Finding> {
        if let Some(measure) = measure(&gate.probe) {
            return metric_there::foresee(&self.account, gate, &measure).await;
        }
        match &gate.probe {
            Probe::Http { send_from, .. } => http::foresee(gate, send_from),
            Probe::Alarms { names } => {
                // What depends on what is shifted can be looked for only then.
                let known: Vec<String> = names.iter().filter(|name| !name.contains('{')).cloned().collect();
                match known.is_empty() {
                    true => Vec::new(),
                    false => alarm::foresee(&self.account, gate, &known).await,
                }
            }
            Probe::Invoke { function, .. } => invoke::foresee(&self.account, gate, function).await,
            Probe::Command { .. } | Probe::Scan { .. } | Probe::Metric { .. } => Vec::new(),
        }
    }
}
