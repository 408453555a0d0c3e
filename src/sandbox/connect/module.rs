//! Flow modules: create, describe, the updates. Versions and aliases have files of their own.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::digest;
use super::super::ids::{self, Kind};
use super::super::seed_instance::arn_below;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{bad_request, invalid, not_found, one_of, required, tags, text};
use super::{check, content};

/// botocore's pattern of names and descriptions, `.*\S.*`: not blank.
fn not_blank<'a>(name: &str, value: Option<&'a str>) -> Result<Option<&'a str>, Fail> {
    match value {
        Some(text) if text.trim().is_empty() => Err(invalid(format!("{name} must not be blank"))),
        value => Ok(value),
    }
}

/// "Serialized JSON string of the flow module Settings schema" (UpdateContactFlowModuleContent). Assumed: refused
/// when it is no JSON; the schema itself is not published.
fn settings(body: &Map<String, Value>) -> Result<Option<&str>, Fail> {
    let settings = text(body, "Settings", 0, usize::MAX)?;
    if settings.is_some_and(|settings| serde_json::from_str::<Value>(settings).is_err()) {
        return Err(bad_request("Settings must be a serialized JSON string"));
    }
    Ok(settings)
}

/// CreateContactFlowModule: always validated and published, since it has no Status. A ClientToken that was used
/// answers what it made ("Making retries safe with idempotent APIs"), and IdempotencyException for another request.
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, 127)?;
    not_blank("Name", Some(name))?;
    let description = not_blank("Description", text(ask.body, "Description", 0, 500)?)?;
    let given = required(ask.body, "Content", 1, usize::MAX)?;
    let settings = settings(ask.body)?;
    let tags = tags(ask.body.get("Tags"))?;
    let token = text(ask.body, "ClientToken", 0, 500)?;
    let mut request = ask.body.clone();
    request.remove("ClientToken");
    let request = digest::sha256_hex(Value::Object(request).to_string().as_bytes());
    let used = token.and_then(|token| instance.tokens.get(token));
    let made =
        used.and_then(|(before, id)| Some((before, instance.resources.get(&(Kind::Module, id.clone()))?)));
    if let Some((before, module)) = made {
        if *before != request {
            let message = "An entity with the same ClientToken already exists.";
            return Err(Fail::new(409, "IdempotencyException", message));
        }
        return Ok(Answer::json(&json!({"Id": module.id, "Arn": module.arn})));
    }
    content::name_free(instance, &ask.env, Kind::Module, name, None, "")?;
    check::publishable(instance, &ask.env, Kind::Module, given)?;
    let mut body = Map::new();
    body.insert("State".into(), json!("ACTIVE"));
    if let Some(description) = description {
        body.insert("Description".into(), json!(description));
    }
    if let Some(settings) = settings {
        body.insert("Settings".into(), json!(settings));
    }
    if let Some(external) = ask.body.get("ExternalInvocationConfiguration").filter(|value| !value.is_null()) {
        let enabled = external.get("Enabled");
        if !external.is_object() || enabled.is_some_and(|enabled| !enabled.is_boolean()) {
            return Err(Fail::new(400, "SerializationException", "Enabled must be true or false"));
        }
        body.insert("ExternalInvocationConfiguration".into(), external.clone());
    }
    let id = ids::random_uuid();
    let arn = arn_below(instance, Kind::Module, &id);
    if let Some(token) = token {
        instance.tokens.insert(token.to_owned(), (request, id.clone()));
    }
    let module = Resource {
        kind: Kind::Module,
        id: id.clone(),
        arn: arn.clone(),
        name: name.into(),
        body,
        tags,
        published: Some(given.to_owned()),
        saved: given.into(),
        version: 1,
        born: ask.env.n,
        modified: ask.env.now,
    };
    instance.resources.insert((Kind::Module, id.clone()), module);
    Ok(Answer::json(&json!({"Id": id, "Arn": arn})))
}

/// DescribeContactFlowModule: the published content, or what the qualifier names. Assumed: a module that has only
/// been saved is shown as that (its errors have no ContactFlowNotPublishedException).
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (module, which) = content::named(instance, Kind::Module, ask.call.label(1))?;
    Ok(Answer::json(&json!({"ContactFlowModule": content::shape(instance, module, &ask.env, which)})))
}

/// UpdateContactFlowModuleContent: content, settings, or both. InvalidParameterException is not in its list.
pub(crate) fn update_content(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let mut update = || {
        let given = text(ask.body, "Content", 1, usize::MAX)?;
        let settings = settings(ask.body)?;
        if given.is_none() && settings.is_none() {
            return Err(bad_request("At least one of Content and Settings is required"));
        }
        content::update(instance, ask, Kind::Module, given, settings)
    };
    update().map_err(|fail| match fail.code.as_str() {
        "InvalidParameterException" => bad_request(fail.message),
        _ => fail,
    })
}

/// UpdateContactFlowModuleMetadata: name, description, state.
pub(crate) fn update_metadata(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let id = content::bare_id(instance, Kind::Module, given)?;
    let name = not_blank("Name", text(ask.body, "Name", 1, 127)?)?;
    let description = not_blank("Description", text(ask.body, "Description", 0, 500)?)?;
    let state = one_of(ask.body, "State", &["ACTIVE", "ARCHIVED"])?;
    if name.is_none() && description.is_none() && state.is_none() {
        return Err(bad_request("At least one of Name, Description and State is required"));
    }
    let key = (Kind::Module, id);
    let old = instance.resources.get(&key).map(|module| module.name.as_str()).unwrap_or_default();
    // Taken out of the archive, its name must be free again (assumed; see the switch archived_holds_name).
    if name.is_some() || state == Some("ACTIVE") {
        content::name_free(instance, &ask.env, Kind::Module, name.unwrap_or(old), None, &key.1)?;
    }
    let module = instance.resources.get_mut(&key).ok_or_else(|| not_found(given))?;
    if let Some(name) = name {
        module.name = name.into();
    }
    for (member, value) in [("Description", description), ("State", state)] {
        if let Some(value) = value {
            module.body.insert(member.into(), json!(value));
        }
    }
    module.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}
