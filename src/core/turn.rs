//! Turning round: a rollback that begins in the place of the run that it undoes.

use super::address::Address;
use super::back::{Past, plan_back};
use super::ended::Ended;
use super::error::{Error, ErrorKind, Result};
use super::id::RunId;
use super::lease::{LEASE, Lease};
use super::loss::Accepted;
use super::means::Means;
use super::perform::Performance;
use super::plan::Plan;
use super::run::{Finish, RunStart, RunStatus};
use super::runs::{Leg, start};
use super::select::Selection;
use super::stored::keep_plan;

/// Plans the way back from a run that failed under its lease. `None` if there is nothing to undo.
pub(super) async fn way_back(
    means: &Means<'_>,
    leg: &Leg,
    performance: &mut Performance<'_>,
) -> Result<Option<Plan>> {
    performance.journal.flush().await?;
    performance.settle().await;
    let past = Past {
        record: means.ledger.run(&leg.start.run).await?,
        plan: leg.plan.clone(),
        progress: performance.progress.clone(),
    };
    // What the run has overwritten was accepted when it began, and what it wrote itself is no loss.
    let (losses, irreversible) = (Accepted::Everything, Accepted::Everything);
    let back = Means { losses, irreversible, ..means.clone() };
    let plan = Box::pin(plan_back(&back, &past, &Selection::all())).await?;
    plan.permitted()?;
    Ok(if plan.is_empty() && plan.left.is_empty() { None } else { Some(plan) })
}

/// Returns how the run ends that failed because of `why`, and that could not turn round because of `then`: where somebody
/// else has taken it over, what becomes of it is theirs to tell, and nobody has to look; where the credentials are over, it
/// can be gone on with once there are others.
pub(super) fn unturned(run: RunId, why: Error, then: Error) -> Ended {
    match then.kind {
        ErrorKind::Fenced => Ended::Stopped { run, why: then },
        _ if then.leaves_the_work() => {
            let why = then.context(format!("{}; and the way back could not be planned", why.message));
            Ended::Stopped { run, why }
        }
        _ => Ended::RollbackFailed { run, by: None, why, then },
    }
}

/// Ends the run `old` and begins its way back, `plan`, on the same lease.
pub(super) async fn turn(
    means: &Means<'_>,
    lease: &Lease<'_>,
    old: &RunStart,
    plan: Plan,
    wrote: Vec<Address>,
    why: &Error,
    reason: Option<String>,
) -> Result<Leg> {
    let digest = keep_plan(means, &plan).await?;
    let plan_undoes = plan.undoes.is_some();
    let next = start(means, &plan, digest, reason);
    let finish = Finish {
        status: RunStatus::Turned,
        at: means.clock.now(),
        changed: true,
        wrote,
        left: Vec::new(),
        message: match plan_undoes {
            true => format!("{}; undone by {}, run of {}", why.message, next.run, old.environment),
            false => format!("{}; {} takes its place", why.message, next.run),
        },
        turned_into: Some(next.run.clone()),
        after: None,
    };
    let claim = means.ledger.succeed(&lease.claim, &finish, &next, LEASE).await?;
    Ok(Leg { claim, start: next, plan, rows: Vec::new() })
}
