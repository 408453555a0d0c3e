//! Associations: what an instance may use of what is beside it. Each is all name: it is there or it is not.
//!
//! Source: botocore's `connect` model, `AssociateLambdaFunction`, `AssociateBot`, `AssociateApprovedOrigin` and their
//! opposites.

use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::family::{Empty, Family, PLAIN, Removal, Setter, same};
use crate::core::address::Address;
use crate::core::fields::{Class, field};
use crate::core::inventory::Found;
use crate::core::{Pin, Result};

/// Functions that the flows of the instance may invoke.
pub const LAMBDA_ASSOCIATION: Family = Family {
    kind: "connect/lambda-association",
    name: "",
    fields: &[field("FunctionArn", Class::Ref("lambda/function"))],
    create: Some(Setter {
        call: "AssociateLambdaFunction",
        members: &[same("FunctionArn")],
        beside: &[],
        empty: Empty::Omitted,
    }),
    remove: Removal::Delete("DisassociateLambdaFunction"),
    ..PLAIN
};

/// Aliases of bots that the flows of the instance may use.
pub const BOT_ASSOCIATION: Family = Family {
    kind: "connect/bot-association",
    name: "",
    fields: &[field("LexV2Bot.AliasArn", Class::Ref("lex/bot"))],
    create: Some(Setter {
        call: "AssociateBot",
        members: &[same("LexV2Bot")],
        beside: &[],
        empty: Empty::Omitted,
    }),
    remove: Removal::Delete("DisassociateBot"),
    ..PLAIN
};

/// Sites that may show the agent's desktop.
pub const APPROVED_ORIGIN: Family = Family {
    kind: "connect/approved-origin",
    name: "Origin",
    fields: &[field("Origin", Class::Literal)],
    create: Some(Setter {
        call: "AssociateApprovedOrigin",
        members: &[same("Origin")],
        beside: &[],
        empty: Empty::Omitted,
    }),
    remove: Removal::Delete("DisassociateApprovedOrigin"),
    longest: (267, 0),
    ..PLAIN
};

/// Returns what the association with the function `arn` is called: the function's name, with `:` and the alias where it
/// has one; the whole ARN for a function of another account or region.
pub fn function_name(pin: &Pin, arn: &str) -> String {
    // arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]
    let parts: Vec<&str> = arn.split(':').collect();
    match parts[..] {
        [_, _, "lambda", region, account, "function", ref name @ ..]
            if region == pin.region && account == pin.account && !name.is_empty() =>
        {
            name.join(":")
        }
        _ => arn.to_string(),
    }
}

/// The operations that list them.
pub const LISTS: [&str; 3] = ["ListLambdaFunctions", "ListBots", "ListApprovedOrigins"];

/// Returns the ids of all associations of `kind` of the instance: what each is with.
pub async fn ids(calls: &Calls, kind: &str) -> Result<Vec<String>> {
    let (call, items) = match kind {
        "connect/lambda-association" => (LISTS[0], "LambdaFunctions"),
        "connect/bot-association" => (LISTS[1], "LexBots"),
        _ => (LISTS[2], "Origins"),
    };
    let all = calls.list(call, items, "").await?;
    let id = |item: &Value| item.as_str().or(item["LexV2Bot"]["AliasArn"].as_str()).map(String::from);
    Ok(all.iter().filter_map(id).collect())
}

/// Returns an association as it is found: what is associated is its id.
pub fn found(kind: &str, name: &str, with: &str) -> Found {
    Found::new(Address::new(kind, name), with, "")
}

/// Returns what the association `of` would be described as, if there were a call for that.
pub fn wire(of: &Found) -> Map<String, Value> {
    let value = match of.address.kind() {
        "connect/lambda-association" => json!({ "FunctionArn": of.id }),
        "connect/bot-association" => json!({ "LexV2Bot": { "AliasArn": of.id } }),
        _ => json!({ "Origin": of.id }),
    };
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Returns the id of what a call with `args` has made that answers none, and no ARN.
pub fn made(args: &Value) -> Option<(String, String)> {
    let with = [&args["FunctionArn"], &args["LexV2Bot"]["AliasArn"], &args["Origin"], &args["LanguageCode"]];
    // What has neither id nor ARN: a level of the hierarchy, a predefined attribute.
    let with = with.into_iter().chain([&args["Level"], &args["Name"]]);
    with.into_iter().find_map(|v| v.as_str()).map(|id| (id.to_string(), String::new()))
}

/// Returns what has to be there, any one of them, where `of` refers to `address`: nothing but flows and modules goes
/// through associations.
pub fn implied(of: &Address, address: &Address, qualifier: Option<&str>) -> Vec<Address> {
    if !matches!(of.kind(), "connect/flow" | "connect/module") {
        return Vec::new();
    }
    let name = address.name();
    let with = qualifier.map(|q| format!("{name}:{q}"));
    match (address.kind(), with) {
        ("lambda/function", with) => {
            let bare = Address::new("connect/lambda-association", name);
            let with = with.map(|with| Address::new("connect/lambda-association", &with));
            [Some(bare), with].into_iter().flatten().collect()
        }
        ("lex/bot", Some(with)) => vec![Address::new("connect/bot-association", &with)],
        _ => Vec::new(),
    }
}
