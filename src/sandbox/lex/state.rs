//! A bot in state dumps: no times, ids included.

use serde_json::{Map, Value, json};

use super::bot::Bot;
use super::locale::{Locale, Part};

/// Everything that a bot holds.
pub(crate) fn state(bot: &Bot, now: f64) -> Value {
    let mut versions = Map::new();
    for (number, version) in &bot.versions {
        versions.insert(
            number.to_string(),
            json!({"status": version.status(now), "members": version.body, "sources": version.sources,
                   "locales": version.locales.iter().map(|(id, it)| (id.clone(), locale(it, now))).collect::<Map<_, _>>()}),
        );
    }
    let aliases = bot.aliases.values().map(|alias| {
        (alias.name.clone(), json!({"id": alias.id, "members": alias.body, "tags": alias.tags}))
    });
    let policies = bot
        .policies
        .iter()
        .map(|(arn, policy)| (arn.clone(), json!({"policy": policy.document, "revision": policy.revision})));
    json!({
        "id": bot.id, "members": bot.body, "tags": bot.tags, "last_version": bot.last_version,
        "draft": bot.draft.iter().map(|(id, it)| (id.clone(), locale(it, now))).collect::<Map<_, _>>(),
        "versions": versions, "aliases": aliases.collect::<Map<_, _>>(), "policies": policies.collect::<Map<_, _>>(),
    })
}

fn part(part: &Part) -> Value {
    json!({"id": part.id, "members": part.body})
}

fn locale(locale: &Locale, now: f64) -> Value {
    let mut intents = Map::new();
    for (name, intent) in &locale.intents {
        let slots: Map<_, _> = intent.slots.iter().map(|(name, slot)| (name.clone(), part(slot))).collect();
        let mut one = part(&intent.part);
        one["slots"] = Value::Object(slots);
        intents.insert(name.clone(), one);
    }
    json!({
        "status": locale.status(now), "members": locale.body, "intents": intents,
        "slot_types": locale.slot_types.iter().map(|(name, it)| (name.clone(), part(it))).collect::<Map<_, _>>(),
        "vocabulary": locale.vocabulary,
    })
}
