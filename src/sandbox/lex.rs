//! Lex V2, as far as names go: ListBots and ListBotAliases (botocore `lexv2-models`).

use serde_json::{Map, Value, json};

use super::answer::{Answer, Fail};
use super::base64;
use super::call::{Call, decode};
use super::clock;
use super::world::World;

/// When every bot was last changed: the first second of 2026.
const UPDATED: f64 = 1_767_225_600.0;

/// `POST /bots/` and `POST /bots/{botId}/botaliases/`.
pub(crate) fn identify(call: &mut Call) {
    let path = call.path.trim_matches('/').to_owned();
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["bots"] if call.method == "POST" => call.operation = "ListBots".into(),
        ["bots", id, "botaliases"] if call.method == "POST" => {
            call.operation = "ListBotAliases".into();
            call.labels = vec![decode(id)];
        }
        _ => {}
    }
}

fn invalid(message: &str) -> Fail {
    Fail::new(400, "ValidationException", message)
}

pub(crate) fn dispatch(world: &World, call: &Call) -> Result<Answer, Fail> {
    let body = call.json()?;
    let bots = world.accounts.get(&call.caller.account).map_or(&[][..], |account| account.bots.as_slice());
    let mut here: Vec<_> = bots.iter().filter(|bot| bot.region == call.region).collect();
    match call.operation.as_str() {
        "ListBots" => {
            here.sort_by(|a, b| a.name.cmp(&b.name));
            for filter in body.get("filters").and_then(Value::as_array).into_iter().flatten() {
                let text = |name: &str| filter.get(name).and_then(Value::as_str).unwrap_or_default();
                let value = filter.pointer("/values/0").and_then(Value::as_str).unwrap_or_default();
                here.retain(|bot| {
                    let have = if text("name") == "BotType" { "Bot" } else { bot.name.as_str() };
                    match text("operator") {
                        "CO" => have.contains(value),
                        "NE" => have != value,
                        _ => have == value,
                    }
                });
            }
            let items = here.iter().map(|bot| {
                json!({
                    "botId": bot.id, "botName": bot.name, "botStatus": "Available", "latestBotVersion": "1",
                    "lastUpdatedDateTime": clock::epoch(UPDATED), "botType": "Bot",
                })
            });
            page(&body, "botSummaries", items.collect(), Map::new())
        }
        "ListBotAliases" => {
            let bot = here.iter().find(|bot| bot.id == call.label(0));
            let bot = bot.ok_or_else(|| invalid("The bot does not exist"))?;
            // Every bot has the alias of its draft ("Test alias", Lex V2 developer guide).
            let test = ("TSTALIASID".to_owned(), "TestBotAlias".to_owned());
            let items = bot.aliases.iter().chain([&test]).map(|(id, name)| {
                json!({
                    "botAliasId": id, "botAliasName": name, "botAliasStatus": "Available",
                    "botVersion": if id == "TSTALIASID" { "DRAFT" } else { "1" },
                    "creationDateTime": clock::epoch(UPDATED), "lastUpdatedDateTime": clock::epoch(UPDATED),
                })
            });
            let mut more = Map::new();
            more.insert("botId".into(), json!(bot.id));
            page(&body, "botAliasSummaries", items.collect(), more)
        }
        other => Err(Fail::not_implemented(&format!("lex:{other}"))),
    }
}

/// botocore MaxResults: 1 to 1000. The default is not documented; assumed 100.
fn page(
    body: &Map<String, Value>,
    member: &str,
    items: Vec<Value>,
    mut more: Map<String, Value>,
) -> Result<Answer, Fail> {
    let size = match body.get("maxResults").filter(|value| !value.is_null()) {
        None => 100,
        Some(value) => {
            value.as_u64().filter(|size| (1..=1000).contains(size)).ok_or_else(|| invalid("maxResults"))?
        }
    };
    let size = usize::try_from(size).unwrap_or(100);
    let start = match body.get("nextToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => base64::decode(token)
            .and_then(|bytes| String::from_utf8(bytes).ok()?.strip_prefix("lex@")?.parse().ok())
            .ok_or_else(|| invalid("nextToken"))?,
    };
    let end = (start + size).min(items.len());
    if end < items.len() {
        more.insert("nextToken".into(), json!(base64::encode(format!("lex@{end}").as_bytes())));
    }
    more.insert(member.into(), items.into_iter().take(end).skip(start).collect());
    Ok(Answer::json(&Value::Object(more)))
}
