//! The driver for Amazon Lex V2: bots of an account in a region.

use async_trait::async_trait;
use serde_json::Value;

use super::names;
use crate::aws::Account;
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::driver::{Change, Check, Driver, Freshness, Listing, Live, Raw, Reply, Sending};
use crate::core::inventory::{Found, Inventory};
use crate::core::means::Values;
use crate::core::moves::Move;
use crate::core::{Error, Pin, Result};
use crate::kinds::named;

/// The bots of one account in one region.
pub struct Bots {
    pin: Pin,
    account: Account,
    values: Values,
}

impl Bots {
    /// Returns the driver for the bots beside the instance that `pin` names.
    pub fn new(pin: Pin, account: Account, values: Values) -> Bots {
        Bots { pin, account, values }
    }

    /// Lists them all, by the names that the configuration has for them.
    pub async fn named(&self) -> Result<Vec<Found>> {
        let mut found = names::bots(&self.account, &self.pin).await?;
        named::rename(&self.values.names, &mut found);
        Ok(found)
    }
}

#[async_trait]
impl Driver for Bots {
    fn pin(&self) -> &Pin {
        &self.pin
    }

    fn kinds(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn has_shells(&self, _: &str) -> bool {
        false
    }

    async fn list(&self) -> Result<Listing> {
        let mut listing = Listing::default();
        named::note(&mut listing, "lex/bot", self.named().await);
        Ok(listing)
    }

    async fn find(&self, address: &Address) -> Result<Option<Found>> {
        Ok(self.named().await?.into_iter().find(|f| f.address == *address))
    }

    async fn fetch(&self, of: &Found, _: Freshness) -> Result<Raw> {
        Err(by_name_only(&of.address))
    }

    fn encode(&self, of: &Found, _: Raw, _: &Inventory) -> Live {
        Live { found: of.clone(), document: Document::default(), findings: Vec::new(), secrets: Vec::new() }
    }

    fn moves(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        Err(by_name_only(change.address))
    }

    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        Err(by_name_only(&create.address))
    }

    fn empty(&self, _: &Change<'_>) -> Result<Vec<Move>> {
        Ok(Vec::new())
    }

    async fn send(&self, m: &Move, _: Option<&Found>, _: Value, _: &Sending<'_>) -> Reply {
        Reply::Refused(by_name_only(&m.address))
    }

    async fn checks(&self, _: &[Live], _: &Inventory) -> Result<Vec<Check>> {
        Ok(Vec::new())
    }
}

fn by_name_only(address: &Address) -> Error {
    Error::blocked(format!("{address} is of a kind that this version knows by name only"))
}
