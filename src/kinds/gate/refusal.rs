//! What AWS does not answer decides nothing, and is said with what has to be allowed.

use crate::core::gate::{Answer, Decision};
use crate::core::{Error, ErrorKind};

/// Returns that nobody can tell, since asking came to `e`; `permission` is what it takes.
pub fn unasked(e: &Error, permission: &str) -> Answer {
    let needs = match e.kind {
        ErrorKind::Denied => format!(" (the role needs {permission})"),
        _ => String::new(),
    };
    Answer::new(Decision::Inconclusive, format!("it cannot be asked: {}{needs}", e.message))
}
