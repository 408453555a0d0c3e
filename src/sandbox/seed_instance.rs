//! One Connect instance of a scenario.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::defaults;
use super::ids::{self, Kind};
use super::lex::{self, Bot};
use super::seed_content;
use super::seed_links;
use super::seed_members;
use super::world::{Instance, Resource};

/// When everything seeded was last changed: the first second of 2026.
pub(crate) const SEEDED: f64 = 1_767_225_600.0;

/// A Connect instance, and what it starts with. Seeded resources have ids that follow from account, region, alias,
/// kind and name: stable between runs, different between accounts, known before the sandbox starts.
#[derive(Debug, Clone)]
pub struct InstanceSeed {
    pub(crate) instance: Instance,
    pub(crate) bots: Vec<Bot>,
}

impl InstanceSeed {
    pub(crate) fn new(account: &str, region: &str, alias: &str) -> InstanceSeed {
        let id = ids::derived(&[account, region, "instance", alias]);
        let instance = Instance {
            arn: format!("arn:aws:connect:{region}:{account}:instance/{id}"),
            id,
            alias: alias.into(),
            account: account.into(),
            region: region.into(),
            tags: BTreeMap::new(),
            resources: BTreeMap::new(),
            history: BTreeMap::new(),
            audio: BTreeMap::new(),
            tokens: BTreeMap::new(),
        };
        InstanceSeed { instance, bots: Vec::new() }
    }

    /// The id of the instance.
    pub fn id(&self) -> &str {
        &self.instance.id
    }

    /// The ARN of the instance.
    pub fn arn(&self) -> &str {
        &self.instance.arn
    }

    /// The id that a seeded resource of this kind and name has, whether or not it is there yet. A function's id is
    /// its name, a bot alias's (`BOT#ALIAS`) the alias id, an origin's itself.
    pub fn id_of(&self, kind: Kind, name: &str) -> String {
        let Instance { account, region, alias, .. } = &self.instance;
        match kind {
            Kind::Lambda => name.split('#').next().unwrap_or(name).to_owned(),
            Kind::Bot => {
                let (bot, bot_alias) = name.split_once('#').unwrap_or((name, "live"));
                ids::derived_ten(&[account, region, "alias", bot, bot_alias])
            }
            Kind::Origin => name.to_owned(),
            _ => ids::derived(&[account, region, alias, kind.word(), name]),
        }
    }

    /// The ARN that a seeded resource of this kind and name has. A function may be `NAME#QUALIFIER`.
    pub fn arn_of(&self, kind: Kind, name: &str) -> String {
        let Instance { account, region, .. } = &self.instance;
        match kind {
            Kind::Lambda => {
                let (function, qualifier) = name.split_once('#').unwrap_or((name, ""));
                let colon = if qualifier.is_empty() { "" } else { ":" };
                format!("arn:aws:lambda:{region}:{account}:function:{function}{colon}{qualifier}")
            }
            Kind::Bot => {
                let bot = name.split('#').next().unwrap_or(name);
                let bot = ids::derived_ten(&[account, region, "bot", bot]);
                format!("arn:aws:lex:{region}:{account}:bot-alias/{bot}/{}", self.id_of(kind, name))
            }
            Kind::Origin => name.to_owned(),
            _ => arn_below(&self.instance, kind, &self.id_of(kind, name)),
        }
    }

    /// Whether a resource of this kind and name has been seeded.
    pub fn has(&self, kind: Kind, name: &str) -> bool {
        let name = if kind == Kind::Lambda { name.split('#').next().unwrap_or(name) } else { name };
        self.instance.resources.values().any(|resource| resource.kind == kind && resource.name == name)
    }

    /// Any resource; `members` are those of its Describe shape (`Tags` among them), unknown ones are kept. Flows and
    /// modules also take `Content`, `Status`, `SavedContent`, `Versions` and `Aliases` (see the scenario folder).
    /// Any resource; `members` are those of its Describe shape (`Tags` among them), unknown ones are kept. Hours may have
    /// `Overrides`, phone numbers `ContactFlow` (a flow's name), security profiles `Permissions` and so on.
    pub fn resource(&mut self, kind: Kind, name: &str, members: Value) -> &mut InstanceSeed {
        let mut body = match members {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        seed_members::settle(self, kind, name, &mut body);
        seed_links::settle(self, kind, name, &mut body);
        let tags = tags(body.remove("Tags"));
        let arn = self.arn_of(kind, name);
        let id = if matches!(kind, Kind::Lambda | Kind::Bot) { arn.clone() } else { self.id_of(kind, name) };
        let mut resource = Resource {
            kind,
            id: id.clone(),
            arn,
            name: name.into(),
            body,
            tags,
            published: None,
            saved: String::new(),
            version: 0,
            born: 0,
            modified: SEEDED,
        };
        seed_content::take(&mut self.instance, &mut resource);
        self.instance.resources.insert((kind, id), resource);
        self
    }

    /// Hours of operation; `TimeZone` and `Config` have defaults.
    pub fn hours(&mut self, name: &str, members: Value) -> &mut InstanceSeed {
        let mut all = json!({"TimeZone": "UTC", "Config": []});
        merge(&mut all, members);
        self.resource(Kind::Hours, name, all)
    }

    /// A standard queue, which may have `QuickConnectIds` and `EmailAddressIds`; without `HoursOfOperationId` it uses (and seeds) "Basic Hours".
    pub fn queue(&mut self, name: &str, members: Value) -> &mut InstanceSeed {
        let mut all = json!({"Status": "ENABLED"});
        merge(&mut all, members);
        if all.get("HoursOfOperationId").is_none() {
            if !self.has(Kind::Hours, "Basic Hours") {
                defaults::basic_hours(self);
            }
            all["HoursOfOperationId"] = json!(self.id_of(Kind::Hours, "Basic Hours"));
        }
        self.resource(Kind::Queue, name, all)
    }

    /// A published flow. Seeded content is not validated.
    pub fn flow(&mut self, name: &str, kind: &str, content: &str) -> &mut InstanceSeed {
        self.flow_with(name, kind, content, json!({}))
    }

    /// A published flow with further members (`Description`, `Tags`, `State`, unknown ones).
    pub fn flow_with(&mut self, name: &str, kind: &str, content: &str, members: Value) -> &mut InstanceSeed {
        self.add_flow(name, kind, content, members, true)
    }

    /// A flow that has only been saved.
    pub fn flow_saved(&mut self, name: &str, kind: &str, content: &str) -> &mut InstanceSeed {
        self.add_flow(name, kind, content, json!({}), false)
    }

    pub(crate) fn add_flow(
        &mut self,
        name: &str,
        kind: &str,
        content: &str,
        members: Value,
        live: bool,
    ) -> &mut Self {
        let status = if live { "PUBLISHED" } else { "SAVED" };
        let mut all = json!({"Type": kind, "State": "ACTIVE"});
        merge(&mut all, members);
        merge(&mut all, json!({"Content": content, "Status": status}));
        self.resource(Kind::Flow, name, all)
    }

    /// A published flow module that does nothing.
    pub fn module(&mut self, name: &str) -> &mut InstanceSeed {
        self.resource(Kind::Module, name, json!({}))
    }

    /// A published flow module with content, which is not validated, and further members (`Description`, `Settings`,
    /// `Tags`, `State`, `Versions`, `Aliases`, unknown ones).
    pub fn module_with(&mut self, name: &str, content: &str, members: Value) -> &mut InstanceSeed {
        let mut all = members;
        merge(&mut all, json!({"Content": content}));
        self.resource(Kind::Module, name, all)
    }

    /// A prompt with made-up sound, the same for the same name.
    pub fn prompt(&mut self, name: &str) -> &mut InstanceSeed {
        self.resource(Kind::Prompt, name, json!({}))
    }

    /// A prompt with sound of its own, and further members (`Description`, `Tags`, unknown ones).
    pub fn prompt_with(&mut self, name: &str, audio: &[u8], members: Value) -> &mut InstanceSeed {
        self.instance.audio.insert(self.id_of(Kind::Prompt, name), Bytes::copy_from_slice(audio));
        self.resource(Kind::Prompt, name, members)
    }

    /// A customer-managed view, by name only.
    pub fn view(&mut self, name: &str) -> &mut InstanceSeed {
        self.resource(Kind::View, name, json!({"Type": "CUSTOMER_MANAGED", "Status": "PUBLISHED"}))
    }

    /// A user with further members, such as `SecurityProfileIds` and `RoutingProfileId`.
    pub fn user_with(&mut self, username: &str, members: Value) -> &mut InstanceSeed {
        self.resource(Kind::User, username, members)
    }

    /// A user, by name only.
    pub fn user(&mut self, username: &str) -> &mut InstanceSeed {
        self.resource(Kind::User, username, json!({}))
    }

    /// A task template, by name only.
    pub fn task_template(&mut self, name: &str) -> &mut InstanceSeed {
        self.resource(Kind::TaskTemplate, name, json!({"Status": "ACTIVE"}))
    }

    /// A quick connect to a phone number, by name only; [`InstanceSeed::resource`] takes a `QuickConnectConfig`.
    pub fn quick_connect(&mut self, name: &str) -> &mut InstanceSeed {
        self.resource(Kind::QuickConnect, name, json!({}))
    }

    /// A routing profile for voice, by name only; [`InstanceSeed::resource`] takes the members of its Describe shape, and
    /// `QueueConfigs` and `ManualAssignmentQueueConfigs` as CreateRoutingProfile does. Users have a `RoutingProfileId`.
    pub fn routing_profile(&mut self, name: &str) -> &mut InstanceSeed {
        self.resource(Kind::RoutingProfile, name, json!({}))
    }

    /// A claimed phone number, as `+15555550100`.
    pub fn phone(&mut self, number: &str) -> &mut InstanceSeed {
        self.phone_with(number, json!({}))
    }

    /// A claimed phone number with further members: `ContactFlow` is the name of the flow that it leads to.
    pub fn phone_with(&mut self, number: &str, members: Value) -> &mut InstanceSeed {
        let mut all = json!({"PhoneNumberType": "DID", "PhoneNumberCountryCode": "US"});
        merge(&mut all, members);
        self.resource(Kind::Phone, number, all)
    }

    /// A security profile; `members` are those of its Describe shape, `Permissions`, `Applications` and
    /// `AllowedFlowModules`.
    pub fn security_profile(&mut self, name: &str, members: Value) -> &mut InstanceSeed {
        self.resource(Kind::SecurityProfile, name, members)
    }

    /// An agent status: CUSTOM and ENABLED, unless `members` say otherwise.
    pub fn agent_status(&mut self, name: &str, members: Value) -> &mut InstanceSeed {
        let mut all = json!({"Type": "CUSTOM", "State": "ENABLED"});
        merge(&mut all, members);
        self.resource(Kind::AgentStatus, name, all)
    }

    /// An approved origin, such as `https://desk.example.com`.
    pub fn origin(&mut self, origin: &str) -> &mut InstanceSeed {
        self.resource(Kind::Origin, origin, json!({}))
    }

    /// A Lambda function of the account, associated with the instance.
    pub fn lambda(&mut self, function_name: &str) -> &mut InstanceSeed {
        self.resource(Kind::Lambda, function_name, json!({}))
    }

    /// A Lex V2 bot alias of the account, associated with the instance.
    pub fn bot(&mut self, bot: &str, alias: &str) -> &mut InstanceSeed {
        let made = lex::small(&self.instance.account, &self.instance.region, bot, &[alias]);
        self.bots.push(made);
        self.resource(Kind::Bot, &format!("{bot}#{alias}"), json!({}))
    }

    /// What every new instance has: the default flows, BasicQueue, Basic Hours, security profiles and agent statuses.
    pub fn defaults(&mut self) -> &mut InstanceSeed {
        defaults::add(self);
        self
    }
}

/// The ARN of something in an instance.
pub(crate) fn arn_below(instance: &Instance, kind: Kind, id: &str) -> String {
    let noun = kind.arn_noun();
    if kind == Kind::Phone {
        return format!("arn:aws:connect:{}:{}:{noun}/{id}", instance.region, instance.account);
    }
    format!("{}/{noun}/{id}", instance.arn)
}

/// Tags out of a JSON object.
pub(crate) fn tags(value: Option<Value>) -> BTreeMap<String, String> {
    let object = value.as_ref().and_then(Value::as_object);
    object
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
