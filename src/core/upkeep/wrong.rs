//! What is wrong with something in the store.

use serde::Serialize;

use crate::core::error::{Error, ErrorKind, Result};

/// Something in the store that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// What: the name of an object, a run, or an entry of the audit.
    pub what: String,
    /// In which way.
    pub why: String,
}

impl Wrong {
    /// Returns that `what` is wrong in the way of `why`.
    pub fn new(what: impl ToString, why: impl Into<String>) -> Wrong {
        Wrong { what: what.to_string(), why: why.into() }
    }
}

/// Returns what was read; `None`, with what is wrong noted, where it is not as it was written. Fails where it could not
/// be read at all, such as when the store cannot be reached.
pub(super) fn noted<T>(wrong: &mut Vec<Wrong>, what: impl ToString, read: Result<T>) -> Result<Option<T>> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(Error { kind: ErrorKind::Corrupt | ErrorKind::Input | ErrorKind::NotFound, message, .. }) => {
            wrong.push(Wrong::new(what, message));
            Ok(None)
        }
        Err(e) => Err(e),
    }
}
