//! Reading and checking the members of a request, and the errors of Connect.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};

/// `InvalidParameterException` (botocore: 400).
pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    Fail::new(400, "InvalidParameterException", message)
}

/// `InvalidRequestException` (botocore: 400).
pub(crate) fn bad_request(message: impl Into<String>) -> Fail {
    Fail::new(400, "InvalidRequestException", message)
}

/// `ResourceNotFoundException` (botocore: 404).
pub(crate) fn not_found(what: &str) -> Fail {
    Fail::new(404, "ResourceNotFoundException", format!("The specified resource was not found: {what}"))
}

/// `DuplicateResourceException` (botocore: 409, "A resource with the specified name already exists").
pub(crate) fn duplicate() -> Fail {
    Fail::new(409, "DuplicateResourceException", "A resource with the specified name already exists.")
}

/// `ResourceInUseException` (botocore: 409, with ResourceType and ResourceId; its ResourceType has no word for queues).
pub(crate) fn in_use(resource: &Resource, by: &str) -> Fail {
    let fail = Fail::new(409, "ResourceInUseException", format!("The resource is in use by {by}."))
        .with("ResourceId", json!(resource.arn));
    if resource.kind == Kind::Flow { fail.with("ResourceType", json!("CONTACT_FLOW")) } else { fail }
}

/// A string member with length limits; nothing when it is absent or null.
pub(crate) fn text<'a>(
    body: &'a Map<String, Value>,
    name: &str,
    min: usize,
    max: usize,
) -> Result<Option<&'a str>, Fail> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            let length = text.chars().count();
            if length < min || length > max {
                return Err(invalid(format!(
                    "1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must have length between {min} and {max}"
                )));
            }
            Ok(Some(text))
        }
        Some(_) => Err(Fail::new(400, "SerializationException", format!("{name} must be a string"))),
    }
}

/// A string member that must be there.
pub(crate) fn required<'a>(
    body: &'a Map<String, Value>,
    name: &str,
    min: usize,
    max: usize,
) -> Result<&'a str, Fail> {
    text(body, name, min, max)?.ok_or_else(|| {
        invalid(format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

/// A string member that must be one of some words.
pub(crate) fn one_of<'a>(
    body: &'a Map<String, Value>,
    name: &str,
    words: &[&str],
) -> Result<Option<&'a str>, Fail> {
    let value = text(body, name, 0, usize::MAX)?;
    match value {
        Some(value) if !words.contains(&value) => Err(invalid(format!(
            "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
            words.join(", ")
        ))),
        value => Ok(value),
    }
}

/// A list member with limits of its length; nothing when it is absent or null.
pub(crate) fn list_of<'a>(
    body: &'a Map<String, Value>,
    name: &str,
    min: usize,
    max: usize,
) -> Result<Option<&'a Vec<Value>>, Fail> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(list)) if (min..=max).contains(&list.len()) => Ok(Some(list)),
        Some(Value::Array(_)) => Err(invalid(format!("{name} must have between {min} and {max} members"))),
        Some(_) => Err(Fail::new(400, "SerializationException", format!("{name} must be a list"))),
    }
}

/// An object member; nothing when it is absent or null.
pub(crate) fn object<'a>(
    body: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Map<String, Value>>, Fail> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(_) => Err(Fail::new(400, "SerializationException", format!("{name} must be an object"))),
    }
}

/// Tags of a create (botocore TagMap: 1 to 50; keys of 1 to 128 characters not starting with `aws:`, values up to 256).
pub(crate) fn tags(value: Option<&Value>) -> Result<std::collections::BTreeMap<String, String>, Fail> {
    let map = match value {
        None | Some(Value::Null) => return Ok(Default::default()),
        Some(Value::Object(map)) => map,
        Some(_) => return Err(Fail::new(400, "SerializationException", "Tags must be an object")),
    };
    if map.is_empty() || map.len() > 50 {
        return Err(invalid("Tags must have between 1 and 50 members"));
    }
    let mut out = std::collections::BTreeMap::new();
    for (key, value) in map {
        let value = value.as_str().ok_or_else(|| invalid("a tag value must be a string"))?;
        let fits = (1..=128).contains(&key.chars().count())
            && !key.starts_with("aws:")
            && value.chars().count() <= 256;
        if !fits {
            return Err(invalid(format!("The tag {key:?} is not valid")));
        }
        out.insert(key.clone(), value.to_owned());
    }
    Ok(out)
}

/// Splits what a request calls a resource, a bare id or an ARN, into id and qualifier.
pub(crate) fn split_id<'a>(
    instance: &Instance,
    kind: Kind,
    given: &'a str,
) -> Option<(&'a str, Option<&'a str>)> {
    let rest = if given.starts_with("arn:") {
        given
            .strip_prefix(&instance.arn)?
            .strip_prefix('/')?
            .strip_prefix(kind.arn_noun())?
            .strip_prefix('/')?
    } else {
        given
    };
    Some(match rest.split_once(':') {
        Some((id, qualifier)) => (id, Some(qualifier)),
        None => (rest, None),
    })
}

/// Finds a resource by bare id or ARN.
pub(crate) fn find<'a>(instance: &'a Instance, kind: Kind, given: &str) -> Option<&'a Resource> {
    let (id, _) = split_id(instance, kind, given)?;
    instance.resources.get(&(kind, id.to_owned()))
}

/// Finds a resource by bare id or ARN, or says that it is not there.
pub(crate) fn find_mut<'a>(
    instance: &'a mut Instance,
    kind: Kind,
    given: &str,
) -> Result<&'a mut Resource, Fail> {
    let id = split_id(instance, kind, given).map(|(id, _)| id.to_owned()).ok_or_else(|| not_found(given))?;
    instance.resources.get_mut(&(kind, id)).ok_or_else(|| not_found(given))
}

/// Checks that a name is free, apart from the resource that has this id.
pub(crate) fn name_free(instance: &Instance, kind: Kind, name: &str, own_id: &str) -> Result<(), Fail> {
    let taken = instance
        .resources
        .values()
        .any(|other| other.kind == kind && other.name == name && other.id != own_id);
    if taken { Err(duplicate()) } else { Ok(()) }
}
