//! A definition: what one version of a bot is, taken out of its archive and put back into one.
//!
//! Everything in it goes by name: intents, slots and slot types are members called by their names, and the ids that an
//! archive has for them, which differ from bot to bot, are taken out. So two bots of two accounts that are alike have
//! equal definitions, and a difference between two is one that matters.
//!
//! Source: "JSON format for importing and exporting bots in Lex V2", Amazon Lex V2 Developer Guide.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::archive::Files;
use super::normal::{normalise, sort, without};
use crate::core::{Digest, Error, Result};

/// The parts of a definition that are files of their own. The service's members begin with small letters.
const LOCALES: &str = "Locales";
const INTENTS: &str = "Intents";
const SLOTS: &str = "Slots";
const SLOT_TYPES: &str = "SlotTypes";
const VOCABULARY: &str = "CustomVocabulary";
/// Files that this version does not know: kept and put back as they are.
const OTHER: &str = "Files";

/// What says which bot or version it is. The description of a bot is no part of a version: the service keeps one for
/// each of both, and has only one place for it in an archive.
const OF_BOT: &[&str] = &["name", "identifier", "version", "description"];
const OF_PART: &[&str] = &["name", "identifier", "version"];

/// The manifest of an archive, by its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest(pub String, pub Value);

/// What archives made by the service have; where one was read, its own goes before this.
impl Default for Manifest {
    fn default() -> Manifest {
        let content =
            json!({ "metaData": { "schemaVersion": "1", "fileFormat": "LexJson", "resourceType": "BOT" } });
        Manifest("Manifest.json".into(), content)
    }
}

/// Returns the definition that `files` hold, and the manifest. `Corrupt` where the bot is missing, or two parts have one
/// name.
pub fn read(mut files: Files) -> Result<(Value, Manifest)> {
    let bad = |why: String| Error::corrupt(format!("the export of the bot is not what it has to be: {why}"));
    let manifest = ["Manifest.json", "manifest.json"]
        .into_iter()
        .find_map(|name| Some(Manifest(name.into(), files.remove(name)?)))
        .unwrap_or_default();
    files.values_mut().for_each(normalise);
    let names = Names::of(&files);
    let mut whole = Map::new();
    for (path, value) in files {
        let steps: Vec<&str> = path.split('/').skip(1).collect();
        let Value::Object(members) = value else { return Err(bad(format!("`{path}` is no object"))) };
        let (place, members) = names.part(&steps, members);
        put(&mut whole, &place, members).map_err(|why| bad(format!("`{path}` {why}")))?;
    }
    if whole.remove(BOT).is_none() {
        return Err(bad("it holds no bot".into()));
    }
    Ok((Value::Object(whole), manifest))
}

/// Says that the bot itself was among the files.
const BOT: &str = "Bot";

/// Puts `members` at `place`, beside what other files have put there.
fn put(whole: &mut Map<String, Value>, place: &[String], members: Map<String, Value>) -> Result<(), String> {
    let mut at = whole;
    for step in place {
        let next = at.entry(step.clone()).or_insert_with(|| json!({}));
        at = next.as_object_mut().ok_or("has the name of another part")?;
    }
    for (name, value) in members {
        if at.insert(name, value).is_some() {
            return Err("has the name of another".into());
        }
    }
    Ok(())
}

/// What the folders and ids of an archive are called.
#[derive(Default)]
struct Names {
    /// By folder, below the bot's.
    folders: BTreeMap<String, String>,
    /// Slots by the folder of their intent, and slot types by that of their locale, and by id.
    ids: BTreeMap<(String, String), String>,
}

impl Names {
    fn of(files: &Files) -> Names {
        let mut names = Names::default();
        for (path, value) in files {
            let Some((folder, file)) = path.split_once('/').and_then(|(_, rest)| rest.rsplit_once('/'))
            else {
                continue;
            };
            let Some(name) = value["name"].as_str() else { continue };
            let owner = folder.rsplitn(3, '/').nth(2).unwrap_or_default();
            if let (Some(id), "Slot.json" | "SlotType.json") = (value["identifier"].as_str(), file) {
                names.ids.insert((owner.to_string(), id.to_string()), name.to_string());
            }
            names.folders.insert(folder.to_string(), name.to_string());
        }
        names
    }

    /// Returns what the part in the folder `steps` is called: a folder need not have its name.
    fn name(&self, steps: &[&str]) -> String {
        let last = steps.last().copied().unwrap_or_default();
        self.folders.get(&steps.join("/")).map_or(last, String::as_str).to_string()
    }

    /// Returns where the file at `steps` belongs in a definition, and what of it does.
    fn part(&self, steps: &[&str], mut members: Map<String, Value>) -> (Vec<String>, Map<String, Value>) {
        let owned = |place: &[&str]| place.iter().map(ToString::to_string).collect::<Vec<_>>();
        match *steps {
            ["Bot.json"] => {
                without(&mut members, OF_BOT);
                members.insert(BOT.into(), json!(true));
                (Vec::new(), members)
            }
            ["BotLocales", locale, "BotLocale.json"] => {
                without(&mut members, &["identifier", "version"]);
                (owned(&[LOCALES, locale]), members)
            }
            ["BotLocales", locale, "Intents", _, "Intent.json"] => {
                let intent = &steps[..4];
                let priorities = members.get_mut("slotPriorities").and_then(Value::as_array_mut);
                if let Some(items) = priorities {
                    items
                        .iter_mut()
                        .for_each(|item| self.by_name(&intent.join("/"), item, ["slotId", "slotName"]));
                    sort(items);
                }
                without(&mut members, OF_PART);
                (owned(&[LOCALES, locale, INTENTS, &self.name(intent)]), members)
            }
            ["BotLocales", locale, "Intents", _, "Slots", _, "Slot.json"] => {
                let (intent, slot) = (self.name(&steps[..4]), self.name(&steps[..6]));
                without(&mut members, OF_PART);
                let types = steps[..2].join("/");
                sub_slots(&mut members, |item| self.by_name(&types, item, TYPE));
                (owned(&[LOCALES, locale, INTENTS, &intent, SLOTS, &slot]), members)
            }
            ["BotLocales", locale, "SlotTypes", _, "SlotType.json"] => {
                let name = self.name(&steps[..4]);
                without(&mut members, OF_PART);
                let types = steps[..2].join("/");
                sub_slots(&mut members, |item| self.by_name(&types, item, TYPE));
                (owned(&[LOCALES, locale, SLOT_TYPES, &name]), members)
            }
            ["BotLocales", locale, "CustomVocabulary", "CustomVocabulary.json"] => {
                without(&mut members, &["identifier", "version"]);
                if let Some(Value::Array(items)) = members.get_mut("customVocabularyItems") {
                    for item in items.iter_mut().filter_map(Value::as_object_mut) {
                        without(item, &["itemId"]);
                    }
                    items.sort_by_cached_key(|item| (item["phrase"].to_string(), item.to_string()));
                }
                (owned(&[LOCALES, locale, VOCABULARY]), members)
            }
            _ => (owned(&[OTHER, &steps.join("/")]), members),
        }
    }

    /// Puts the name into `item` in the place of an id that is known below `owner`. What is AWS's own has no other id
    /// than its name, and is left.
    fn by_name(&self, owner: &str, item: &mut Value, [id, name]: [&str; 2]) {
        let Some(members) = item.as_object_mut() else { return };
        let key =
            (owner.to_string(), members.get(id).and_then(Value::as_str).unwrap_or_default().to_string());
        if let Some(called) = self.ids.get(&key) {
            members.remove(id);
            members.insert(name.into(), json!(called));
        }
    }
}

/// What a part of a composite slot names its slot type by: in an archive, and here.
const TYPE: [&str; 2] = ["slotTypeId", "slotTypeName"];

/// Shows `see` each part of a composite slot or of a composite slot type.
fn sub_slots(members: &mut Map<String, Value>, mut see: impl FnMut(&mut Value)) {
    if let Some(Value::Object(parts)) =
        members.get_mut("subSlotSetting").and_then(|s| s.get_mut("slotSpecifications"))
    {
        parts.values_mut().for_each(&mut see);
    }
    if let Some(Value::Array(parts)) =
        members.get_mut("compositeSlotTypeSetting").and_then(|s| s.get_mut("subSlots"))
    {
        parts.iter_mut().for_each(&mut see);
    }
}

/// Returns the files of an archive from which `definition` is imported as the bot `name`, described as `description`.
/// `Input` where `definition` is none.
///
/// The ids in it are made of names: the service needs them to tell slot types apart, and gives them ids of its own.
pub fn write(
    definition: &Value,
    name: &str,
    description: Option<&Value>,
    manifest: &Manifest,
) -> Result<Files> {
    let bad =
        |what: &str| Error::input(format!("the definition of the bot is not what it has to be: {what}"));
    let mut bot = definition.as_object().ok_or_else(|| bad("it is no object"))?.clone();
    let mut files = Files::from([(manifest.0.clone(), manifest.1.clone())]);
    for (path, content) in members(bot.remove(OTHER)) {
        files.insert(format!("{name}/{path}"), content);
    }
    for (locale, settings) in members(bot.remove(LOCALES)) {
        let Value::Object(mut settings) = settings else { return Err(bad(&locale)) };
        let root = format!("{name}/BotLocales/{locale}");
        if let Some(words) = settings.remove(VOCABULARY) {
            files.insert(format!("{root}/CustomVocabulary/CustomVocabulary.json"), words);
        }
        let (intents, types) = (members(settings.remove(INTENTS)), members(settings.remove(SLOT_TYPES)));
        let id = |name: &str| types.contains_key(name).then(|| identifier(&[&locale, SLOT_TYPES, name]));
        let by_id = |item: &mut Value| {
            let Some(part) = item.as_object_mut() else { return };
            if let Some(id) = part.get(TYPE[1]).and_then(Value::as_str).and_then(id) {
                part.remove(TYPE[1]);
                part.insert(TYPE[0].into(), json!(id));
            }
        };
        for (called, content) in &types {
            let Value::Object(mut content) = content.clone() else { return Err(bad(called)) };
            sub_slots(&mut content, by_id);
            let id = identifier(&[&locale, SLOT_TYPES, called]);
            files.insert(format!("{root}/SlotTypes/{called}/SlotType.json"), part(content, called, &id));
        }
        for (intent, content) in intents {
            let Value::Object(mut content) = content else { return Err(bad(&intent)) };
            let folder = format!("{root}/Intents/{intent}");
            for (slot, content) in members(content.remove(SLOTS)) {
                let Value::Object(mut content) = content else { return Err(bad(&slot)) };
                sub_slots(&mut content, by_id);
                let id = identifier(&[&locale, &intent, &slot]);
                files.insert(format!("{folder}/Slots/{slot}/Slot.json"), part(content, &slot, &id));
            }
            let id = identifier(&[&locale, INTENTS, &intent]);
            files.insert(format!("{folder}/Intent.json"), part(content, &intent, &id));
        }
        settings.insert("identifier".into(), json!(locale));
        settings.insert("version".into(), json!("DRAFT"));
        files.insert(format!("{root}/BotLocale.json"), settings.into());
    }
    bot.extend(description.map(|words| ("description".into(), words.clone())));
    bot.insert("version".into(), json!("DRAFT"));
    files.insert(format!("{name}/Bot.json"), part(bot, name, &identifier(&[name])));
    Ok(files)
}

/// Returns the ids of the locales of `definition`.
pub fn locales(definition: &Value) -> Vec<String> {
    definition[LOCALES].as_object().into_iter().flatten().map(|(id, _)| id.clone()).collect()
}

/// Returns the locales in which `a` and `b` differ; with more than that they differ in what is the bot's.
pub fn differing(a: &Value, b: &Value) -> Vec<String> {
    let mut ids = locales(a);
    ids.extend(locales(b));
    ids.sort();
    ids.dedup();
    ids.retain(|id| a[LOCALES].get(id) != b[LOCALES].get(id));
    ids
}

fn members(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn part(mut members: Map<String, Value>, name: &str, id: &str) -> Value {
    members.insert("name".into(), json!(name));
    members.insert("identifier".into(), json!(id));
    members.into()
}

/// Returns an id of the form that Lex gives: ten capitals and digits.
fn identifier(of: &[&str]) -> String {
    const SIGNS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digest = Digest::of(of.join("/").as_bytes()).to_string();
    digest.bytes().take(10).map(|b| char::from(SIGNS[usize::from(b) % SIGNS.len()])).collect()
}
