//! ECR: repositories, manifests, layers and tags.

mod archive;
mod ask;
mod behaviour;
mod held;
mod image;
mod layer;
mod list;
mod manifest;
mod policy;
mod pull;
mod repository;
mod scan;
mod seed;

pub use behaviour::{Act, Behaviour};
pub use seed::{ImageSeed, RepositorySeed};

pub(crate) use ask::{dispatch, hint};
pub(crate) use held::Held;
pub(crate) use pull::pull;
pub(crate) use scan::set_scan;

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !["Get", "BatchGet", "BatchCheck", "Describe", "List"].iter().any(|head| operation.starts_with(head))
}
