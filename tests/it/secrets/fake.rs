//! A service with secrets, in memory: one kind, whose environment variables are secrets, as a function's are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::{Map, Value, json};
use snapdeploy::core::document::Document;
use snapdeploy::core::driver::{Change, Check, Driver, Freshness, Listing, Live, Raw, Reply, Sending};
use snapdeploy::core::fields::{Class, FieldRule, field};
use snapdeploy::core::inventory::{Found, Inventory};
use snapdeploy::core::means::Values;
use snapdeploy::core::moves::{Does, Move, Stage, facet_digest};
use snapdeploy::core::place::place;
use snapdeploy::core::portable::{Encoder, Origin, encode};
use snapdeploy::core::secret::{Fingerprint, SEALED};
use snapdeploy::core::{Address, Error, Pin, Result};

const RULES: &[FieldRule] =
    &[field("Description", Class::Portable), field("Environment.Variables", Class::Secret)];

/// The service in one place.
pub struct Fake {
    pub pin: Pin,
    pub values: Values,
    pub there: Mutex<BTreeMap<Address, Map<String, Value>>>,
    /// Secrets that older versions keep.
    pub held: Mutex<BTreeSet<Fingerprint>>,
}

pub fn orders() -> Address {
    Address::new("fake/function", "orders")
}

impl Fake {
    pub fn new(instance: &str, values: Values) -> Fake {
        let pin = format!("111111111111.us-east-1.{instance}").parse().unwrap();
        Fake { pin, values, there: Mutex::default(), held: Mutex::default() }
    }

    /// Puts the function `orders` there with these variables.
    pub fn with(self, variables: Value) -> Fake {
        let wire = json!({ "Description": "d", "Environment": { "Variables": variables } });
        self.there.lock().unwrap().insert(orders(), wire.as_object().unwrap().clone());
        self
    }

    /// Returns the variables of `orders`.
    pub fn variables(&self) -> Value {
        self.there.lock().unwrap()[&orders()]["Environment"]["Variables"].clone()
    }

    fn found(&self, address: &Address) -> Found {
        Found::new(address.clone(), address.name(), format!("arn:fake:{}", address.name()))
    }
}

/// What a call sends: the portable part with the environment's secrets in their places.
fn args(to: &Document) -> Value {
    let mut all = to.portable.clone();
    snapdeploy::core::overlay::merge(&mut all, &to.local);
    Value::Object(all)
}

#[async_trait]
impl Driver for Fake {
    fn pin(&self) -> &Pin {
        &self.pin
    }
    fn kinds(&self) -> Vec<&'static str> {
        vec!["fake/function"]
    }
    fn has_shells(&self, _: &str) -> bool {
        false
    }
    fn is_tagged(&self, _: &str) -> bool {
        false
    }
    async fn list(&self) -> Result<Listing> {
        let found = self.there.lock().unwrap().keys().map(|a| self.found(a)).collect();
        Ok(Listing { found, gaps: Vec::new() })
    }
    async fn find(&self, address: &Address) -> Result<Option<Found>> {
        Ok(self.there.lock().unwrap().contains_key(address).then(|| self.found(address)))
    }
    async fn fetch(&self, of: &Found, _: Freshness) -> Result<Raw> {
        let wire = self.there.lock().unwrap().get(&of.address).cloned();
        let wire = wire.ok_or_else(|| Error::not_found(format!("there is no {}", of.address)))?;
        Ok(Raw { wire, ..Raw::default() })
    }
    fn encode(&self, of: &Found, raw: Raw, inventory: &Inventory) -> Live {
        let Values { accounts, vars, seal, .. } = &self.values;
        let origin = Origin { inventory, accounts, vars, seal };
        let mut encoder = Encoder::new(&origin, &of.address);
        let document = encode(&raw.wire, RULES, &mut encoder);
        Live { found: of.clone(), document, findings: encoder.findings, secrets: encoder.secrets }
    }
    fn place(&self, _: &Address, members: &Map<String, Value>) -> Document {
        place(members, RULES)
    }
    fn still_held(&self, _: &Address, _: &Document, _: Option<&Document>) -> BTreeSet<Fingerprint> {
        self.held.lock().unwrap().clone()
    }
    fn moves(&self, c: &Change<'_>) -> Result<Vec<Move>> {
        let facet: Vec<String> = ["Description", "Environment"].map(String::from).into();
        let digest = |d: Option<&Document>| d.map(|d| facet_digest(d, &facet));
        let (does, stage, call, args) = match (c.from, c.to) {
            (None, Some(to)) => (Does::Create, Stage::Write, "CreateFunction", args(to)),
            (Some(_), Some(to)) => (Does::Update, Stage::Write, "UpdateFunction", args(to)),
            (_, None) => (Does::Delete, Stage::Clean, "DeleteFunction", json!({})),
        };
        let (before, after) = (digest(c.from), digest(c.to));
        let address = c.address.clone();
        Ok(vec![Move {
            address,
            stage,
            does,
            call: call.into(),
            facet,
            args,
            before,
            after,
            through: Vec::new(),
            rollout: None,
        }])
    }
    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        Err(Error::bug(format!("{} is no shell", create.address)))
    }
    fn empty(&self, _: &Change<'_>) -> Result<Vec<Move>> {
        Ok(Vec::new())
    }
    async fn send(&self, m: &Move, _: Option<&Found>, mut args: Value, with: &Sending<'_>) -> Reply {
        if m.does == Does::Delete {
            self.there.lock().unwrap().remove(&m.address);
            return Reply::Done(None);
        }
        let old = self.there.lock().unwrap().get(&m.address).cloned().unwrap_or_default();
        let variables = args.pointer_mut("/Environment/Variables").and_then(Value::as_object_mut);
        for (_, value) in variables.into_iter().flatten() {
            let Some(fingerprint) = value.as_str().and_then(|t| t.strip_prefix(SEALED)) else { continue };
            let fingerprint: Fingerprint = fingerprint.parse().unwrap();
            let secret = match with.vault.open(&fingerprint).await {
                Ok(secret) => secret,
                Err(e) => return Reply::Refused(e),
            };
            // What is there already can be sent again.
            let there = old.get("Environment").and_then(|e| e.pointer("/Variables")?.as_object());
            let known = there.into_iter().flatten().filter_map(|(_, v)| v.as_str());
            let known = known.map(|t| self.values.seal.secret(t)).find(|s| s.fingerprint() == fingerprint);
            match secret.or(known) {
                Some(secret) => *value = json!(secret.reveal()),
                None => return Reply::Refused(Error::failed("a secret is not to be had")),
            }
        }
        self.there.lock().unwrap().insert(m.address.clone(), args.as_object().unwrap().clone());
        let found = self.found(&m.address);
        Reply::Done((m.does == Does::Create).then_some((found.id, found.arn)))
    }
    async fn checks(&self, _: &[Live], _: &Inventory) -> Result<Vec<Check>> {
        Ok(Vec::new())
    }
}
