//! Exit codes: an interface. Numbers are only ever added.

use std::process::ExitCode;

use serde::Serialize;

use crate::core::runs::Ended;
use crate::core::{Error, ErrorKind};

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "u8")]
#[repr(u8)]
pub(super) enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    Stopped = 3,
    Unclean = 4,
    Unconfirmed = 5,
    RolledBack = 6,
    RollbackFailed = 7,
    InProgress = 8,
    Superseded = 9,
    NotFound = 10,
    Locked = 11,
    Denied = 12,
    Blocked = 13,
    Stale = 14,
    Bug = 70,
    Unavailable = 75,
    Interrupted = 130,
    Terminated = 143,
}

impl From<Exit> for u8 {
    fn from(exit: Exit) -> u8 {
        exit as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

impl Exit {
    /// Returns the code for an error after which nothing has changed. `interrupted` is the code for whichever signal
    /// came.
    pub(super) fn of(error: &Error, interrupted: Exit) -> Exit {
        match error.kind {
            ErrorKind::Failed | ErrorKind::Corrupt => Exit::Failed,
            ErrorKind::Input => Exit::Usage,
            ErrorKind::NotFound => Exit::NotFound,
            // Somebody else holds the lease now, and this process has changed nothing.
            ErrorKind::Locked | ErrorKind::Fenced => Exit::Locked,
            ErrorKind::Denied => Exit::Denied,
            ErrorKind::Blocked => Exit::Blocked,
            ErrorKind::Stale => Exit::Stale,
            ErrorKind::Unavailable => Exit::Unavailable,
            ErrorKind::Unclean => Exit::Unclean,
            ErrorKind::Superseded => Exit::Superseded,
            ErrorKind::InProgress => Exit::InProgress,
            ErrorKind::Interrupted => interrupted,
            ErrorKind::Unconfirmed => Exit::Unconfirmed,
            ErrorKind::Bug => Exit::Bug,
        }
    }

    /// Returns the code for a run's end.
    pub(super) fn of_run(ended: &Ended) -> Exit {
        match ended {
            Ended::Done { .. } | Ended::Skipped { .. } => Exit::Done,
            Ended::Stopped { why, .. } if why.kind == ErrorKind::Fenced => Exit::Superseded,
            Ended::Stopped { .. } => Exit::Stopped,
            Ended::Left { .. } => Exit::RollbackFailed,
            Ended::RolledBack { .. } | Ended::TakenBack { .. } => Exit::RolledBack,
            Ended::Superseded { .. } => Exit::Superseded,
            Ended::InProgress { .. } => Exit::InProgress,
            Ended::Fallen { .. } | Ended::RollbackFailed { .. } => Exit::RollbackFailed,
        }
    }

    /// Every code, in the order of the table.
    pub(super) const ALL: [Exit; 19] = [
        Exit::Done,
        Exit::Failed,
        Exit::Usage,
        Exit::Stopped,
        Exit::Unclean,
        Exit::Unconfirmed,
        Exit::RolledBack,
        Exit::RollbackFailed,
        Exit::InProgress,
        Exit::Superseded,
        Exit::NotFound,
        Exit::Locked,
        Exit::Denied,
        Exit::Blocked,
        Exit::Stale,
        Exit::Bug,
        Exit::Unavailable,
        Exit::Interrupted,
        Exit::Terminated,
    ];

    /// Returns the word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Exit::Done => "done",
            Exit::Failed => "failed",
            Exit::Usage => "usage",
            Exit::Stopped => "stopped",
            Exit::Unclean => "unclean",
            Exit::Unconfirmed => "unconfirmed",
            Exit::RolledBack => "rolled_back",
            Exit::RollbackFailed => "rollback_failed",
            Exit::InProgress => "in_progress",
            Exit::Superseded => "superseded",
            Exit::NotFound => "not_found",
            Exit::Locked => "locked",
            Exit::Denied => "denied",
            Exit::Blocked => "blocked",
            Exit::Stale => "stale",
            Exit::Bug => "bug",
            Exit::Unavailable => "unavailable",
            Exit::Interrupted => "interrupted",
            Exit::Terminated => "terminated",
        }
    }

    /// Returns what the code means.
    pub(super) fn meaning(self) -> &'static str {
        match self {
            Exit::Done => "done, or nothing to do",
            Exit::Failed => "failed; nothing was changed",
            Exit::Usage => "usage, or a bad input file",
            Exit::Stopped => "stopped part-way; says how to resume and how to roll back",
            Exit::Unclean => {
                "looked, and it is not clean: unhealthy, gaps, or changes found under --exit-code"
            }
            Exit::Unconfirmed => "not confirmed: declined, or no terminal and no --yes or --confirm",
            Exit::RolledBack => "the deployment failed and was rolled back: as it was before",
            Exit::RollbackFailed => "the deployment failed and so did its rollback: needs a person",
            Exit::InProgress => {
                "still in progress: history watch RUN follows it, deploy --resume RUN goes on with it"
            }
            Exit::Superseded => "superseded by somebody else's deployment",
            Exit::NotFound => "no such environment, snapshot, package, address or run",
            Exit::Locked => "locked by another run, which is named",
            Exit::Denied => "AWS refused: credentials, permission, or not the configured account",
            Exit::Blocked => "blocked by a rule; all reasons are listed at once",
            Exit::Stale => "changed since the plan was made",
            Exit::Bug => "a bug in snapdeploy",
            Exit::Unavailable => "throttled or unavailable; nothing begun: the same command may be run again",
            Exit::Interrupted => "interrupted, nothing changed (else 3)",
            Exit::Terminated => "terminated, nothing changed (else 3)",
        }
    }

    /// Returns the table for `--help`.
    pub(super) fn table() -> String {
        let mut out = String::from("Exit codes:\n");
        for exit in Exit::ALL {
            out.push_str(&format!("  {:>3}  {}\n", exit as u8, exit.meaning()));
        }
        out.push_str("If anything was changed the code is 0, 3, 6, 7, 8 or 9, whatever the cause.");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_says_nothing_changed_never_has_the_code_of_a_change() {
        use ErrorKind::*;
        let changed = [
            Exit::Done,
            Exit::Stopped,
            Exit::RolledBack,
            Exit::RollbackFailed,
            Exit::InProgress,
            Exit::Superseded,
        ];
        for kind in [
            Failed,
            Input,
            NotFound,
            Locked,
            Denied,
            Blocked,
            Stale,
            Unavailable,
            Unclean,
            Corrupt,
            Fenced,
            Interrupted,
            Unconfirmed,
            Bug,
        ] {
            let exit = Exit::of(&Error::new(kind, "x"), Exit::Interrupted);
            assert!(!changed.contains(&exit), "{kind:?}");
        }
    }

    #[test]
    fn the_table_names_every_number_once_in_rising_order() {
        let numbers: Vec<u8> = Exit::ALL.map(u8::from).to_vec();
        assert!(numbers.windows(2).all(|w| w[0] < w[1]), "{numbers:?}");
    }
}
