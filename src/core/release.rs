//! A release: documents on their way into an environment.

use std::collections::{BTreeMap, BTreeSet};

use super::address::Address;
use super::bring::{bring, traces};
use super::closure::{Closure, Dependencies, close};
use super::document::Document;
use super::drift::{self, OnDrift};
use super::driver::{Driver, Gap, Live};
use super::error::{Error, Result};
use super::finding::{Finding, Weight};
use super::foreseen;
use super::given::{self, Givens};
use super::hold;
use super::home;
use super::hooking;
use super::inventory::{Found, Inventory};
use super::irreversible;
use super::lacking::lacking;
use super::ladders;
use super::loss;
use super::means::{Glass, Means, Values};
use super::overlay;
use super::picked::{is_ours, pick};
use super::pin::Pin;
use super::place::without;
use super::plan::{Occasion, Plan, Wish, plan};
use super::portable::needs;
use super::preflight;
use super::promotion;
use super::proof;
use super::prune::{Prune, prune};
use super::reach::reach;
use super::referrers::concerns_of;
use super::renames::{self, Said, relabel};
use super::repoint::repoint;
use super::run::RunKind;
use super::secret_paths::drop_orphans;
use super::select::Selection;
pub use super::source::Source;
use super::survey;

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
    /// What is done about what somebody has changed there since.
    pub drift: OnDrift,
    /// What a person says of names.
    pub said: Said,
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
    let (select, home) = (&deployment.select, source.pin == *means.driver.pin());
    // A restore into the same pin is literal: no overlay says anything.
    let wanted = source
        .documents
        .keys()
        .filter(|a| !home && (select.picks(a) || deployment.dependencies != Dependencies::Left));
    let (parameters, absent) = given::read(means, wanted).await?;
    let values = Values { parameters, ..means.values.clone() };
    let means = &Means { values: &values, ..means.clone() };
    let values = &values;
    let (inventory, gaps) = survey::list(means.driver, means.events).await?;
    // What is to be pruned is only in the target.
    let listed: Vec<&Found> = inventory.iter().collect();
    let there = listed.iter().map(|f| &f.address).filter(|_| deployment.prune != Prune::Nothing);
    let known = source.documents.keys().chain(there);
    if let Some(pattern) = select.idle(known).first() {
        return Err(Error::not_found(format!("nothing in {} is `{pattern}`", source.label))
            .hint(format!("snapdeploy show {} lists what is there", source.label)));
    }
    let (mut picked, mut findings) = pick(environment, source, &inventory, select, values);
    findings.extend(never_made(environment, means.driver, select, &mut picked, &inventory));
    let near = Way { means, inventory: &inventory, source, deployment, home }.closure(&picked);
    let all: BTreeSet<Address> = picked.union(&near.added).cloned().collect();
    let renames = renames::find(means, source, &all, &inventory, &deployment.said).await?;
    findings.extend(renames.findings);
    let inventory = relabel(inventory, &renames.now);
    let way = Way { means, inventory: &inventory, source, deployment, home };
    let closure = way.closure(&picked);
    picked.extend(closure.added);
    let mut proven_by = None;
    if let (Some(first), false) = (&values.promote_from, home) {
        match promotion::proof(means, first, deployment.proven_in.as_ref(), source, &picked).await? {
            Ok(run) => proven_by = Some(run),
            Err(_) if means.waivers.glass == Glass::Broken => {
                let message = format!(
                    "{environment} takes what has succeeded in {first}, which nobody can see while the ledger cannot be \
                     reached: it goes without, since somebody broke the glass"
                );
                findings.push(Finding::new(Weight::Warning, None, message));
            }
            Err(block) => findings.push(block),
        }
    }
    let (lives, unread) = way.read(&picked).await;
    let all: Vec<_> = gaps.into_iter().chain(unread).collect();
    let mut wishes = Vec::new();
    for address in &picked {
        let (document, live) = (&source.documents[address], lives.get(address));
        findings.extend(source_findings(source, address, home));
        // What is never made says so by itself.
        if live.is_none() && !home && means.driver.creates(address.kind()) {
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
        findings.extend(renames::mistaken(source, &lives, &deployment.said));
        findings.extend(overlay::idle(&values.overlay, select, |a| {
            // What a part of a release does not have may be in the rest of it.
            source.documents.contains_key(a) || !source.whole.contains(a.kind())
        }));
    }
    if home {
        findings.extend(renames::displaced(&source.inventory, &inventory, picked.iter()));
        let repointed = repoint(means, &source.inventory, &inventory, &wishes).await?;
        wishes.extend(repointed.wishes);
        findings.extend(repointed.findings);
    }
    if let Prune::Within(cap) = deployment.prune {
        let pruned = prune(means, source, select, cap, &inventory, &wishes).await?;
        wishes.extend(pruned.wishes);
        findings.extend(pruned.findings);
    }
    findings.extend(ladders::idle(means, &inventory, &all, source.documents.keys(), &wishes));
    findings.extend(advice(means.driver, source, &wishes));
    let occasion = Occasion {
        kind: RunKind::Deploy,
        environment: environment.into(),
        source: source.label.clone(),
        source_digest: source.digest.clone(),
        undoes: None,
    };
    findings.extend(absent.into_iter().filter(|f| f.address.as_ref().is_some_and(|a| picked.contains(a))));
    findings.extend(loss::watch(means, &mut wishes, &Givens::new()).await?);
    let mut plan = plan(occasion, &wishes, means.driver, &inventory, values, findings)?;
    if !home {
        plan.given = given::of_plan(means, &inventory, &plan);
    }
    let none = Selection::default();
    let asked = if deployment.prune == Prune::Nothing { &none } else { select };
    irreversible::watch(means.driver, &mut plan, &means.irreversible, asked);
    plan.proven_by = proven_by;
    plan.renames = renames.now;
    plan.left_alone = closure.left_alone.into_iter().collect();
    for step in plan.steps.iter_mut().filter(|s| !home && picked.contains(&s.address)) {
        let set = values.overlay.get(&step.address);
        step.overlaid =
            step.members.iter().filter(|m| set.is_some_and(|s| s.contains_key(*m))).cloned().collect();
    }
    if !home {
        bring(means, &source.pin, &wishes, &mut plan).await?;
        traces(means, source, &wishes, &mut plan).await?;
        let stood = deployment.proven_in.as_ref().unwrap_or(&source.pin);
        proof::look_up(means, stood, source, &wishes, &mut plan).await?;
    }
    reach(means, &mut plan).await?;
    preflight::ask(means, &wishes, &mut plan).await?;
    foreseen::put_on(means, &wishes, &mut plan).await;
    hooking::put_on(means, &mut plan).await?;
    drift::watch(means, source, &wishes, &mut plan, deployment.drift).await?;
    plan.say(hold::watch(means, &plan).await?);
    Ok(plan)
}

/// Returns what the driver says of what is to change, by what the release and the wishes say of the rest.
fn advice(driver: &dyn Driver, source: &Source, wishes: &[Wish]) -> Vec<Finding> {
    let changes = |w: &&Wish| match (&w.from, &w.to) {
        (Some(from), Some(to)) => from.portable != to.portable,
        (from, to) => from.is_none() && to.is_some(),
    };
    let written = wishes.iter().filter(changes).filter_map(|w| Some((&w.address, w.to.as_ref()?)));
    let mut known: BTreeMap<&Address, &Document> = source.documents.iter().collect();
    known.extend(wishes.iter().filter_map(|w| Some((&w.address, w.to.as_ref()?))));
    driver.advice(&written.collect(), &known)
}

/// Takes out of `picked` what is not in the target and is never made there, unless it is picked by its address. Says
/// which, and what to write so that it is found.
fn never_made(
    environment: &str,
    driver: &dyn Driver,
    select: &Selection,
    picked: &mut BTreeSet<Address>,
    inventory: &Inventory,
) -> Vec<Finding> {
    let there = |a: &&Address| driver.creates(a.kind()) || inventory.get(a).is_some();
    let named = |a: &&Address| select.patterns().contains(&a.to_string());
    let (kept, left): (Vec<&Address>, Vec<&Address>) = picked.iter().partition(|a| there(a) || named(a));
    let said = left.iter().map(|a| {
        let message = "is not in the target under this name, and is never made there; it is left out";
        let lines =
            format!("[environments.{environment}.names]\n\"{a}\" = \"...\"   # what it is called there");
        Finding::new(Weight::Warning, Some(a), message).hint(lines)
    });
    let said = said.collect();
    *picked = kept.into_iter().cloned().collect();
    said
}

/// The way of documents into an environment.
struct Way<'a> {
    means: &'a Means<'a>,
    /// What is there.
    inventory: &'a Inventory,
    source: &'a Source,
    deployment: &'a Deployment,
    home: bool,
}

impl Way<'_> {
    /// Returns what `picked` needs beside itself.
    fn closure(&self, picked: &BTreeSet<Address>) -> Closure {
        let wanted = |address: &Address| {
            let document = self.source.documents.get(address);
            let document = document.filter(|_| is_ours(self.means.values, address))?;
            Some(self.desired(address, document, None).0)
        };
        let concerned = |of: &Address, document: &Document| concerns_of(self.means.driver, of, document);
        close(picked, self.deployment.dependencies, Some(self.inventory), wanted, concerned)
    }

    /// Reads `picked`: many of a kind at once, and what is to change of them from its source of truth.
    async fn read(&self, picked: &BTreeSet<Address>) -> (BTreeMap<Address, Live>, Vec<Gap>) {
        let (driver, events) = (self.means.driver, self.means.events);
        let changing = |a: &Address, live: Option<&Live>| {
            let Some(live) = live else { return true };
            let mut to = self.desired(a, &self.source.documents[a], Some(live)).0;
            driver.arrange(a, &mut to);
            to.portable != live.document.portable || to.local != live.document.local
        };
        survey::sift(driver, self.inventory, picked, events, changing).await
    }

    /// Returns what `document` is to be in the target, where there is `live`, and what is to be said about it:
    /// literally itself at home, with the values of then; elsewhere its portable part with the target's own local part, and then what the
    /// target's overlay says.
    fn desired(
        &self,
        address: &Address,
        document: &Document,
        live: Option<&Live>,
    ) -> (Document, Vec<Finding>) {
        if self.home {
            let document = home::document(document, &self.source.vars, &self.means.values.vars);
            return (Document { unknown: Default::default(), ..document }, Vec::new());
        }
        let driver = self.means.driver;
        let mut local = live.map(|l| l.document.local.clone()).unwrap_or_default();
        if self.deployment.operational == Operational::Promoted {
            local = without(&local, &driver.operational(address, &local));
            overlay::merge(&mut local, &driver.operational(address, &document.local));
        }
        let wanted = Document { portable: document.portable.clone(), local, ..Document::default() };
        let wanted = driver.received(address, wanted);
        let (mut wanted, findings) = overlay::overlaid(self.means, self.inventory, address, wanted);
        if let Some(live) = live {
            drop_orphans(&mut wanted, &live.document.portable);
        }
        (wanted, findings)
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
