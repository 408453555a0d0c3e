//! What there is in an instance, by name: every family, what is known by name only, and associations.

use serde_json::Value;

use super::association::{self, function_name};
use super::calls::Calls;
use super::family::Family;
use super::{hierarchy, hierarchy_group, integration, predefined_attribute, storage_config};
use crate::core::address::Address;
use crate::core::inventory::{Found, Ownership};
use crate::core::naming::Naming;
use crate::core::{Pin, Result};
use crate::kinds::lex::bots;
use crate::kinds::named;

/// The kind of the keys that content is encrypted with: known by name only, and called by their ids.
pub const SECURITY_KEY: &str = "connect/security-key";

/// Lists the security keys.
pub async fn security_keys(calls: &Calls) -> Result<Vec<Found>> {
    let items = calls.list("ListSecurityKeys", "SecurityKeys", "").await?;
    let members = ("AssociationId", "Arn", "AssociationId");
    Ok(items.iter().filter_map(|item| found(SECURITY_KEY, item, members)).collect())
}

/// Lists a family.
pub async fn family(calls: &Calls, pin: &Pin, naming: &Naming, family: &Family) -> Result<Vec<Found>> {
    match family.kind {
        hierarchy::KIND => return hierarchy::listed(calls).await,
        hierarchy_group::KIND => return hierarchy_group::listed(calls).await,
        _ => {}
    }
    let Some(list) = family.list else {
        let mut found = associations(calls, pin, naming, family.kind).await?;
        named::rename(naming, &mut found);
        return Ok(found);
    };
    let items = match family.kind {
        "connect/storage-config" => storage_config::all(calls).await?,
        "connect/integration" => {
            let mut items = calls.list(list.call, list.items, "").await?;
            items.iter_mut().for_each(|item| item["Name"] = integration::name(item).into());
            items
        }
        _ => calls.list(list.call, list.items, "").await?,
    };
    let found = items.iter().filter_map(|i| found(family.kind, i, (list.id, list.arn, list.name)));
    let mut found: Vec<Found> = found
        .map(|mut f| {
            if family.defaults.contains(&f.address.name()) {
                f.ownership = Ownership::Default;
            }
            f
        })
        .collect();
    named::rename(naming, &mut found);
    Ok(found)
}

/// Lists the associations of `kind`, each called as what it is with.
async fn associations(calls: &Calls, pin: &Pin, naming: &Naming, kind: &str) -> Result<Vec<Found>> {
    if kind == "connect/bot-association" {
        let mut bots = bots(&calls.account, pin).await?;
        named::rename(naming, &mut bots);
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
        (predefined_attribute::KIND, _) if text(name)?.starts_with(predefined_attribute::SYSTEM) => {
            Ownership::Aws
        }
        _ => Ownership::Customer,
    };
    Some(found)
}
