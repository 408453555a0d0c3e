//! Holding on the rungs of a ladder: the driver shifts the traffic, and here is decided whether it goes on.

use async_trait::async_trait;
use jiff::Timestamp;

use super::error::Error;

/// Where a driver stands on a ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stand {
    /// The place of the rung in the move's ladder, from 0.
    pub rung: usize,
    /// The alias that is shifted.
    pub alias: Option<String>,
    /// What the new version is called there.
    pub version: Option<String>,
    /// The images that it runs, with their digests; `None` where it runs none.
    pub images: Option<Vec<String>>,
}

/// What is decided on a rung.
#[derive(Debug)]
pub enum Held {
    /// The next rung is climbed; after the last one it is done.
    GoOn,
    /// A gate has failed: all traffic goes back.
    Failed(Error),
    /// It stays where it is: nobody can tell, and a person has to decide; or somebody wishes the work to stop. The driver
    /// lets go of it with [`super::following::Followed::Paused`].
    Paused(Error),
}

/// Holds a driver on the rungs of the ladder that its move has.
#[async_trait]
pub trait Rungs: Send + Sync {
    /// Tells that the traffic has reached `stand`, and waits there as long as the ladder says (no longer than what is
    /// left of that, where an earlier process was there already); gates are asked meanwhile and at the end. May be waited
    /// for beside other work.
    async fn hold(&self, stand: Stand) -> Held;

    /// The same, where traffic goes on by itself: it is decided at `by`, if that is earlier.
    async fn hold_until(&self, stand: Stand, _by: Timestamp) -> Held {
        self.hold(stand).await
    }
}

/// Nobody who holds: each rung is over at once.
pub struct NoRungs;

#[async_trait]
impl Rungs for NoRungs {
    async fn hold(&self, _stand: Stand) -> Held {
        Held::GoOn
    }
}
