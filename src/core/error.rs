//! What can go wrong, by what the caller can do about it.

use std::fmt;

use super::redact::{redact, redact_foreign};

/// The sort of failure. The face turns it into an exit code; nothing below the face knows numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// It failed, and nothing else fits.
    Failed,
    /// A file, a name or an argument is not what it has to be.
    Input,
    /// No such environment, snapshot, package, address, run or object.
    NotFound,
    /// Another run holds the environment.
    Locked,
    /// AWS refused: credentials, permission, or not the configured account.
    Denied,
    /// A rule of ours forbids it: preflight, protection, unresolved reference, drift.
    Blocked,
    /// What the plan saw is no longer so.
    Stale,
    /// Throttled or unavailable beyond patience.
    Unavailable,
    /// Looked, and it is not clean: gaps, unhealthy.
    Unclean,
    /// Bytes that do not match their digest, or break an invariant of the store.
    Corrupt,
    /// Another run took the lease over; this one must not write again.
    Fenced,
    /// Somebody else's deployment took the place of ours.
    Superseded,
    /// What was started goes on by itself.
    InProgress,
    /// The user asked to stop.
    Interrupted,
    /// The user did not confirm.
    Unconfirmed,
    /// A defect in snapdeploy.
    Bug,
}

/// Codes that say that the credentials of a session are over ("Common errors" of each API reference).
pub const EXPIRED: [&str; 4] = ["ExpiredToken", "ExpiredTokenException", "RequestExpired", NO_CREDENTIALS];

/// The code of a call that was not sent since there are no credentials for it any more. AWS gives none.
pub const NO_CREDENTIALS: &str = "NoCredentials";

/// A failure: its kind, what failed on what and why, and what to type next.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    /// The sort of failure.
    pub kind: ErrorKind,
    /// A lowercase fragment: what failed, on what, and why.
    pub message: String,
    /// The command to type, or the thing to change.
    pub hint: Option<String>,
    /// What explains it, a line each: what AWS and what runs there have said. What is quoted from a log is indented.
    pub explained: Vec<String>,
    /// The code that AWS gave, if AWS gave one.
    pub code: Option<Box<str>>,
    /// What lies beneath.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What was given is quoted up to so many bytes of a word, and so many in all: it may be megabytes of anything.
const LONGEST_WORD: usize = 300;
const LONGEST: usize = 3000;

/// Returns `message` with long words, and its end, cut off.
fn shortened(message: &str) -> String {
    let cut = |text: &str, most: usize| match text.len() > most {
        true => format!("{}...", &text[..text.floor_char_boundary(most)]),
        false => text.to_string(),
    };
    let words: Vec<String> = message.split(' ').map(|word| cut(word, LONGEST_WORD)).collect();
    cut(&words.join(" "), LONGEST)
}

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error {
    /// Returns an error of `kind` that says `message`, in one line and without any known secret: what it quotes may come
    /// from anywhere.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        let message: String = message.into();
        let mut message = redact(&message).into_owned();
        if message.contains(char::is_control) {
            let one = |c: char| if c.is_control() { c.escape_debug().collect() } else { String::from(c) };
            message = message.chars().map(one).collect();
        }
        if matches!(kind, ErrorKind::Corrupt | ErrorKind::Input) && message.len() > LONGEST_WORD {
            message = shortened(&message);
        }
        Error { kind, message, hint: None, explained: Vec::new(), code: None, source: None }
    }

    /// Returns whether it says nothing about the work, which is to be left as it is and gone on with: somebody wished it to
    /// stop, or the credentials were over, and would be for a way back as well.
    pub fn leaves_the_work(&self) -> bool {
        self.kind == ErrorKind::Interrupted
            || self.code.as_deref().is_some_and(|code| EXPIRED.contains(&code))
    }

    /// Returns an [`ErrorKind::Failed`].
    pub fn failed(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Failed, message)
    }

    /// Returns an [`ErrorKind::Input`].
    pub fn input(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Input, message)
    }

    /// Returns an [`ErrorKind::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::NotFound, message)
    }

    /// Returns an [`ErrorKind::Corrupt`].
    pub fn corrupt(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Corrupt, message)
    }

    /// Returns an [`ErrorKind::Blocked`].
    pub fn blocked(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Blocked, message)
    }

    /// Returns an [`ErrorKind::Bug`].
    pub fn bug(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Bug, message)
    }

    /// Returns the error with a hint: the command to type next.
    pub fn hint(mut self, hint: impl Into<String>) -> Error {
        self.hint = Some(hint.into());
        self
    }

    /// Returns the error with what explains it. What was said elsewhere may quote secrets, and they are taken out.
    pub fn explained(mut self, lines: impl IntoIterator<Item = String>) -> Error {
        let plain = |line: String| -> String {
            redact_foreign(&line).chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
        };
        self.explained.extend(lines.into_iter().map(plain));
        self
    }

    /// Returns the error with the code that AWS gave.
    pub fn code(mut self, code: impl Into<Box<str>>) -> Error {
        self.code = Some(code.into());
        self
    }

    /// Returns the error with what lies beneath it.
    pub fn source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        self.source = Some(source.into());
        self
    }

    /// Returns the error with another as its reason: its words, its code and what lies beneath it.
    pub fn because(mut self, e: Error) -> Error {
        self.message = format!("{}: {}", self.message, e.message);
        self.code = e.code;
        self.explained = e.explained;
        self.source = e.source;
        self
    }

    /// Returns the error with `context` before its message: "cannot read X: ...".
    pub fn context(mut self, context: impl fmt::Display) -> Error {
        self.message = format!("{context}: {}", self.message);
        self
    }
}
