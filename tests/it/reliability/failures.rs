//! What these tests have found, and where it was fixed.

/// A failure that was found.
pub struct Failure {
    pub what: &'static str,
    pub found: &'static str,
    pub fixed: &'static str,
}

pub const FAILURES: &[Failure] = &[];
