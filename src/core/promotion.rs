//! Promotion: an environment that takes only what has succeeded in another one first.

use std::collections::{BTreeMap, BTreeSet};

use super::address::Address;
use super::error::Result;
use super::finding::{Finding, Weight};
use super::id::RunId;
use super::ledger::Act;
use super::means::Means;
use super::pin::Pin;
use super::plan::Plan;
use super::release::Source;
use super::restored::Restore;
use super::run::{RunKind, RunStatus};

/// How many audit entries are read at once.
const PAGE: usize = 200;

/// Returns the run that has deployed the very same release (equal by its digest or id) to `first`, whose pin is `pin`,
/// that succeeded, took all of `picked`, and has not been undone; or a block, if there is none.
pub async fn proof(
    means: &Means<'_>,
    first: &str,
    pin: Option<&Pin>,
    source: &Source,
    picked: &BTreeSet<Address>,
) -> Result<Result<RunId, Finding>> {
    let mut before = None;
    let mut lacks = None;
    while let Some(pin) = pin {
        let page = means.ledger.entries(pin, before, PAGE).await?;
        for entry in &page.items {
            let Act::Start { start } = &entry.what else { continue };
            let same = start.kind == RunKind::Deploy
                && start.environment == first
                && start.source_digest == source.digest;
            if !same {
                continue;
            }
            let record = means.ledger.run(&start.run).await?;
            if record.status() != RunStatus::Succeeded || record.undone_by.is_some() {
                continue;
            }
            let plan = means.repository.plan(&start.plan).await?;
            let mut back = put_back(means, pin, &start.run).await?;
            back.extend(record.finish.map(|finish| finish.left).unwrap_or_default());
            let taken: BTreeSet<&Address> = plan
                .steps
                .iter()
                .map(|s| &s.address)
                .chain(&plan.unchanged)
                .filter(|a| !back.contains(*a))
                .collect();
            match picked.iter().find(|a| !taken.contains(a)) {
                None => return Ok(Ok(start.run.clone())),
                Some(address) => lacks = Some((start.run.clone(), address)),
            }
        }
        before = page.items.last().map(|e| e.seq);
        if !page.more || before.is_none() {
            break;
        }
    }
    let message = match lacks {
        Some((run, address)) => {
            format!("the run {run} deployed this release to {first} without {address}")
        }
        None => format!("this release ({}) has not succeeded in {first}", source.digest),
    };
    let hint = format!("snapdeploy deploy {} --to {first}", source.exact_name());
    Ok(Err(Finding::new(Weight::Block, None, message).hint(hint)))
}

/// Returns what speaks against `plan` since it was made: the run in which its release had succeeded was undone, or a part of
/// it that the plan takes was put back.
pub(super) async fn watch(means: &Means<'_>, plan: &Plan) -> Result<Vec<Finding>> {
    let Some(run) = plan.proven_by.as_ref().filter(|_| plan.kind == RunKind::Deploy) else {
        return Ok(Vec::new());
    };
    let record = means.ledger.run(run).await?;
    if let Some(by) = record.undone_by {
        let message = format!("the run {run}, in which the release had succeeded, was undone by {by}");
        let hint = format!("snapdeploy history show {by}");
        return Ok(vec![Finding::new(Weight::Block, None, message).hint(hint)]);
    }
    let back = put_back(means, &record.start.pin, run).await?;
    let put = plan.steps.iter().find(|step| back.contains(&step.address)).map(|step| {
        let message = format!(
            "{} was put back as it was before the run {run}, in which the release had succeeded",
            step.address
        );
        Finding::new(Weight::Block, None, message).hint("make the plan again, without it")
    });
    Ok(put.into_iter().collect())
}

/// Returns what of the run `run`, which is in `pin`, is not there any more since it was put back: by rollbacks of a part of
/// it, and by those that lead to a time before it.
async fn put_back(means: &Means<'_>, pin: &Pin, run: &RunId) -> Result<BTreeSet<Address>> {
    let mut undone: BTreeMap<RunId, BTreeSet<Address>> = BTreeMap::new();
    let (mut restores, mut before): (Vec<Restore>, _) = (Vec::new(), None);
    loop {
        let page = means.ledger.entries(pin, before, PAGE).await?;
        for entry in &page.items {
            let Act::Start { start } = &entry.what else { continue };
            let wanted = start.run == *run;
            if !wanted && start.kind == RunKind::Deploy && restores.is_empty() {
                continue;
            }
            if wanted && restores.is_empty() {
                return Ok(undone.remove(run).unwrap_or_default());
            }
            let plan = means.repository.plan(&start.plan).await?;
            let Some(finish) = means.ledger.run(&start.run).await?.finish else { continue };
            if start.kind == RunKind::Deploy {
                // Those between are asked about too: what leads to no time leads to where one of them began.
                let back: BTreeSet<Address> =
                    restores.iter_mut().flat_map(|r| r.undid(&start.run, &finish, &plan)).collect();
                if wanted {
                    let mut all = undone.remove(run).unwrap_or_default();
                    all.extend(back);
                    return Ok(all);
                }
            }
            match &plan.undoes {
                Some(of) if finish.status == RunStatus::Succeeded => {
                    let back = undone.entry(of.clone()).or_default();
                    back.extend(plan.steps.into_iter().map(|s| s.address));
                    back.extend(plan.unchanged);
                }
                Some(_) => {}
                None => {
                    let since = undone.remove(&start.run).unwrap_or_default();
                    restores.extend(Restore::of(means, (**start).clone(), plan, &finish, &since).await);
                }
            }
        }
        before = page.items.last().map(|e| e.seq);
        if !page.more || before.is_none() {
            return Ok(undone.remove(run).unwrap_or_default());
        }
    }
}
