//! Editions: what a service was before, as its own history tells.

use jiff::Timestamp;
use serde::Serialize;

/// One thing that a service was, and may be again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edition {
    /// What AWS calls it: the number of a revision.
    pub revision: String,
    /// The images that ran, as `repository:tag` or `repository@sha256:...`, each with its digest where that is known.
    pub images: Vec<EditionImage>,
    /// When it was deployed last.
    pub at: Option<Timestamp>,
    /// Who deployed it, as far as AWS tells.
    pub by: Option<String>,
    /// Whether its last deployment succeeded; `None` where nobody knows.
    pub good: Option<bool>,
    /// Whether it is what runs now.
    pub current: bool,
}

/// An image of an edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EditionImage {
    /// The container that ran it.
    pub container: String,
    /// As the task definition names it.
    pub image: String,
    /// `sha256:...`, as it really ran.
    pub digest: Option<String>,
}
