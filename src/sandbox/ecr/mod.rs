//! ECR: repositories, manifests, layers and tags.

use serde_json::{Value, json};

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::World;

/// What of ECR is in an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {}

/// What a container does that runs an image.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Behaviour {
    /// After how many seconds on the clock its process ends, and with which code; never, if nothing is said.
    pub(crate) exits: Option<(f64, i64)>,
    /// Whether it ends since it is out of memory.
    pub(crate) out_of_memory: bool,
    /// Whether it answers health checks: those of its container and those of its target groups.
    pub(crate) unhealthy: bool,
    /// After how many seconds it answers them.
    pub(crate) warms_up: f64,
    /// What it logs when it starts.
    pub(crate) log: Vec<String>,
}

/// An image as a puller gets it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pulled {
    /// `sha256:...`.
    pub(crate) digest: String,
    /// What it does.
    pub(crate) behaviour: Behaviour,
}

impl Held {
    /// Everything, as it is now.
    pub(crate) fn state(&self) -> Value {
        json!({})
    }
}

/// Pulls `image` (`HOST/REPOSITORY:TAG`, `HOST/REPOSITORY@DIGEST`) for the account `by`. What is in no registry of the
/// sandbox's accounts is there, with a digest made of its name. The error is the reason that a stopped task has.
pub(crate) fn pull(_world: &World, _by: &str, image: &str) -> Result<Pulled, String> {
    let digest = format!("sha256:{}", super::digest::sha256_hex(image.as_bytes()));
    Ok(Pulled { digest, behaviour: Behaviour::default() })
}

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !["Get", "BatchGet", "BatchCheck", "Describe", "List"].iter().any(|head| operation.starts_with(head))
}

/// Carries an operation out.
pub(crate) fn dispatch(_world: &mut World, call: &Call) -> Result<Answer, Fail> {
    Err(Fail::not_implemented(&format!("ecr: {}", call.operation)))
}
