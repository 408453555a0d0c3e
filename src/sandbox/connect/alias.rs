//! Aliases of modules: names for versions. Flows have none (botocore).

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::history::{Alias, History};
use super::super::ids::{self, Kind};
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{bad_request, duplicate, invalid, not_found, required, text};
use super::{content, page};

/// The five operations with ContactFlowModuleAlias.
pub(crate) fn dispatch(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = content::bare_id(instance, Kind::Module, ask.call.label(1))?;
    let key = (Kind::Module, id);
    let region = instance.region.clone();
    let module = instance.resources.get(&key).ok_or_else(|| not_found(&key.1))?;
    let history = instance.history.entry(key).or_default();
    match ask.call.operation.as_str() {
        "CreateContactFlowModuleAlias" => create(module, history, ask),
        "DescribeContactFlowModuleAlias" => describe(module, history, ask, &region),
        "UpdateContactFlowModuleAlias" => update(history, ask),
        "DeleteContactFlowModuleAlias" => {
            let id = ask.call.label(2);
            history.aliases.remove(id).ok_or_else(|| not_found(&format!("alias {id}")))?;
            Ok(Answer::json(&json!({})))
        }
        _ => list(module, history, ask),
    }
}

/// A name that fits `^([$0-9a-zA-Z][_-]?)+$` (botocore ContactFlowModuleAlias), and that no other alias has.
fn name_free(history: &History, name: &str, own_id: &str) -> Result<(), Fail> {
    let mark = |byte: u8| byte == b'_' || byte == b'-';
    let bytes = name.as_bytes();
    let fits = bytes.first().is_some_and(|byte| !mark(*byte))
        && bytes.iter().all(|byte| mark(*byte) || *byte == b'$' || byte.is_ascii_alphanumeric())
        && !bytes.windows(2).any(|two| mark(two[0]) && mark(two[1]));
    if !fits {
        return Err(invalid(format!("{name:?} is not a name for an alias")));
    }
    let taken = history.aliases.iter().any(|(id, alias)| id != own_id && alias.name == name);
    if taken { Err(duplicate()) } else { Ok(()) }
}

/// A version that is there.
fn version(history: &History, body: &Map<String, Value>) -> Result<Option<u64>, Fail> {
    let Some(value) = body.get("ContactFlowModuleVersion").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let number = value.as_u64().filter(|number| *number > 0);
    let number = number.ok_or_else(|| invalid("ContactFlowModuleVersion must be 1 or more"))?;
    if history.versions.contains_key(&number) {
        Ok(Some(number))
    } else {
        Err(not_found(&format!("version {number}")))
    }
}

fn create(module: &Resource, history: &mut History, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "AliasName", 1, 100)?;
    let description = text(ask.body, "Description", 0, 500)?.map(str::to_owned);
    let version = version(history, ask.body)?;
    let version = version.ok_or_else(|| invalid("ContactFlowModuleVersion is required"))?;
    name_free(history, name, "")?;
    let id = ids::random_uuid();
    let alias = Alias { name: name.into(), version, description, modified: ask.env.now };
    history.aliases.insert(id.clone(), alias);
    Ok(Answer::json(&json!({"ContactFlowModuleArn": module.arn, "Id": id})))
}

fn describe(module: &Resource, history: &History, ask: &Ask<'_>, region: &str) -> Result<Answer, Fail> {
    let id = ask.call.label(2);
    let alias = history.aliases.get(id).ok_or_else(|| not_found(&format!("alias {id}")))?;
    let mut shape = json!({
        "ContactFlowModuleId": module.id, "ContactFlowModuleArn": module.arn, "AliasId": id, "Name": alias.name,
        "Version": alias.version, "LastModifiedRegion": region, "LastModifiedTime": clock::epoch(alias.modified),
    });
    if let Some(description) = &alias.description {
        shape["Description"] = json!(description);
    }
    Ok(Answer::json(&json!({"ContactFlowModuleAlias": shape})))
}

/// "Updates a specific Aliases metadata, including the version it's tied to, it's name, and description."
fn update(history: &mut History, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = ask.call.label(2);
    if !history.aliases.contains_key(id) {
        return Err(not_found(&format!("alias {id}")));
    }
    let name = text(ask.body, "Name", 1, 127)?;
    let description = text(ask.body, "Description", 0, 500)?;
    let version = version(history, ask.body)?;
    if name.is_none() && description.is_none() && version.is_none() {
        return Err(bad_request(
            "At least one of Name, Description and ContactFlowModuleVersion is required",
        ));
    }
    if let Some(name) = name {
        name_free(history, name, id)?;
    }
    let alias = history.aliases.get_mut(id).ok_or_else(|| not_found(&format!("alias {id}")))?;
    if let Some(name) = name {
        alias.name = name.into();
    }
    if let Some(description) = description {
        alias.description = Some(description.to_owned());
    }
    if let Some(version) = version {
        alias.version = version;
    }
    alias.modified = ask.env.now;
    Ok(Answer::json(&json!({})))
}

/// ListContactFlowModuleAliases, in the order of their ids. Assumed: the ARN ends with the name.
fn list(module: &Resource, history: &History, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let items = history.aliases.iter().map(|(id, alias)| {
        let mut item = json!({
            "Arn": format!("{}:{}", module.arn, alias.name), "AliasId": id, "Version": alias.version,
            "AliasName": alias.name, "LastModifiedTime": clock::epoch(alias.modified),
        });
        if let Some(description) = &alias.description {
            item["AliasDescription"] = json!(description);
        }
        item
    });
    page::from_query(ask, "ContactFlowModuleAliasSummaryList", items.collect(), 100, 1000)
}
