//! The driver for Amazon ECS: services of an account in a region.

use async_trait::async_trait;
use jiff::Timestamp;

use super::calls::Calls;
use super::{checks, editions, follow, names, preflight};
use crate::aws::Account;
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::driver::{Change, Check, Driver, Freshness, Listing, Live, Raw, Reply, Sending};
use crate::core::edition::Edition;
use crate::core::following::Followed;
use crate::core::inventory::{Found, Inventory};
use crate::core::means::Values;
use crate::core::moves::Move;
use crate::core::preflight::Line;
use crate::core::run::RunKind;
use crate::core::{Error, Pin, Result};
use crate::kinds::named;

/// The services of one account in one region.
pub struct Services {
    pub(super) pin: Pin,
    pub(super) calls: Calls,
    pub(super) values: Values,
}

impl Services {
    /// Returns the driver for the services of the account that `pin` names.
    pub fn new(pin: Pin, account: Account, values: Values) -> Services {
        Services { pin, calls: Calls { account }, values }
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

    async fn fetch(&self, of: &Found, _: Freshness) -> Result<Raw> {
        Err(Error::bug(format!("{} cannot be read yet", of.address)))
    }

    fn encode(&self, of: &Found, _: Raw, _: &Inventory) -> Live {
        Live { found: of.clone(), document: Default::default(), findings: Vec::new(), secrets: Vec::new() }
    }

    fn moves(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        Err(Error::bug(format!("{} cannot be written yet", change.address)))
    }

    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        Err(Error::bug(format!("{} has no shell", create.address)))
    }

    fn empty(&self, _: &Change<'_>) -> Result<Vec<Move>> {
        Ok(Vec::new())
    }

    async fn send(&self, m: &Move, _: Option<&Found>, _: serde_json::Value, _: &Sending<'_>) -> Reply {
        Reply::Refused(Error::bug(format!("{} cannot be written yet", m.address)))
    }

    async fn ticket(&self, m: &Move, of: Option<&Found>, since: Timestamp) -> Result<Option<String>> {
        Box::pin(follow::ticket(self, m, of, since)).await
    }

    async fn follow(&self, m: &Move, of: Option<&Found>, ticket: &str, with: &Sending<'_>) -> Followed {
        Box::pin(follow::follow(self, m, of, ticket, with)).await
    }

    async fn preflight(&self, change: &Change<'_>, kind: RunKind) -> Result<Vec<Line>> {
        Box::pin(preflight::preflight(self, change, kind)).await
    }

    async fn editions(&self, of: &Found) -> Result<Vec<Edition>> {
        Box::pin(editions::editions(self, of)).await
    }

    async fn as_of(&self, live: &Live, revision: &str, inventory: &Inventory) -> Result<Document> {
        Box::pin(editions::as_of(self, live, revision, inventory)).await
    }

    async fn checks(&self, live: &[Live], inventory: &Inventory) -> Result<Vec<Check>> {
        Box::pin(checks::checks(self, live, inventory)).await
    }
}
