//! Kept: what the kinds that work on contacts have in common: made, described and deleted by one id.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{find, find_mut, invalid, not_found};
use super::made::made;

/// A kind, and what its Describe operation calls its members (botocore).
pub(crate) struct Sort {
    pub(crate) kind: Kind,
    /// The member of the answer that holds the resource; empty where the answer is the resource.
    pub(crate) whole: &'static str,
    pub(crate) id: &'static str,
    pub(crate) arn: &'static str,
    pub(crate) name: &'static str,
    /// When it was last changed; empty where it does not say.
    pub(crate) modified: &'static str,
}

/// `ResourceConflictException` (botocore: 409, "A resource already has that name").
pub(crate) fn conflict() -> Fail {
    Fail::new(409, "ResourceConflictException", "A resource already has that name.")
}

/// Puts a new resource into the instance, and answers its id and ARN under the names that a create gives them.
pub(crate) fn insert(
    instance: &mut Instance,
    ask: &Ask<'_>,
    sort: &Sort,
    name: &str,
    body: Map<String, Value>,
) -> Result<Value, Fail> {
    let tags = super::input::tags(ask.body.get("Tags"))?;
    let new = made(instance, ask, sort.kind, name, body, tags);
    let answer = json!({"id": new.id, "arn": new.arn});
    instance.resources.insert((sort.kind, new.id.clone()), new);
    Ok(answer)
}

/// The resource that the second label of the path names.
pub(crate) fn named<'a>(instance: &'a Instance, ask: &Ask<'_>, sort: &Sort) -> Result<&'a Resource, Fail> {
    let given = ask.call.label(1);
    find(instance, sort.kind, given).ok_or_else(|| not_found(given))
}

/// The same, to be changed now.
pub(crate) fn changed<'a>(
    instance: &'a mut Instance,
    ask: &Ask<'_>,
    sort: &Sort,
) -> Result<&'a mut Resource, Fail> {
    let found = find_mut(instance, sort.kind, ask.call.label(1))?;
    found.modified = ask.env.now;
    Ok(found)
}

/// The resource as Describe shows it, without the members `hidden`.
pub(crate) fn shape(sort: &Sort, resource: &Resource, hidden: &[&str]) -> Map<String, Value> {
    let mut out = resource.body.clone();
    out.retain(|name, _| !hidden.contains(&name.as_str()));
    out.insert(sort.id.into(), json!(resource.id));
    out.insert(sort.arn.into(), json!(resource.arn));
    out.insert(sort.name.into(), json!(resource.name));
    out.insert("Tags".into(), json!(resource.tags));
    if !sort.modified.is_empty() {
        out.insert(sort.modified.into(), clock::epoch(resource.modified));
    }
    out
}

/// The answer of Describe.
pub(crate) fn described(sort: &Sort, shape: Map<String, Value>) -> Answer {
    match sort.whole {
        "" => Answer::json(&Value::Object(shape)),
        whole => Answer::json(&json!({whole: shape})),
    }
}

/// Takes the resource away. What refers to it does not keep it (assumed: none of these operations lists
/// ResourceInUseException, but DeleteVocabulary).
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>, sort: &Sort) -> Result<Answer, Fail> {
    let id = named(instance, ask, sort)?.id.clone();
    instance.resources.remove(&(sort.kind, id));
    Ok(Answer::json(&json!({})))
}

/// The members `names` of a request, those that are given.
pub(crate) fn given(request: &Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    let there = names.iter().filter_map(|name| request.get_key_value(*name));
    there.filter(|(_, v)| !v.is_null()).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A member that has to be there.
pub(crate) fn must<'a>(request: &'a Map<String, Value>, name: &str) -> Result<&'a Value, Fail> {
    let value = request.get(name).filter(|value| !value.is_null());
    value.ok_or_else(|| invalid(format!("{name} is required")))
}
