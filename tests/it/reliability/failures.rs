//! What these tests have found, and where it was fixed.

/// A failure that was found.
pub struct Failure {
    pub what: &'static str,
    pub found: &'static str,
    pub fixed: &'static str,
}

pub const FAILURES: &[Failure] = &[Failure {
    what: "An owner that woke after a takeover, and met what that had deleted, told of a failed rollback and asked for a person (exit 7); it had sent nothing",
    found: "`reliability::paused`, SQLite, suspended after 6 calls",
    fixed: "b39ad4b",
}];
