//! What is known by name only: prompts, modules, views, users, task templates, functions, bots.

use std::collections::BTreeMap;

use serde_json::Value;

use super::calls::Calls;
use crate::aws::classify;
use crate::core::address::Address;
use crate::core::driver::{Gap, Listing};
use crate::core::inventory::{Alias, Found, Ownership};
use crate::core::{Pin, Result};

/// A kind that Connect lists by name: the kind, the operation, the member of its answer, the name's member.
pub const LISTED: &[(&str, &str, &str, &str)] = &[
    ("connect/prompt", "ListPrompts", "PromptSummaryList", "Name"),
    ("connect/module", "ListContactFlowModules", "ContactFlowModulesSummaryList", "Name"),
    ("connect/view", "ListViews", "ViewsSummaryList", "Name"),
    ("connect/user", "ListUsers", "UserSummaryList", "Username"),
    ("connect/task-template", "ListTaskTemplates", "TaskTemplates", "Name"),
];

/// Returns what `item` of a listing is.
pub fn found(kind: &str, item: &Value, name: &str) -> Option<Found> {
    let text = |member: &str| item[member].as_str();
    let mut found = Found::new(Address::new(kind, text(name)?), text("Id")?, text("Arn").unwrap_or_default());
    // Source: botocore's `ViewSummary.Type`: CUSTOMER_MANAGED | AWS_MANAGED.
    if text("Type") == Some("AWS_MANAGED") {
        found.ownership = Ownership::Aws;
    }
    Some(found)
}

/// Lists the functions that the instance may invoke. Those of other accounts keep their ARNs wherever they are named.
pub async fn functions(calls: &Calls, pin: &Pin) -> Result<Vec<Found>> {
    let mut by_name = BTreeMap::new();
    for item in calls.list("ListLambdaFunctions", "LambdaFunctions").await? {
        // arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]
        let arn = item.as_str().unwrap_or_default();
        let parts: Vec<&str> = arn.split(':').collect();
        if let [_, _, "lambda", region, account, "function", name, ..] = parts[..]
            && region == pin.region
            && account == pin.account
        {
            let bare = parts[..7].join(":");
            by_name.insert(name.to_string(), Found::new(Address::new("lambda/function", name), name, bare));
        }
    }
    Ok(by_name.into_values().collect())
}

/// Lists the bots whose aliases the instance may use. Connect knows them by ARN only; their names are Lex's.
pub async fn bots(calls: &Calls, pin: &Pin) -> Result<Vec<Found>> {
    let mut aliases: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for item in calls.list("ListBots", "LexBots").await? {
        // arn:PARTITION:lex:REGION:ACCOUNT:bot-alias/BOT/ALIAS
        let arn = item["LexV2Bot"]["AliasArn"].as_str().unwrap_or_default();
        if let Some([bot, alias]) = arn.split_once(":bot-alias/").and_then(|(_, ids)| {
            let ids: Vec<&str> = ids.split('/').collect();
            <[&str; 2]>::try_from(ids).ok()
        }) {
            aliases.entry(bot.to_string()).or_default().push((alias.to_string(), arn.to_string()));
        }
    }
    if aliases.is_empty() {
        return Ok(Vec::new());
    }
    let names = bot_names(calls).await?;
    let mut found = Vec::new();
    for (id, used) in aliases {
        let Some(name) = names.get(&id) else { continue };
        let known = alias_names(calls, &id).await?;
        let arn = format!("arn:{}:lex:{}:{}:bot/{id}", pin.partition(), pin.region, pin.account);
        let mut bot = Found::new(Address::new("lex/bot", name), &id, arn);
        let aliases = used
            .into_iter()
            .filter_map(|(id, arn)| Some(Alias { name: known.get(&id)?.clone(), physical: None, id, arn }));
        bot.aliases = Some(aliases.collect());
        found.push(bot);
    }
    Ok(found)
}

/// Returns the names of all bots, by id.
async fn bot_names(calls: &Calls) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    let mut token = None;
    loop {
        // Connect has an operation of the same name.
        let call = "ListBots (Lex)";
        let page = calls.account.lex.list_bots().max_results(1000).set_next_token(token);
        let send = || async { page.clone().send().await.map_err(|e| classify(call, e)) };
        let page = calls.read(call, send).await?;
        for bot in page.bot_summaries.unwrap_or_default() {
            names.extend(bot.bot_id.zip(bot.bot_name));
        }
        token = page.next_token;
        if token.is_none() {
            return Ok(names);
        }
    }
}

/// Returns the names of a bot's aliases, by id.
async fn alias_names(calls: &Calls, bot: &str) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    let mut token = None;
    loop {
        let call = "ListBotAliases";
        let page = calls.account.lex.list_bot_aliases().bot_id(bot).max_results(1000).set_next_token(token);
        let send = || async { page.clone().send().await.map_err(|e| classify(call, e)) };
        let page = calls.read(call, send).await?;
        for alias in page.bot_alias_summaries.unwrap_or_default() {
            names.extend(alias.bot_alias_id.zip(alias.bot_alias_name));
        }
        token = page.next_token;
        if token.is_none() {
            return Ok(names);
        }
    }
}

/// Puts the result of listing `kind` into `listing`: what was found, or the gap.
pub fn note(listing: &mut Listing, kind: &str, result: Result<Vec<Found>>) {
    match result {
        Ok(found) => listing.found.extend(found),
        Err(e) => listing.gaps.push(Gap { kind: kind.to_string(), address: None, why: e.message }),
    }
}
