//! What a flow or a module keeps beside its content: versions, and aliases that point to them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::clock;

/// An immutable copy of published content ("Creates an immutable snapshot", CreateContactFlowModuleVersion).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Version {
    pub(crate) content: String,
    /// Modules: the `Settings` of that moment.
    pub(crate) settings: Option<String>,
    pub(crate) description: Option<String>,
}

/// A name for a version of a module.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Alias {
    pub(crate) name: String,
    pub(crate) version: u64,
    pub(crate) description: Option<String>,
    pub(crate) modified: f64,
}

/// The versions and aliases of one flow or module.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct History {
    /// The highest number given so far: numbers are never given again ("monotonically increasing").
    pub(crate) last: u64,
    pub(crate) versions: BTreeMap<u64, Version>,
    /// By id.
    pub(crate) aliases: BTreeMap<String, Alias>,
    /// Modules: settings saved with `:$SAVED` and not published.
    pub(crate) saved_settings: Option<String>,
}

impl History {
    /// Adds a version under the next number, which it returns.
    pub(crate) fn add(&mut self, version: Version) -> u64 {
        self.last += 1;
        self.versions.insert(self.last, version);
        self.last
    }

    /// The alias with this name or this id.
    pub(crate) fn alias(&self, given: &str) -> Option<&Alias> {
        self.aliases.get(given).or_else(|| self.aliases.values().find(|alias| alias.name == given))
    }

    /// The members of a state dump; those of `Volatile` hold times and counters.
    pub(crate) fn state(&self, detail: Detail) -> Map<String, Value> {
        let mut out = Map::new();
        let described = |value: &mut Value, description: &Option<String>| {
            if let Some(description) = description {
                value["Description"] = json!(description);
            }
        };
        let mut versions = Map::new();
        for (number, version) in &self.versions {
            let mut value = json!({"Content": version.content});
            described(&mut value, &version.description);
            if let Some(settings) = &version.settings {
                value["Settings"] = json!(settings);
            }
            versions.insert(number.to_string(), value);
        }
        let mut aliases = Map::new();
        for (id, alias) in &self.aliases {
            let mut value = json!({"AliasId": id, "Version": alias.version});
            described(&mut value, &alias.description);
            if detail == Detail::Volatile {
                value["LastModifiedTime"] = clock::epoch(alias.modified);
            }
            aliases.insert(alias.name.clone(), value);
        }
        for (name, members) in [("Versions", versions), ("Aliases", aliases)] {
            if !members.is_empty() {
                out.insert(name.into(), Value::Object(members));
            }
        }
        if let Some(settings) = &self.saved_settings {
            out.insert("SavedSettings".into(), json!(settings));
        }
        if detail == Detail::Volatile && self.last > 0 {
            out.insert("LastVersion".into(), json!(self.last));
        }
        out
    }
}

/// Whether a state dump shows times and counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Only what is configured.
    Configuration,
    /// Times and counters too.
    Volatile,
}
