//! The driver for Amazon ECS: services of an account in a region.

use async_trait::async_trait;

use crate::aws::Account;
use crate::core::address::Address;
use crate::core::driver::{Change, Check, Driver, Freshness, Listing, Live, Raw, Reply, Sending};
use crate::core::inventory::{Found, Inventory};
use crate::core::means::Values;
use crate::core::moves::Move;
use crate::core::{Error, Pin, Result};
use crate::kinds::named;

/// The services of one account in one region.
pub struct Services {
    pin: Pin,
    account: Account,
    values: Values,
}

impl Services {
    /// Returns the driver for the services of the account that `pin` names.
    pub fn new(pin: Pin, account: Account, values: Values) -> Services {
        Services { pin, account, values }
    }

    /// Lists them all, by the names that the configuration has for them.
    pub async fn named(&self) -> Result<Vec<Found>> {
        let _ = &self.account;
        let mut found = Vec::new();
        named::rename(&self.values.names, &mut found);
        Ok(found)
    }
}

#[async_trait]
impl Driver for Services {
    fn pin(&self) -> &Pin {
        &self.pin
    }

    fn kinds(&self) -> Vec<&'static str> {
        vec!["ecs/service"]
    }

    fn has_shells(&self, _: &str) -> bool {
        false
    }

    async fn list(&self) -> Result<Listing> {
        let mut listing = Listing::default();
        named::note(&mut listing, "ecs/service", self.named().await);
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

    async fn checks(&self, _: &[Live], _: &Inventory) -> Result<Vec<Check>> {
        Ok(Vec::new())
    }
}
