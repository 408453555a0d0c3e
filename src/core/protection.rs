//! Protection: what keeps a plan from being performed now, though nothing is wrong with it.

use super::approval;
use super::calendar;
use super::error::{Error, Result};
use super::finding::{Finding, Weight};
use super::hold;
use super::means::{Glass, Means};
use super::plan::Plan;
use super::promotion;

/// Returns what speaks against performing `plan` now: approvals that it lacks, a calendar that is closed, a release that is
/// held, or that was undone where it has to succeed first. What somebody has said all the same is a warning, the rest are
/// blocks.
pub async fn watch(means: &Means<'_>, plan: &Plan) -> Result<Vec<Finding>> {
    let mut findings = calendar::watch(means, plan);
    findings.extend(approval::watch(means, plan).await?);
    findings.extend(hold::watch(means, plan).await?);
    findings.extend(promotion::watch(means, plan).await?);
    Ok(findings)
}

/// Fails with `Blocked`, all reasons at once, if something forbids `plan` or speaks against it now. Returns the reason that
/// its run begins with, which says what was not kept to.
pub(super) async fn admit(means: &Means<'_>, plan: &Plan, reason: Option<String>) -> Result<Option<String>> {
    plan.permitted()?;
    let findings = watch(means, plan).await?;
    let blocks: Vec<&Finding> = findings.iter().filter(|f| f.weight == Weight::Block).collect();
    if let Some(first) = blocks.first() {
        let reasons: Vec<&str> = blocks.iter().map(|f| f.message.as_str()).collect();
        let error = Error::blocked(format!("nothing was written: {}", reasons.join("; ")));
        return Err(match &first.hint {
            Some(hint) => error.hint(hint),
            None => error,
        });
    }
    let mut despite: Vec<String> = calendar::watch(means, plan).into_iter().map(|f| f.message).collect();
    if means.waivers.glass == Glass::Broken {
        despite.extend(approval::watch(means, plan).await?.into_iter().map(|f| f.message));
    }
    let despite = despite.join("; and although ");
    Ok(match (reason, despite.is_empty()) {
        (reason, true) => reason,
        (None, false) => Some(format!("deployed although {despite}")),
        (Some(reason), false) => Some(format!("{reason} (deployed although {despite})")),
    })
}

/// Lets the run that has just begun `plan` go on: where the audit was told of something between the look at `head` and the
/// run's START, asks once more whether it is admitted, for another run may have undone the release in between. Tells the
/// audit which hold is released.
pub(super) async fn admit_begun(
    means: &Means<'_>,
    plan: &Plan,
    head: Option<u64>,
    reason: Option<&str>,
) -> Result<()> {
    let now = means.ledger.head(&plan.pin).await?.map(|head| head.seq);
    if now != Some(head.unwrap_or(0) + 1) {
        admit(means, plan, None).await?;
    }
    hold::release(means, plan, reason).await
}
