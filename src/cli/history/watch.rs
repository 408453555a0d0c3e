//! `history watch`: follows a run of another process by its journal, read-only, until it ends.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::cli::context::{Context, Face, Site};
use crate::cli::exit::Exit;
use crate::cli::output::moment;
use crate::cli::resume::site_of;
use crate::cli::runs;
use crate::core::environment::Access;
use crate::core::following::{End, Far};
use crate::core::moves::Move;
use crate::core::plan::Plan;
use crate::core::progress::Progress;
use crate::core::run::{RunKind, RunStatus, Verdict};
use crate::core::stand::{Look, Stand, look_at, silence};
use crate::core::{Error, Result, RunId, process};

use super::journal::line;
use super::list::verb;
use super::verb::WatchArgs;
use super::watched::{Going, WatchReport};

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(2);
/// A scaled clock makes nobody answer sooner than this.
const MOMENT: Duration = Duration::from_secs(2);

/// Runs `history watch`.
pub(super) async fn run(args: &WatchArgs, face: &Face) -> Result<Exit> {
    let context = Context::open(face).await?;
    let first = match &args.run {
        Some(text) => runs::find(&context, text, face).await?,
        None => runs::open(&context, args.env.as_deref(), face).await?,
    };
    let until = args.timeout.map(|typed| after(&context, typed.0));
    let mut watch = Watch { context: &context, face, chain: vec![first.start.run.clone()], told: None };
    let (look, plan) = watch.until_over(until).await?;
    let turned = if watch.chain.len() > 1 { Turned::Round } else { Turned::Not };
    let mut exit = code(&look, &plan, turned);
    let mut going = Vec::new();
    if let (Stand::LetGo, Exit::InProgress) = (&look.stand, exit) {
        going = watch.going(args.env.as_deref(), &look, &plan, until).await;
        exit = verdict(&look, &plan, &going, turned);
    }
    face.ui.result(&WatchReport::new(&first, &watch.chain, &look, &plan, exit, going))?;
    Ok(exit)
}

/// Returns the moment that is `time` from now.
fn after(context: &Context, time: Duration) -> Timestamp {
    context.clock.now().checked_add(context.clock.scale(time)).unwrap_or(Timestamp::MAX)
}

struct Watch<'a> {
    context: &'a Context,
    face: &'a Face,
    /// The run, and those that undo the one before.
    chain: Vec<RunId>,
    /// How many lines of the journal of the last of them are told; `None` before it was first looked at.
    told: Option<usize>,
}

impl Watch<'_> {
    /// Follows the run, and what undoes it, until nobody goes on with it or the time is over.
    async fn until_over(&mut self, until: Option<Timestamp>) -> Result<(Look, Plan)> {
        let me = process::this();
        // The last sign of life, and when it was seen.
        let mut sign: Option<(String, Timestamp)> = None;
        let mut plan: Option<(RunId, Plan)> = None;
        loop {
            let id = self.chain.last().ok_or_else(|| Error::bug("no run is watched"))?.clone();
            let look = look_at(self.context.ledger(), &id, &me).await?;
            let known = plan.take().filter(|(of, _)| *of == id);
            let performed = match known {
                Some((_, performed)) => performed,
                None => self.context.repository().plan(&look.record.start.plan).await?,
            };
            self.tell(&look, &performed);
            let now = self.context.clock.now();
            match &look.stand {
                Stand::Ended(finish) => match &finish.turned_into {
                    Some(next) => {
                        self.face.ui.say(format!("Run {id}: {}", finish.message));
                        self.chain.push(next.clone());
                        (self.told, sign) = (Some(0), None);
                        continue;
                    }
                    None => return Ok((look, performed)),
                },
                Stand::LetGo => return Ok((look, performed)),
                Stand::GoesOn(Some(held)) => {
                    let seen = sign.take().filter(|(beat, _)| *beat == held.beat);
                    let since = seen.map_or(now, |(_, at)| at);
                    let silent = self.context.clock.scale(silence(held)).max(MOMENT);
                    if now.duration_since(since) > SignedDuration::try_from(silent).unwrap_or_default() {
                        let stand = Stand::LetGo;
                        return Ok((Look { stand, ..look }, performed));
                    }
                    sign = Some((held.beat.clone(), since));
                }
                // It has ended since its record was read.
                Stand::GoesOn(None) => {}
            }
            if until.is_some_and(|until| now >= until) {
                return Ok((look, performed));
            }
            plan = Some((id, performed));
            self.context.clock.sleep(EVERY).await;
        }
    }

    /// Tells what is new in the journal; of a run that is first looked at, how far it is.
    fn tell(&mut self, look: &Look, plan: &Plan) {
        let s = &look.record.start;
        let ui = &self.face.ui;
        match (self.told, &look.stand) {
            (None, Stand::Ended(finish)) => {
                ui.say(format!("Run {} has ended already, {}", s.run, moment(finish.at)))
            }
            (None, _) => ui.say(format!(
                "Run {} ({} of {} to {}) began {} by {} ({}); {} of {} calls are done",
                s.run,
                verb(s.kind),
                s.source,
                s.environment,
                moment(s.at),
                s.actor.identity,
                s.actor.host,
                Progress::of(&look.rows).done.len(),
                plan.moves.len()
            )),
            (Some(told), _) => {
                for row in look.rows.iter().skip(told) {
                    ui.say(format!("{}  {}", moment(row.at), line(plan, &row.what)));
                }
            }
        }
        self.told = Some(look.rows.len());
    }

    /// Asks how far what AWS goes on with is until all of it has come to an end, or the time is over. Whoever cannot be
    /// asked is no reason to fail: the ticket is told.
    async fn going(
        &self,
        environment: Option<&str>,
        look: &Look,
        plan: &Plan,
        until: Option<Timestamp>,
    ) -> Vec<Going> {
        let environment = environment.unwrap_or(&look.record.start.environment);
        let site = site_of(self.context, environment, &look.record, Access::Read).await;
        let mut all: Vec<Going> = Vec::new();
        for (index, ticket) in look.tickets() {
            let Some(m) = plan.moves.get(index) else { continue };
            let address = m.address.clone();
            let mut told = String::new();
            let alone = site.as_ref().is_ok_and(|site| site.driver.needs_company(m));
            let far = loop {
                let far = match &site {
                    Ok(site) => far(site, m, &ticket).await,
                    Err(e) => Err(e.message.clone()),
                };
                let far = match far {
                    Ok(far) => far,
                    Err(why) => {
                        let line = format!("how far it is cannot be asked: {why}");
                        break Far { line, end: None };
                    }
                };
                if far.line != told && !far.line.is_empty() {
                    self.face.ui.say(format!(
                        "{}  {address}: {}",
                        moment(self.context.clock.now()),
                        far.line
                    ));
                }
                told.clone_from(&far.line);
                let is_over = until.is_some_and(|until| self.context.clock.now() >= until);
                // What gets no further by itself looks the same for good.
                if far.end.is_some() || far.line.is_empty() || is_over || alone {
                    break far;
                }
                self.context.clock.sleep(EVERY).await;
            };
            all.push(Going { address, ticket, progress: far.line, alone, end: far.end });
        }
        all
    }
}

async fn far(site: &Site, m: &Move, ticket: &str) -> Result<Far, String> {
    let asked = match site.driver.find(&m.address).await {
        Ok(of) => site.driver.progress(m, of.as_ref(), ticket).await,
        Err(e) => Err(e),
    };
    asked.map_err(|e| e.message)
}

/// Returns the code that the run would end with, now that AWS has come to the end of `going` and nobody has recorded it:
/// 8 where that is not known, or where more is to be done than AWS does by itself; 3 where nothing goes on any more.
fn verdict(look: &Look, plan: &Plan, going: &[Going], turned: Turned) -> Exit {
    let fell = |verdict| going.iter().any(|one| one.end == Some(End::Fell(verdict)));
    let progress = Progress::of(&look.rows);
    let made = progress.done.len() + going.iter().filter(|one| one.end == Some(End::Done)).count();
    if going.iter().any(|one| one.end.is_none() && !one.alone) {
        return Exit::InProgress;
    }
    let is_back = matches!(turned, Turned::Round) || look.record.start.kind == RunKind::Rollback;
    match () {
        () if is_back && (fell(Verdict::Failed) || fell(Verdict::TakenBack)) => Exit::RollbackFailed,
        () if fell(Verdict::Failed) => Exit::Stopped,
        () if fell(Verdict::Superseded) => Exit::Superseded,
        () if fell(Verdict::TakenBack) => Exit::RolledBack,
        () if going.iter().any(|one| one.end.is_none()) => Exit::Stopped,
        () if made + progress.left.len() < plan.moves.len() => Exit::InProgress,
        () if matches!(turned, Turned::Round) => Exit::RolledBack,
        () => Exit::Done,
    }
}

/// Whether what is looked at is the run that was asked for.
#[derive(Clone, Copy)]
enum Turned {
    /// It is.
    Not,
    /// It undoes that one.
    Round,
}

/// Returns the code that the run ends with, or would end with if nobody goes on with it.
fn code(look: &Look, plan: &Plan, turned: Turned) -> Exit {
    let progress = Progress::of(&look.rows);
    match (&look.stand, turned) {
        (Stand::GoesOn(_), _) => Exit::InProgress,
        (Stand::LetGo, _) if !progress.tickets.is_empty() => Exit::InProgress,
        (Stand::LetGo, Turned::Round) if look.failed() => Exit::RollbackFailed,
        (Stand::LetGo, _) if look.record.start.kind == RunKind::Rollback && !progress.fallen.is_empty() => {
            Exit::RollbackFailed
        }
        (Stand::LetGo, _) => Exit::Stopped,
        (Stand::Ended(finish), turned) => match (finish.status, turned) {
            (RunStatus::Succeeded, _) if !progress.left(plan).is_empty() => Exit::RollbackFailed,
            (RunStatus::Succeeded, Turned::Round) | (RunStatus::Turned | RunStatus::TakenBack, _) => {
                Exit::RolledBack
            }
            (RunStatus::Succeeded, Turned::Not) => Exit::Done,
            (RunStatus::Superseded, _) => Exit::Superseded,
            (RunStatus::Failed | RunStatus::Open, Turned::Round) => Exit::RollbackFailed,
            (RunStatus::Failed | RunStatus::Open, Turned::Not) => Exit::Failed,
        },
    }
}
