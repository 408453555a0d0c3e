//! The driver for AWS Lambda: functions of an account in a region.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::calls::Calls;
use super::fetch::Shelf;
use super::fields::FIELDS;
use super::send::Sender;
use super::source::SOURCES;
use super::state::{ALIASES, State, VERSIONS};
use super::{attainable, checks, climb, encode, moves, names, permission, preflight, secret, well};
use crate::aws::Account;
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::driver::{Change, Check, Driver, Freshness, Listing, Live, Raw, Reply, Sending};
use crate::core::finding::{Finding, Weight};
use crate::core::following::{Far, Followed};
use crate::core::inventory::{Found, Inventory};
use crate::core::irreversible::Irreversible;
use crate::core::means::Values;
use crate::core::moves::Move;
use crate::core::naming::Naming;
use crate::core::place::{operational, place};
use crate::core::preflight::Line;
use crate::core::rollout::Climbs;
use crate::core::run::RunKind;
use crate::core::secret::Fingerprint;
use crate::core::{Digest, Error, Pin, Result};
use crate::kinds::irreversible::irreversible;
use crate::kinds::named;

/// The functions of one account in one region.
pub struct Functions {
    pin: Pin,
    calls: Calls,
    values: Values,
    shelf: Shelf,
}

impl Functions {
    /// Returns the driver for the functions beside the instance that `pin` names.
    pub fn new(pin: Pin, account: Account, values: Values) -> Functions {
        Functions { pin, calls: Calls { account }, values, shelf: Shelf::default() }
    }

    /// Returns what is called otherwise there.
    pub fn naming(&self) -> &Naming {
        &self.values.names
    }

    /// Lists them all, by the names that the configuration has for them.
    pub async fn named(&self) -> Result<Vec<Found>> {
        let mut found = names::functions(&self.calls.account, &self.pin).await?;
        named::rename(&self.values.names, &mut found);
        Ok(found)
    }
}

#[async_trait]
impl Driver for Functions {
    fn pin(&self) -> &Pin {
        &self.pin
    }

    fn kinds(&self) -> Vec<&'static str> {
        vec!["lambda/function"]
    }

    fn has_shells(&self, _: &str) -> bool {
        false
    }

    fn carries_bytes(&self, _: &str) -> bool {
        true
    }

    async fn list(&self) -> Result<Listing> {
        let mut listing = Listing::default();
        named::note(&mut listing, "lambda/function", self.named().await);
        Ok(listing)
    }

    async fn find(&self, address: &Address) -> Result<Option<Found>> {
        Ok(self.named().await?.into_iter().find(|f| f.address == *address))
    }

    async fn fetch(&self, of: &Found, how: Freshness) -> Result<Raw> {
        let fetched = Box::pin(self.shelf.fetch(&self.calls, &self.values.names, of, how)).await;
        fetched.map_err(|e| e.context(format!("cannot read {}", of.address)))
    }

    async fn bytes(&self, of: &Found, digest: &Digest) -> Result<Bytes> {
        self.calls.archive(of, digest).await
    }

    fn encode(&self, of: &Found, raw: Raw, inventory: &Inventory) -> Live {
        encode::live(of, raw, inventory, &self.values)
    }

    fn attainable(
        &self,
        address: &Address,
        from: Option<&Document>,
        to: Option<&Document>,
    ) -> (Option<Document>, Vec<Finding>) {
        match to {
            Some(to) => {
                let (to, said) = attainable::attainable(address, from, to);
                (Some(to), said)
            }
            None => (None, Vec::new()),
        }
    }

    fn climbs(&self, kind: &str, document: Option<&Document>) -> Climbs {
        let aliases = || document.map(State::of).unwrap_or_default().aliases.into_keys().collect();
        if kind == "lambda/function" { Climbs::Aliases(aliases()) } else { Climbs::Nothing }
    }

    fn place(&self, _: &Address, members: &Map<String, Value>) -> Document {
        place(members, FIELDS)
    }

    fn operational(&self, _: &Address, local: &Map<String, Value>) -> Map<String, Value> {
        let mut all = operational(local, FIELDS);
        all.extend(local.get_key_value(SOURCES).map(|(name, value)| (name.clone(), value.clone())));
        all
    }

    /// Nobody is asked which content an alias has in an environment, nor who else may invoke a function.
    fn drafts(&self, _: &Address, local: &Map<String, Value>) -> Map<String, Value> {
        let own =
            [ALIASES, VERSIONS, "OtherPermissions"].into_iter().filter_map(|name| local.get_key_value(name));
        own.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn alias_made<'m>(&self, m: &'m Move) -> Option<&'m str> {
        m.args["Name"].as_str().filter(|_| m.call == moves::CREATE_ALIAS)
    }

    fn within_reach(&self, _: &Address, from: &Document, to: &Document) -> BTreeSet<Fingerprint> {
        secret::within_reach(from, to)
    }

    fn still_held(&self, _: &Address, from: &Document, to: Option<&Document>) -> BTreeSet<Fingerprint> {
        secret::still_held(from, to)
    }

    fn advice(
        &self,
        written: &BTreeMap<&Address, &Document>,
        known: &BTreeMap<&Address, &Document>,
    ) -> Vec<Finding> {
        checks::passing_by(written, known)
            .into_iter()
            .map(|(user, what)| {
                let message = format!(
                    "{what}: what is changed there is in force at once, and no rollback of it is one call"
                );
                Finding::new(Weight::Warning, Some(&user), message).hint("let the flow name an alias")
            })
            .collect()
    }

    fn moves(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        moves::moves(change, &self.values.names.physical(change.address), &self.values.rollouts)
    }

    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        Err(Error::bug(format!("{} has no shell", create.address)))
    }

    fn empty(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        Ok(permission::empty(change))
    }

    fn irreversible(&self, m: &Move) -> Option<Irreversible> {
        irreversible(m)
    }

    async fn send(&self, m: &Move, id: Option<&Found>, args: Value, with: &Sending<'_>) -> Reply {
        let Functions { pin, calls, values, shelf } = self;
        Box::pin(Sender { calls, shelf, values, pin, with }.send(m, id, args)).await
    }

    /// A ladder goes on from here after its first call. What a lost call has begun is found by the look: the move says what
    /// the function is on each rung, and [`Driver::send`] begins nothing twice.
    fn starts(&self, m: &Move) -> bool {
        self.needs_company(m)
    }

    fn needs_company(&self, m: &Move) -> bool {
        m.call == moves::UPDATE_ALIAS && m.rollout.is_some()
    }

    async fn follow(&self, m: &Move, of: Option<&Found>, ticket: &str, with: &Sending<'_>) -> Followed {
        let Functions { pin, calls, values, shelf } = self;
        let Some(found) = of else {
            return Followed::Superseded(Error::not_found(format!("{} is gone", m.address)));
        };
        Box::pin(Sender { calls, shelf, values, pin, with }.climb(m, found, ticket)).await
    }

    async fn progress(&self, m: &Move, of: Option<&Found>, ticket: &str) -> Result<Far> {
        match of {
            Some(found) => climb::far(&self.calls, m, &found.id, ticket).await,
            None => Ok(Far::default()),
        }
    }

    async fn preflight(&self, change: &Change<'_>, _: RunKind) -> Result<Vec<Line>> {
        // What is wished is not yet what can be had.
        let to = change.to.map(|to| attainable::attainable(change.address, change.from, to).0);
        Ok(preflight::ladders(&Change { to: to.as_ref(), ..change.clone() }, &self.values))
    }

    async fn well(&self, made: &[&Move], live: &[&Live]) -> Result<Vec<(Address, String)>> {
        Ok(well::well(&self.calls, made, live).await)
    }

    async fn checks(&self, live: &[Live], _: &Inventory) -> Result<Vec<Check>> {
        let mut all: Vec<Check> = checks::active(&self.calls, live).await.into_iter().collect();
        all.extend(checks::errors(&self.calls, live).await);
        all.extend(checks::aliases(live));
        // A service calls none of them by itself.
        if live.is_empty() || live.iter().any(|l| !l.found.address.kind().starts_with("ecs/")) {
            all.push(checks::unqualified(live));
        }
        Ok(all)
    }
}
