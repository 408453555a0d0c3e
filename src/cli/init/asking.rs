//! Asking for what was not given, with what can be seen from here as the usual answer.

use crate::aws::Sessions;
use crate::cli::config::DEFAULT_STORE;
use crate::cli::context::{Face, variable};
use crate::core::environment::Access;
use crate::core::{Clock, Result};
use crate::kinds;

use super::answers::{Answers, Place, Protection};
use super::profiles::profiles;
use super::verb::InitArgs;

/// Asks for everything that `args` do not say.
pub(super) async fn ask(
    args: &InitArgs,
    project: Option<String>,
    clock: &Clock,
    face: &Face,
) -> Result<Answers> {
    let ui = &face.ui;
    let project = match &args.project {
        Some(project) => project.clone(),
        None => ui.input("Project", project.as_deref())?,
    };
    let endpoint = variable("AWS_ENDPOINT_URL");
    let profile = profile(face)?;
    let sessions = Sessions::load_profile(clock, profile.as_deref(), None, endpoint.clone()).await;
    let caller = match sessions.caller().await {
        Ok(caller) => Some(caller),
        Err(e) => {
            ui.say(format!("warning: cannot look around: {}", e.message));
            None
        }
    };
    if let Some((account, arn)) = &caller {
        ui.say(format!("You are {arn} in account {account}"));
    }
    let mut places = Vec::new();
    loop {
        // What was given is for the first.
        let none = InitArgs::default();
        let given = if places.is_empty() { args } else { &none };
        let here = Here {
            sessions: &sessions,
            endpoint: endpoint.clone(),
            account: caller.as_ref().map(|c| c.0.as_str()),
        };
        places.push(place(given, &here, face).await?);
        if !ui.is_so("Another environment?")? {
            break;
        }
    }
    let store = match &args.store {
        Some(store) => store.clone(),
        None => {
            ui.input("Store (s3://BUCKET/PREFIX, or a directory on this machine)", Some(DEFAULT_STORE))?
        }
    };
    let store_region = match &args.store_region {
        Some(region) => Some(region.clone()),
        None if store.starts_with("s3://") => {
            Some(ui.input("Region of the store", places.first().map(|p| p.region.as_str()))?)
        }
        None => None,
    };
    Ok(Answers { project, store, store_region, places })
}

/// What can be seen from here.
struct Here<'a> {
    sessions: &'a Sessions,
    endpoint: Option<String>,
    account: Option<&'a str>,
}

/// Returns the profile to look around with; `None` where the environment's variables say who we are.
fn profile(face: &Face) -> Result<Option<String>> {
    if ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE"]
        .into_iter()
        .any(|v| variable(v).is_some())
    {
        return Ok(None);
    }
    let known = profiles(&variable);
    if known.len() < 2 {
        return Ok(known.into_iter().next());
    }
    let chosen = face.ui.choose("Profile to look around with", &known, 0)?;
    let profile = known.into_iter().nth(chosen);
    if let Some(name) = profile.as_deref().filter(|name| *name != "default") {
        face.ui.say(format!("The file does not name it: export AWS_PROFILE={name} for what comes next"));
    }
    Ok(profile)
}

async fn place(given: &InitArgs, here: &Here<'_>, face: &Face) -> Result<Place> {
    let ui = &face.ui;
    let text = |given: &Option<String>, what: &str, usual: Option<&str>| match given {
        Some(text) => Ok(text.clone()),
        None => ui.input(what, usual),
    };
    // Nothing typed is nothing said.
    let perhaps = |given: &Option<String>, what: &str| {
        text(given, what, Some("")).map(|text| Some(text).filter(|text| !text.is_empty()))
    };
    let mut place = Place { name: text(&given.env, "Environment", None)?, ..Place::default() };
    place.account = text(&given.account, "Account", here.account)?;
    place.region = text(&given.region, "Region", here.sessions.region().as_deref())?;
    place.role_arn = perhaps(&given.role_arn, "Role to assume there (its ARN; nothing for none)")?;
    place.read_role_arn = given.read_role_arn.clone();
    if place.role_arn.is_some() {
        place.external_id =
            perhaps(&given.external_id, "External id that the role asks for (nothing for none)")?;
    }
    place.instance = match &given.instance {
        Some(instance) => instance.clone(),
        None => instance(&place, here, face).await?,
    };
    if given.protected || ui.is_so("Does a change of it need the phrase PROJECT/ENVIRONMENT?")? {
        place.protection = Protection::Protected;
    }
    Ok(place)
}

/// Asks for the Connect instance, of those that are there if that can be told.
async fn instance(place: &Place, here: &Here<'_>, face: &Face) -> Result<String> {
    let environment = place.environment(here.endpoint.clone());
    let found = match here.sessions.account(&environment, Access::Read).await {
        Ok(account) => kinds::instances(account).await,
        Err(e) => Err(e),
    };
    let found = found.unwrap_or_else(|e| {
        face.ui.say(format!("warning: cannot list the Connect instances: {}", e.message));
        Vec::new()
    });
    if found.is_empty() {
        return face.ui.input("Connect instance (alias, id or ARN)", None);
    }
    let items: Vec<String> = found.iter().map(ToString::to_string).collect();
    let chosen = &found[face.ui.choose("Connect instance", &items, 0)?];
    Ok(if chosen.alias == "-" { chosen.id.clone() } else { chosen.alias.clone() })
}
