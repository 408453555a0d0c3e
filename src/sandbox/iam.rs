//! IAM, as far as it is asked whether a role is there (the query protocol).

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::World;

/// The operation that a call means: `Action` of its body.
pub(crate) fn operation(_call: &Call) -> String {
    String::new()
}

/// Carries an operation out.
pub(crate) fn dispatch(_world: &mut World, call: &Call) -> Result<Answer, Fail> {
    Err(Fail::not_implemented(&format!("iam: {}", call.operation)))
}
