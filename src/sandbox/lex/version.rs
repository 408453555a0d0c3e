//! Numbered versions of a bot.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::world::Account;
use super::answers::{accepted, put_all, skips_check};
use super::ask::{Ask, in_use, invalid, missing, precondition, quota};
use super::bot::{self, Bot};
use super::locale::Locale;
use super::page;

/// "100 versions per bot" (Lex V2 guide, "Quotas").
const MOST_VERSIONS: usize = 100;

/// Whether a version can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Active,
    /// Not used for six months: it must be built anew (Lex V2 guide, "Creating versions").
    Inactive,
}

/// A version: what the bot was when it was made.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    /// The bot's members then, and the version's own description.
    pub(crate) body: Map<String, Value>,
    pub(crate) name: String,
    pub(crate) locales: BTreeMap<String, Locale>,
    /// Where each locale came from: `DRAFT` or a number.
    pub(crate) sources: BTreeMap<String, String>,
    pub(crate) usable: Use,
    /// Why it could not be made.
    pub(crate) reasons: Vec<String>,
    pub(crate) created: f64,
    pub(crate) ready: f64,
}

impl Version {
    /// Its `BotStatus`.
    pub(crate) fn status(&self, now: f64) -> &'static str {
        if now < self.ready {
            "Versioning"
        } else if !self.reasons.is_empty() {
            "Failed"
        } else if self.usable == Use::Inactive {
            "Inactive"
        } else {
            "Available"
        }
    }

    /// Whether two versions hold the same.
    fn same(&self, other: &Version) -> bool {
        let held = |version: &Version| -> Vec<(String, Map<String, Value>, String)> {
            let locales = version.locales.iter();
            locales
                .map(|(id, it)| {
                    (
                        id.clone(),
                        it.body.clone(),
                        format!("{:?}{:?}{:?}", it.intents, it.slot_types, it.vocabulary),
                    )
                })
                .collect()
        };
        held(self) == held(other) && self.body == other.body
    }
}

/// Everything on versions.
pub(crate) fn dispatch(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let bot = bot::find(account, ask)?;
    match ask.call.operation.as_str() {
        "CreateBotVersion" => create(bot, ask),
        "ListBotVersions" => list(bot, ask),
        "DeleteBotVersion" => delete(bot, ask),
        _ => {
            let number = number(ask)?;
            let version = bot.versions.get(&number);
            let version = version.ok_or_else(|| missing(ask.call, &format!("The version {number}")))?;
            let mut out = json!({
                "botId": bot.id, "botName": version.name, "botVersion": number.to_string(),
                "botStatus": version.status(ask.now), "botType": "Bot",
                "creationDateTime": clock::epoch(version.created),
            });
            put_all(&mut out, &version.body);
            out.as_object_mut().map(|out| out.remove("errorLogSettings"));
            if version.status(ask.now) == "Failed" {
                out["failureReasons"] = json!(version.reasons);
            }
            Ok(Answer::json(&out))
        }
    }
}

/// The number in the second label (botocore NumericalBotVersion).
fn number(ask: &Ask<'_>) -> Result<u64, Fail> {
    let given = ask.call.label(1);
    given.parse().map_err(|_| invalid(format!("botVersion {given:?} is not a number")))
}

/// CreateBotVersion: each locale "is copied from the source version to the new version".
fn create(bot: &mut Bot, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let asked = ask.body.get("botVersionLocaleSpecification").and_then(Value::as_object);
    let asked = asked.filter(|asked| !asked.is_empty());
    let asked =
        asked.ok_or_else(|| invalid("botVersionLocaleSpecification must have at least one locale"))?;
    bot.idle(ask)?;
    let (mut locales, mut sources, mut unbuilt) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for (id, details) in asked {
        let source = details.get("sourceBotVersion").and_then(Value::as_str).unwrap_or_default();
        let found = bot.locales(source).and_then(|locales| locales.get(id));
        let found = found.ok_or_else(|| precondition(format!("Version {source:?} has no locale {id}")))?;
        if source == "DRAFT" && found.status(ask.now) != "Built" {
            unbuilt.push(format!("The locale {id} is {}; it must be Built.", found.status(ask.now)));
        }
        locales.insert(id.clone(), found.clone());
        sources.insert(id.clone(), source.to_owned());
    }
    // assumed: switch lex_unbuilt_version_refused
    if !unbuilt.is_empty() && ask.switches.on("lex_unbuilt_version_refused") {
        return Err(precondition(unbuilt.join(" ")));
    }
    let mut body = bot.body.clone();
    body.remove("description");
    body.extend(ask.members(&["description"]));
    let (name, ready) = (bot.name.clone(), ask.soon());
    let made = Version {
        body,
        name,
        locales,
        sources,
        usable: Use::Active,
        reasons: unbuilt,
        created: ask.now,
        ready,
    };
    let last = bot
        .versions
        .get(&bot.last_version)
        .filter(|last| last.status(ask.now) == "Available" && last.same(&made));
    // assumed: switch lex_unchanged_version_is_new
    if let (Some(last), false) = (last, ask.switches.on("lex_unchanged_version_is_new")) {
        return Ok(accepted(&created(&bot.id, bot.last_version, last, ask.now)));
    }
    if bot.versions.len() >= MOST_VERSIONS {
        return Err(quota("The bot has 100 versions already"));
    }
    bot.last_version += 1;
    bot.busy = Some(("Versioning", ready));
    let out = created(&bot.id, bot.last_version, &made, ask.now);
    bot.versions.insert(bot.last_version, made);
    Ok(accepted(&out))
}

fn created(bot: &str, number: u64, version: &Version, now: f64) -> Value {
    let sources: Map<String, Value> = version
        .sources
        .iter()
        .map(|(locale, source)| (locale.clone(), json!({"sourceBotVersion": source})))
        .collect();
    let mut out = json!({
        "botId": bot, "botVersion": number.to_string(), "botVersionLocaleSpecification": sources,
        "botStatus": version.status(now), "creationDateTime": clock::epoch(version.created),
    });
    if let Some(description) = version.body.get("description") {
        out["description"] = description.clone();
    }
    out
}

/// ListBotVersions: "one for each numbered version and one for the DRAFT version"; that DRAFT comes first is assumed.
fn list(bot: &Bot, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let mut items = vec![json!({
        "botName": bot.name, "botVersion": "DRAFT", "botStatus": bot.status(ask.now),
        "creationDateTime": clock::epoch(bot.created),
    })];
    for (number, version) in &bot.versions {
        let mut out = json!({
            "botName": version.name, "botVersion": number.to_string(), "botStatus": version.status(ask.now),
            "creationDateTime": clock::epoch(version.created),
        });
        if let Some(description) = version.body.get("description") {
            out["description"] = description.clone();
        }
        items.push(out);
    }
    let items = page::sorted(ask, items);
    page::page(ask, "botVersionSummaries", items, &[("botId", &bot.id)])
}

fn delete(bot: &mut Bot, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let number = number(ask)?;
    bot.idle(ask)?;
    if !bot.versions.contains_key(&number) {
        return Err(missing(ask.call, &format!("The version {number}")));
    }
    let user = bot.aliases.values().find(|alias| alias.version() == Some(number.to_string().as_str()));
    if let (Some(alias), false) = (user, skips_check(ask)) {
        return Err(in_use(ask, format!("The alias {} uses version {number}", alias.name)));
    }
    bot.versions.remove(&number);
    Ok(accepted(&json!({"botId": bot.id, "botVersion": number.to_string(), "botStatus": "Deleting"})))
}
