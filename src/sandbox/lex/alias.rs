//! Aliases of a bot: which version each stands for, and its Lambda functions per locale.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::world::Account;
use super::answers::{accepted, put_all};
use super::ask::{Ask, conflict, invalid, missing, new_id, precondition};
use super::bot::{self, Bot};
use super::locale;
use super::page;

/// The alias of the draft, which every bot has ("Test alias", Lex V2 guide).
pub(crate) const TEST: &str = "TSTALIASID";

/// What CreateBotAlias and UpdateBotAlias set, besides the name.
pub(crate) const MEMBERS: &[&str] = &[
    "description",
    "botVersion",
    "botAliasLocaleSettings",
    "conversationLogSettings",
    "sentimentAnalysisSettings",
];

/// An alias.
#[derive(Debug, Clone)]
pub(crate) struct Alias {
    pub(crate) id: String,
    pub(crate) name: String,
    /// [`MEMBERS`], as DescribeBotAlias has them.
    pub(crate) body: Map<String, Value>,
    pub(crate) tags: BTreeMap<String, String>,
    /// The versions it stood for, and since when.
    pub(crate) history: Vec<(String, f64)>,
    pub(crate) created: f64,
    pub(crate) modified: f64,
    pub(crate) ready: f64,
}

impl Alias {
    /// A new alias, available from `ready`.
    pub(crate) fn new(id: &str, name: &str, body: Map<String, Value>, now: f64, ready: f64) -> Alias {
        let version = body.get("botVersion").and_then(Value::as_str).map(str::to_owned);
        Alias {
            id: id.into(),
            name: name.into(),
            body,
            tags: BTreeMap::new(),
            history: version.map(|version| (version, now)).into_iter().collect(),
            created: now,
            modified: now,
            ready,
        }
    }

    /// `TestBotAlias`; its description is assumed.
    pub(crate) fn of_draft(now: f64) -> Alias {
        let body = json!({"botVersion": "DRAFT", "description": "test bot alias",
                          "botAliasLocaleSettings": {}});
        Alias::new(TEST, "TestBotAlias", body.as_object().cloned().unwrap_or_default(), now, now)
    }

    /// The version it stands for, if any.
    pub(crate) fn version(&self) -> Option<&str> {
        self.body.get("botVersion").and_then(Value::as_str)
    }

    fn status(&self, now: f64) -> &'static str {
        if now < self.ready { "Creating" } else { "Available" }
    }
}

/// Everything on aliases.
pub(crate) fn dispatch(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let own = account.id.clone();
    let bot = bot::find(account, ask)?;
    match ask.call.operation.as_str() {
        "CreateBotAlias" => create(bot, ask),
        "UpdateBotAlias" => update(bot, ask),
        "DeleteBotAlias" => delete(bot, ask, &own),
        "ListBotAliases" => list(bot, ask),
        _ => {
            let alias = find(bot, ask)?;
            let mut out = described(&bot.id, alias, ask.now);
            out["botAliasHistoryEvents"] = history(alias);
            Ok(Answer::json(&out))
        }
    }
}

fn find<'a>(bot: &'a Bot, ask: &Ask<'_>) -> Result<&'a Alias, Fail> {
    let id = ask.call.label(1);
    bot.aliases.get(id).ok_or_else(|| missing(ask.call, &format!("The alias {id}")))
}

fn check(bot: &Bot, ask: &Ask<'_>, own: Option<&str>) -> Result<(String, Map<String, Value>), Fail> {
    let name = ask.name("botAliasName")?.to_owned();
    let body = ask.members(MEMBERS);
    if bot.aliases.values().any(|alias| alias.name == name && Some(alias.id.as_str()) != own) {
        return Err(precondition(format!("An alias with the name {name} exists already")));
    }
    let settings = body.get("botAliasLocaleSettings").and_then(Value::as_object);
    for (id, setting) in settings.into_iter().flatten() {
        // botocore BotAliasLocaleSettings: `enabled` is required, a hook has its ARN and the version of its events.
        let hook = setting.pointer("/codeHookSpecification/lambdaCodeHook");
        let arn = hook.and_then(|hook| hook.get("lambdaARN")).and_then(Value::as_str).unwrap_or_default();
        let whole =
            hook.is_none_or(|hook| hook.get("codeHookInterfaceVersion").is_some_and(Value::is_string));
        if !locale::is_locale(id) || setting.get("enabled").and_then(Value::as_bool).is_none() || !whole {
            return Err(invalid(format!("botAliasLocaleSettings.{id} is not valid")));
        }
        if hook.is_some() && !(20..=2048).contains(&arn.len()) {
            return Err(invalid(format!("botAliasLocaleSettings.{id} has no ARN of a function")));
        }
    }
    match body.get("botVersion").and_then(Value::as_str) {
        None => {}
        Some("DRAFT") if own == Some(TEST) => {}
        Some("DRAFT") => return Err(invalid("botVersion of an alias must be a number")),
        Some(_) if own == Some(TEST) => return Err(precondition("The test alias stands for DRAFT")),
        Some(version) => {
            let found = version.parse().ok().and_then(|number: u64| bot.versions.get(&number));
            let found = found.ok_or_else(|| precondition(format!("The version {version} was not found")))?;
            match found.status(ask.now) {
                "Available" => {}
                // assumed: switch lex_inactive_alias_refused
                "Inactive" if !ask.switches.on("lex_inactive_alias_refused") => {}
                status => return Err(precondition(format!("The version {version} is {status}"))),
            }
        }
    }
    Ok((name, body))
}

fn create(bot: &mut Bot, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (name, body) = check(bot, ask, None)?;
    let mut alias = Alias::new(&new_id(), &name, body, ask.now, ask.soon());
    alias.tags = super::tags::of(ask.body.get("tags"))?;
    let mut out = described(&bot.id, &alias, ask.now);
    out["tags"] = json!(alias.tags);
    out.as_object_mut().map(|out| out.remove("lastUpdatedDateTime"));
    bot.aliases.insert(alias.id.clone(), alias);
    Ok(accepted(&out))
}

/// UpdateBotAlias: what is not sent is gone (assumed; the reference says "Updates the configuration").
fn update(bot: &mut Bot, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = find(bot, ask)?.id.clone();
    let (name, body) = check(bot, ask, Some(&id))?;
    let bot_id = bot.id.clone();
    let Some(alias) = bot.aliases.get_mut(&id) else { return Err(missing(ask.call, "The alias")) };
    if ask.now < alias.ready {
        return Err(conflict(format!("The alias {id} is in the state {}", alias.status(ask.now))));
    }
    let version = body.get("botVersion").and_then(Value::as_str);
    if let Some(version) = version.filter(|version| alias.version() != Some(*version)) {
        alias.history.push((version.to_owned(), ask.now));
    }
    alias.name = name;
    alias.body = body;
    alias.modified = ask.now;
    Ok(accepted(&described(&bot_id, alias, ask.now)))
}

fn delete(bot: &mut Bot, ask: &Ask<'_>, account: &str) -> Result<Answer, Fail> {
    let id = find(bot, ask)?.id.clone();
    if id == TEST {
        return Err(precondition("The test alias cannot be deleted"));
    }
    bot.aliases.remove(&id);
    bot.policies.remove(&arn(bot, account, &id));
    Ok(accepted(&json!({"botAliasId": id, "botId": bot.id, "botAliasStatus": "Deleting"})))
}

/// The ARN of an alias (Service Authorization Reference, "Resource types defined by Amazon Lex V2").
pub(crate) fn arn(bot: &Bot, account: &str, id: &str) -> String {
    format!("arn:aws:lex:{}:{account}:bot-alias/{}/{id}", bot.region, bot.id)
}

fn list(bot: &Bot, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let items = bot.aliases.values().map(|alias| {
        let mut out = json!({
            "botAliasId": alias.id, "botAliasName": alias.name, "botAliasStatus": alias.status(ask.now),
            "creationDateTime": clock::epoch(alias.created), "lastUpdatedDateTime": clock::epoch(alias.modified),
        });
        for member in ["description", "botVersion"] {
            if let Some(value) = alias.body.get(member) {
                out[member] = value.clone();
            }
        }
        out
    });
    page::page(ask, "botAliasSummaries", items.collect(), &[("botId", &bot.id)])
}

fn described(bot: &str, alias: &Alias, now: f64) -> Value {
    let mut out = json!({
        "botId": bot, "botAliasId": alias.id, "botAliasName": alias.name, "botAliasStatus": alias.status(now),
        "creationDateTime": clock::epoch(alias.created), "lastUpdatedDateTime": clock::epoch(alias.modified),
    });
    put_all(&mut out, &alias.body);
    out
}

/// The versions it stood for; the last one has no end.
fn history(alias: &Alias) -> Value {
    let ends = alias.history.iter().skip(1).map(|(_, start)| Some(*start)).chain([None]);
    let events = alias.history.iter().zip(ends).map(|((version, start), end)| {
        let mut event = json!({"botVersion": version, "startDate": clock::epoch(*start)});
        if let Some(end) = end {
            event["endDate"] = clock::epoch(end);
        }
        event
    });
    events.collect()
}
