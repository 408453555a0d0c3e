//! Contact flows: drafts, publishing, and their other operations.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::digest;
use super::super::ids::{self, Kind};
use super::super::seed_instance::arn_below;
use super::super::world::{Instance, Resource};
use super::check;
use super::env::{Ask, Env};
use super::input::{
    bad_request, duplicate, find_mut, in_use, invalid, not_found, one_of, required, split_id, tags, text,
};
use super::references;

/// botocore ContactFlowType.
const TYPES: [&str; 10] = [
    "CONTACT_FLOW",
    "CUSTOMER_QUEUE",
    "CUSTOMER_HOLD",
    "CUSTOMER_WHISPER",
    "AGENT_HOLD",
    "AGENT_WHISPER",
    "OUTBOUND_WHISPER",
    "AGENT_TRANSFER",
    "QUEUE_TRANSFER",
    "CAMPAIGN",
];

fn flow_name_free(
    instance: &Instance,
    env: &Env,
    name: &str,
    flow_type: &str,
    own_id: &str,
) -> Result<(), Fail> {
    // assumed: switch flow_names_unique_across_types
    let taken = instance.resources.values().any(|other| {
        other.kind == Kind::Flow
            && other.id != own_id
            && other.name == name
            && (env.names_unique_across_types
                || other.body.get("Type").and_then(Value::as_str) == Some(flow_type))
    });
    if taken { Err(duplicate()) } else { Ok(()) }
}

/// CreateContactFlow. With Status SAVED the content is not validated (botocore, CreateContactFlow$Status).
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, usize::MAX)?;
    let flow_type = one_of(ask.body, "Type", &TYPES)?.ok_or_else(|| invalid("Type is required"))?;
    let content = required(ask.body, "Content", 0, usize::MAX)?;
    let published = one_of(ask.body, "Status", &["PUBLISHED", "SAVED"])? != Some("SAVED");
    let tags = tags(ask.body.get("Tags"))?;
    flow_name_free(instance, &ask.env, name, flow_type, "")?;
    let id = ids::random_uuid();
    let mut body = Map::new();
    body.insert("Type".into(), json!(flow_type));
    body.insert("State".into(), json!("ACTIVE"));
    if let Some(description) = text(ask.body, "Description", 0, usize::MAX)? {
        body.insert("Description".into(), json!(description));
    }
    if published {
        check::publishable(instance, &ask.env, content)?;
    } else {
        check::size(content)?;
    }
    let flow = Resource {
        kind: Kind::Flow,
        arn: arn_below(instance, Kind::Flow, &id),
        id: id.clone(),
        name: name.into(),
        body,
        tags,
        published: published.then(|| content.to_owned()),
        saved: content.into(),
        version: u64::from(published),
        born: ask.env.n,
        modified: ask.env.now,
    };
    let answer = json!({
        "ContactFlowId": id, "ContactFlowArn": flow.arn, "FlowContentSha256": digest::sha256_hex(content.as_bytes()),
    });
    instance.resources.insert((Kind::Flow, id), flow);
    Ok(Answer::json(&answer))
}

/// The `ContactFlow` shape, of the published content or of what was saved last.
pub(crate) fn shape(instance: &Instance, flow: &Resource, env: &Env, saved: bool) -> Value {
    let live = flow.published.as_ref();
    // The draft is shown as SAVED as long as it is not what is published (DescribeContactFlow's description).
    let (content, status) = match live {
        Some(live) if !saved || *live == flow.saved => (live, "PUBLISHED"),
        _ => (&flow.saved, "SAVED"),
    };
    let mut out = flow.body.clone();
    out.insert("Id".into(), json!(flow.id));
    out.insert("Arn".into(), json!(flow.arn));
    out.insert("Name".into(), json!(flow.name));
    out.insert("Status".into(), json!(status));
    // assumed: switch content_reserialised
    let shown = if env.reserialised { reserialise(content) } else { content.clone() };
    out.insert("Content".into(), json!(shown));
    // Assumed: the digest is of the bytes as sent; AWS does not say.
    out.insert("FlowContentSha256".into(), json!(digest::sha256_hex(content.as_bytes())));
    out.insert("Tags".into(), json!(flow.tags));
    // Assumed: counts publications.
    if flow.version > 0 {
        out.insert("Version".into(), json!(flow.version));
    }
    out.insert("LastModifiedTime".into(), clock::epoch(flow.modified));
    out.insert("LastModifiedRegion".into(), json!(instance.region));
    Value::Object(out)
}

/// The same JSON with its keys in reverse order and other white space.
fn reserialise(content: &str) -> String {
    fn write(value: &Value, out: &mut String) {
        match value {
            Value::Object(map) => {
                out.push_str("{ ");
                for (n, (key, value)) in map.iter().rev().enumerate() {
                    if n > 0 {
                        out.push_str(" , ");
                    }
                    out.push_str(&Value::String(key.clone()).to_string());
                    out.push_str(" : ");
                    write(value, out);
                }
                out.push_str(" }");
            }
            Value::Array(items) => {
                out.push('[');
                for (n, item) in items.iter().enumerate() {
                    if n > 0 {
                        out.push_str(",\n");
                    }
                    write(item, out);
                }
                out.push(']');
            }
            other => out.push_str(&other.to_string()),
        }
    }
    let Ok(value) = serde_json::from_str::<Value>(content) else { return content.to_owned() };
    let mut out = String::new();
    write(&value, &mut out);
    out
}

/// DescribeContactFlow; `:$SAVED` reads the draft.
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let (id, qualifier) = split_id(instance, Kind::Flow, given).ok_or_else(|| not_found(given))?;
    let flow = instance.resources.get(&(Kind::Flow, id.to_owned())).ok_or_else(|| not_found(given))?;
    let saved = match qualifier {
        None => false,
        Some("$SAVED") => true,
        Some(other) => return Err(Fail::not_implemented(&format!("flow versions and aliases (:{other})"))),
    };
    if !saved && flow.published.is_none() {
        return Err(Fail::new(
            404,
            "ContactFlowNotPublishedException",
            "The contact flow has not been published.",
        ));
    }
    Ok(Answer::json(&json!({"ContactFlow": shape(instance, flow, &ask.env, saved)})))
}

/// UpdateContactFlowContent validates and publishes; with `:$SAVED` it changes the draft alone (its description in
/// botocore names the alias; that nothing is validated then follows from CreateContactFlow$Status, assumed).
pub(crate) fn update_content(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let (id, qualifier) = split_id(instance, Kind::Flow, given).ok_or_else(|| not_found(given))?;
    let key = (Kind::Flow, id.to_owned());
    let never_published = instance.resources.get(&key).ok_or_else(|| not_found(given))?.published.is_none();
    let content = required(ask.body, "Content", 0, usize::MAX)?;
    let publish = match qualifier {
        // assumed: switch update_publishes_saved_flow
        None => ask.env.publishes_saved || !never_published,
        Some("$SAVED") => false,
        Some(_) => return Err(bad_request("Only the $SAVED alias can be updated")),
    };
    if qualifier.is_none() {
        check::publishable(instance, &ask.env, content)?;
    } else {
        check::size(content)?;
    }
    let flow = instance.resources.get_mut(&key).ok_or_else(|| not_found(given))?;
    content.clone_into(&mut flow.saved);
    if publish {
        flow.published = Some(content.to_owned());
        flow.version += 1;
    }
    flow.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// UpdateContactFlowMetadata, and UpdateContactFlowName, which is the same without the state.
pub(crate) fn update_metadata(
    instance: &mut Instance,
    ask: &Ask<'_>,
    with_state: bool,
) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let name = text(ask.body, "Name", 1, usize::MAX)?.map(str::to_owned);
    // "Empty Description is rejected" (release notes of the Amazon Connect DR toolkit, 1.3.5).
    let description = text(ask.body, "Description", 1, usize::MAX)?;
    let state =
        if with_state { one_of(ask.body, "ContactFlowState", &["ACTIVE", "ARCHIVED"])? } else { None };
    if name.is_none() && description.is_none() && state.is_none() {
        return Err(bad_request("At least one of Name, Description and ContactFlowState is required"));
    }
    let flow = find_mut(instance, Kind::Flow, given)?;
    let (id, flow_type) =
        (flow.id.clone(), flow.body.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned());
    if let Some(name) = &name {
        flow_name_free(instance, &ask.env, name, &flow_type, &id)?;
    }
    let flow = find_mut(instance, Kind::Flow, given)?;
    if let Some(name) = name {
        flow.name = name;
    }
    if let Some(description) = description {
        flow.body.insert("Description".into(), json!(description));
    }
    if let Some(state) = state {
        flow.body.insert("State".into(), json!(state));
    }
    flow.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// DeleteContactFlow. Its errors in botocore have no ResourceInUse; assumed: switch delete_referenced_flow.
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let flow = find_mut(instance, Kind::Flow, ask.call.label(1))?;
    let id = flow.id.clone();
    if !ask.env.delete_referenced_flow
        && let Some(by) = references::user_of(instance, Kind::Flow, &id)
    {
        let flow = find_mut(instance, Kind::Flow, &id)?;
        return Err(in_use(flow, &by));
    }
    instance.resources.remove(&(Kind::Flow, id));
    Ok(Answer::json(&json!({})))
}
