//! Security profiles: create, describe, update, delete, and the lists inside of one.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{
    find, find_mut, in_use, invalid, list_of, name_free, not_found, object, one_of, required, tags, text,
};
use super::made::made;
use super::{page, references};

/// Members that have List operations of their own and are not in DescribeSecurityProfile (botocore SecurityProfile).
const APART: [&str; 4] = ["Permissions", "Applications", "AllowedFlowModules", "AllowedAIAgents"];
/// Lists and the most members of each (botocore; HierarchyRestrictedResourceList has no limit).
const LISTS: [(&str, usize); 6] = [
    ("AllowedAIAgents", 100),
    ("AllowedFlowModules", 10),
    ("Applications", 10),
    ("HierarchyRestrictedResources", usize::MAX),
    ("Permissions", 500),
    ("TagRestrictedResources", 10),
];
/// Lists whose members are words of 1 to 128 characters.
const WORDS: [&str; 3] = ["HierarchyRestrictedResources", "Permissions", "TagRestrictedResources"];

/// Checks the members that create and update share, and returns those that were given. That a permission is one of
/// AWS's ("List of security profile permissions", administrator guide) is not checked.
fn members(instance: &Instance, body: &Map<String, Value>) -> Result<Map<String, Value>, Fail> {
    let mut out = Map::new();
    if let Some(description) = text(body, "Description", 0, 250)? {
        out.insert("Description".into(), json!(description));
    }
    for (name, most) in LISTS {
        let Some(list) = list_of(body, name, 0, most)? else { continue };
        if WORDS.contains(&name) {
            let word = |item: &Value| item.as_str().is_some_and(|it| (1..=128).contains(&it.chars().count()));
            if !list.iter().all(word) {
                return Err(invalid(format!("{name} must hold strings of 1 to 128 characters")));
            }
        }
        out.insert(name.into(), Value::Array(list.clone()));
    }
    for application in list_of(body, "Applications", 0, 10)?.into_iter().flatten() {
        let application = application.as_object().ok_or_else(|| invalid("Applications must hold objects"))?;
        text(application, "Namespace", 1, 128)?;
        list_of(application, "ApplicationPermissions", 1, 50)?;
    }
    // botocore AiAgent: Type is an enum of one. Assumed: what an ARN names is not looked up.
    for agent in list_of(body, "AllowedAIAgents", 0, 100)?.into_iter().flatten() {
        let agent = agent.as_object().ok_or_else(|| invalid("AllowedAIAgents must hold objects"))?;
        text(agent, "Arn", 1, usize::MAX)?;
        one_of(agent, "Type", &["THIRD_PARTY"])?;
    }
    for module in list_of(body, "AllowedFlowModules", 0, 10)?.into_iter().flatten() {
        let id = module.get("FlowModuleId").and_then(Value::as_str).unwrap_or_default();
        // Assumed: a module that is not in the instance is refused.
        find(instance, Kind::Module, id).ok_or_else(|| not_found(&format!("module {id}")))?;
    }
    if let Some(tags) = object(body, "AllowedAccessControlTags")? {
        if tags.len() > 4 {
            return Err(invalid("AllowedAccessControlTags has at most 4 members"));
        }
        out.insert("AllowedAccessControlTags".into(), Value::Object(tags.clone()));
    }
    if let Some(group) = text(body, "AllowedAccessControlHierarchyGroupId", 0, usize::MAX)? {
        out.insert("AllowedAccessControlHierarchyGroupId".into(), json!(group));
    }
    if let Some(granular) = object(body, "GranularAccessControlConfiguration")? {
        out.insert("GranularAccessControlConfiguration".into(), Value::Object(granular.clone()));
    }
    Ok(out)
}

/// CreateSecurityProfile. The name's characters are those of botocore's pattern.
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "SecurityProfileName", 1, 127)?;
    if !name.chars().all(|c| c.is_ascii_alphanumeric() || " _@-".contains(c)) {
        return Err(invalid("SecurityProfileName may have letters, digits, spaces and _ @ -"));
    }
    let tags = tags(ask.body.get("Tags"))?;
    let body = members(instance, ask.body)?;
    name_free(instance, Kind::SecurityProfile, name, "")?;
    let profile = made(instance, ask, Kind::SecurityProfile, name, body, tags);
    let answer = json!({"SecurityProfileId": profile.id, "SecurityProfileArn": profile.arn});
    instance.resources.insert((Kind::SecurityProfile, profile.id.clone()), profile);
    Ok(Answer::json(&answer))
}

fn found<'a>(instance: &'a Instance, ask: &Ask<'_>) -> Result<&'a Resource, Fail> {
    let given = ask.call.label(1);
    find(instance, Kind::SecurityProfile, given).ok_or_else(|| not_found(given))
}

/// DescribeSecurityProfile.
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let profile = found(instance, ask)?;
    let mut out = profile.body.clone();
    out.retain(|name, _| !APART.contains(&name.as_str()));
    out.insert("Id".into(), json!(profile.id));
    out.insert("Arn".into(), json!(profile.arn));
    out.insert("OrganizationResourceId".into(), json!(instance.id));
    out.insert("SecurityProfileName".into(), json!(profile.name));
    out.insert("Tags".into(), json!(profile.tags));
    out.insert("LastModifiedTime".into(), clock::epoch(profile.modified));
    out.insert("LastModifiedRegion".into(), json!(instance.region));
    Ok(Answer::json(&json!({"SecurityProfile": out})))
}

/// The shape of a search: fewer members than Describe's (botocore SecurityProfileSearchSummary).
pub(crate) fn summary(instance: &Instance, profile: &Resource) -> Value {
    let mut out = json!({
        "Id": profile.id, "Arn": profile.arn, "OrganizationResourceId": instance.id,
        "SecurityProfileName": profile.name, "Tags": profile.tags,
    });
    if let Some(description) = profile.body.get("Description") {
        out["Description"] = description.clone();
    }
    out
}

/// UpdateSecurityProfile: each member that is given replaces what was there; it cannot rename. Assumed: what is not
/// given stays.
pub(crate) fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = found(instance, ask)?.id.clone();
    let new = members(instance, ask.body)?;
    let profile = find_mut(instance, Kind::SecurityProfile, &id)?;
    profile.body.extend(new);
    profile.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// DeleteSecurityProfile. ResourceInUseException is in its list of errors; assumed for a profile that a user has.
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let profile = found(instance, ask)?;
    if let Some(by) = references::user_of(instance, Kind::SecurityProfile, &profile.id) {
        return Err(in_use(profile, &by));
    }
    let id = profile.id.clone();
    instance.resources.remove(&(Kind::SecurityProfile, id));
    Ok(Answer::json(&json!({})))
}

/// ListSecurityProfilePermissions, ...Applications, ...FlowModules and ...AIAgents: one list of one profile.
pub(crate) fn list_inside(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let profile = found(instance, ask)?;
    let member = match ask.call.operation.as_str() {
        "ListSecurityProfilePermissions" => "Permissions",
        "ListSecurityProfileApplications" => "Applications",
        "ListSecurityProfileAIAgents" => "AllowedAIAgents",
        _ => "AllowedFlowModules",
    };
    let items = profile.body.get(member).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut more = Map::new();
    more.insert("LastModifiedTime".into(), clock::epoch(profile.modified));
    more.insert("LastModifiedRegion".into(), json!(instance.region));
    page::from_query_with(ask, member, items, 100, 1000, more)
}
