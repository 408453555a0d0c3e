//! A command on this machine.

use crate::core::clock::Clock;
use crate::core::hook::{Hook, HookEnd, Running};
use crate::core::shell::{Shell, ShellEnd};
use crate::core::{Error, ErrorKind, Result};
use crate::kinds::confide::confide;

/// Runs the command `line` of a hook to its end, or to its limit. `Interrupted` where somebody wished it to stop.
///
/// Which process it is has been noted before it begins: where this one is killed, it goes on.
pub async fn run(hook: &Hook, line: &str, clock: &Clock, with: &Running<'_>) -> Result<HookEnd> {
    confide();
    let addresses: Vec<String> = with.addresses.iter().map(ToString::to_string).collect();
    let variables = [
        ("SNAPDEPLOY_RUN", with.run.to_string()),
        ("SNAPDEPLOY_ENVIRONMENT", with.environment.to_string()),
        ("SNAPDEPLOY_HOOK", hook.name.clone()),
        ("SNAPDEPLOY_AT", with.at.word().to_string()),
        ("SNAPDEPLOY_ADDRESSES", addresses.join("\n")),
    ];
    let variables = variables.map(|(name, value)| (name.to_string(), value));
    let cannot = |e: std::io::Error| Error::failed(format!("cannot run `{line}`: {e}"));
    let shell = Shell { line, variables: &variables, limit: clock.scale(hook.limit) };
    let ready = shell.ready().map_err(cannot)?;
    if let Some(process) = ready.process() {
        with.noting.runs_as(process).await?;
    }
    let ran = ready.go(|| with.sending.lease.ends(clock.now())).await.map_err(cannot)?;
    let (good, said) = match ran.end {
        ShellEnd::Ended(status) => match status.code() {
            Some(code) => (code == 0, format!("ended with code {code}")),
            None => (false, format!("was ended: {status}")),
        },
        ShellEnd::Late => (
            false,
            format!("was ended with all that it had begun, since its limit of {:?} was over", hook.limit),
        ),
        ShellEnd::Stopped(why) => {
            let message = format!("{why}; the hook {} was ended before its own end", hook.name);
            return Err(Error::new(ErrorKind::Interrupted, message));
        }
    };
    Ok(HookEnd { good, said, output: ran.lines.into_iter().map(|(_, line)| line).collect() })
}
