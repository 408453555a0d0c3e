//! The driver for Amazon Lex V2: bots of an account in a region.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use serde_json::{Map, Value};

use super::bot::{ALIASES, FIELDS, KIND, VERSIONS};
use super::calls::Calls;
use super::moves;
use super::prepare::Bench;
use super::version::Shelf;
use super::{alias, checks, names, write};
use crate::aws::{Account, Fate};
use crate::core::address::Address;
use crate::core::ahead::Ahead;
use crate::core::document::Document;
use crate::core::driver::{Change, Check, Driver, Freshness, Listing, Live, Raw, Reply, Sending};
use crate::core::encoder::{Encoder, Origin};
use crate::core::finding::Finding;
use crate::core::inventory::{Found, Inventory};
use crate::core::irreversible::Irreversible;
use crate::core::means::Values;
use crate::core::moves::{Does, Move};
use crate::core::place::place;
use crate::core::{Error, Pin, Result};
use crate::kinds::irreversible::irreversible;
use crate::kinds::named;

/// The bots of one account in one region.
pub struct Bots {
    pin: Pin,
    calls: Calls,
    values: Values,
    shelf: Shelf,
}

impl Bots {
    /// Returns the driver for the bots beside the instance that `pin` names.
    pub fn new(pin: Pin, account: Account, values: Values) -> Bots {
        Bots { pin, calls: Calls { account }, values, shelf: Shelf::default() }
    }

    /// Lists them all, by the names that the configuration has for them.
    pub async fn named(&self) -> Result<Vec<Found>> {
        let mut found = names::bots(&self.calls.account, &self.pin).await?;
        named::rename(&self.values.names, &mut found);
        Ok(found)
    }

    /// Returns the ARNs of the functions that the aliases of these ARNs call. What cannot be seen calls none.
    pub async fn hooks(&self, aliases: &[String]) -> BTreeSet<String> {
        let one = |arn: &String| {
            // arn:PARTITION:lex:REGION:ACCOUNT:bot-alias/BOT/ALIAS
            let mut steps = arn.split('/').skip(1).map(String::from);
            let (bot, alias) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
            async move { self.calls.alias(&bot, &alias).await.unwrap_or_default() }
        };
        let mut functions = BTreeSet::new();
        for alias in join_all(aliases.iter().map(one)).await {
            for (_, locale) in alias["botAliasLocaleSettings"].as_object().into_iter().flatten() {
                let arn = locale["codeHookSpecification"]["lambdaCodeHook"]["lambdaARN"].as_str();
                functions.extend(arn.map(String::from));
            }
        }
        functions
    }
}

#[async_trait]
impl Driver for Bots {
    fn pin(&self) -> &Pin {
        &self.pin
    }

    fn kinds(&self) -> Vec<&'static str> {
        vec![KIND]
    }

    fn has_shells(&self, _: &str) -> bool {
        false
    }

    fn has_alias_ids(&self, _: &str) -> bool {
        true
    }

    /// What is told of versions is what those hold that aliases name. On the way to a first alias it is the draft, and a
    /// version is imported through that: whose the draft is then, nobody can tell.
    fn derived(&self, _: &str) -> &'static [(&'static str, &'static str)] {
        &[(VERSIONS, ALIASES)]
    }

    async fn list(&self) -> Result<Listing> {
        let mut listing = Listing::default();
        named::note(&mut listing, KIND, self.named().await);
        Ok(listing)
    }

    async fn find(&self, address: &Address) -> Result<Option<Found>> {
        Ok(self.named().await?.into_iter().find(|f| f.address == *address))
    }

    async fn fetch(&self, of: &Found, how: Freshness) -> Result<Raw> {
        let fetched = super::fetch::fetch(&self.calls, &self.shelf, &self.values.names, of, how);
        match Box::pin(fetched).await {
            Ok(wire) => Ok(Raw { wire, ..Raw::default() }),
            Err(failure) => Err(Error::from(failure).context(format!("cannot read {}", of.address))),
        }
    }

    fn encode(&self, of: &Found, raw: Raw, inventory: &Inventory) -> Live {
        let Values { accounts, vars, seal, names, .. } = &self.values;
        let origin = Origin { inventory, accounts, vars, seal };
        super::encode::encode(of, raw.wire, names, &mut Encoder::new(&origin, &of.address))
    }

    fn arrange(&self, _: &Address, document: &mut Document) {
        alias::arrange(&mut document.portable);
    }

    fn attainable(
        &self,
        address: &Address,
        from: Option<&Document>,
        to: Option<&Document>,
    ) -> (Option<Document>, Vec<Finding>) {
        super::attainable::attainable(address, from, to)
    }

    fn place(&self, _: &Address, members: &Map<String, Value>) -> Document {
        place(members, FIELDS)
    }

    fn alias_made<'m>(&self, m: &'m Move) -> Option<&'m str> {
        m.args["Alias"].as_str().filter(|_| m.call == moves::CREATE_ALIAS)
    }

    fn moves(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        moves::moves(change)
    }

    fn refusals(&self, m: &Move, args: &Value) -> Vec<String> {
        write::refusals(m, args)
    }

    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        Err(Error::bug(format!("{} has no shell", create.address)))
    }

    fn empty(&self, _: &Change<'_>) -> Result<Vec<Move>> {
        Ok(Vec::new())
    }

    fn least_time(&self, ahead: &Ahead) -> Duration {
        let reads = ahead.reads.iter().filter(|((kind, _), _)| kind == KIND).map(|(_, count)| *count);
        let pace = &self.calls.account.pace;
        let read = pace.bound(reads.sum());
        let writes = [moves::IMPORT, moves::CREATE, moves::UPDATE_ALIAS, moves::CREATE_ALIAS];
        let written =
            writes.iter().filter_map(|call| ahead.writes.get(*call)).map(|count| pace.bound(*count));
        written.chain([read]).max().unwrap_or_default()
    }

    fn irreversible(&self, m: &Move) -> Option<Irreversible> {
        irreversible(m)
    }

    async fn send(&self, m: &Move, id: Option<&Found>, args: Value, with: &Sending<'_>) -> Reply {
        let logical = match args["Settings"]["Name"].as_str().or(args["Name"].as_str()) {
            Some(name) => Address::new(KIND, name),
            None => m.address.clone(),
        };
        let bench = Bench {
            calls: &self.calls,
            shelf: &self.shelf,
            with,
            address: &m.address,
            id: id.map(|f| f.id.as_str()).unwrap_or_default(),
            name: self.values.names.physical(&logical),
        };
        let arn = id.map(|f| f.arn.as_str()).unwrap_or_default();
        match Box::pin(bench.send(m, arn, &self.values.names, &args)).await {
            Ok(Some(id)) if m.does == Does::Create => {
                let Pin { region, account, .. } = &self.pin;
                let arn = format!("arn:{}:lex:{region}:{account}:bot/{id}", self.pin.partition());
                Reply::Done(Some((id, arn)))
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

    async fn well(&self, made: &[&Move], live: &[&Live]) -> Result<Vec<(Address, String)>> {
        Ok(checks::well(&self.calls, made, live).await)
    }

    async fn checks(&self, live: &[Live], _: &Inventory) -> Result<Vec<Check>> {
        Ok(checks::aliases(&self.calls, live).await)
    }
}
