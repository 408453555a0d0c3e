//! Bots and their aliases by name.

use std::collections::BTreeMap;

use crate::aws::{Account, classify};
use crate::core::address::Address;
use crate::core::inventory::{Alias, Found};
use crate::core::{Pin, Result};

/// Lists the bots of the account with all their aliases. Connect knows them by ARN only; their names are Lex's.
pub async fn bots(account: &Account, pin: &Pin) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for (id, name) in bot_names(account).await? {
        let head = format!("arn:{}:lex:{}:{}", pin.partition(), pin.region, pin.account);
        let mut bot = Found::new(Address::new("lex/bot", &name), &id, format!("{head}:bot/{id}"));
        let aliases = alias_names(account, &id).await?.into_iter().map(|(alias, name)| Alias {
            name,
            physical: None,
            arn: format!("{head}:bot-alias/{id}/{alias}"),
            id: alias,
        });
        bot.aliases = Some(aliases.collect());
        found.push(bot);
    }
    Ok(found)
}

/// Returns the names of all bots, by id.
async fn bot_names(account: &Account) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    let mut token = None;
    loop {
        // Connect has an operation of the same name.
        let call = "ListBots (Lex)";
        let page = account.lex.list_bots().max_results(1000).set_next_token(token);
        let send = || async { page.clone().send().await.map_err(|e| classify(call, e)) };
        let page = account.read(call, send).await?;
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
async fn alias_names(account: &Account, bot: &str) -> Result<BTreeMap<String, String>> {
    let mut names = BTreeMap::new();
    let mut token = None;
    loop {
        let call = "ListBotAliases";
        let page = account.lex.list_bot_aliases().bot_id(bot).max_results(1000).set_next_token(token);
        let send = || async { page.clone().send().await.map_err(|e| classify(call, e)) };
        let page = account.read(call, send).await?;
        for alias in page.bot_alias_summaries.unwrap_or_default() {
            names.extend(alias.bot_alias_id.zip(alias.bot_alias_name));
        }
        token = page.next_token;
        if token.is_none() {
            return Ok(names);
        }
    }
}
