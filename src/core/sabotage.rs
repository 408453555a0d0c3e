//! Sabotage: an ingredient of safety that is left out on purpose, so that a test can show that the suite misses it.
//!
//! Only a build with the feature `sabotage`, which is no default, can leave one out, and then only the one that
//! `SNAPDEPLOY_SABOTAGE` names. In every other build the question is answered when the program is compiled.

/// What safety is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ingredient {
    /// What is about to be sent is written down first.
    Intent,
    /// Before a call is sent again, what is there is read.
    Reread,
    /// Before a run turns round, every call whose answer was lost has had its time to take effect.
    Barrier,
    /// Only the newest claim writes to the journal.
    Epoch,
    /// Before a call, the lease is certainly still held.
    Lease,
    /// A call that would leave too late is not sent.
    Guard,
    /// Who takes a run over waits until its owner has been silent.
    Takeover,
    /// A call is sent only if the resource is as the plan saw it.
    Stale,
    /// What a plan saw is looked at again under the lease, before anything is sent.
    Plan,
    /// What was written is read again.
    Verify,
    /// What is there before a run is kept.
    Snapshot,
    /// What is read has the digest that it is named by.
    Digest,
    /// Each entry of the audit names the one before it.
    Chain,
    /// A secret does not leave.
    Redact,
    /// What a key of the store holds is never overwritten.
    Overwrite,
    /// What somebody has changed since is not overwritten unknown.
    Drift,
    /// No name stands twice in an archive.
    Twice,
    /// What is about to be named is not removed.
    Spare,
}

impl Ingredient {
    /// All of them.
    pub const ALL: [Ingredient; 18] = [
        Ingredient::Intent,
        Ingredient::Reread,
        Ingredient::Barrier,
        Ingredient::Epoch,
        Ingredient::Lease,
        Ingredient::Guard,
        Ingredient::Takeover,
        Ingredient::Stale,
        Ingredient::Plan,
        Ingredient::Verify,
        Ingredient::Snapshot,
        Ingredient::Digest,
        Ingredient::Chain,
        Ingredient::Redact,
        Ingredient::Overwrite,
        Ingredient::Drift,
        Ingredient::Twice,
        Ingredient::Spare,
    ];

    /// Returns what `SNAPDEPLOY_SABOTAGE` calls it.
    pub fn name(self) -> &'static str {
        match self {
            Ingredient::Intent => "intent",
            Ingredient::Reread => "reread",
            Ingredient::Barrier => "barrier",
            Ingredient::Epoch => "epoch",
            Ingredient::Lease => "lease",
            Ingredient::Guard => "guard",
            Ingredient::Takeover => "takeover",
            Ingredient::Stale => "stale",
            Ingredient::Plan => "plan",
            Ingredient::Verify => "verify",
            Ingredient::Snapshot => "snapshot",
            Ingredient::Digest => "digest",
            Ingredient::Chain => "chain",
            Ingredient::Redact => "redact",
            Ingredient::Overwrite => "overwrite",
            Ingredient::Drift => "drift",
            Ingredient::Twice => "twice",
            Ingredient::Spare => "spare",
        }
    }
}

/// Returns whether `ingredient` is left out.
#[cfg(not(feature = "sabotage"))]
pub(crate) const fn lacks(_: Ingredient) -> bool {
    false
}

/// Returns whether `ingredient` is left out.
#[cfg(feature = "sabotage")]
pub(crate) fn lacks(ingredient: Ingredient) -> bool {
    static LEFT_OUT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    let named = || std::env::var("SNAPDEPLOY_SABOTAGE").unwrap_or_default();
    LEFT_OUT.get_or_init(named) == ingredient.name()
}
