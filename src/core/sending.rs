//! Sending a move: what it is sent with, for how long, and what comes of it.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;

use super::digest::Digest;
use super::error::{Error, Result};
use super::event::Events;
use super::run::RunKind;
use super::rung::Rungs;
use super::runs::OnFailure;
use super::secret::Vault;

/// What came of sending a move.
#[derive(Debug)]
pub enum Reply {
    /// AWS said yes. For a create: the id and ARN of what was made.
    Done(Option<(String, String)>),
    /// AWS said yes, and goes on by itself under this ticket: [`super::driver::Driver::follow`] tells how that comes out.
    Started(String),
    /// AWS said no: the call has had no effect, and sending it again would not help.
    Refused(Error),
    /// AWS said no for now (throttled): the call has had no effect.
    Later(Error),
    /// AWS said no to a part of it, and another part has had its effect: sending it again would not help, and there is
    /// something to put back.
    Partly(Error),
    /// No clear answer: it may or may not have had an effect, now or later.
    Unknown(Error),
}

/// Bytes that are no documents, from where a service can take them.
#[async_trait]
pub trait BlobSource: Send + Sync {
    /// Returns the bytes, or a `NotFound` error.
    async fn bytes(&self, digest: &Digest) -> Result<Bytes>;

    /// Returns a URL from where anyone can take them for some minutes, if there can be one.
    async fn link(&self, digest: &Digest) -> Result<Option<String>>;
}

/// What a move is sent with.
pub struct Sending<'a> {
    /// The bytes that its arguments name.
    pub blobs: &'a dyn BlobSource,
    /// The secrets that its arguments name.
    pub vault: &'a dyn Vault,
    /// How long calls may be sent.
    pub lease: &'a dyn Leash,
    /// Where to tell what is waited for.
    pub events: &'a Events,
    /// How long what AWS goes on with by itself is followed.
    pub patience: Duration,
    /// What the run is that sends them.
    pub kind: RunKind,
    /// Whether what cannot succeed is put back at once, or stays where it stops.
    pub on_failure: OnFailure,
    /// Where to hold on each rung of a ladder.
    pub rungs: &'a dyn Rungs,
}

/// How long calls may be sent: a process can be suspended at any point, and another may have taken its run over by
/// then.
pub trait Leash: Send + Sync {
    /// Returns from when on nothing may be sent any more without asking again. It moves on while the lease is held, so
    /// a move of many calls asks before each.
    fn until(&self) -> Timestamp;

    /// Returns why the work should stop, if somebody wishes it: asked between the polls of a long move.
    fn stop(&self) -> Option<String>;

    /// Returns why what runs by this process alone should end `now`: as [`Leash::stop`] does, and where the lease may be
    /// another's by now. What AWS goes on with by itself is not asked this: it is the same whoever follows it.
    fn ends(&self, now: Timestamp) -> Option<String> {
        let late = || (now >= self.until()).then(|| "the lease could not be renewed in time".to_string());
        self.stop().or_else(late)
    }
}
