//! Session: what the sessions of an environment's roles carry besides their names.

/// What STS is told of a session. Nothing by default: a role's trust policy has to allow each by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// Whether who assumes the role is told as its source identity, which stays with it through every role after it.
    pub source_identity: bool,
    /// The project's name, where sessions are tagged with it, with the environment, and with what they are for.
    pub tags: Option<String>,
}
