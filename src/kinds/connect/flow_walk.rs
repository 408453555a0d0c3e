//! The walker of contact flows and modules: what in a flow's content is an id, a name, layout or text.
//!
//! Identifiers of actions are UUIDs too, and mean something in this flow only: they are never looked up.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::flow_refs::{Carries, carries};
use crate::core::inventory::{Ownership, Target};
use crate::core::portable::Encoder;
use crate::core::template::escape;

/// What the designer shows, beside an action, about what the action refers to: the member of its metadata, and the
/// kinds of resource of which it may be the name (or an object of `id` and `text`, or an array of such).
const SHOWN: &[(&str, &[&str])] = &[
    ("queue", &["connect/queue", "connect/user"]),
    ("Hours", &["connect/hours"]),
    ("ContactFlow", &["connect/flow"]),
    ("contactFlow", &["connect/flow"]),
    ("audio", &["connect/prompt"]),
    ("promptName", &["connect/prompt"]),
    ("contactFlowModuleName", &["connect/module"]),
    ("lexV2BotName", &["lex/bot"]),
    ("lexV2BotAliasName", &["lex/bot"]),
    ("templateName", &["cases/template", "connect/task-template"]),
];

/// Returns the content of a flow or module with every id and ARN in it turned into a template. Whatever `content` is,
/// nothing of it is dropped.
pub fn walk(content: Value, encoder: &mut Encoder<'_>) -> Value {
    let actions = Actions::of(&content);
    let Value::Object(members) = content else { return encoder.value(content) };
    encoder.members(members, |encoder, key, member| match key {
        "StartAction" => encoder.literal(member),
        "Actions" => parts(member, encoder, |encoder, _, action| walk_action(action, encoder)),
        "Metadata" => walk_metadata(member, &actions, encoder),
        _ => encoder.value(member),
    })
}

/// The type and the parameters of each action, by its identifier.
struct Actions(HashMap<String, (String, Value)>);

impl Actions {
    fn of(content: &Value) -> Actions {
        let actions = content.get("Actions").and_then(Value::as_array).into_iter().flatten();
        let known = actions.filter_map(|action| {
            let text = |name| action.get(name).and_then(Value::as_str).map(str::to_string);
            let parameters = action.get("Parameters").cloned().unwrap_or_default();
            Some((text("Identifier")?, (text("Type")?, parameters)))
        });
        Actions(known.collect())
    }
}

/// Walks the elements of an array; sweeps anything else.
fn parts(
    value: Value,
    encoder: &mut Encoder<'_>,
    mut walk: impl FnMut(&mut Encoder<'_>, usize, Value) -> Value,
) -> Value {
    let Value::Array(items) = value else { return encoder.value(value) };
    let mut place = 0..;
    encoder.each(items, |encoder, item| walk(encoder, place.next().unwrap_or_default(), item))
}

/// Walks the members of an object: those in `own` mean something in this flow only, and stay as they are.
fn members(value: Value, own: &[&str], encoder: &mut Encoder<'_>) -> Value {
    let Value::Object(members) = value else { return encoder.value(value) };
    encoder.members(
        members,
        |encoder, key, member| {
            if own.contains(&key) { encoder.literal(member) } else { encoder.value(member) }
        },
    )
}

fn walk_action(action: Value, encoder: &mut Encoder<'_>) -> Value {
    let kind = action.get("Type").and_then(Value::as_str).unwrap_or_default().to_string();
    let Value::Object(members) = action else { return encoder.value(action) };
    encoder.members(members, |encoder, key, member| match key {
        "Identifier" | "Type" => encoder.literal(member),
        "Parameters" => walk_parameters(member, &kind, &mut Vec::new(), encoder),
        "Transitions" => walk_transitions(member, encoder),
        _ => encoder.value(member),
    })
}

fn walk_parameters(value: Value, action: &str, path: &mut Vec<String>, encoder: &mut Encoder<'_>) -> Value {
    match value {
        Value::String(text) => Value::String(match carries(action, path) {
            Some(Carries::Ref(kind)) => encoder.typed(kind, &text),
            Some(Carries::Region) => encoder.region(&text),
            Some(Carries::KeyRef(_)) | None => encoder.sweep(&text),
        }),
        Value::Array(items) => {
            encoder.each(items, |encoder, item| walk_parameters(item, action, path, encoder))
        }
        Value::Object(members) => encoder.members(members, |encoder, key, member| {
            path.push(key.to_string());
            if let Some(Carries::KeyRef(kind)) = carries(action, path) {
                // The key itself is swept like every key; this says whether it is known.
                encoder.typed(kind, key);
            }
            let member = walk_parameters(member, action, path, encoder);
            path.pop();
            member
        }),
        other => other,
    }
}

fn walk_transitions(value: Value, encoder: &mut Encoder<'_>) -> Value {
    let Value::Object(all) = value else { return encoder.value(value) };
    encoder.members(all, |encoder, key, member| match key {
        "NextAction" => encoder.literal(member),
        "Conditions" | "Errors" => {
            parts(member, encoder, |encoder, _, item| members(item, &["NextAction", "ErrorType"], encoder))
        }
        _ => encoder.value(member),
    })
}

fn walk_metadata(value: Value, actions: &Actions, encoder: &mut Encoder<'_>) -> Value {
    let Value::Object(all) = value else { return encoder.value(value) };
    encoder.members(all, |encoder, key, member| match (key, member) {
        ("ActionMetadata", Value::Object(each)) => {
            let mut out = Map::new();
            for (identifier, metadata) in each {
                let shown = actions.0.get(&identifier).map_or(("", &Value::Null), |(t, p)| (t.as_str(), p));
                let walked = encoder.at(&identifier, |e| walk_action_metadata(metadata, shown, e));
                out.insert(escape(&identifier), walked);
            }
            Value::Object(out)
        }
        ("Annotations", member) => {
            parts(member, encoder, |encoder, _, annotation| members(annotation, &["id", "actionId"], encoder))
        }
        (_, member) => encoder.value(member),
    })
}

fn walk_action_metadata(
    value: Value,
    (action, parameters): (&str, &Value),
    encoder: &mut Encoder<'_>,
) -> Value {
    let Value::Object(all) = value else { return encoder.value(value) };
    let mut targets = Vec::new();
    collect_targets(parameters, action, &mut Vec::new(), encoder, &mut targets);
    encoder.members(all, |encoder, key, member| match key {
        "children" | "fragments" => encoder.literal(member),
        "conditionMetadata" => parts(member, encoder, |encoder, _, item| members(item, &["id"], encoder)),
        "parameters" => walk_mirror(member, Some(parameters), action, &mut Vec::new(), encoder),
        _ => match SHOWN.iter().find(|(name, _)| *name == key) {
            Some((_, kinds)) => {
                let fits = |t: &&Target<'_>| kinds.contains(&t.found.address.kind());
                let targets: Vec<_> = targets.iter().filter(fits).collect();
                walk_shown(member, key == "lexV2BotAliasName", kinds, &targets, encoder)
            }
            None => encoder.value(member),
        },
    })
}

/// Collects what the typed parameters of an action refer to.
fn collect_targets<'a>(
    value: &Value,
    action: &str,
    path: &mut Vec<String>,
    encoder: &Encoder<'a>,
    targets: &mut Vec<Target<'a>>,
) {
    match value {
        Value::String(text) => {
            if let Some(Carries::Ref(kind)) = carries(action, path) {
                targets.extend(encoder.target(kind, text));
            }
        }
        Value::Array(items) => {
            items.iter().for_each(|item| collect_targets(item, action, path, encoder, targets))
        }
        Value::Object(members) => {
            for (key, member) in members {
                path.push(key.clone());
                collect_targets(member, action, path, encoder, targets);
                path.pop();
            }
        }
        _ => {}
    }
}

/// Walks `parameters` of an action's metadata, which has the shape of the action's own parameters, with an object of
/// its own below each: `displayName` shows the name of what the parameter refers to.
fn walk_mirror(
    value: Value,
    mirrored: Option<&Value>,
    action: &str,
    path: &mut Vec<String>,
    encoder: &mut Encoder<'_>,
) -> Value {
    match value {
        Value::Array(_) => parts(value, encoder, |encoder, place, item| {
            walk_mirror(item, mirrored.and_then(|m| m.get(place)), action, path, encoder)
        }),
        Value::Object(members) => encoder.members(members, |encoder, key, member| {
            let names = matches!(key, "displayName" | "lexV2BotName");
            if let (true, Value::String(text), Some(Value::String(of))) = (names, &member, mirrored)
                && let Some(Carries::Ref(kind)) = carries(action, path)
            {
                let target = encoder.target(kind, of);
                return Value::String(name(text, target.iter(), key == "displayName", encoder));
            }
            path.push(key.to_string());
            let member = walk_mirror(member, mirrored.and_then(|m| m.get(key)), action, path, encoder);
            path.pop();
            member
        }),
        other => encoder.value(other),
    }
}

/// Walks a member that shows something of one of `kinds`: its name, or an object of its `id` and its name as `text`.
fn walk_shown(
    value: Value,
    alias: bool,
    kinds: &[&str],
    targets: &[&Target<'_>],
    encoder: &mut Encoder<'_>,
) -> Value {
    match value {
        Value::String(text) => Value::String(name(&text, targets.iter().copied(), alias, encoder)),
        Value::Array(_) => {
            parts(value, encoder, |encoder, _, item| walk_shown(item, alias, kinds, targets, encoder))
        }
        Value::Object(members) => {
            let id = members.get("id").and_then(Value::as_str).unwrap_or_default();
            let own = kinds.iter().find_map(|kind| Some((*kind, encoder.target(kind, id)?)));
            encoder.members(members, |encoder, key, member| match (key, member, &own) {
                // An id that nothing has is stale here, and no reason to stop a deployment: it is only shown.
                ("id", Value::String(id), Some((kind, _))) => Value::String(encoder.typed(kind, &id)),
                ("text", Value::String(text), Some((_, own))) => {
                    Value::String(name(&text, [own].into_iter(), alias, encoder))
                }
                ("text", Value::String(text), None) => {
                    Value::String(name(&text, targets.iter().copied(), alias, encoder))
                }
                (_, member, _) => encoder.value(member),
            })
        }
        other => other,
    }
}

/// Returns the template for `text`, which shows the name of one of `targets`, or with `alias` that of its alias.
fn name<'t>(
    text: &str,
    mut targets: impl Iterator<Item = &'t Target<'t>>,
    alias: bool,
    encoder: &mut Encoder<'_>,
) -> String {
    // Only a bot is shown with its alias.
    let alias_of = |target: &Target<'_>| {
        let qualifier = target.qualifier.clone().filter(|_| alias)?;
        target.found.alias(&qualifier).map(|alias| (qualifier, alias.shown().to_string()))
    };
    let is_current = |target: &&Target<'_>| {
        let name = alias_of(target).map_or(target.found.name().to_string(), |(_, shown)| shown);
        target.found.ownership != Ownership::Aws && name == text
    };
    match targets.find(is_current) {
        Some(target) => {
            let alias = alias_of(target).map(|(qualifier, _)| qualifier);
            encoder.name(text, target.found, alias.as_deref())
        }
        None => encoder.sweep(text),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::core::inventory::{Alias, Found, Inventory};
    use crate::core::portable::Origin;
    use crate::core::secret::Seal;
    use crate::core::{Address, Pin};

    const QUEUE: &str = "01234567-89ab-cdef-0123-456789abcdef";
    const FLOW: &str = "11234567-89ab-cdef-0123-456789abcdef";
    const ACTION: &str = "21234567-89ab-cdef-0123-456789abcdef";

    fn walked(content: Value) -> Value {
        let pin = Pin { account: "111111111111".into(), region: "us-east-1".into(), instance: ACTION.into() };
        let arn = |rest: &str| format!("{}/{rest}", pin.instance_arn());
        let mut bot = Found::new(Address::new("lex/bot", "Orders"), "BOTBOTBOT1", "arn:aws:lex:bot");
        bot.aliases = Some(vec![Alias {
            name: "live".into(),
            physical: None,
            id: "ALIASALIA1".into(),
            arn: "arn:aws:lex:us-east-1:111111111111:bot-alias/BOTBOTBOT1/ALIASALIA1".into(),
        }]);
        let found = [
            Found::new(Address::new("connect/queue", "Sales"), QUEUE, arn(&format!("queue/{QUEUE}"))),
            Found::new(Address::new("connect/flow", "Main"), FLOW, arn(&format!("contact-flow/{FLOW}"))),
            bot,
        ];
        let inventory = Inventory::new(pin, found);
        let origin =
            Origin { inventory: &inventory, accounts: &[], vars: &BTreeMap::new(), seal: &Seal::default() };
        walk(content, &mut Encoder::new(&origin, &Address::new("connect/flow", "Main")))
    }

    fn flow(kind: &str, parameters: Value, metadata: Value) -> (Value, Value) {
        let content = json!({
            "StartAction": ACTION,
            "Actions": [{
                "Identifier": ACTION, "Type": kind, "Parameters": parameters,
                "Transitions": { "NextAction": ACTION, "Errors": [{ "NextAction": ACTION, "ErrorType": QUEUE }],
                    "Conditions": [{ "NextAction": ACTION, "Condition": { "Operands": [QUEUE] } }] },
            }],
            "Metadata": { "ActionMetadata": { ACTION: metadata }, "Annotations": [{ "id": ACTION, "actionId": ACTION }] },
        });
        let walked = walked(content.clone());
        // What means something in this flow only is as it was, though here it equals an id that is known.
        assert_eq!(walked["StartAction"], ACTION);
        assert_eq!(walked["Metadata"]["Annotations"], content["Metadata"]["Annotations"]);
        let action = &walked["Actions"][0];
        assert_eq!(action["Identifier"], ACTION);
        let mut transitions = content["Actions"][0]["Transitions"].clone();
        transitions["Conditions"][0]["Condition"]["Operands"][0] = json!("@{id:connect/queue/Sales}");
        assert_eq!(action["Transitions"], transitions);
        (action["Parameters"].clone(), walked["Metadata"]["ActionMetadata"][ACTION].clone())
    }

    #[test]
    fn a_shown_name_follows_the_reference_while_it_is_current() {
        let (parameters, metadata) = flow(
            "UpdateContactTargetQueue",
            json!({ "QueueId": QUEUE }),
            json!({
                "parameters": { "QueueId": { "displayName": "Sales" } },
                "queue": { "id": QUEUE, "text": "Old name" },
                "children": [QUEUE], "fragments": { "x": QUEUE }, "conditionMetadata": [{ "id": QUEUE, "value": QUEUE }],
            }),
        );
        assert_eq!(parameters, json!({ "QueueId": "@{id:connect/queue/Sales}" }));
        let expected = json!({
            "parameters": { "QueueId": { "displayName": "@{name:connect/queue/Sales}" } },
            "queue": { "id": "@{id:connect/queue/Sales}", "text": "Old name" },
            "children": [QUEUE], "fragments": { "x": QUEUE },
            "conditionMetadata": [{ "id": QUEUE, "value": "@{id:connect/queue/Sales}" }],
        });
        assert_eq!(metadata, expected);
    }

    #[test]
    fn a_bot_is_shown_by_its_name_and_its_alias() {
        let arn = "arn:aws:lex:us-east-1:111111111111:bot-alias/BOTBOTBOT1/ALIASALIA1";
        let shown = json!({ "displayName": "live", "lexV2BotName": "Orders" });
        let (parameters, metadata) = flow(
            "ConnectParticipantWithLexBot",
            json!({ "LexV2Bot": { "AliasArn": arn }, "LexBot": { "Region": "us-east-1" } }),
            json!({
                "parameters": { "LexV2Bot": { "AliasArn": shown } },
                "lexV2BotName": "Orders", "lexV2BotAliasName": "live",
            }),
        );
        let expected = json!({ "AliasArn": "@{arn:lex/bot/Orders#live}" });
        assert_eq!(parameters, json!({ "LexV2Bot": expected, "LexBot": { "Region": "@{region}" } }));
        let (bot, alias) = ("@{name:lex/bot/Orders}", "@{name:lex/bot/Orders#live}");
        let expected = json!({ "displayName": alias, "lexV2BotName": bot });
        assert_eq!(metadata["parameters"]["LexV2Bot"]["AliasArn"], expected);
        assert_eq!((&metadata["lexV2BotName"], &metadata["lexV2BotAliasName"]), (&json!(bot), &json!(alias)));
    }
}
