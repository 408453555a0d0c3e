//! Users: create, describe, the updates, delete. Proficiencies have a file of their own.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{
    bad_request, find, find_mut, invalid, list_of, name_free, not_found, object, one_of, required, tags, text,
};
use super::made::made;

/// What is set for each channel, and the members of PhoneConfig that it excludes ("cannot be set simultaneously",
/// CreateUser).
const BY_CHANNEL: [(&str, &[&str]); 4] = [
    ("AutoAcceptConfigs", &["AutoAccept"]),
    ("AfterContactWorkConfigs", &["AfterContactWorkTimeLimit"]),
    ("PhoneNumberConfigs", &["PhoneType", "DeskPhoneNumber"]),
    ("PersistentConnectionConfigs", &["PersistentConnection"]),
];
/// The lists of UpdateUserConfig.
const CONFIGS: [&str; 5] = [
    "AutoAcceptConfigs",
    "AfterContactWorkConfigs",
    "PhoneNumberConfigs",
    "PersistentConnectionConfigs",
    "VoiceEnhancementConfigs",
];
const CHANNELS: [&str; 4] = ["VOICE", "CHAT", "TASK", "EMAIL"];

/// CreateUser. The password is checked and never kept. "A password is required if you are using [Connect] for identity
/// management. Otherwise, it is an error to include a password"; FirstName and LastName are "required if you are using
/// [Connect] or SAML"; DirectoryUserId and Email are errors with SAML. What the page of CreateUser says of Email (required
/// with Connect or SAML) contradicts that of UserIdentityInfo; assumed: it is not required. Which errors these are is
/// not said; assumed: InvalidParameterException.
pub(crate) fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "Username", 1, 100)?;
    if name.chars().any(char::is_whitespace) {
        return Err(invalid("Username may have no spaces"));
    }
    let managed = instance.identity == "CONNECT_MANAGED";
    match text(ask.body, "Password", 0, usize::MAX)? {
        None if managed => return Err(invalid("Password is required")),
        Some(_) if !managed => return Err(invalid("Password is not accepted")),
        Some(password) if !good(password) => return Err(invalid("Password does not match its pattern")),
        _ => {}
    }
    let mut body = Map::new();
    let identity = object(ask.body, "IdentityInfo")?;
    if instance.identity != "EXISTING_DIRECTORY" {
        let named = |name: &str| identity.is_some_and(|it| it.get(name).is_some_and(Value::is_string));
        if !named("FirstName") || !named("LastName") {
            return Err(invalid("FirstName and LastName are required"));
        }
    }
    let directory = text(ask.body, "DirectoryUserId", 0, usize::MAX)?;
    if instance.identity == "SAML"
        && (directory.is_some() || identity.is_some_and(|it| it.contains_key("Email")))
    {
        return Err(invalid("DirectoryUserId and Email are not accepted with SAML"));
    }
    if let Some(identity) = identity {
        check_identity(identity)?;
        body.insert("IdentityInfo".into(), json!(identity));
    }
    if let Some(directory) = directory {
        body.insert("DirectoryUserId".into(), json!(directory));
    }
    let configs = configs(ask.body)?;
    if let Some(phone) = object(ask.body, "PhoneConfig")? {
        check_phone(phone)?;
        for (list, members) in BY_CHANNEL {
            if let (true, Some(member)) =
                (configs.contains_key(list), members.iter().find(|m| phone.contains_key(**m)))
            {
                return Err(bad_request(format!("PhoneConfig.{member} conflicts with {list}")));
            }
        }
        body.insert("PhoneConfig".into(), json!(phone));
    }
    body.extend(configs);
    body.insert("SecurityProfileIds".into(), security_profiles(instance, ask)?);
    body.insert("RoutingProfileId".into(), json!(routing_profile(instance, ask)?));
    if let Some(group) = hierarchy_group(instance, ask)? {
        body.insert("HierarchyGroupId".into(), json!(group));
    }
    let tags = tags(ask.body.get("Tags"))?;
    name_free(instance, Kind::User, name, "")?;
    let user = made(instance, ask, Kind::User, name, body, tags);
    let answer = json!({"UserId": user.id, "UserArn": user.arn});
    instance.resources.insert((Kind::User, user.id.clone()), user);
    Ok(Answer::json(&answer))
}

/// botocore Password: a small letter, a capital, a digit, 8 to 64 characters without spaces.
fn good(password: &str) -> bool {
    let any = |sort: fn(&char) -> bool| password.chars().any(|c| sort(&c));
    (8..=64).contains(&password.chars().count())
        && any(char::is_ascii_lowercase)
        && any(char::is_ascii_uppercase)
        && any(char::is_ascii_digit)
        && !password.contains(char::is_whitespace)
}

/// botocore AgentFirstName, AgentLastName.
fn check_identity(identity: &Map<String, Value>) -> Result<(), Fail> {
    text(identity, "FirstName", 0, 255)?;
    text(identity, "LastName", 0, 300)?;
    for name in ["Email", "SecondaryEmail", "Mobile"] {
        text(identity, name, 0, usize::MAX)?;
    }
    Ok(())
}

/// botocore UserPhoneConfig.
fn check_phone(phone: &Map<String, Value>) -> Result<(), Fail> {
    one_of(phone, "PhoneType", &["SOFT_PHONE", "DESK_PHONE"])?;
    match phone.get("AfterContactWorkTimeLimit") {
        None | Some(Value::Null) => Ok(()),
        Some(limit) if limit.as_u64().is_some() => Ok(()),
        Some(_) => Err(invalid("AfterContactWorkTimeLimit must be 0 or more")),
    }
}

/// The lists that are given, each with at most one entry for a channel (assumed).
fn configs(body: &Map<String, Value>) -> Result<Map<String, Value>, Fail> {
    let mut out = Map::new();
    for name in CONFIGS {
        let Some(list) = list_of(body, name, 0, usize::MAX)? else { continue };
        let mut seen = Vec::new();
        for item in list {
            let item = item.as_object().ok_or_else(|| invalid(format!("{name} must hold objects")))?;
            let channel =
                one_of(item, "Channel", &CHANNELS)?.ok_or_else(|| invalid("Channel is required"))?;
            if seen.contains(&channel) {
                return Err(invalid(format!("{name} has {channel} twice")));
            }
            seen.push(channel);
        }
        out.insert(name.into(), json!(list));
    }
    Ok(out)
}

/// "The identifier of the security profile"; assumed: one that is not there is ResourceNotFoundException.
fn security_profiles(instance: &Instance, ask: &Ask<'_>) -> Result<Value, Fail> {
    let list = list_of(ask.body, "SecurityProfileIds", 1, 10)?;
    let mut ids = Vec::new();
    for given in list.ok_or_else(|| invalid("SecurityProfileIds is required"))? {
        let given = given.as_str().unwrap_or_default();
        let profile = find(instance, Kind::SecurityProfile, given);
        ids.push(profile.ok_or_else(|| not_found(&format!("security profile {given}")))?.id.clone());
    }
    ids.sort();
    Ok(json!(ids))
}

fn routing_profile(instance: &Instance, ask: &Ask<'_>) -> Result<String, Fail> {
    let given = required(ask.body, "RoutingProfileId", 0, usize::MAX)?;
    let profile = find(instance, Kind::RoutingProfile, given);
    Ok(profile.ok_or_else(|| not_found(&format!("routing profile {given}")))?.id.clone())
}

fn hierarchy_group(instance: &Instance, ask: &Ask<'_>) -> Result<Option<String>, Fail> {
    let Some(given) = text(ask.body, "HierarchyGroupId", 0, usize::MAX)? else { return Ok(None) };
    let group = find(instance, Kind::UserHierarchyGroup, given);
    Ok(Some(group.ok_or_else(|| not_found(&format!("hierarchy group {given}")))?.id.clone()))
}

pub(crate) fn found<'a>(instance: &'a Instance, ask: &Ask<'_>) -> Result<&'a Resource, Fail> {
    let given = ask.call.label(1);
    find(instance, Kind::User, given).ok_or_else(|| not_found(given))
}

/// DescribeUser. Proficiencies are listed apart (botocore User). Whether what is set for voice shows in PhoneConfig too is
/// not said.
pub(crate) fn describe(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let user = found(instance, ask)?;
    let mut out = user.body.clone();
    out.remove("Proficiencies");
    // assumed: switch phone_config_mirrored
    if ask.env.phone_config_mirrored {
        let voice = |list: &str| {
            let list = user.body.get(list).and_then(Value::as_array);
            list.into_iter().flatten().find(|item| item["Channel"] == "VOICE").cloned()
        };
        let mut mirrored = Map::new();
        mirrored
            .extend(voice("AutoAcceptConfigs").map(|it| ("AutoAccept".to_owned(), it["AutoAccept"].clone())));
        let limit = |it: Value| it["AfterContactWorkConfig"]["AfterContactWorkTimeLimit"].clone();
        mirrored.extend(
            voice("AfterContactWorkConfigs").map(|it| ("AfterContactWorkTimeLimit".to_owned(), limit(it))),
        );
        if let (false, Some(phone)) =
            (mirrored.is_empty(), out.entry("PhoneConfig").or_insert_with(|| json!({})).as_object_mut())
        {
            phone.extend(mirrored);
        }
    }
    out.insert("Id".into(), json!(user.id));
    out.insert("Arn".into(), json!(user.arn));
    out.insert("Username".into(), json!(user.name));
    out.insert("Tags".into(), json!(user.tags));
    out.insert("LastModifiedTime".into(), clock::epoch(user.modified));
    out.insert("LastModifiedRegion".into(), json!(instance.region));
    Ok(Answer::json(&json!({"User": out})))
}

/// The UpdateUser operations: each replaces what it is given (assumed), an empty structure or list by nothing.
/// UpdateUserPhoneConfig "applies the same ACW timeout to all channels" (UpdateUserConfig), so what was set by channel
/// goes; UpdateUserConfig "replaces" it, so what was set for all channels goes. UpdateUserHierarchy without a group
/// leaves the user in none (assumed: the group is not required).
pub(crate) fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = found(instance, ask)?.id.clone();
    let mut set = Map::new();
    let mut gone: Vec<&str> = Vec::new();
    let mut not_for_all: Vec<&str> = Vec::new();
    match ask.call.operation.as_str() {
        "UpdateUserIdentityInfo" => {
            let identity = object(ask.body, "IdentityInfo")?;
            let identity = identity.ok_or_else(|| invalid("IdentityInfo is required"))?;
            check_identity(identity)?;
            set.insert("IdentityInfo".into(), json!(identity));
        }
        "UpdateUserPhoneConfig" => {
            let phone = object(ask.body, "PhoneConfig")?.ok_or_else(|| invalid("PhoneConfig is required"))?;
            check_phone(phone)?;
            for (list, members) in BY_CHANNEL {
                if members.iter().any(|member| phone.contains_key(*member)) {
                    gone.push(list);
                }
            }
            set.insert("PhoneConfig".into(), json!(phone));
        }
        "UpdateUserConfig" => {
            let configs = configs(ask.body)?;
            for (list, members) in BY_CHANNEL {
                if configs.get(list).is_some_and(|it| *it != json!([])) {
                    not_for_all.extend(members);
                }
            }
            set = configs;
        }
        "UpdateUserRoutingProfile" => {
            set.insert("RoutingProfileId".into(), json!(routing_profile(instance, ask)?));
        }
        "UpdateUserSecurityProfiles" => {
            set.insert("SecurityProfileIds".into(), security_profiles(instance, ask)?);
        }
        _ => match hierarchy_group(instance, ask)? {
            Some(group) => drop(set.insert("HierarchyGroupId".into(), json!(group))),
            None => gone.push("HierarchyGroupId"),
        },
    }
    let user = find_mut(instance, Kind::User, &id)?;
    for name in gone {
        user.body.remove(name);
    }
    if let Some(phone) = user.body.get_mut("PhoneConfig").and_then(Value::as_object_mut) {
        phone.retain(|name, _| !not_for_all.contains(&name.as_str()));
    }
    user.body.extend(set);
    user.body.retain(|_, value| *value != json!([]) && *value != json!({}));
    user.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// DeleteUser, even where quick connects lead to the user ("After calling DeleteUser, call DeleteQuickConnect").
pub(crate) fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = found(instance, ask)?.id.clone();
    instance.resources.remove(&(Kind::User, id));
    Ok(Answer::json(&json!({})))
}
