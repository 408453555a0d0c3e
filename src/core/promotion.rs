//! Promotion: an environment that takes only what has succeeded in another one first.

use std::collections::BTreeSet;

use super::address::Address;
use super::error::Result;
use super::finding::{Finding, Weight};
use super::id::RunId;
use super::ledger::Act;
use super::means::Means;
use super::pin::Pin;
use super::release::Source;
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

/// Returns what of the run `run`, which is in `pin`, rollbacks of a part of it have put back.
pub(super) async fn put_back(means: &Means<'_>, pin: &Pin, run: &RunId) -> Result<BTreeSet<Address>> {
    let (mut back, mut before) = (BTreeSet::new(), None);
    loop {
        let page = means.ledger.entries(pin, before, PAGE).await?;
        for entry in &page.items {
            let Act::Start { start } = &entry.what else { continue };
            if start.run == *run {
                return Ok(back);
            }
            if start.kind != RunKind::Rollback {
                continue;
            }
            let plan = means.repository.plan(&start.plan).await?;
            if plan.undoes.as_ref() == Some(run)
                && means.ledger.run(&start.run).await?.status() == RunStatus::Succeeded
            {
                back.extend(plan.steps.into_iter().map(|s| s.address));
                back.extend(plan.unchanged);
            }
        }
        before = page.items.last().map(|e| e.seq);
        if !page.more || before.is_none() {
            return Ok(back);
        }
    }
}
