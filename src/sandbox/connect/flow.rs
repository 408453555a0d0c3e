//! Contact flows: drafts, publishing, and their other operations.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::digest;
use super::super::ids::{self, Kind};
use super::super::seed_instance::arn_below;
use super::super::world::{Instance, Resource};
use super::check;
use super::content::{self, Which};
use super::env::Ask;
use super::input::{bad_request, find_mut, invalid, one_of, required, tags, text};

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

/// CreateContactFlow. With Status SAVED the content is not validated (botocore, CreateContactFlow$Status).
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, usize::MAX)?;
    let flow_type = one_of(ask.body, "Type", &TYPES)?.ok_or_else(|| invalid("Type is required"))?;
    let given = required(ask.body, "Content", 0, usize::MAX)?;
    let published = one_of(ask.body, "Status", &["PUBLISHED", "SAVED"])? != Some("SAVED");
    let tags = tags(ask.body.get("Tags"))?;
    content::name_free(instance, &ask.env, Kind::Flow, name, Some(flow_type), "")?;
    let id = ids::random_uuid();
    let mut body = Map::new();
    body.insert("Type".into(), json!(flow_type));
    body.insert("State".into(), json!("ACTIVE"));
    if let Some(description) = text(ask.body, "Description", 0, usize::MAX)? {
        body.insert("Description".into(), json!(description));
    }
    if published {
        check::publishable(instance, &ask.env, Kind::Flow, given)?;
    } else {
        check::size(given)?;
    }
    let flow = Resource {
        kind: Kind::Flow,
        arn: arn_below(instance, Kind::Flow, &id),
        id: id.clone(),
        name: name.into(),
        body,
        tags,
        published: published.then(|| given.to_owned()),
        saved: given.into(),
        version: u64::from(published),
        born: ask.env.n,
        modified: ask.env.now,
    };
    let answer = json!({
        "ContactFlowId": id, "ContactFlowArn": flow.arn, "FlowContentSha256": digest::sha256_hex(given.as_bytes()),
    });
    instance.resources.insert((Kind::Flow, id), flow);
    Ok(Answer::json(&answer))
}

/// DescribeContactFlow: the published content, or with a qualifier the draft (`:$SAVED`) or a version.
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (flow, which) = content::named(instance, Kind::Flow, ask.call.label(1))?;
    if matches!(which, Which::Published) && flow.published.is_none() {
        return Err(Fail::new(
            404,
            "ContactFlowNotPublishedException",
            "The contact flow has not been published.",
        ));
    }
    Ok(Answer::json(&json!({"ContactFlow": content::shape(instance, flow, &ask.env, which)})))
}

/// UpdateContactFlowContent validates and publishes; with `:$SAVED` it changes the draft alone.
pub(crate) fn update_content(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = required(ask.body, "Content", 0, usize::MAX)?;
    content::update(instance, ask, Kind::Flow, Some(given), None)
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
    // Taken out of the archive, its name must be free again (assumed; see the switch archived_holds_name).
    if name.is_some() || state == Some("ACTIVE") {
        let name = name.clone().unwrap_or_else(|| flow.name.clone());
        content::name_free(instance, &ask.env, Kind::Flow, &name, Some(&flow_type), &id)?;
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
