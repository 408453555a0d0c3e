//! Runs: beginning, going on, turning round and ending.

use super::address::Address;
use super::back::{Past, past, plan_back};
use super::digest::Digest;
use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::id::{RunId, SnapshotId};
use super::journal::Journal;
use super::lease::{LEASE, Lease, Owner, owner, wait_until_dead};
use super::ledger::{BeginError, Claim, Held};
use super::means::Means;
use super::perform::{Performance, Progress};
use super::plan::Plan;
use super::run::{Finish, Note, Row, RunKind, RunStart, RunStatus};
use super::select::Selection;
use super::snapshot::{Coverage, Kept, Manifest, SNAPSHOT_SCHEMA, Snapshot};
use super::survey;

/// What a failed deploy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// It undoes what it did.
    Rollback,
    /// It stops where it is.
    Stop,
}

/// How a run ended that changed something, or had nothing to do.
#[derive(Debug)]
pub enum Ended {
    /// Everything was written and verified.
    Done {
        /// The run.
        run: RunId,
    },
    /// It stopped part-way; it can be resumed or rolled back.
    Stopped {
        /// The run.
        run: RunId,
        /// Why.
        why: Error,
    },
    /// It failed, and everything is as it was before.
    RolledBack {
        /// The failed run.
        run: RunId,
        /// The run that undid it.
        by: RunId,
        /// Why the first one failed.
        why: Error,
    },
    /// It failed, and so did its rollback.
    RollbackFailed {
        /// The failed run.
        run: RunId,
        /// The run that was to undo it, if it could begin.
        by: Option<RunId>,
        /// Why the first one failed.
        why: Error,
        /// Why the second one failed.
        then: Error,
    },
}

/// One run between taking the lease and letting go of it.
struct Leg {
    claim: Claim,
    start: RunStart,
    plan: Plan,
    rows: Vec<Row>,
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
    refuse_blocked(plan)?;
    let digest = means.repository.put_plan(plan).await?;
    let start = start(means, plan, digest, reason);
    let claim = match means.ledger.begin(&start, LEASE).await {
        Ok(claim) => claim,
        Err(BeginError::Held(held)) => return Err(locked(means, &held)),
        Err(BeginError::Other(e)) => return Err(e),
    };
    means.events.emit(Event::Begun { run: start.run.clone(), moves: plan.moves.len() });
    carry(means, Leg { claim, start, plan: plan.clone(), rows: Vec::new() }, on_failure).await
}

/// Goes on with the run `id`, which was interrupted or stopped. An error means that this changed nothing.
pub async fn resume(means: &Means<'_>, id: &RunId, on_failure: OnFailure) -> Result<Ended> {
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
    let plan = means.repository.plan(&record.start.plan).await?;
    let (claim, start) = take_over(means, &id).await?;
    let rows = means.ledger.rows(&id).await?;
    means.events.emit(Event::Begun { run: id, moves: plan.moves.len() });
    carry(means, Leg { claim, start, plan, rows }, on_failure).await
}

/// Undoes the open run `past` as `shown` says: takes its lease over, sees that the plan is still the one that was
/// shown, ends the run and performs the rollback in its place.
pub async fn undo_open(
    means: &Means<'_>,
    past_run: &Past,
    shown: &Plan,
    reason: Option<String>,
) -> Result<Ended> {
    refuse_blocked(shown)?;
    let id = &past_run.record.start.run;
    let (claim, old) = take_over(means, id).await?;
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
                progress: Progress::of(&rows),
            };
            performance.settle().await;
            let plan = plan_back(means, &past(means, id).await?, &Selection::all()).await?;
            if plan.moves != shown.moves {
                return Err(Error::new(
                    ErrorKind::Stale,
                    format!("what the run {id} left has changed since the plan was shown"),
                )
                .hint("run the same command again to see the new plan"));
            }
            refuse_blocked(&plan)?;
            if plan.is_empty() {
                let message = "nothing was changed".to_string();
                let (status, at, wrote) = (RunStatus::Failed, means.clock.now(), Vec::new());
                let finish = Finish { status, at, changed: false, wrote, message, turned_into: None };
                means.ledger.end(&lease.claim, &finish).await?;
                return Ok(None);
            }
            let why = Error::failed("rolled back by hand");
            let touched = performance.progress.touched(&past_run.plan).into_iter().cloned().collect();
            turn(means, &lease, &old, plan, touched, &why, reason).await.map(Some)
        })
        .await;
    match turned {
        Ok(Some(leg)) => carry(means, leg, OnFailure::Stop).await,
        Ok(None) => Ok(Ended::Done { run: id.clone() }),
        Err(e) => {
            let _ = means.ledger.park(&lease.claim).await;
            Err(e)
        }
    }
}

fn refuse_blocked(plan: &Plan) -> Result<()> {
    let reasons: Vec<String> = plan
        .blocks()
        .map(|f| f.address.as_ref().map_or(f.message.clone(), |a| format!("{a} {}", f.message)))
        .collect();
    match reasons.is_empty() {
        true => Ok(()),
        false => Err(Error::blocked(format!("nothing was written: {}", reasons.join("; ")))),
    }
}

fn start(means: &Means<'_>, plan: &Plan, digest: Digest, reason: Option<String>) -> RunStart {
    let at = means.clock.now();
    RunStart {
        run: RunId::new(at),
        kind: plan.kind,
        environment: plan.environment.clone(),
        pin: plan.pin.clone(),
        actor: means.actor.clone(),
        process: means.process.clone(),
        at,
        reason,
        plan: digest,
        source: plan.source.clone(),
        source_digest: plan.source_digest.clone(),
        undoes: plan.undoes.clone(),
        tool: means.tool.to_string(),
    }
}

/// Returns the refusal that names who holds the lease, and what to type.
fn locked(means: &Means<'_>, held: &Held) -> Error {
    let s = &held.start;
    let (run, who) = (&s.run, format!("{} ({})", s.actor.identity, s.actor.host));
    let verb = if s.kind == RunKind::Deploy { "deploying" } else { "rolling back" };
    let error = |state: &str| {
        let message = format!(
            "{} is held by the run {run}: {who}, {verb} {} since {}{state}",
            s.environment, s.source, s.at
        );
        Error::new(ErrorKind::Locked, message)
    };
    let ways_out =
        format!("snapdeploy deploy --resume {run}, or snapdeploy rollback {} --run {run}", s.environment);
    match owner(held, &means.process, super::process::alive) {
        Owner::Parked => error("; it stopped part-way").hint(ways_out),
        Owner::Dead => error("; its process is dead").hint(ways_out),
        Owner::Unknown => {
            error("").hint(format!("wait for it: snapdeploy history show {run}; if it is dead: {ways_out}"))
        }
    }
}

/// Takes the lease of the open run `id` over, waiting first where its owner may be alive.
async fn take_over(means: &Means<'_>, id: &RunId) -> Result<(Claim, RunStart)> {
    let pin = means.driver.pin();
    let held = means.ledger.held(pin).await?.filter(|h| h.start.run == *id);
    let Some(mut held) = held else {
        return Err(Error::new(ErrorKind::Locked, format!("the run {id} holds no lease of {pin}")));
    };
    if owner(&held, &means.process, super::process::alive) == Owner::Unknown {
        let why = format!("the owner of the run {id} may be alive: {}", held.start.actor.host);
        means.events.emit(Event::Waiting { why });
        held = wait_until_dead(means.ledger, means.clock, &held).await?;
    }
    let start = RunStart { actor: means.actor.clone(), process: means.process.clone(), ..held.start.clone() };
    let claim = means.ledger.take_over(&held, &start, LEASE).await?;
    Ok((claim, start))
}

async fn carry(means: &Means<'_>, mut leg: Leg, on_failure: OnFailure) -> Result<Ended> {
    let mut turned: Option<(RunId, Error)> = None;
    loop {
        let lease = Lease::new(means.ledger, means.clock, leg.claim.clone(), means.stop.clone());
        let end = lease.during(one_leg(means, &lease, &leg, on_failure)).await;
        let run = leg.start.run.clone();
        match (end, turned.take()) {
            (Ok(LegEnd::Turned(next, why)), _) => {
                let to = next.start.run.clone();
                means.events.emit(Event::Turning { from: run.clone(), to, why: why.message.clone() });
                turned = Some((run, why));
                leg = *next;
            }
            (Ok(LegEnd::TurnFailed(why, then)), _) => {
                return Ok(Ended::RollbackFailed { run, by: None, why, then });
            }
            (Ok(LegEnd::Over(Ended::Done { run: by })), Some((run, why))) => {
                return Ok(Ended::RolledBack { run, by, why });
            }
            (Ok(LegEnd::Over(Ended::Stopped { why: then, .. })) | Err(then), Some((first, why))) => {
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
    let mut performance = Performance { means, lease, journal, plan: &leg.plan, progress };
    let run = leg.start.run.clone();
    if !leg.rows.is_empty() {
        performance.journal.record(Note::Resumed { actor: means.actor.clone() }).await?;
    }
    let outcome = match prepare(&mut performance, leg).await {
        Ok(()) => performance.go_on().await,
        Err(e) => Err(e),
    };
    let error = match outcome {
        Ok(problems) if problems.is_empty() => {
            return Ok(LegEnd::Over(
                match end(means, lease, leg, &performance, RunStatus::Succeeded, "verified").await {
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
    if !performance.progress.changed() && !replaces(means, leg).await {
        // Where even this cannot be written, the audit shows a run that was interrupted.
        let _ = performance.journal.flush().await;
        let _ = end(means, lease, leg, &performance, RunStatus::Failed, &error.message).await;
        return Err(error);
    }
    if error.kind == ErrorKind::Fenced {
        return Ok(LegEnd::Over(Ended::Stopped { run, why: error }));
    }
    let wants_back = leg.plan.kind == RunKind::Deploy
        && on_failure == OnFailure::Rollback
        && error.kind != ErrorKind::Interrupted;
    if wants_back {
        match turn_round(means, lease, leg, &mut performance, &error).await {
            Ok(Some(next)) => return Ok(LegEnd::Turned(Box::new(next), error)),
            Ok(None) => {
                // The calls had no effect: there is nothing to undo.
                performance.progress = Progress::default();
                end(means, lease, leg, &performance, RunStatus::Failed, &error.message).await?;
                return Err(error);
            }
            Err(then) => {
                park(means, lease, &mut performance, &then).await;
                return Ok(LegEnd::TurnFailed(error, then));
            }
        }
    }
    park(means, lease, &mut performance, &error).await;
    Ok(LegEnd::Over(Ended::Stopped { run, why: error }))
}

/// Returns whether the run took the place of a failed one. It then has work to do although it has changed nothing yet,
/// and must not end before that is done. Where the ledger cannot tell, it may be so.
async fn replaces(means: &Means<'_>, leg: &Leg) -> bool {
    let Some(undoes) = &leg.start.undoes else { return false };
    match means.ledger.run(undoes).await {
        Ok(failed) => failed.finish.and_then(|f| f.turned_into).as_ref() == Some(&leg.start.run),
        Err(_) => true,
    }
}

/// Lets go of a run that can be resumed. What cannot be written here, the next run finds out by looking.
async fn park(means: &Means<'_>, lease: &Lease<'_>, performance: &mut Performance<'_>, why: &Error) {
    performance.journal.note(Note::Stopped { why: why.message.clone() });
    let _ = performance.journal.flush().await;
    let _ = means.ledger.park(&lease.claim).await;
}

async fn end(
    means: &Means<'_>,
    lease: &Lease<'_>,
    leg: &Leg,
    performance: &Performance<'_>,
    status: RunStatus,
    message: &str,
) -> Result<()> {
    let wrote: Vec<Address> = performance.progress.touched(&leg.plan).into_iter().cloned().collect();
    let finish = Finish {
        status,
        at: means.clock.now(),
        changed: !wrote.is_empty(),
        wrote,
        message: message.to_string(),
        turned_into: None,
    };
    means.ledger.end(&lease.claim, &finish).await
}

/// Under the lease: sees that everything is as the plan saw it, and commits the snapshot to go back to.
async fn prepare(performance: &mut Performance<'_>, leg: &Leg) -> Result<()> {
    if performance.progress.before.is_some() {
        return Ok(());
    }
    let means = performance.means;
    let (inventory, gaps) = survey::list(means.driver, means.events).await?;
    let scope: Vec<Address> = leg.plan.steps.iter().map(|s| s.address.clone()).collect();
    let (lives, unread) = survey::read(means.driver, &inventory, &scope, means.events).await;
    let gaps: Vec<_> = gaps.into_iter().chain(unread).collect();
    survey::no_gaps(&gaps, |kind| scope.iter().any(|a| a.kind() == kind))?;
    for step in &leg.plan.steps {
        let same = match (&step.before, lives.get(&step.address)) {
            (None, None) => true,
            (Some(before), Some(live)) => before.fits(&live.document),
            _ => false,
        };
        if !same {
            let message = format!("{} has been changed since the plan was made", step.address);
            return Err(
                Error::new(ErrorKind::Stale, message).hint("make the plan again: run the same command")
            );
        }
    }
    let documents = lives.iter().map(|(a, l)| (a.clone(), l.document.clone())).collect();
    let kept = lives.values().map(|l| Kept::of(&l.found, &l.document)).collect();
    let id = SnapshotId::new(means.clock.now());
    let manifest = Manifest {
        schema: SNAPSHOT_SCHEMA.into(),
        id: id.clone(),
        environment: leg.plan.environment.clone(),
        pin: leg.plan.pin.clone(),
        taken_at: means.clock.now(),
        actor: means.actor.clone(),
        tool: means.tool.to_string(),
        name: None,
        note: None,
        coverage: Coverage::Before { run: leg.start.run.clone(), scope },
        gaps: Vec::new(),
        bodies: Digest::of(b""),
        kept,
        inventory: inventory.iter().filter(|f| !lives.contains_key(&f.address)).cloned().collect(),
        findings: Vec::new(),
    };
    means.repository.commit(Snapshot { manifest, documents }).await?;
    means.events.emit(Event::Committed { snapshot: id.clone() });
    performance.progress.before = Some(id.clone());
    performance.journal.note(Note::Before { snapshot: id });
    Ok(())
}

/// Plans the way back and begins it in the place of the failed run. `None` if there is nothing to undo.
async fn turn_round(
    means: &Means<'_>,
    lease: &Lease<'_>,
    leg: &Leg,
    performance: &mut Performance<'_>,
    why: &Error,
) -> Result<Option<Leg>> {
    performance.journal.flush().await?;
    performance.settle().await;
    let past = Past {
        record: means.ledger.run(&leg.start.run).await?,
        plan: leg.plan.clone(),
        progress: performance.progress.clone(),
    };
    let plan = plan_back(means, &past, &Selection::all()).await?;
    refuse_blocked(&plan)?;
    if plan.is_empty() {
        return Ok(None);
    }
    let touched = past.progress.touched(&leg.plan).into_iter().cloned().collect();
    turn(means, lease, &leg.start, plan, touched, why, leg.start.reason.clone()).await.map(Some)
}

async fn turn(
    means: &Means<'_>,
    lease: &Lease<'_>,
    old: &RunStart,
    plan: Plan,
    wrote: Vec<Address>,
    why: &Error,
    reason: Option<String>,
) -> Result<Leg> {
    let digest = means.repository.put_plan(&plan).await?;
    let next = start(means, &plan, digest, reason);
    let finish = Finish {
        status: RunStatus::Turned,
        at: means.clock.now(),
        changed: true,
        wrote,
        message: format!("{}; undone by {}, run of {}", why.message, next.run, old.environment),
        turned_into: Some(next.run.clone()),
    };
    let claim = means.ledger.succeed(&lease.claim, &finish, &next, LEASE).await?;
    Ok(Leg { claim, start: next, plan, rows: Vec::new() })
}
