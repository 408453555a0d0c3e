//! Applications.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::{clock, ids};
use super::ask::Ask;
use super::held::{Application, Held};

/// CreateApplication, for ECS.
pub(crate) fn create(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = ask.text("applicationName");
    if name.is_empty() {
        let message = "The application name was not specified.";
        return Err(Fail::new(400, "ApplicationNameRequiredException", message));
    }
    if name.len() > 100 {
        // botocore ApplicationName: 1 to 100.
        let message = "The application name was specified in an invalid format.";
        return Err(Fail::new(400, "InvalidApplicationNameException", message));
    }
    match ask.text("computePlatform") {
        "ECS" => {}
        // "Server" is what is meant without one.
        "" | "Server" | "Lambda" => {
            return Err(Fail::not_implemented("codedeploy: applications of other platforms than ECS"));
        }
        other => {
            let message = format!("The compute platform {other} is invalid.");
            return Err(Fail::new(400, "InvalidComputePlatformException", message));
        }
    }
    let key = (ask.region().to_owned(), name.to_owned());
    if held.applications.contains_key(&key) {
        let message = format!("Application already exists: {name}");
        return Err(Fail::new(400, "ApplicationAlreadyExistsException", message));
    }
    let id = ids::random_uuid();
    let tags = ask.body.get("tags").cloned().unwrap_or_else(|| json!([]));
    let made = Application { id: id.clone(), created: ask.now, tags, groups: BTreeMap::new() };
    held.applications.insert(key, made);
    Ok(Answer::json(&json!({"applicationId": id})))
}

/// GetApplication.
pub(crate) fn get(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = ask.text("applicationName").to_owned();
    let application = ask.application(held)?;
    Ok(Answer::json(&json!({"application": {
        "applicationId": application.id, "applicationName": name, "createTime": clock::epoch(application.created),
        "linkedToGitHub": false, "computePlatform": "ECS",
    }})))
}

/// ListApplications.
pub(crate) fn list(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let names = held.applications.keys().filter(|(region, _)| region == ask.region());
    ask.page("applications", names.map(|(_, name)| Value::from(name.clone())).collect(), Map::new())
}

/// DeleteApplication, which answers nothing, also of an application that is not there.
pub(crate) fn delete(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    held.applications.remove(&(ask.region().to_owned(), ask.text("applicationName").to_owned()));
    Ok(Answer::empty(200))
}
