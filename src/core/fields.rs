//! Field tables: what each member of a resource's JSON is.

use serde_json::Value;

/// What a member is, and so what becomes of it.
#[derive(Clone, Copy)]
pub enum Class {
    /// Means the same everywhere: compared and promoted. Its strings are swept for ids and ARNs.
    Portable,
    /// Means the same everywhere, and is never looked into: names, words of a fixed set.
    Literal,
    /// The id (or ARN) of a resource of this kind, promoted as a reference.
    Ref(&'static str),
    /// The environment's own: kept, written back only to the pin that it came from.
    Local,
    /// The id of a resource of this kind, the environment's own.
    LocalRef(&'static str),
    /// The environment's own, and changed by the hour by those who run it (a queue's status): kept as what is local is,
    /// promoted only where that is asked for, never asked of a person.
    Operational,
    /// The id of a resource of this kind, operational.
    OperationalRef(&'static str),
    /// A draft beside what is in force: the environment's own, never promoted, never asked of a person.
    Draft,
    /// A secret: its fingerprint stays in the environment, and only that there is one is promoted. A text with a
    /// reference in it, or one of the environment's values, is no secret.
    Secret,
    /// A map of tags: portable, without AWS's and snapdeploy's own.
    Tags,
    /// The digest of bytes that belong to the resource.
    Blob,
    /// A string that holds a document of its own; this walks it. The string as it was is kept in `exact`.
    Embedded(Walk),
    /// Changes by itself (times, counts, hashes): dropped.
    Volatile,
    /// Says which resource it is (id, ARN): goes to the manifest, not to the document.
    Identity,
}

impl Class {
    /// Returns whether a member of this class is the environment's own.
    pub fn stays(self) -> bool {
        matches!(self, Class::Local | Class::LocalRef(_) | Class::Draft) || self.is_operational()
    }

    /// Returns whether a member of this class is operational.
    pub fn is_operational(self) -> bool {
        matches!(self, Class::Operational | Class::OperationalRef(_))
    }
}

/// Turns an embedded document's ids into templates. Takes the parsed string.
pub type Walk = fn(Value, &mut super::portable::Encoder<'_>) -> Value;

/// One row: the member at `path` (names joined by dots) is of `class`. A rule for `A` covers all below `A` that has
/// no rule of its own.
#[derive(Clone, Copy)]
pub struct FieldRule {
    /// Names joined by dots.
    pub path: &'static str,
    /// What it is.
    pub class: Class,
}

/// Returns a row.
pub const fn field(path: &'static str, class: Class) -> FieldRule {
    FieldRule { path, class }
}
