//! What a call creates: a resource with a new id.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::ids::{self, Kind};
use super::super::seed_instance::arn_below;
use super::super::world::{Instance, Resource};
use super::env::Ask;

/// A resource of this kind with a random id, created by this call; it is not in the instance yet.
pub(crate) fn made(
    instance: &Instance,
    ask: &Ask<'_>,
    kind: Kind,
    name: &str,
    body: Map<String, Value>,
    tags: BTreeMap<String, String>,
) -> Resource {
    let id = ids::random_uuid();
    let arn = arn_below(instance, kind, &id);
    Resource { id, arn, ..bare(ask, kind, name, body, tags) }
}

/// A resource that something outside Connect names: its name is its id and its ARN.
pub(crate) fn named(ask: &Ask<'_>, kind: Kind, arn: &str, name: &str) -> Resource {
    Resource { id: arn.into(), arn: arn.into(), ..bare(ask, kind, name, Map::new(), BTreeMap::new()) }
}

fn bare(
    ask: &Ask<'_>,
    kind: Kind,
    name: &str,
    body: Map<String, Value>,
    tags: BTreeMap<String, String>,
) -> Resource {
    Resource {
        kind,
        id: String::new(),
        arn: String::new(),
        name: name.into(),
        body,
        tags,
        published: None,
        saved: String::new(),
        version: 0,
        born: ask.env.n,
        modified: ask.env.now,
    }
}
