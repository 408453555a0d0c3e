//! The ledger: who did what (audit), how far a run has come (journal), who may write (leases).

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::digest::Digest;
use super::error::{Error, Result};
use super::id::{RunId, SnapshotId};
use super::objects::Page;
use super::pin::Pin;
use super::run::{Actor, Finish, Refusal, Row, RunRecord, RunStart};

/// How many rows [`Ledger::record`] takes at once: what fits into one transaction of DynamoDB beside its checks.
pub const ROWS_AT_ONCE: usize = 90;

/// The right to write to a pin: proof that its holder is the newest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The pin.
    pub pin: Pin,
    /// The run that holds it.
    pub run: RunId,
    /// Grows by one with each claim on the pin; older epochs can write nothing any more.
    pub epoch: u64,
}

/// A lease that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The pin.
    pub pin: Pin,
    /// The run that holds it, as it began (or was last resumed).
    pub start: RunStart,
    /// The claim's epoch.
    pub epoch: u64,
    /// Changes with every heartbeat; never a time, so that clocks need not agree.
    pub beat: String,
    /// How long the owner may go without a heartbeat before it counts as dead.
    pub lease: Duration,
    /// The owner stopped on purpose and waits for nobody: the lease may be taken over at once.
    pub parked: bool,
    /// Who asked the owner to stop.
    pub stop_asked_by: Option<String>,
}

/// Why a run could not begin.
#[derive(Debug)]
pub enum BeginError {
    /// Somebody else holds the pin.
    Held(Box<Held>),
    /// Anything else.
    Other(Error),
}

impl From<Error> for BeginError {
    fn from(e: Error) -> BeginError {
        BeginError::Other(e)
    }
}

/// What a heartbeat learns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Go on.
    Go,
    /// Somebody asked this run to stop.
    StopAsked(String),
}

/// One entry of the audit. Entries of a pin are numbered from 1 without gaps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number.
    pub seq: u64,
    /// The pin it is about.
    pub pin: Pin,
    /// When.
    pub at: Timestamp,
    /// The run that it is about; `None` where it is about none.
    pub run: Option<RunId>,
    /// What happened.
    pub what: Act,
    /// The digest of the entry before this one; [`genesis`] for the first. So no entry can be changed, taken out, put in or
    /// moved without all that follow, and the head, saying so.
    pub previous: Digest,
}

/// The newest entry of a pin's audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its number.
    pub seq: u64,
    /// Its digest.
    pub digest: Digest,
}

/// An entry of an audit as it lies in the ledger, whatever it says.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The number under which it lies.
    pub seq: u64,
    /// What lies there, as JSON; why it cannot be read, where it cannot.
    pub body: Result<Value, String>,
}

/// What an audit entry tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// A run began.
    Start {
        /// How.
        start: Box<RunStart>,
    },
    /// A run ended.
    End {
        /// How.
        finish: Box<Finish>,
        /// The digest of its journal, as [`journal_digest`](super::chain::journal_digest) takes it.
        journal: Digest,
    },
    /// A run goes on in another process.
    Resume {
        /// Who goes on.
        actor: Actor,
    },
    /// A deployment or rollback that was asked for was refused before it began.
    Refused {
        /// What was asked, and why not.
        refusal: Box<Refusal>,
    },
    /// Somebody saved a plan, to have it performed later: what is performed from a file has to be one of these.
    Saved {
        /// The stored plan.
        plan: Digest,
        /// The digest of all that its file says: the plan, and what it stands on.
        file: Digest,
        /// Who.
        actor: Actor,
    },
    /// Somebody approved a plan.
    Approved {
        /// The stored plan.
        plan: Digest,
        /// Who.
        actor: Actor,
        /// Why, in their words.
        reason: Option<String>,
    },
    /// Runs that another ledger was told of, while this one could not be reached, were told to this one.
    Imported {
        /// The runs.
        runs: Vec<RunId>,
        /// The other ledger.
        from: String,
        /// Who told it.
        actor: Actor,
    },
    /// Somebody lets a release that was undone be deployed again.
    Released {
        /// What the undone run had put there: the digest of a package, or the id of a snapshot.
        source_digest: String,
        /// Who.
        actor: Actor,
        /// Why, in their words.
        reason: Option<String>,
    },
    /// Snapshots and packages were forgotten, as a policy says: they are removed from here on.
    Forgotten {
        /// The snapshots.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        snapshots: Vec<Forgone>,
        /// The packages.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        packages: Vec<Digest>,
        /// What was to be kept, as it was said.
        policy: String,
        /// Who.
        actor: Actor,
        /// Why, in their words.
        reason: Option<String>,
    },
}

/// A snapshot that was forgotten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgone {
    /// Which.
    pub id: SnapshotId,
    /// What it was called, if it had a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it was taken.
    pub taken_at: Timestamp,
}

impl Entry {
    /// Returns its digest, which is that of all that it says, in canonical form.
    pub fn digest(&self) -> Result<Digest> {
        let value = serde_json::to_value(self)
            .map_err(|e| Error::bug(format!("cannot write an audit entry as JSON: {e}")).source(e))?;
        Ok(Digest::of_json(&value))
    }
}

/// Returns what the first entry of `pin`'s audit has for the digest of the one before.
pub fn genesis(pin: &Pin) -> Digest {
    Digest::of(pin.to_string().as_bytes())
}

/// Something to be told to the audit outside any run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The pin that it is about.
    pub pin: Pin,
    /// When.
    pub at: Timestamp,
    /// The run that it is about, if it is about one.
    pub run: Option<RunId>,
    /// What happened.
    pub what: Act,
}

/// Keeps the audit, the journals and the leases.
///
/// Every method is one atomic step: it happens whole or not at all, also when the process is killed inside it. A step
/// whose answer was lost is settled by the implementation (by reading back what it wrote, or by a token), so that a
/// caller never sees its own earlier attempt as somebody else's.
///
/// A method that takes a [`Claim`] fails with `Fenced`, and writes nothing, unless the claim is the pin's newest and its
/// run still holds the lease. The very same `begin`, `end`, `succeed`, `take_over` or `tell` a second time (equal arguments,
/// their times and processes included) answers as the first did, for nobody else could have asked it.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Takes the free lease of `start.pin` and writes the run and its audit START, in one transaction. Of several at
    /// once exactly one wins; the others get `Held`, naming the winner.
    async fn begin(&self, start: &RunStart, lease: Duration) -> Result<Claim, BeginError>;

    /// Says that the owner is alive. A parked lease is not parked any more after it.
    async fn beat(&self, claim: &Claim) -> Result<Beat>;

    /// Appends `rows` (at most [`ROWS_AT_ONCE`], each `seq` once, else a `Bug`) to the run's journal, all or none. A row
    /// whose `seq` is there already is refused as `Fenced` unless it is the very same row.
    async fn record(&self, claim: &Claim, rows: &[Row]) -> Result<()>;

    /// Ends the run: its finish, the audit END and the release of the lease, in one transaction. When the finished
    /// run succeeded and undid another (`start.undoes`) that the ledger knows, that one's `undone_by` is set in the same
    /// transaction.
    async fn end(&self, claim: &Claim, finish: &Finish) -> Result<()>;

    /// Ends the run `ended` with `finish` and begins `start` (same pin) on the same lease, in one transaction: the old
    /// run's finish and END, the new run and its START, the lease's owner and the next epoch.
    async fn succeed(
        &self,
        claim: &Claim,
        finish: &Finish,
        start: &RunStart,
        lease: Duration,
    ) -> Result<Claim>;

    /// Takes the lease over for the same run, which goes on as `start` says (new actor and process), with the next
    /// epoch and an audit entry `Resume`. Fails with `Locked` unless the lease is still exactly `held` (epoch and
    /// beat).
    async fn take_over(&self, held: &Held, start: &RunStart, lease: Duration) -> Result<Claim>;

    /// Says that the owner has stopped on purpose: the lease stays with the run, and may be taken over at once.
    async fn park(&self, claim: &Claim) -> Result<()>;

    /// Asks the owner of the lease to stop at its next heartbeat; `who` is told to it. Fails with `Stale` if the lease
    /// has gone to another run or epoch since.
    async fn ask_to_stop(&self, held: &Held, who: &str) -> Result<()>;

    /// Returns who holds the lease of `pin`, read consistently.
    async fn held(&self, pin: &Pin) -> Result<Option<Held>>;

    /// Returns the run, or a `NotFound` error.
    async fn run(&self, run: &RunId) -> Result<RunRecord>;

    /// Returns the whole journal of the run, in order.
    async fn rows(&self, run: &RunId) -> Result<Vec<Row>>;

    /// Adds `notice` to the audit, and returns its entry. Needs no lease.
    async fn tell(&self, notice: &Notice) -> Result<Entry>;

    /// Returns the newest entry's number and digest, as the ledger keeps them beside the entries; `None` before the first.
    async fn head(&self, pin: &Pin) -> Result<Option<Head>>;

    /// Returns the audit of `pin`, newest first, entries with a number below `before` only; at most `limit` (≤ 1,000).
    async fn entries(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Page<Entry>>;

    /// Returns what lies in the audit of `pin`, as [`Ledger::entries`] does, and those too that are no entries: for whoever
    /// looks whether somebody has changed it. A page without items is the end.
    async fn kept(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Vec<Kept>> {
        let page = self.entries(pin, before, limit).await?;
        let kept = |entry: Entry| Kept {
            seq: entry.seq,
            body: serde_json::to_value(&entry).map_err(|e| e.to_string()),
        };
        Ok(page.items.into_iter().map(kept).collect())
    }

    /// Fails unless the ledger can be reached and is what it has to be (its tables exist).
    async fn check(&self) -> Result<()>;

    /// Fails unless the ledger takes writes: where it is one that may be read and not written, it is asked for a write that
    /// changes nothing, since what that is based on is not there.
    async fn takes_writes(&self) -> Result<()> {
        Ok(())
    }

    /// Returns where this is, for messages: `dynamodb table acme-audit`, `sqlite /path`.
    fn place(&self) -> String;
}
