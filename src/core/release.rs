//! A release: documents on their way into an environment.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::address::Address;
use super::document::Document;
use super::drift::{self, OnDrift};
use super::driver::Live;
use super::error::{Error, Result};
use super::finding::{Finding, Weight};
use super::home::{self, Vars};
use super::inventory::{Found, Inventory, Ownership};
use super::means::Means;
use super::package::Package;
use super::pin::Pin;
use super::plan::{Occasion, Plan, Wish, plan};
use super::portable::needs;
use super::run::RunKind;
use super::select::Selection;
use super::snapshot::{Coverage, Snapshot};
use super::survey;

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
            taken_at: package.manifest.taken_at,
            vars: package.manifest.vars.clone(),
        }
    }
}

/// Returns the plan that puts what `select` picks of `source` into the environment; drift blocks it. Reads the
/// environment; writes nothing.
pub async fn plan_deploy(
    means: &Means<'_>,
    environment: &str,
    source: &Source,
    select: &Selection,
) -> Result<Plan> {
    plan_deploy_over(means, environment, source, select, OnDrift::Block).await
}

/// Returns the plan that puts what `select` picks of `source` into the environment, over what drifted there as `on_drift`
/// says. Reads the environment; writes nothing.
pub async fn plan_deploy_over(
    means: &Means<'_>,
    environment: &str,
    source: &Source,
    select: &Selection,
    on_drift: OnDrift,
) -> Result<Plan> {
    if let Some(pattern) = select.idle(source.documents.keys()).first() {
        return Err(Error::not_found(format!("nothing in {} is `{pattern}`", source.label))
            .hint(format!("snapdeploy show {} lists what is there", source.label)));
    }
    let (inventory, gaps) = survey::list(means.driver, means.events).await?;
    let home = source.pin == *means.driver.pin();
    let mut findings = Vec::new();
    let named = |a: &Address| select.patterns().contains(&a.to_string());
    let (picked, left): (Vec<&Address>, Vec<&Address>) = source
        .documents
        .keys()
        .filter(|a| select.picks(a))
        .partition(|a| named(a) || whose(a, source, &inventory) == Ownership::Customer);
    if let Some(first) = left.first() {
        let message = format!("{} of the service's own resources are left as they are", left.len());
        findings.push(
            Finding::new(Weight::Note, None, message).hint(format!("name an address to write it: '{first}'")),
        );
    }
    let (lives, unread) = survey::read(means.driver, &inventory, picked.iter().copied(), means.events).await;
    let all: Vec<_> = gaps.into_iter().chain(unread).collect();
    let needed: BTreeSet<Address> = picked
        .iter()
        .flat_map(|a| needs(&serde_json::Value::Object(source.documents[*a].portable.clone())))
        .collect();
    survey::complete(&all, |a| picked.contains(&a) || needed.contains(a))?;
    let came = home.then_some((&source.vars, &means.values.vars));
    let mut wishes = Vec::new();
    for address in picked {
        let live = lives.get(address);
        findings.extend(source_findings(source, address, home));
        wishes.push(Wish {
            address: address.clone(),
            uid: source.inventory.get(address).map(Found::lasting_uid).unwrap_or_default(),
            from: live.map(|l| l.document.clone()),
            to: Some(desired(&source.documents[address], live, came.as_ref())),
            local_known: home || live.is_some(),
        });
    }
    let occasion = Occasion {
        kind: RunKind::Deploy,
        environment: environment.into(),
        source: source.label.clone(),
        source_digest: source.digest.clone(),
        undoes: None,
    };
    let mut plan = plan(occasion, &wishes, means.driver, &inventory, means.values, findings)?;
    drift::watch(means, source, &wishes, &mut plan, on_drift).await?;
    Ok(plan)
}

/// Returns what `document` is to be in the target: literally itself at home, where it came with the values of then to
/// those of now; elsewhere its portable part with the target's own local part.
fn desired(document: &Document, live: Option<&Live>, came: Option<&(&Vars, &Vars)>) -> Document {
    if let Some((then, now)) = came {
        return Document { unknown: Default::default(), ..home::document(document, then, now) };
    }
    Document {
        portable: document.portable.clone(),
        local: live.map(|l| l.document.local.clone()).unwrap_or_default(),
        ..Document::default()
    }
}

fn whose(address: &Address, source: &Source, target: &Inventory) -> Ownership {
    let of = |i: &Inventory| i.get(address).map(|f| f.ownership).unwrap_or_default();
    match of(target) {
        Ownership::Customer => of(&source.inventory),
        other => other,
    }
}

/// Returns what is known about `address` in the source. An id that nothing had there means nothing elsewhere.
fn source_findings(source: &Source, address: &Address, home: bool) -> Vec<Finding> {
    let own = source.findings.iter().filter(|f| f.address.as_ref() == Some(address)).cloned();
    own.map(|mut f| {
        if f.weight == Weight::Warning && f.dangling && !home {
            f.weight = Weight::Block;
        }
        f
    })
    .filter(|f| f.weight > Weight::Note)
    .collect()
}
