//! The whole of an environment: the driver of each service, as one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::connect::Connect;
use super::ecs::Services;
use super::gate::Gatekeeper;
use super::hook::Runner;
use super::irreversible::irreversible;
use super::lambda::{Functions, function};
use super::lex::Bots;
use super::named;
use super::site::Sites;
use super::standing::{associated, stand};
use crate::core::address::Address;
use crate::core::ahead::Ahead;
use crate::core::digest::Digest;
use crate::core::document::Document;
use crate::core::driver::{BlobSource, Change, Check, Driver, Freshness, Listing, Live, Raw, Reply, Sending};
use crate::core::edition::Edition;
use crate::core::finding::Finding;
use crate::core::following::{Far, Followed, Since};
use crate::core::gate::Inspector;
use crate::core::hook::Hooks;
use crate::core::inventory::{Found, Inventory};
use crate::core::irreversible::Irreversible;
use crate::core::moves::Move;
use crate::core::preflight::Line;
use crate::core::rollout::Climbs;
use crate::core::run::RunKind;
use crate::core::secret::Fingerprint;
use crate::core::source::Source;
use crate::core::{ErrorKind, Pin, Result};

/// Every service of one environment.
pub struct Whole {
    /// What it is bound to.
    pub(super) pin: Pin,
    /// The Connect instance, where there is one.
    pub(super) connect: Option<Connect>,
    /// What is in Lambda.
    pub(super) functions: Functions,
    /// What is in Lex.
    pub(super) bots: Bots,
    /// What is in ECS, where any of it is owned.
    pub(super) services: Option<Services>,
    /// Who asks gates there.
    pub(super) gates: Gatekeeper,
    /// Who runs hooks.
    pub(super) hooks: Runner,
    /// Its static sites.
    pub(super) sites: Sites,
}

impl Whole {
    fn each(&self) -> Vec<&dyn Driver> {
        let connect = self.connect.iter().map(|d| d as &dyn Driver);
        let services = self.services.iter().map(|d| d as &dyn Driver);
        let besides = [&self.functions as &dyn Driver, &self.bots, &self.sites];
        connect.chain(besides).chain(services).collect()
    }

    /// Returns the driver of `kind`; another one, which finds nothing of it, where there is none.
    fn of(&self, kind: &str) -> &dyn Driver {
        match (kind.split('/').next(), &self.connect, &self.services) {
            (Some("connect"), Some(connect), _) => connect,
            (Some("lex"), ..) => &self.bots,
            (Some("ecs"), _, Some(services)) => services,
            (Some("site"), ..) => &self.sites,
            (Some("lambda"), ..) | (_, None, _) => &self.functions,
            (_, Some(connect), _) => connect,
        }
    }

    fn at(&self, address: &Address) -> &dyn Driver {
        self.of(address.kind())
    }
}

// What it forgot to hand on would be as if the kinds had never said it.
#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Driver for Whole {
    fn pin(&self) -> &Pin {
        &self.pin
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.each().into_iter().flat_map(|d| d.kinds()).collect()
    }

    fn has_shells(&self, kind: &str) -> bool {
        self.of(kind).has_shells(kind)
    }

    fn creates(&self, kind: &str) -> bool {
        self.of(kind).creates(kind)
    }

    fn is_tagged(&self, kind: &str) -> bool {
        self.of(kind).is_tagged(kind)
    }

    fn derived(&self, kind: &str) -> &'static [(&'static str, &'static str)] {
        self.of(kind).derived(kind)
    }

    fn carries_bytes(&self, kind: &str) -> bool {
        self.of(kind).carries_bytes(kind)
    }

    fn has_alias_ids(&self, kind: &str) -> bool {
        self.of(kind).has_alias_ids(kind)
    }

    async fn list(&self) -> Result<Listing> {
        let (mut functions, bots) = tokio::join!(self.functions.named(), self.bots.named());
        let mut listing = match &self.connect {
            Some(connect) => connect.list_with(&bots).await?,
            None => Listing::default(),
        };
        // Who may not list functions sees those that the instance may invoke.
        if functions.as_ref().is_err_and(|e| e.kind == ErrorKind::Denied) {
            let head = function(self.pin(), "").arn;
            let ids = listing.found.iter().filter(|f| f.address.kind() == "connect/lambda-association");
            let names = ids.filter_map(|f| f.id.strip_prefix(&head)?.split(':').next());
            let names: BTreeSet<&str> = names.collect();
            let mut found: Vec<Found> = names.into_iter().map(|name| function(self.pin(), name)).collect();
            named::rename(self.functions.naming(), &mut found);
            functions = Ok(found);
        }
        named::note(&mut listing, "lambda/function", functions);
        named::note(&mut listing, "lex/bot", bots);
        let hooks = self.bots.hooks(&associated(&listing, "connect/bot-association")).await;
        stand(&mut listing, hooks);
        if let Some(services) = &self.services {
            let listed = services.list().await?;
            listing.found.extend(listed.found);
            listing.gaps.extend(listed.gaps);
        }
        let sites = self.sites.list().await?;
        listing.found.extend(sites.found);
        listing.gaps.extend(sites.gaps);
        Ok(listing)
    }

    async fn find(&self, address: &Address) -> Result<Option<Found>> {
        self.at(address).find(address).await
    }

    async fn fetch(&self, of: &Found, how: Freshness) -> Result<Raw> {
        self.at(&of.address).fetch(of, how).await
    }

    async fn read(&self, of: &Found, inventory: &Inventory) -> Result<Live> {
        Ok(self.encode(of, self.fetch(of, Freshness::Fresh).await?, inventory))
    }

    fn remembers(&self, kind: &str) -> bool {
        self.of(kind).remembers(kind)
    }

    async fn bytes(&self, of: &Found, digest: &Digest) -> Result<Bytes> {
        self.at(&of.address).bytes(of, digest).await
    }

    fn encode(&self, of: &Found, raw: Raw, inventory: &Inventory) -> Live {
        let live = self.at(&of.address).encode(of, raw, inventory);
        Live { document: live.document.by_value(), ..live }
    }

    fn arrange(&self, address: &Address, document: &mut Document) {
        self.at(address).arrange(address, document);
    }

    fn attainable(
        &self,
        address: &Address,
        from: Option<&Document>,
        to: Option<&Document>,
    ) -> (Option<Document>, Vec<Finding>) {
        self.at(address).attainable(address, from, to)
    }

    fn climbs(&self, kind: &str, document: Option<&Document>) -> Climbs {
        self.of(kind).climbs(kind, document)
    }

    fn on_ladder(&self, address: &Address, from: Option<&Document>, to: Document) -> Document {
        self.at(address).on_ladder(address, from, to)
    }

    fn implied(&self, of: &Address, address: &Address, qualifier: Option<&str>) -> Vec<Address> {
        self.at(of).implied(of, address, qualifier)
    }

    fn place(&self, address: &Address, members: &Map<String, Value>) -> Document {
        self.at(address).place(address, members)
    }

    fn operational(&self, address: &Address, local: &Map<String, Value>) -> Map<String, Value> {
        self.at(address).operational(address, local)
    }

    fn drafts(&self, address: &Address, local: &Map<String, Value>) -> Map<String, Value> {
        self.at(address).drafts(address, local)
    }

    fn alias_made<'m>(&self, m: &'m Move) -> Option<&'m str> {
        self.at(&m.address).alias_made(m)
    }

    fn within_reach(&self, address: &Address, from: &Document, to: &Document) -> BTreeSet<Fingerprint> {
        self.at(address).within_reach(address, from, to)
    }

    fn still_held(&self, address: &Address, from: &Document, to: Option<&Document>) -> BTreeSet<Fingerprint> {
        self.at(address).still_held(address, from, to)
    }

    fn advice(
        &self,
        written: &BTreeMap<&Address, &Document>,
        known: &BTreeMap<&Address, &Document>,
    ) -> Vec<Finding> {
        self.each().into_iter().flat_map(|d| d.advice(written, known)).collect()
    }

    fn moves(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        self.at(change.address).moves(change)
    }

    async fn bring(&self, change: &Change<'_>, from: &Pin) -> Result<(Vec<Move>, Vec<Finding>)> {
        self.at(change.address).bring(change, from).await
    }

    async fn traces(
        &self,
        change: &Change<'_>,
        source: &Source,
        blobs: &dyn BlobSource,
    ) -> Result<Vec<Finding>> {
        self.at(change.address).traces(change, source, blobs).await
    }

    fn restart(&self, address: &Address, live: &Document) -> Result<(Document, Vec<Move>)> {
        self.at(address).restart(address, live)
    }

    async fn with_image(
        &self,
        address: &Address,
        document: &Document,
        container: Option<&str>,
        image: &str,
    ) -> Result<Document> {
        self.at(address).with_image(address, document, container, image).await
    }

    fn received(&self, address: &Address, document: Document) -> Document {
        self.at(address).received(address, document)
    }

    fn with_folder(
        &self,
        address: &Address,
        document: &Document,
        files: Vec<(String, Bytes)>,
    ) -> Result<(Document, Vec<Bytes>)> {
        self.at(address).with_folder(address, document, files)
    }

    fn refusals(&self, m: &Move, args: &Value) -> Vec<String> {
        self.at(&m.address).refusals(m, args)
    }

    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        self.at(&create.address).split(create)
    }

    fn empty(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        self.at(change.address).empty(change)
    }

    fn least_time(&self, ahead: &Ahead) -> Duration {
        self.each().into_iter().map(|d| d.least_time(ahead)).max().unwrap_or_default()
    }

    fn irreversible(&self, m: &Move) -> Option<Irreversible> {
        irreversible(m)
    }

    async fn send(&self, m: &Move, id: Option<&Found>, args: Value, with: &Sending<'_>) -> Reply {
        self.at(&m.address).send(m, id, args, with).await
    }

    fn starts(&self, m: &Move) -> bool {
        self.at(&m.address).starts(m)
    }

    fn tidies(&self, m: &Move) -> bool {
        self.at(&m.address).tidies(m)
    }

    fn margin(&self, m: &Move) -> std::time::Duration {
        self.at(&m.address).margin(m)
    }

    fn needs_company(&self, m: &Move) -> bool {
        self.at(&m.address).needs_company(m)
    }

    async fn newest(&self, m: &Move, of: Option<&Found>) -> Result<Option<String>> {
        self.at(&m.address).newest(m, of).await
    }

    async fn ticket(&self, m: &Move, of: Option<&Found>, since: &Since) -> Result<Option<String>> {
        self.at(&m.address).ticket(m, of, since).await
    }

    async fn follow(&self, m: &Move, of: Option<&Found>, ticket: &str, with: &Sending<'_>) -> Followed {
        self.at(&m.address).follow(m, of, ticket, with).await
    }

    async fn progress(&self, m: &Move, of: Option<&Found>, ticket: &str) -> Result<Far> {
        self.at(&m.address).progress(m, of, ticket).await
    }

    async fn preflight(&self, change: &Change<'_>, kind: RunKind) -> Result<Vec<Line>> {
        self.at(change.address).preflight(change, kind).await
    }

    fn has_editions(&self, kind: &str) -> bool {
        self.of(kind).has_editions(kind)
    }

    async fn editions(&self, of: &Found) -> Result<Vec<Edition>> {
        self.at(&of.address).editions(of).await
    }

    fn edition(&self, address: &Address, document: &Document) -> Option<String> {
        self.at(address).edition(address, document)
    }

    async fn as_of(&self, live: &Live, revision: &str, inventory: &Inventory) -> Result<Document> {
        self.at(&live.found.address).as_of(live, revision, inventory).await
    }

    fn inspector(&self) -> &dyn Inspector {
        &self.gates
    }

    fn hooks(&self) -> &dyn Hooks {
        &self.hooks
    }

    async fn well(&self, made: &[&Move], live: &[&Live]) -> Result<Vec<(Address, String)>> {
        let mut all = Vec::new();
        for driver in self.each() {
            all.extend(driver.well(made, live).await?);
        }
        Ok(all)
    }

    async fn checks(&self, live: &[Live], inventory: &Inventory) -> Result<Vec<Check>> {
        let mut checks = Vec::new();
        for driver in self.each() {
            checks.extend(driver.checks(live, inventory).await?);
        }
        Ok(checks)
    }
}
