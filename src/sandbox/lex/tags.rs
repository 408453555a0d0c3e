//! Tags of bots and aliases.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::world::Account;
use super::alias;
use super::ask::{Ask, invalid, missing};

/// Tags by key.
pub(crate) type Tags = BTreeMap<String, String>;

/// Tags out of a request (botocore TagMap: up to 200; keys of 1 to 128 characters, values of up to 256).
pub(crate) fn of(value: Option<&Value>) -> Result<Tags, Fail> {
    let mut tags = Tags::new();
    for (key, value) in value.and_then(Value::as_object).into_iter().flatten() {
        let value = value.as_str().filter(|value| value.chars().count() <= 256);
        let fits = (1..=128).contains(&key.chars().count()) && !key.starts_with("aws:");
        match value.filter(|_| fits) {
            Some(value) => tags.insert(key.clone(), value.to_owned()),
            None => return Err(invalid(format!("the tag {key:?} is not valid"))),
        };
    }
    if tags.len() > 200 { Err(invalid("more than 200 tags")) } else { Ok(tags) }
}

/// TagResource, UntagResource and ListTagsForResource.
pub(crate) fn dispatch(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let tags = find(account, ask)?;
    match ask.call.operation.as_str() {
        "TagResource" => {
            let given = ask.body.get("tags").filter(|tags| tags.is_object());
            let mut all = tags.clone();
            all.extend(of(Some(given.ok_or_else(|| invalid("tags must not be null"))?))?);
            if all.len() > 200 {
                return Err(invalid("more than 200 tags"));
            }
            *tags = all;
            Ok(Answer::json(&json!({})))
        }
        "UntagResource" => {
            for key in ask.call.params("tagKeys") {
                tags.remove(key);
            }
            Ok(Answer::json(&json!({})))
        }
        _ => Ok(Answer::json(&json!({"tags": tags}))),
    }
}

fn find<'a>(account: &'a mut Account, ask: &Ask<'_>) -> Result<&'a mut Tags, Fail> {
    let arn = ask.call.label(0);
    let own = account.id.clone();
    for bot in account.bots.iter_mut().filter(|bot| bot.region == ask.call.region) {
        if bot.arn(&own) == arn {
            return Ok(&mut bot.tags);
        }
        let ids: Vec<String> = bot.aliases.keys().cloned().collect();
        if let Some(id) = ids.iter().find(|id| alias::arn(bot, &own, id) == arn)
            && let Some(alias) = bot.aliases.get_mut(id)
        {
            return Ok(&mut alias.tags);
        }
    }
    Err(missing(ask.call, arn))
}
