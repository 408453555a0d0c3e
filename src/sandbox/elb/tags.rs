//! Tags of load balancers, target groups, listeners and rules.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::ask::Ask;
use super::form::{list, not_found, text, texts};
use super::held::Held;
use super::xml;

/// Keeps the tags of a request (`Tags`) for something.
pub(crate) fn keep(held: &mut Held, ask: &Ask<'_>, arn: &str) {
    let none = Map::new();
    for tag in list(ask.form, "Tags") {
        let tag = tag.as_object().unwrap_or(&none);
        if let Some(key) = text(tag, "Key") {
            let value = text(tag, "Value").unwrap_or_default();
            held.tags.entry(arn.into()).or_default().insert(key.into(), value.into());
        }
    }
}

/// The resources that a request names, all of which have to be there.
fn named(held: &Held, ask: &Ask<'_>) -> Result<Vec<String>, Fail> {
    let mut out = Vec::new();
    for arn in texts(ask.form, "ResourceArns") {
        let (kind, there) = if arn.contains(":targetgroup/") {
            ("group", held.groups.contains_key(arn))
        } else if arn.contains(":listener-rule/") {
            ("rule", held.rules.contains_key(arn) || held.listener_of(arn).is_some())
        } else if arn.contains(":listener/") {
            ("listener", held.listeners.contains_key(arn))
        } else {
            ("balancer", held.balancers.contains_key(arn))
        };
        if !there {
            return Err(not_found(kind));
        }
        out.push(arn.to_owned());
    }
    Ok(out)
}

/// AddTags.
pub(crate) fn add(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    for arn in named(held, ask)? {
        keep(held, ask, &arn);
    }
    Ok(xml::answer("AddTags", &Map::new()))
}

/// RemoveTags.
pub(crate) fn remove(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    for arn in named(held, ask)? {
        if let Some(tags) = held.tags.get_mut(&arn) {
            tags.retain(|key, _| !texts(ask.form, "TagKeys").contains(&key.as_str()));
        }
    }
    Ok(xml::answer("RemoveTags", &Map::new()))
}

/// DescribeTags.
pub(crate) fn describe(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let mut out = Vec::new();
    for arn in named(held, ask)? {
        let tags = held.tags.get(&arn).into_iter().flatten();
        let tags: Vec<Value> = tags.map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        out.push(json!({"ResourceArn": arn, "Tags": tags}));
    }
    Ok(xml::listed("DescribeTags", "TagDescriptions", out))
}
