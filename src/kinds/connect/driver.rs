//! The driver for Amazon Connect: every family by its table.

use std::collections::BTreeMap;

use async_trait::async_trait;
use futures::future::join_all;
use serde_json::{Map, Value, json};

use super::calls::{Calls, Subject};
use super::family::{FAMILIES, Family, family};
use super::flow::DEFAULTS;
use super::moves::{self, EXACT, UID_TAG};
use super::{checks, names};
use crate::aws::Fate;
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::driver::{Change, Check, Driver, Gap, Listing, Live, Reply};
use crate::core::finding::{Finding, Weight};
use crate::core::inventory::{Found, Inventory, Ownership};
use crate::core::means::Values;
use crate::core::moves::{Does, Move};
use crate::core::place::{operational, place};
use crate::core::portable::{Encoder, Origin, encode, to_wire};
use crate::core::{Error, ErrorKind, Pin, Result};

/// One Connect instance.
pub struct Connect {
    pin: Pin,
    calls: Calls,
    values: Values,
}

impl Connect {
    /// Returns the driver for the instance that `pin` names.
    pub fn new(pin: Pin, calls: Calls, values: Values) -> Connect {
        Connect { pin, calls, values }
    }

    async fn list_family(&self, family: &Family) -> Result<Vec<Found>> {
        let (call, member) = family.list;
        let items = self.calls.list(call, member).await?;
        let found = items.iter().filter_map(|i| names::found(family.kind, i, "Name"));
        Ok(found
            .map(|mut f| {
                if family.kind == "connect/flow" && DEFAULTS.contains(&f.address.name()) {
                    f.ownership = Ownership::Default;
                }
                f
            })
            .collect())
    }

    /// Returns the resource as Connect describes it. A flow that was never published is read as its draft.
    async fn describe(&self, family: &Family, id: &str) -> Result<Map<String, Value>> {
        let (call, member) = family.describe;
        let mut answer = self.calls.describe(call, id).await;
        let unpublished =
            |e: &Error| e.code.as_deref().is_some_and(|c| c == "ContactFlowNotPublishedException");
        if answer.as_ref().is_err_and(unpublished) {
            answer = self.calls.describe(call, &format!("{id}:$SAVED")).await;
        }
        match answer?.get_mut(member).map(Value::take) {
            Some(Value::Object(members)) => Ok(members),
            _ => Err(Error::failed(format!("{call} answers without {member}"))),
        }
    }
}

#[async_trait]
impl Driver for Connect {
    fn pin(&self) -> &Pin {
        &self.pin
    }

    fn kinds(&self) -> Vec<&'static str> {
        FAMILIES.iter().map(|f| f.kind).collect()
    }

    fn has_shells(&self, kind: &str) -> bool {
        family(kind).is_some_and(|f| f.shell.is_some())
    }

    async fn list(&self) -> Result<Listing> {
        let mut listing = Listing::default();
        let families = join_all(FAMILIES.iter().map(|f| self.list_family(f)));
        let listed = join_all(names::LISTED.iter().map(|(_, call, member, _)| self.calls.list(call, member)));
        let functions = names::functions(&self.calls, &self.pin);
        let bots = names::bots(&self.calls, &self.pin);
        let (families, listed, functions, bots) = tokio::join!(families, listed, functions, bots);
        for (family, result) in FAMILIES.iter().zip(families) {
            names::note(&mut listing, family.kind, result);
        }
        for ((kind, _, _, name), result) in names::LISTED.iter().zip(listed) {
            let found =
                result.map(|items| items.iter().filter_map(|i| names::found(kind, i, name)).collect());
            names::note(&mut listing, kind, found);
        }
        names::note(&mut listing, "lambda/function", functions);
        names::note(&mut listing, "lex/bot", bots);
        listing.gaps.extend(namesakes(&listing.found));
        Ok(listing)
    }

    async fn find(&self, address: &Address) -> Result<Option<Found>> {
        let family = known(address)?;
        Ok(self.list_family(family).await?.into_iter().find(|f| f.address == *address))
    }

    async fn read(&self, of: &Found, inventory: &Inventory) -> Result<Live> {
        let family = known(&of.address)?;
        let mut wire = self
            .describe(family, &of.id)
            .await
            .map_err(|e| e.context(format!("cannot read {}", of.address)))?;
        let mut found = of.clone();
        found.uid = wire.get("Tags").and_then(|t| t[UID_TAG].as_str()).map(String::from);
        tidy(&mut wire);
        let origin = Origin { inventory, accounts: &self.values.accounts, vars: &self.values.vars };
        let mut encoder = Encoder::new(&origin, &of.address);
        let mut document = encode(&wire, family.fields, &mut encoder);
        drop_empty_tags(&mut document);
        self.arrange(&of.address, &mut document);
        let mut findings = encoder.findings;
        findings.extend(encoder.dangling.iter().map(|id| {
            let message = format!("names {id}, which nothing here has");
            Finding { dangling: true, ..Finding::new(Weight::Warning, Some(&of.address), message) }
        }));
        Ok(Live { found, document, findings })
    }

    fn arrange(&self, address: &Address, document: &mut Document) {
        if let Some(arrange) = family(address.kind()).and_then(|f| f.arrange) {
            arrange(&mut document.portable);
        }
    }

    fn attainable(&self, address: &Address, from: &Document, to: &Document) -> (Document, Vec<Finding>) {
        match family(address.kind()) {
            Some(family) => moves::attainable(family, address, from, to),
            None => (to.clone(), Vec::new()),
        }
    }

    fn place(&self, address: &Address, members: &Map<String, Value>) -> Document {
        place(members, family(address.kind()).map_or(&[], |f| f.fields))
    }

    fn operational(&self, address: &Address, local: &Map<String, Value>) -> Map<String, Value> {
        operational(local, family(address.kind()).map_or(&[], |f| f.fields))
    }

    fn moves(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        moves::moves(known(change.address)?, change)
    }

    fn refusals(&self, m: &Move, args: &Value) -> Vec<String> {
        family(m.address.kind()).map(|f| moves::refusals(f, &wire_args(f, args.clone()))).unwrap_or_default()
    }

    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        moves::split(known(&create.address)?, create)
    }

    fn empty(&self, change: &Change<'_>) -> Result<Option<Move>> {
        moves::empty(known(change.address)?, change)
    }

    async fn send(&self, m: &Move, id: Option<&Found>, args: Value) -> Reply {
        let family = match known(&m.address) {
            Ok(family) => family,
            Err(e) => return Reply::Refused(e),
        };
        let mut args = wire_args(family, args);
        let mut subject_id = id.map(|f| f.id.clone()).unwrap_or_default();
        if m.call == "UpdateContactFlowContent" {
            // The status is no argument: it says whether the published content is meant, or the draft.
            if args.remove("Status") == Some(json!("SAVED")) {
                subject_id.push_str(":$SAVED");
            }
        }
        let subject = Subject { id: &subject_id, arn: id.map(|f| f.arn.as_str()).unwrap_or_default() };
        match self.calls.write(&m.call, &subject, &Value::Object(args)).await {
            Ok(answer) if m.does == Does::Create => {
                let (id, arn) = family.made;
                match (answer[id].as_str(), answer[arn].as_str()) {
                    (Some(id), Some(arn)) => Reply::Done(Some((id.to_string(), arn.to_string()))),
                    _ => Reply::Unknown(Error::failed(format!("{} answers without an id", m.call))),
                }
            }
            Ok(_) => Reply::Done(None),
            Err(failure) => {
                let error = failure.error.context(format!("cannot write {}", m.address));
                match failure.fate {
                    Fate::Refused => Reply::Refused(error),
                    Fate::Later => Reply::Later(error),
                    Fate::Unknown => Reply::Unknown(error),
                }
            }
        }
    }

    async fn checks(&self, live: &[Live], inventory: &Inventory) -> Result<Vec<Check>> {
        Ok(vec![
            checks::instance(&self.calls, &self.pin).await,
            checks::published(live),
            checks::references(live, inventory),
        ])
    }
}

fn known(address: &Address) -> Result<&'static Family> {
    family(address.kind()).ok_or_else(|| {
        Error::new(ErrorKind::Blocked, format!("{address} is of a kind that this version knows by name only"))
    })
}

/// Takes out what means the same as nothing, so that both are equal: an empty description, an empty configuration.
fn tidy(wire: &mut Map<String, Value>) {
    wire.retain(|_, v| !v.is_null() && *v != json!("") && *v != json!({}));
}

fn drop_empty_tags(document: &mut Document) {
    if document.portable.get("Tags").is_some_and(|t| *t == json!({})) {
        document.portable.remove("Tags");
    }
}

/// Returns the arguments as they are sent: embedded documents as strings, byte for byte as they were where that still
/// means the same.
fn wire_args(family: &Family, args: Value) -> Map<String, Value> {
    let Value::Object(mut args) = args else { return Map::new() };
    let exact = args.remove(EXACT);
    let mut args = to_wire(args, family.fields);
    for (name, text) in exact.as_ref().and_then(Value::as_object).into_iter().flatten() {
        let parse = |v: &Value| v.as_str().and_then(|s| serde_json::from_str::<Value>(s).ok());
        let same = args
            .get(name)
            .is_some_and(|now| now == text || (parse(now).is_some() && parse(now) == parse(text)));
        if same {
            args.insert(name.clone(), text.clone());
        }
    }
    args
}

/// Returns a gap for each resource that shares its address with another: a name could mean either.
fn namesakes(found: &[Found]) -> Vec<Gap> {
    let mut ids: BTreeMap<&Address, Vec<&str>> = BTreeMap::new();
    for f in found.iter().filter(|f| f.ownership != Ownership::Aws) {
        ids.entry(&f.address).or_default().push(&f.id);
    }
    ids.into_iter()
        .filter(|(_, ids)| ids.len() > 1)
        .map(|(address, ids)| Gap {
            kind: address.kind().to_string(),
            address: Some(address.clone()),
            why: format!("{} resources have this name: {}; rename all but one", ids.len(), ids.join(", ")),
        })
        .collect()
}
