//! Proficiencies of users: list, associate, update, disassociate.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{bad_request, find, find_mut, invalid, list_of, not_found, required};
use super::{page, user};

/// Where a user keeps them.
const MEMBER: &str = "Proficiencies";

/// The proficiencies of a user.
pub(crate) fn of(user: &Resource) -> impl Iterator<Item = &Value> {
    user.body.get(MEMBER).and_then(Value::as_array).into_iter().flatten()
}

/// ListUserProficiencies: 100 a page at most (botocore MaxResult100).
pub(crate) fn list(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let user = user::found(instance, ask)?;
    let mut more = Map::new();
    more.insert("LastModifiedTime".into(), clock::epoch(user.modified));
    more.insert("LastModifiedRegion".into(), json!(instance.region));
    page::from_query_with(ask, "UserProficiencyList", of(user).cloned().collect(), 100, 100, more)
}

/// What tells one from another (botocore UserProficiencyDisassociate).
fn key(item: &Value) -> (&str, &str) {
    let part = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
    (part("AttributeName"), part("AttributeValue"))
}

/// Associate-, Update- and DisassociateUserProficiencies. "You must use name of predefined attribute present in the
/// ... instance", and a value of it; levels are 1 to 5 (UserProficiency). Assumed: an attribute that is not there is
/// ResourceNotFoundException, a value that it has not InvalidRequestException; so are a proficiency that is associated
/// already, and one to be changed or taken away that the user has not.
pub(crate) fn change(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let user = user::found(instance, ask)?;
    let id = user.id.clone();
    let mut now: Vec<Value> = of(user).cloned().collect();
    let given = list_of(ask.body, "UserProficiencies", 0, usize::MAX)?;
    for item in given.ok_or_else(|| invalid("UserProficiencies is required"))? {
        let members = item.as_object().ok_or_else(|| invalid("UserProficiencies must hold objects"))?;
        let name = required(members, "AttributeName", 1, 100)?;
        let value = required(members, "AttributeValue", 1, 100)?;
        let place = now.iter().position(|it| key(it) == (name, value));
        if ask.call.operation == "DisassociateUserProficiencies" {
            let place = place.ok_or_else(|| bad_request(format!("The user has no {name}: {value}")))?;
            now.remove(place);
            continue;
        }
        let level =
            item.get("Level").and_then(Value::as_f64).filter(|it| [1.0, 2.0, 3.0, 4.0, 5.0].contains(it));
        let level = level.ok_or_else(|| invalid("Level must be 1, 2, 3, 4 or 5"))?;
        let attribute = find(instance, Kind::PredefinedAttribute, name);
        let attribute = attribute.ok_or_else(|| not_found(&format!("predefined attribute {name}")))?;
        let values =
            attribute.body.get("Values").and_then(|it| it.get("StringList")).and_then(Value::as_array);
        if !values.into_iter().flatten().any(|it| it == value) {
            return Err(bad_request(format!("{name} has no value {value}")));
        }
        let item = json!({"AttributeName": name, "AttributeValue": value, "Level": level});
        match (place, ask.call.operation.as_str()) {
            (None, "AssociateUserProficiencies") => now.push(item),
            (Some(place), "UpdateUserProficiencies") => now[place] = item,
            (Some(_), _) => return Err(bad_request(format!("The user has {name}: {value} already"))),
            (None, _) => return Err(bad_request(format!("The user has no {name}: {value}"))),
        }
    }
    now.sort_by(|a, b| key(a).cmp(&key(b)));
    let user = find_mut(instance, Kind::User, &id)?;
    match now.is_empty() {
        true => user.body.remove(MEMBER),
        false => user.body.insert(MEMBER.into(), Value::Array(now)),
    };
    user.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}
