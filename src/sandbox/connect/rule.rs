//! Rules: conditions on contacts, and what is done where they hold.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::Instance;
use super::env::Ask;
use super::input::{bad_request, find, list_of, not_found, object, one_of, required};
use super::kept::{self, Sort, conflict, given, must};
use super::list::visible;
use super::page;

const SORT: Sort = Sort {
    kind: Kind::Rule,
    whole: "Rule",
    id: "RuleId",
    arn: "RuleArn",
    name: "Name",
    modified: "LastUpdatedTime",
};

/// Event sources of which "you can change the name" of a rule (botocore UpdateRuleRequest.Name).
const RENAMED: [&str; 3] = ["OnZendeskTicketCreate", "OnZendeskTicketStatusUpdate", "OnSalesforceCaseCreate"];

pub(crate) fn dispatch(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    match ask.call.operation.as_str() {
        "CreateRule" => create(instance, ask),
        "UpdateRule" => update(instance, ask),
        "DescribeRule" => describe(instance, ask),
        "DeleteRule" => kept::delete(instance, ask, &SORT),
        _ => list(instance, ask),
    }
}

/// What create and update share. Assumed: a function that is no JSON is an InvalidRequestException, and a flow or an
/// evaluation form that an action names has to be there (both operations list ResourceNotFoundException).
fn members(instance: &Instance, body: &Map<String, Value>) -> Result<Map<String, Value>, Fail> {
    let function = required(body, "Function", 1, usize::MAX)?;
    if serde_json::from_str::<Value>(function).is_err() {
        return Err(bad_request("The function of the rule is not valid"));
    }
    must(body, "PublishStatus")?;
    one_of(body, "PublishStatus", &["DRAFT", "PUBLISHED"])?;
    must(body, "Actions")?;
    for action in list_of(body, "Actions", 0, usize::MAX)?.into_iter().flatten() {
        for (part, member, kind) in [
            ("TaskAction", "ContactFlowId", Kind::Flow),
            ("SubmitAutoEvaluationAction", "EvaluationFormId", Kind::EvaluationForm),
        ] {
            if let Some(id) = action[part][member].as_str() {
                find(instance, kind, id).ok_or_else(|| not_found(&format!("{} {id}", kind.word())))?;
            }
        }
    }
    object(body, "PreEvaluationFilters")?;
    Ok(given(body, &["Function", "PublishStatus", "Actions", "PreEvaluationFilters"]))
}

/// A name that fits `^[0-9a-zA-Z._-]+` and that no other rule has.
fn name<'a>(instance: &Instance, body: &'a Map<String, Value>, own: &str) -> Result<&'a str, Fail> {
    let name = required(body, "Name", 1, 200)?;
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) {
        return Err(bad_request(format!("{name:?} is not a name for a rule")));
    }
    let taken = |other: &super::super::world::Resource| {
        other.kind == Kind::Rule && other.name == name && other.id != own
    };
    if instance.resources.values().any(taken) { Err(conflict()) } else { Ok(name) }
}

fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let mut body = members(instance, ask.body)?;
    let source = must(ask.body, "TriggerEventSource")?;
    if let Some(id) = source["IntegrationAssociationId"].as_str() {
        find(instance, Kind::Integration, id).ok_or_else(|| not_found(&format!("integration {id}")))?;
    }
    body.insert("TriggerEventSource".into(), source.clone());
    let name = name(instance, ask.body, "")?;
    let made = kept::insert(instance, ask, &SORT, name, body)?;
    Ok(Answer::json(&json!({"RuleId": made["id"], "RuleArn": made["arn"]})))
}

fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let rule = kept::named(instance, ask, &SORT)?;
    let new = members(instance, ask.body)?;
    let name = name(instance, ask.body, &rule.id)?;
    let source = rule.body["TriggerEventSource"]["EventSourceName"].as_str().unwrap_or_default();
    if name != rule.name && !RENAMED.contains(&source) {
        return Err(bad_request(format!("The name of a rule for {source} cannot be changed")));
    }
    let keeps = ask.env.rule_update_keeps_filters;
    let rule = kept::changed(instance, ask, &SORT)?;
    rule.name = name.into();
    // assumed: switch rule_update_keeps_filters
    if !keeps {
        rule.body.remove("PreEvaluationFilters");
    }
    rule.body.extend(new);
    Ok(Answer::json(&json!({})))
}

fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let rule = kept::named(instance, ask, &SORT)?;
    let mut out = kept::shape(&SORT, rule, &[]);
    out.insert("CreatedTime".into(), clock::epoch(rule.modified));
    out.insert("LastUpdatedBy".into(), json!(format!("arn:aws:iam::{}:root", instance.account)));
    Ok(kept::described(&SORT, out))
}

/// ListRules: at most 200 a page (botocore MaxResult200).
fn list(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let asked = |name: &str, value: &Value| ask.call.param(name).is_none_or(|wanted| value == wanted);
    let rules = visible(instance, Kind::Rule, &ask.env).filter(|rule| {
        let source = &rule.body["TriggerEventSource"]["EventSourceName"];
        asked("publishStatus", &rule.body["PublishStatus"]) && asked("eventSourceName", source)
    });
    let items = rules.map(|rule| {
        let types = rule.body["Actions"].as_array().into_iter().flatten();
        let types: Vec<Value> = types.map(|action| json!({"ActionType": action["ActionType"]})).collect();
        json!({
            "RuleId": rule.id, "RuleArn": rule.arn, "Name": rule.name,
            "EventSourceName": rule.body["TriggerEventSource"]["EventSourceName"],
            "PublishStatus": rule.body["PublishStatus"], "ActionSummaries": types,
            "CreatedTime": clock::epoch(rule.modified), "LastUpdatedTime": clock::epoch(rule.modified),
        })
    });
    page::from_query(ask, "RuleSummaryList", items.collect(), 100, 200)
}
