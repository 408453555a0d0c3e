//! Is what a deployment wrote well at its end? What was well when each part of it was done may have fallen over since.

use super::driver::Live;
use super::error::{Error, Result};
use super::event::Event;
use super::moves::Move;
use super::perform::Performance;
use super::run::RunKind;

impl Performance<'_> {
    /// Asks whether what this run has written is well, once all of it is as planned. What it was before needs no look: each
    /// call that is asked about here was followed until the service said that it had come to a good end.
    ///
    /// Fails where it is not. A way back asks nothing: what it leads to may be no better, and is what was wished. Where
    /// nobody may look, nothing was found wrong; that is said.
    pub(super) async fn well(&self) -> Result<()> {
        let Some(seen) = self.seen.as_ref().filter(|_| self.plan.kind == RunKind::Deploy) else {
            return Ok(());
        };
        let done = self.plan.moves.iter().enumerate().filter(|(i, _)| self.progress.done.contains(i));
        // What was to be left out is not as the plan has it, and nobody has to vouch for it.
        let left = self.progress.left(self.plan);
        let asked = |m: &&Move| seen.lives.contains_key(&m.address) && !left.contains(&m.address);
        let made: Vec<&Move> = done.map(|(_, m)| m).filter(asked).collect();
        let lives: Vec<&Live> =
            seen.lives.values().filter(|l| made.iter().any(|m| m.address == l.found.address)).collect();
        if lives.is_empty() {
            return Ok(());
        }
        let asked = match self.means.driver.well(&made, &lives).await {
            // What is well by itself may be missed by who refers to it.
            Ok(problems) => self
                .referring(seen)
                .await
                .map(|missed| problems.into_iter().chain(missed).collect::<Vec<_>>()),
            Err(e) => Err(e),
        };
        let problems = match asked {
            Ok(problems) => problems,
            // It is asked again by whoever goes on.
            Err(e) if e.leaves_the_work() => return Err(e),
            Err(e) => {
                let what =
                    format!("everything is written, and nobody can tell whether it is well: {}", e.message);
                self.means.events.emit(Event::Warned { what });
                return Ok(());
            }
        };
        if problems.is_empty() {
            return Ok(());
        }
        let each: Vec<String> =
            problems.iter().map(|(address, why)| format!("{address} is not well: {why}")).collect();
        Err(Error::failed(format!("everything is written, and {}", each.join("; "))))
    }
}
