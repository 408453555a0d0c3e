//! How a run ended that changed something, or had nothing to do.

use super::address::Address;
use super::error::Error;
use super::id::RunId;

/// How a run ended that changed something, or had nothing to do.
#[derive(Debug)]
pub enum Ended {
    /// Everything was written and verified.
    Done {
        /// The run.
        run: RunId,
    },
    /// A rollback put back what it could; somebody else had changed the rest, which is left as it is.
    Left {
        /// The run.
        run: RunId,
        /// What is left as it is.
        left: Vec<Address>,
        /// Why there was a rollback, where it was not asked for.
        why: Option<Error>,
    },
    /// Everything was written and verified but what somebody said to leave out, which is as it was found.
    Skipped {
        /// The run.
        run: RunId,
        /// What was left out.
        skipped: Vec<Address>,
    },
    /// It stopped part-way; it can be resumed or rolled back.
    Stopped {
        /// The run.
        run: RunId,
        /// Why.
        why: Error,
    },
    /// It failed, and everything is as it was before.
    RolledBack {
        /// The failed run.
        run: RunId,
        /// The run that undid it.
        by: RunId,
        /// Why the first one failed.
        why: Error,
    },
    /// It failed, and AWS put back what was there before; or there was nothing to put back but what hooks have changed,
    /// which stays.
    TakenBack {
        /// The run.
        run: RunId,
        /// Why it failed.
        why: Error,
    },
    /// Somebody else's deployment took its place, which is left as it is.
    Superseded {
        /// The run.
        run: RunId,
        /// By what.
        why: Error,
    },
    /// AWS goes on with it, and nobody follows it any more.
    InProgress {
        /// The run.
        run: RunId,
        /// The failed run that it undoes, where nobody asked for that.
        undoes: Option<RunId>,
        /// How far it is.
        why: Error,
    },
    /// AWS has not brought the way back to a good end: that of a rollback which was asked for, or its own from a deployment
    /// that failed. There is nothing more to do that nobody has asked for.
    Fallen {
        /// The run.
        run: RunId,
        /// Why.
        why: Error,
    },
    /// It failed, and so did its rollback.
    RollbackFailed {
        /// The failed run.
        run: RunId,
        /// The run that was to undo it, if it could begin.
        by: Option<RunId>,
        /// Why the first one failed.
        why: Error,
        /// Why the second one failed.
        then: Error,
    },
}
