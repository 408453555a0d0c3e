//! What an account holds in Lambda.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::{clock, ids};
use super::code::Code;
use super::handling::Handling;
use super::settle::UnderWay;
use super::show;

/// Functions, event source mappings and layers of an account, in all regions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    /// By ARN, unqualified.
    pub(crate) functions: BTreeMap<String, Function>,
    /// By UUID.
    pub(crate) mappings: BTreeMap<String, Mapping>,
    /// By the ARN of the version.
    pub(crate) layers: BTreeMap<String, Layer>,
}

/// A function.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) latest: Edition,
    pub(crate) versions: BTreeMap<u64, Edition>,
    /// The number of the next version: those of deleted ones are not used again ("Lambda function versions").
    pub(crate) next: u64,
    /// The settings of `$LATEST` when a version was last published: the version may have a description of its own.
    pub(crate) published: Option<Map<String, Value>>,
    pub(crate) aliases: BTreeMap<String, Alias>,
    /// Statements of the resource policy, by qualifier (empty for the function itself), in the order of adding.
    pub(crate) policies: BTreeMap<String, Vec<Value>>,
    pub(crate) concurrency: Option<u64>,
    /// What its versions do, by number (or `$LATEST`), also of versions that are still to be published.
    pub(crate) handlings: BTreeMap<String, Handling>,
    /// How often it has been invoked.
    pub(crate) invoked: u64,
    pub(crate) tags: BTreeMap<String, String>,
}

/// Code and configuration: `$LATEST`, or a version.
#[derive(Debug, Clone)]
pub(crate) struct Edition {
    pub(crate) version: String,
    pub(crate) code: Code,
    /// Members as CreateFunction takes them.
    pub(crate) members: Map<String, Value>,
    pub(crate) revision: String,
    pub(crate) modified: f64,
    /// `Active` or `Failed` with code and reason; while a creation is under way it is `Pending` whatever this says.
    pub(crate) state: Outcome,
    /// How the last update ended.
    pub(crate) update: Outcome,
    pub(crate) under_way: Option<UnderWay>,
    /// `$LATEST`: whether an update came since the last version was published.
    pub(crate) touched: bool,
}

/// How something asynchronous ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Outcome {
    #[default]
    Well,
    /// Code and reason.
    Failed(String, String),
}

/// An alias.
#[derive(Debug, Clone)]
pub(crate) struct Alias {
    pub(crate) version: String,
    pub(crate) description: String,
    pub(crate) weights: BTreeMap<String, f64>,
    pub(crate) revision: String,
}

/// An event source mapping.
#[derive(Debug, Clone)]
pub(crate) struct Mapping {
    pub(crate) region: String,
    /// Members as EventSourceMappingConfiguration has them, without state and times.
    pub(crate) members: Map<String, Value>,
    pub(crate) enabled: bool,
    pub(crate) modified: f64,
    /// The state until it settles (`Creating`, `Updating`, `Enabling`, `Disabling`, `Deleting`).
    pub(crate) passing: Option<(&'static str, UnderWay)>,
    pub(crate) tags: BTreeMap<String, String>,
}

/// One version of a layer.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(crate) code: bytes::Bytes,
    pub(crate) description: String,
    pub(crate) runtimes: Vec<String>,
}

impl Held {
    /// Whether there is a function with this ARN (unqualified).
    pub(crate) fn contains(&self, arn: &str) -> bool {
        self.functions.contains_key(arn)
    }

    /// For state dumps; environment values are in it, as they are in AWS.
    pub(crate) fn state(&self) -> Value {
        let functions: Map<_, _> =
            self.functions.iter().map(|(arn, function)| (arn.clone(), function.state(self))).collect();
        let mappings: Map<_, _> = self
            .mappings
            .iter()
            .map(|(id, mapping)| {
                let of = json!({"configuration": mapping.members, "enabled": mapping.enabled, "tags": mapping.tags});
                (id.clone(), of)
            })
            .collect();
        let layers: Vec<_> = self.layers.keys().collect();
        json!({"functions": functions, "mappings": mappings, "layers": layers})
    }
}

impl Function {
    /// A new function of one edition.
    pub(crate) fn new(name: &str, arn: &str, latest: Edition) -> Function {
        Function {
            name: name.into(),
            arn: arn.into(),
            latest,
            versions: BTreeMap::new(),
            next: 1,
            published: None,
            aliases: BTreeMap::new(),
            policies: BTreeMap::new(),
            concurrency: None,
            handlings: BTreeMap::new(),
            invoked: 0,
            tags: BTreeMap::new(),
        }
    }

    /// `$LATEST` or a published version.
    pub(crate) fn edition(&self, version: &str) -> Option<&Edition> {
        if version == "$LATEST" {
            return Some(&self.latest);
        }
        self.versions.get(&version.parse().ok()?)
    }

    /// The edition that a qualifier means, through an alias if it is one; `$LATEST` without one.
    pub(crate) fn qualified(&self, qualifier: Option<&str>) -> Option<&Edition> {
        let Some(qualifier) = qualifier else { return Some(&self.latest) };
        match self.aliases.get(qualifier) {
            Some(alias) => self.edition(&alias.version),
            None => self.edition(qualifier),
        }
    }

    fn state(&self, held: &Held) -> Value {
        let editions = std::iter::once(&self.latest).chain(self.versions.values());
        let editions: Map<_, _> = editions
            .map(|edition| (edition.version.clone(), Value::Object(show::stable(held, self, edition))))
            .collect();
        let aliases: Map<_, _> = self
            .aliases
            .iter()
            .map(|(name, alias)| {
                let of = json!({"version": alias.version, "description": alias.description, "weights": alias.weights});
                (name.clone(), of)
            })
            .collect();
        json!({
            "versions": editions, "aliases": aliases, "policies": self.policies,
            "concurrency": self.concurrency, "tags": self.tags,
        })
    }
}

impl Edition {
    /// `$LATEST` as it is first, with nothing under way.
    pub(crate) fn first(code: Code, members: Map<String, Value>, revision: String, modified: f64) -> Edition {
        Edition {
            version: "$LATEST".into(),
            code,
            members,
            revision,
            modified,
            state: Outcome::Well,
            update: Outcome::Well,
            under_way: None,
            touched: true,
        }
    }

    /// It has changed: a new revision.
    pub(crate) fn revise(&mut self) {
        self.revision = ids::random_uuid();
    }

    /// `2026-01-01T00:00:00.000+0000`.
    pub(crate) fn last_modified(&self) -> String {
        clock::iso(self.modified).replace('Z', "+0000")
    }
}
