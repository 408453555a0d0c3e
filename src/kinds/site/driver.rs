//! The driver for static sites: those that the configuration of an environment names.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::fetch::{self, Shelf};
use super::links::Links;
use super::manifest::KEY;
use super::send::Sender;
use super::state::{FILES, OWN, PENDING};
use super::{KIND, artifact, checks, moves, preflight, sweep};
use crate::aws::Account;
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::driver::{
    BlobSource, Change, Check, Driver, Freshness, Gap, Listing, Live, Raw, Reply, Sending,
};
use crate::core::finding::{Finding, Weight};
use crate::core::inventory::{Found, Inventory};
use crate::core::means::Values;
use crate::core::moves::Move;
use crate::core::preflight::Line;
use crate::core::run::RunKind;
use crate::core::site::Site;
use crate::core::source::Source;
use crate::core::{Digest, Error, Pin, Result};

/// The sites of one environment.
pub struct Sites {
    pin: Pin,
    calls: Calls,
    values: Values,
    shelf: Shelf,
    links: Links,
}

impl Sites {
    /// Returns the driver for the sites that `values` name, beside the instance that `pin` names.
    pub fn new(pin: Pin, account: Account, values: Values) -> Sites {
        Sites { pin, calls: Calls { account }, values, shelf: Shelf::default(), links: Links::default() }
    }

    fn site(&self, address: &Address) -> Result<&Site> {
        self.values.sites.get(address).ok_or_else(|| {
            Error::not_found(format!("{address} is not configured"))
                .hint(format!("[environments.NAME.sites.{}] with its bucket", address.name()))
        })
    }

    /// Returns the site of this address, if its bucket is there.
    async fn look(&self, address: &Address, site: &Site) -> Result<Option<Found>> {
        let is_there = self.calls.has_bucket(&site.bucket).await?;
        let partition = if self.pin.region.starts_with("cn-") {
            "aws-cn"
        } else if self.pin.region.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        };
        let id = format!("{}/{}", site.bucket, site.prefix);
        let arn = format!("arn:{partition}:s3:::{}", id.trim_end_matches('/'));
        Ok(is_there.then(|| Found::new(address.clone(), id.trim_end_matches('/'), arn)))
    }
}

#[async_trait]
impl Driver for Sites {
    fn pin(&self) -> &Pin {
        &self.pin
    }

    fn kinds(&self) -> Vec<&'static str> {
        vec![KIND]
    }

    fn has_shells(&self, _: &str) -> bool {
        false
    }

    /// A bucket is the account's, with a policy and a key that nobody here knows.
    fn creates(&self, _: &str) -> bool {
        false
    }

    fn is_tagged(&self, _: &str) -> bool {
        false
    }

    fn carries_bytes(&self, _: &str) -> bool {
        true
    }

    async fn list(&self) -> Result<Listing> {
        let mut listing = Listing::default();
        for (address, site) in self.values.sites.iter().filter(|(a, _)| self.values.owns.picks(a)) {
            match self.look(address, site).await {
                Ok(found) => listing.found.extend(found),
                Err(e) => listing.gaps.push(Gap::of(KIND, Some(address), e)),
            }
        }
        Ok(listing)
    }

    async fn find(&self, address: &Address) -> Result<Option<Found>> {
        match self.values.sites.get(address) {
            Some(site) => self.look(address, site).await,
            None => Ok(None),
        }
    }

    fn remembers(&self, _: &str) -> bool {
        true
    }

    async fn fetch(&self, of: &Found, how: Freshness) -> Result<Raw> {
        let (site, now) = (self.site(&of.address)?, self.calls.account.clock.now());
        if let (Freshness::Recent, Some(seen)) = (how, self.shelf.recent(of.address.name(), now)) {
            return Ok(fetch::raw(site, &seen, BTreeMap::new()));
        }
        let seen = fetch::seen(&self.calls, site).await;
        let (seen, bytes) = seen.map_err(|e| e.context(format!("cannot read {}", of.address)))?;
        let raw = fetch::raw(site, &seen, bytes);
        self.shelf.note(of.address.name(), seen, now);
        Ok(raw)
    }

    async fn bytes(&self, of: &Found, digest: &Digest) -> Result<Bytes> {
        let seen = self.shelf.seen(of.address.name()).unwrap_or_default();
        let site = self.site(&of.address)?;
        let found = fetch::bytes(&self.calls, site, &seen, digest).await;
        found.map_err(|e| match seen.manifest.pending {
            None => e,
            Some(_) => e.context(format!("{} is half-way, and what it was is in no store", of.address)).hint(format!(
                "aws s3 rm s3://{}/{}{KEY}: then what is there is taken as it is, and the next release is whole",
                site.bucket, site.prefix
            )),
        })
    }

    fn encode(&self, of: &Found, mut raw: Raw, _: &Inventory) -> Live {
        let mut document = Document::default();
        document.portable.extend(raw.wire.remove(FILES).map(|files| (FILES.to_string(), files)));
        for name in [OWN, PENDING] {
            document.local.extend(raw.wire.remove(name).map(|value| (name.to_string(), value)));
        }
        Live { found: of.clone(), document, findings: Vec::new(), secrets: Vec::new() }
    }

    fn attainable(
        &self,
        address: &Address,
        _: Option<&Document>,
        to: Option<&Document>,
    ) -> (Option<Document>, Vec<Finding>) {
        let (Some(to), Some(site)) = (to, self.values.sites.get(address)) else {
            return (to.cloned(), Vec::new());
        };
        let mut to = to.clone();
        // How it is to be is not on the way.
        to.local.remove(PENDING);
        let files = to.portable.entry(FILES).or_insert_with(|| json!({}));
        if let Some(files) = files.as_object_mut() {
            files.retain(|path, _| fetch::is_part(site, path) && !site.own.has(path));
        }
        let own = |name: &str| to.local.get(OWN).is_some_and(|own| own.get(name).is_some());
        let lacking = site.own_names().into_iter().filter(|name| !own(name));
        let said = lacking.map(|name| {
            let message = format!("has no `{name}` of its own in the target, and nothing gives one");
            let hint = format!("files = {{ \"{name}\" = \"path/of/the/file\" }} in its configuration");
            Finding::new(Weight::Warning, Some(address), message).hint(hint)
        });
        let said = said.collect();
        (Some(to), said)
    }

    fn received(&self, address: &Address, document: Document) -> Document {
        match self.values.sites.get(address) {
            Some(site) => artifact::received(document, site),
            None => document,
        }
    }

    fn with_folder(
        &self,
        address: &Address,
        document: &Document,
        files: Vec<(String, Bytes)>,
    ) -> Result<(Document, Vec<Bytes>)> {
        let site = self.site(address)?;
        for (path, bytes) in &files {
            self.links.note(address.name(), site, path, bytes);
        }
        artifact::with_folder(document, site, files)
    }

    fn place(&self, _: &Address, members: &Map<String, Value>) -> Document {
        let mut placed = Document::default();
        for (name, value) in members {
            let part = match name.as_str() {
                FILES => &mut placed.portable,
                OWN => &mut placed.local,
                _ => &mut placed.unknown,
            };
            part.insert(name.clone(), value.clone());
        }
        placed
    }

    fn moves(&self, change: &Change<'_>) -> Result<Vec<Move>> {
        moves::moves(change, self.values.sites.get(change.address))
    }

    async fn traces(
        &self,
        change: &Change<'_>,
        source: &Source,
        blobs: &dyn BlobSource,
    ) -> Result<Vec<Finding>> {
        let Some(site) = self.values.sites.get(change.address) else { return Ok(Vec::new()) };
        sweep::traces(change, (site, &self.links), source, &self.values.vars, blobs).await
    }

    fn tidies(&self, m: &Move) -> bool {
        matches!(m.call.as_str(), moves::INVALIDATE | moves::RETIRED)
    }

    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        Err(Error::bug(format!("{} has no shell", create.address)))
    }

    fn empty(&self, _: &Change<'_>) -> Result<Vec<Move>> {
        Ok(Vec::new())
    }

    async fn send(&self, m: &Move, _: Option<&Found>, args: Value, with: &Sending<'_>) -> Reply {
        let site = match self.site(&m.address) {
            Ok(site) => site,
            Err(e) => return Reply::Refused(e),
        };
        let sender = Sender::new(&self.calls, &self.shelf, (site, &m.address), with);
        Box::pin(sender.send(m, args)).await
    }

    async fn preflight(&self, change: &Change<'_>, _: RunKind) -> Result<Vec<Line>> {
        let Some(site) = self.values.sites.get(change.address) else { return Ok(Vec::new()) };
        let seen = self.shelf.seen(change.address.name()).unwrap_or_default();
        preflight::preflight(&self.calls, change, (site, &seen), &self.links).await
    }

    async fn checks(&self, live: &[Live], _: &Inventory) -> Result<Vec<Check>> {
        Ok(checks::all(&self.calls, &self.values, &self.shelf, live).await)
    }
}
