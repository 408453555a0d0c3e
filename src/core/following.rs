//! Following what AWS goes on with by itself: a deployment has a ticket, and an end of its own.

use std::time::Duration;

use super::error::Error;

/// How long a deployment is followed where nothing is said: CodeDeploy gives one an hour ("CodeDeploy quotas").
pub const PATIENCE: Duration = Duration::from_secs(75 * 60);

/// How what AWS went on with by itself came out.
#[derive(Debug)]
pub enum Followed {
    /// It succeeded, by its own id.
    Done,
    /// It failed, and what it did is still there.
    Failed(Error),
    /// It failed, and AWS has put back what was there before.
    TakenBack(Error),
    /// Somebody else's deployment took its place.
    Superseded(Error),
    /// It goes on: patience is at its end, or somebody wishes to let go of it.
    GoesOn(Error),
}
