//! Following what AWS goes on with by itself: a deployment has a ticket, and an end of its own.

use std::time::Duration;

use jiff::Timestamp;

use super::error::{Error, ErrorKind, Result};
use super::make::Making;
use super::moves::{Does, Move};
use super::run::{How, Note, Verdict};

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
    /// It stays where it is until somebody goes on with it: as [`super::rung::Held::Paused`] says.
    Paused(Error),
    /// It goes on: patience is at its end, or somebody wishes to let go of it.
    GoesOn(Error),
}

/// How far something is that AWS goes on with by itself, as somebody sees it who only looks on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Far {
    /// A line for a person; empty where the service does not say.
    pub line: String,
    /// How it came out, once it has.
    pub end: Option<End>,
}

/// How something came out that AWS went on with by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It succeeded.
    Done,
    /// It did not.
    Fell(Verdict),
}

/// When the first call for a move was intended, and what was there then: what is no newer was not started by it.
#[derive(Clone, Debug)]
pub struct Since {
    /// When.
    pub at: Timestamp,
    /// What the service called the newest thing of the sort that the move starts, where there was one.
    pub newest: Option<String>,
}

impl Making<'_, '_> {
    /// Returns whether `e` says that something goes on which nobody was ever to wait for.
    pub(super) fn lets_go(&self, e: &Error) -> bool {
        e.kind == ErrorKind::InProgress && self.means.patience.is_zero() && self.means.stop.asked().is_none()
    }

    /// Returns whether the look alone cannot tell that the move is made: what it starts comes to an end of its own, and
    /// what it started before may have failed and still be there.
    pub(super) fn is_judged(&self, index: usize, m: &Move) -> bool {
        self.progress.borrow().fallen.get(&index) == Some(&Verdict::Failed) || self.means.driver.starts(m)
    }

    /// Returns the ticket of what an earlier call for `m` has started, as the journal has it or else as AWS shows it;
    /// `again` says that there may have been one.
    pub(super) async fn ticket(&self, index: usize, m: &Move, again: bool) -> Result<Option<String>> {
        let (known, since) = {
            let progress = self.progress.borrow();
            (progress.tickets.get(&index).cloned(), progress.intended.get(&index).cloned())
        };
        // Of a move that starts nothing, what goes on there is another's.
        let asks = again && known.is_none() && self.means.driver.starts(m);
        let Some(since) = since.filter(|_| asks) else { return Ok(known) };
        let found = self.means.driver.ticket(m, self.found(&m.address).as_ref(), &since).await?;
        if let Some(ticket) = &found {
            self.journal.lock().await.record(Note::Started { index, ticket: ticket.clone() }).await?;
        }
        Ok(found)
    }

    /// Notes that a call for `m` is about to be sent, the first time also what was there before it.
    pub(super) async fn intend(&self, index: usize, m: &Move) -> Result<()> {
        let first = !self.progress.borrow().intended.contains_key(&index);
        let newest = match first && self.means.driver.starts(m) {
            true => self.means.driver.newest(m, self.found(&m.address).as_ref()).await?,
            false => None,
        };
        let since = Since { at: self.means.clock.now(), newest: newest.clone() };
        self.lease.sure().await?;
        self.journal.lock().await.record(Note::Intent { index, newest }).await?;
        let mut progress = self.progress.borrow_mut();
        progress.begun.insert(index);
        progress.intended.entry(index).or_insert(since);
        Ok(())
    }

    /// Follows what a call for `m` has started to its end.
    pub(super) async fn follow(&self, index: usize, m: &Move, ticket: &str) -> Result<()> {
        self.started.notify_one();
        let leash = self.lease.leash();
        // An answer that was lost had the id of what it made: what follows in the plan asks for it.
        if m.does == Does::Create && self.found(&m.address).is_none() {
            self.look_again(m).await?;
        }
        let followed = self.attend(index, m, ticket, &leash).await;
        let (verdict, error) = match followed {
            Followed::Done => {
                self.done(index, m, How::Sent).await;
                return Ok(());
            }
            Followed::GoesOn(e) => return Err(self.goes_on(e).await),
            Followed::Paused(e) => return Err(self.paused(e).await),
            Followed::Failed(e) => (Verdict::Failed, plainly(e)),
            Followed::TakenBack(e) => (Verdict::TakenBack, plainly(e)),
            Followed::Superseded(e) => (Verdict::Superseded, Error { kind: ErrorKind::Superseded, ..e }),
        };
        // What is quoted from logs is shown and not kept: nobody knows what is in them, and the journal is for good.
        let kept = error.explained.iter().filter(|line| !line.starts_with(char::is_whitespace));
        let (why, explained) = (error.message.clone(), kept.cloned().collect());
        self.journal.lock().await.record(Note::Fell { index, verdict, why, explained }).await?;
        self.progress.borrow_mut().fell(index, verdict);
        Err(error)
    }

    /// Returns that it stays where it is; where the lease is lost, that somebody else has it now.
    async fn paused(&self, e: Error) -> Error {
        match self.lease.sure().await {
            Err(fenced) if fenced.kind == ErrorKind::Fenced => fenced,
            _ => Error { kind: ErrorKind::Interrupted, ..e },
        }
    }

    /// Returns that it goes on; where the lease is lost, that somebody else has it now.
    pub(super) async fn goes_on(&self, e: Error) -> Error {
        match self.lease.sure().await {
            Err(fenced) if fenced.kind == ErrorKind::Fenced => fenced,
            _ => Error { kind: ErrorKind::InProgress, ..e },
        }
    }
}

/// Returns the failure of what AWS went on with, of a kind that says no more than that: how the run ends is decided by
/// the verdict.
fn plainly(e: Error) -> Error {
    use ErrorKind::{Fenced, InProgress, Interrupted, Superseded};
    match e.kind {
        Fenced | InProgress | Interrupted | Superseded => Error { kind: ErrorKind::Failed, ..e },
        _ => e,
    }
}
