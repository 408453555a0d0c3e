//! Evaluation forms: versions of one form, of which one may be active.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{invalid, list_of, not_found, required, text};
use super::kept::{self, Sort, given};
use super::list::visible;
use super::page;

const SORT: Sort = Sort {
    kind: Kind::EvaluationForm,
    whole: "EvaluationForm",
    id: "EvaluationFormId",
    arn: "EvaluationFormArn",
    name: "Title",
    modified: "LastModifiedTime",
};

/// What a version keeps.
const CONTENT: [&str; 8] = [
    "Description",
    "Items",
    "ScoringStrategy",
    "AutoEvaluationConfiguration",
    "ReviewConfiguration",
    "TargetConfiguration",
    "LanguageConfiguration",
    "AIVersion",
];

pub(crate) fn dispatch(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    match ask.call.operation.as_str() {
        "CreateEvaluationForm" => create(instance, ask),
        "UpdateEvaluationForm" => update(instance, ask),
        "DescribeEvaluationForm" => describe(instance, ask),
        "DeleteEvaluationForm" => delete(instance, ask),
        "ActivateEvaluationForm" | "DeactivateEvaluationForm" => activate(instance, ask),
        "ListEvaluationFormVersions" => versions(instance, ask),
        _ => list(instance, ask),
    }
}

/// The versions of a form, oldest first: the first is number 1. One that was deleted is null.
fn of(form: &Resource) -> &[Value] {
    form.body.get("Versions").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Changes the versions.
fn with<T>(form: &mut Resource, change: impl FnOnce(&mut Vec<Value>) -> T) -> T {
    let mut all = of(form).to_vec();
    let done = change(&mut all);
    form.body.insert("Versions".into(), Value::Array(all));
    done
}

fn latest(form: &Resource) -> usize {
    of(form).iter().rposition(|v| !v.is_null()).map_or(0, |at| at + 1)
}

fn active(form: &Resource) -> Option<usize> {
    of(form).iter().position(|v| v["Status"] == "ACTIVE").map(|at| at + 1)
}

/// What evaluators see: the active version, else the latest.
pub(crate) fn effective(form: &Resource) -> Map<String, Value> {
    let number = active(form).unwrap_or_else(|| latest(form));
    let version = number.checked_sub(1).and_then(|at| of(form).get(at));
    let mut out = version.and_then(Value::as_object).cloned().unwrap_or_default();
    out.remove("Locked");
    out
}

/// "The total number of sections and questions must not exceed 100 each" (botocore); assumed: and of nothing there is no
/// form; "identifiers cannot be duplicated".
fn content(body: &Map<String, Value>) -> Result<Map<String, Value>, Fail> {
    required(body, "Title", 1, 128)?;
    text(body, "Description", 0, 1024)?;
    let items = list_of(body, "Items", 1, 100)?.ok_or_else(|| invalid("Items is required"))?;
    let mut ids = Vec::new();
    collect(items, &mut ids);
    ids.sort_unstable();
    if ids.windows(2).any(|two| two[0] == two[1]) {
        return Err(invalid("Question and section identifiers cannot be duplicated"));
    }
    let mut out = given(body, &CONTENT);
    out.insert("Title".into(), body["Title"].clone());
    Ok(out)
}

fn collect<'a>(items: &'a [Value], ids: &mut Vec<&'a str>) {
    for part in items.iter().flat_map(|item| item.as_object().into_iter().flat_map(Map::values)) {
        ids.extend(part["RefId"].as_str());
        collect(part["Items"].as_array().map_or(&[], Vec::as_slice), ids);
    }
}

fn draft(mut content: Map<String, Value>) -> Value {
    content.insert("Status".into(), json!("DRAFT"));
    content.insert("Locked".into(), json!(false));
    Value::Object(content)
}

/// CreateEvaluationForm: the first version, not active. Assumed: titles need not be unique.
fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let content = content(ask.body)?;
    let title = required(ask.body, "Title", 1, 128)?;
    let body = Map::from_iter([("Versions".to_owned(), json!([draft(content)]))]);
    let made = kept::insert(instance, ask, &SORT, title, body)?;
    Ok(Answer::json(&json!({"EvaluationFormId": made["id"], "EvaluationFormArn": made["arn"]})))
}

fn asked(form: &Resource, value: Option<u64>) -> Result<usize, Fail> {
    let number = value.and_then(|n| usize::try_from(n).ok()).unwrap_or_else(|| latest(form));
    let there = number.checked_sub(1).and_then(|at| of(form).get(at)).is_some_and(|v| !v.is_null());
    if there { Ok(number) } else { Err(not_found(&format!("version {number}"))) }
}

/// UpdateEvaluationForm: "a full update". Assumed: a version that was ever active is locked, and to change it is a
/// ResourceConflictException (which is listed) unless a new version is asked for.
fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let content = content(ask.body)?;
    let form = kept::changed(instance, ask, &SORT)?;
    let number = ask.body.get("EvaluationFormVersion").and_then(Value::as_u64);
    let number = asked(form, Some(number.ok_or_else(|| invalid("EvaluationFormVersion is required"))?))?;
    let number = if ask.body.get("CreateNewVersion") == Some(&json!(true)) {
        with(form, |all| all.push(draft(content)));
        of(form).len()
    } else {
        if of(form)[number - 1]["Locked"] == true {
            return Err(Fail::new(409, "ResourceConflictException", "The version is locked"));
        }
        with(form, |all| all[number - 1] = draft(content));
        number
    };
    title(form);
    Ok(answer(form, number))
}

/// Its name is the title of what evaluators see.
fn title(form: &mut Resource) {
    if let Some(title) = effective(form).get("Title").and_then(Value::as_str) {
        form.name = title.to_owned();
    }
}

fn answer(form: &Resource, number: usize) -> Answer {
    Answer::json(&json!({
        "EvaluationFormId": form.id, "EvaluationFormArn": form.arn, "EvaluationFormVersion": number,
    }))
}

fn activate(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let form = kept::changed(instance, ask, &SORT)?;
    let number = asked(form, ask.body.get("EvaluationFormVersion").and_then(Value::as_u64))?;
    let on = ask.call.operation == "ActivateEvaluationForm";
    if !on && active(form) != Some(number) {
        return Err(Fail::new(409, "ResourceConflictException", "The version is not active"));
    }
    with(form, |all| {
        for (at, version) in all.iter_mut().enumerate().filter(|(_, v)| !v.is_null()) {
            let now = on && at + 1 == number;
            version["Status"] = json!(if now { "ACTIVE" } else { "DRAFT" });
            if now {
                version["Locked"] = json!(true);
            }
        }
    });
    title(form);
    Ok(answer(form, number))
}

/// DescribeEvaluationForm: "if the version property is not provided, the latest version".
fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let form = kept::named(instance, ask, &SORT)?;
    let number = asked(form, ask.call.param("version").and_then(|n| n.parse().ok()))?;
    let mut out = kept::shape(&SORT, form, &["Versions"]);
    out.extend(of(form)[number - 1].as_object().cloned().unwrap_or_default());
    out.insert("EvaluationFormVersion".into(), json!(number));
    stamp(instance, form, &mut out);
    Ok(kept::described(&SORT, out))
}

fn stamp(instance: &Instance, form: &Resource, out: &mut Map<String, Value>) {
    let by = format!("{}/agent/{}", instance.arn, instance.id);
    for name in ["CreatedTime", "LastModifiedTime"] {
        out.insert(name.into(), clock::epoch(form.modified));
    }
    for name in ["CreatedBy", "LastModifiedBy"] {
        out.insert(name.into(), json!(by));
    }
}

/// DeleteEvaluationForm: one version, or all. assumed: switch delete_active_evaluation_form
fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let form = kept::changed(instance, ask, &SORT)?;
    let one = ask.call.param("version").and_then(|n| n.parse().ok());
    let active = active(form).filter(|n| one.is_none_or(|one: u64| one == *n as u64));
    if active.is_some() && !ask.env.delete_active_form {
        return Err(Fail::new(409, "ResourceConflictException", "The form is active"));
    }
    let Some(number) = one else { return kept::delete(instance, ask, &SORT) };
    let number = asked(form, Some(number))?;
    with(form, |all| all[number - 1] = Value::Null);
    title(form);
    Ok(Answer::json(&json!({})))
}

fn versions(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let form = kept::named(instance, ask, &SORT)?;
    let there = of(form).iter().enumerate().filter(|(_, v)| !v.is_null());
    let items = there.map(|(at, version)| {
        let mut out = Map::new();
        stamp(instance, form, &mut out);
        out.insert("EvaluationFormId".into(), json!(form.id));
        out.insert("EvaluationFormArn".into(), json!(form.arn));
        out.insert("EvaluationFormVersion".into(), json!(at + 1));
        out.insert("Locked".into(), version["Locked"].clone());
        out.insert("Status".into(), version["Status"].clone());
        Value::Object(out)
    });
    page::from_query(ask, "EvaluationFormVersionSummaryList", items.collect(), 100, 100)
}

fn list(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let items = visible(instance, Kind::EvaluationForm, &ask.env).map(|form| {
        let mut out = Map::new();
        stamp(instance, form, &mut out);
        out.insert("EvaluationFormId".into(), json!(form.id));
        out.insert("EvaluationFormArn".into(), json!(form.arn));
        out.insert("Title".into(), json!(form.name));
        out.insert("LatestVersion".into(), json!(latest(form)));
        if let Some(active) = active(form) {
            out.insert("ActiveVersion".into(), json!(active));
        }
        Value::Object(out)
    });
    page::from_query(ask, "EvaluationFormSummaryList", items.collect(), 100, 100)
}
