//! The environment, as a process that dies sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Map, Value};

use snapdeploy::core::address::Address;
use snapdeploy::core::ahead::Ahead;
use snapdeploy::core::document::Document;
use snapdeploy::core::driver::{Change, Check, Driver, Freshness, Listing, Live, Raw, Reply, Sending};
use snapdeploy::core::edition::Edition;
use snapdeploy::core::finding::Finding;
use snapdeploy::core::following::{Far, Followed, Since};
use snapdeploy::core::gate::Inspector;
use snapdeploy::core::hook::Hooks;
use snapdeploy::core::inventory::{Found, Inventory};
use snapdeploy::core::irreversible::Irreversible;
use snapdeploy::core::moves::Move;
use snapdeploy::core::preflight::Line;
use snapdeploy::core::rollout::Climbs;
use snapdeploy::core::run::RunKind;
use snapdeploy::core::secret::Fingerprint;
use snapdeploy::core::sending::BlobSource;
use snapdeploy::core::source::Source;
use snapdeploy::core::{Digest, Pin, Result};

use super::death::Mortal;

// What a wrapper forgets to pass on is not tested.
#[deny(clippy::missing_trait_methods)]
#[async_trait]
impl Driver for Mortal<'_, dyn Driver> {
    fn pin(&self) -> &Pin {
        self.inner.pin()
    }
    fn kinds(&self) -> Vec<&'static str> {
        self.inner.kinds()
    }
    fn has_shells(&self, kind: &str) -> bool {
        self.inner.has_shells(kind)
    }
    async fn list(&self) -> Result<Listing> {
        self.death.look(self.inner.list()).await
    }
    async fn find(&self, address: &Address) -> Result<Option<Found>> {
        self.death.look(self.inner.find(address)).await
    }
    async fn fetch(&self, of: &Found, how: Freshness) -> Result<Raw> {
        self.death.look(self.inner.fetch(of, how)).await
    }
    async fn bytes(&self, of: &Found, digest: &Digest) -> Result<Bytes> {
        self.death.look(self.inner.bytes(of, digest)).await
    }

    fn encode(&self, of: &Found, raw: Raw, inventory: &Inventory) -> Live {
        self.inner.encode(of, raw, inventory)
    }
    fn creates(&self, kind: &str) -> bool {
        self.inner.creates(kind)
    }
    fn is_tagged(&self, kind: &str) -> bool {
        self.inner.is_tagged(kind)
    }
    fn derived(&self, kind: &str) -> &'static [(&'static str, &'static str)] {
        self.inner.derived(kind)
    }
    fn has_alias_ids(&self, kind: &str) -> bool {
        self.inner.has_alias_ids(kind)
    }
    fn alias_made<'m>(&self, m: &'m Move) -> Option<&'m str> {
        self.inner.alias_made(m)
    }
    fn implied(&self, of: &Address, address: &Address, qualifier: Option<&str>) -> Vec<Address> {
        self.inner.implied(of, address, qualifier)
    }
    fn arrange(&self, address: &Address, document: &mut Document) {
        self.inner.arrange(address, document);
    }
    fn attainable(
        &self,
        address: &Address,
        from: Option<&Document>,
        to: Option<&Document>,
    ) -> (Option<Document>, Vec<Finding>) {
        self.inner.attainable(address, from, to)
    }
    fn refusals(&self, m: &Move, args: &Value) -> Vec<String> {
        self.inner.refusals(m, args)
    }
    fn moves(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        self.inner.moves(change)
    }
    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        self.inner.split(create)
    }
    fn empty(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        self.inner.empty(change)
    }
    async fn send(&self, m: &Move, id: Option<&Found>, args: Value, with: &Sending<'_>) -> Reply {
        self.death.send(m, self.inner.send(m, id, args, with)).await
    }
    fn starts(&self, m: &Move) -> bool {
        self.inner.starts(m)
    }
    fn tidies(&self, m: &Move) -> bool {
        self.inner.tidies(m)
    }
    fn needs_company(&self, m: &Move) -> bool {
        self.inner.needs_company(m)
    }
    fn inspector(&self) -> &dyn Inspector {
        self.inner.inspector()
    }
    async fn newest(&self, m: &Move, of: Option<&Found>) -> Result<Option<String>> {
        self.death.look(self.inner.newest(m, of)).await
    }
    async fn ticket(&self, m: &Move, of: Option<&Found>, since: &Since) -> Result<Option<String>> {
        self.death.look(self.inner.ticket(m, of, since)).await
    }
    async fn follow(&self, m: &Move, of: Option<&Found>, ticket: &str, with: &Sending<'_>) -> Followed {
        self.death.call(self.inner.follow(m, of, ticket, with)).await
    }
    async fn bring(&self, change: &Change<'_>, from: &Pin) -> Result<(Vec<Move>, Vec<Finding>)> {
        self.death.look(self.inner.bring(change, from)).await
    }
    async fn preflight(&self, change: &Change<'_>, kind: RunKind) -> Result<Vec<Line>> {
        self.death.look(self.inner.preflight(change, kind)).await
    }
    async fn checks(&self, live: &[Live], inventory: &Inventory) -> Result<Vec<Check>> {
        self.death.look(self.inner.checks(live, inventory)).await
    }
    fn carries_bytes(&self, kind: &str) -> bool {
        self.inner.carries_bytes(kind)
    }
    fn remembers(&self, kind: &str) -> bool {
        self.inner.remembers(kind)
    }
    async fn read(&self, of: &Found, inventory: &Inventory) -> Result<Live> {
        self.death.look(self.inner.read(of, inventory)).await
    }
    fn climbs(&self, kind: &str, document: Option<&Document>) -> Climbs {
        self.inner.climbs(kind, document)
    }
    fn on_ladder(&self, address: &Address, from: Option<&Document>, to: Document) -> Document {
        self.inner.on_ladder(address, from, to)
    }
    fn place(&self, address: &Address, members: &Map<String, Value>) -> Document {
        self.inner.place(address, members)
    }
    fn operational(&self, address: &Address, local: &Map<String, Value>) -> Map<String, Value> {
        self.inner.operational(address, local)
    }
    fn drafts(&self, address: &Address, local: &Map<String, Value>) -> Map<String, Value> {
        self.inner.drafts(address, local)
    }
    fn within_reach(&self, address: &Address, from: &Document, to: &Document) -> BTreeSet<Fingerprint> {
        self.inner.within_reach(address, from, to)
    }
    fn still_held(&self, address: &Address, from: &Document, to: Option<&Document>) -> BTreeSet<Fingerprint> {
        self.inner.still_held(address, from, to)
    }
    fn advice(
        &self,
        written: &BTreeMap<&Address, &Document>,
        known: &BTreeMap<&Address, &Document>,
    ) -> Vec<Finding> {
        self.inner.advice(written, known)
    }
    async fn traces(
        &self,
        change: &Change<'_>,
        source: &Source,
        blobs: &dyn BlobSource,
    ) -> Result<Vec<Finding>> {
        self.death.look(self.inner.traces(change, source, blobs)).await
    }
    fn restart(&self, address: &Address, live: &Document) -> Result<(Document, Vec<Move>)> {
        self.inner.restart(address, live)
    }
    async fn with_image(
        &self,
        address: &Address,
        document: &Document,
        container: Option<&str>,
        image: &str,
    ) -> Result<Document> {
        self.death.look(self.inner.with_image(address, document, container, image)).await
    }
    fn received(&self, address: &Address, document: Document) -> Document {
        self.inner.received(address, document)
    }
    fn with_folder(
        &self,
        address: &Address,
        document: &Document,
        files: Vec<(String, Bytes)>,
    ) -> Result<(Document, Vec<Bytes>)> {
        self.inner.with_folder(address, document, files)
    }
    fn irreversible(&self, m: &Move) -> Option<Irreversible> {
        self.inner.irreversible(m)
    }
    fn least_time(&self, ahead: &Ahead) -> Duration {
        self.inner.least_time(ahead)
    }
    fn margin(&self, m: &Move) -> Duration {
        self.inner.margin(m)
    }
    async fn progress(&self, m: &Move, of: Option<&Found>, ticket: &str) -> Result<Far> {
        self.death.look(self.inner.progress(m, of, ticket)).await
    }
    fn has_editions(&self, kind: &str) -> bool {
        self.inner.has_editions(kind)
    }
    async fn editions(&self, of: &Found) -> Result<Vec<Edition>> {
        self.death.look(self.inner.editions(of)).await
    }
    fn edition(&self, address: &Address, document: &Document) -> Option<String> {
        self.inner.edition(address, document)
    }
    async fn as_of(&self, live: &Live, revision: &str, inventory: &Inventory) -> Result<Document> {
        self.death.look(self.inner.as_of(live, revision, inventory)).await
    }
    fn hooks(&self) -> &dyn Hooks {
        self.inner.hooks()
    }
    async fn well(&self, made: &[&Move], live: &[&Live]) -> Result<Vec<(Address, String)>> {
        self.death.look(self.inner.well(made, live)).await
    }
}
