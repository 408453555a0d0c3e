//! Exports: content to the files of an archive, and the operations CreateExport and its kin.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::switch::Switches;
use super::super::world::Account;
use super::answers::accepted;
use super::archive::{self, Files};
use super::ask::{Ask, invalid, missing, new_id};
use super::bot::{self, Bot};
use super::layout::Shape;
use super::locale::{self, Locale, Part};
use super::page;
use super::transfer::{Export, Status};

/// What an export is of.
#[derive(Debug, Clone)]
pub(crate) struct Of {
    pub(crate) shape: Shape,
    pub(crate) bot: String,
    pub(crate) version: String,
    pub(crate) locale: Option<String>,
}

/// The specifications of a request that the sandbox knows, and their shapes.
const SPECIFICATIONS: [(&str, Shape); 3] = [
    ("botExportSpecification", Shape::Bot),
    ("botLocaleExportSpecification", Shape::BotLocale),
    ("customVocabularyExportSpecification", Shape::CustomVocabulary),
];

fn asked(ask: &Ask<'_>) -> Result<Of, Fail> {
    let given = ask.body.get("resourceSpecification").and_then(Value::as_object);
    let given = given.ok_or_else(|| invalid("resourceSpecification must not be null"))?;
    let named: Vec<_> = given.iter().filter(|(_, value)| !value.is_null()).collect();
    let [(name, specification)] = named.as_slice() else {
        return Err(invalid("resourceSpecification must have exactly one member"));
    };
    let known = SPECIFICATIONS.iter().find(|(known, _)| known == name);
    let (_, shape) = known.ok_or_else(|| Fail::not_implemented(&format!("exports by {name}")))?;
    let text = |member: &str| {
        let text = specification.get(member).and_then(Value::as_str).map(str::to_owned);
        text.ok_or_else(|| invalid(format!("{name}.{member} must not be null")))
    };
    let locale = if *shape == Shape::Bot { None } else { Some(text("localeId")?) };
    Ok(Of { shape: *shape, bot: text("botId")?, version: text("botVersion")?, locale })
}

/// Everything on exports.
pub(crate) fn dispatch(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = ask.call.label(0).to_owned();
    match ask.call.operation.as_str() {
        "CreateExport" => create(account, ask),
        "ListExports" => list(account, ask),
        "DeleteExport" => {
            let found = account.transfers.exports.remove(&id);
            found.ok_or_else(|| missing(ask.call, &format!("The export {id}")))?;
            Ok(accepted(&json!({"exportId": id, "exportStatus": "Deleting"})))
        }
        other => Err(Fail::not_implemented(&format!("lex:{other}"))),
    }
}

fn create(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let of = asked(ask)?;
    if ask.text("filePassword").is_some() {
        return Err(Fail::not_implemented("archives with a password"));
    }
    if ask.required("fileFormat")? != "LexJson" {
        return Err(Fail::not_implemented("exports other than LexJson"));
    }
    let bot = bot::by_id(account, ask, &of.bot)?;
    let locales =
        bot.locales(&of.version).ok_or_else(|| missing(ask.call, &format!("The version {}", of.version)))?;
    if let Some(id) = &of.locale {
        let found = locales.get(id).ok_or_else(|| missing(ask.call, &format!("The locale {id}")))?;
        if of.shape == Shape::CustomVocabulary && found.vocabulary.is_none() {
            return Err(missing(ask.call, &format!("The custom vocabulary of {id}")));
        }
    }
    let id = new_id();
    let file = match &of.locale {
        None => format!("{}_{}_{id}_LexJson.zip", bot.name, of.version),
        Some(locale) => format!("{}_{}_{locale}_{id}_LEX_JSON.zip", bot.name, of.version),
    };
    let made = Export {
        id: id.clone(),
        file,
        region: ask.call.region.clone(),
        specification: ask.body.get("resourceSpecification").cloned().unwrap_or_default(),
        // assumed: switch lex_export_at_completion
        status: if ask.switches.on("lex_export_at_completion") {
            Status::Running
        } else {
            packed(bot, &of, ask.switches)
        },
        of,
        created: ask.now,
        due: ask.soon(),
    };
    let mut out = described(&made, ask.now);
    out.as_object_mut().map(|out| out.remove("lastUpdatedDateTime"));
    account.transfers.exports.insert(id, made);
    Ok(accepted(&out))
}

/// The archive of what an export is of, as it is now.
pub(crate) fn packed(bot: &Bot, of: &Of, switches: &Switches) -> Status {
    let files = files(bot, of, switches);
    let bytes = files
        .ok_or_else(|| "What was to be exported is gone.".to_owned())
        .and_then(|files| archive::pack(&files));
    match bytes {
        Ok(bytes) => Status::Packed(bytes.into()),
        Err(why) => Status::Failed(vec![why]),
    }
}

/// An export as DescribeExport has it, without its URL.
pub(crate) fn described(export: &Export, now: f64) -> Value {
    let mut out = json!({
        "exportId": export.id, "resourceSpecification": export.specification, "fileFormat": "LexJson",
        "exportStatus": export.word(now), "creationDateTime": clock::epoch(export.created),
        "lastUpdatedDateTime": clock::epoch(if now < export.due { export.created } else { export.due }),
    });
    if let (Status::Failed(reasons), true) = (&export.status, now >= export.due) {
        out["failureReasons"] = json!(reasons);
    }
    out
}

fn list(account: &Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let mut here: Vec<&Export> = account.transfers.exports.values().collect();
    here.retain(|export| {
        export.region == ask.call.region
            && ask.text("botId").is_none_or(|bot| export.of.bot == bot)
            && ask.text("botVersion").is_none_or(|version| export.of.version == version)
            && ask.text("localeId").is_none_or(|locale| export.of.locale.as_deref() == Some(locale))
    });
    here.sort_by(|a, b| a.due.total_cmp(&b.due).then_with(|| a.id.cmp(&b.id)));
    let here = page::filtered(ask, here, |export, _| export.of.shape.word().to_owned());
    let items = page::sorted(ask, here).into_iter().map(|export| {
        let mut out = described(export, ask.now);
        out.as_object_mut().map(|out| out.remove("failureReasons"));
        out
    });
    let given: Vec<_> = ["botId", "botVersion", "localeId"]
        .into_iter()
        .filter_map(|name| Some((name, ask.text(name)?)))
        .collect();
    page::page(ask, "exportSummaries", items.collect(), &given)
}

/// The members that the guide's examples of each file have: what a resource lacks is `null` in its file.
const INTENT: &[&str] = &[
    "description",
    "parentIntentSignature",
    "sampleUtterances",
    "intentConfirmationSetting",
    "intentClosingSetting",
    "initialResponseSetting",
    "inputContexts",
    "outputContexts",
    "kendraConfiguration",
    "dialogCodeHook",
    "fulfillmentCodeHook",
    "slotPriorities",
];
const SLOT: &[&str] = &[
    "description",
    "multipleValuesSetting",
    "slotTypeName",
    "obfuscationSetting",
    "slotConstraint",
    "defaultValueSpec",
    "slotValueElicitationSetting",
];
const SLOT_TYPE: &[&str] =
    &["description", "slotTypeValues", "parentSlotTypeSignature", "valueSelectionSetting"];
const LOCALE: &[&str] = &["version", "description", "voiceSettings", "nluConfidenceThreshold"];
const BOT: &[&str] = &["description"];

/// Writes files.
struct Writer<'a> {
    files: Files,
    switches: &'a Switches,
}

impl Writer<'_> {
    fn write(&mut self, path: String, mut body: Map<String, Value>, known: &[&str]) {
        // assumed: switch lex_export_fills_nulls
        if self.switches.on("lex_export_fills_nulls") {
            for member in known {
                body.entry((*member).to_owned()).or_insert(Value::Null);
            }
        }
        self.files.insert(path, Value::Object(body).to_string().into_bytes());
    }

    fn part(&mut self, path: String, part: &Part, known: &[&str]) {
        let mut body = part.body.clone();
        body.insert("identifier".into(), json!(part.id));
        self.write(path, body, known);
    }

    fn locale(&mut self, root: &str, id: &str, locale: &Locale) {
        let mut body = locale.body.clone();
        // `"version": null` and the console's name: exports in public repositories have them so.
        body.extend([("name".to_owned(), json!(locale::name(id))), ("identifier".to_owned(), json!(id))]);
        self.write(format!("{root}BotLocale.json"), body, LOCALE);
        for (name, intent) in &locale.intents {
            self.part(format!("{root}Intents/{name}/Intent.json"), &intent.part, INTENT);
            for (slot, part) in &intent.slots {
                self.part(format!("{root}Intents/{name}/Slots/{slot}/Slot.json"), part, SLOT);
            }
        }
        for (name, part) in &locale.slot_types {
            self.part(format!("{root}SlotTypes/{name}/SlotType.json"), part, SLOT_TYPE);
        }
        if let Some(vocabulary) = &locale.vocabulary {
            self.write(format!("{root}CustomVocabulary/CustomVocabulary.json"), vocabulary.clone(), &[]);
        }
    }

    fn manifest(&mut self, shape: Shape) {
        // assumed: switch lex_manifest_as_guide
        let (path, body) = if self.switches.on("lex_manifest_as_guide") {
            let about =
                json!({"schemaVersion": "1.0", "fileFormat": "LexJson", "resourceType": shape.word()});
            ("manifest.json", json!({"metadata": about}))
        } else {
            let about =
                json!({"schemaVersion": "1", "fileFormat": "LexJson", "resourceType": shape.capitals()});
            ("Manifest.json", json!({"metaData": about}))
        };
        self.files.insert(path.to_owned(), body.to_string().into_bytes());
    }
}

/// The files of an export; none when what it is of is gone. "When you export a bot locale, only the structure under the
/// locale is exported. When you export a custom vocabulary, only the structure under the custom vocabulary" (guide);
/// that they begin at the folder of the locale or of the vocabulary is assumed.
fn files(bot: &Bot, of: &Of, switches: &Switches) -> Option<Files> {
    let mut writer = Writer { files: Files::new(), switches };
    writer.manifest(of.shape);
    let locales = bot.locales(&of.version)?;
    match &of.locale {
        None => {
            let number = of.version.parse().ok().and_then(|number: u64| bot.versions.get(&number));
            let (name, body) =
                number.map_or((&bot.name, &bot.body), |version| (&version.name, &version.body));
            let kept = ["description", "dataPrivacy", "idleSessionTTLInSeconds", "errorLogSettings"];
            let mut out: Map<String, Value> = body
                .iter()
                .filter(|(member, _)| kept.contains(&member.as_str()))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect();
            // The bot's own description, not the version's.
            out.remove("description");
            out.extend(bot.body.get("description").map(|text| ("description".to_owned(), text.clone())));
            for (member, value) in [("name", name), ("identifier", &bot.id), ("version", &of.version)] {
                out.insert(member.into(), json!(value));
            }
            writer.write(format!("{name}/Bot.json"), out, BOT);
            for (id, locale) in locales {
                writer.locale(&format!("{name}/BotLocales/{id}/"), id, locale);
            }
        }
        Some(id) => {
            let locale = locales.get(id)?;
            if of.shape == Shape::BotLocale {
                writer.locale(&format!("{id}/"), id, locale);
            } else {
                let vocabulary = locale.vocabulary.clone()?;
                writer.write("CustomVocabulary/CustomVocabulary.json".to_owned(), vocabulary, &[]);
            }
        }
    }
    Some(writer.files)
}
