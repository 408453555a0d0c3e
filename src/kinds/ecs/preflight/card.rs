//! A part of the card: the answers to one sort of question.

use crate::core::address::Address;
use crate::core::preflight::{Line, Outcome};
use crate::core::{Error, ErrorKind};

/// Lines about one service.
pub struct Card<'a> {
    address: &'a Address,
    lines: Vec<Line>,
}

impl<'a> Card<'a> {
    /// Returns an empty one.
    pub fn of(address: &'a Address) -> Card<'a> {
        Card { address, lines: Vec::new() }
    }

    /// Returns what is on it.
    pub fn lines(self) -> Vec<Line> {
        self.lines
    }

    /// Says that it holds.
    pub fn pass(&mut self, asked: &str, detail: impl Into<String>) {
        self.lines.push(Line::new(self.address, asked, Outcome::Pass, detail));
    }

    /// Says that it may hurt.
    pub fn warn(&mut self, asked: &str, detail: impl Into<String>) {
        self.lines.push(Line::new(self.address, asked, Outcome::Warn, detail));
    }

    /// Says that it may hurt, and what to do about it.
    pub fn warn_so(&mut self, asked: &str, detail: impl Into<String>, hint: impl Into<String>) {
        self.lines.push(Line::new(self.address, asked, Outcome::Warn, detail).hint(hint));
    }

    /// Says that nothing can be written while it is so, and what to do about it.
    pub fn block(&mut self, asked: &str, detail: impl Into<String>, hint: impl Into<String>) {
        self.lines.push(Line::new(self.address, asked, Outcome::Block, detail).hint(hint));
    }

    /// Says that nobody could tell, and which right would let it be told.
    pub fn unasked(&mut self, asked: &str, e: &Error, right: &str) {
        let line =
            Line::new(self.address, asked, Outcome::Warn, format!("could not be asked: {}", e.message));
        self.lines.push(match e.kind {
            ErrorKind::Denied => line.hint(format!("allow {right} to whoever looks there")),
            _ => line,
        });
    }
}
