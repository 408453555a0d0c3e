//! The state as JSON: sorted, and the same for the same history.

use serde_json::{Map, Value, json};

use super::clock;
use super::ids::Kind;
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
            let aliases: Map<_, _> = bot.aliases.iter().map(|(id, name)| (name.clone(), json!(id))).collect();
            bots.insert(format!("{}/{}", bot.region, bot.name), json!({"id": bot.id, "aliases": aliases}));
        }
        out.insert(
            id.clone(),
            json!({
                "name": account.name, "connect": instances(account, true), "s3": s3, "dynamodb": tables, "lex": bots,
                "lambda": account.functions, "roles": account.roles.keys().collect::<Vec<_>>(),
            }),
        );
    }
    Value::Object(out)
}

/// The Connect configuration of one account; null when there is no such account.
pub(crate) fn connect(world: &World, account: &str) -> Value {
    world.accounts.get(account).map_or(Value::Null, |account| instances(account, false))
}

fn instances(account: &Account, volatile: bool) -> Value {
    let mut out = Map::new();
    for instance in &account.instances {
        out.insert(format!("{}/{}", instance.region, instance.alias), instance_state(instance, volatile));
    }
    Value::Object(out)
}

fn instance_state(instance: &Instance, volatile: bool) -> Value {
    let mut out = Map::new();
    out.insert("id".into(), json!(instance.id));
    out.insert("tags".into(), json!(instance.tags));
    for kind in Kind::ALL {
        let mut of_kind = Map::new();
        for resource in instance.resources.values().filter(|resource| resource.kind == kind) {
            of_kind.insert(resource.id.clone(), resource_state(resource, volatile));
        }
        out.insert(kind.word().into(), Value::Object(of_kind));
    }
    Value::Object(out)
}

fn resource_state(resource: &Resource, volatile: bool) -> Value {
    let mut out = resource.body.clone();
    out.insert("Name".into(), json!(resource.name));
    out.insert("Arn".into(), json!(resource.arn));
    out.insert("Tags".into(), json!(resource.tags));
    if resource.kind == Kind::Flow {
        out.insert("Content".into(), json!(resource.published));
        if resource.published.as_ref() != Some(&resource.saved) {
            out.insert("SavedContent".into(), json!(resource.saved));
        }
    }
    if !volatile {
        // A structure with nothing in it configures nothing, as if it had never been sent.
        out.retain(|name, value| name == "Tags" || *value != json!({}));
    }
    if volatile {
        out.insert("LastModifiedTime".into(), clock::epoch(resource.modified));
        if resource.kind == Kind::Flow {
            out.insert("Version".into(), json!(resource.version));
        }
    }
    Value::Object(out)
}
