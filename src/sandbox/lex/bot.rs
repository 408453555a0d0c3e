//! Bots: what they hold, and the operations on whole bots.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::world::Account;
use super::alias::Alias;
use super::answers::put_all;
use super::ask::{Ask, conflict, in_use, invalid, missing, new_id, precondition, quota};
use super::locale::Locale;
use super::page;
use super::policy::Policy;
use super::version::Version;

/// "100 bots per account" (Lex V2 guide, "Quotas").
const MOST_BOTS: usize = 100;

/// The members of a bot that its owner sets, besides the name.
pub(crate) const MEMBERS: &[&str] = &[
    "description",
    "roleArn",
    "dataPrivacy",
    "idleSessionTTLInSeconds",
    "botType",
    "botMembers",
    "errorLogSettings",
];

/// A bot.
#[derive(Debug, Clone)]
pub(crate) struct Bot {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) region: String,
    /// [`MEMBERS`], as DescribeBot has them.
    pub(crate) body: Map<String, Value>,
    pub(crate) tags: BTreeMap<String, String>,
    /// The locales of the version DRAFT, by id.
    pub(crate) draft: BTreeMap<String, Locale>,
    pub(crate) versions: BTreeMap<u64, Version>,
    /// The highest number that a version ever had: "that bot version number will not be reused".
    pub(crate) last_version: u64,
    /// By id.
    pub(crate) aliases: BTreeMap<String, Alias>,
    /// Resource policies of the bot and its aliases, by ARN.
    pub(crate) policies: BTreeMap<String, Policy>,
    /// What is being done to it, and until when.
    pub(crate) busy: Option<(&'static str, f64)>,
    /// Builds that are to fail: locale, and why.
    pub(crate) failing: Vec<(String, Vec<String>)>,
    pub(crate) created: f64,
    pub(crate) modified: f64,
}

impl Bot {
    /// A bot without locales, with the alias of its draft.
    pub(crate) fn new(id: &str, name: &str, region: &str, body: Map<String, Value>, now: f64) -> Bot {
        let test = Alias::of_draft(now);
        Bot {
            id: id.into(),
            name: name.into(),
            region: region.into(),
            body,
            tags: BTreeMap::new(),
            draft: BTreeMap::new(),
            versions: BTreeMap::new(),
            last_version: 0,
            aliases: BTreeMap::from([(test.id.clone(), test)]),
            policies: BTreeMap::new(),
            busy: None,
            failing: Vec::new(),
            created: now,
            modified: now,
        }
    }

    /// Its `BotStatus`.
    pub(crate) fn status(&self, now: f64) -> &'static str {
        match self.busy {
            Some((word, until)) if now < until => word,
            _ => "Available",
        }
    }

    /// The name of an alias.
    pub(crate) fn alias_name(&self, id: &str) -> Option<&str> {
        self.aliases.get(id).map(|alias| alias.name.as_str())
    }

    /// The locales of a version, `DRAFT` or a number.
    pub(crate) fn locales(&self, version: &str) -> Option<&BTreeMap<String, Locale>> {
        if version == "DRAFT" {
            return Some(&self.draft);
        }
        Some(&self.versions.get(&version.parse().ok()?)?.locales)
    }

    /// The ARN of a bot (Service Authorization Reference, "Resource types defined by Amazon Lex V2").
    pub(crate) fn arn(&self, account: &str) -> String {
        format!("arn:aws:lex:{}:{account}:bot/{}", self.region, self.id)
    }

    /// Refuses a change while another is under way: "deleting a bot that is in the CREATING state".
    pub(crate) fn idle(&self, ask: &Ask<'_>) -> Result<(), Fail> {
        match self.status(ask.now) {
            "Available" => Ok(()),
            status => Err(conflict(format!("The bot {} is in the state {status}", self.id))),
        }
    }
}

/// The bot that the first label names, in the caller's account and region.
pub(crate) fn find<'a>(account: &'a mut Account, ask: &Ask<'_>) -> Result<&'a mut Bot, Fail> {
    by_id(account, ask, ask.call.label(0))
}

/// The bot with an id, in the caller's account and region.
pub(crate) fn by_id<'a>(account: &'a mut Account, ask: &Ask<'_>, id: &str) -> Result<&'a mut Bot, Fail> {
    let here = |bot: &&mut Bot| bot.region == ask.call.region && bot.id == id;
    account.bots.iter_mut().find(here).ok_or_else(|| missing(ask.call, &format!("The bot {id}")))
}

/// Checks the members that CreateBot, UpdateBot and an import share.
pub(crate) fn check(members: &Map<String, Value>) -> Result<(), Fail> {
    let role = members.get("roleArn").and_then(Value::as_str).unwrap_or_default();
    // botocore RoleArn: 32 to 2048, arn:aws:iam::ACCOUNT:role/...
    if !(32..=2048).contains(&role.len()) || !role.starts_with("arn:aws") || !role.contains(":role/") {
        return Err(invalid(format!("roleArn {role:?} is not the ARN of a role")));
    }
    if members
        .get("dataPrivacy")
        .and_then(|privacy| privacy.get("childDirected"))
        .and_then(Value::as_bool)
        .is_none()
    {
        return Err(invalid("dataPrivacy.childDirected must not be null"));
    }
    let idle = members.get("idleSessionTTLInSeconds").and_then(Value::as_u64);
    // botocore SessionTTL.
    if !idle.is_some_and(|idle| (60..=86400).contains(&idle)) {
        return Err(invalid("idleSessionTTLInSeconds must be between 60 and 86400"));
    }
    if members.get("botType").is_some_and(|kind| kind != "Bot") {
        return Err(Fail::not_implemented("networks of bots"));
    }
    Ok(())
}

/// Refuses a name that another bot of the region has (assumed: PreconditionFailedException), and more than a hundred.
pub(crate) fn free(account: &Account, ask: &Ask<'_>, name: &str, own: Option<&str>) -> Result<(), Fail> {
    let here: Vec<&Bot> = account.bots.iter().filter(|bot| bot.region == ask.call.region).collect();
    if here.iter().any(|bot| bot.name == name && Some(bot.id.as_str()) != own) {
        return Err(precondition(format!("A bot with the name {name} exists already")));
    }
    if own.is_none() && here.len() >= MOST_BOTS {
        return Err(quota("There are 100 bots already"));
    }
    Ok(())
}

/// Everything on whole bots.
pub(crate) fn dispatch(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    match ask.call.operation.as_str() {
        "CreateBot" => create(account, ask),
        "ListBots" => list(account, ask),
        "UpdateBot" => update(account, ask),
        "DeleteBot" => delete(account, ask),
        _ => {
            let bot = find(account, ask)?;
            Ok(Answer::json(&described(bot, ask.now)))
        }
    }
}

fn create(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = ask.name("botName")?;
    let body = ask.members(MEMBERS);
    check(&body)?;
    free(account, ask, name, None)?;
    let mut bot = Bot::new(&new_id(), name, &ask.call.region, body, ask.now);
    bot.tags = super::tags::of(ask.body.get("botTags"))?;
    if let Some(test) = bot.aliases.get_mut(super::alias::TEST) {
        test.tags = super::tags::of(ask.body.get("testBotAliasTags"))?;
    }
    bot.busy = Some(("Creating", ask.soon()));
    let mut out = described(&bot, ask.now);
    for (member, tags) in
        [("botTags", &bot.tags), ("testBotAliasTags", &bot.aliases[super::alias::TEST].tags)]
    {
        out[member] = json!(tags);
    }
    for extra in ["lastUpdatedDateTime", "failureReasons"] {
        out.as_object_mut().map(|out| out.remove(extra));
    }
    account.bots.push(bot);
    Ok(super::answers::accepted(&out))
}

fn update(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = ask.name("botName")?.to_owned();
    let body = ask.members(MEMBERS);
    check(&body)?;
    find(account, ask)?.idle(ask)?;
    free(account, ask, &name, Some(ask.call.label(0)))?;
    let bot = find(account, ask)?;
    bot.name = name;
    bot.body = body;
    bot.modified = ask.now;
    bot.busy = Some(("Updating", ask.soon()));
    let mut out = described(bot, ask.now);
    out.as_object_mut().map(|out| out.remove("failureReasons"));
    Ok(super::answers::accepted(&out))
}

fn delete(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let bot = find(account, ask)?;
    bot.idle(ask)?;
    let other = bot.aliases.keys().find(|id| *id != super::alias::TEST);
    if let (Some(alias), false) = (other, super::answers::skips_check(ask)) {
        return Err(in_use(ask, format!("The bot {} has the alias {alias}", bot.id)));
    }
    let done = ask.soon();
    bot.busy = Some(("Deleting", done));
    let out = json!({"botId": bot.id, "botStatus": "Deleting"});
    let id = bot.id.clone();
    account.transfers.deleting.push((id, done));
    Ok(super::answers::accepted(&out))
}

fn described(bot: &Bot, now: f64) -> Value {
    let mut out = json!({
        "botId": bot.id, "botName": bot.name, "botStatus": bot.status(now), "botType": "Bot",
        "creationDateTime": clock::epoch(bot.created), "lastUpdatedDateTime": clock::epoch(bot.modified),
    });
    put_all(&mut out, &bot.body);
    out
}

/// ListBots: names in order. `latestBotVersion` is the highest numbered version; a bot with none has no such member
/// (assumed: the model takes numbers only).
fn list(account: &Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let mut here: Vec<&Bot> = account.bots.iter().filter(|bot| bot.region == ask.call.region).collect();
    here.sort_by(|a, b| a.name.cmp(&b.name));
    let have = |bot: &&Bot, name: &str| if name == "BotType" { "Bot".to_owned() } else { bot.name.clone() };
    let here = page::sorted(ask, page::filtered(ask, here, have));
    let items = here.into_iter().map(|bot| {
        let mut out = json!({
            "botId": bot.id, "botName": bot.name, "botStatus": bot.status(ask.now),
            "lastUpdatedDateTime": clock::epoch(bot.modified), "botType": "Bot",
        });
        if let Some(latest) = bot.versions.keys().next_back() {
            out["latestBotVersion"] = json!(latest.to_string());
        }
        if let Some(description) = bot.body.get("description") {
            out["description"] = description.clone();
        }
        out
    });
    page::page(ask, "botSummaries", items.collect(), &[])
}
