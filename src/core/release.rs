//! A release: documents on their way into an environment.

use std::collections::{BTreeMap, BTreeSet};

use super::address::Address;
use super::closure::{Dependencies, close};
use super::digest::Digest;
use super::document::Document;
use super::driver::Live;
use super::error::{Error, Result};
use super::finding::{Finding, Weight};
use super::inventory::{Found, Inventory};
use super::lacking::lacking;
use super::means::Means;
use super::overlay;
use super::package::Package;
use super::picked::{is_ours, pick};
use super::pin::Pin;
use super::place::without;
use super::plan::{Occasion, Plan, Wish, plan};
use super::portable::needs;
use super::promotion::proof;
use super::prune::{Prune, prune};
use super::referrers::concerns_of;
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
    /// The kinds of which it holds everything that was there: what it lacks of them was not there.
    pub whole: BTreeSet<String>,
}

impl Source {
    /// Returns the snapshot as a source.
    pub fn of_snapshot(label: &str, snapshot: &Snapshot) -> Source {
        let mut findings = snapshot.manifest.findings.clone();
        if let Coverage::Before { run, .. } = &snapshot.manifest.coverage {
            findings.push(Finding::new(
                Weight::Note,
                None,
                format!("the source is what was there before the run {run}"),
            ));
        }
        Source {
            label: label.into(),
            digest: snapshot.manifest.id.to_string(),
            pin: snapshot.manifest.pin.clone(),
            inventory: snapshot.inventory(),
            documents: snapshot.documents.clone(),
            findings,
            whole: snapshot.manifest.whole(),
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

/// What a deployment takes in of a release, and how.
#[derive(Clone, Debug, Default)]
pub struct Deployment {
    /// Which documents; all, if it picks everything.
    pub select: Selection,
    /// What becomes of what they refer to.
    pub dependencies: Dependencies,
    /// Whether what the release does not have is taken away.
    pub prune: Prune,
    /// Whether operational values travel too.
    pub operational: Operational,
    /// What the environment in which the release has to have succeeded points at, where there has to be one.
    pub proven_in: Option<Pin>,
}

/// Whether operational values travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Operational {
    /// The target keeps its own.
    #[default]
    Kept,
    /// The target gets the source's.
    Promoted,
}

/// Returns the plan that puts what `deployment` picks of `source` into the environment. Reads the environment; writes
/// nothing.
pub async fn plan_deploy(
    means: &Means<'_>,
    environment: &str,
    source: &Source,
    deployment: &Deployment,
) -> Result<Plan> {
    let (select, values) = (&deployment.select, means.values);
    let (inventory, gaps) = survey::list(means.driver, means.events).await?;
    // What is to be pruned is only in the target.
    let listed: Vec<&Found> = inventory.iter().collect();
    let there = listed.iter().map(|f| &f.address).filter(|_| deployment.prune != Prune::Nothing);
    let known = source.documents.keys().chain(there);
    if let Some(pattern) = select.idle(known).first() {
        return Err(Error::not_found(format!("nothing in {} is `{pattern}`", source.label))
            .hint(format!("snapdeploy show {} lists what is there", source.label)));
    }
    let home = source.pin == *means.driver.pin();
    let way = Way { means, inventory: &inventory, deployment, home };
    let (mut picked, mut findings) = pick(environment, source, &inventory, select, values);
    let wanted = |address: &Address| {
        let document = source.documents.get(address).filter(|_| is_ours(values, address))?;
        Some(way.desired(address, document, None).0)
    };
    let concerned = |of: &Address, document: &Document| concerns_of(means.driver, of, document);
    let closure = close(&picked, deployment.dependencies, Some(&inventory), wanted, concerned);
    picked.extend(closure.added);
    let mut proven_by = None;
    if let (Some(first), false) = (&values.promote_from, home) {
        match proof(means, first, deployment.proven_in.as_ref(), source, &picked).await? {
            Ok(run) => proven_by = Some(run),
            Err(block) => findings.push(block),
        }
    }
    let (lives, unread) = survey::read(means.driver, &inventory, &picked, means.events).await;
    let all: Vec<_> = gaps.into_iter().chain(unread).collect();
    let mut wishes = Vec::new();
    for address in &picked {
        let (document, live) = (&source.documents[address], lives.get(address));
        findings.extend(source_findings(source, address, home));
        if live.is_none() && !home {
            findings.extend(lacking(environment, &values.overlay, means.driver, address, document));
        }
        let (to, said) = way.desired(address, document, live);
        findings.extend(said);
        wishes.push(Wish {
            address: address.clone(),
            uid: source.inventory.get(address).map(Found::lasting_uid).unwrap_or_default(),
            from: live.map(|l| l.document.clone()),
            to: Some(to),
            local_known: home || live.is_some(),
        });
    }
    let needed: BTreeSet<Address> = wishes
        .iter()
        .filter_map(|w| w.to.as_ref())
        .flat_map(|to| needs(&to.portable.clone().into()))
        .collect();
    survey::complete(&all, |a| picked.contains(a) || needed.contains(a))?;
    if !home {
        findings.extend(overlay::idle(&values.overlay, select, |a| source.documents.contains_key(a)));
    }
    if let Prune::Within(cap) = deployment.prune {
        let pruned = prune(means, source, select, cap, &inventory, &wishes).await?;
        wishes.extend(pruned.wishes);
        findings.extend(pruned.findings);
    }
    let occasion = Occasion {
        kind: RunKind::Deploy,
        environment: environment.into(),
        source: source.label.clone(),
        source_digest: source.digest.clone(),
        undoes: None,
    };
    let mut plan = plan(occasion, &wishes, means.driver, &inventory, values, findings)?;
    plan.proven_by = proven_by;
    plan.left_alone = closure.left_alone.into_iter().collect();
    for step in plan.steps.iter_mut().filter(|s| !home && picked.contains(&s.address)) {
        let set = values.overlay.get(&step.address);
        step.overlaid =
            step.members.iter().filter(|m| set.is_some_and(|s| s.contains_key(*m))).cloned().collect();
    }
    Ok(plan)
}

/// The way of documents into an environment.
struct Way<'a> {
    means: &'a Means<'a>,
    inventory: &'a Inventory,
    deployment: &'a Deployment,
    home: bool,
}

impl Way<'_> {
    /// Returns what `document` is to be in the target, where there is `live`, and what is to be said about it:
    /// literally itself at home; elsewhere its portable part with the target's own local part, and then what the
    /// target's overlay says.
    fn desired(
        &self,
        address: &Address,
        document: &Document,
        live: Option<&Live>,
    ) -> (Document, Vec<Finding>) {
        if self.home {
            return (Document { unknown: Default::default(), ..document.clone() }, Vec::new());
        }
        let driver = self.means.driver;
        let mut local = live.map(|l| l.document.local.clone()).unwrap_or_default();
        if self.deployment.operational == Operational::Promoted {
            local = without(&local, &driver.operational(address, &local));
            overlay::merge(&mut local, &driver.operational(address, &document.local));
        }
        let wanted = Document { portable: document.portable.clone(), local, ..Document::default() };
        overlay::overlaid(self.means, self.inventory, address, wanted)
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
