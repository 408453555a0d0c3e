//! Queues: create, describe, the six updates, delete.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::{self, Kind};
use super::super::seed_instance::arn_below;
use super::super::world::{Instance, Resource};
use super::env::{Ask, Env};
use super::input::{
    bad_request, find, find_mut, in_use, invalid, name_free, not_found, one_of, required, tags, text,
};
use super::{profile_queues, queue_links, references};

/// A member that must name something in the instance. Which error AWS answers is not documented; assumed:
/// ResourceNotFoundException.
fn exists(instance: &Instance, kind: Kind, id: &str) -> Result<(), Fail> {
    find(instance, kind, id).map(|_| ()).ok_or_else(|| not_found(&format!("{} {id}", kind.word())))
}

fn caller_config(instance: &Instance, env: &Env, value: &Value) -> Result<Value, Fail> {
    let config = value.as_object().ok_or_else(|| invalid("OutboundCallerConfig must be an object"))?;
    text(config, "OutboundCallerIdName", 1, 255)?;
    if let Some(number) = text(config, "OutboundCallerIdNumberId", 0, usize::MAX)? {
        exists(instance, Kind::Phone, number)?;
    }
    if let Some(id) = text(config, "OutboundFlowId", 0, 500)? {
        let flow = find(instance, Kind::Flow, id).ok_or_else(|| not_found(&format!("flow {id}")))?;
        // assumed: switch saved_flow_can_be_referenced
        if flow.published.is_none() && !env.saved_can_be_referenced {
            return Err(bad_request("The outbound flow has not been published"));
        }
    }
    Ok(Value::Object(config.clone()))
}

fn max_contacts(body: &Map<String, Value>) -> Result<Option<u64>, Fail> {
    match body.get("MaxContacts") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or_else(|| invalid("MaxContacts must be 0 or more")),
    }
}

/// CreateQueue.
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, 127)?;
    let hours = required(ask.body, "HoursOfOperationId", 0, usize::MAX)?;
    let tags = tags(ask.body.get("Tags"))?;
    name_free(instance, Kind::Queue, name, "")?;
    exists(instance, Kind::Hours, hours)?;
    let mut body = Map::new();
    body.insert("HoursOfOperationId".into(), json!(hours));
    body.insert("Status".into(), json!("ENABLED"));
    if let Some(description) = text(ask.body, "Description", 1, 250)? {
        body.insert("Description".into(), json!(description));
    }
    if let Some(most) = max_contacts(ask.body)? {
        body.insert("MaxContacts".into(), json!(most));
    }
    if let Some(config) = ask.body.get("OutboundCallerConfig").filter(|value| !value.is_null()) {
        body.insert("OutboundCallerConfig".into(), caller_config(instance, &ask.env, config)?);
    }
    if let Some(config) = ask.body.get("OutboundEmailConfig").filter(|value| !value.is_null()) {
        body.insert("OutboundEmailConfig".into(), config.clone());
    }
    queue_links::of_create(instance, ask.body, &mut body)?;
    let id = ids::random_uuid();
    let arn = arn_below(instance, Kind::Queue, &id);
    let queue = Resource {
        kind: Kind::Queue,
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
    instance.resources.insert((Kind::Queue, id.clone()), queue);
    Ok(Answer::json(&json!({"QueueId": id, "QueueArn": arn})))
}

/// The `Queue` shape.
pub(crate) fn shape(instance: &Instance, queue: &Resource) -> Value {
    let mut out = queue.body.clone();
    out.retain(|name, _| !queue_links::HIDDEN.contains(&name.as_str()));
    out.insert("Name".into(), json!(queue.name));
    out.insert("QueueId".into(), json!(queue.id));
    out.insert("QueueArn".into(), json!(queue.arn));
    out.insert("Tags".into(), json!(queue.tags));
    out.insert("LastModifiedTime".into(), clock::epoch(queue.modified));
    out.insert("LastModifiedRegion".into(), json!(instance.region));
    Value::Object(out)
}

/// DescribeQueue.
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let queue = find(instance, Kind::Queue, given).ok_or_else(|| not_found(given))?;
    Ok(Answer::json(&json!({"Queue": shape(instance, queue)})))
}

/// The six `UpdateQueue...` operations.
pub(crate) fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let id = find_mut(instance, Kind::Queue, given)?.id.clone();
    let mut set: Vec<(&str, Option<Value>)> = Vec::new();
    let mut new_name = None;
    match ask.call.operation.as_str() {
        "UpdateQueueName" => {
            new_name = text(ask.body, "Name", 1, 127)?;
            let description = text(ask.body, "Description", 1, 250)?;
            if new_name.is_none() && description.is_none() {
                return Err(bad_request("At least one of Name and Description is required"));
            }
            if let Some(name) = new_name {
                name_free(instance, Kind::Queue, name, &id)?;
            }
            if let Some(description) = description {
                set.push(("Description", Some(json!(description))));
            }
        }
        "UpdateQueueHoursOfOperation" => {
            let hours = required(ask.body, "HoursOfOperationId", 0, usize::MAX)?;
            exists(instance, Kind::Hours, hours)?;
            set.push(("HoursOfOperationId", Some(json!(hours))));
        }
        // Assumed: without MaxContacts the limit is taken away (the member is optional in botocore).
        "UpdateQueueMaxContacts" => {
            set.push(("MaxContacts", max_contacts(ask.body)?.map(|most| json!(most))))
        }
        "UpdateQueueOutboundCallerConfig" => {
            let config = ask
                .body
                .get("OutboundCallerConfig")
                .ok_or_else(|| invalid("OutboundCallerConfig is required"))?;
            set.push(("OutboundCallerConfig", Some(caller_config(instance, &ask.env, config)?)));
        }
        "UpdateQueueOutboundEmailConfig" => {
            let config = ask.body.get("OutboundEmailConfig").filter(|config| config.is_object());
            let config = config.ok_or_else(|| invalid("OutboundEmailConfig is required"))?;
            set.push(("OutboundEmailConfig", Some(config.clone())));
        }
        "UpdateQueueStatus" => {
            let status = one_of(ask.body, "Status", &["ENABLED", "DISABLED"])?;
            let status = status.ok_or_else(|| invalid("Status is required"))?;
            set.push(("Status", Some(json!(status))));
        }
        other => return Err(Fail::not_implemented(&format!("connect:{other}"))),
    }
    let queue = find_mut(instance, Kind::Queue, &id)?;
    for (name, value) in set {
        match value {
            Some(value) => queue.body.insert(name.into(), value),
            None => queue.body.remove(name),
        };
    }
    if let Some(name) = new_name {
        queue.name = name.into();
    }
    queue.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// DeleteQueue. ResourceInUseException is in its list of errors; assumed: flows, routing profiles and quick connects that
/// name the queue are use, its own links are not.
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let queue = find_mut(instance, Kind::Queue, ask.call.label(1))?.clone();
    let by = references::user_of(instance, Kind::Queue, &queue.id);
    // assumed: switch delete_referenced_queue
    if let (Some(by), false) = (by, ask.env.delete_referenced_queue) {
        return Err(in_use(&queue, &by));
    }
    profile_queues::forget_queue(instance, &queue.id);
    instance.resources.remove(&(Kind::Queue, queue.id));
    Ok(Answer::json(&json!({})))
}
