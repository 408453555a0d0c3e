//! Plan, show, ask, perform: what every change goes through.

use std::time::{Duration, Instant};

use clap::Args;
use jiff::Timestamp;

use crate::core::ahead::Ahead;
use crate::core::environment::Access;
use crate::core::event::Events;
use crate::core::finding::{Finding, Weight};
use crate::core::following::PATIENCE;
use crate::core::import::REASON;
use crate::core::loss::Accepted;
use crate::core::means::{Glass, Means, Waivers};
use crate::core::plan::Plan;
use crate::core::protection;
use crate::core::run::RunKind;
use crate::core::runs::Ended;
use crate::core::{Error, ErrorKind, Result};

use super::context::{Context, Face, Site, variable};
use super::duration::Typed;
use super::exit::Exit;
use super::expiry;
use super::output::{PlanReport, RunReport, place_of};
use super::progress;
use super::waived::WaivedArgs;

/// What every verb that changes something takes.
#[derive(Args, Clone, Debug)]
pub(super) struct ChangeArgs {
    /// Show the plan and stop; nothing is written
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT", group = "why", value_parser = reason)]
    pub(super) reason: Option<String>,
    /// If another run holds the environment, wait for it this long, such as 90s or 10m, instead of ending with 11
    #[arg(long, value_name = "DURATION")]
    pub(super) wait_lock: Option<Typed>,
    /// Follow what AWS goes on with by itself (a deployment of a service) for this long, such as 30m, then let go of it and
    /// end with 8; 75m if nothing is said, and as much again for a rollback
    #[arg(long, value_name = "DURATION")]
    pub(super) timeout: Option<Typed>,
    /// Do not follow what AWS goes on with by itself: end with 8 once it is started
    #[arg(long, conflicts_with = "timeout")]
    pub(super) no_wait: bool,
    /// A secret that may be overwritten or deleted though nobody could put it back; a plan that needs this says so
    #[arg(long, value_name = "ADDRESS:PATH")]
    pub(super) accept_loss: Vec<String>,
    /// A resource that may be destroyed though no rollback brings it back as it was; a plan that needs this says so; recorded
    #[arg(long, value_name = "ADDRESS")]
    pub(super) accept_irreversible: Vec<String>,
    /// Do not run this hook; of one that an earlier process was running, take it that it ended well; recorded
    #[arg(long, value_name = "HOOK")]
    pub(super) skip_hook: Vec<String>,
    /// Run this hook again though nobody knows how it ended
    #[arg(long, value_name = "HOOK", conflicts_with = "skip_hook")]
    pub(super) repeat_hook: Vec<String>,
    /// Do not ask; not enough for a protected environment
    #[arg(long, conflicts_with = "confirm")]
    pub(super) yes: bool,
    /// Do not ask: the phrase PROJECT/ENV says that it is meant
    #[arg(long, value_name = "PHRASE")]
    pub(super) confirm: Option<String>,
    /// Where the shared ledger cannot be reached: work without it, for this reason, which is recorded. Nobody on another
    /// machine is kept out; asks for the phrase, or --confirm; told to the ledger later by `history import`
    #[arg(long, value_name = "REASON", group = "why")]
    pub(super) break_glass: Option<String>,
    /// What a deployment does without.
    #[arg(skip)]
    pub(super) waived: WaivedArgs,
}

impl ChangeArgs {
    /// Returns what the command is to do in the environment.
    pub(super) fn access(&self) -> Access {
        if self.dry_run { Access::Read } else { Access::Write }
    }

    /// Returns why it is done, as it is recorded.
    pub(super) fn why(&self) -> Option<String> {
        match &self.break_glass {
            Some(reason) => Some(format!("{REASON}{reason}")),
            None => self.reason.clone(),
        }
    }

    /// Returns which secrets may be lost.
    pub(super) fn losses(&self) -> Accepted {
        Accepted::Named(self.accept_loss.iter().cloned().collect())
    }

    /// Returns what may be destroyed for good.
    pub(super) fn irreversible(&self) -> Accepted {
        Accepted::Named(self.accept_irreversible.iter().cloned().collect())
    }

    /// Returns what is not asked or run this time.
    fn waivers(&self) -> Waivers {
        Waivers {
            hooks: self.skip_hook.iter().cloned().collect(),
            repeated: self.repeat_hook.iter().cloned().collect(),
            glass: if self.break_glass.is_some() { Glass::Broken } else { Glass::Whole },
            ..self.waived.waivers()
        }
    }

    /// Returns how long what AWS goes on with by itself is followed.
    pub(super) fn following(&self) -> Duration {
        match (self.no_wait, &self.timeout) {
            (true, _) => Duration::ZERO,
            (false, Some(typed)) => typed.0,
            (false, None) => PATIENCE,
        }
    }

    /// Returns what a run in `site` works with, as the flags say.
    pub(super) fn means<'a>(&self, context: &'a Context, site: &'a Site, events: &'a Events) -> Means<'a> {
        Means {
            losses: self.losses(),
            irreversible: self.irreversible(),
            patience: self.following(),
            waivers: self.waivers(),
            ..context.means(site, events)
        }
    }

    /// Returns how long another run is waited for.
    pub(super) fn patience(&self) -> Duration {
        self.wait_lock.map_or(Duration::ZERO, |typed| typed.0)
    }
}

/// Returns a reason as it was typed, unless it reads as one that only `--break-glass` gives.
fn reason(text: &str) -> Result<String, String> {
    match text.starts_with(REASON) {
        true => Err(format!("`{REASON}` begins the reasons of --break-glass")),
        false => Ok(text.to_string()),
    }
}

/// Whether a plan is to be performed.
pub(super) enum Next {
    /// It is.
    Perform,
    /// The command is over.
    Over(Exit),
}

/// Shows the plan. Ends the command after a dry run and where there is nothing to do; fails where the plan is blocked.
pub(super) fn show(face: &Face, site: &Site, plan: &Plan, args: &ChangeArgs, changes: Exit) -> Result<Next> {
    let least = site.driver.least_time(&Ahead::of_run(plan));
    if args.dry_run {
        face.ui.result(&PlanReport { plan, least })?;
        blocked(plan)?;
        return Ok(Next::Over(if plan.steps.is_empty() { Exit::Done } else { changes }));
    }
    face.ui.show(&PlanReport { plan, least });
    face.asked.source(&plan.source);
    face.asked.because(reasons(plan));
    blocked(plan)?;
    if plan.is_empty() {
        face.ui.result(&RunReport::nothing(plan))?;
        return Ok(Next::Over(Exit::Done));
    }
    let follows = match plan.moves.iter().any(|m| site.driver.starts(m)) {
        true => args.following(),
        false => Duration::ZERO,
    };
    match expiry::enough(variable, Timestamp::now(), plan.kind, least, follows) {
        // The way back is open: what it cannot finish it is parked with, and gone on with later.
        Err(e) if plan.kind == RunKind::Rollback => face.ui.say(format!("warning: {}", e.message)),
        enough => enough.map_err(|e| e.context("nothing was changed"))?,
    }
    Ok(Next::Perform)
}

/// Returns `plan` as it is shown: with what speaks against performing it now. A dry run is only told of that.
pub(super) async fn guarded(means: &Means<'_>, plan: &Plan, args: &ChangeArgs) -> Result<Plan> {
    let mut shown = plan.clone();
    let findings = protection::watch(means, plan).await?;
    let news = findings.into_iter().filter(|f| !plan.findings.contains(f));
    shown.say(match args.dry_run {
        true => news.map(|f| Finding { weight: f.weight.min(Weight::Warning), ..f }).collect(),
        false => news.collect(),
    });
    Ok(shown)
}

/// How the error of a plan that is forbidden begins, before the reasons.
pub(super) const FORBIDDEN: &str = "the plan is blocked, and nothing was written: ";

/// Fails with all reasons at once if something forbids the plan.
pub(super) fn blocked(plan: &Plan) -> Result<()> {
    let reasons = reasons(plan);
    if reasons.is_empty() {
        return Ok(());
    }
    Err(Error::blocked(format!("{FORBIDDEN}{}", reasons.join("; "))))
}

/// Returns what forbids the plan, a reason each.
fn reasons(plan: &Plan) -> Vec<String> {
    let reason = |f: &Finding| match &f.address {
        Some(address) => format!("{address} {}", f.message),
        None => f.message.clone(),
    };
    plan.blocks().map(reason).collect()
}

/// Asks whether it is meant, as the environment and the flags say.
pub(super) fn consent(
    face: &Face,
    context: &Context,
    site: &Site,
    what: &str,
    args: &ChangeArgs,
) -> Result<()> {
    let name = &site.environment.name;
    let phrase = context.config.phrase(name);
    match &args.confirm {
        Some(typed) if *typed == phrase => return Ok(()),
        Some(typed) => {
            let message = format!("`{typed}` does not confirm a change of {name}; nothing was changed");
            return Err(Error::new(ErrorKind::Unconfirmed, message).hint(format!("--confirm {phrase}")));
        }
        None if args.yes && !site.environment.protected && args.break_glass.is_none() => return Ok(()),
        None => {}
    }
    let place = place_of(site.driver.pin());
    if site.environment.protected {
        let what = format!("{what} in {name} ({place}), which is protected");
        return face.ui.ask_phrase(&what, &phrase, &format!("--confirm {phrase}"));
    }
    if args.break_glass.is_some() {
        let what = format!("{what} in {name} ({place}), and nobody else is kept out");
        return face.ui.ask_phrase(&what, &phrase, &format!("--confirm {phrase}"));
    }
    face.ui.ask(&format!("{what} in {name} ({place})"), "--yes")
}

/// Returns the number of changes, in words.
pub(super) fn amount(plan: &Plan) -> String {
    match plan.steps.len() {
        1 if plan.begins_again() => "This restarts 1 service".into(),
        n if plan.begins_again() => format!("This restarts {n} services"),
        1 => "This makes 1 change".into(),
        n => format!("This makes {n} changes"),
    }
}

/// Performs a plan, says how it ended, and returns the code. `redo` is the command that undoes a rollback.
pub(super) async fn perform(
    face: &Face,
    plan: &Plan,
    redo: Option<String>,
    args: &ChangeArgs,
    work: impl AsyncFnOnce(&Events) -> Result<Ended>,
) -> Result<Exit> {
    face.signals.changing();
    let began = Instant::now();
    let ended = progress::show(face, work).await?;
    let exit = Exit::of_run(&ended);
    match &ended {
        Ended::Done { .. } | Ended::Skipped { .. } | Ended::Left { why: None, .. } => {}
        // Whoever does not wait is told how it stands, not that it is an error.
        Ended::InProgress { why, .. } if args.no_wait => {
            face.notice.failed(why);
            face.ui.say(&why.message);
        }
        Ended::Left { why: Some(why), .. }
        | Ended::Stopped { why, .. }
        | Ended::RolledBack { why, .. }
        | Ended::TakenBack { why, .. }
        | Ended::Superseded { why, .. }
        | Ended::InProgress { why, .. }
        | Ended::Fallen { why, .. }
        | Ended::RollbackFailed { why, .. } => {
            face.notice.failed(why);
            face.ui.error(why, exit);
        }
    }
    let report = RunReport::new(plan, &ended, began.elapsed().as_secs(), redo);
    face.notice.ended(&report);
    // The work is done; a result that cannot be written must not hide how it ended.
    if let Err(e) = face.ui.result(&report) {
        face.ui.error(&e, exit);
    }
    Ok(exit)
}
