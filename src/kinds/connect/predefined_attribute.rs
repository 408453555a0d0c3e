//! Predefined attributes: what users are good at, and other words that contacts are told by. A name is an id.
//!
//! Source: botocore's `connect` model, `PredefinedAttribute`, `CreatePredefinedAttribute`, `UpdatePredefinedAttribute`.

use serde_json::{Map, Value};

use super::family::{Empty, Family, Listed, PLAIN, Removal, Searched, Setter, same};
use crate::core::fields::{Class, field};
use crate::core::moves::Stage;

/// The kind.
pub const KIND: &str = "connect/predefined-attribute";

/// How the names of AWS's own begin (administrator guide, "Create predefined attributes").
pub const SYSTEM: &str = "connect:";

/// Predefined attributes.
pub const PREDEFINED_ATTRIBUTE: Family = Family {
    kind: KIND,
    list: Some(Listed {
        call: "ListPredefinedAttributes",
        items: "PredefinedAttributeSummaryList",
        id: "Name",
        arn: "Arn",
        name: "Name",
    }),
    search: Some(Searched {
        call: "SearchPredefinedAttributes",
        items: "PredefinedAttributes",
        id: "Name",
        needs: &["Values"],
    }),
    describe: Some(("DescribePredefinedAttribute", "PredefinedAttribute")),
    fields: &[
        field("Name", Class::Literal),
        field("Values", Class::Portable),
        field("Purposes", Class::Literal),
        field("AttributeConfiguration.EnableValueValidationOnAssociation", Class::Literal),
        field("AttributeConfiguration.IsReadOnly", Class::Volatile),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreatePredefinedAttribute",
        members: &[same("Name"), same("Values"), same("Purposes"), same("AttributeConfiguration")],
        beside: &[],
        empty: Empty::Omitted,
    }),
    update: &[
        Setter {
            call: "UpdatePredefinedAttribute",
            // Neither is required, and nothing says that what is left out goes.
            members: &[same("Values"), same("AttributeConfiguration")],
            beside: &[],
            empty: Empty::Never,
        },
        Setter {
            call: "UpdatePredefinedAttribute",
            // The model's `PredefinedAttributePurposeNameList` may be empty.
            members: &[same("Purposes")],
            beside: &[],
            empty: Empty::Blank,
        },
    ],
    fixed: &["Name"],
    remove: Removal::Delete("DeletePredefinedAttribute"),
    form: Some(form),
    arrange: Some(arrange),
    // A new user may be good at what an attribute is only now to have: first of all, as what others refer to.
    stage: Stage::Shell,
    longest: (100, 0),
    ..PLAIN
};

/// Takes out an empty list of purposes, which says what none says.
fn form(wire: &mut Map<String, Value>) {
    wire.retain(|name, value| name != "Purposes" || value.as_array().is_none_or(|list| !list.is_empty()));
}

/// Sorts what is a set.
fn arrange(part: &mut Map<String, Value>) {
    let values = part.get_mut("Values").and_then(|v| v.get_mut("StringList"));
    if let Some(Value::Array(set)) = values {
        set.sort_by_cached_key(Value::to_string);
    }
    if let Some(Value::Array(set)) = part.get_mut("Purposes") {
        set.sort_by_cached_key(Value::to_string);
    }
}
