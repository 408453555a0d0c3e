//! The driver for Amazon Connect: every family by its table.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use serde_json::{Map, Value, json};

use super::calls::{Calls, Subject};
use super::draft::Keeper;
use super::family::{FAMILIES, Family, Travels, family};
use super::fetch::{self, Index};
use super::moves::{self, EXACT, UID_TAG};
use super::version::Shelf;
use super::{alias, association, checks, draft, hierarchy, link, names, user, version, view, vocabulary};
use crate::aws::Fate;
use crate::core::address::Address;
use crate::core::ahead::Ahead;
use crate::core::document::Document;
use crate::core::driver::{Change, Check, Driver, Freshness, Gap, Listing, Live, Raw, Reply, Sending};
use crate::core::event::Event;
use crate::core::finding::{Finding, Weight};
use crate::core::inventory::{Found, Inventory, Ownership};
use crate::core::irreversible::Irreversible;
use crate::core::means::{Users, Values};
use crate::core::moves::{Does, Move};
use crate::core::place::{drafts, operational, place};
use crate::core::portable::{Encoder, Origin, encode, to_wire};
use crate::core::{Error, ErrorKind, Pin, Result};
use crate::kinds::irreversible::irreversible;
use crate::kinds::lex::bots;
use crate::kinds::named;

/// One Connect instance.
pub struct Connect {
    pin: Pin,
    calls: Calls,
    values: Values,
    index: Index,
    drafts: Keeper,
    versions: Shelf,
    levels: tokio::sync::Mutex<()>,
}

impl Connect {
    /// Returns the driver for the instance that `pin` names.
    pub fn new(pin: Pin, calls: Calls, values: Values) -> Connect {
        let drafts = Keeper::new(values.drafts);
        let (index, versions) = (Index::default(), Shelf::default());
        Connect { pin, calls, values, index, drafts, versions, levels: tokio::sync::Mutex::default() }
    }

    /// Lists everything in the instance, where `bots` are those of the account.
    pub async fn list_with(&self, bots: &Result<Vec<Found>>) -> Result<Listing> {
        self.index.clear();
        let (calls, pin, naming) = (&self.calls, &self.pin, &self.values.names);
        // Associations with bots are named by the bots, which are listed once.
        let bots_apart = || FAMILIES.iter().filter(|f| f.kind != "connect/bot-association");
        let families = join_all(bots_apart().map(|f| names::family(calls, pin, naming, f)));
        let associations = async {
            match bots {
                Ok(bots) => names::bot_associations(calls, bots).await,
                Err(e) => Err(Error::new(e.kind, e.message.clone())),
            }
        };
        let keys = names::security_keys(calls);
        let (families, associations, keys) = tokio::join!(families, associations, keys);
        let mut listing = Listing::default();
        for (family, result) in bots_apart().zip(families) {
            named::note(&mut listing, family.kind, result);
        }
        named::note(&mut listing, "connect/bot-association", associations);
        named::note(&mut listing, names::SECURITY_KEY, keys);
        listing.gaps.extend(namesakes(&listing.found));
        Ok(listing)
    }

    /// Returns whether documents are kept of `kind`: of users only where the environment wants that.
    fn keeps(&self, kind: &str) -> bool {
        kind != user::KIND || self.values.users == Users::Kept
    }

    /// Returns the arguments as they are sent: names as they are there, embedded documents as strings, byte for byte as
    /// they were where that still means the same.
    fn wire_args(&self, family: &Family, args: Value, whose: Ownership) -> Map<String, Value> {
        let Value::Object(mut args) = args else { return Map::new() };
        let exact = args.remove(EXACT);
        let mut args = to_wire(args, family.fields);
        if let (Some(Value::String(name)), Ownership::Customer) = (args.get_mut(family.name), whose) {
            *name = self.values.names.physical(&Address::new(family.kind, &*name));
        }
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
}

#[async_trait]
impl Driver for Connect {
    fn pin(&self) -> &Pin {
        &self.pin
    }

    fn kinds(&self) -> Vec<&'static str> {
        FAMILIES.iter().map(|f| f.kind).filter(|kind| self.keeps(kind)).collect()
    }

    fn has_shells(&self, kind: &str) -> bool {
        family(kind).is_some_and(|f| f.shell.is_some())
    }

    fn creates(&self, kind: &str) -> bool {
        let travels = |f: &Family| f.create.is_some() && f.travels == Travels::Always;
        family(kind).is_some_and(travels) && self.keeps(kind)
    }

    fn is_tagged(&self, kind: &str) -> bool {
        family(kind).is_some_and(Family::is_tagged)
    }

    async fn list(&self) -> Result<Listing> {
        let mut bots = bots(&self.calls.account, &self.pin).await;
        if let Ok(bots) = &mut bots {
            named::rename(&self.values.names, bots);
        }
        self.list_with(&bots).await
    }

    async fn find(&self, address: &Address) -> Result<Option<Found>> {
        let naming = &self.values.names;
        let found = names::family(&self.calls, &self.pin, naming, known(address)?).await?;
        Ok(found.into_iter().find(|f| f.address == *address))
    }

    async fn fetch(&self, of: &Found, how: Freshness) -> Result<Raw> {
        let family = known(&of.address)?;
        let fetched = async {
            let mut raw = Box::pin(fetch::fetch(&self.calls, &self.index, family, of, how)).await?;
            self.drafts.read(&self.calls, family, of, &mut raw.wire).await?;
            self.versions.read(&self.calls, of, how, &mut raw.wire).await?;
            Ok(raw)
        };
        fetched.await.map_err(|e: Error| e.context(format!("cannot read {}", of.address)))
    }

    fn encode(&self, of: &Found, raw: Raw, inventory: &Inventory) -> Live {
        let Some(family) = family(of.address.kind()) else {
            return Live {
                found: of.clone(),
                document: Document::default(),
                findings: Vec::new(),
                secrets: Vec::new(),
            };
        };
        let mut wire = raw.wire;
        let mut found = of.clone();
        found.uid = wire.get("Tags").and_then(|t| t[UID_TAG].as_str()).map(String::from);
        tidy(&mut wire);
        // What is the service's own is called alike everywhere.
        if let (Some(Value::String(name)), Ownership::Customer) = (wire.get_mut(family.name), of.ownership) {
            *name = self.values.names.logical(family.kind, name).name().to_string();
        }
        let Values { accounts, vars, seal, .. } = &self.values;
        let origin = Origin { inventory, accounts, vars, seal };
        let mut encoder = Encoder::new(&origin, &of.address);
        let versions = version::take(family, &mut encoder, &mut wire);
        alias::form(&mut wire, &versions);
        let mut document = encode(&wire, family.fields, &mut encoder);
        version::note(&mut document, &versions);
        drop_empty_tags(&mut document);
        self.arrange(&of.address, &mut document);
        let mut findings = encoder.findings;
        findings.extend(encoder.dangling.iter().map(|id| {
            let message = format!("names {id}, which nothing here has");
            Finding { dangling: true, ..Finding::new(Weight::Warning, Some(&of.address), message) }
        }));
        findings.extend(view::numbered(&of.address, document.portable.get("Content")));
        Live { found, document, findings, secrets: encoder.secrets }
    }

    fn arrange(&self, address: &Address, document: &mut Document) {
        let Some(family) = family(address.kind()) else { return };
        for part in [&mut document.portable, &mut document.local] {
            link::arrange(family.links, part);
            if let Some(arrange) = family.arrange {
                arrange(part);
            }
        }
    }

    fn attainable(
        &self,
        address: &Address,
        from: Option<&Document>,
        to: Option<&Document>,
    ) -> (Option<Document>, Vec<Finding>) {
        match family(address.kind()) {
            Some(family) => {
                let (to, mut findings) = super::attainable::attainable(family, address, from, to);
                let (mut to, said) = self.drafts.attainable(address, from, to);
                findings.extend(said);
                findings.extend(to.iter_mut().flat_map(|to| alias::attainable(address, from, to)));
                let (to, said) = user::attainable(self.values.users, address, from, to);
                findings.extend(said);
                (to, findings)
            }
            None => (to.cloned(), Vec::new()),
        }
    }

    fn implied(&self, of: &Address, address: &Address, qualifier: Option<&str>) -> Vec<Address> {
        association::implied(of, address, qualifier)
    }

    fn place(&self, address: &Address, members: &Map<String, Value>) -> Document {
        place(members, family(address.kind()).map_or(&[], |f| f.fields))
    }

    fn operational(&self, address: &Address, local: &Map<String, Value>) -> Map<String, Value> {
        operational(local, family(address.kind()).map_or(&[], |f| f.fields))
    }

    fn drafts(&self, address: &Address, local: &Map<String, Value>) -> Map<String, Value> {
        drafts(local, family(address.kind()).map_or(&[], |f| f.fields))
    }

    fn alias_made<'m>(&self, m: &'m Move) -> Option<&'m str> {
        alias::made(m)
    }

    fn moves(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        moves::moves(known(change.address)?, change)
    }

    fn refusals(&self, m: &Move, args: &Value) -> Vec<String> {
        let Some(family) = family(m.address.kind()) else { return Vec::new() };
        moves::refusals(family, &self.wire_args(family, args.clone(), Ownership::Customer))
    }

    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        moves::split(known(&create.address)?, create)
    }

    fn empty(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        moves::empty(known(change.address)?, change)
    }

    fn least_time(&self, ahead: &Ahead) -> Duration {
        super::ahead::least(&self.calls.account.pace, ahead)
    }

    fn irreversible(&self, m: &Move) -> Option<Irreversible> {
        irreversible(m)
    }

    async fn send(&self, m: &Move, id: Option<&Found>, args: Value, with: &Sending<'_>) -> Reply {
        let family = match known(&m.address) {
            Ok(family) => family,
            Err(e) => return Reply::Refused(e),
        };
        let mut args = self.wire_args(family, args, id.map(|f| f.ownership).unwrap_or_default());
        if let Some(audio) = args.get_mut("S3Uri") {
            match super::staging::uri(&self.calls.account, self.values.staging.as_deref(), audio, with.blobs)
                .await
            {
                Ok(uri) => {
                    if let Some(place) = self.values.staging.as_ref().filter(|_| uri.starts_with("s3://")) {
                        with.events.emit(Event::Staged { place: place.clone() });
                    }
                    *audio = json!(uri);
                }
                Err(e) => return Reply::Refused(e.context(format!("cannot write {}", m.address))),
            }
        }
        if draft::is_draft(&args) {
            let id = id.map(|f| f.id.as_str()).unwrap_or_default();
            let args = Value::Object(args);
            return self.drafts.send(&self.calls, family, m, id, &args, with.lease.until()).await;
        }
        let mut subject_id = id.map(|f| f.id.clone()).unwrap_or_default();
        if m.call == "UpdateContactFlowContent" {
            // The status is no argument: it says whether the published content is meant, or the draft.
            if args.remove("Status") == Some(json!("SAVED")) {
                subject_id.push_str(":$SAVED");
            }
        }
        // Each writes all levels of the hierarchy, as it has read them before.
        let _turn = match m.call == hierarchy::UPDATE {
            true => Some(self.levels.lock().await),
            false => None,
        };
        let subject = Subject { id: &subject_id, arn: id.map(|f| f.arn.as_str()).unwrap_or_default() };
        let args = Value::Object(args);
        match Box::pin(self.calls.write(&m.call, &subject, &args, with.lease.until())).await {
            Ok(answer) => {
                let reply = done(family, m, &args, &answer);
                match vocabulary::begun(m, &subject_id, &answer) {
                    Some(id) => vocabulary::settled(&self.calls, m, &id, with, reply).await,
                    None => reply,
                }
            }
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
        let instance = checks::instance(&self.calls, &self.pin).await;
        let own = |l: &Live| l.found.address.kind().starts_with("connect/");
        if !live.is_empty() && !live.iter().any(own) {
            // Whoever asks for a service alone is not told of no flows.
            return Ok(vec![instance]);
        }
        Ok(vec![
            instance,
            checks::published(live),
            checks::archived(live),
            checks::references(live, inventory),
        ])
    }
}

/// Returns what came of `m`, which was sent with `args` and `answer`ed.
fn done(family: &Family, m: &Move, args: &Value, answer: &Value) -> Reply {
    if m.does != Does::Create {
        return Reply::Done(None);
    }
    let (id, arn) = family.made;
    if id.is_empty() {
        return Reply::Done(association::made(args));
    }
    let arn = if arn.is_empty() { Some("") } else { answer[arn].as_str() };
    match (answer[id].as_str(), arn) {
        (Some(id), Some(arn)) => Reply::Done(Some((id.to_string(), arn.to_string()))),
        _ => Reply::Unknown(Error::failed(format!("{} answers without an id", m.call))),
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
            code: None,
        })
        .collect()
}
