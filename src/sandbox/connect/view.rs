//! Views: create, describe, the two updates, versions, delete.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::digest;
use super::super::history::Version;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{
    bad_request, find, find_mut, invalid, list_of, name_free, not_found, object, one_of, required, split_id,
    tags, text,
};
use super::made::made;
use super::page;

/// The content of a request: "basic content validation if the status is SAVED or full content validation" (CreateView).
/// Assumed: the template has to be JSON, and to publish it a JSON object; what is in it is not checked.
fn content(body: &Map<String, Value>) -> Result<(Value, &str), Fail> {
    let status =
        one_of(body, "Status", &["PUBLISHED", "SAVED"])?.ok_or_else(|| invalid("Status is required"))?;
    let content = object(body, "Content")?.ok_or_else(|| invalid("Content is required"))?;
    let template = text(content, "Template", 0, usize::MAX)?;
    let parsed: Option<Value> = template.and_then(|it| serde_json::from_str(it).ok());
    if template.is_some() && parsed.is_none()
        || status == "PUBLISHED" && !parsed.is_some_and(|it| it.is_object())
    {
        return Err(bad_request("The template of the view is not valid"));
    }
    let mut out = Map::new();
    out.extend(template.map(|it| ("Template".to_owned(), json!(it))));
    if let Some(actions) = list_of(content, "Actions", 0, usize::MAX)? {
        out.insert("Actions".into(), json!(actions));
    }
    Ok((Value::Object(out), status))
}

/// Associates `$SAVED`, or both `$SAVED` and `$LATEST`, with content (CreateView, UpdateViewContent).
fn keep(body: &mut Map<String, Value>, content: Value, status: &str) {
    body.remove("SavedContent");
    match status {
        "PUBLISHED" => drop(body.insert("Content".into(), content)),
        _ if body.get("Content") == Some(&content) => {}
        _ => drop(body.insert("SavedContent".into(), content)),
    }
    let live = if body.contains_key("Content") { "PUBLISHED" } else { "SAVED" };
    body.insert("Status".into(), json!(live));
}

/// CreateView: "a unique name for each connect instance".
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Name", 1, 255)?;
    let tags = tags(ask.body.get("Tags"))?;
    let (content, status) = content(ask.body)?;
    let mut body = Map::new();
    body.insert("Type".into(), json!("CUSTOMER_MANAGED"));
    if let Some(description) = text(ask.body, "Description", 1, 4096)? {
        body.insert("Description".into(), json!(description));
    }
    keep(&mut body, content, status);
    name_free(instance, Kind::View, name, "")?;
    let view = made(instance, ask, Kind::View, name, body, tags);
    let answer = shape(&view, if status == "SAVED" { Some("$SAVED") } else { None }, None);
    instance.resources.insert((Kind::View, view.id.clone()), view);
    Ok(Answer::json(&json!({"View": answer})))
}

/// The `View` shape of what a qualifier names; of a version its content is `of`.
fn shape(view: &Resource, qualifier: Option<&str>, of: Option<(u64, &Version)>) -> Value {
    let mut out = view.body.clone();
    let saved = out.remove("SavedContent");
    if qualifier == Some("$SAVED") {
        out.extend(saved.map(|it| ("Content".to_owned(), it)));
        out.insert("Status".into(), json!("SAVED"));
    }
    if let Some((number, version)) = of {
        out.insert("Content".into(), serde_json::from_str(&version.content).unwrap_or_default());
        out.insert("Version".into(), json!(number));
        out.extend(version.description.as_ref().map(|it| ("VersionDescription".to_owned(), json!(it))));
    }
    out.insert("Id".into(), json!(view.id));
    out.insert("Arn".into(), json!(view.arn));
    out.insert("Name".into(), json!(view.name));
    out.insert("Tags".into(), json!(view.tags));
    out.insert("CreatedTime".into(), clock::epoch(view.modified));
    out.insert("LastModifiedTime".into(), clock::epoch(view.modified));
    if let Some(Value::Object(content)) = out.get_mut("Content") {
        // What a view expects as input follows from its template; assumed: nothing.
        content.insert("InputSchema".into(), json!("{}"));
    }
    Value::Object(out)
}

/// What a request calls a view: a customer's own, or refused (AWS's own are not the customer's to change; assumed:
/// AccessDeniedException, which is in the lists of errors).
fn own(instance: &Instance, ask: &Ask<'_>) -> Result<String, Fail> {
    let given = ask.call.label(1);
    let view = find(instance, Kind::View, given).ok_or_else(|| not_found(given))?;
    match view.body.get("Type") == Some(&json!("AWS_MANAGED")) {
        true => Err(Fail::new(403, "AccessDeniedException", "The view is managed by AWS")),
        false => Ok(view.id.clone()),
    }
}

/// DescribeView. "$SAVED needs to be supplied if a view is unpublished"; without a qualifier "$LATEST is assumed ... and
/// an error is returned if there is no published content available", which is not said to be which.
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let view = find(instance, Kind::View, given).ok_or_else(|| not_found(given))?;
    let qualifier = split_id(instance, Kind::View, given).and_then(|(_, qualifier)| qualifier);
    let answer = match qualifier {
        Some("$SAVED") => shape(view, qualifier, None),
        None | Some("$LATEST") => {
            if !view.body.contains_key("Content") {
                // assumed: switch unpublished_view_not_found
                let fail = || bad_request("The view has no published content");
                return Err(if ask.env.unpublished_view_not_found { not_found(given) } else { fail() });
            }
            shape(view, None, None)
        }
        Some(number) => {
            let number = number.parse::<u64>().map_err(|_| invalid(format!("{number} is not a version")))?;
            let history = instance.history.get(&(Kind::View, view.id.clone()));
            let version = history.and_then(|it| it.versions.get(&number)).ok_or_else(|| not_found(given))?;
            shape(view, None, Some((number, version)))
        }
    };
    Ok(Answer::json(&json!({"View": answer})))
}

/// UpdateViewContent: "the $SAVED alias' content will always be updated, but the $LATEST alias' content will only be
/// updated if Status is PUBLISHED".
pub(crate) fn update_content(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = own(instance, ask)?;
    let (content, status) = content(ask.body)?;
    let view = find_mut(instance, Kind::View, &id)?;
    keep(&mut view.body, content, status);
    view.modified = ask.env.now;
    let qualifier = if status == "SAVED" { Some("$SAVED") } else { None };
    Ok(Answer::json(&json!({"View": shape(view, qualifier, None)})))
}

/// UpdateViewMetadata. Assumed: what is not given stays.
pub(crate) fn update_metadata(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = own(instance, ask)?;
    let name = text(ask.body, "Name", 1, 255)?;
    let description = text(ask.body, "Description", 1, 4096)?;
    if let Some(name) = name {
        name_free(instance, Kind::View, name, &id)?;
    }
    let view = find_mut(instance, Kind::View, &id)?;
    view.name = name.map_or_else(|| view.name.clone(), str::to_owned);
    view.body.extend(description.map(|it| ("Description".to_owned(), json!(it))));
    view.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// CreateViewVersion: "returns the highest version if there is no change in content compared to that version. An error
/// is displayed if the supplied ViewContentSha256 is different". Assumed: InvalidRequestException, also for a view that
/// was never published.
pub(crate) fn create_version(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = own(instance, ask)?;
    let description = text(ask.body, "VersionDescription", 1, 4096)?.map(str::to_owned);
    let view = find(instance, Kind::View, &id).ok_or_else(|| not_found(&id))?.clone();
    let content =
        view.body.get("Content").ok_or_else(|| bad_request("There is no published content"))?.to_string();
    if let Some(wanted) = text(ask.body, "ViewContentSha256", 1, 64)?
        && wanted != digest::sha256_hex(content.as_bytes())
    {
        return Err(bad_request("ViewContentSha256 is not that of the published content"));
    }
    let history = instance.history.entry((Kind::View, id)).or_default();
    let same =
        history.versions.last_key_value().filter(|(_, it)| it.content == content).map(|(number, _)| *number);
    let number = same.unwrap_or_else(|| history.add(Version { content, settings: None, description }));
    let version = history.versions.get(&number).map(|it| (number, it));
    Ok(Answer::json(&json!({"View": shape(&view, None, version)})))
}

/// ListViewVersions: oldest first (assumed).
pub(crate) fn list_versions(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let view = find(instance, Kind::View, given).ok_or_else(|| not_found(given))?;
    let history = instance.history.get(&(Kind::View, view.id.clone()));
    let versions = history.into_iter().flat_map(|it| &it.versions).map(|(number, version)| {
        let mut item = json!({
            "Id": view.id, "Arn": format!("{}:{number}", view.arn), "Name": view.name, "Version": number,
            "Type": view.body.get("Type"),
        });
        if let Some(description) = &version.description {
            item["VersionDescription"] = json!(description);
        }
        item
    });
    page::from_query(ask, "ViewVersionSummaryList", versions.collect(), 100, 100)
}

/// DeleteViewVersion.
pub(crate) fn delete_version(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = own(instance, ask)?;
    let given = ask.call.label(2);
    let number = given.parse::<u64>().map_err(|_| invalid(format!("{given} is not a version")))?;
    let history = instance.history.get_mut(&(Kind::View, id));
    let gone = history.and_then(|it| it.versions.remove(&number));
    gone.map(|_| Answer::json(&json!({}))).ok_or_else(|| not_found(given))
}

/// DeleteView: "deletes the view and all associated qualifiers". Assumed: even where flows show it.
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = own(instance, ask)?;
    instance.history.remove(&(Kind::View, id.clone()));
    instance.resources.remove(&(Kind::View, id));
    Ok(Answer::json(&json!({})))
}
