//! How an imported locale becomes part of a draft.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::switch::Switches;
use super::ask::new_id;
use super::locale::{Locale, Part};

/// What an import does with names that are taken (botocore MergeStrategy).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// "imports all of the resources from the import .zip file and replaces any existing resource with the definition"
    Overwrite,
    /// "The import stops and no resources are imported"
    FailOnConflict,
    /// For locales and vocabularies: adds to what is there (Lex V2 guide, "Importing").
    Append,
}

impl Strategy {
    /// As a request has it.
    pub(crate) fn of(word: &str) -> Option<Strategy> {
        match word {
            "Overwrite" => Some(Strategy::Overwrite),
            "FailOnConflict" => Some(Strategy::FailOnConflict),
            "Append" => Some(Strategy::Append),
            _ => None,
        }
    }

    /// As answers have it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Strategy::Overwrite => "Overwrite",
            Strategy::FailOnConflict => "FailOnConflict",
            Strategy::Append => "Append",
        }
    }
}

/// Every bot's fallback intent has this id (exports in public repositories).
pub(crate) const FALLBACK: &str = "FALLBCKINT";

/// Where a part of a locale stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    SlotType(&'a str),
    Intent(&'a str),
    /// The intent and the slot.
    Slot(&'a str, &'a str),
}

/// Whether an intent is the fallback intent.
pub(crate) fn is_fallback(part: &Part) -> bool {
    part.body.get("parentIntentSignature").and_then(Value::as_str) == Some("AMAZON.FallbackIntent")
}

/// Gives every part of a locale the id that `id` says, and lets those that name others by id name them by the new one.
pub(crate) fn assign(locale: &mut Locale, id: impl Fn(Place<'_>, &Part) -> String) {
    // What types are called by in the archive, and what they are called by here.
    let mut ids = BTreeMap::new();
    for (name, part) in &mut locale.slot_types {
        let fresh = id(Place::SlotType(name), part);
        ids.insert(std::mem::replace(&mut part.id, fresh.clone()), fresh);
    }
    for part in locale.slot_types.values_mut() {
        for sub in part.body.get_mut("compositeSlotTypeSetting").into_iter().flat_map(sub_slots) {
            rename(sub, &ids);
        }
    }
    for (name, intent) in &mut locale.intents {
        intent.part.id = id(Place::Intent(name), &intent.part);
        for (slot_name, slot) in &mut intent.slots {
            slot.id = id(Place::Slot(name, slot_name), slot);
            let setting = slot.body.get_mut("subSlotSetting");
            let specifications = setting.and_then(|setting| setting.get_mut("slotSpecifications"));
            for sub in
                specifications.and_then(Value::as_object_mut).into_iter().flat_map(|all| all.values_mut())
            {
                rename(sub, &ids);
            }
        }
    }
}

/// Writes an imported locale over the one that was there, or makes it.
pub(crate) fn locale(
    old: Option<&Locale>,
    mut new: Locale,
    strategy: Strategy,
    switches: &Switches,
    now: f64,
) -> Locale {
    let empty = Locale { created: now, ..Locale::default() };
    let old = old.unwrap_or(&empty);
    // assumed: switch lex_overwrite_keeps_ids
    let keeps = switches.on("lex_overwrite_keeps_ids");
    assign(&mut new, |place, part| {
        let before = match place {
            Place::SlotType(name) => old.slot_types.get(name),
            Place::Intent(name) => old.intents.get(name).map(|intent| &intent.part),
            Place::Slot(intent, name) => old.intents.get(intent).and_then(|intent| intent.slots.get(name)),
        };
        match before {
            Some(before) if keeps => before.id.clone(),
            _ if is_fallback(part) => FALLBACK.to_owned(),
            _ => new_id(),
        }
    });
    // assumed: switch lex_overwrite_drops_parts
    let drops = strategy == Strategy::Overwrite && switches.on("lex_overwrite_drops_parts");
    if !drops {
        for (name, intent) in &old.intents {
            let there = new.intents.entry(name.clone()).or_insert_with(|| intent.clone());
            for (name, slot) in &intent.slots {
                there.slots.entry(name.clone()).or_insert_with(|| slot.clone());
            }
        }
        for (name, part) in &old.slot_types {
            new.slot_types.entry(name.clone()).or_insert_with(|| part.clone());
        }
        if new.vocabulary.is_none() {
            new.vocabulary.clone_from(&old.vocabulary);
        }
    }
    new.created = old.created;
    new.submitted = old.submitted;
    new.touch(now);
    new
}

fn sub_slots(setting: &mut Value) -> impl Iterator<Item = &mut Value> {
    setting.get_mut("subSlots").and_then(Value::as_array_mut).into_iter().flatten()
}

/// Composite types and slots name other types of the locale by id (guide, "Slot type file structure").
fn rename(sub: &mut Value, ids: &BTreeMap<String, String>) {
    let fresh = sub.get("slotTypeId").and_then(Value::as_str).and_then(|id| ids.get(id)).cloned();
    if let (Some(fresh), Some(place)) = (fresh, sub.get_mut("slotTypeId")) {
        *place = Value::String(fresh);
    }
}

/// Names that an archive and the draft both have.
pub(crate) fn conflicts(old: &Locale, new: &Locale) -> Vec<String> {
    let intents = new
        .intents
        .keys()
        .filter(|name| old.intents.contains_key(*name))
        .map(|name| format!("intent {name}"));
    let types = new.slot_types.keys().filter(|name| old.slot_types.contains_key(*name));
    let all: Vec<String> = intents.chain(types.map(|name| format!("slot type {name}"))).collect();
    if all.is_empty() { all } else { vec![format!("There is a conflict: {}.", all.join(", "))] }
}
