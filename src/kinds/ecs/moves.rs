//! From a change to moves: pure.

use serde_json::{Map, Value, json};

use super::attainable::DESIRED;
use super::codedeploy::START;
use super::fields::{ALWAYS, DEFINITION, DEPLOYING, FIXED, OF_APPSPEC, UPDATED, blank, configuration_blank};
use super::state::{Content, Known};
use super::{balanced, calls};
use crate::core::document::Document;
use crate::core::driver::Change;
use crate::core::moves::{Does, Move, Stage, facet_digest};
use crate::core::template::escape;
use crate::core::{Address, Error, Result};
use crate::kinds::connect::UID_TAG;
use crate::kinds::merged::{merged, merged_all};
use crate::kinds::tag::Spelled;

/// How ECS writes tags.
const TAGS: Spelled = Spelled { tags: "tags", keys: "tagKeys" };

/// Makes a revision of a task definition.
pub const REGISTER: &str = "RegisterTaskDefinition";
/// Sets what differs, and begins a deployment where that takes one.
pub const UPDATE: &str = "UpdateService";
/// Makes a service.
pub const CREATE: &str = "CreateService";
/// Finds the deployment that a new service begins with.
pub const BEGUN: &str = "ListServiceDeployments";
/// Removes it.
pub const DELETE: &str = "DeleteService";

/// The tag of a revision that was registered in the place of another: the number of that.
pub const CLONE_TAG: &str = "snapdeploy:clone-of";
/// The argument that says what the images of a revision stand for: it is looked at once more before the revision is used.
pub const RUNS: &str = "Runs";
/// The argument that names a revision.
pub const REVISION: &str = "taskDefinition";

/// Which revision a service is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The one that it has, which would run the same again.
    Same,
    /// Another one that is ACTIVE.
    Other(u64),
    /// One that has to be registered, in the place of one that can't be used any more.
    Anew {
        /// The number of that.
        clone_of: Option<u64>,
    },
}

/// Returns which revision makes what there is, `from`, what it is to be.
pub fn pick(from: &Document, to: &Document) -> Pick {
    let (now, then) = (Known::of(from), Known::of(to));
    let wanted = Content::of(to).key();
    match now.having(&wanted, &then) {
        Some(number) if Some(number) == now.revision => Pick::Same,
        Some(number) => Pick::Other(number),
        None => Pick::Anew { clone_of: then.revision },
    }
}

/// Returns the moves that make `change`, in order. `physical` is what the service is called there: `CLUSTER/SERVICE`.
///
/// Content that an ACTIVE revision has is one UpdateService to that revision; content that none has is registered first.
///
/// Fails with `Blocked` where a member differs that can't be changed.
pub fn moves(change: &Change<'_>, physical: &str) -> Result<Vec<Move>> {
    match (change.from, change.to) {
        (None, Some(to)) => create(change, to, physical),
        (Some(from), Some(to)) => update(change, from, to, physical),
        (Some(from), None) => Ok(vec![delete(change, from)]),
        (None, None) => Ok(Vec::new()),
    }
}

/// Returns what deploys the service that is `document`.
pub fn controller(document: &Document) -> &str {
    document.portable.get("deploymentController").and_then(|c| c["type"].as_str()).unwrap_or("ECS")
}

fn member(document: &Document, name: &str) -> Option<Value> {
    merged(document.portable.get(name), document.local.get(name))
}

fn update(change: &Change<'_>, from: &Document, to: &Document, physical: &str) -> Result<Vec<Move>> {
    for name in FIXED {
        if from.portable.get(name) != to.portable.get(name) {
            return Err(Error::blocked(format!("differs in {name}, which AWS has no call to change"))
                .hint("delete the service in the target first, or call it otherwise in the configuration"));
        }
    }
    let by = controller(from);
    let moves_over = by != controller(to);
    if moves_over && controller(to) != "ECS" {
        let message = format!(
            "is deployed by {by}, and AWS has no call that lets {} take it over: only ECS itself can",
            controller(to)
        );
        return Err(
            Error::blocked(message).hint("delete the service in the target first, or leave its controller")
        );
    }
    let mut changed: Vec<&str> =
        UPDATED.into_iter().filter(|name| member(from, name) != member(to, name)).collect();
    let other = Content::of(from) != Content::of(to);
    let deploys = other || changed.iter().any(|name| DEPLOYING.contains(name));
    let mut definition = Map::new();
    let mut moves = TAGS.moves(change, from, to);
    if deploys {
        let picked = pick(from, to);
        if let Pick::Anew { clone_of } = picked {
            let args = registration(change, Some(from), to, physical, clone_of);
            definition.insert(DEFINITION.into(), args.clone());
            moves.push(prepare(change, REGISTER, args));
        }
        let known = Known::of(from);
        let number = match picked {
            Pick::Other(number) => Some(number),
            Pick::Same if other || by == "CODE_DEPLOY" => known.revision,
            _ => None,
        };
        if let Some(number) = number {
            definition.insert(REVISION.into(), json!(escape(&format!("{}:{number}", known.family))));
            definition.insert(RUNS.into(), Value::Object(Content::of(to).images()));
        }
    }
    if by == "ECS" || moves_over {
        if !definition.is_empty() || !changed.is_empty() {
            let args = arguments(&changed, from, to, definition);
            moves.push(setting(change, UPDATE, Stage::Switch, &changed, args, from, to));
        }
        return Ok(moves);
    }
    let (always, rest): (Vec<&str>, Vec<&str>) = changed.drain(..).partition(|name| ALWAYS.contains(name));
    let appspec = |name: &&str| by == "CODE_DEPLOY" && OF_APPSPEC.contains(name);
    let (deployed, never): (Vec<&str>, Vec<&str>) = rest.into_iter().partition(appspec);
    if !never.is_empty() || (other && by != "CODE_DEPLOY") {
        let names = never.into_iter().chain((other && by != "CODE_DEPLOY").then_some(DEFINITION));
        let message = format!(
            "is deployed by {by}, under which AWS changes no {} of a service",
            names.collect::<Vec<_>>().join(", no ")
        );
        return Err(Error::blocked(message).hint(
            "deploymentController = { type = \"ECS\" } lets ECS take it over; or leave them as they are",
        ));
    }
    if !always.is_empty() {
        let args = arguments(&always, from, to, Map::new());
        moves.push(setting(change, UPDATE, Stage::Write, &always, args, from, to));
    }
    if deploys {
        let args = arguments(&deployed, from, to, definition);
        moves.push(setting(change, START, Stage::Switch, &deployed, args, from, to));
    }
    Ok(moves)
}

/// Returns the arguments that make the members `names` what `to` says, with `definition`.
fn arguments(names: &[&str], from: &Document, to: &Document, definition: Map<String, Value>) -> Value {
    let mut args = definition;
    for name in names {
        let mut value = member(to, name).unwrap_or_else(|| blank(name));
        if *name == "deploymentConfiguration"
            && let (Some(Value::Object(old)), Some(new)) = (member(from, name), value.as_object_mut())
        {
            // What is left out stays as it is.
            for inner in old.keys().filter(|inner| !new.contains_key(*inner)).cloned().collect::<Vec<_>>() {
                new.extend(configuration_blank(&inner).map(|value| (inner, value)));
            }
        }
        if *name == "capacityProviderStrategy" {
            // ECS refuses it else (deploy-peers 4.2).
            args.insert("forceNewDeployment".into(), json!(true));
        }
        args.insert((*name).into(), value);
    }
    Value::Object(args)
}

fn setting(
    change: &Change<'_>,
    call: &str,
    stage: Stage,
    names: &[&str],
    args: Value,
    from: &Document,
    to: &Document,
) -> Move {
    let definition = [DEFINITION, REVISION].iter().any(|name| args.get(name).is_some());
    let all = names.iter().copied().chain(definition.then_some(DEFINITION));
    let facet: Vec<String> = all.map(String::from).collect();
    Move {
        address: change.address.clone(),
        stage,
        does: Does::Update,
        call: call.into(),
        args,
        before: Some(facet_digest(from, &facet)),
        after: Some(facet_digest(to, &facet)),
        facet,
        through: Vec::new(),
        rollout: None,
    }
}

fn prepare(change: &Change<'_>, call: &str, args: Value) -> Move {
    made_ready(change.address, Stage::Write, call, args)
}

fn made_ready(address: &Address, stage: Stage, call: &str, args: Value) -> Move {
    Move {
        address: address.clone(),
        stage,
        does: Does::Prepare,
        call: call.into(),
        facet: Vec::new(),
        args,
        before: None,
        after: None,
        through: Vec::new(),
        rollout: None,
    }
}

/// Returns the task definition that `to` runs, as it is registered: by its family, with what no rule knows of the one that
/// is there, and with tags that say where it comes from.
fn registration(
    change: &Change<'_>,
    from: Option<&Document>,
    to: &Document,
    physical: &str,
    clone_of: Option<u64>,
) -> Value {
    let content = Content::of(to);
    let mut args = merged_all(&content.portable, &content.local);
    if let Some(Value::Object(unknown)) = from.and_then(|f| f.unknown.get(DEFINITION)) {
        let known = args.clone();
        args = merged_all(&literal(&Value::Object(unknown.clone())), &known);
    }
    let family = [from, Some(to)].into_iter().flatten().map(|d| Known::of(d).family);
    let family = family.into_iter().find(|f| !f.is_empty());
    // A new service has a family of its own name.
    let family = family.unwrap_or_else(|| calls::parts(physical).1.to_string());
    args.insert("family".into(), json!(escape(&family)));
    let tags = args.entry("tags").or_insert_with(|| json!({}));
    if let Some(number) = clone_of {
        tags[CLONE_TAG] = json!(number.to_string());
    }
    if !change.uid.is_empty() {
        tags[UID_TAG] = json!(escape(change.uid));
    }
    Value::Object(args)
}

/// Returns `value`, which is an object, with each text and key as a template that says just this.
fn literal(value: &Value) -> Map<String, Value> {
    fn one(value: &Value) -> Value {
        match value {
            Value::String(text) => json!(escape(text)),
            Value::Array(items) => items.iter().map(one).collect(),
            Value::Object(members) => {
                Value::Object(members.iter().map(|(k, v)| (escape(k), one(v))).collect())
            }
            other => other.clone(),
        }
    }
    match one(value) {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn create(change: &Change<'_>, to: &Document, physical: &str) -> Result<Vec<Move>> {
    if controller(to) == "EXTERNAL" {
        return Err(Error::blocked(
            "is deployed by a controller of its owner's (EXTERNAL), who makes its task sets",
        )
        .hint("create it with that, or with deploymentController = { type = \"ECS\" }"));
    }
    let then = Known::of(to);
    let definition = registration(change, None, to, physical, then.revision);
    let mut args = merged_all(&to.portable, &to.local);
    args.remove(DEFINITION);
    balanced::put(to, &mut args);
    // "" in an overlay is to go without.
    args.retain(|_, value| *value != json!(""));
    if args.get("capacityProviderStrategy").is_some() {
        args.remove("launchType");
    }
    // Source: "CreateService" of the API reference: required where the strategy is REPLICA.
    if args.get("schedulingStrategy").is_none_or(|s| s != "DAEMON") {
        args.entry(DESIRED).or_insert(json!(then.desired.unwrap_or(1)));
    } else {
        args.remove(DESIRED);
    }
    if !change.uid.is_empty() {
        args.entry("tags").or_insert_with(|| json!({}))[UID_TAG] = json!(escape(change.uid));
    }
    args.insert(DEFINITION.into(), definition.clone());
    let facet: Vec<String> = args.keys().cloned().collect();
    let made = Move {
        address: change.address.clone(),
        stage: Stage::Write,
        does: Does::Create,
        call: CREATE.into(),
        facet,
        args: Value::Object(args),
        before: None,
        after: None,
        through: Vec::new(),
        rollout: None,
    };
    Ok(vec![prepare(change, REGISTER, definition), made, prepare(change, BEGUN, json!({}))])
}

fn delete(change: &Change<'_>, from: &Document) -> Move {
    let facet: Vec<String> = from.portable.keys().chain(from.local.keys()).cloned().collect();
    Move {
        address: change.address.clone(),
        stage: Stage::Clean,
        does: Does::Delete,
        call: DELETE.into(),
        before: Some(facet_digest(from, &facet)),
        facet,
        args: json!({}),
        after: None,
        through: Vec::new(),
        rollout: None,
    }
}

/// Returns what a restart makes of the service that is `live`, and the move that does it.
///
/// Fails with `Blocked` where CodeDeploy, or somebody else, deploys it.
pub fn restart(address: &Address, live: &Document) -> Result<(Document, Vec<Move>)> {
    let by = controller(live);
    let mut to = live.clone();
    // A tag is looked up again.
    Content::of(live).with_images(&Known::of(live).images).write(&mut to);
    let known = Known::of(live);
    // Under CodeDeploy no update begins a deployment, but a deployment may be of the revision that runs.
    if let ("CODE_DEPLOY", Some(number)) = (by, known.revision) {
        let args = json!({
            REVISION: escape(&format!("{}:{number}", known.family)),
            RUNS: Content::of(&to).images(),
        });
        return Ok((to, vec![made_ready(address, Stage::Switch, START, args)]));
    }
    if by != "ECS" {
        let message =
            format!("{address} is deployed by {by}, under which ECS starts no deployment by itself");
        return Err(
            Error::blocked(message).hint("deploy the image that it has: --artifact ADDRESS=@sha256:...")
        );
    }
    let args = json!({ "forceNewDeployment": true });
    Ok((to, vec![made_ready(address, Stage::Switch, UPDATE, args)]))
}
