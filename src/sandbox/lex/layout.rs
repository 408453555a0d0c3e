//! The layout of archives ("JSON format for importing and exporting bots in Lex V2", Lex V2 guide): files to content.
//!
//! ```text
//! Manifest.json
//! BOT/Bot.json
//! BOT/BotLocales/LOCALE/BotLocale.json
//!                       Intents/INTENT/Intent.json, Intents/INTENT/Slots/SLOT/Slot.json
//!                       SlotTypes/TYPE/SlotType.json
//!                       CustomVocabulary/CustomVocabulary.json
//! ```
//!
//! The guide writes `manifest.json` and `metadata`; exports in public repositories have `Manifest.json` and `metaData`,
//! `"schemaVersion": "1"` and `"resourceType": "BOT"` (four generators of archives, found by searching public code for
//! `LexJson`). Both are read.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::archive::Files;
use super::locale::{Intent, Locale, Part};

/// What an archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Bot,
    BotLocale,
    CustomVocabulary,
}

impl Shape {
    /// As `importedResourceType` and filters have it (botocore ImportResourceType).
    pub(crate) fn word(self) -> &'static str {
        match self {
            Shape::Bot => "Bot",
            Shape::BotLocale => "BotLocale",
            Shape::CustomVocabulary => "CustomVocabulary",
        }
    }

    /// As the manifests of exports have it; the last two by analogy.
    pub(crate) fn capitals(self) -> &'static str {
        match self {
            Shape::Bot => "BOT",
            Shape::BotLocale => "BOT_LOCALE",
            Shape::CustomVocabulary => "CUSTOM_VOCABULARY",
        }
    }
}

/// A bot out of an archive.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) name: String,
    /// `Bot.json` without `name`, `identifier` and `version`.
    pub(crate) body: Map<String, Value>,
    pub(crate) locales: BTreeMap<String, Locale>,
}

type Read<T> = Result<T, String>;

fn object(files: &Files, path: &str) -> Read<Map<String, Value>> {
    let bytes = files.get(path).ok_or_else(|| format!("The archive has no {path}."))?;
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => Ok(map),
        _ => Err(format!("{path} is not a JSON object.")),
    }
}

fn taken(map: &mut Map<String, Value>, member: &str) -> Option<String> {
    map.remove(member).and_then(|value| value.as_str().map(str::to_owned))
}

/// Refuses an archive whose manifest is missing, damaged or of another shape.
pub(crate) fn expect(files: &Files, shape: Shape) -> Read<()> {
    let path = files.keys().find(|path| path.eq_ignore_ascii_case("manifest.json"));
    let manifest = object(files, path.ok_or("The archive has no Manifest.json.")?)?;
    let about = manifest.get("metaData").or_else(|| manifest.get("metadata"));
    let text =
        |member: &str| about.and_then(|about| about.get(member)).and_then(Value::as_str).unwrap_or_default();
    if text("fileFormat") != "LexJson" {
        return Err("Manifest.json does not name the file format LexJson.".to_owned());
    }
    let found = text("resourceType");
    if found != shape.capitals() && found != shape.word() {
        return Err(format!("Manifest.json is of a {found:?}, not of a {}.", shape.word()));
    }
    Ok(())
}

/// Reads a bot.
pub(crate) fn bot(files: &Files) -> Read<Content> {
    expect(files, Shape::Bot)?;
    let path = files.keys().find(|path| path.split('/').count() == 2 && path.ends_with("/Bot.json"));
    let path = path.ok_or("The archive has no BOT/Bot.json.")?;
    let mut body = object(files, path)?;
    let name = taken(&mut body, "name").ok_or_else(|| format!("{path} has no name."))?;
    body.remove("identifier");
    body.remove("version");
    let root = format!("{}BotLocales/", path.trim_end_matches("Bot.json"));
    let mut locales = BTreeMap::new();
    for path in files.keys() {
        let rest = path.strip_prefix(&root).unwrap_or_default();
        if let Some(id) = rest.strip_suffix("/BotLocale.json").filter(|id| !id.contains('/')) {
            locales.insert(id.to_owned(), locale_below(files, &format!("{root}{id}/"))?);
        }
    }
    Ok(Content { name, body, locales })
}

/// Reads the one locale of a locale's archive. Where it stands in it is assumed: anywhere.
pub(crate) fn locale(files: &Files) -> Read<Locale> {
    expect(files, Shape::BotLocale)?;
    let path = files.keys().find(|path| path.ends_with("BotLocale.json"));
    let path = path.ok_or("The archive has no BotLocale.json.")?;
    locale_below(files, path.trim_end_matches("BotLocale.json"))
}

/// Reads the vocabulary of a vocabulary's archive. Where it stands in it is assumed: anywhere.
pub(crate) fn vocabulary(files: &Files) -> Read<Map<String, Value>> {
    expect(files, Shape::CustomVocabulary)?;
    let path = files.keys().find(|path| path.ends_with("CustomVocabulary.json"));
    vocabulary_at(files, path.ok_or("The archive has no CustomVocabulary.json.")?)
}

fn vocabulary_at(files: &Files, path: &str) -> Read<Map<String, Value>> {
    let body = object(files, path)?;
    let items = body.get("customVocabularyItems").and_then(Value::as_array);
    let whole = |item: &Value| item.get("phrase").is_some_and(Value::is_string);
    if !items.is_some_and(|items| items.iter().all(whole)) {
        return Err(format!("{path} has no customVocabularyItems, each with a phrase."));
    }
    Ok(body)
}

fn part(files: &Files, path: &str) -> Read<(String, Part)> {
    let mut body = object(files, path)?;
    let name = body.get("name").and_then(Value::as_str).map(str::to_owned);
    let name = name.ok_or_else(|| format!("{path} has no name."))?;
    let id = taken(&mut body, "identifier").unwrap_or_default();
    Ok((name, Part { id, body }))
}

fn locale_below(files: &Files, root: &str) -> Read<Locale> {
    let mut body = object(files, &format!("{root}BotLocale.json"))?;
    for member in ["name", "identifier", "version"] {
        body.remove(member);
    }
    let mut locale = Locale { body, ..Locale::default() };
    let mut slots: Vec<(String, String, Part)> = Vec::new();
    let mut folders = BTreeMap::new();
    for path in files.keys() {
        let Some(rest) = path.strip_prefix(root) else { continue };
        let twice = |name: &str| format!("{path}: there are two of the name {name}.");
        match rest.split('/').collect::<Vec<_>>().as_slice() {
            ["Intents", folder, "Intent.json"] => {
                let (name, part) = part(files, path)?;
                folders.insert((*folder).to_owned(), name.clone());
                let intent = Intent { part, slots: BTreeMap::new() };
                if locale.intents.insert(name.clone(), intent).is_some() {
                    return Err(twice(&name));
                }
            }
            ["Intents", folder, "Slots", _, "Slot.json"] => {
                let (name, part) = part(files, path)?;
                slots.push(((*folder).to_owned(), name, part));
            }
            ["SlotTypes", _, "SlotType.json"] => {
                let (name, part) = part(files, path)?;
                if locale.slot_types.insert(name.clone(), part).is_some() {
                    return Err(twice(&name));
                }
            }
            ["CustomVocabulary", "CustomVocabulary.json"] => {
                locale.vocabulary = Some(vocabulary_at(files, path)?);
            }
            _ => {}
        }
    }
    for (folder, name, slot) in slots {
        let intent = folders.get(&folder).and_then(|intent| locale.intents.get_mut(intent));
        let intent = intent.ok_or_else(|| format!("{root}Intents/{folder} has slots and no Intent.json."))?;
        intent.slots.insert(name, slot);
    }
    check_types(&locale, root)?;
    Ok(locale)
}

/// Every slot's type is built in, or in the same locale (assumed: the import fails otherwise).
fn check_types(locale: &Locale, root: &str) -> Read<()> {
    for (name, intent) in &locale.intents {
        for (slot, part) in &intent.slots {
            let kind = part.body.get("slotTypeName").and_then(Value::as_str).unwrap_or_default();
            if !kind.starts_with("AMAZON.") && !locale.slot_types.contains_key(kind) {
                return Err(format!(
                    "{root}: the slot {slot} of {name} has the type {kind:?}, which is not there."
                ));
            }
        }
    }
    Ok(())
}
