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
        let is_done = |(index, m): (usize, &'_ Move)| {
            self.progress.done.contains(&index) && seen.lives.contains_key(&m.address)
        };
        let made: Vec<&Move> =
            self.plan.moves.iter().enumerate().filter(|(i, m)| is_done((*i, m))).map(|(_, m)| m).collect();
        let lives: Vec<&Live> =
            seen.lives.values().filter(|l| made.iter().any(|m| m.address == l.found.address)).collect();
        if lives.is_empty() {
            return Ok(());
        }
        let problems = match self.means.driver.well(&made, &lives).await {
            Ok(problems) => problems,
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
