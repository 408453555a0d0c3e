//! Prompts: create, describe, update, delete. Where their sound comes from is in a file of its own.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::{self, Kind};
use super::super::seed_instance::arn_below;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{bad_request, find, find_mut, name_free, not_found, required, tags, text};
use super::references;

/// What S3Uri brought, if it was given.
type Audio = Option<Result<Bytes, Fail>>;

/// CreatePrompt.
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>, audio: Audio) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, 127)?;
    let description = text(ask.body, "Description", 1, 250)?;
    required(ask.body, "S3Uri", 1, 2000)?;
    let tags = tags(ask.body.get("Tags"))?;
    name_free(instance, Kind::Prompt, name, "")?;
    let audio = audio.transpose()?.unwrap_or_default();
    let mut body = Map::new();
    if let Some(description) = description {
        body.insert("Description".into(), json!(description));
    }
    let id = ids::random_uuid();
    let arn = arn_below(instance, Kind::Prompt, &id);
    let prompt = Resource {
        kind: Kind::Prompt,
        id: id.clone(),
        arn: arn.clone(),
        name: name.into(),
        body,
        tags,
        published: None,
        saved: String::new(),
        version: 0,
        born: ask.env.n,
        modified: ask.env.now,
    };
    instance.resources.insert((Kind::Prompt, id.clone()), prompt);
    instance.audio.insert(id.clone(), audio);
    Ok(Answer::json(&json!({"PromptARN": arn, "PromptId": id})))
}

/// The `Prompt` shape.
pub(crate) fn shape(instance: &Instance, prompt: &Resource) -> Value {
    let mut out = prompt.body.clone();
    out.insert("Name".into(), json!(prompt.name));
    out.insert("PromptId".into(), json!(prompt.id));
    out.insert("PromptARN".into(), json!(prompt.arn));
    out.insert("Tags".into(), json!(prompt.tags));
    out.insert("LastModifiedTime".into(), clock::epoch(prompt.modified));
    out.insert("LastModifiedRegion".into(), json!(instance.region));
    Value::Object(out)
}

/// DescribePrompt.
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let prompt = find(instance, Kind::Prompt, given).ok_or_else(|| not_found(given))?;
    Ok(Answer::json(&json!({"Prompt": shape(instance, prompt)})))
}

/// UpdatePrompt. DuplicateResourceException is not in its list; assumed: InvalidRequestException for a name that is
/// taken.
pub(crate) fn update(instance: &mut Instance, ask: &Ask<'_>, audio: Audio) -> Result<Answer, Fail> {
    let id = find_mut(instance, Kind::Prompt, ask.call.label(1))?.id.clone();
    let name = text(ask.body, "Name", 1, 127)?;
    let description = text(ask.body, "Description", 1, 250)?;
    let uri = text(ask.body, "S3Uri", 1, 2000)?;
    if name.is_none() && description.is_none() && uri.is_none() {
        return Err(bad_request("At least one of Name, Description and S3Uri is required"));
    }
    if let Some(name) = name {
        name_free(instance, Kind::Prompt, name, &id).map_err(|fail| bad_request(fail.message))?;
    }
    let audio = audio.transpose()?;
    let prompt = find_mut(instance, Kind::Prompt, &id)?;
    if let Some(name) = name {
        prompt.name = name.into();
    }
    if let Some(description) = description {
        prompt.body.insert("Description".into(), json!(description));
    }
    prompt.modified = ask.env.now;
    let arn = prompt.arn.clone();
    if let Some(audio) = audio {
        instance.audio.insert(id.clone(), audio);
    }
    Ok(Answer::json(&json!({"PromptARN": arn, "PromptId": id})))
}

/// DeletePrompt. Its errors have no ResourceInUse; assumed: switch delete_referenced_prompt.
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = find_mut(instance, Kind::Prompt, ask.call.label(1))?.id.clone();
    if !ask.env.delete_referenced_prompt
        && let Some(by) = references::user_of(instance, Kind::Prompt, &id)
    {
        return Err(bad_request(format!("The prompt is in use by {by}")));
    }
    instance.audio.remove(&id);
    instance.resources.remove(&(Kind::Prompt, id));
    Ok(Answer::json(&json!({})))
}
