//! Locales of a bot: their intents, slot types and vocabulary, and the operations on them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::world::Account;
use super::answers::{accepted, put_all};
use super::ask::{Ask, conflict, invalid, missing, precondition};
use super::bot;
use super::build::Build;
use super::page;

/// An intent, a slot or a slot type: its id, and its members as its file in an archive has them, without `identifier`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    pub(crate) id: String,
    pub(crate) body: Map<String, Value>,
}

/// An intent with its slots by name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Intent {
    pub(crate) part: Part,
    pub(crate) slots: BTreeMap<String, Part>,
}

/// A locale of the draft or of a version.
#[derive(Debug, Clone, Default)]
pub(crate) struct Locale {
    /// As `BotLocale.json` has it, without `name`, `identifier` and `version`.
    pub(crate) body: Map<String, Value>,
    /// By name.
    pub(crate) intents: BTreeMap<String, Intent>,
    /// By name.
    pub(crate) slot_types: BTreeMap<String, Part>,
    /// As `CustomVocabulary.json` has it.
    pub(crate) vocabulary: Option<Map<String, Value>>,
    /// The build of what it holds now; none when it changed since.
    pub(crate) build: Option<Build>,
    /// When it was last sent to be built.
    pub(crate) submitted: Option<f64>,
    /// Until when an import is writing it.
    pub(crate) importing: Option<f64>,
    pub(crate) created: f64,
    pub(crate) modified: f64,
}

impl Locale {
    /// Its `BotLocaleStatus`.
    pub(crate) fn status(&self, now: f64) -> &'static str {
        match (&self.importing, &self.build) {
            (Some(until), _) if now < *until => "Importing",
            (_, Some(build)) => build.status(now),
            (_, None) => "NotBuilt",
        }
    }

    /// Marks it as changed: what was built before is not what it holds.
    pub(crate) fn touch(&mut self, now: f64) {
        self.build = None;
        self.modified = now;
    }
}

/// The members that the API and `BotLocale.json` both have. The confidence threshold has another name in the file.
const SHARED: &[&str] = &[
    "description",
    "voiceSettings",
    "unifiedSpeechSettings",
    "audioFillerSettings",
    "speechRecognitionSettings",
    "generativeAISettings",
    "speechDetectionSensitivity",
    "speakerDiarizationSettings",
];

/// What the API calls the file's `nluConfidenceThreshold`.
const THRESHOLD: &str = "nluIntentConfidenceThreshold";

/// Names of locales in the console ("Languages and locales supported by Amazon Lex V2"); others by their id.
const NAMES: &[(&str, &str)] = &[
    ("de_DE", "German (Germany)"),
    ("en_AU", "English (Australia)"),
    ("en_GB", "English (UK)"),
    ("en_US", "English (US)"),
    ("es_419", "Spanish (Latin America)"),
    ("es_ES", "Spanish (Spain)"),
    ("es_US", "Spanish (US)"),
    ("fr_CA", "French (Canada)"),
    ("fr_FR", "French (France)"),
    ("it_IT", "Italian (Italy)"),
    ("pt_BR", "Portuguese (Brazil)"),
];

/// The name of a locale.
pub(crate) fn name(id: &str) -> &str {
    NAMES.iter().find(|(known, _)| *known == id).map_or(id, |(_, name)| name)
}

/// Whether a text has the shape of a locale's id: `en_US`, `es_419`.
pub(crate) fn is_locale(id: &str) -> bool {
    id.split_once('_').is_some_and(|(language, place)| {
        (2..=3).contains(&language.len())
            && language.bytes().all(|byte| byte.is_ascii_lowercase())
            && (2..=3).contains(&place.len())
            && place.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

/// What a request says about a locale, as `BotLocale.json` has it.
pub(crate) fn asked(given: &Map<String, Value>) -> Map<String, Value> {
    let shared = given.iter().filter(|(name, value)| SHARED.contains(&name.as_str()) && !value.is_null());
    let mut out: Map<String, Value> = shared.map(|(name, value)| (name.clone(), value.clone())).collect();
    if let Some(threshold) = given.get(THRESHOLD).filter(|value| !value.is_null()) {
        out.insert("nluConfidenceThreshold".into(), threshold.clone());
    }
    out
}

/// Everything on locales but building them.
pub(crate) fn dispatch(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let version = ask.call.label(1).to_owned();
    match ask.call.operation.as_str() {
        "CreateBotLocale" => create(account, ask),
        "UpdateBotLocale" => update(account, ask),
        "DeleteBotLocale" => delete(account, ask),
        "ListBotLocales" => list(account, ask, &version),
        _ => {
            let bot = bot::find(account, ask)?;
            let id = ask.call.label(2);
            let found = bot.locales(&version).and_then(|locales| locales.get(id));
            let locale =
                found.ok_or_else(|| missing(ask.call, &format!("The locale {id} of version {version}")))?;
            let mut out = described(&bot.id, &version, id, locale, ask.now);
            out["intentsCount"] = json!(locale.intents.len());
            out["slotTypesCount"] = json!(locale.slot_types.len());
            if let Some(submitted) = locale.submitted {
                out["lastBuildSubmittedDateTime"] = clock::epoch(submitted);
            }
            if let Some(build) = locale.build.as_ref().filter(|_| locale.status(ask.now) == "Failed") {
                out["failureReasons"] = json!(build.reasons);
                out["recommendedActions"] =
                    json!(["Correct the reasons of the failure and build the locale again."]);
            }
            Ok(Answer::json(&out))
        }
    }
}

/// The draft's locale that the third label names. Only `DRAFT` can be changed (botocore DraftBotVersion).
pub(crate) fn draft<'a>(account: &'a mut Account, ask: &Ask<'_>) -> Result<&'a mut Locale, Fail> {
    only_draft(ask)?;
    let id = ask.call.label(2).to_owned();
    let bot = bot::find(account, ask)?;
    bot.idle(ask)?;
    let locale = bot.draft.get_mut(&id).ok_or_else(|| missing(ask.call, &format!("The locale {id}")))?;
    match locale.status(ask.now) {
        status @ ("Building" | "ReadyExpressTesting" | "Importing") => {
            Err(conflict(format!("The locale {id} is in the state {status}")))
        }
        _ => Ok(locale),
    }
}

fn only_draft(ask: &Ask<'_>) -> Result<(), Fail> {
    if ask.call.label(1) == "DRAFT" { Ok(()) } else { Err(invalid("botVersion must be DRAFT")) }
}

fn threshold(ask: &Ask<'_>) -> Result<(), Fail> {
    let given = ask.body.get(THRESHOLD).and_then(Value::as_f64);
    if given.is_some_and(|given| (0.0..=1.0).contains(&given)) {
        Ok(())
    } else {
        Err(invalid(format!("{THRESHOLD} must be between 0 and 1")))
    }
}

/// CreateBotLocale. Every locale has the fallback intent from the start ("AMAZON.FallbackIntent", guide; its id as
/// exports in public repositories have it).
fn create(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    only_draft(ask)?;
    let id = ask.required("localeId")?;
    if !is_locale(id) {
        return Err(invalid(format!("{id} is not a locale")));
    }
    threshold(ask)?;
    let bot = bot::find(account, ask)?;
    bot.idle(ask)?;
    if bot.draft.contains_key(id) {
        return Err(precondition(format!("The locale {id} exists already")));
    }
    let fallback = json!({"name": "FallbackIntent", "parentIntentSignature": "AMAZON.FallbackIntent",
                          "description": "Default intent when no other intent matches"});
    let part = Part { id: "FALLBCKINT".into(), body: fallback.as_object().cloned().unwrap_or_default() };
    let locale = Locale {
        body: asked(ask.body),
        intents: BTreeMap::from([("FallbackIntent".to_owned(), Intent { part, slots: BTreeMap::new() })]),
        created: ask.now,
        modified: ask.now,
        ..Locale::default()
    };
    let mut out = described(&bot.id, "DRAFT", id, &locale, ask.now);
    out["botLocaleStatus"] = json!("Creating");
    out.as_object_mut().map(|out| out.remove("lastUpdatedDateTime"));
    bot.draft.insert(id.to_owned(), locale);
    Ok(accepted(&out))
}

fn update(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    threshold(ask)?;
    let locale = draft(account, ask)?;
    locale.body = asked(ask.body);
    locale.touch(ask.now);
    let locale = locale.clone();
    Ok(accepted(&described(ask.call.label(0), "DRAFT", ask.call.label(2), &locale, ask.now)))
}

fn delete(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    draft(account, ask)?;
    let bot = bot::find(account, ask)?;
    bot.draft.remove(ask.call.label(2));
    Ok(accepted(&json!({
        "botId": bot.id, "botVersion": "DRAFT", "localeId": ask.call.label(2), "botLocaleStatus": "Deleting",
    })))
}

fn list(account: &mut Account, ask: &Ask<'_>, version: &str) -> Result<Answer, Fail> {
    let bot = bot::find(account, ask)?;
    let locales = bot.locales(version).ok_or_else(|| missing(ask.call, &format!("The version {version}")))?;
    let mut here: Vec<(&String, &Locale)> = locales.iter().collect();
    here.sort_by_key(|(id, _)| name(id));
    let here = page::sorted(ask, page::filtered(ask, here, |(id, _), _| name(id).to_owned()));
    let items = here.into_iter().map(|(id, locale)| {
        let mut out = json!({
            "localeId": id, "localeName": name(id), "botLocaleStatus": locale.status(ask.now),
            "lastUpdatedDateTime": clock::epoch(locale.modified),
        });
        if let Some(submitted) = locale.submitted {
            out["lastBuildSubmittedDateTime"] = clock::epoch(submitted);
        }
        if let Some(description) = locale.body.get("description").filter(|value| !value.is_null()) {
            out["description"] = description.clone();
        }
        out
    });
    page::page(
        ask,
        "botLocaleSummaries",
        items.collect(),
        &[("botId", ask.call.label(0)), ("botVersion", version)],
    )
}

fn described(bot: &str, version: &str, id: &str, locale: &Locale, now: f64) -> Value {
    let mut out = json!({
        "botId": bot, "botVersion": version, "localeId": id, "localeName": name(id),
        "botLocaleStatus": locale.status(now),
        "creationDateTime": clock::epoch(locale.created), "lastUpdatedDateTime": clock::epoch(locale.modified),
    });
    put_all(&mut out, &shown(&locale.body));
    out
}

/// The members of `BotLocale.json` as the API has them.
fn shown(body: &Map<String, Value>) -> Map<String, Value> {
    let shared = body.iter().filter(|(name, value)| SHARED.contains(&name.as_str()) && !value.is_null());
    let mut out: Map<String, Value> = shared.map(|(name, value)| (name.clone(), value.clone())).collect();
    if let Some(threshold) = body.get("nluConfidenceThreshold").filter(|value| !value.is_null()) {
        out.insert(THRESHOLD.into(), threshold.clone());
    }
    out
}
