//! Holes: what the placeholders in a value name.

use std::collections::BTreeSet;

use serde_json::Value;

use super::address::Address;
use super::digest::Digest;
use super::secret::Fingerprint;
use super::template::{Form, Placeholder, Template, is_plain};

/// Returns every reference in `value`; what is not a template has none.
pub fn references(value: &Value) -> BTreeSet<(Form, Address, Option<String>)> {
    let mut found = BTreeSet::new();
    each_hole(value, &mut |hole| {
        if let Placeholder::To { form, address, qualifier } = hole {
            found.insert((*form, address.clone(), qualifier.clone()));
        }
    });
    found
}

/// Returns every blob that `value` names; what is not a template names none.
pub fn blobs(value: &Value) -> BTreeSet<Digest> {
    let mut found = BTreeSet::new();
    each_hole(value, &mut |hole| {
        if let Placeholder::Blob(digest) = hole {
            found.insert(*digest);
        }
    });
    found
}

/// Returns the fingerprint of every secret that `value` names.
pub fn fingerprints(value: &Value) -> BTreeSet<Fingerprint> {
    let mut found = BTreeSet::new();
    each_hole(value, &mut |hole| {
        if let Placeholder::Sealed(fingerprint) = hole {
            found.insert(*fingerprint);
        }
    });
    found
}

fn each_hole(value: &Value, see: &mut dyn FnMut(&Placeholder)) {
    let mut text = |text: &str| {
        if !is_plain(text)
            && let Ok(template) = text.parse::<Template>()
        {
            template.holes().for_each(&mut *see);
        }
    };
    match value {
        Value::String(template) => text(template),
        Value::Array(items) => items.iter().for_each(|item| each_hole(item, see)),
        Value::Object(members) => {
            members.keys().for_each(|key| text(key));
            members.values().for_each(|member| each_hole(member, see));
        }
        _ => {}
    }
}

/// Returns every address that `value` needs to be there: those that it refers to by id or ARN.
pub fn needs(value: &Value) -> BTreeSet<Address> {
    references(value)
        .into_iter()
        .filter(|(form, _, _)| *form != Form::Name)
        .map(|(_, address, _)| address)
        .collect()
}
