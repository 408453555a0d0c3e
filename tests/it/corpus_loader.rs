//! The 64 contact flows that AWS published, made one account's own: templates are filled, ids of other accounts become
//! ids of what this account has, and everything that the flows name is made up there.
//!
//! Flows and modules share one language, and the simulated AWS keeps the content of flows only: files that are modules
//! are loaded as flows, and modules that flows invoke are there by name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use snapdeploy::core::arn::{Arn, find_arn, find_uuid, is_account, is_uuid};
use snapdeploy::kinds::connect::flow_refs::{Carries, carries};
use snapdeploy::sandbox::{InstanceSeed, Kind};

use crate::world::{REGION, week};

/// What to make of what is not an id in the published flows.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// References that are filled in at run time (`$.Attributes.QUEUE_ID`) become static ones to what they would hold.
    pub static_only: bool,
    /// Ids of case templates stay, though nothing lists them.
    pub case_templates: bool,
}

/// A flow as an account has it.
pub struct Real {
    /// Its name: what its metadata says, else what it is called where it was published.
    pub name: String,
    /// Its type, chosen so that its actions fit.
    pub kind: &'static str,
    /// Its content.
    pub content: Value,
}

/// All flows, and what they name.
pub struct Corpus {
    /// The published flows.
    pub flows: Vec<Real>,
    /// What they name, by kind; flows among it are made up.
    pub named: BTreeSet<(Kind, String)>,
    /// How many static references they had.
    pub static_references: usize,
}

/// Returns the folder of the published flows; says so where it is not there.
pub fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/flows");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: ../shared/corpus is not here");
    if std::env::var_os("CI").is_some() {
        println!("::warning::the proof on real contact flows was skipped: ../shared/corpus is not here");
    }
    None
}

/// Returns (stem, text) of every file, in order.
pub fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            (stem, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Returns `text`, whose templates and ARNs of any account become those of `account` and its Connect `instance`.
pub fn moved(text: &str, account: &str, instance: &str) -> String {
    let mut text = text
        .replace("${AWS::Partition}", "aws")
        .replace("${AWS::Region}", REGION)
        .replace("${AWS::AccountId}", account)
        .replace("${ConnectInstanceID}", instance);
    let mut from = 0;
    while let Some(found) = find_arn(&text, from) {
        from = found.end;
        let arn = Arn::parse(&text[found.clone()]).expect("what was found parses");
        if is_account(arn.account) {
            let mut resource = arn.resource.to_string();
            if let (Some(rest), Some(at)) = (resource.strip_prefix("instance/"), find_uuid(&resource)) {
                resource = format!("instance/{instance}{}", &rest[at.len()..]);
            }
            let arn = format!("arn:aws:{}:{REGION}:{account}:{resource}", arn.service);
            from = found.start + arn.len();
            text.replace_range(found, &arn);
        }
    }
    text
}

/// Returns what each file is called where it was published: `ACME_Main`, `SampleCallback`.
fn published_names(folder: &Path) -> BTreeMap<String, String> {
    let readme = std::fs::read_to_string(folder.join("../README.md")).unwrap_or_default();
    let mut names = BTreeMap::new();
    for line in readme.lines().filter(|l| l.starts_with("| ")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, file, _, path, ..] = cells[..] else { continue };
        let (base, below) = path.split_once(".json").unwrap_or((path, ""));
        let name = match below.strip_prefix("/Resources/") {
            Some(rest) => rest.split('/').next().unwrap_or(rest),
            None => base.rsplit('/').next().unwrap_or(base).trim_end_matches(".content"),
        };
        names.insert(file.trim_end_matches(".json").to_string(), name.to_string());
    }
    names
}

fn flow_type(name: &str, content: &Value) -> &'static str {
    let name = simple(name);
    let is = |word: &str| name.contains(word);
    match content["Metadata"]["type"].as_str() {
        Some("outboundWhisper") => "OUTBOUND_WHISPER",
        _ if is("agentwhisper") => "AGENT_WHISPER",
        _ if is("customerwhisper") => "CUSTOMER_WHISPER",
        _ if is("queuetransfer") => "QUEUE_TRANSFER",
        _ if is("customerqueue") || is("contactflowqueue") || is("callback") => "CUSTOMER_QUEUE",
        _ => "CONTACT_FLOW",
    }
}

/// Returns the letters and digits of a name, by which names are compared that were typed by hand.
fn simple(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns the flows as `a` has them; `None` where they are not at hand.
pub fn load(a: &InstanceSeed, account: &str, how: How) -> Option<Corpus> {
    let folder = folder()?;
    let published = published_names(&folder);
    let mut flows: Vec<Real> = Vec::new();
    for (stem, text) in files(&folder) {
        let content: Value = serde_json::from_str(&moved(&text, account, a.id())).unwrap();
        let said = content["Metadata"]["name"].as_str().map(str::to_string);
        let base = said.or_else(|| published.get(&stem).cloned()).unwrap_or(stem);
        let mut names = (2..).map(|n| format!("{base} ({n})"));
        let mut name = base.clone();
        while flows.iter().any(|f| f.name == name) {
            name = names.next().unwrap();
        }
        let kind = flow_type(&name, &content);
        flows.push(Real { name, kind, content });
    }
    let titles: BTreeMap<String, String> =
        flows.iter().rev().map(|f| (simple(&f.name), f.name.clone())).collect();
    let mut loading = Loading { a, how, titles: &titles, known: BTreeMap::new(), references: 0 };
    for flow in &mut flows {
        loading.flow(&mut flow.content);
    }
    let named = loading.known.into_values().collect::<BTreeSet<_>>();
    let own: BTreeSet<&String> = flows.iter().map(|f| &f.name).collect();
    let named = named.into_iter().filter(|(kind, name)| *kind != Kind::Flow || !own.contains(name)).collect();
    let static_references = loading.references;
    Some(Corpus { flows, named, static_references })
}

/// Flows on their way into an account.
struct Loading<'a> {
    a: &'a InstanceSeed,
    how: How,
    /// The flows that are loaded, by the letters of their names.
    titles: &'a BTreeMap<String, String>,
    /// What has been named so far: the kind and the text that named it, and what that is here.
    known: BTreeMap<(Kind, String), (Kind, String)>,
    references: usize,
}

impl Loading<'_> {
    fn flow(&mut self, content: &mut Value) {
        let mut shown = content["Metadata"]["ActionMetadata"].take();
        for action in content["Actions"].as_array_mut().unwrap() {
            let kind = action["Type"].as_str().unwrap().to_string();
            let id = action["Identifier"].as_str().unwrap().to_string();
            let Some(parameters) = action.get_mut("Parameters") else { continue };
            let metadata = shown.get(&id).cloned().unwrap_or_default();
            let mut changed = Vec::new();
            self.parameters(parameters, &kind, &mut Vec::new(), &metadata, &mut changed);
            if let Some(metadata) = shown.get_mut(&id) {
                changed.iter().for_each(|(old, new)| put(metadata, old, new));
            }
        }
        content["Metadata"]["ActionMetadata"] = shown;
    }

    fn parameters(
        &mut self,
        value: &mut Value,
        action: &str,
        path: &mut Vec<String>,
        metadata: &Value,
        changed: &mut Vec<(String, String)>,
    ) {
        match value {
            Value::Array(items) => {
                items.iter_mut().for_each(|i| self.parameters(i, action, path, metadata, changed))
            }
            Value::Object(members) => {
                for (key, member) in members {
                    path.push(key.clone());
                    self.parameters(member, action, path, metadata, changed);
                    path.pop();
                }
            }
            Value::String(text) => {
                let key = path.last().map(|k| k.to_lowercase()).unwrap_or_default();
                let new = match carries(action, path) {
                    Some(Carries::Ref(kind)) => self.typed(kind, text, path, metadata),
                    _ if key.contains("queue") => self.free(Kind::Queue, text, path),
                    _ if key.contains("flow") => self.free(Kind::Flow, text, path),
                    _ => None,
                };
                if let Some(new) = new {
                    changed.push((text.clone(), new.clone()));
                    *text = new;
                }
            }
            _ => {}
        }
    }

    /// Returns what stands for `text`, where something of `kind` is expected.
    fn typed(&mut self, kind: &str, text: &str, path: &[String], metadata: &Value) -> Option<String> {
        let kind = match kind {
            "connect/flow" => Kind::Flow,
            "connect/module" => Kind::Module,
            "connect/queue" => Kind::Queue,
            "connect/hours" => Kind::Hours,
            "connect/prompt" => Kind::Prompt,
            "connect/user" => Kind::User,
            "connect/task-template" => Kind::TaskTemplate,
            "lambda/function" => Kind::Lambda,
            "lex/bot" => Kind::Bot,
            "connect/view" if is_uuid(text.as_bytes()) => Kind::View,
            "cases/template" if !self.how.case_templates && !text.starts_with("$.") => {
                return Some("$.Attributes.CaseTemplate".into());
            }
            _ => return None,
        };
        let dynamic = text.starts_with("$.");
        if text.is_empty() || (dynamic && !self.how.static_only) {
            return None;
        }
        self.references += usize::from(!dynamic);
        let title = if dynamic { text.rsplit('.').next().map(String::from) } else { shown(metadata, path) };
        Some(self.name(kind, text, title))
    }

    /// Returns what stands for `text` in an attribute, if it is an id or an ARN.
    fn free(&mut self, kind: Kind, text: &str, path: &[String]) -> Option<String> {
        let id = is_uuid(text.as_bytes()) || find_arn(text, 0).is_some_and(|at| at == (0..text.len()));
        let id = id.then(|| find_uuid(text.rsplit('/').next()?).map(|_| ())).flatten();
        id.map(|()| self.name(kind, text, path.last().map(|key| format!("{key} {}", self.known.len()))))
    }

    /// Returns the id or the ARN that what `text` names has in the account.
    fn name(&mut self, kind: Kind, text: &str, title: Option<String>) -> String {
        let made_up = format!("{} {}", kind.word(), self.known.len());
        let title = title.filter(|t| !t.is_empty());
        let named = self.known.entry((kind, text.to_string())).or_insert_with(|| {
            let arn_name = text.split(":function:").nth(1).map(String::from);
            let name = title.or(arn_name).unwrap_or(made_up);
            let plain = |c: char| if c.is_ascii_alphanumeric() || "-_#".contains(c) { c } else { '-' };
            let name = match kind {
                Kind::Lambda | Kind::User => name.chars().map(plain).collect(),
                Kind::Bot if !name.contains('#') => {
                    format!("{}#live", name.chars().map(plain).collect::<String>())
                }
                Kind::Flow => self.titles.get(&simple(&name)).cloned().unwrap_or(name),
                _ => name,
            };
            (kind, name)
        });
        let arn =
            matches!(kind, Kind::Lambda | Kind::Bot) || text.starts_with("arn:") || text.contains("Arn");
        if arn { self.a.arn_of(kind, &named.1) } else { self.a.id_of(kind, &named.1) }
    }
}

/// Returns what the metadata of an action calls what the parameter at `path` names.
fn shown(metadata: &Value, path: &[String]) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::to_string);
    let mirror = path.iter().try_fold(&metadata["parameters"], |at, step| at.get(step));
    let in_mirror = |name: &str| mirror.and_then(|m| text(&m[name]));
    let bot = in_mirror("lexV2BotName").or_else(|| text(&metadata["lexV2BotName"]));
    if let Some(bot) = bot {
        let alias = text(&metadata["lexV2BotAliasName"]).or_else(|| in_mirror("displayName"));
        return Some(format!("{bot}#{}", alias?));
    }
    let beside =
        ["ContactFlow", "contactFlow", "queue", "Hours"].iter().find_map(|n| text(&metadata[n]["text"]));
    in_mirror("displayName")
        .or(beside)
        .or_else(|| text(&metadata["contactFlowModuleName"]))
        .or_else(|| text(&metadata["audio"][0]["text"]))
}

/// Puts `new` in the place of every string in `value` that is `old`.
fn put(value: &mut Value, old: &str, new: &str) {
    match value {
        Value::String(text) if text == old => *text = new.to_string(),
        Value::Array(items) => items.iter_mut().for_each(|i| put(i, old, new)),
        Value::Object(members) => members.values_mut().for_each(|m| put(m, old, new)),
        _ => {}
    }
}

impl Corpus {
    /// Puts everything into `a`, the instance that it was loaded for.
    pub fn seed(&self, a: &mut InstanceSeed) {
        self.seed_names(a);
        for flow in &self.flows {
            let tags = json!({ "corpus": "yes" });
            let members = json!({ "Description": format!("Published as {}", flow.name), "Tags": tags });
            a.flow_with(&flow.name, flow.kind, &flow.content.to_string(), members);
        }
        let whispers: Vec<&Real> = self.flows.iter().filter(|f| f.kind == "OUTBOUND_WHISPER").collect();
        for (n, (kind, name)) in (0..).zip(&self.named) {
            match kind {
                Kind::Flow => {
                    let spoken = json!({ "Text": format!("This is {name}.") });
                    a.flow(name, "CONTACT_FLOW", &crate::world::content(&[("MessageParticipant", spoken)]));
                }
                Kind::Hours => drop(a.hours(name, json!({ "Config": week(n % 12) }))),
                Kind::Queue if !a.has(Kind::Queue, name) => {
                    let hours = format!("{name} hours");
                    a.hours(&hours, json!({ "TimeZone": "Asia/Singapore", "Config": week(n % 12) }));
                    let whisper = &whispers[n as usize % whispers.len()].name;
                    let caller = json!({ "OutboundFlowId": a.id_of(Kind::Flow, whisper) });
                    let hours = a.id_of(Kind::Hours, &hours);
                    a.queue(name, json!({ "HoursOfOperationId": hours, "OutboundCallerConfig": caller }));
                }
                _ => {}
            }
        }
    }

    /// Puts into an instance what snapdeploy knows by name only: what the target has to have already.
    pub fn seed_names(&self, into: &mut InstanceSeed) {
        for (kind, name) in &self.named {
            match kind {
                Kind::Module => drop(into.module(name)),
                Kind::Prompt => drop(into.prompt(name)),
                Kind::View => drop(into.view(name)),
                Kind::User => drop(into.user(name)),
                Kind::TaskTemplate => drop(into.task_template(name)),
                Kind::Lambda => drop(into.lambda(name)),
                Kind::Bot => {
                    let (bot, alias) = name.split_once('#').unwrap();
                    into.bot(bot, alias);
                }
                _ => {}
            }
        }
    }
}
