//! Instead: an open run ends, and another takes its place on the same lease: what undoes it, or what leads elsewhere.

use super::address::Address;
use super::back::{Past, past, plan_back};
use super::error::{Error, ErrorKind, Result};
use super::holder::{Manner, take_over};
use super::import;
use super::journal::Journal;
use super::lease::Lease;
use super::ledger::Act;
use super::means::Means;
use super::perform::Performance;
use super::plan::Plan;
use super::progress::Progress;
use super::readable::{self, Read};
use super::run::{Finish, Note, RunKind, RunRecord, RunStart, RunStatus};
use super::runs::{Ended, Leg, OnFailure, carry};
use super::select::Selection;
use super::turn::turn;

/// How many audit entries are read at once.
const PAGE: usize = 50;

/// What becomes of the run that ends.
#[derive(Clone, Copy)]
enum Fate {
    /// What it did is undone.
    Undone,
    /// It is given up where it is: what it wrote and the new plan does not, stays.
    GivenUp,
}

impl Fate {
    fn word(self) -> &'static str {
        match self {
            Fate::Undone => "rolled back by hand",
            Fate::GivenUp => "given up by hand",
        }
    }

    /// Returns the end of the run where nothing is left to be written in its place.
    fn finish(self, means: &Means<'_>, wrote: Vec<Address>) -> Finish {
        let (status, changed, message) = match self {
            _ if wrote.is_empty() => (RunStatus::Failed, false, "nothing was changed"),
            Fate::Undone => (RunStatus::TakenBack, false, "everything is as it was before"),
            // It counts: what it wrote is live, and is what a rollback undoes.
            Fate::GivenUp => (RunStatus::Superseded, true, "given up by hand; what it wrote stays"),
        };
        Finish {
            status,
            at: means.clock.now(),
            changed,
            wrote: if changed { wrote } else { Vec::new() },
            left: Vec::new(),
            message: message.to_string(),
            turned_into: None,
            after: None,
        }
    }
}

/// Undoes the open run `past_run` as `shown` says: takes its lease over in the given manner, sees that the plan is still the
/// one that was shown, ends the run and performs the rollback in its place.
pub async fn undo_open(
    means: &Means<'_>,
    past_run: &Past,
    shown: &Plan,
    reason: Option<String>,
    manner: Manner,
) -> Result<Ended> {
    import::is_whole(means, &past_run.record.start)?;
    let id = &past_run.record.start.run;
    let replan = async || Box::pin(plan_back(means, &past(means, id).await?, &Selection::all())).await;
    replace(means, past_run, shown, reason, manner, Fate::Undone, replan).await
}

/// Ends the open run `past_run`, whatever it was to do, and performs in its place `shown`, which puts back what was there at
/// another time. `replan` makes that plan again, once nothing of the run is on its way any more.
pub async fn converge(
    means: &Means<'_>,
    past_run: &Past,
    shown: &Plan,
    reason: Option<String>,
    manner: Manner,
    replan: impl AsyncFn() -> Result<Plan>,
) -> Result<Ended> {
    replace(means, past_run, shown, reason, manner, Fate::GivenUp, replan).await
}

async fn replace(
    means: &Means<'_>,
    past_run: &Past,
    shown: &Plan,
    reason: Option<String>,
    manner: Manner,
    fate: Fate,
    replan: impl AsyncFn() -> Result<Plan>,
) -> Result<Ended> {
    shown.permitted()?;
    let id = &past_run.record.start.run;
    let (claim, old) = take_over(means, id, manner).await?;
    let lease = Lease::new(means.ledger, means.clock, claim, means.stop.clone());
    let turned: Result<Option<Leg>> = lease
        .during(async {
            let rows = means.ledger.rows(id).await?;
            let mut journal = Journal::new(means.ledger, means.clock, lease.claim.clone(), rows.len());
            journal.record(Note::Resumed { actor: means.actor.clone() }).await?;
            let mut performance = Performance {
                means,
                lease: &lease,
                journal,
                plan: &past_run.plan,
                on_failure: OnFailure::Stop,
                progress: Progress::of(&rows),
                seen: None,
            };
            performance.settle().await;
            performance.let_commands_end().await?;
            let plan = replan().await?;
            if plan.moves != shown.moves {
                return Err(Error::new(
                    ErrorKind::Stale,
                    format!("what the run {id} left has changed since the plan was shown"),
                )
                .hint("run the same command again to see the new plan"));
            }
            plan.permitted()?;
            let touched: Vec<Address> =
                performance.progress.touched(&past_run.plan).into_iter().cloned().collect();
            if plan.is_empty() && plan.left.is_empty() {
                means.ledger.end(&lease.claim, &fate.finish(means, touched)).await?;
                return Ok(None);
            }
            let why = Error::failed(fate.word());
            turn(means, &lease, &old, plan, touched, &why, reason).await.map(Some)
        })
        .await;
    match turned {
        Ok(Some(leg)) => Box::pin(carry(means, leg, OnFailure::Stop)).await,
        Ok(None) => Ok(Ended::Done { run: id.clone() }),
        Err(e) => {
            let _ = means.ledger.park(&lease.claim).await;
            Err(e)
        }
    }
}

/// Returns whether the run took the place of another, which a deployment never does: an open run holds the environment.
/// What that one changed is then this one's to bring to an end, so it may not end before it has. Where that cannot be told
/// it is taken for so: an open run can be gone on with.
pub(super) async fn in_place_of_another(means: &Means<'_>, start: &RunStart) -> bool {
    start.kind != RunKind::Deploy && looked_up(means, start).await.unwrap_or(true)
}

/// Refuses to undo a run that took the place of another. What was there before it was left by that one in mid-run: nothing
/// whole, so nothing to go back to.
pub(super) async fn can_be_undone(means: &Means<'_>, record: &RunRecord) -> Result<()> {
    let start = &record.start;
    if start.kind == RunKind::Deploy || !looked_up(means, start).await? {
        return Ok(());
    }
    let (run, env) = (&start.run, &start.environment);
    let error = Error::failed(format!(
        "the run {run} took the place of one that was not through: what was there before it is half-way"
    ));
    Err(error.hint(match record.status() {
        RunStatus::Open => format!("snapdeploy deploy --resume {run} brings it to its end; snapdeploy rollback {env} --to SNAPSHOT --take-over leads elsewhere"),
        _ => format!("snapdeploy rollback {env} --to SNAPSHOT puts back what was there at a time; snapdeploy history {env} lists the runs"),
    }))
}

/// Looks for the end of the run that `start` took the place of: it is told to the audit together with the start. `Corrupt` if
/// one of the two could be what cannot be read.
async fn looked_up(means: &Means<'_>, start: &RunStart) -> Result<bool> {
    let mut before = None;
    let (mut begun, mut spoilt) = (false, None);
    let unknown = |seq: u64| {
        let (run, pin, env) = (&start.run, &start.pin, &start.environment);
        let what = format!("whether {run} took the place of another run cannot be told");
        Error::corrupt(format!("{what}: entry {seq} of the audit of {pin} cannot be read")).hint(format!(
            "snapdeploy rollback {env} --to SNAPSHOT puts back what was there at a time; where {run} is open, with --take-over, or \
             snapdeploy deploy --resume {run} brings it to its end"
        ))
    };
    loop {
        let page = readable::read(means.ledger, &start.pin, before, PAGE).await?;
        before = page.last().map(Read::seq);
        for read in &page {
            let entry = match read {
                Read::Entry(entry) => entry,
                Read::Spoilt(seq) if begun => return Err(unknown(*seq)),
                Read::Spoilt(seq) => {
                    spoilt = Some(*seq);
                    continue;
                }
            };
            match &entry.what {
                Act::Start { .. } if entry.run.as_ref() == Some(&start.run) => begun = true,
                Act::End { finish, .. } if begun => {
                    return Ok(finish.turned_into.as_ref() == Some(&start.run));
                }
                _ if begun => return Ok(false),
                _ => {}
            }
        }
        if before.is_none_or(|seq| seq <= 1) {
            return match spoilt {
                Some(seq) if !begun => Err(unknown(seq)),
                _ => Ok(false),
            };
        }
    }
}
