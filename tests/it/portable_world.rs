//! Two environments that hold the same things under different ids, and flows that refer to them.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use snapdeploy::core::fields::{Class, FieldRule, field};
use snapdeploy::core::inventory::{Alias, Found, Inventory};
use snapdeploy::core::portable::{Encoder, Origin, encode};
use snapdeploy::core::{Address, Digest, Document, Pin};
use snapdeploy::kinds::connect::flow_refs::{Carries, FLOW_REFS};
use snapdeploy::kinds::connect::flow_walk::walk;

/// How many resources of each kind there are.
const EACH: usize = 2;

/// The segment of a Connect ARN for each kind that the flow table names, or what else its ARN is.
const KINDS: &[(&str, &str)] = &[
    ("connect/flow", "contact-flow"),
    ("connect/module", "flow-module"),
    ("connect/queue", "queue"),
    ("connect/hours", "operating-hours"),
    ("connect/prompt", "prompt"),
    ("connect/user", "agent"),
    ("connect/view", "view"),
    ("connect/task-template", "task-template"),
    ("connect/data-table", "data-table"),
    ("connect/security-key", "security-key"),
    ("cases/template", "template"),
    ("cases/field", "field"),
    ("wisdom/assistant", "assistant"),
    ("lambda/function", "function"),
    ("lex/bot", "bot"),
];

/// One environment.
pub struct Side {
    pub inventory: Inventory,
    pub accounts: Vec<(String, String)>,
    pub vars: BTreeMap<String, String>,
    tag: char,
}

/// How the resources are called: the same on both sides.
pub type Names = Vec<String>;

pub fn names() -> impl Strategy<Value = Names> {
    let name = prop_oneof!["[A-Za-z ]{1,8}", "[ -~]{1,8}", "([/*#%}\\]@{é😀]|@\\{){1,5}"];
    prop::collection::vec(name, KINDS.len() * EACH)
}

fn hash(tag: char, kind: &str, i: usize) -> String {
    Digest::of(format!("{tag}{kind}{i}").as_bytes()).to_string()
}

fn uuid(tag: char, kind: &str, i: usize) -> String {
    let h = hash(tag, kind, i);
    format!("{}-{}-{}-{}-{}", &h[..8], &h[8..12], &h[12..16], &h[16..20], &h[20..32])
}

impl Side {
    pub fn new(tag: char, account: &str, region: &str, names: &Names) -> Side {
        let pin = Pin { account: account.into(), region: region.into(), instance: uuid(tag, "instance", 0) };
        let mut found = Vec::new();
        for (k, (kind, segment)) in KINDS.iter().enumerate() {
            for i in 0..EACH {
                let name = match *kind {
                    // A function's name is its id.
                    "lambda/function" => format!("f{i}"),
                    _ => format!("{}{i}", names[k * EACH + i]),
                };
                // In `b` everything is called otherwise, and the configuration says how.
                let mapped = (tag == 'b').then(|| format!("{name}-prod"));
                let arn = |service: &str, rest: &str| {
                    format!("arn:{}:{service}:{region}:{account}:{rest}", pin.partition())
                };
                let mut id = uuid(tag, kind, i);
                let (service, _) = kind.split_once('/').unwrap();
                let mut aliases = None;
                let arn = match *kind {
                    "lambda/function" => {
                        id = mapped.clone().unwrap_or(name.clone());
                        arn(service, &format!("function:{id}"))
                    }
                    "lex/bot" => {
                        id = hash(tag, kind, i)[..10].to_uppercase();
                        let alias_id = hash(tag, "alias", i)[..10].to_uppercase();
                        aliases = Some(vec![Alias {
                            name: "live".into(),
                            physical: mapped.as_ref().map(|_| "prod".to_string()),
                            arn: arn(service, &format!("bot-alias/{id}/{alias_id}")),
                            id: alias_id,
                        }]);
                        arn(service, &format!("bot/{id}"))
                    }
                    _ if service == "connect" => {
                        arn(service, &format!("instance/{}/{segment}/{id}", pin.instance))
                    }
                    _ => arn(service, &format!("{segment}/{id}")),
                };
                found.push(Found {
                    aliases,
                    physical: mapped,
                    ..Found::new(Address::new(kind, name), id, arn)
                });
            }
        }
        let shared = if tag == 'a' { "333333333333" } else { "444444444444" };
        Side {
            inventory: Inventory::new(pin, found),
            accounts: vec![("shared#1".into(), shared.into())],
            vars: [("api url".to_string(), format!("https://{tag}.example/api"))].into(),
            tag,
        }
    }

    pub fn pair(names: &Names) -> (Side, Side) {
        (
            Side::new('a', "111111111111", "us-east-1", names),
            Side::new('b', "222222222222", "cn-north-1", names),
        )
    }

    fn found(&self, kind: &str, i: usize) -> &Found {
        let of_kind = self.inventory.iter().filter(|f| f.address.kind() == kind);
        // In the order of names, which is the same on both sides.
        of_kind.collect::<Vec<_>>()[i]
    }

    /// Takes `wire` apart; returns the document and the encoder's findings.
    pub fn encode(&self, wire: &Map<String, Value>) -> (Document, Vec<String>) {
        let origin = Origin {
            inventory: &self.inventory,
            accounts: &self.accounts,
            vars: &self.vars,
            seal: &Default::default(),
        };
        let mut encoder = Encoder::new(&origin, &Address::new("connect/flow", "Main"));
        let document = encode(wire, RULES, &mut encoder);
        let said = encoder.findings.iter().map(|f| format!("{:?}: {}", f.weight, f.message)).collect();
        assert!(encoder.dangling.is_empty(), "{:?}", encoder.dangling);
        (document, said)
    }
}

pub const RULES: &[FieldRule] = &[
    field("Name", Class::Portable),
    field("Content", Class::Embedded(walk)),
    field("Tags", Class::Tags),
    field("Config.QueueId", Class::Ref("connect/queue")),
    field("Config.Role", Class::Local),
    field("Config.HoursId", Class::LocalRef("connect/hours")),
    field("Arn", Class::Identity),
];

/// Something in a text that differs between environments, or does not.
#[derive(Clone, Debug)]
pub enum Piece {
    Text(String),
    Id(usize, usize),
    Arn(usize, usize),
    AliasArn(usize),
    Qualified(usize),
    TestAlias(usize),
    Agent(usize),
    UnknownFunction,
    Dynamic,
    Shared,
    Role,
    Sqs,
    Instance,
    AwsView,
}

impl Piece {
    fn on(&self, side: &Side) -> String {
        let pin = &side.inventory.pin;
        let (p, r, a) = (pin.partition(), &pin.region, &pin.account);
        match self {
            Piece::Text(text) => text.clone(),
            Piece::Id(k, i) => {
                let (kind, _) = KINDS[k % KINDS.len()];
                // Ids of functions and bots are words, which count only where a reference is expected.
                let kind = if kind.starts_with('l') { "connect/queue" } else { kind };
                side.found(kind, i % EACH).id.clone()
            }
            Piece::Arn(k, i) => side.found(KINDS[k % KINDS.len()].0, i % EACH).arn.clone(),
            Piece::AliasArn(i) => side.found("lex/bot", i % EACH).aliases.as_ref().unwrap()[0].arn.clone(),
            Piece::Qualified(i) => format!("{}:$LATEST", side.found("lambda/function", i % EACH).arn),
            Piece::TestAlias(i) => {
                let id = &side.found("lex/bot", i % EACH).id;
                format!("arn:{p}:lex:{r}:{a}:bot-alias/{id}/TSTALIASID")
            }
            Piece::Agent(i) => {
                let id = &side.found("connect/user", i % EACH).id;
                format!("{}/queue/agent/{id}", pin.instance_arn())
            }
            Piece::UnknownFunction => format!("arn:{p}:lambda:{r}:{a}:function:elsewhere:3"),
            Piece::Dynamic => format!("arn:{p}:lambda:$.AwsRegion:{a}:function:f"),
            Piece::Shared => format!("arn:{p}:lambda:{r}:{}:function:f", side.accounts[0].1),
            Piece::Role => format!("arn:{p}:iam::{a}:role/x+{{y}}"),
            Piece::Sqs => format!("https://sqs.{r}.amazonaws.com/{a}/q"),
            Piece::Instance => pin.instance.clone(),
            Piece::AwsView => "arn:aws:connect:us-east-1:aws:view/form:1".to_string(),
        }
    }
}

/// A text: pieces with something between that no id runs into.
pub type Text = Vec<Piece>;

pub fn on(text: &Text, side: &Side) -> String {
    text.iter().map(|piece| piece.on(side)).collect::<Vec<_>>().join(" \"")
}

/// Text full of what templates are made of; no whole ARN, which would be of one partition.
pub fn tricky() -> impl Strategy<Value = String> {
    "([@{}$#%\"\\\\\n/:*]|@\\{|\\$\\{x\\}|\\{\\{|😀|é|arn:|account|@\\{region\\}| |[a-z0-9-]{1,5}){0,8}"
}

fn piece() -> impl Strategy<Value = Piece> {
    let n = 0..KINDS.len();
    prop_oneof![
        3 => tricky().prop_map(Piece::Text),
        2 => (n.clone(), 0..EACH).prop_map(|(k, i)| Piece::Id(k, i)),
        2 => (n, 0..EACH).prop_map(|(k, i)| Piece::Arn(k, i)),
        1 => (0..EACH).prop_map(Piece::AliasArn),
        1 => (0..EACH).prop_map(Piece::Qualified),
        1 => (0..EACH).prop_map(Piece::TestAlias),
        1 => (0..EACH).prop_map(Piece::Agent),
        1 => prop_oneof![
            Just(Piece::UnknownFunction),
            Just(Piece::Dynamic),
            Just(Piece::Shared),
            Just(Piece::Role),
            Just(Piece::Sqs),
            Just(Piece::Instance),
            Just(Piece::AwsView),
        ],
    ]
}

pub fn text() -> impl Strategy<Value = Text> {
    prop::collection::vec(piece(), 0..4)
}

/// One action: a row of the table, in what form its reference stands, and free text beside it.
#[derive(Clone, Debug)]
pub struct Action {
    row: usize,
    arn: bool,
    which: usize,
    free: Text,
    key: Text,
    current_name: bool,
}

pub fn actions() -> impl Strategy<Value = Vec<Action>> {
    let any = (any::<bool>(), 0..EACH, text(), text(), any::<bool>());
    // Every row of the table, each time.
    prop::collection::vec(any, FLOW_REFS.len()).prop_map(|all| {
        let action = |(row, (arn, which, free, key, current_name))| Action {
            row,
            arn,
            which,
            free,
            key,
            current_name,
        };
        all.into_iter().enumerate().map(action).collect()
    })
}

/// Puts `value` at `path`, through an array where the table's path goes through one.
fn nest(path: &str, value: Value) -> Value {
    path.rsplit('.').fold(value, |value, name| match name {
        "*" => json!({ "CustomerQueue": value }),
        "Messages" | "CaseResponseFields" => json!({ name: [value] }),
        _ => json!({ name: value }),
    })
}

fn action(n: usize, action: &Action, side: &Side) -> (Value, Value) {
    let row = FLOW_REFS[action.row];
    let (value, name) = match row.carries {
        Carries::Region => (json!(side.inventory.pin.region), "x".to_string()),
        Carries::KeyRef(kind) => (json!({ side.found(kind, action.which).id.clone(): "v" }), "x".into()),
        Carries::Ref(kind) => {
            let found = side.found(kind, action.which);
            let alias = found.aliases.as_ref().map(|a| &a[0]);
            let text = match (alias, action.arn) {
                (Some(alias), _) => &alias.arn,
                (None, true) => &found.arn,
                (None, false) => &found.id,
            };
            let name = alias.map_or(found.name(), |a| a.shown());
            (json!(text), if action.current_name { name.into() } else { "Stale".to_string() })
        }
    };
    // A key that is an id stands in place of the `*`.
    let path =
        if matches!(row.carries, Carries::KeyRef(_)) { row.path.trim_end_matches(".*") } else { row.path };
    let mut parameters = nest(path, value);
    parameters["Free"] = json!({ on(&action.key, side): on(&action.free, side) });
    let flow = side.found("connect/flow", action.which);
    let metadata = json!({
        "position": { "x": 1.5, "y": 302.40000000000003 },
        "parameters": nest(path, json!({ "displayName": name, "useDynamic": false })),
        "promptName": if row.path.ends_with("PromptId") { &name } else { "" },
        "lexV2BotAliasName": if row.path.ends_with("AliasArn") { &name } else { "" },
        "contactFlow": { "text": flow.name(), "id": flow.id },
        "children": [format!("action-{n}")],
        "conditionMetadata": [{ "id": "c", "value": on(&action.free, side) }],
    });
    let action = json!({
        "Identifier": format!("action-{n}"),
        "Type": row.action,
        "Parameters": parameters,
        "Transitions": {
            "NextAction": format!("action-{n}"),
            "Conditions": [{
                "NextAction": format!("action-{n}"),
                "Condition": { "Operator": "Equals", "Operands": [on(&action.key, side)] },
            }],
            "Errors": [{ "NextAction": "x", "ErrorType": "NoMatchingError" }],
        },
        "New": on(&action.free, side),
    });
    (action, metadata)
}

/// Returns the resource as `side`'s service would describe it.
pub fn wire(actions: &[Action], free: &Text, side: &Side) -> Map<String, Value> {
    let mut metadata = Map::new();
    let mut list = Vec::new();
    for (n, a) in actions.iter().enumerate() {
        let (action, of) = action(n, a, side);
        metadata.insert(format!("action-{n}"), of);
        list.push(action);
    }
    let content = json!({
        "Version": "2019-10-30", "StartAction": "action-0", "Actions": list,
        "Metadata": { "ActionMetadata": metadata, "Annotations": [{ "id": "n", "content": on(free, side) }] },
    });
    let role = format!("arn:aws:iam::{}:role/local-{}", side.inventory.pin.account, side.tag);
    let wire = json!({
        "Name": on(free, side),
        "Arn": side.found("connect/flow", 0).arn,
        "Content": content.to_string(),
        "Tags": { "team": side.vars["api url"], "aws:x": side.tag.to_string(), "snapdeploy:uid": "u" },
        "Config": { "QueueId": side.found("connect/queue", 0).id, "Role": role, "HoursId": side.found("connect/hours", 1).id },
        "Sums": [side.inventory.pin.account],
    });
    match wire {
        Value::Object(members) => members,
        _ => unreachable!(),
    }
}
