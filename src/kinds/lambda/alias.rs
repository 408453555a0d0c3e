//! The arguments of the calls that make an alias and point it elsewhere.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::state::{Alias, Key};
use crate::core::template::escape;

/// Returns the arguments that make an alias `alias`; the version is null where it has just been published.
///
/// Shares of other versions are sent as an empty set where there are none: what is left out stays as it is.
pub fn arguments(
    name: &str,
    alias: &Alias,
    was: Option<&Alias>,
    version: Value,
    known: &BTreeMap<Key, u64>,
) -> Value {
    let mut weights = Map::new();
    for (joined, weight) in &alias.routing {
        let number = known.iter().find(|((p, l), _)| format!("{p}:{l}") == *joined);
        weights.extend(number.map(|(_, n)| (n.to_string(), weight.clone())));
    }
    let mut args = json!({ "Name": escape(name), "FunctionVersion": version });
    if was.is_some() || !weights.is_empty() {
        args["RoutingConfig"] = json!({ "AdditionalVersionWeights": weights });
    }
    let words = alias.description.clone();
    if let Some(words) = words.or(was.and_then(|a| a.description.as_ref()).map(|_| json!(""))) {
        args["Description"] = words;
    }
    args
}
