//! Which parameters of which flow actions name which resources (flow language reference, the page of each action).

use serde_json::Value;

use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::input::split_id;
use super::queue_links;

/// Action type, path under `Parameters` (`*`: every member, `[]`: every item), kind.
const PATHS: &[(&str, &str, Kind)] = &[
    ("InvokeLambdaFunction", "LambdaFunctionARN", Kind::Lambda),
    ("ConnectParticipantWithLexBot", "LexV2Bot.AliasArn", Kind::Bot),
    ("ConnectParticipantWithLexBot", "PromptId", Kind::Prompt),
    ("GetParticipantInput", "LexV2Bot.AliasArn", Kind::Bot),
    ("GetParticipantInput", "PromptId", Kind::Prompt),
    ("MessageParticipant", "PromptId", Kind::Prompt),
    ("MessageParticipantIteratively", "Messages.[].PromptId", Kind::Prompt),
    ("UpdateContactTargetQueue", "QueueId", Kind::Queue),
    ("UpdateContactTargetQueue", "AgentId", Kind::User),
    ("TransferContactToQueue", "QueueId", Kind::Queue),
    ("DequeueContactAndTransferToQueue", "QueueId", Kind::Queue),
    ("DequeueContactAndTransferToQueue", "AgentId", Kind::User),
    ("CheckHoursOfOperation", "HoursOfOperationId", Kind::Hours),
    ("CheckMetricData", "QueueId", Kind::Queue),
    ("CheckMetricData", "AgentId", Kind::User),
    ("GetMetricData", "QueueId", Kind::Queue),
    ("GetMetricData", "AgentId", Kind::User),
    ("TransferToFlow", "ContactFlowId", Kind::Flow),
    ("InvokeFlowModule", "FlowModuleId", Kind::Module),
    ("UpdateContactEventHooks", "EventHooks.*", Kind::Flow),
    ("CreateTask", "ContactFlowId", Kind::Flow),
    ("CreateTask", "TaskTemplateId", Kind::TaskTemplate),
    ("ShowView", "ViewResource.Id", Kind::View),
];

/// A reference in a flow: where, to what kind, and the value.
pub(crate) struct Found<'a> {
    /// `Actions[3].Parameters.QueueId`.
    pub(crate) at: String,
    pub(crate) kind: Kind,
    pub(crate) value: &'a str,
}

/// All static references of a flow's content.
pub(crate) fn all(content: &Value) -> Vec<Found<'_>> {
    let mut out = Vec::new();
    let actions = content.get("Actions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (n, action) in actions.iter().enumerate() {
        let Some(parameters) = action.get("Parameters") else { continue };
        let action_type = action.get("Type").and_then(Value::as_str).unwrap_or_default();
        for (wanted, path, kind) in PATHS {
            if *wanted == action_type {
                let parts: Vec<&str> = path.split('.').collect();
                walk(parameters, &parts, format!("Actions[{n}].Parameters"), &mut |at, value| {
                    if is_static(value) {
                        out.push(Found { at, kind: *kind, value });
                    }
                });
            }
        }
    }
    out
}

/// "Fully static or a single valid JSONPath identifier" (flow language reference); an ARN may hold one inside, as
/// `arn:aws:lambda:$.AwsRegion:...` of published flows does.
fn is_static(value: &str) -> bool {
    !value.is_empty() && !value.contains("$.")
}

fn walk<'a>(value: &'a Value, path: &[&str], at: String, found: &mut impl FnMut(String, &'a str)) {
    let Some((first, rest)) = path.split_first() else {
        if let Some(text) = value.as_str() {
            found(at, text);
        }
        return;
    };
    match *first {
        "*" => {
            for (key, member) in value.as_object().into_iter().flatten() {
                walk(member, rest, format!("{at}.{key}"), found);
            }
        }
        "[]" => {
            for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                walk(item, rest, format!("{at}[{n}]"), found);
            }
        }
        name => {
            if let Some(member) = value.get(name) {
                walk(member, rest, format!("{at}.{name}"), found);
            }
        }
    }
}

/// Who refers to a resource: "queue Sales", "flow Main". Nothing when nobody does.
pub(crate) fn user_of(instance: &Instance, kind: Kind, id: &str) -> Option<String> {
    let names = |value: &str| split_id(instance, kind, value).is_some_and(|(found, _)| found == id);
    for other in instance.resources.values() {
        let used = match other.kind {
            Kind::Flow => uses_in_flow(other, kind, &names) && other.id != id,
            Kind::Queue => {
                queue_fields(other).any(|(field, value)| field == kind && names(value))
                    || (kind == Kind::QuickConnect && queue_links::has_quick_connect(other, id))
            }
            // What else a user refers to is not simulated.
            Kind::User => {
                let profile = other.body.get("RoutingProfileId").and_then(Value::as_str);
                kind == Kind::RoutingProfile && profile.is_some_and(&names)
            }
            Kind::Hours => parents(other).any(&names) && kind == Kind::Hours,
            // An id stands for one thing only, so it is looked for anywhere in them.
            Kind::RoutingProfile | Kind::QuickConnect => {
                other.id != id && Value::Object(other.body.clone()).to_string().contains(id)
            }
            _ => false,
        };
        if used {
            return Some(format!("{} {}", other.kind.word(), other.name));
        }
    }
    None
}

fn uses_in_flow(flow: &Resource, kind: Kind, names: &impl Fn(&str) -> bool) -> bool {
    let drafts = (flow.published.as_ref() != Some(&flow.saved)).then_some(&flow.saved);
    flow.published.iter().chain(drafts).any(|content| {
        let parsed: Value = serde_json::from_str(content).unwrap_or_default();
        all(&parsed).iter().any(|found| found.kind == kind && names(found.value))
    })
}

/// What a queue refers to.
fn queue_fields(queue: &Resource) -> impl Iterator<Item = (Kind, &str)> {
    let hours = queue.body.get("HoursOfOperationId").and_then(Value::as_str).map(|id| (Kind::Hours, id));
    let caller = queue.body.get("OutboundCallerConfig");
    let flow = caller.and_then(|config| config.get("OutboundFlowId")).and_then(Value::as_str);
    hours.into_iter().chain(flow.map(|id| (Kind::Flow, id)))
}

fn parents(hours: &Resource) -> impl Iterator<Item = &str> {
    let parents = hours.body.get("ParentHoursOfOperations").and_then(Value::as_array);
    parents.into_iter().flatten().filter_map(|parent| parent.get("Id").and_then(Value::as_str))
}
