//! The driver for Amazon ECS: services of an account in a region.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::bring::{self, Brought, PUT};
use super::calls::Calls;
use super::codedeploy::START;
use super::deployment_group::Groups;
use super::fetch::Shelf;
use super::send::Sender;
use super::state::Known;
use super::{
    artifact, attainable, checks, climbing, editions, encode, follow, moves, names, preflight, progress,
    secret, shift_rungs, well,
};
use crate::aws::{Account, Elsewhere};
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::driver::{Change, Check, Driver, Freshness, Listing, Live, Raw, Reply, Sending};
use crate::core::edition::Edition;
use crate::core::finding::Finding;
use crate::core::following::{Far, Followed, Since};
use crate::core::inventory::{Found, Inventory};
use crate::core::means::Values;
use crate::core::moves::Move;
use crate::core::preflight::Line;
use crate::core::rollout::Climbs;
use crate::core::run::RunKind;
use crate::core::secret::Fingerprint;
use crate::core::{Error, Pin, Result};
use crate::kinds::named;

/// The services of one account in one region.
pub struct Services {
    pub(super) pin: Pin,
    pub(super) calls: Calls,
    pub(super) values: Values,
    pub(super) shelf: Shelf,
    /// Which groups of CodeDeploy deploy which services.
    pub(super) groups: Groups,
    /// What is brought from elsewhere.
    pub(super) brought: Brought,
}

impl Services {
    /// Returns the driver for the services of the account that `pin` names.
    pub fn new(pin: Pin, account: Account, values: Values) -> Services {
        let (groups, shelf, brought) = Default::default();
        Services { pin, calls: Calls { account }, values, groups, shelf, brought }
    }

    /// Returns the driver that brings images from the other environments that are `elsewhere`.
    pub fn among(self, elsewhere: Elsewhere) -> Services {
        Services { brought: Brought::among(elsewhere), ..self }
    }

    /// Lists them all, by the names that the configuration has for them.
    pub async fn named(&self) -> Result<Vec<Found>> {
        let mut found = names::services(&self.calls, &self.pin).await?;
        named::rename(&self.values.names, &mut found);
        // No alias is named behind the name of a service.
        found.iter_mut().for_each(|f| f.aliases = Some(Vec::new()));
        Ok(found)
    }
}

#[async_trait]
impl Driver for Services {
    fn pin(&self) -> &Pin {
        &self.pin
    }

    fn kinds(&self) -> Vec<&'static str> {
        vec![names::KIND]
    }

    fn has_shells(&self, _: &str) -> bool {
        false
    }

    async fn list(&self) -> Result<Listing> {
        let mut listing = Listing::default();
        named::note(&mut listing, names::KIND, self.named().await);
        Ok(listing)
    }

    async fn find(&self, address: &Address) -> Result<Option<Found>> {
        Ok(self.named().await?.into_iter().find(|f| f.address == *address))
    }

    async fn fetch(&self, of: &Found, how: Freshness) -> Result<Raw> {
        let fetched = Box::pin(self.shelf.fetch(self, of, how)).await;
        fetched.map_err(|e| e.context(format!("cannot read {}", of.address)))
    }

    fn encode(&self, of: &Found, raw: Raw, inventory: &Inventory) -> Live {
        encode::live(of, raw, inventory, &self.values)
    }

    fn climbs(&self, kind: &str, _: Option<&Document>) -> Climbs {
        if kind == "ecs/service" { Climbs::Itself } else { Climbs::Nothing }
    }

    fn arrange(&self, _: &Address, document: &mut Document) {
        attainable::arrange(document);
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

    fn on_ladder(&self, address: &Address, from: Option<&Document>, to: Document) -> Document {
        climbing::on_ladder(&self.values, address, from, to)
    }

    fn place(&self, _: &Address, members: &Map<String, Value>) -> Document {
        attainable::placed(members)
    }

    fn within_reach(&self, _: &Address, _: &Document, to: &Document) -> BTreeSet<Fingerprint> {
        secret::held(to)
    }

    /// Who deletes a service deletes no revision of its task definition.
    fn still_held(&self, _: &Address, from: &Document, _: Option<&Document>) -> BTreeSet<Fingerprint> {
        secret::held(from)
    }

    fn moves(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        let moves = moves::moves(change, &self.values.names.physical(change.address))?;
        climbing::climbed(&self.values, change, moves)
    }

    async fn bring(&self, change: &Change<'_>, from: &Pin) -> Result<(Vec<Move>, Vec<Finding>)> {
        Box::pin(bring::bring(self, change, from)).await
    }

    fn restart(&self, address: &Address, live: &Document) -> Result<(Document, Vec<Move>)> {
        let (mut to, mut moves) = moves::restart(address, live)?;
        climbing::restarted(&self.values, address, live, &mut to, &mut moves)?;
        Ok((to, moves))
    }

    async fn with_image(
        &self,
        address: &Address,
        document: &Document,
        container: Option<&str>,
        image: &str,
    ) -> Result<Document> {
        Box::pin(artifact::with_image(self, address, document, container, image)).await
    }

    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        Err(Error::bug(format!("{} has no shell", create.address)))
    }

    fn empty(&self, _: &Change<'_>) -> Result<Vec<Move>> {
        Ok(Vec::new())
    }

    async fn send(&self, m: &Move, id: Option<&Found>, args: Value, with: &Sending<'_>) -> Reply {
        if m.call == PUT {
            return Box::pin(bring::send(self, &m.address, &args, with)).await;
        }
        Box::pin(Sender { services: self, with }.send(m, id, args)).await
    }

    async fn newest(&self, m: &Move, of: Option<&Found>) -> Result<Option<String>> {
        Box::pin(follow::newest(self, m, of)).await
    }

    async fn ticket(&self, m: &Move, of: Option<&Found>, since: &Since) -> Result<Option<String>> {
        Box::pin(follow::ticket(self, m, of, since)).await
    }

    async fn follow(&self, m: &Move, of: Option<&Found>, ticket: &str, with: &Sending<'_>) -> Followed {
        Box::pin(follow::follow(self, m, of, ticket, with)).await
    }

    fn starts(&self, m: &Move) -> bool {
        matches!(m.call.as_str(), "CreateService" | "UpdateService" | "CreateDeployment")
    }

    fn margin(&self, m: &Move) -> Duration {
        match m.call.as_str() {
            START => shift_rungs::margin(&self.values, &m.address).unwrap_or_default(),
            _ => Duration::ZERO,
        }
    }

    async fn progress(&self, _: &Move, of: Option<&Found>, ticket: &str) -> Result<Far> {
        Box::pin(progress::progress(self, of, ticket)).await
    }

    async fn preflight(&self, change: &Change<'_>, kind: RunKind) -> Result<Vec<Line>> {
        let lines = Box::pin(preflight::preflight(self, change, kind)).await?;
        Ok(self.brought.passing(change, &self.pin, lines))
    }

    fn has_editions(&self, _: &str) -> bool {
        true
    }

    async fn editions(&self, of: &Found) -> Result<Vec<Edition>> {
        Box::pin(editions::editions(self, of)).await
    }

    fn edition(&self, _: &Address, document: &Document) -> Option<String> {
        Known::of(document).revision.map(|number| number.to_string())
    }

    async fn as_of(&self, live: &Live, revision: &str, inventory: &Inventory) -> Result<Document> {
        Box::pin(editions::as_of(self, live, revision, inventory)).await
    }

    async fn well(&self, made: &[&Move], live: &[&Live]) -> Result<Vec<(Address, String)>> {
        let deployed = |l: &Live| made.iter().any(|m| m.address == l.found.address && self.starts(m));
        let services: Vec<&Found> = live.iter().filter(|l| deployed(l)).map(|l| &l.found).collect();
        Box::pin(well::well(self, services)).await
    }

    async fn checks(&self, live: &[Live], inventory: &Inventory) -> Result<Vec<Check>> {
        Box::pin(checks::checks(self, live, inventory)).await
    }
}
