//! Running the hooks of a run: before its first change, and once all of it is verified.

use std::collections::BTreeSet;
use std::pin::pin;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use super::address::Address;
use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::finding::{Finding, Weight};
use super::hook::{Begun, Coming, Hook, HookAt, HookDeed, HookEnd, HookFailure, Noting, Running, Trace};
use super::make::Making;
use super::means::Means;
use super::moves::{Does, Stage};
use super::plan::{Action, Plan};
use super::printed::printed;
use super::progress::{Hooked, Progress};
use super::run::{HookState, Note, Process};
use super::rung::NoRungs;

/// How many lines of what a hook printed are kept.
const LINES: usize = 40;
/// How much of a line, and of how a hook ended, is kept.
const WIDEST: usize = 300;
const SAID: usize = 600;

/// The end of who runs a hook: it works on another thread's terms, and the journal does not.
struct Line(mpsc::UnboundedSender<(Process, oneshot::Sender<Result<()>>)>);

#[async_trait]
impl Noting for Line {
    async fn runs_as(&self, process: Process) -> Result<()> {
        let (answer, answered) = oneshot::channel();
        let gone = || Err(Error::bug("nobody notes which process runs a hook"));
        match self.0.send((process, answer)) {
            Ok(()) => answered.await.unwrap_or_else(|_| gone()),
            Err(_) => gone(),
        }
    }
}

/// Puts those hooks of the configuration on `plan` that are run with it, and says of each what has to be said before.
///
/// `Input` where a hook is to be left out, or run again, that there is not.
pub(super) async fn put_on(means: &Means<'_>, plan: &mut Plan) -> Result<()> {
    named(means, plan)?;
    if plan.steps.is_empty() {
        return Ok(());
    }
    let at = [HookAt::before(plan.kind), HookAt::after(plan.kind)];
    let is_run = |h: &&Hook| h.at.iter().any(|a| at.contains(a));
    let about = |h: &&Hook| h.is_about(plan.steps.iter().map(|s| &s.address));
    let hooks: Vec<Hook> = means.values.hooks.iter().filter(is_run).filter(about).cloned().collect();
    let new = plan.steps.iter().filter(|s| s.action == Action::Create).map(|s| s.address.clone());
    let new: Vec<Address> = new.collect();
    let mut findings = Vec::new();
    for hook in &hooks {
        if means.waivers.hooks.contains(&hook.name) {
            let message = format!("the hook {} is not run: --skip-hook says so", hook.name);
            findings.push(Finding::new(Weight::Warning, None, message));
            continue;
        }
        findings.extend(means.driver.hooks().foresee(hook, &new).await);
    }
    plan.hooks = hooks;
    plan.say(findings);
    Ok(())
}

/// Fails unless all hooks that are named on the command line are there, in the configuration or in `plan`.
pub(super) fn named(means: &Means<'_>, plan: &Plan) -> Result<()> {
    let there: BTreeSet<&str> =
        means.values.hooks.iter().chain(&plan.hooks).map(|h| h.name.as_str()).collect();
    let said = [("--skip-hook", &means.waivers.hooks), ("--repeat-hook", &means.waivers.repeated)];
    for (flag, names) in said {
        if let Some(name) = names.iter().find(|n| !there.contains(n.as_str())) {
            let hint = match there.is_empty() {
                true => "there is no hook in this environment".to_string(),
                false => format!("the hooks are {}", there.into_iter().collect::<Vec<_>>().join(", ")),
            };
            return Err(Error::input(format!("{flag} {name}: there is no such hook")).hint(hint));
        }
    }
    Ok(())
}

/// Returns what a way back from a run has to say of the databases that the hooks of that run have changed.
pub(super) fn stays(plan: &Plan, progress: &Progress) -> Vec<Finding> {
    let one = |(name, state, begun): (&str, &HookState, jiff::Timestamp)| {
        let how = match state {
            HookState::Ended { good: true, .. } => "ended well",
            HookState::Ended { said, .. } => said.as_str(),
            _ => "nobody knows how it ended",
        };
        let message = format!(
            "the hook {name} has changed a database (begun {}; {how}): that stays as it is, since snapdeploy puts back no \
             database",
            begun.strftime("%Y-%m-%d %H:%M:%S UTC")
        );
        let hint = "see that what is put back works with it, or restore the backup that was made before it";
        Finding::new(Weight::Warning, None, message).hint(hint)
    };
    progress.migrations(plan).map(one).collect()
}

/// Returns `error`, of a run that is undone, with what stays of it all the same.
pub(super) fn staying(error: Error, plan: &Plan, progress: &Progress) -> Error {
    let names: BTreeSet<&str> = progress.migrations(plan).map(|(name, ..)| name).collect();
    if names.is_empty() {
        return error;
    }
    let names: Vec<&str> = names.into_iter().collect();
    let message =
        format!("{}; what {} changed in a database stays as it is", error.message, names.join(" and "));
    Error { message, ..error }
}

impl Making<'_, '_> {
    /// Runs the hooks of this moment that are not over, by the order of their names.
    ///
    /// Fails where one has failed whose failure is that of the run; with `Interrupted`, where nobody knows how one ended.
    pub(super) async fn hooks(&self, at: HookAt) -> Result<()> {
        for hook in self.plan.hooks.iter().filter(|h| h.at.contains(&at)) {
            if let Some(why) = self.means.stop.asked() {
                return Err(Error::new(ErrorKind::Interrupted, why));
            }
            self.hook(hook, at).await?;
        }
        Ok(())
    }

    async fn hook(&self, hook: &Hook, at: HookAt) -> Result<()> {
        let known = self.progress.borrow().hooks.get(&(hook.name.clone(), at)).cloned();
        match known.as_ref().map(|hooked| &hooked.state) {
            Some(HookState::Ended { good: true, .. } | HookState::Skipped) => return Ok(()),
            // It was said when it failed.
            Some(HookState::Ended { .. }) if hook.on_failure == HookFailure::Warn => return Ok(()),
            _ => {}
        }
        if self.means.waivers.hooks.contains(&hook.name) {
            if let Some(HookState::Begins { process, .. }) = known.as_ref().map(|hooked| &hooked.state) {
                self.let_go(hook, process.as_ref());
            }
            return self.mark(hook, at, HookState::Skipped).await;
        }
        let end = self.ran(hook, at, known).await?;
        let output = kept(&end.output);
        let said = printed(&end.said, SAID);
        self.mark(hook, at, HookState::Ended { good: end.good, said: said.clone(), output: output.clone() })
            .await?;
        if end.good {
            return Ok(());
        }
        let message = format!("the hook {} failed: {said}", hook.name);
        if hook.on_failure == HookFailure::Warn {
            let last = output.last().map(|line| format!(" ({line})")).unwrap_or_default();
            self.means.events.emit(Event::Warned { what: format!("{message}{last}; the run goes on") });
            return Ok(());
        }
        let explained = output.into_iter().map(|line| format!("    {line}"));
        Err(Error::failed(message).explained(explained).hint(format!(
            "to do without it: the same command again with --skip-hook {0}; where the run is still open: snapdeploy \
             deploy --resume {1} --skip-hook {0}",
            hook.name, self.lease.claim.run
        )))
    }

    /// Records how far a hook is.
    async fn mark(&self, hook: &Hook, at: HookAt, state: HookState) -> Result<()> {
        let now = self.means.clock.now();
        self.progress.borrow_mut().hooked(&hook.name, at, state.clone(), now);
        let note = Note::Hook { hook: hook.name.clone(), at, state };
        self.journal.lock().await.record(note).await
    }

    /// Runs a hook to its end, or what an earlier process has begun of it.
    async fn ran(&self, hook: &Hook, at: HookAt, known: Option<Hooked>) -> Result<HookEnd> {
        let hooks = self.means.driver.hooks();
        let changing: Vec<Address> = self.plan.steps.iter().map(|s| s.address.clone()).collect();
        let awaited = hooks.awaits(hook, at, &changing);
        if let Some(address) = &awaited {
            self.make_ready(address).await?;
        }
        let leash = self.lease.leash();
        let sending = self.sending(&leash, &NoRungs);
        let (notes, mut noted) = mpsc::unbounded_channel();
        let line = Line(notes);
        let mut with = Running {
            since: known.as_ref().map_or_else(|| self.means.clock.now(), |hooked| hooked.begun),
            attempt: known.as_ref().map_or(0, |hooked| hooked.attempt),
            run: self.lease.claim.run.as_str(),
            environment: &self.plan.environment,
            at,
            addresses: changing,
            sending: &sending,
            coming: self.coming(awaited.as_ref())?,
            noting: &line,
        };
        let open = match known.map(|hooked| hooked.state) {
            Some(HookState::Started { ticket }) => Trace::Begun(ticket),
            Some(HookState::Begins { process, .. }) if matches!(hook.deed, HookDeed::Command { .. }) => {
                let orphan = self.outlived(hook, process.as_ref(), with.since).await?;
                if orphan.may_run && self.may_repeat(hook, &orphan.why).is_ok() {
                    let what = format!("the hook {} is run again: {}", hook.name, orphan.why);
                    self.means.events.emit(Event::Warned { what });
                }
                Trace::Lost(orphan.why)
            }
            Some(HookState::Begins { .. }) => hooks.trace(hook, with.since, &with).await?,
            // It has failed, and whoever goes on with the run wishes it once more.
            Some(HookState::Ended { .. }) => {
                (with.since, with.attempt) = (self.means.clock.now(), with.attempt + 1);
                Trace::Not
            }
            _ => Trace::Not,
        };
        match open {
            Trace::Begun(ticket) => match self.followed(hook, at, &ticket, &with).await? {
                Ok(end) => return Ok(end),
                Err(why) => {
                    self.may_repeat(hook, &why)?;
                    (with.since, with.attempt) = (self.means.clock.now(), with.attempt + 1);
                }
            },
            Trace::Lost(why) => {
                self.may_repeat(hook, &why)?;
                (with.since, with.attempt) = (self.means.clock.now(), with.attempt + 1);
            }
            Trace::Not => {}
        }
        self.lease.sure().await?;
        let attempt = with.attempt;
        self.mark(hook, at, HookState::Begins { attempt, process: None }).await?;
        // Writing that can take long, and a process can be suspended meanwhile.
        self.lease.sure().await?;
        self.means.events.emit(Event::Hooked { what: format!("{}: {}", hook.name, doing(&hook.deed)) });
        let begun = {
            let mut work = pin!(hooks.begin(hook, &with));
            loop {
                tokio::select! {
                    biased;
                    begun = &mut work => break begun,
                    Some((process, answer)) = noted.recv() => {
                        let state = HookState::Begins { attempt, process: Some(process) };
                        // Who does not wait for the answer any more has found an end of its own.
                        let _ = answer.send(self.mark(hook, at, state).await);
                    }
                }
            }
        };
        match begun {
            Ok(Begun::Ended(end)) => Ok(end),
            Ok(Begun::Lost(why)) => Err(self.lost(hook, &why)),
            Ok(Begun::Started(ticket)) => match self.followed(hook, at, &ticket, &with).await? {
                Ok(end) => Ok(end),
                Err(why) => Err(self.lost(hook, &why)),
            },
            // Somebody wished it to stop, or the lease is lost: what became of it is not known.
            Err(e) if matches!(e.kind, ErrorKind::Interrupted | ErrorKind::Fenced) => Err(e),
            Err(e) => Ok(HookEnd { good: false, said: e.message, output: e.explained }),
        }
    }

    /// Follows a hook that goes on by itself. The inner error says why nobody can tell how it ended.
    async fn followed(
        &self,
        hook: &Hook,
        at: HookAt,
        ticket: &str,
        with: &Running<'_>,
    ) -> Result<std::result::Result<HookEnd, String>> {
        let started = HookState::Started { ticket: ticket.to_string() };
        let known = self.progress.borrow().hooks.get(&(hook.name.clone(), at)).cloned();
        if known.is_none_or(|hooked| hooked.state != started) {
            self.mark(hook, at, started).await?;
        }
        let why = format!("the hook {}: {ticket}", hook.name);
        self.means.events.emit(Event::Waiting { why });
        match self.means.driver.hooks().end(hook, ticket, with).await {
            Ok(end) => Ok(Ok(end)),
            Err(e) if e.kind == ErrorKind::NotFound => Ok(Err(e.message)),
            Err(e) if matches!(e.kind, ErrorKind::Interrupted | ErrorKind::Fenced) => Err(e),
            // It goes on, and is followed by whoever goes on with the run.
            Err(e) => {
                let message = format!("the hook {} cannot be followed: {}", hook.name, e.message);
                Err(Error::new(ErrorKind::Interrupted, message).explained(e.explained))
            }
        }
    }

    /// Fails with `Interrupted` unless a hook may be run again of which nobody knows how it ended.
    fn may_repeat(&self, hook: &Hook, why: &str) -> Result<()> {
        match hook.repeatable || self.means.waivers.repeated.contains(&hook.name) {
            true => Ok(()),
            false => Err(self.lost(hook, why)),
        }
    }

    fn lost(&self, hook: &Hook, why: &str) -> Error {
        let (name, run) = (&hook.name, &self.lease.claim.run);
        let message = format!("nobody knows how the hook {name} ended: {why}");
        Error::new(ErrorKind::Interrupted, message).hint(format!(
            "look what it has done; where all is well: snapdeploy deploy --resume {run} --skip-hook {name}; to run it \
             again: snapdeploy deploy --resume {run} --repeat-hook {name}"
        ))
    }

    /// Makes what is only made ready of `address`: nothing that runs changes by it, and made once more it does no harm.
    async fn make_ready(&self, address: &Address) -> Result<()> {
        for (index, m) in self.plan.moves.iter().enumerate().filter(|(_, m)| m.address == *address) {
            if m.does == Does::Create {
                break;
            }
            let ready = m.does == Does::Prepare && m.stage < Stage::Switch;
            if ready && !self.progress.borrow().done.contains(&index) {
                self.make(index).await?;
            }
        }
        Ok(())
    }

    /// Returns the calls that are still to be made for `address`.
    fn coming(&self, address: Option<&Address>) -> Result<Vec<Coming<'_>>> {
        let Some(address) = address else { return Ok(Vec::new()) };
        let own = |(i, m): &(usize, _)| {
            let m: &&super::moves::Move = m;
            m.address == *address && !self.progress.borrow().done.contains(i)
        };
        let all = self.plan.moves.iter().enumerate().filter(own);
        all.map(|(_, m)| Ok(Coming { m, of: self.found(address), args: self.arguments(m)? })).collect()
    }
}

/// Returns the last lines that a hook printed, as they are kept.
fn kept(output: &[String]) -> Vec<String> {
    let from = output.len().saturating_sub(LINES);
    output[from..].iter().map(|line| printed(line, WIDEST)).collect()
}

/// Returns what a hook runs, in a few words.
fn doing(deed: &HookDeed) -> String {
    match deed {
        HookDeed::Command { line } => line.clone(),
        HookDeed::Invoke { function, .. } => format!("the function {function}"),
        HookDeed::Task { cluster, service, family, command, .. } => {
            let what = service.as_ref().or(family.as_ref()).map(String::as_str).unwrap_or_default();
            let command = if command.is_empty() { String::new() } else { format!(": {}", command.join(" ")) };
            format!("a task of {what} in {cluster}{command}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept() {
        let all: Vec<String> = (0..50).map(|n| n.to_string()).collect();
        assert_eq!(kept(&all).len(), LINES);
        assert_eq!(kept(&all).last().map(String::as_str), Some("49"));
    }
}
