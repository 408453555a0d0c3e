//! A command of a hook that has outlived the process that began it: nothing is run beside it.

use std::time::Duration;

use jiff::Timestamp;

use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::hook::{Hook, HookDeed};
use super::lease::Lease;
use super::make::Making;
use super::means::Means;
use super::perform::Performance;
use super::process::{self, Seen};
use super::run::{HookState, Process};
use super::shell;

/// How often is looked whether it is still there.
const LOOK: Duration = Duration::from_millis(200);

/// What is known of a command whose process is gone that was to wait for it.
pub(super) struct Orphan {
    /// Why nobody knows how it ended.
    pub why: String,
    /// Whether it may still run.
    pub may_run: bool,
}

impl Making<'_, '_> {
    /// Says so, where the command of a hook is left running.
    pub(super) fn let_go(&self, hook: &Hook, process: Option<&Process>) {
        let_go(self.means, hook, process);
    }

    /// The same as [`outlived`], of a hook that is to be run by the run that has begun it.
    pub(super) async fn outlived(
        &self,
        hook: &Hook,
        process: Option<&Process>,
        since: Timestamp,
    ) -> Result<Orphan> {
        outlived((self.means, self.lease), hook, process, since).await
    }
}

impl Performance<'_> {
    /// Waits for the end of the commands of hooks that have outlived the process of this run: nothing is put back beside
    /// them. `Interrupted` where one may run on that cannot be seen from here, or somebody wishes not to wait.
    pub(super) async fn let_commands_end(&self) -> Result<()> {
        for hook in self.plan.hooks.iter().filter(|h| matches!(h.deed, HookDeed::Command { .. })) {
            let of = self.progress.hooks.iter().filter(|((name, _), _)| *name == hook.name);
            for (_, hooked) in of {
                let HookState::Begins { process, .. } = &hooked.state else { continue };
                if self.means.waivers.hooks.contains(&hook.name) {
                    let_go(self.means, hook, process.as_ref());
                    continue;
                }
                let orphan = outlived((self.means, self.lease), hook, process.as_ref(), hooked.begun).await?;
                let name = &hook.name;
                match process {
                    // Who has it run again says that it is over, and it is run on the way back too.
                    Some(_) if orphan.may_run && !self.means.waivers.repeated.contains(name) => {
                        let message = format!(
                            "nobody knows whether the command of the hook {name} is over: {}",
                            orphan.why
                        );
                        return Err(Error::new(ErrorKind::Interrupted, message).hint(format!(
                            "see to it that it is over, then the same command again with --repeat-hook {name}; with \
                             --skip-hook {name} it is not run on the way back either"
                        )));
                    }
                    // Which process it is is noted before it begins, where that can be known.
                    _ => {
                        let what = format!("nobody knows how the hook {name} ended: {}", orphan.why);
                        self.means.events.emit(Event::Warned { what });
                    }
                }
            }
        }
        Ok(())
    }
}

/// Says so, where the command of a hook is left running.
fn let_go(means: &Means<'_>, hook: &Hook, process: Option<&Process>) {
    if let (HookDeed::Command { .. }, Some(process)) = (&hook.deed, process)
        && process::look(process) == Seen::Alive
    {
        let (name, pid) = (&hook.name, process.pid);
        let what = format!(
            "the command of the hook {name}, which is skipped, still runs here (kill -s TERM -- -{pid} ends it)"
        );
        means.events.emit(Event::Warned { what });
    }
}

/// Waits for the end of a command, begun at `since` as `process`, where that can be seen from here; ends it at its limit.
/// `Interrupted` where somebody wishes not to wait.
async fn outlived(
    (means, lease): (&Means<'_>, &Lease<'_>),
    hook: &Hook,
    process: Option<&Process>,
    since: Timestamp,
) -> Result<Orphan> {
    let Some(process) = process else {
        let why = "the process that ran the command is gone; where that did not end it, it may still run";
        return Ok(Orphan { why: why.into(), may_run: true });
    };
    let pid = process.pid;
    let limit = means.clock.scale(hook.limit);
    let mut told = false;
    loop {
        match process::look(process) {
            Seen::Elsewhere => {
                let host = process.space.split(' ').next().filter(|host| !host.is_empty());
                let host = host.unwrap_or("the machine where it was begun");
                let why = format!("it may still run, as the process group {pid} on {host}");
                return Ok(Orphan { why, may_run: true });
            }
            Seen::Gone => {
                let how =
                    if told { "its command ran on, and has ended by now" } else { "its command is over" };
                let why = format!("{how}, and the process that waited for it was gone before");
                return Ok(Orphan { why, may_run: false });
            }
            Seen::Alive => {}
        }
        let ends = format!("kill -s TERM -- -{pid} ends it");
        if !told {
            told = true;
            let why = format!("the command of the hook {}, which still runs here ({ends})", hook.name);
            means.events.emit(Event::Waiting { why });
        }
        if let Some(why) = means.stop.asked() {
            let message = format!("{why}; the command of the hook {} still runs here ({ends})", hook.name);
            return Err(Error::new(ErrorKind::Interrupted, message));
        }
        lease.sure().await?;
        if means.clock.now().duration_since(since).unsigned_abs() >= limit {
            shell::end(pid).await;
            let why = format!(
                "its command ran on, and was ended at its limit of {:?} with all that it had begun",
                hook.limit
            );
            return Ok(Orphan { why, may_run: false });
        }
        tokio::time::sleep(LOOK).await;
    }
}
