//! Test cases: contacts that are played through flows.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{find, invalid, name_free, one_of, required, text};
use super::kept::{self, Sort, given};
use super::list::visible;
use super::page;

const SORT: Sort = Sort {
    kind: Kind::TestCase,
    whole: "TestCase",
    id: "Id",
    arn: "Arn",
    name: "Name",
    modified: "LastModifiedTime",
};

pub(crate) fn dispatch(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    match ask.call.operation.as_str() {
        "CreateTestCase" => create(instance, ask),
        "UpdateTestCase" => update(instance, ask),
        "DeleteTestCase" => kept::delete(instance, ask, &SORT),
        "DescribeTestCase" => {
            let mut out = kept::shape(&SORT, kept::named(instance, ask, &SORT)?, &[]);
            out.insert("LastModifiedRegion".into(), json!(instance.region));
            Ok(kept::described(&SORT, out))
        }
        _ => {
            let shape = |it: &Resource| {
                json!({
                    "Id": it.id, "Arn": it.arn, "Name": it.name, "Status": it.body["Status"],
                    "LastModifiedTime": clock::epoch(it.modified), "LastModifiedRegion": instance.region,
                })
            };
            let items = visible(instance, Kind::TestCase, &ask.env).map(shape).collect();
            page::from_query(ask, "TestCaseSummaryList", items, 100, 1000)
        }
    }
}

/// The members that are given. "The PUBLISHED status will initiate validation on the content" (botocore): assumed to be
/// that it is JSON and that the flow of its entry point is there.
fn members(
    instance: &Instance,
    body: &Map<String, Value>,
    was: &Map<String, Value>,
) -> Result<Map<String, Value>, Fail> {
    text(body, "Content", 0, usize::MAX)?;
    text(body, "Description", 0, usize::MAX)?;
    one_of(body, "Status", &["PUBLISHED", "SAVED"])?;
    let new = given(body, &["Content", "Description", "EntryPoint", "InitializationData", "Status"]);
    let mut all = was.clone();
    all.extend(new);
    let content = all.get("Content").and_then(Value::as_str).unwrap_or_default();
    if all.get("Status").is_none_or(|status| status == "PUBLISHED") {
        let entry = all.get("EntryPoint").cloned().unwrap_or_default();
        let flows =
            ["VoiceCallEntryPointParameters", "ChatEntryPointParameters"].map(|it| &entry[it]["FlowId"]);
        let alive = |id: &Value| id.as_str().is_none_or(|id| find(instance, Kind::Flow, id).is_some());
        if serde_json::from_str::<Value>(content).is_err() || !flows.into_iter().all(alive) {
            let problems = json!([{"message": "The content or the flow of the entry point is not valid"}]);
            let fail = Fail::new(400, "InvalidTestCaseException", "The test case is not valid");
            return Err(fail.with("Problems", problems));
        }
    }
    // Assumed: an empty description takes it away.
    all.retain(|name, value| name != "Description" || value != "");
    Ok(all)
}

fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, usize::MAX)?;
    required(ask.body, "Content", 0, usize::MAX)?;
    let mut body = members(instance, ask.body, &Map::new())?;
    // Assumed: what does not say is published.
    body.entry("Status").or_insert_with(|| json!("PUBLISHED"));
    name_free(instance, Kind::TestCase, name, "")?;
    let made = kept::insert(instance, ask, &SORT, name, body)?;
    Ok(Answer::json(&json!({"TestCaseId": made["id"], "TestCaseArn": made["arn"]})))
}

/// UpdateTestCase: what is not given stays ("Updates any of the metadata"; none of its members is required).
fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let found = kept::named(instance, ask, &SORT)?;
    let id = found.id.clone();
    let body = members(instance, ask.body, &found.body)?;
    let name = text(ask.body, "Name", 0, usize::MAX)?;
    if name == Some("") {
        return Err(invalid("Name must have at least 1 character"));
    }
    if let Some(name) = name {
        name_free(instance, Kind::TestCase, name, &id)?;
    }
    let found = kept::changed(instance, ask, &SORT)?;
    found.body = body;
    if let Some(name) = name {
        found.name = name.into();
    }
    Ok(Answer::json(&json!({})))
}
