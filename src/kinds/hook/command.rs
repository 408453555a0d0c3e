//! A command on this machine.

use std::time::Duration;

use crate::core::hook::{Hook, HookEnd, Running};
use crate::core::redact::register;
use crate::core::shell::{Shell, ShellEnd};
use crate::core::{Error, ErrorKind, Result};

/// What the name of an environment variable has in it whose value is nobody's business.
const SECRET: [&str; 6] = ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "CREDENTIAL", "API_KEY"];

/// Runs the command `line` of a hook to its end, for `limit` at most. `Interrupted` where somebody wished it to stop.
pub async fn run(hook: &Hook, line: &str, limit: Duration, with: &Running<'_>) -> Result<HookEnd> {
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
    let shell = Shell { line, variables: &variables, limit };
    let ran = shell.run(|| with.sending.lease.stop()).await;
    let ran = ran.map_err(|e| Error::failed(format!("cannot run `{line}`: {e}")))?;
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

/// Notes the secrets that the command has from this process's environment: it may print them.
fn confide() {
    for (name, value) in std::env::vars_os() {
        let name = name.to_string_lossy().to_uppercase();
        if let (true, Some(value)) = (SECRET.iter().any(|s| name.contains(s)), value.to_str()) {
            register(value);
        }
    }
}
