//! Credentials that end before what they are to be used for may: said beforehand.

use std::time::Duration;

use jiff::Timestamp;

use super::duration::roughly;

/// When the credentials of the process's environment end, as those write it who put them there (`aws configure
/// export-credentials --format env`, AWS CLI reference).
const END: &str = "AWS_CREDENTIAL_EXPIRATION";

/// Returns what to say where the credentials are those of a session that nobody renews, and end before `following` is over.
/// Whatever else the SDK takes its credentials from gives it new ones.
pub(super) fn too_soon(
    variable: impl Fn(&str) -> Option<String>,
    now: Timestamp,
    following: Duration,
) -> Option<String> {
    variable("AWS_ACCESS_KEY_ID").and(variable("AWS_SESSION_TOKEN"))?;
    let end: Timestamp = variable(END)?.parse().ok()?;
    let left = Duration::try_from(end.duration_since(now)).unwrap_or_default();
    (left < following).then(|| {
        format!(
            "warning: the credentials end at {end} (in {}) and cannot be renewed from here; a deployment is followed for up to {}: \
             one that goes on by then is judged with new ones by `snapdeploy deploy --resume RUN`",
            roughly(left),
            roughly(following)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_ends_too_soon_is_said() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let said = |end: Option<&str>, token: Option<&str>| {
            let variable = |name: &str| match name {
                END => end.map(String::from),
                "AWS_SESSION_TOKEN" => token.map(String::from),
                _ => Some("x".to_string()),
            };
            too_soon(variable, now, Duration::from_secs(75 * 60))
        };
        let told = said(Some("2026-11-21T12:41:00Z"), Some("t")).unwrap_or_default();
        assert!(told.contains("in about 41 min") && told.contains("up to about 75 min"), "{told}");
        assert!(said(Some("2026-11-21T12:41:00+00:00"), Some("t")).is_some());
        assert!(said(Some("2026-11-21T11:00:00Z"), Some("t")).is_some(), "it is over");
        assert_eq!(said(Some("2026-11-21T14:00:00Z"), Some("t")), None);
        assert_eq!(said(Some("2026-11-21T12:41:00Z"), None), None, "a key of a user");
        assert_eq!(said(None, Some("t")), None, "nobody knows");
    }
}
