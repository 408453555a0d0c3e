//! Task definitions: immutable revisions of a family, counted up for ever.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::clock;
use super::tags::Tags;

/// All revisions of all families, by family.
pub(crate) type Families = BTreeMap<String, Family>;

/// The revisions of a family. Numbers are never given again, also not after all were deleted (RegisterTaskDefinition).
#[derive(Debug, Clone, Default)]
pub(crate) struct Family {
    pub(crate) last: u64,
    pub(crate) revisions: BTreeMap<u64, TaskDefinition>,
}

/// How a task definition is (`TaskDefinitionStatus`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Active,
    Inactive,
    Deleting,
}

impl Standing {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Standing::Active => "ACTIVE",
            Standing::Inactive => "INACTIVE",
            Standing::Deleting => "DELETE_IN_PROGRESS",
        }
    }
}

/// A revision of a family.
#[derive(Debug, Clone)]
pub(crate) struct TaskDefinition {
    pub(crate) family: String,
    pub(crate) revision: u64,
    pub(crate) arn: String,
    /// Its members as DescribeTaskDefinition has them, without ARN, family, revision, status and times.
    pub(crate) members: Map<String, Value>,
    pub(crate) tags: Tags,
    pub(crate) standing: Standing,
    pub(crate) registered: f64,
    pub(crate) deregistered: Option<f64>,
    pub(crate) delete_requested: Option<f64>,
    pub(crate) by: String,
}

impl TaskDefinition {
    /// Its containers.
    pub(crate) fn containers(&self) -> impl Iterator<Item = &Map<String, Value>> {
        let all = self.members.get("containerDefinitions").and_then(Value::as_array);
        all.into_iter().flatten().filter_map(Value::as_object)
    }

    /// As answers have it.
    pub(crate) fn show(&self) -> Value {
        let mut out = self.members.clone();
        out.insert("taskDefinitionArn".into(), json!(self.arn));
        out.insert("family".into(), json!(self.family));
        out.insert("revision".into(), json!(self.revision));
        out.insert("status".into(), json!(self.standing.word()));
        out.insert("registeredAt".into(), clock::epoch(self.registered));
        out.insert("registeredBy".into(), json!(self.by));
        if let Some(at) = self.deregistered {
            out.insert("deregisteredAt".into(), clock::epoch(at));
        }
        if let Some(at) = self.delete_requested {
            out.insert("deleteRequestedAt".into(), clock::epoch(at));
        }
        Value::Object(out)
    }
}

/// The task definition that `FAMILY` (its newest active revision), `FAMILY:REVISION` or an ARN means.
pub(crate) fn find<'f>(families: &'f Families, given: &str) -> Option<&'f TaskDefinition> {
    let name = if given.starts_with("arn:") { super::held::last(given) } else { given };
    match name.split_once(':') {
        Some((family, revision)) => families.get(family)?.revisions.get(&revision.parse().ok()?),
        None => {
            let newest = families.get(name)?.revisions.values().rev();
            newest.into_iter().find(|one| one.standing == Standing::Active)
        }
    }
}

/// A number of ten digits out of a name, as `runtimeId` ends with one on Fargate.
pub(crate) fn number(name: &str) -> String {
    let digest = super::super::digest::crc32(name.as_bytes());
    format!("{digest:010}")
}
