//! A family: one sort of Connect resource, as a table of fields and of operations.

use serde_json::Value;

use crate::core::fields::FieldRule;

/// A member of a document, and what it is called in a request.
#[derive(Clone, Copy)]
pub struct Member {
    /// In the document.
    pub name: &'static str,
    /// In the request.
    pub argument: &'static str,
}

/// A member that has one name.
pub const fn same(name: &'static str) -> Member {
    Member { name, argument: name }
}

/// An operation that sets some members of a resource, all of them with each call.
#[derive(Clone, Copy)]
pub struct Setter {
    /// The operation.
    pub call: &'static str,
    /// What it sets: its facet.
    pub members: &'static [Member],
    /// What it needs beside, though it does not set it.
    pub beside: &'static [Member],
    /// How one of the members is taken away.
    pub empty: Empty,
}

/// How a member is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// By leaving it out.
    Omitted,
    /// By an empty string.
    Text,
    /// By an empty structure.
    Structure,
    /// By no call: once it is there, it can only be changed.
    Never,
}

/// Returns the content of an empty shell, given the portable part of the whole.
pub type Shell = fn(&serde_json::Map<String, Value>) -> Value;

/// Puts what has no order into one.
pub type Arrange = fn(&mut serde_json::Map<String, Value>);

/// One sort of resource.
pub struct Family {
    /// The kind.
    pub kind: &'static str,
    /// The operation that lists them, and the member of its answer that holds them.
    pub list: (&'static str, &'static str),
    /// The operation that reads one, and the member of its answer that holds it.
    pub describe: (&'static str, &'static str),
    /// The member of a description that is the ARN.
    pub arn: &'static str,
    /// What each member is.
    pub fields: &'static [FieldRule],
    /// The operation that makes one.
    pub create: Setter,
    /// The members of its answer that are the id and the ARN.
    pub made: (&'static str, &'static str),
    /// What a new one has, where `create` can't say.
    pub born: &'static [(&'static str, &'static str)],
    /// Operations that set members, in the order in which they are called.
    pub update: &'static [Setter],
    /// Members that can never be set again.
    pub fixed: &'static [&'static str],
    /// The operation that removes one.
    pub delete: &'static str,
    /// What it can be made of first, where it can be made empty and filled later.
    pub shell: Option<Shell>,
    /// Puts what has no order into one, in the portable part.
    pub arrange: Option<Arrange>,
}

/// Every family, in no order that matters: references order what is written.
pub const FAMILIES: &[&Family] = &[&super::flow::FLOW, &super::hours::HOURS, &super::queue::QUEUE];

/// Returns the family of `kind`.
pub fn family(kind: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|f| f.kind == kind).copied()
}
