//! From an operation's name to what it does.

use super::super::answer::{Answer, Fail};
use super::super::call::Call;
use super::super::world::World;
use super::ask::Ask;
use super::{alias, bot, build, export, import, locale, policy, tags, transfer, version};

/// What a call is about: the labels of its path, else the bot or the import that its body names.
pub(crate) fn hint(call: &Call) -> String {
    if !call.labels.is_empty() {
        return call.labels.join("/");
    }
    let body = call.json().unwrap_or_default();
    let named = ["botName", "importId"].iter().find_map(|name| body.get(*name)?.as_str().map(str::to_owned));
    let within = || {
        body.get("resourceSpecification")?
            .as_object()?
            .values()
            .find_map(|of| Some(of.get("botId")?.as_str()?.to_owned()))
    };
    named.or_else(within).unwrap_or_default()
}

/// Carries an operation out, on the bots of the caller's account in the region.
pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let body = call.json()?;
    let switches = world.switches.clone();
    let ask = Ask { call, body: &body, now: world.clock.now(), switches: &switches };
    let World { accounts, buckets, .. } = world;
    let account = accounts
        .get_mut(&call.caller.account)
        .ok_or_else(|| Fail::new(403, "AccessDeniedException", "no such account"))?;
    transfer::settle(account, &ask);
    match call.operation.as_str() {
        "CreateBot" | "DescribeBot" | "UpdateBot" | "DeleteBot" | "ListBots" => bot::dispatch(account, &ask),
        "BuildBotLocale" => build::build(account, &ask),
        "CreateUploadUrl" => transfer::upload(account, &ask, buckets),
        "DescribeExport" => transfer::describe_export(account, &ask, buckets),
        operation if operation.contains("BotVersion") => version::dispatch(account, &ask),
        operation if operation.contains("BotLocale") => locale::dispatch(account, &ask),
        operation if operation.contains("BotAlias") => alias::dispatch(account, &ask),
        operation if operation.contains("Export") => export::dispatch(account, &ask),
        operation if operation.contains("Import") => {
            let uploaded = ask.text("importId").and_then(|id| transfer::uploaded(buckets, id));
            import::dispatch(account, &ask, uploaded)
        }
        operation if operation.contains("ResourcePolicy") => policy::dispatch(account, &ask),
        "TagResource" | "UntagResource" | "ListTagsForResource" => tags::dispatch(account, &ask),
        other => Err(Fail::not_implemented(&format!("lex:{other}"))),
    }
}
