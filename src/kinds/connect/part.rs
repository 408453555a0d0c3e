//! Parts: what of a resource is read by operations beside the one that describes it.

use serde_json::Value;

/// A member of a document that is read by an operation of its own.
#[derive(Clone, Copy)]
pub enum Part {
    /// All items of a listing that is asked for this one resource.
    List {
        /// The member.
        member: &'static str,
        /// The operation.
        call: &'static str,
        /// The member of its answer that holds the items.
        items: &'static str,
        /// What an item becomes.
        item: fn(&Value) -> Value,
        /// A search that answers the items of all resources, and the member of an item that is the id of its resource.
        search: Option<(&'static str, &'static str, &'static str)>,
    },
    /// The value that a listing of the whole instance has for this resource.
    Found {
        /// The member.
        member: &'static str,
        /// The operation.
        call: &'static str,
        /// The member of its answer that holds the items.
        items: &'static str,
        /// The member of an item that is the id of its resource.
        of: &'static str,
        /// The member of an item that is the value.
        value: &'static str,
    },
    /// The file of a prompt, as a blob.
    Audio {
        /// The member.
        member: &'static str,
    },
}

/// Returns `item` without the members that say what listed it.
pub fn as_it_is(item: &Value) -> Value {
    item.clone()
}

/// Returns the id of an item.
pub fn id(item: &Value) -> Value {
    item["Id"].clone()
}
