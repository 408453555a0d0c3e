//! Migrations since a time: what hooks have changed in databases, which no way back to that time puts back.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::chain::is_of_a_run;
use super::error::{ErrorKind, Result};
use super::finding::{Finding, Weight};
use super::hooking;
use super::id::RunId;
use super::means::Means;
use super::progress::Progress;
use super::run::{HookState, Note};

/// How many entries of the audit are read at once.
const PAGE: usize = 200;

/// Returns what has to be said of each migration that ran after `at`, or of which nobody knows when it ended.
pub(super) async fn since(means: &Means<'_>, at: Timestamp) -> Result<Vec<Finding>> {
    let (mut findings, mut seen, mut before) = (Vec::new(), BTreeSet::new(), None);
    loop {
        let page = means.ledger.entries(means.driver.pin(), before, PAGE).await?;
        // Who ended after it has an entry after it; so has who is still open, unless nothing of it came after.
        for run in
            page.items.iter().filter(|e| e.at > at && is_of_a_run(&e.what)).filter_map(|e| e.run.as_ref())
        {
            if seen.insert(run.clone()) {
                findings.extend(of(means, run, at).await?);
            }
        }
        let past = page.items.last().is_some_and(|e| e.at <= at);
        before = page.items.last().map(|e| e.seq);
        if past || !page.more || before.is_none() {
            return Ok(findings);
        }
    }
}

async fn of(means: &Means<'_>, run: &RunId, at: Timestamp) -> Result<Vec<Finding>> {
    let rows = means.ledger.rows(run).await?;
    let mut late = BTreeSet::new();
    for row in rows.iter().filter(|row| row.at > at) {
        if let Note::Hook { hook, at, .. } = &row.what {
            late.insert((hook.clone(), *at));
        }
    }
    let mut progress = Progress::of(&rows);
    let is_over = |state: &HookState| matches!(state, HookState::Ended { .. } | HookState::Skipped);
    // What had ended by then was there then.
    progress.hooks.retain(|key, hooked| late.contains(key) || !is_over(&hooked.state));
    if progress.hooks.is_empty() {
        return Ok(Vec::new());
    }
    let record = means.ledger.run(run).await?;
    match means.repository.plan(&record.start.plan).await {
        Ok(plan) => Ok(hooking::stays(&plan, &progress)),
        Err(e) if e.kind == ErrorKind::NotFound => {
            let message = format!(
                "the run {run} has run hooks, and its plan is not kept: nobody knows whether they changed a database"
            );
            Ok(vec![Finding::new(Weight::Warning, None, message)])
        }
        Err(e) => Err(e),
    }
}
