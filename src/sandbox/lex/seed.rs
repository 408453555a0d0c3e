//! Bots of a scenario: small made-up ones, and whole ones out of an archive.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::super::ids;
use super::super::seed::ScenarioError;
use super::alias::Alias;
use super::bot::Bot;
use super::build::Build;
use super::files;
use super::layout;
use super::locale::{Intent, Locale, Part};
use super::merge::{self, Place};
use super::version::{Use, Version};

/// When everything that is seeded was made: the first second of 2026.
const SEEDED: f64 = 1_767_225_600.0;

/// A bot of a scenario that came from an archive.
#[derive(Debug)]
pub struct BotSeed<'a> {
    bot: &'a mut Bot,
    account: String,
}

/// An alias of such a bot.
#[derive(Debug)]
pub struct AliasSeed<'a>(&'a mut Alias);

impl BotSeed<'_> {
    /// The bot's id.
    pub fn id(&self) -> &str {
        &self.bot.id
    }

    /// A tag.
    pub fn tag(&mut self, key: &str, value: &str) -> &mut Self {
        self.bot.tags.insert(key.into(), value.into());
        self
    }

    /// A further version of what the draft holds; its number.
    pub fn version(&mut self) -> u64 {
        release(self.bot)
    }

    /// The alias with this name, added if it is new, for the newest version.
    pub fn alias(&mut self, name: &str) -> AliasSeed<'_> {
        let id = alias_id(&self.account, &self.bot.region, &self.bot.name, name);
        let made = || alias(&id, name, self.bot.last_version);
        AliasSeed(self.bot.aliases.entry(id.clone()).or_insert_with(made))
    }
}

impl AliasSeed<'_> {
    /// The alias's id.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Any member of CreateBotAlias, such as `conversationLogSettings`.
    pub fn set(&mut self, member: &str, value: Value) -> &mut Self {
        self.0.body.insert(member.into(), value);
        self
    }

    /// The Lambda function of a locale.
    pub fn hook(&mut self, locale: &str, function_arn: &str) -> &mut Self {
        let hook = json!({"enabled": true, "codeHookSpecification": {"lambdaCodeHook": {
            "lambdaARN": function_arn, "codeHookInterfaceVersion": "1.0"}}});
        let settings = self.0.body.entry("botAliasLocaleSettings").or_insert_with(|| json!({}));
        settings[locale] = hook;
        self
    }
}

fn alias_id(account: &str, region: &str, bot: &str, alias: &str) -> String {
    ids::derived_ten(&[account, region, "alias", bot, alias])
}

fn alias(id: &str, name: &str, version: u64) -> Alias {
    let body = Map::from_iter([("botVersion".to_owned(), json!(version.to_string()))]);
    Alias::new(id, name, body, SEEDED, SEEDED)
}

fn release(bot: &mut Bot) -> u64 {
    bot.last_version += 1;
    let mut body = bot.body.clone();
    body.remove("description");
    let version = Version {
        body,
        name: bot.name.clone(),
        locales: bot.draft.clone(),
        sources: bot.draft.keys().map(|id| (id.clone(), "DRAFT".to_owned())).collect(),
        usable: Use::Active,
        reasons: Vec::new(),
        created: SEEDED,
        ready: SEEDED,
    };
    bot.versions.insert(bot.last_version, version);
    bot.last_version
}

/// A bot whose ids follow from account, region and names, with its version 1.
fn made(account: &str, region: &str, content: layout::Content) -> Bot {
    let id = ids::derived_ten(&[account, region, "bot", &content.name]);
    let role = format!(
        "arn:aws:iam::{account}:role/aws-service-role/lexv2.amazonaws.com/AWSServiceRoleForLexV2Bots_{}",
        content.name
    );
    let mut body = content.body;
    body.retain(|member, value| super::bot::MEMBERS.contains(&member.as_str()) && !value.is_null());
    body.insert("roleArn".into(), json!(role));
    body.entry("dataPrivacy").or_insert_with(|| json!({"childDirected": false}));
    body.entry("idleSessionTTLInSeconds").or_insert(json!(300));
    let mut bot = Bot::new(&id, &content.name, region, body, SEEDED);
    for (locale, mut held) in content.locales {
        merge::assign(&mut held, |place, part| match place {
            _ if merge::is_fallback(part) => merge::FALLBACK.to_owned(),
            Place::SlotType(name) => ids::derived_ten(&[&id, &locale, "slot-type", name]),
            Place::Intent(name) => ids::derived_ten(&[&id, &locale, "intent", name]),
            Place::Slot(intent, name) => ids::derived_ten(&[&id, &locale, "slot", intent, name]),
        });
        held.created = SEEDED;
        held.modified = SEEDED;
        held.submitted = Some(SEEDED);
        held.build = Some(Build::seeded());
        bot.draft.insert(locale, held);
    }
    release(&mut bot);
    bot
}

/// A small whole bot: one locale, an intent and the fallback, version 1, and aliases for it.
pub(crate) fn small(account: &str, region: &str, name: &str, aliases: &[&str]) -> Bot {
    let intent = |name: &str, body: Value| {
        let mut body = body.as_object().cloned().unwrap_or_default();
        body.insert("name".into(), json!(name));
        (name.to_owned(), Intent { part: Part { id: String::new(), body }, slots: Default::default() })
    };
    let locale = Locale {
        body: Map::from_iter([
            ("nluConfidenceThreshold".to_owned(), json!(0.4)),
            ("voiceSettings".to_owned(), json!({"voiceId": "Danielle", "engine": "neural"})),
        ]),
        intents: [
            intent(
                "Help",
                json!({"sampleUtterances": [{"utterance": "I need help"}, {"utterance": "Help"}]}),
            ),
            intent("FallbackIntent", json!({"parentIntentSignature": "AMAZON.FallbackIntent"})),
        ]
        .into(),
        ..Locale::default()
    };
    let content = layout::Content {
        name: name.into(),
        body: Map::new(),
        locales: [("en_US".to_owned(), locale)].into(),
    };
    let mut bot = made(account, region, content);
    for name in aliases {
        let id = alias_id(account, region, &bot.name, name);
        bot.aliases.insert(id.clone(), alias(&id, name, 1));
    }
    bot
}

/// A bot out of an archive: a folder with its layout, or a `.zip`.
///
/// Errors: the file at fault and what is wrong with it.
pub(crate) fn from_archive(account: &str, region: &str, path: &Path) -> Result<Bot, ScenarioError> {
    let files = files::read(path).map_err(|(file, why)| ScenarioError { file, why })?;
    let content = layout::bot(&files).map_err(|why| ScenarioError { file: path.to_owned(), why })?;
    Ok(made(account, region, content))
}

/// Adds a bot, or its aliases to the bot that is there; what is there stays.
pub(crate) fn add(bots: &mut Vec<Bot>, bot: Bot) {
    match bots.iter_mut().find(|known| known.id == bot.id) {
        None => bots.push(bot),
        Some(known) => {
            for (id, mut alias) in bot.aliases {
                let newest = known.last_version.to_string();
                if alias.version().is_some_and(|version| version != "DRAFT") {
                    alias.body.insert("botVersion".into(), json!(newest));
                }
                known.aliases.entry(id).or_insert(alias);
            }
        }
    }
}

/// The bot with this id, for further seeding.
pub(crate) fn seeded<'a>(bots: &'a mut [Bot], account: &str, id: &str) -> Option<BotSeed<'a>> {
    let bot = bots.iter_mut().find(|bot| bot.id == id)?;
    Some(BotSeed { bot, account: account.to_owned() })
}
