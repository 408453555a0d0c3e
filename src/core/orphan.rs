//! A command of a hook that has outlived the process that began it: nothing is run beside it.

use std::time::Duration;

use jiff::Timestamp;

use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::hook::{Hook, HookDeed};
use super::make::Making;
use super::process::{self, Seen};
use super::run::Process;
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
        if let (HookDeed::Command { .. }, Some(process)) = (&hook.deed, process)
            && process::look(process) == Seen::Alive
        {
            let (name, pid) = (&hook.name, process.pid);
            let what = format!(
                "the command of the hook {name}, which is skipped, still runs here (kill -s TERM -- -{pid} ends it)"
            );
            self.means.events.emit(Event::Warned { what });
        }
    }

    /// Waits for the end of a command, begun at `since` as `process`, where that can be seen from here; ends it at its limit.
    /// `Interrupted` where somebody wishes not to wait.
    pub(super) async fn outlived(
        &self,
        hook: &Hook,
        process: Option<&Process>,
        since: Timestamp,
    ) -> Result<Orphan> {
        let Some(process) = process else {
            let why = "the process that ran the command is gone; where that did not end it, it may still run";
            return Ok(Orphan { why: why.into(), may_run: true });
        };
        let pid = process.pid;
        let limit = self.means.clock.scale(hook.limit);
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
                self.means.events.emit(Event::Waiting { why });
            }
            if let Some(why) = self.means.stop.asked() {
                let message =
                    format!("{why}; the command of the hook {} still runs here ({ends})", hook.name);
                return Err(Error::new(ErrorKind::Interrupted, message));
            }
            self.lease.sure().await?;
            if self.means.clock.now().duration_since(since).unsigned_abs() >= limit {
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
}
