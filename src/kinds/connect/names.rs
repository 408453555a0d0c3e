//! What there is, by name: every family, what is known by name only, functions, bots and associations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::association::{self, function_name};
use super::calls::Calls;
use super::family::Family;
use crate::aws::classify;
use crate::core::address::Address;
use crate::core::driver::{Gap, Listing};
use crate::core::inventory::{Alias, Found, Ownership};
use crate::core::naming::Naming;
use crate::core::{ErrorKind, Pin, Result};

/// A kind that is known by name only: the kind, the operation, the member of its answer, the name's member.
pub const LISTED: &[(&str, &str, &str, &str)] = &[
    ("connect/view", "ListViews", "ViewsSummaryList", "Name"),
    ("connect/user", "ListUsers", "UserSummaryList", "Username"),
    ("connect/task-template", "ListTaskTemplates", "TaskTemplates", "Name"),
];

/// Lists what is known by name only.
pub async fn named(
    calls: &Calls,
    naming: &Naming,
    (kind, call, items, name): &(&str, &str, &str, &str),
) -> Result<Vec<Found>> {
    let items = calls.list(call, items, "").await?;
    let mut found: Vec<Found> = items.iter().filter_map(|i| found(kind, i, ("Id", "Arn", name))).collect();
    rename(naming, &mut found);
    Ok(found)
}

/// Lists a family.
pub async fn family(calls: &Calls, pin: &Pin, naming: &Naming, family: &Family) -> Result<Vec<Found>> {
    let Some(list) = family.list else {
        let mut found = associations(calls, pin, naming, family.kind).await?;
        rename(naming, &mut found);
        return Ok(found);
    };
    let items = calls.list(list.call, list.items, "").await?;
    let found = items.iter().filter_map(|i| found(family.kind, i, (list.id, list.arn, list.name)));
    let mut found: Vec<Found> = found
        .map(|mut f| {
            if family.defaults.contains(&f.address.name()) {
                f.ownership = Ownership::Default;
            }
            f
        })
        .collect();
    rename(naming, &mut found);
    Ok(found)
}

/// Lists the associations of `kind`, each called as what it is with.
async fn associations(calls: &Calls, pin: &Pin, naming: &Naming, kind: &str) -> Result<Vec<Found>> {
    if kind == "connect/bot-association" {
        let mut bots = bots(calls, pin).await?;
        rename(naming, &mut bots);
        return bot_associations(calls, &bots).await;
    }
    let name = |id: &String| match kind {
        "connect/lambda-association" => {
            let there = function_name(pin, id);
            let (name, rest) = there.split_once(':').unwrap_or((&there, ""));
            let logical = naming.logical("lambda/function", name);
            match (there.starts_with("arn:"), rest) {
                (true, _) => there.clone(),
                (_, "") => logical.name().to_string(),
                (_, alias) => format!("{}:{}", logical.name(), naming.logical_alias(&logical, alias)),
            }
        }
        _ => id.clone(),
    };
    let ids = association::ids(calls, kind).await?;
    Ok(ids.iter().map(|id| association::found(kind, &name(id), id)).collect())
}

/// Lists the associations with aliases of `bots`, each called `BOT:ALIAS`; with its ARN where it is of none of them.
pub async fn bot_associations(calls: &Calls, bots: &[Found]) -> Result<Vec<Found>> {
    let kind = "connect/bot-association";
    let aliases = || bots.iter().flat_map(|b| b.aliases.iter().flatten().map(move |a| (b, a)));
    let found = |id: &String| {
        let known = aliases().find(|(_, a)| a.arn == *id);
        let name = known.map(|(bot, alias)| format!("{}:{}", bot.address.name(), alias.name));
        association::found(kind, name.as_ref().unwrap_or(id), id)
    };
    Ok(association::ids(calls, kind).await?.iter().map(found).collect())
}

/// Gives each of `found` the name that the configuration has for it.
pub fn rename(naming: &Naming, found: &mut [Found]) {
    if naming.is_empty() {
        return;
    }
    for f in found.iter_mut().filter(|f| f.ownership == Ownership::Customer) {
        let logical = naming.logical(f.address.kind(), f.address.name());
        if logical != f.address {
            f.physical = Some(f.address.name().to_string());
            f.address = logical;
        }
        match &mut f.aliases {
            Some(aliases) => {
                for alias in aliases.iter_mut() {
                    let logical = naming.logical_alias(&f.address, &alias.name);
                    if logical != alias.name {
                        alias.physical = Some(std::mem::replace(&mut alias.name, logical));
                    }
                }
            }
            // Of a function only those need to be known that are called otherwise.
            None => {
                let mapped = naming.aliases(&f.address).into_iter();
                let aliases: Vec<Alias> = mapped
                    .map(|(name, there)| Alias {
                        id: format!("{}:{there}", f.id),
                        arn: format!("{}:{there}", f.arn),
                        physical: Some(there),
                        name,
                    })
                    .collect();
                f.aliases = (!aliases.is_empty()).then_some(aliases);
            }
        }
    }
}

/// Returns what `item` of a listing is. `members` are those that are its id, its ARN and its name.
fn found(kind: &str, item: &Value, members: (&str, &str, &str)) -> Option<Found> {
    let text = |member: &str| item[member].as_str();
    let (id, arn, name) = members;
    let mut found = Found::new(Address::new(kind, text(name)?), text(id)?, text(arn).unwrap_or_default());
    found.ownership = match (kind, text("Type")) {
        // Source: botocore's `ViewSummary.Type`: CUSTOMER_MANAGED | AWS_MANAGED.
        (_, Some("AWS_MANAGED")) => Ownership::Aws,
        // Source: `AgentStatusType`: an instance has one of each of these, and nobody makes them.
        ("connect/agent-status", Some("ROUTABLE" | "OFFLINE")) => Ownership::Default,
        _ => Ownership::Customer,
    };
    Some(found)
}

/// Lists the functions of the account in the region, and those of other accounts or regions not at all: they keep their
/// ARNs wherever they are named.
///
/// Who may not list functions sees those that the instance may invoke.
pub async fn functions(calls: &Calls, pin: &Pin) -> Result<Vec<Found>> {
    let head = format!("arn:{}:lambda:{}:{}:function:", pin.partition(), pin.region, pin.account);
    let names: BTreeSet<String> = match all_functions(calls).await {
        Ok(names) => names.into_iter().collect(),
        Err(e) if e.kind == ErrorKind::Denied => {
            let ids = association::ids(calls, "connect/lambda-association").await?;
            let own = ids.iter().filter_map(|id| id.strip_prefix(&head));
            own.map(|name| name.split(':').next().unwrap_or(name).to_string()).collect()
        }
        Err(e) => return Err(e),
    };
    let found =
        |name: &String| Found::new(Address::new("lambda/function", name), name, format!("{head}{name}"));
    Ok(names.iter().map(found).collect())
}

/// Returns the names of all functions.
async fn all_functions(calls: &Calls) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut marker = None;
    loop {
        let call = "ListFunctions";
        let page = calls.account.lambda.list_functions().max_items(50).set_marker(marker);
        let send = || async { page.clone().send().await.map_err(|e| classify(call, e)) };
        let page = calls.read(call, send).await?;
        names.extend(page.functions.unwrap_or_default().into_iter().filter_map(|f| f.function_name));
        marker = page.next_marker.filter(|m| !m.is_empty());
        if marker.is_none() {
            return Ok(names);
        }
    }
}

/// Lists the bots of the account with all their aliases. Connect knows them by ARN only; their names are Lex's.
pub async fn bots(calls: &Calls, pin: &Pin) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for (id, name) in bot_names(calls).await? {
        let head = format!("arn:{}:lex:{}:{}", pin.partition(), pin.region, pin.account);
        let mut bot = Found::new(Address::new("lex/bot", &name), &id, format!("{head}:bot/{id}"));
        let aliases = alias_names(calls, &id).await?.into_iter().map(|(alias, name)| Alias {
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
