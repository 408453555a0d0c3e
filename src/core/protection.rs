//! Protection: what keeps a plan from being performed now, though nothing is wrong with it.

use super::approval;
use super::calendar;
use super::error::{Error, Result};
use super::finding::{Finding, Weight};
use super::hold;
use super::means::Means;
use super::plan::Plan;

/// Returns what speaks against performing `plan` now: approvals that it lacks, a calendar that is closed, a release that is
/// held. What somebody has said all the same is a warning, the rest are blocks.
pub async fn watch(means: &Means<'_>, plan: &Plan) -> Result<Vec<Finding>> {
    let mut findings = calendar::watch(means, plan);
    findings.extend(approval::watch(means, plan).await?);
    findings.extend(hold::watch(means, plan).await?);
    Ok(findings)
}

/// Lets `plan` begin: fails with `Blocked`, all reasons at once, if something forbids it or speaks against it now; tells the audit which hold
/// is released. Returns the reason that the run begins with, which says what was not kept to.
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
    hold::release(means, plan, reason.as_deref()).await?;
    let outside = calendar::watch(means, plan).into_iter().map(|f| f.message).next();
    Ok(match (reason, outside) {
        (reason, None) => reason,
        (None, Some(why)) => Some(format!("deployed although {why}")),
        (Some(reason), Some(why)) => Some(format!("{reason} (deployed although {why})")),
    })
}
