//! Scenario folders: `scenario.toml`, and for each account `instance.toml` and folders of JSON files.
//!
//! ```text
//! scenario.toml            [[accounts]] id, name, roles {name, external_id?, deny?}, buckets, distributions (`folder_site`),
//!                          tables {name, region, pk?, sk?}, lambdas {name, region, code?, image?, versions? (code of
//!                          each), env?, settings? (as CreateFunction has them), aliases? {live = "1"},
//!                          permissions? {qualifier?, StatementId, Principal, ...}, concurrency?, tags?,
//!                          event_sources? {source, qualifier?, ...}}; code is a file or a folder;
//!                          bots {name, region, aliases} or {archive, region, aliases?, hooks? {alias, locale,
//!                          function}}: a folder or .zip beside it with the layout of an export;
//!                          keys {alias, region}, parameters {name, region, value} (SecureString), secrets {name, region,
//!                          value}, repositories, images, alarms, log_groups (see `folder_image`), load_balancers,
//!                          deployment_groups, clusters, services (see `folder_elb`, `folder_codedeploy`, `folder_ecs`);
//!                          [switches] name = value
//! NAME/instance.toml       alias, region, defaults = true|false, and lists of names: lambdas, bots ("BOT#ALIAS"),
//!                          prompts, modules, views, users, task_templates, quick_connects, routing_profiles, phones,
//!                          security_profiles, agent_statuses, origins, predefined_attributes, and hierarchy: the names
//!                          of the levels of the hierarchy of users, from the top
//! NAME/hours/*.json        {"Name", ...} as DescribeHoursOfOperation has it; unknown members are kept; "Overrides": [{"Name",
//!                          "Config", "EffectiveFrom", "EffectiveTill", ...}], "ParentHoursOfOperations": [{"Name"}]
//! NAME/queues/*.json       {"Name", ...} as DescribeQueue has it, "QuickConnectIds"?, "EmailAddressIds"?
//! NAME/flows/*.json        {"Name", "Type", "Content": {...}, "Status": "SAVED"?, "Description"?, "Tags"?, ...,
//!                          "SavedContent": {...}? (a draft beside what is published),
//!                          "Versions": [{"Content"?, "Description"?}]? (numbered from 1; what is published without)}
//! NAME/modules/*.json      the same without "Type", and {"Settings"?, "Aliases": {"live": 1}?}
//! NAME/prompts/*.json      {"Name", ...} as DescribePrompt has it, "Audio": a file beside it; made-up sound without
//! NAME/phones/*.json       {"PhoneNumber", ...} as DescribePhoneNumber has it; "ContactFlow": name of a flow
//! NAME/security_profiles/  {"SecurityProfileName", ...} as DescribeSecurityProfile has it; "Permissions",
//!                          "Applications", "AllowedFlowModules"
//! NAME/agent_statuses/     {"Name", ...} as DescribeAgentStatus has it
//! NAME/quick_connects/     {"Name", "QuickConnectConfig"?, ...} as DescribeQuickConnect has it
//! NAME/routing_profiles/   {"Name", ...} as DescribeRoutingProfile has it, and as CreateRoutingProfile has them
//!                          "QueueConfigs"?, "ManualAssignmentQueueConfigs"?
//! NAME/users/*.json        {"Username", ...} as DescribeUser has it, "Proficiencies"? as ListUserProficiencies has them
//! NAME/hierarchy_groups/   {"Path": "Europe/Berlin", "Tags"?}
//! NAME/predefined_attributes/ {"Name", ...} as DescribePredefinedAttribute has it
//! NAME/task_templates/     {"Name", ...} as GetTaskTemplate has it
//! NAME/views/*.json        {"Name", ...} as DescribeView has it, "SavedContent"?
//! ```
//!
//! In the JSON files `<<id:KIND/NAME>>` and `<<arn:KIND/NAME>>` stand for what is in the same instance (or `BOT#ALIAS`), and
//! `<<account>>`, `<<region>>`, `<<instance>>`, `<<instance-arn>>` for themselves; so in `lambdas`, for their region.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::ids::Kind;
use super::seed::{Scenario, ScenarioError};
use super::seed_account::AccountSeed;
use super::seed_instance::InstanceSeed;
use super::seed_members;
use super::template;
use super::{
    folder_bots, folder_codedeploy, folder_ecs, folder_elb, folder_image, folder_lambda, folder_site,
};

pub(crate) fn wrong(file: &Path, why: impl ToString) -> ScenarioError {
    ScenarioError { file: file.to_owned(), why: why.to_string() }
}

fn read(file: &Path) -> Result<String, ScenarioError> {
    fs::read_to_string(file).map_err(|why| wrong(file, why))
}

fn read_toml(file: &Path, keys: &[&str]) -> Result<Map<String, Value>, ScenarioError> {
    let map: Map<String, Value> = toml::from_str(&read(file)?).map_err(|why| wrong(file, why))?;
    only(file, &map, keys)?;
    Ok(map)
}

pub(crate) fn only(file: &Path, map: &Map<String, Value>, keys: &[&str]) -> Result<(), ScenarioError> {
    match map.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(key) => Err(wrong(file, format!("unknown key {key:?}; there are {}", keys.join(", ")))),
        None => Ok(()),
    }
}

pub(crate) fn text<'a>(
    file: &Path,
    map: &'a Map<String, Value>,
    key: &str,
) -> Result<&'a str, ScenarioError> {
    map.get(key).and_then(Value::as_str).ok_or_else(|| wrong(file, format!("needs {key} = \"...\"")))
}

/// The tables of an array of tables, each with known keys only.
pub(crate) fn tables<'a>(
    file: &Path,
    map: &'a Map<String, Value>,
    key: &str,
    keys: &[&str],
) -> Result<Vec<&'a Map<String, Value>>, ScenarioError> {
    let mut out = Vec::new();
    for item in map.get(key).and_then(Value::as_array).into_iter().flatten() {
        let table = item.as_object().ok_or_else(|| wrong(file, format!("{key} holds tables")))?;
        only(file, table, keys)?;
        out.push(table);
    }
    Ok(out)
}

/// The texts of a list.
pub(crate) fn strings(map: &Map<String, Value>, key: &str) -> Vec<String> {
    let items = map.get(key).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Reads a scenario.
pub(crate) fn load(dir: &Path) -> Result<Scenario, ScenarioError> {
    let file = dir.join("scenario.toml");
    let top = read_toml(&file, &["accounts", "switches"])?;
    let mut scenario = Scenario::empty();
    for (name, value) in top.get("switches").and_then(Value::as_object).into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        scenario.switch(name, &value).map_err(|why| wrong(&file, why))?;
    }
    for account in tables(
        &file,
        &top,
        "accounts",
        &[
            "id",
            "name",
            "roles",
            "buckets",
            "distributions",
            "tables",
            "bots",
            "lambdas",
            "keys",
            "parameters",
            "secrets",
            "deployment_groups",
            "load_balancers",
            "clusters",
            "hooks",
            "services",
            "repositories",
            "images",
            "alarms",
            "log_groups",
        ],
    )? {
        let name = text(&file, account, "name")?;
        let seed = scenario.account(text(&file, account, "id")?);
        seed.name(name);
        load_account(&file, account, seed)?;
        folder_image::load(&file, account, seed)?;
        let folder = dir.join(name);
        if folder.join("instance.toml").exists() {
            load_instance(&folder, seed)?;
        }
        folder_elb::load(&file, account, seed)?;
        folder_codedeploy::load(&file, account, seed)?;
        // After the instance, of which functions may speak.
        folder_lambda::load(&file, account, seed)?;
        folder_ecs::load(&file, account, seed)?;
    }
    Ok(scenario)
}

fn load_account(
    file: &Path,
    account: &Map<String, Value>,
    seed: &mut AccountSeed,
) -> Result<(), ScenarioError> {
    for role in tables(file, account, "roles", &["name", "external_id", "deny"])? {
        let name = text(file, role, "name")?;
        let deny = strings(role, "deny");
        seed.role(name, role.get("external_id").and_then(Value::as_str));
        seed.deny(name, &deny.iter().map(String::as_str).collect::<Vec<_>>());
    }
    folder_site::load(file, account, seed)?;
    for table in tables(file, account, "tables", &["name", "region", "pk", "sk"])? {
        let pk = table.get("pk").and_then(Value::as_str).unwrap_or("pk");
        let sk = table.get("sk").and_then(Value::as_str);
        seed.table_with(text(file, table, "region")?, text(file, table, "name")?, pk, sk);
    }
    folder_bots::load(file, account, seed)?;
    for key in tables(file, account, "keys", &["alias", "region"])? {
        seed.key(text(file, key, "region")?, text(file, key, "alias")?);
    }
    for parameter in tables(file, account, "parameters", &["name", "region", "value"])? {
        let (region, name) = (text(file, parameter, "region")?, text(file, parameter, "name")?);
        seed.parameter(region, name, text(file, parameter, "value")?);
    }
    for secret in tables(file, account, "secrets", &["name", "region", "value"])? {
        seed.secret(text(file, secret, "region")?, text(file, secret, "name")?, text(file, secret, "value")?);
    }
    Ok(())
}

/// Name lists of `instance.toml` and the kind each holds.
const LISTS: [(&str, Kind); 14] = [
    ("lambdas", Kind::Lambda),
    ("bots", Kind::Bot),
    ("prompts", Kind::Prompt),
    ("modules", Kind::Module),
    ("views", Kind::View),
    ("users", Kind::User),
    ("task_templates", Kind::TaskTemplate),
    ("quick_connects", Kind::QuickConnect),
    ("routing_profiles", Kind::RoutingProfile),
    ("phones", Kind::Phone),
    ("security_profiles", Kind::SecurityProfile),
    ("agent_statuses", Kind::AgentStatus),
    ("origins", Kind::Origin),
    ("predefined_attributes", Kind::PredefinedAttribute),
];

/// Folders with a file for each resource, and the kind that each holds.
const FOLDERS: [(&str, Kind); 25] = [
    ("hours", Kind::Hours),
    ("queues", Kind::Queue),
    ("flows", Kind::Flow),
    ("modules", Kind::Module),
    ("prompts", Kind::Prompt),
    ("quick_connects", Kind::QuickConnect),
    ("routing_profiles", Kind::RoutingProfile),
    ("phones", Kind::Phone),
    ("security_profiles", Kind::SecurityProfile),
    ("agent_statuses", Kind::AgentStatus),
    ("users", Kind::User),
    ("hierarchy_groups", Kind::UserHierarchyGroup),
    ("predefined_attributes", Kind::PredefinedAttribute),
    ("task_templates", Kind::TaskTemplate),
    ("views", Kind::View),
    ("instance_attributes", Kind::InstanceAttribute),
    ("rules", Kind::Rule),
    ("evaluation_forms", Kind::EvaluationForm),
    ("data_tables", Kind::DataTable),
    ("vocabularies", Kind::Vocabulary),
    ("default_vocabularies", Kind::DefaultVocabulary),
    ("email_addresses", Kind::EmailAddress),
    ("integrations", Kind::Integration),
    ("storage_configs", Kind::StorageConfig),
    ("test_cases", Kind::TestCase),
];

fn load_instance(folder: &Path, account: &mut AccountSeed) -> Result<(), ScenarioError> {
    let file = folder.join("instance.toml");
    let mut keys = vec!["alias", "region", "defaults", "hierarchy"];
    keys.extend(LISTS.iter().map(|(key, _)| *key));
    let top = read_toml(&file, &keys)?;
    let seed = account.instance(text(&file, &top, "region")?, text(&file, &top, "alias")?);
    if top.get("defaults").and_then(Value::as_bool) == Some(true) {
        seed.defaults();
    }
    let levels = strings(&top, "hierarchy");
    seed.hierarchy(&levels.iter().map(String::as_str).collect::<Vec<_>>());
    for (key, kind) in LISTS {
        for name in strings(&top, key) {
            add_named(&file, seed, kind, &name)?;
        }
    }
    // First every name, then the content, which may refer to any of them.
    let mut documents = Vec::new();
    for (folder_name, kind) in FOLDERS {
        for file in json_files(&folder.join(folder_name))? {
            let value: Value = serde_json::from_str(&read(&file)?).map_err(|why| wrong(&file, why))?;
            let member = seed_members::name_member(kind);
            let name = value.get(member).or_else(|| value.get("Name")).and_then(Value::as_str);
            let name = name.ok_or_else(|| wrong(&file, format!("needs {member:?}")))?;
            documents.push((file, kind, name.to_owned(), value));
        }
    }
    let mut known: Vec<(Kind, String)> =
        seed.instance.resources.values().map(|resource| (resource.kind, resource.name.clone())).collect();
    known.extend(documents.iter().map(|(_, kind, name, _)| (*kind, name.clone())));
    for (file, kind, name, mut value) in documents {
        template::fill(&mut value, seed, &known).map_err(|why| wrong(&file, why))?;
        add_document(&file, seed, &known, (kind, &name), value)?;
    }
    Ok(())
}

fn add_named(file: &Path, seed: &mut InstanceSeed, kind: Kind, name: &str) -> Result<(), ScenarioError> {
    match kind {
        Kind::Lambda => seed.lambda(name),
        Kind::Bot => {
            let (bot, alias) =
                name.split_once('#').ok_or_else(|| wrong(file, format!("bot {name:?} is not BOT#ALIAS")))?;
            seed.bot(bot, alias)
        }
        Kind::Prompt => seed.prompt(name),
        Kind::Module => seed.module(name),
        Kind::View => seed.view(name),
        Kind::User => seed.user(name),
        Kind::TaskTemplate => seed.task_template(name),
        Kind::QuickConnect => seed.quick_connect(name),
        Kind::RoutingProfile => seed.routing_profile(name),
        Kind::Phone => seed.phone(name),
        Kind::SecurityProfile => seed.security_profile(name, json!({})),
        Kind::AgentStatus => seed.agent_status(name, json!({})),
        Kind::Origin => seed.origin(name),
        Kind::PredefinedAttribute => seed.predefined_attribute(name, &[]),
        Kind::UserHierarchyGroup => seed.hierarchy_group(name, json!({})),
        _ => seed,
    };
    Ok(())
}

fn add_document(
    file: &Path,
    seed: &mut InstanceSeed,
    known: &[(Kind, String)],
    (kind, name): (Kind, &str),
    mut value: Value,
) -> Result<(), ScenarioError> {
    match kind {
        Kind::Hours => {
            seed.hours(name, value);
        }
        Kind::Queue => {
            seed.queue(name, value);
        }
        Kind::Module => {
            if value.get("Content").is_none() {
                return Err(wrong(file, "needs \"Content\""));
            }
            seed.resource(kind, name, value);
        }
        Kind::Prompt => match value.as_object_mut().and_then(|members| members.remove("Audio")) {
            Some(audio) => {
                let audio = audio.as_str().ok_or_else(|| wrong(file, "\"Audio\" is not a file name"))?;
                let audio = file.with_file_name(audio);
                let bytes = fs::read(&audio).map_err(|why| wrong(&audio, why))?;
                seed.prompt_with(name, &bytes, value);
            }
            None => {
                seed.resource(kind, name, value);
            }
        },
        Kind::Phone => {
            check_flow(file, &value, known)?;
            seed.phone_with(name, value);
        }
        Kind::SecurityProfile => {
            seed.security_profile(name, value);
        }
        Kind::AgentStatus => {
            seed.agent_status(name, value);
        }
        Kind::User => {
            seed.user_with(name, value);
        }
        Kind::UserHierarchyGroup => {
            seed.hierarchy_group(name, value);
        }
        Kind::TaskTemplate => {
            seed.task_template_with(name, value);
        }
        Kind::View => {
            seed.view_with(name, value);
        }
        Kind::QuickConnect | Kind::RoutingProfile => {
            seed.resource(kind, name, value);
        }
        Kind::Flow => {
            let members = value.as_object_mut().ok_or_else(|| wrong(file, "is not a JSON object"))?;
            let content = members.remove("Content").ok_or_else(|| wrong(file, "needs \"Content\""))?;
            let saved = members.remove("Status").is_some_and(|status| status == "SAVED");
            let flow_type = members.remove("Type").and_then(|kind| kind.as_str().map(str::to_owned));
            let flow_type = flow_type.ok_or_else(|| wrong(file, "needs \"Type\""))?;
            seed.add_flow(name, &flow_type, &content.to_string(), value, !saved);
        }
        _ => {
            seed.resource(kind, name, value);
        }
    }
    Ok(())
}

/// A number may only lead to a flow that the scenario has.
fn check_flow(file: &Path, phone: &Value, known: &[(Kind, String)]) -> Result<(), ScenarioError> {
    match phone.get("ContactFlow").and_then(Value::as_str) {
        Some(flow) if !known.contains(&(Kind::Flow, flow.to_owned())) => {
            Err(wrong(file, format!("there is no flow {flow:?} here for \"ContactFlow\"")))
        }
        _ => Ok(()),
    }
}

fn json_files(dir: &Path) -> Result<Vec<PathBuf>, ScenarioError> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(dir).map_err(|why| wrong(dir, why))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|why| wrong(dir, why))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
