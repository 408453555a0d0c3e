//! Versions of flows and modules: create, list, delete.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::digest;
use super::super::history::Version;
use super::super::ids::Kind;
use super::super::world::Instance;
use super::env::Ask;
use super::input::{bad_request, invalid, not_found, text};
use super::{content, page};

/// Create-, List- and Delete- with ContactFlowVersion or ContactFlowModuleVersion.
pub(crate) fn dispatch(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let operation = ask.call.operation.as_str();
    let kind = if operation.contains("Module") { Kind::Module } else { Kind::Flow };
    let id = content::bare_id(instance, kind, ask.call.label(1))?;
    match operation {
        "CreateContactFlowVersion" | "CreateContactFlowModuleVersion" => create(instance, ask, kind, &id),
        "DeleteContactFlowVersion" | "DeleteContactFlowModuleVersion" => delete(instance, ask, kind, &id),
        _ => list(instance, ask, kind, &id),
    }
}

/// "Publishes a new version of the flow provided. Versions are immutable and monotonically increasing. If the
/// FlowContentSha256 provided is different from the FlowContentSha256 of the $LATEST published flow content, then an
/// error is returned. This API only supports creating versions for flows of type Campaign"
/// (CreateContactFlowVersion). Which error is not said; assumed: InvalidRequestException, also for what was never
/// published.
fn create(instance: &mut Instance, ask: &Ask<'_>, kind: Kind, id: &str) -> Result<Answer, Fail> {
    // They carry versions into another region (Global Resiliency), which is not here.
    let foreign = ["ContactFlowVersion", "LastModifiedTime", "LastModifiedRegion"];
    if let Some(name) = foreign.iter().find(|name| ask.body.get(**name).is_some_and(|value| !value.is_null()))
    {
        return Err(Fail::not_implemented(&format!("{name} of {}", ask.call.operation)));
    }
    let most = if kind == Kind::Module { 500 } else { usize::MAX };
    let description = text(ask.body, "Description", 0, most)?.map(str::to_owned);
    let member = content::digest_member(kind);
    let wanted = text(ask.body, member, 64, 64)?;
    if wanted.is_some_and(|wanted| !wanted.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
        return Err(invalid(format!("{member} must have 64 letters and digits")));
    }
    let key = (kind, id.to_owned());
    let resource = instance.resources.get(&key).ok_or_else(|| not_found(id))?;
    let campaign = resource.body.get("Type").and_then(Value::as_str) == Some("CAMPAIGN");
    // assumed: switch flow_versions_of_all_types
    if kind == Kind::Flow && !campaign && !ask.env.flow_versions_of_all_types {
        return Err(bad_request("Versions can only be created for flows of type CAMPAIGN"));
    }
    let published =
        resource.published.clone().ok_or_else(|| bad_request("There is no published content to version"))?;
    if wanted.is_some_and(|wanted| wanted != digest::sha256_hex(published.as_bytes())) {
        return Err(bad_request(format!("{member} is not that of the published content")));
    }
    let settings = resource.body.get("Settings").and_then(Value::as_str).map(str::to_owned);
    let arn = resource.arn.clone();
    let history = instance.history.entry(key).or_default();
    // assumed: switch unchanged_version_is_new (views answer the highest version then, CreateViewVersion)
    let same = history.versions.last_key_value().filter(|(_, version)| {
        !ask.env.unchanged_version_is_new && version.content == published && version.settings == settings
    });
    let number = match same {
        Some((number, _)) => *number,
        None => history.add(Version { content: published, settings, description }),
    };
    let member = if kind == Kind::Flow { "ContactFlowArn" } else { "ContactFlowModuleArn" };
    Ok(Answer::json(&json!({member: arn, "Version": number})))
}

/// The lists: oldest first (assumed). ARNs as DescribeContactFlow's description has them, `.../{id}:{version}`.
fn list(instance: &Instance, ask: &Ask<'_>, kind: Kind, id: &str) -> Result<Answer, Fail> {
    let member = if kind == Kind::Flow {
        "ContactFlowVersionSummaryList"
    } else {
        "ContactFlowModuleVersionSummaryList"
    };
    let arn = instance.resources.get(&(kind, id.to_owned())).map_or("", |resource| resource.arn.as_str());
    let versions = content::history(instance, kind, id).into_iter().flat_map(|history| &history.versions);
    let items = versions.map(|(number, version)| {
        let mut item = json!({"Arn": format!("{arn}:{number}"), "Version": number});
        if let Some(description) = &version.description {
            item["VersionDescription"] = json!(description);
        }
        item
    });
    page::from_query(ask, member, items.collect(), 100, 1000)
}

/// Assumed: a version that an alias points to is not deleted; one that flows name is.
fn delete(instance: &mut Instance, ask: &Ask<'_>, kind: Kind, id: &str) -> Result<Answer, Fail> {
    let given = ask.call.label(2);
    let number = given.parse::<u64>().ok().filter(|number| *number > 0);
    let number = number.ok_or_else(|| invalid(format!("{given} is not a version")))?;
    let missing = || not_found(&format!("{id}:{number}"));
    let history = instance.history.get_mut(&(kind, id.to_owned())).ok_or_else(missing)?;
    if let Some(alias) = history.aliases.values().find(|alias| alias.version == number) {
        return Err(bad_request(format!("The alias {} points to version {number}", alias.name)));
    }
    history.versions.remove(&number).ok_or_else(missing)?;
    Ok(Answer::json(&json!({})))
}
