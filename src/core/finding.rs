//! Findings: what a person ought to know about a document, a plan or an environment.

use serde::{Deserialize, Serialize};

use super::address::Address;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Worth knowing.
    Note,
    /// May hurt.
    Warning,
    /// Nothing is written while it stands.
    Block,
}

/// Something that a person ought to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it matters.
    pub weight: Weight,
    /// The resource that it is about.
    pub address: Option<Address>,
    /// A lowercase fragment that says what it is.
    pub message: String,
    /// Whether it is about what means nothing elsewhere: an id that nothing has where the document comes from, the
    /// number of a version.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dangling: bool,
    /// Whether what is dangling is well where the document comes from: a version that is there has a number.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub well_here: bool,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Finding {
    /// Returns a finding of `weight` about `address`.
    pub fn new(weight: Weight, address: Option<&Address>, message: impl Into<String>) -> Finding {
        Finding {
            weight,
            address: address.cloned(),
            message: message.into(),
            dangling: false,
            well_here: false,
            hint: None,
        }
    }

    /// Returns the finding with what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Finding {
        self.hint = Some(hint.into());
        self
    }
}
