//! Credentials that end before what they are to be used for may: nothing is begun with them.

use std::time::Duration;

use jiff::Timestamp;

use super::duration::roughly;
use crate::core::run::RunKind;
use crate::core::{Error, ErrorKind, Result};

/// When the credentials of the process's environment end, as those write it who put them there (`aws configure
/// export-credentials --format env`, AWS CLI reference).
const END: &str = "AWS_CREDENTIAL_EXPIRATION";

/// What ends sooner than this is not begun with: each call takes a while.
const SLACK: Duration = Duration::from_secs(60);

/// Fails with `Denied` where the credentials are those of a session that nobody renews, and end before a run is over that
/// takes `calls` to be made and AWS `follows` to come to an end with what it starts; a deployment, once more for the way back.
/// Whatever else the SDK takes its credentials from gives it new ones.
pub(super) fn enough(
    variable: impl Fn(&str) -> Option<String>,
    now: Timestamp,
    kind: RunKind,
    calls: Duration,
    follows: Duration,
) -> Result<()> {
    if variable("AWS_ACCESS_KEY_ID").and(variable("AWS_SESSION_TOKEN")).is_none() {
        return Ok(());
    }
    let Some(end) = variable(END).and_then(|text| text.parse::<Timestamp>().ok()) else { return Ok(()) };
    // STS has just answered with them: the variable is of others, which came before.
    if end <= now {
        return Ok(());
    }
    let ways = if kind == RunKind::Deploy { 2 } else { 1 };
    let needed = (calls + follows) * ways + SLACK;
    let left = Duration::try_from(end.duration_since(now)).unwrap_or_default();
    if left >= needed {
        return Ok(());
    }
    let message = format!(
        "the credentials end at {end} (in {}, says {END}) and cannot be renewed from here, and this may take {}, the way back \
         included",
        roughly(left),
        roughly(needed)
    );
    // What is followed for less long is gone on with by `deploy --resume`, with new credentials.
    let fits = (left.saturating_sub(SLACK) / ways).saturating_sub(calls).as_secs() / 60;
    let renew = "get new ones, or let the SDK renew them (a profile with sso_session, role_arn or credential_process)";
    let hint = match (follows.is_zero(), fits) {
        (false, 1..) => {
            format!("{renew}; or follow it for less long, and go on with new ones: --timeout {fits}m")
        }
        (false, 0) | (true, _) => renew.to_string(),
    };
    Err(Error::new(ErrorKind::Denied, message).hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn said(
        end: Option<&str>,
        token: Option<&str>,
        kind: RunKind,
        follows: Duration,
    ) -> Option<(String, String)> {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let variable = |name: &str| match name {
            END => end.map(String::from),
            "AWS_SESSION_TOKEN" => token.map(String::from),
            _ => Some("x".to_string()),
        };
        let told = enough(variable, now, kind, Duration::from_secs(60), follows).err()?;
        Some((told.message, told.hint.unwrap_or_default()))
    }

    #[test]
    fn what_would_outlive_its_credentials_is_not_begun() {
        let (deploy, back) = (RunKind::Deploy, RunKind::Rollback);
        let (told, hint) = said(Some("2026-11-21T12:41:00Z"), Some("t"), deploy, HOUR).unwrap_or_default();
        assert!(told.contains("in about 41 min, says AWS_CREDENTIAL_EXPIRATION"), "{told}");
        assert!(hint.ends_with("--timeout 19m"), "{hint}");
        assert!(said(Some("2026-11-21T12:41:00+00:00"), Some("t"), deploy, HOUR).is_some());
        assert!(
            said(Some("2026-11-21T13:30:00Z"), Some("t"), deploy, HOUR).is_some(),
            "the way back is in it"
        );
        assert_eq!(said(Some("2026-11-21T13:30:00Z"), Some("t"), back, HOUR), None, "it has none itself");
        assert_eq!(
            said(Some("2026-11-21T12:41:00Z"), Some("t"), deploy, Duration::ZERO),
            None,
            "nothing is followed"
        );
        assert_eq!(said(Some("2026-11-21T11:00:00Z"), Some("t"), deploy, HOUR), None, "those of others");
        assert_eq!(said(Some("2026-11-21T15:00:00Z"), Some("t"), deploy, HOUR), None);
        assert_eq!(said(Some("2026-11-21T12:41:00Z"), None, deploy, HOUR), None, "a key of a user");
        assert_eq!(said(None, Some("t"), deploy, HOUR), None, "nobody knows");
    }
}
