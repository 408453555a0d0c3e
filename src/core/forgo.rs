//! What is forgone: a move that only tidies up, fails, and takes nothing back with it; on the way back it is only put off.

use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::make::Making;
use super::run::{Note, RunKind};

impl Making<'_, '_> {
    /// Makes one move. Where it only tidies up after the switch, and cannot be made, that is said, and the run goes on: what
    /// callers get is good, and a way back would meet the same failure.
    pub(super) async fn made(&self, index: usize) -> Result<()> {
        match self.make(index).await {
            Err(e) if self.is_beside(index, &e) && !self.is_late(index, &e) => {
                self.forgo(index, e).await;
                Ok(())
            }
            made => made,
        }
    }

    /// Returns whether `e`, of the move `index`, is for the end of a rollback: the rest goes back all the same. It is not
    /// forgone, since who goes back is to be rid of what was there: whoever resumes the run makes it again. Where there is
    /// nothing any more that it could be made to, it is forgone all the same: nobody could ever end the run.
    pub(super) fn is_late(&self, index: usize, e: &Error) -> bool {
        let is_hopeless = matches!(e.kind, ErrorKind::NotFound | ErrorKind::Blocked);
        self.plan.kind == RunKind::Rollback && !is_hopeless && self.is_beside(index, e)
    }

    /// Returns whether `e` is about a move that only tidies up, and about nothing else.
    fn is_beside(&self, index: usize, e: &Error) -> bool {
        self.means.driver.tidies(&self.plan.moves[index]) && !ends(e)
    }

    async fn forgo(&self, index: usize, error: Error) {
        let mut why = error.message;
        if let Some(hint) = &error.hint {
            why.push_str(&format!("; {hint}"));
        }
        self.progress.borrow_mut().is_done(index);
        self.means.events.emit(Event::Warned { what: format!("{why}; the run goes on") });
        self.journal.lock().await.note(Note::Forgone { index, why });
    }
}

/// Returns whether `e` ends the run whatever it was about: it was asked to stop, or is another's by now, or is wrong itself.
fn ends(e: &Error) -> bool {
    matches!(e.kind, ErrorKind::Interrupted | ErrorKind::InProgress | ErrorKind::Fenced | ErrorKind::Bug)
}
