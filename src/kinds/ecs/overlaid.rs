//! Ladders in `deploymentConfiguration`: what a rollout makes of that of a service which ECS itself deploys, and what
//! leads back without one.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::fields::SERVICE;
use super::form;
use super::ladder::{Form, Ladder};
use crate::core::document::Document;
use crate::core::place::place;
use crate::core::run::RunKind;
use crate::kinds::merged::merged;

/// The member.
pub const CONFIGURATION: &str = "deploymentConfiguration";
/// The stages at which ECS waits for gates: before each shift, and after the last one. A pause is not allowed at the
/// shifts themselves (deploy-peers 4.1).
pub const WAITS_AT: [&str; 2] = ["PRE_PRODUCTION_TRAFFIC_SHIFT", "POST_PRODUCTION_TRAFFIC_SHIFT"];
/// How many minutes a pause lasts at most (deploy-peers 4.1: 1 to 1440): then ECS rolls back by itself.
pub const PAUSE: u64 = 1440;

const STRATEGY: &str = "strategy";
const BAKE: &str = "bakeTimeInMinutes";
const CANARY: &str = "canaryConfiguration";
const LINEAR: &str = "linearConfiguration";
const HOOKS: &str = "lifecycleHooks";

/// Whether ECS waits at each rung until it is told to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// It goes on by itself.
    Never,
    /// It waits, since gates are asked.
    ForGates,
}

/// The pause that makes ECS wait.
fn pause() -> Value {
    json!({ "targetType": "PAUSE", "lifecycleStages": WAITS_AT,
        "timeoutConfiguration": { "timeoutInMinutes": PAUSE, "action": "ROLLBACK" } })
}

/// Returns the strategy of the service that is `document`.
pub fn strategy(document: &Document) -> &str {
    let own = document.portable.get(CONFIGURATION).and_then(|c| c[STRATEGY].as_str());
    own.unwrap_or("ROLLING")
}

/// Returns `deploymentConfiguration` of `document`, both parts.
pub fn configuration(document: &Document) -> Option<Map<String, Value>> {
    match merged(document.portable.get(CONFIGURATION), document.local.get(CONFIGURATION)) {
        Some(Value::Object(configuration)) => Some(configuration),
        _ => None,
    }
}

/// Sets `deploymentConfiguration` of `document`.
fn set(document: &mut Document, configuration: Map<String, Value>) {
    let mut members = Map::new();
    members.insert(CONFIGURATION.into(), Value::Object(configuration));
    form::service_defaults(&mut members);
    let mut placed = place(&members, SERVICE);
    for (part, of) in [
        (&mut document.portable, &mut placed.portable),
        (&mut document.local, &mut placed.local),
        (&mut document.unknown, &mut placed.unknown),
    ] {
        match of.remove(CONFIGURATION) {
            Some(value) => part.insert(CONFIGURATION.into(), value),
            None => part.remove(CONFIGURATION),
        };
    }
}

/// Puts `ladder` into `document`.
pub fn climb(document: &mut Document, ladder: &Ladder, waits: Waits) {
    let mut all = configuration(document).unwrap_or_default();
    all.retain(|name, _| ![CANARY, LINEAR].contains(&name.as_str()));
    let strategy = match ladder.form {
        Form::AtOnce => "BLUE_GREEN",
        Form::Canary(share, minutes) => {
            let own = json!({ "canaryPercent": share.percent(), "canaryBakeTimeInMinutes": minutes });
            all.insert(CANARY.into(), own);
            "CANARY"
        }
        Form::Linear(step, minutes) => {
            let own = json!({ "stepPercent": step.percent(), "stepBakeTimeInMinutes": minutes });
            all.insert(LINEAR.into(), own);
            "LINEAR"
        }
    };
    all.insert(STRATEGY.into(), json!(strategy));
    let mut hooks = without(&all, is_ours);
    match waits {
        // ECS bakes after its last stage that a pause can be at, so it would bake once more after what is held there.
        Waits::ForGates => {
            hooks.push(pause());
            all.insert(BAKE.into(), json!(0));
        }
        Waits::Never => drop(all.insert(BAKE.into(), json!(ladder.bake))),
    }
    all.insert(HOOKS.into(), Value::Array(hooks));
    set(document, all);
}

/// Takes the pause that waits for gates out of `document`; returns what hooks there are then, if it was there.
pub fn let_go(document: &mut Document) -> Option<Value> {
    let mut all = configuration(document)?;
    let hooks = without(&all, is_ours);
    if hooks.len() == all.get(HOOKS).and_then(Value::as_array).map_or(0, Vec::len) {
        return None;
    }
    let left = Value::Array(hooks);
    all.insert(HOOKS.into(), left.clone());
    set(document, all);
    Some(left)
}

/// Returns `document` as it is while its revision gets all traffic at once, on the `way` there or back, with no bake time and
/// no pause; on the way there, a pause of its owner's stays. `None`, where that is so anyway.
///
/// A deployment takes the configuration of the call that begins it, and a change of the configuration alone begins none
/// (deploy-peers 4.2), so that the right one can be put in its place once that is over.
pub fn all_at_once(document: &Document, way: RunKind) -> Option<Document> {
    let mut all = configuration(document)?;
    let hooks = without(&all, let_go_on(way));
    let pauses = hooks.len() != all.get(HOOKS).and_then(Value::as_array).map_or(0, Vec::len);
    let bakes = all.get(BAKE).is_some_and(|minutes| *minutes != 0);
    match all.get(STRATEGY).and_then(Value::as_str).unwrap_or("ROLLING") {
        "CANARY" | "LINEAR" => {}
        "BLUE_GREEN" if pauses || bakes => {}
        _ => return None,
    }
    at_once(&mut all, way);
    let mut back = document.clone();
    set(&mut back, all);
    Some(back)
}

/// Returns which pauses are not waited in where all traffic is shifted at once: nobody is asked on the way back.
fn let_go_on(way: RunKind) -> fn(&Value) -> bool {
    match way {
        RunKind::Deploy => is_ours,
        RunKind::Rollback => is_pause,
    }
}

/// Makes of `configuration`, as a call has it, one that shifts all traffic at once, as [`all_at_once`] does.
pub fn at_once(configuration: &mut Map<String, Value>, way: RunKind) {
    let hooks = without(configuration, let_go_on(way));
    configuration.retain(|name, _| ![CANARY, LINEAR].contains(&name.as_str()));
    configuration.insert(STRATEGY.into(), json!("BLUE_GREEN"));
    configuration.insert(BAKE.into(), json!(0));
    configuration.insert(HOOKS.into(), Value::Array(hooks));
}

/// Returns whether the deployment whose configuration is `configuration` waits for gates, and does so in `stage`: not
/// where another pause of its owner's is at.
pub fn waits_for_gates(configuration: &Value, stage: &str) -> bool {
    let hooks = configuration[HOOKS].as_array().into_iter().flatten();
    let (ours, others): (Vec<&Value>, Vec<&Value>) =
        hooks.filter(|hook| is_pause(hook)).partition(|h| is_ours(h));
    let at = |hook: &&Value| {
        hook["lifecycleStages"].as_array().into_iter().flatten().any(|own| own.as_str() == Some(stage))
    };
    !ours.is_empty() && !others.iter().any(at)
}

/// Returns whether `configuration` has the pause that waits for gates.
pub fn has_pause(configuration: &Value) -> bool {
    configuration[HOOKS].as_array().is_some_and(|hooks| hooks.iter().any(is_ours))
}

/// Returns whether `configuration` has no other pause than the one that waits for gates.
pub fn all_pauses_are_ours(configuration: &Value) -> bool {
    let mut hooks = configuration[HOOKS].as_array().into_iter().flatten();
    hooks.all(|hook| !is_pause(hook) || is_ours(hook))
}

fn without(configuration: &Map<String, Value>, which: fn(&Value) -> bool) -> Vec<Value> {
    let hooks = configuration.get(HOOKS).and_then(Value::as_array).into_iter().flatten();
    hooks.filter(|hook| !which(hook)).cloned().collect()
}

fn is_pause(hook: &Value) -> bool {
    hook["targetType"] == "PAUSE"
}

/// ECS does not say that it keeps the order of the stages.
fn is_ours(hook: &Value) -> bool {
    let stages = hook["lifecycleStages"].as_array().into_iter().flatten();
    let stages: BTreeSet<Option<&str>> = stages.map(Value::as_str).collect();
    is_pause(hook) && stages == WAITS_AT.map(Some).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ecs::ladder::Platform;

    fn document(configuration: Value) -> Document {
        let mut document = Document::default();
        set(&mut document, configuration.as_object().unwrap().clone());
        document
    }

    fn ladder(text: &str) -> Ladder {
        Platform::Ecs.ladder(&text.parse().unwrap()).unwrap()
    }

    fn theirs() -> Value {
        json!({ "targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"] })
    }

    #[test]
    fn a_ladder_takes_the_place_of_what_was_there_and_goes_again() {
        let alarms = json!({ "alarmNames": ["errors"], "enable": true, "rollback": true });
        let before = document(json!({ "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 3, "alarms": alarms,
            "lifecycleHooks": [theirs()] }));
        let mut to = before.clone();
        climb(&mut to, &ladder("10% 5m, 100% 15m"), Waits::ForGates);
        let canary = json!({ "canaryPercent": 10.0, "canaryBakeTimeInMinutes": 5 });
        assert_eq!(
            to.portable[CONFIGURATION],
            json!({ "strategy": "CANARY", "canaryConfiguration": canary })
        );
        assert_eq!(
            to.local[CONFIGURATION],
            json!({ "alarms": alarms, "lifecycleHooks": [theirs(), pause()] })
        );
        let same = to.clone();
        climb(&mut to, &ladder("10% 5m, 100% 15m"), Waits::ForGates);
        assert_eq!(to.local, same.local, "one pause is enough");
        climb(&mut to, &ladder("20% 1m, 40% 1m, 60% 1m, 80% 1m, 100% 15m"), Waits::Never);
        let linear = json!({ "stepPercent": 20.0, "stepBakeTimeInMinutes": 1 });
        assert_eq!(
            to.portable[CONFIGURATION],
            json!({ "strategy": "LINEAR", "linearConfiguration": linear, "bakeTimeInMinutes": 15 })
        );
        assert_eq!(to.local, before.local);
        climb(&mut to, &ladder("100% 3m"), Waits::Never);
        assert_eq!((to.portable, to.local), (before.portable, before.local));
    }

    #[test]
    fn a_pause_of_ours_is_let_go_of_and_anothers_stays() {
        let mut to = document(json!({ "strategy": "BLUE_GREEN", "lifecycleHooks": [theirs()] }));
        assert_eq!(let_go(&mut to), None);
        climb(&mut to, &ladder("100% 3m"), Waits::ForGates);
        let own = configuration(&to).map(Value::Object).unwrap();
        assert!(waits_for_gates(&own, "PRE_PRODUCTION_TRAFFIC_SHIFT"));
        assert!(!waits_for_gates(&own, "POST_TEST_TRAFFIC_SHIFT"), "that is their own pause");
        let mut shown = own.clone();
        shown[HOOKS][1]["lifecycleStages"].as_array_mut().unwrap().reverse();
        assert!(waits_for_gates(&shown, WAITS_AT[0]), "in whatever order the stages are shown");
        assert_eq!(let_go(&mut to), Some(json!([theirs()])));
    }

    fn back(document: &Document) -> Option<Document> {
        all_at_once(document, RunKind::Rollback)
    }

    #[test]
    fn the_way_back_bakes_and_waits_for_nothing() {
        let mut to = document(json!({ "strategy": "BLUE_GREEN", "maximumPercent": 150 }));
        assert_eq!(back(&to), None);
        climb(&mut to, &ladder("10% 5m, 100% 15m"), Waits::ForGates);
        let back_now = back(&to).unwrap();
        assert_eq!(
            back_now.portable[CONFIGURATION],
            json!({ "strategy": "BLUE_GREEN", "maximumPercent": 150 })
        );
        assert_eq!(back_now.local.get(CONFIGURATION), None);
        assert_eq!(back(&document(json!({ "strategy": "ROLLING", "bakeTimeInMinutes": 3 }))), None);
        assert!(back(&document(json!({ "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 3 }))).is_some());
    }

    #[test]
    fn all_at_once_leaves_a_pause_of_its_owners() {
        let mut to = document(json!({ "strategy": "BLUE_GREEN", "lifecycleHooks": [theirs()] }));
        assert_eq!(all_at_once(&to, RunKind::Deploy), None);
        climb(&mut to, &ladder("10% 5m, 100% 15m"), Waits::ForGates);
        let now = all_at_once(&to, RunKind::Deploy).unwrap();
        assert_eq!(now.portable[CONFIGURATION], json!({ "strategy": "BLUE_GREEN" }));
        assert_eq!(now.local[CONFIGURATION], json!({ "lifecycleHooks": [theirs()] }));
        assert_eq!(back(&to).unwrap().local.get(CONFIGURATION), None);
    }
}
