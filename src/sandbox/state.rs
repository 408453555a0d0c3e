//! The state as JSON: sorted, and the same for the same history.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::clock;
use super::digest;
use super::history::Detail;
use super::ids::Kind;
use super::lex;
use super::world::{Account, Instance, Resource, World};

/// Everything in all accounts.
pub(crate) fn all(world: &World) -> Value {
    let mut out = Map::new();
    for (id, account) in &world.accounts {
        let mut s3 = Map::new();
        for (name, bucket) in world.buckets.iter().filter(|(_, bucket)| bucket.owner() == id) {
            s3.insert(name.clone(), bucket.state());
        }
        let mut tables = Map::new();
        for ((region, name), table) in &account.tables {
            tables.insert(format!("{region}/{name}"), table.state());
        }
        let mut bots = Map::new();
        for bot in &account.bots {
            bots.insert(format!("{}/{}", bot.region, bot.name), lex::state(bot, world.clock.now()));
        }
        out.insert(
            id.clone(),
            json!({
                "name": account.name, "connect": instances(account, Detail::Volatile), "s3": s3, "dynamodb": tables, "lex": bots,
                "kms": account.keys.state(), "ssm": places(&account.parameters, |p| p.state()),
                "secretsmanager": places(&account.secrets, |s| s.state()), "lambda": account.functions.state(),
                "ecs": account.ecs.state(), "codedeploy": account.codedeploy.state(), "elasticloadbalancing": account.balancing.state(),
                "ecr": account.images.state(), "monitoring": account.alarms.state(), "logs": account.logs.state(),
                "cloudfront": account.fronts.state(),
                "roles": account.roles.keys().collect::<Vec<_>>(),
            }),
        );
    }
    Value::Object(out)
}

/// What is by region and name, as `REGION/NAME`.
fn places<T>(all: &BTreeMap<(String, String), T>, state: impl Fn(&T) -> Value) -> Value {
    all.iter()
        .map(|((region, name), one)| (format!("{region}/{name}"), state(one)))
        .collect::<Map<_, _>>()
        .into()
}

/// The Connect configuration of one account; null when there is no such account.
pub(crate) fn connect(world: &World, account: &str) -> Value {
    world.accounts.get(account).map_or(Value::Null, |account| instances(account, Detail::Configuration))
}

fn instances(account: &Account, detail: Detail) -> Value {
    let mut out = Map::new();
    for instance in &account.instances {
        out.insert(format!("{}/{}", instance.region, instance.alias), instance_state(instance, detail));
    }
    Value::Object(out)
}

fn instance_state(instance: &Instance, detail: Detail) -> Value {
    let mut out = Map::new();
    out.insert("id".into(), json!(instance.id));
    out.insert("tags".into(), json!(instance.tags));
    for kind in Kind::ALL {
        let mut of_kind = Map::new();
        for resource in instance.resources.values().filter(|resource| resource.kind == kind) {
            of_kind.insert(resource.id.clone(), resource_state(instance, resource, detail));
        }
        out.insert(kind.word().into(), Value::Object(of_kind));
    }
    Value::Object(out)
}

fn resource_state(instance: &Instance, resource: &Resource, detail: Detail) -> Value {
    let mut out = resource.body.clone();
    out.insert("Name".into(), json!(resource.name));
    out.insert("Arn".into(), json!(resource.arn));
    out.insert("Tags".into(), json!(resource.tags));
    if let (Kind::EvaluationForm, Some(versions)) = (resource.kind, out.remove("Versions")) {
        out.extend(super::connect::effective_form(resource));
        if detail == Detail::Volatile {
            out.insert("Versions".into(), versions);
        }
    }
    let has_content = matches!(resource.kind, Kind::Flow | Kind::Module);
    if has_content {
        out.insert("Content".into(), json!(resource.published));
        if resource.published.as_ref() != Some(&resource.saved) {
            out.insert("SavedContent".into(), json!(resource.saved));
        }
    }
    if let Some(history) = instance.history.get(&(resource.kind, resource.id.clone())) {
        out.extend(history.state(detail));
    }
    if let (Kind::Prompt, Some(audio)) = (resource.kind, instance.audio.get(&resource.id)) {
        let audio = json!({"size": audio.len(), "sha256": digest::sha256_hex(audio)});
        out.insert("Audio".into(), audio);
    }
    if detail == Detail::Configuration {
        // A structure with nothing in it configures nothing, as if it had never been sent.
        out.retain(|name, value| name == "Tags" || *value != json!({}));
    }
    if detail == Detail::Volatile {
        out.insert("LastModifiedTime".into(), clock::epoch(resource.modified));
        if has_content {
            out.insert("Version".into(), json!(resource.version));
        }
    }
    Value::Object(out)
}
