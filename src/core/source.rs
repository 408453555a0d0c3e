//! A source: documents on their way into an environment, and what is known of where they come from.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::address::Address;
use super::digest::Digest;
use super::document::Document;
use super::finding::{Finding, Weight};
use super::home::Vars;
use super::inventory::Inventory;
use super::package::Package;
use super::pin::Pin;
use super::snapshot::{Coverage, Snapshot};

/// Where documents come from: a snapshot or a package.
#[derive(Clone, Debug)]
pub struct Source {
    /// As the user named it.
    pub label: String,
    /// The package's digest or the snapshot's id.
    pub digest: String,
    /// The pin that the documents come from.
    pub pin: Pin,
    /// Everything that was there.
    pub inventory: Inventory,
    /// The documents.
    pub documents: BTreeMap<Address, Document>,
    /// What a person ought to know about them.
    pub findings: Vec<Finding>,
    /// The kinds of which it holds everything that was there: what it lacks of them was not there.
    pub whole: BTreeSet<String>,
    /// When they were taken.
    pub taken_at: Timestamp,
    /// The values that the environment had then.
    pub vars: Vars,
}

impl Source {
    /// Returns the snapshot as a source.
    pub fn of_snapshot(label: &str, snapshot: &Snapshot) -> Source {
        let mut findings = snapshot.manifest.findings.clone();
        let said = match &snapshot.manifest.coverage {
            Coverage::Before { run, .. } => {
                Some(format!("the source is what was there before the run {run}"))
            }
            Coverage::After { run, .. } => Some(format!("the source is what the run {run} left")),
            _ => None,
        };
        findings.extend(said.map(|said| Finding::new(Weight::Note, None, said)));
        Source {
            label: label.into(),
            digest: snapshot.manifest.id.to_string(),
            pin: snapshot.manifest.pin.clone(),
            inventory: snapshot.inventory(),
            documents: snapshot.documents.clone(),
            findings,
            whole: snapshot.manifest.whole(),
            taken_at: snapshot.manifest.taken_at,
            vars: snapshot.manifest.vars.clone(),
        }
    }

    /// Returns the package, whose digest is `digest`, as a source.
    pub fn of_package(label: &str, digest: &str, package: &Package) -> Source {
        Source {
            label: label.into(),
            digest: digest.into(),
            pin: package.manifest.pin.clone(),
            inventory: package.inventory(),
            documents: package.documents.clone(),
            findings: package.manifest.findings.clone(),
            whole: package.manifest.whole.clone(),
            taken_at: package.manifest.taken_at,
            vars: package.manifest.vars.clone(),
        }
    }

    /// Returns a name that means exactly this, now and later.
    pub fn exact_name(&self) -> String {
        match (self.digest.parse::<Digest>(), self.label.split_once('@')) {
            (Err(_), Some((environment, _))) => format!("{environment}@{}", self.digest),
            _ => self.digest.clone(),
        }
    }
}
