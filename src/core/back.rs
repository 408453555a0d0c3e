//! The way back: the plan that undoes a run.

use std::collections::{BTreeMap, BTreeSet};

use super::address::Address;
use super::drift::who;
use super::driver::{Driver, Live};
use super::error::Result;
use super::finding::{Finding, Weight};
use super::forgotten;
use super::home;
use super::hooking;
use super::id::RunId;
use super::instead::can_be_undone;
use super::inventory::{Found, Inventory};
use super::irreversible;
use super::known::{By, known};
use super::look::find_patiently;
use super::loss;
use super::means::Means;
use super::moves::{Does, facet_digest};
pub use super::newest::newest;
use super::picked::disowned;
use super::plan::{Action, Occasion, Plan, Step, Wish, plan};
use super::preflight;
use super::progress::Progress;
use super::referrers::{referrers, strangers};
use super::renames::{by_id, relabel};
use super::repoint::repoint;
use super::run::{RunKind, RunRecord, RunStatus};
use super::select::Selection;
use super::snapshot::Snapshot;
use super::survey;
use super::verified::{Aim, prefer};

/// A run that can be undone: all that the ledger and the repository know of it.
#[derive(Clone, Debug)]
pub struct Past {
    /// The run.
    pub record: RunRecord,
    /// What it performed.
    pub plan: Plan,
    /// How far it came.
    pub progress: Progress,
}

/// Returns what is known of the run `id`.
pub async fn past(means: &Means<'_>, id: &RunId) -> Result<Past> {
    let record = means.ledger.run(id).await?;
    let plan = means.repository.plan(&record.start.plan).await?;
    let progress = Progress::of(&means.ledger.rows(id).await?);
    Ok(Past { record, plan, progress })
}

/// Returns the plan that puts back, for what `select` picks of it, what was there before `past`. Reads the environment;
/// writes nothing.
///
/// What somebody else has changed since is a named conflict. It blocks the way back from a run that has ended; an open
/// run holds the environment and has to have a way out, so there it is left as it is, and named.
pub async fn plan_back(means: &Means<'_>, past: &Past, select: &Selection) -> Result<Plan> {
    plan_back_to(means, past, select, Aim::Before).await
}

/// Returns the plan that [`plan_back`] does, where it leads to `aim`. An open run is undone by what was there before it.
pub async fn plan_back_to(means: &Means<'_>, past: &Past, select: &Selection, aim: Aim) -> Result<Plan> {
    let start = &past.record.start;
    can_be_undone(means, &past.record).await?;
    let occasion = |source_digest: String| Occasion {
        kind: RunKind::Rollback,
        environment: start.environment.clone(),
        source: format!("before {}", start.run),
        source_digest,
        undoes: Some(start.run.clone()),
    };
    let (mut inventory, gaps) = survey::list(means.driver, means.events).await?;
    let Some(before) = &past.progress.before else {
        return plan(
            occasion("nothing was changed".into()),
            &[],
            means.driver,
            &inventory,
            means.values,
            Vec::new(),
        );
    };
    let snapshot = forgotten::snapshot(means, &start.environment, &start.pin, before).await?;
    let then = snapshot.inventory();
    let renames = by_id(&then, &inventory);
    inventory = relabel(inventory, &renames);
    let touched: Vec<&Address> =
        past.progress.touched(&past.plan).into_iter().filter(|a| select.picks(a)).collect();
    survey::complete(&gaps, |a| touched.contains(&a))?;
    add_made(means, past, &mut inventory).await?;
    let (lives, unread) = survey::read(means.driver, &inventory, touched.iter().copied(), means.events).await;
    survey::complete(&unread, |_| true)?;

    let open = past.record.finish.is_none();
    let (mut findings, mut wishes, mut left) = (Vec::new(), Vec::new(), Vec::new());
    for address in touched {
        let Some(step) = past.plan.steps.iter().find(|s| s.address == *address) else { continue };
        let live = lives.get(address);
        let (then, now) = (&snapshot.manifest.vars, &means.values.vars);
        let to = snapshot.documents.get(address).map(|d| home::document(d, then, now));
        // Held against what was noted then, it has to speak of the values of then.
        let as_then = live.map(|l| Live { document: home::document(&l.document, now, then), ..l.clone() });
        let conflict = conflict(means.driver, past, step, as_then.as_ref(), &snapshot);
        if let (Some(why), true) = (&conflict, open) {
            findings.push(Finding::new(
                Weight::Warning,
                Some(address),
                format!("{why}; it is left as it is"),
            ));
            left.push(address.clone());
            continue;
        }
        if let Some(mut why) = conflict {
            // Who it was is only said besides.
            why.push_str(&later(means, address, &start.run).await.unwrap_or_default());
            findings.push(Finding::new(Weight::Block, Some(address), why).hint(format!(
                "leave it out by naming the others, or undo the later change of {address} first"
            )));
            continue;
        }
        let recorded = snapshot.kept(address).map(|k| k.found.lasting_uid());
        wishes.push(Wish {
            address: address.clone(),
            uid: recorded.unwrap_or_else(|| step.uid.clone()),
            from: live.map(|l| l.document.clone()),
            to,
            local_known: true,
        });
    }
    let aim = if open { Aim::Before } else { aim };
    findings.extend(prefer(means, (&start.environment, aim), &inventory, &lives, &mut wishes).await?);
    findings.extend(disowned(means.values, wishes.iter().map(|w| &w.address)));
    let repointed = repoint(means, &then, &inventory, &wishes).await?;
    wishes.extend(repointed.wishes);
    findings.extend(repointed.findings);
    let (mut strangers, unseen) = outside(means, &inventory, &wishes).await;
    findings.extend(unseen);
    loop {
        let needed = still_needed(means.driver, &wishes, &strangers);
        for (address, user) in &needed {
            findings.push(if open {
                let message = format!("is left as it is, since {user} refers to it");
                Finding::new(Weight::Warning, Some(address), message)
            } else {
                let message = format!("would be deleted, and {user} refers to it since");
                Finding::new(Weight::Block, Some(address), message)
                    .hint(format!("change {user} first, or leave {address} out"))
            });
        }
        if !open || needed.is_empty() {
            break;
        }
        // What is left may itself refer to something that was to be deleted.
        wishes.retain(|w| !needed.contains_key(&w.address));
        strangers.extend(needed.keys().filter_map(|a| Some((a.clone(), lives.get(a)?.clone()))));
        left.extend(needed.into_keys());
    }
    findings.extend(loss::watch(means, &mut wishes, &past.plan.given).await?);
    let mut plan =
        plan(occasion(before.to_string()), &wishes, means.driver, &inventory, means.values, findings)?;
    irreversible::watch(means.driver, &mut plan, &means.irreversible, select);
    plan.partly = !select.is_all();
    plan.left = left;
    plan.renames = renames;
    preflight::ask(means, &wishes, &mut plan).await?;
    plan.say(hooking::stays(&past.plan, &past.progress));
    hooking::put_on(means, &mut plan).await?;
    Ok(plan)
}

/// Returns who wrote `address` after the run, if it was another run.
async fn later(means: &Means<'_>, address: &Address, run: &RunId) -> Result<String> {
    let wanted = BTreeSet::from([address.clone()]);
    Ok(match known(means, &wanted).await?.remove(address).map(|k| k.by) {
        Some(By::Run(other)) if other.run != *run => format!(", by run {} ({})", other.run, who(&other)),
        _ => String::new(),
    })
}

/// Adds to `inventory` what the run made, or may have made, and what no listing shows yet.
async fn add_made(means: &Means<'_>, past: &Past, inventory: &mut Inventory) -> Result<()> {
    inventory.add(past.progress.made.iter().map(|m| Found::new(m.address.clone(), &m.id, &m.arn)));
    for index in past.progress.begun.difference(&past.progress.done) {
        let Some(m) = past.plan.moves.get(*index).filter(|m| m.does == Does::Create) else { continue };
        if inventory.get(&m.address).is_none()
            && let Some(found) = find_patiently(means, &m.address).await?
        {
            inventory.insert(found);
        }
    }
    Ok(())
}

/// Returns why `live` is neither what was before the run nor what the run made of it.
fn conflict(
    driver: &dyn Driver,
    past: &Past,
    step: &Step,
    live: Option<&Live>,
    before: &Snapshot,
) -> Option<String> {
    let ended = past.record.finish.as_ref().is_some_and(|f| f.status == RunStatus::Succeeded);
    let changed = |what: &str| Some(format!("{what} since the run {}", past.record.start.run));
    let Some(live) = live else {
        return match (&step.after, &step.before) {
            (Some(_), Some(_)) => changed("has been deleted"),
            _ => None,
        };
    };
    let document = &live.document;
    if step.before.as_ref().is_some_and(|b| b.fits(document)) {
        return None;
    }
    let made = past.progress.made.iter().find(|m| m.address == step.address);
    // What carries no tag is all name: it was not there, and this run set out to make it.
    let begun = |i: &usize| past.plan.moves.get(*i).is_some_and(|m| m.address == step.address);
    let ours = made.is_some_and(|m| m.id == live.found.id)
        || live.found.uid.as_deref() == Some(&step.uid)
        || (!driver.is_tagged(step.address.kind()) && past.progress.begun.iter().any(begun));
    if step.action == Action::Create && !ours {
        return changed("has been created by somebody else");
    }
    if step.after.as_ref().is_some_and(|a| a.fits(document)) {
        return None;
    }
    if ended {
        return changed("has been changed");
    }
    if step.action == Action::Create {
        return None;
    }
    // Half-way: each facet is as one of the moves that set it found it or makes it, and what no move sets is as before.
    let moves: Vec<_> =
        past.plan.moves.iter().filter(|m| m.address == step.address && m.does == Does::Update).collect();
    for m in &moves {
        let now = Some(facet_digest(document, &m.facet));
        let passed = |o: &super::moves::Move| now.is_some_and(|now| o.through.contains(&now));
        if !moves.iter().any(|o| o.facet == m.facet && (o.before == now || o.after == now || passed(o))) {
            return changed("has been changed");
        }
    }
    let set_by_moves: Vec<&String> = moves.iter().flat_map(|m| &m.facet).collect();
    let is_set = |member: &str| set_by_moves.iter().any(|set| *set == member);
    let follows = |k: &str| driver.derived(step.address.kind()).iter().any(|(by, of)| *by == k && is_set(of));
    let old = before.documents.get(&step.address)?;
    let rest: Vec<String> = [&old.portable, &old.local, &document.portable, &document.local]
        .into_iter()
        .flat_map(|part| part.keys().cloned())
        .filter(|k| !is_set(k) && !follows(k))
        .collect();
    if facet_digest(old, &rest) != facet_digest(document, &rest) { changed("has been changed") } else { None }
}

/// Reads what is outside `wishes`, if they delete anything: something there may refer to it. What cannot be read is a
/// finding.
async fn outside(
    means: &Means<'_>,
    inventory: &Inventory,
    wishes: &[Wish],
) -> (BTreeMap<Address, Live>, Vec<Finding>) {
    if !wishes.iter().any(|w| w.to.is_none() && w.from.is_some()) {
        return Default::default();
    }
    let (lives, gaps) = strangers(means, inventory, &wishes.iter().map(|w| &w.address).collect()).await;
    let said = gaps.iter().map(|g| {
        let message = format!("could not be read, so it may refer to what is deleted: {}", g.why);
        Finding::new(Weight::Warning, g.address.as_ref(), message)
    });
    (lives, said.collect())
}

/// Returns what `wishes` delete although one of `strangers` refers to it, with who does.
fn still_needed(
    driver: &dyn Driver,
    wishes: &[Wish],
    strangers: &BTreeMap<Address, Live>,
) -> BTreeMap<Address, Address> {
    let gone: BTreeSet<&Address> =
        wishes.iter().filter(|w| w.to.is_none() && w.from.is_some()).map(|w| &w.address).collect();
    let needed = referrers(driver, &gone, strangers.iter().map(|(user, live)| (user, &live.document)));
    needed.into_iter().filter_map(|(address, users)| Some((address, users.into_iter().next()?))).collect()
}
