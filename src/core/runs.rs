//! Runs: beginning, going on, turning round and ending.

use std::cell::Cell;
use std::time::Duration;

use super::address::Address;
use super::after;
use super::before::prepare;
use super::digest::Digest;
pub use super::ended::Ended;
use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::given;
use super::holder::{Manner, claim, take_over};
use super::hooking;
use super::id::{RunId, SnapshotId};
use super::import;
use super::instead::in_place_of_another;
pub use super::instead::{converge, undo_open};
use super::journal::Journal;
use super::lease::Lease;
use super::ledger::Claim;
use super::means::Means;
use super::omit::Omitted;
use super::perform::Performance;
use super::plan::Plan;
use super::progress::Progress;
use super::protection;
use super::redact::redact;
use super::run::{Finish, Note, Row, RunKind, RunStart, RunStatus};
use super::stored::keep_plan;
use super::turn::{turn, unturned, way_back};

/// What a failed deploy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// It undoes what it did.
    Rollback,
    /// It stops where it is.
    Stop,
}

/// One run between taking the lease and letting go of it.
pub(super) struct Leg {
    pub(super) claim: Claim,
    pub(super) start: RunStart,
    pub(super) plan: Plan,
    pub(super) rows: Vec<Row>,
}

enum LegEnd {
    Over(Ended),
    Turned(Box<Leg>, Error),
    TurnFailed(Error, Error),
}

/// Performs `plan` as a new run. An error means that nothing was changed.
pub async fn begin(
    means: &Means<'_>,
    plan: &Plan,
    reason: Option<String>,
    on_failure: OnFailure,
) -> Result<Ended> {
    begin_within(means, plan, reason, on_failure, Duration::ZERO).await
}

/// Performs `plan` as a new run; where another run holds the environment, once that is over, if that takes no longer
/// than `patience`. An error means that nothing was changed.
pub async fn begin_within(
    means: &Means<'_>,
    plan: &Plan,
    reason: Option<String>,
    on_failure: OnFailure,
    patience: Duration,
) -> Result<Ended> {
    hooking::named(means, plan)?;
    given::again(means, plan).await?;
    let head = Cell::new(None);
    let admitted = async || {
        head.set(means.ledger.head(&plan.pin).await?.map(|head| head.seq));
        let reason = protection::admit(means, plan, reason.clone()).await?;
        Ok(start(means, plan, keep_plan(means, plan).await?, reason))
    };
    let (claim, start) = claim(means, patience, admitted).await?;
    if let Err(e) = protection::admit_begun(means, plan, head.get(), start.reason.as_deref()).await {
        // Where even this cannot be written, the audit shows a run that was interrupted.
        let _ = means.ledger.end(&claim, &nothing(means, &e)).await;
        return Err(e);
    }
    means.events.emit(Event::Begun { run: start.run.clone(), moves: plan.moves.len() });
    // The work is a large value: on the heap it leaves the stack to what calls this.
    Box::pin(carry(means, Leg { claim, start, plan: plan.clone(), rows: Vec::new() }, on_failure)).await
}

/// Returns the end of a run that has done nothing because of `why`.
fn nothing(means: &Means<'_>, why: &Error) -> Finish {
    Finish {
        status: RunStatus::Failed,
        at: means.clock.now(),
        changed: false,
        wrote: Vec::new(),
        left: Vec::new(),
        message: redact(&why.message).into_owned(),
        turned_into: None,
        after: None,
    }
}

/// Goes on with the run `id`, which was interrupted or stopped. An error means that this changed nothing.
pub async fn resume(means: &Means<'_>, id: &RunId, on_failure: OnFailure) -> Result<Ended> {
    resume_without(means, id, &Omitted::default(), on_failure).await
}

/// Goes on with the run `id` as [`resume`] does, without what is to be left out.
pub async fn resume_without(
    means: &Means<'_>,
    id: &RunId,
    omitted: &Omitted,
    on_failure: OnFailure,
) -> Result<Ended> {
    let mut id = id.clone();
    let record = loop {
        let record = means.ledger.run(&id).await?;
        match record.finish.as_ref().and_then(|f| f.turned_into.clone()) {
            Some(next) => id = next,
            None => break record,
        }
    };
    if let Some(finish) = &record.finish {
        return Err(Error::failed(format!("the run {id} has ended: {}", finish.message))
            .hint(format!("snapdeploy history show {id}")));
    }
    import::is_whole(means, &record.start)?;
    let plan = means.repository.plan(&record.start.plan).await?;
    hooking::named(means, &plan)?;
    given::again(means, &plan).await?;
    omitted.can_be(&plan, &Progress::of(&means.ledger.rows(&id).await?))?;
    let (claim, start) = take_over(means, &id, Manner::Wait).await?;
    omitted.note(means, &claim, &plan).await?;
    let rows = means.ledger.rows(&id).await?;
    means.events.emit(Event::Begun { run: id, moves: plan.moves.len() });
    Box::pin(carry(means, Leg { claim, start, plan, rows }, on_failure)).await
}

pub(super) fn start(means: &Means<'_>, plan: &Plan, digest: Digest, reason: Option<String>) -> RunStart {
    let at = means.clock.now();
    RunStart {
        run: RunId::new(at),
        kind: plan.kind,
        environment: plan.environment.clone(),
        pin: plan.pin.clone(),
        actor: means.actor.clone(),
        process: means.process.clone(),
        at,
        reason: reason.map(|text| redact(&text).into_owned()),
        plan: digest,
        source: plan.source.clone(),
        source_digest: plan.source_digest.clone(),
        undoes: plan.undoes.clone().filter(|_| !plan.partly),
        tool: means.tool.to_string(),
        source_pin: plan.source_pin.clone(),
        source_taken_at: plan.source_taken_at,
        accepted: plan.accepted.clone(),
    }
}

/// Performs a run to its end, and what undoes it if it fails.
pub(super) async fn carry(means: &Means<'_>, mut leg: Leg, on_failure: OnFailure) -> Result<Ended> {
    let mut turned: Option<(RunId, Error)> = None;
    loop {
        let lease = Lease::new(means.ledger, means.clock, leg.claim.clone(), means.stop.clone());
        let end = lease.during(Box::pin(one_leg(means, &lease, &leg, on_failure))).await;
        let run = leg.start.run.clone();
        match (end, turned.take()) {
            (Ok(LegEnd::Turned(next, why)), _) => {
                let to = next.start.run.clone();
                means.events.emit(Event::Turning { from: run.clone(), to, why: why.message.clone() });
                turned = Some((run, why));
                leg = *next;
            }
            (Ok(LegEnd::TurnFailed(why, then)), _) => return Ok(unturned(run, why, then)),
            (Ok(LegEnd::Over(Ended::Done { run: by })), Some((run, why))) => {
                return Ok(Ended::RolledBack { run, by, why });
            }
            (Ok(LegEnd::Over(Ended::InProgress { run: by, why: then, .. })), Some((first, why))) => {
                let why = then.context(format!("it failed ({}), and its rollback goes on", why.message));
                return Ok(Ended::InProgress { run: by, undoes: Some(first), why });
            }
            (Ok(LegEnd::Over(Ended::Left { left, .. })), Some((_, why))) => {
                return Ok(Ended::Left { run, left, why: Some(why) });
            }
            // Somebody else goes on with it, or it was stopped on purpose: the rollback has not failed.
            (Ok(LegEnd::Over(Ended::Stopped { why, .. })), Some(_))
                if why.kind == ErrorKind::Fenced || why.leaves_the_work() =>
            {
                return Ok(Ended::Stopped { run, why });
            }
            (
                Ok(LegEnd::Over(Ended::Stopped { why: then, .. } | Ended::Fallen { why: then, .. }))
                | Err(then),
                Some((first, why)),
            ) => {
                return Ok(Ended::RollbackFailed { run: first, by: Some(run), why, then });
            }
            (Ok(LegEnd::Over(ended)), _) => return Ok(ended),
            (Err(e), None) => return Err(e),
        }
    }
}

async fn one_leg(means: &Means<'_>, lease: &Lease<'_>, leg: &Leg, on_failure: OnFailure) -> Result<LegEnd> {
    let journal = Journal::new(means.ledger, means.clock, lease.claim.clone(), leg.rows.len());
    let progress = Progress::of(&leg.rows);
    let (plan, seen) = (&leg.plan, None);
    let mut performance = Performance { means, lease, journal, plan, on_failure, progress, seen };
    let run = leg.start.run.clone();
    if !leg.rows.is_empty() {
        performance.journal.record(Note::Resumed { actor: means.actor.clone() }).await?;
    }
    let outcome = match Box::pin(prepare(&mut performance, &leg.start.run)).await {
        Ok(inventory) => Box::pin(performance.go_on(inventory)).await,
        Err(e) => Err(e),
    };
    let error = match outcome {
        Ok(problems) if problems.is_empty() => {
            let left = performance.progress.untouched(&leg.plan);
            let skipped = performance.progress.skipped(&leg.plan);
            let after = Box::pin(after::keep(&performance, &run)).await;
            return Ok(LegEnd::Over(
                match end(means, lease, leg, &performance, RunStatus::Succeeded, "verified", after).await {
                    Ok(()) if !left.is_empty() => Ended::Left { run, left, why: None },
                    Ok(()) if !skipped.is_empty() => Ended::Skipped { run, skipped },
                    Ok(()) => Ended::Done { run },
                    Err(e) => {
                        let why =
                            e.context("everything is written and verified, but that could not be recorded");
                        Ended::Stopped { run, why }
                    }
                },
            ));
        }
        Ok(problems) => Error::failed(format!("verification found: {}", problems.join("; "))),
        Err(e) => e,
    };
    // What it met may be the work of who has taken the environment over meanwhile, and then it is no failure of its own.
    let error = match lease.sure().await {
        Err(lost) if lost.kind == ErrorKind::Fenced && error.kind != ErrorKind::Fenced => lost.because(error),
        _ => error,
    };
    let hooked = performance.progress.is_hooked(&leg.plan);
    if !performance.progress.changed() && !hooked && !in_place_of_another(means, &leg.start).await {
        // Where even this cannot be written, the audit shows a run that was interrupted.
        let _ = performance.journal.flush().await;
        return match end(means, lease, leg, &performance, RunStatus::Failed, &error.message, None).await {
            Err(lost) if lost.kind == ErrorKind::Fenced => {
                Ok(LegEnd::Over(Ended::Stopped { run, why: lost }))
            }
            _ => Err(error),
        };
    }
    match error.kind {
        ErrorKind::Fenced => return Ok(LegEnd::Over(Ended::Stopped { run, why: error })),
        ErrorKind::InProgress => {
            park(lease, &mut performance, &error).await;
            return Ok(LegEnd::Over(Ended::InProgress { run, undoes: None, why: error }));
        }
        ErrorKind::Superseded => {
            let ended = ended(means, lease, leg, &mut performance, RunStatus::Superseded, &error).await;
            return Ok(LegEnd::Over(match ended {
                Ok(()) => Ended::Superseded { run, why: error },
                Err(why) => Ended::Stopped { run, why },
            }));
        }
        _ => {}
    }
    let is_deploy = leg.plan.kind == RunKind::Deploy;
    let taken_back = is_deploy && performance.progress.is_taken_back(&leg.plan);
    let wants_back = is_deploy && on_failure == OnFailure::Rollback && !error.leaves_the_work();
    let error = match wants_back || taken_back {
        true => hooking::staying(error, &leg.plan, &performance.progress),
        false => error,
    };
    if wants_back || taken_back {
        match Box::pin(way_back(means, leg, &mut performance)).await {
            // With nothing of ours to put back, what hooks have changed stays.
            Ok(None) if taken_back || (hooked && performance.progress.fallen.is_empty()) => {
                let ended = ended(means, lease, leg, &mut performance, RunStatus::TakenBack, &error).await;
                return Ok(LegEnd::Over(match ended {
                    Ok(()) => Ended::TakenBack { run, why: error },
                    Err(why) => Ended::Stopped { run, why },
                }));
            }
            // There is nothing to put back, and yet what failed is there: a person has to look.
            Ok(None) if !performance.progress.fallen.is_empty() => {}
            Ok(None) => {
                // The calls had no effect: there is nothing to undo.
                performance.progress = Progress::default();
                let ended =
                    end(means, lease, leg, &performance, RunStatus::Failed, &error.message, None).await;
                return match ended {
                    Ok(()) => Err(error),
                    Err(why) if why.kind == ErrorKind::Fenced => {
                        Ok(LegEnd::Over(Ended::Stopped { run, why }))
                    }
                    Err(_) => Err(error
                        .hint(format!("its end could not be recorded: snapdeploy deploy --resume {run}"))),
                };
            }
            Ok(Some(_)) | Err(_) if !wants_back => {}
            Ok(Some(plan)) => {
                let touched = performance.progress.touched(&leg.plan).into_iter().cloned().collect();
                let reason = leg.start.reason.clone();
                match turn(means, lease, &leg.start, plan, touched, &error, reason).await {
                    Ok(next) => return Ok(LegEnd::Turned(Box::new(next), error)),
                    Err(then) => {
                        park(lease, &mut performance, &then).await;
                        return Ok(LegEnd::TurnFailed(error, then));
                    }
                }
            }
            Err(then) => {
                park(lease, &mut performance, &then).await;
                return Ok(LegEnd::TurnFailed(error, then));
            }
        }
    }
    park(lease, &mut performance, &error).await;
    let is_fallen = !performance.progress.fallen.is_empty() && error.kind != ErrorKind::Interrupted;
    Ok(LegEnd::Over(match is_fallen && (wants_back || !is_deploy) {
        true => Ended::Fallen { run, why: error },
        false => Ended::Stopped { run, why: error },
    }))
}

/// Records that the run has come to an end that is no success, and is not to be gone on with.
async fn ended(
    means: &Means<'_>,
    lease: &Lease<'_>,
    leg: &Leg,
    performance: &mut Performance<'_>,
    status: RunStatus,
    why: &Error,
) -> Result<()> {
    let recorded = match performance.journal.flush().await {
        Ok(()) => end(means, lease, leg, performance, status, &why.message, None).await,
        Err(e) => Err(e),
    };
    recorded.map_err(|e| e.context(format!("{}; and that could not be recorded", why.message)))
}

/// Lets go of a run that can be resumed. What cannot be written here, the next run finds out by looking.
async fn park(lease: &Lease<'_>, performance: &mut Performance<'_>, why: &Error) {
    performance.journal.note(Note::Stopped { why: why.message.clone() });
    let _ = performance.journal.flush().await;
    let _ = lease.park().await;
}

async fn end(
    means: &Means<'_>,
    lease: &Lease<'_>,
    leg: &Leg,
    performance: &Performance<'_>,
    status: RunStatus,
    message: &str,
    after: Option<SnapshotId>,
) -> Result<()> {
    let wrote: Vec<Address> = performance.progress.touched(&leg.plan).into_iter().cloned().collect();
    let finish = Finish {
        status,
        at: means.clock.now(),
        changed: !wrote.is_empty() && status != RunStatus::TakenBack,
        wrote,
        left: performance.progress.left(&leg.plan).into_iter().cloned().collect(),
        message: redact(message).into_owned(),
        turned_into: None,
        after,
    };
    means.ledger.end(&lease.claim, &finish).await
}
