//! A driver: how one service is listed, read and written in one environment. The core knows no service.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::address::Address;
use super::ahead::Ahead;
use super::digest::Digest;
use super::document::Document;
use super::edition::Edition;
use super::error::{Error, Result};
use super::finding::Finding;
use super::following::{Far, Followed, Since};
use super::gate::{Inspector, Nobody};
use super::hook::{Hooks, NoHooks};
use super::inventory::{Found, Inventory};
use super::irreversible::Irreversible;
use super::moves::Move;
use super::pin::Pin;
use super::preflight::Line;
use super::rollout::Climbs;
use super::run::RunKind;
use super::secret::Fingerprint;
use super::source::Source;

pub use super::reading::{Freshness, Gap, Listing, Live, Raw};
pub use super::sending::{BlobSource, Leash, Reply, Sending};

/// A resource that is to become another.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// The logical name.
    pub address: &'a Address,
    /// The uid that a created resource is tagged with.
    pub uid: &'a str,
    /// What it is now; `None` if it is not there.
    pub from: Option<&'a Document>,
    /// What it is to be; `None` if it is to be deleted.
    pub to: Option<&'a Document>,
    /// Forth, or back: the way back takes no ladders.
    pub way: RunKind,
}

/// A question that was asked about the environment, and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What was asked: `instance`, `published flows`, `live references`.
    pub name: String,
    /// Whether all is well.
    pub healthy: bool,
    /// What was found.
    pub detail: String,
    /// What is not well, one line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// Lists, reads and writes one service in one environment.
#[async_trait]
pub trait Driver: Send + Sync {
    /// Returns the pin that it is bound to.
    fn pin(&self) -> &Pin;

    /// Returns the kinds that it keeps documents of; other kinds in its listings are names only.
    fn kinds(&self) -> Vec<&'static str>;

    /// Returns whether resources of `kind` can be created empty and filled later, so that a circle of references can
    /// be broken there.
    fn has_shells(&self, kind: &str) -> bool;

    /// Returns whether resources of `kind` are ever created: phone numbers are not.
    fn creates(&self, _kind: &str) -> bool {
        true
    }

    /// Returns whether what is created of `kind` carries the tag that tells it from somebody else's.
    fn is_tagged(&self, _kind: &str) -> bool {
        true
    }

    /// Returns which members of documents of `kind` follow from another: each with that one. What sets that one changes both.
    fn derived(&self, _kind: &str) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Returns whether calls that write resources of `kind` carry bytes themselves; else the service takes them from a
    /// place.
    fn carries_bytes(&self, _kind: &str) -> bool {
        false
    }

    /// Returns whether the aliases of `kind` have ids of their own: then what has just got one is looked for again, since
    /// only that tells which.
    fn has_alias_ids(&self, _kind: &str) -> bool {
        false
    }

    /// Lists everything there, by name. A kind that cannot be listed is a gap, not an error.
    async fn list(&self) -> Result<Listing>;

    /// Looks for one resource in a fresh listing of its kind.
    async fn find(&self, address: &Address) -> Result<Option<Found>>;

    /// Reads one resource. `NotFound` if it is gone. What one call of [`Driver::list`] is followed by is read from one
    /// search, where it is read from that.
    async fn fetch(&self, of: &Found, how: Freshness) -> Result<Raw>;

    /// Returns whether the driver remembers for some seconds what it has read of `kind`, for [`Freshness::Recent`].
    fn remembers(&self, _kind: &str) -> bool {
        false
    }

    /// Reads bytes that [`Raw::unread`] names.
    async fn bytes(&self, of: &Found, digest: &Digest) -> Result<Bytes> {
        Err(Error::bug(format!("{} has no bytes {digest}", of.address)))
    }

    /// Returns what `raw` is, as it was fetched for `of`, where `inventory` is there. Pure: asks nobody.
    fn encode(&self, of: &Found, raw: Raw, inventory: &Inventory) -> Live;

    /// Reads one resource from its source of truth. `NotFound` if it is gone.
    async fn read(&self, of: &Found, inventory: &Inventory) -> Result<Live> {
        let raw = self.fetch(of, Freshness::Fresh).await?;
        Ok(self.encode(of, raw, inventory))
    }

    /// Puts what has no order into one, as [`Driver::read`] does: a document may have been edited since.
    fn arrange(&self, _address: &Address, _document: &mut Document) {}

    /// Returns what the wish `to` can become where there is `from`: what the service has no call to take away stays, and
    /// each such thing is a finding. Pure: asks nobody.
    fn attainable(
        &self,
        _address: &Address,
        _from: Option<&Document>,
        to: Option<&Document>,
    ) -> (Option<Document>, Vec<Finding>) {
        (to.cloned(), Vec::new())
    }

    /// Returns what of resources of `kind` climbs ladders; the aliases are those of `document`. Pure: asks nobody.
    fn climbs(&self, _kind: &str, _document: Option<&Document>) -> Climbs {
        Climbs::Nothing
    }

    /// Returns what a deployment makes of `to`, where the ladder that the configuration has for it is a part of what the
    /// service keeps. Pure: asks nobody.
    fn on_ladder(&self, _address: &Address, _from: Option<&Document>, to: Document) -> Document {
        to
    }

    /// Returns what, any one of it, has to be there too where `of` refers to `address`: the association that lets a flow
    /// invoke a function.
    fn implied(&self, _of: &Address, _address: &Address, _qualifier: Option<&str>) -> Vec<Address> {
        Vec::new()
    }

    /// Returns `members`, a merge patch, in the parts of a document that they belong to; what could never be written
    /// is put into `unknown`. Pure: asks nobody.
    fn place(&self, _address: &Address, members: &Map<String, Value>) -> Document {
        Document { portable: members.clone(), ..Document::default() }
    }

    /// Returns what of `local`, the local part of a document, is operational. Pure: asks nobody.
    fn operational(&self, _address: &Address, _local: &Map<String, Value>) -> Map<String, Value> {
        Map::new()
    }

    /// Returns what of `local`, the local part of a document, is a draft: nobody is asked for one. Pure: asks nobody.
    fn drafts(&self, _address: &Address, _local: &Map<String, Value>) -> Map<String, Value> {
        Map::new()
    }

    /// Returns the name of the alias that `m` makes, if it makes one: what refers to it has to wait. Pure: asks nobody.
    fn alias_made<'m>(&self, _m: &'m Move) -> Option<&'m str> {
        None
    }

    /// Returns which of the secrets that `to` names can be read where there is `from`: in an older version that keeps them.
    /// Pure: asks nobody.
    fn within_reach(&self, _address: &Address, _from: &Document, _to: &Document) -> BTreeSet<Fingerprint> {
        BTreeSet::new()
    }

    /// Returns which of the secrets that `from` names can still be read once it has become `to`: from an older version
    /// that keeps them. Pure: asks nobody.
    fn still_held(
        &self,
        _address: &Address,
        _from: &Document,
        _to: Option<&Document>,
    ) -> BTreeSet<Fingerprint> {
        BTreeSet::new()
    }

    /// Returns what is to be said of `written`, documents as they are to be, among all that is `known` of them and of what
    /// they refer to. Pure: asks nobody.
    fn advice(
        &self,
        _written: &BTreeMap<&Address, &Document>,
        _known: &BTreeMap<&Address, &Document>,
    ) -> Vec<Finding> {
        Vec::new()
    }

    /// Returns the moves that make `change`, in order. Pure: asks nobody.
    fn moves(&self, change: &Change<'_>) -> Result<Vec<Move>>;

    /// Returns the moves that bring what `change` needs from where it was taken, `from`: bits that lie only there. With them
    /// what a person ought to know; where something cannot be brought, why. Writes nothing.
    async fn bring(&self, _change: &Change<'_>, _from: &Pin) -> Result<(Vec<Move>, Vec<Finding>)> {
        Ok((Vec::new(), Vec::new()))
    }

    /// Returns where what `change` writes still names the environment that it comes from, `source`, in bytes that are no
    /// documents: those are in `blobs`. Writes nothing.
    async fn traces(
        &self,
        _change: &Change<'_>,
        _source: &Source,
        _blobs: &dyn BlobSource,
    ) -> Result<Vec<Finding>> {
        Ok(Vec::new())
    }

    /// Returns what starting `live` again makes of it, and the moves that do so. Pure: asks nobody.
    ///
    /// Fails with `Blocked` where nothing of it runs, or where the service has no call for that.
    fn restart(&self, address: &Address, _live: &Document) -> Result<(Document, Vec<Move>)> {
        Err(Error::blocked(format!("{address} is nothing that runs, so it cannot be restarted"))
            .hint("--restart takes services: ecs/service/CLUSTER/NAME"))
    }

    /// Returns `document`, what `address` is or is to be, with the image `image` in its container of this name, or in the
    /// only one that it has. What `image` says is looked up: the document names bits, not a tag.
    ///
    /// Fails with `Input` where there is no such container, with `NotFound` where there is no such image.
    async fn with_image(
        &self,
        address: &Address,
        _document: &Document,
        _container: Option<&str>,
        _image: &str,
    ) -> Result<Document> {
        Err(Error::input(format!("{address} runs no containers, so it takes no image")))
    }

    /// Returns `document`, what `address` is to be and comes from elsewhere, with what the environment's configuration says
    /// of such things besides overlays. Pure: asks nobody.
    fn received(&self, _address: &Address, document: Document) -> Document {
        document
    }

    /// Returns `document`, what `address` is or is to be, with the files of a folder, by path, in the place of those that it
    /// has; and the bytes that it then names. Pure: asks nobody.
    ///
    /// Fails with `Input` where it is nothing that has files.
    fn with_folder(
        &self,
        address: &Address,
        _document: &Document,
        _files: Vec<(String, Bytes)>,
    ) -> Result<(Document, Vec<Bytes>)> {
        Err(Error::input(format!("{address} is no site, so it takes no folder")))
    }

    /// Returns why the service would refuse `m` whatever the environment, one line each: its limits. `args` are the
    /// arguments with every placeholder resolved, except that what is not there yet has no id: so they are at least as
    /// long as they look. Pure: asks nobody.
    fn refusals(&self, _m: &Move, _args: &Value) -> Vec<String> {
        Vec::new()
    }

    /// Returns what splits a create in two: a move that makes an empty shell, and one that fills it.
    fn split(&self, create: &Move) -> Result<(Move, Move)>;

    /// Returns the moves that take what can be taken of its references out of a resource, before it is deleted: none,
    /// where it is all or nothing. What their facets leave over still refers.
    fn empty(&self, change: &Change<'_>) -> Result<Vec<Move>>;

    /// Returns how long `ahead` takes at least, at the pace that the service allows; nothing where calls are not paced.
    /// Pure: asks nobody.
    fn least_time(&self, _ahead: &Ahead) -> Duration {
        Duration::ZERO
    }

    /// Sends the move, once. `args` are its arguments with every placeholder resolved; `id` is the id of what it
    /// writes, where that exists. `Later` where the time is over by which it has to be sent.
    async fn send(&self, m: &Move, id: Option<&Found>, args: Value, with: &Sending<'_>) -> Reply;

    /// Returns whether a call for `m` starts what AWS goes on with by itself. Then what it writes is there from the first
    /// moment, and only the end of what was started tells whether it is done: a look that finds it there is no success.
    /// Sent again, the call has to start anew what has failed, and to name what goes on already. Pure: asks nobody.
    fn starts(&self, _m: &Move) -> bool {
        false
    }

    /// Returns what `m` does that no rollback could undo, if it does. Pure: asks nobody.
    fn irreversible(&self, _m: &Move) -> Option<Irreversible> {
        None
    }

    /// Returns whether `m` only tidies up after the switch: what callers get is good without it. Pure: asks nobody.
    fn tidies(&self, _m: &Move) -> bool {
        false
    }

    /// Returns how long before the end of a rung the gates are asked for the last time on the ladder that `m` climbs, where
    /// AWS goes on by itself and does not wait for them. Pure: asks nobody.
    fn margin(&self, _m: &Move) -> Duration {
        Duration::ZERO
    }

    /// Returns whether what a call for `m` starts gets no further by itself: each step is taken from here, so that somebody
    /// has to stay until the end. Pure: asks nobody.
    fn needs_company(&self, _m: &Move) -> bool {
        false
    }

    /// Returns what the service calls the newest thing on `of` of the sort that `m` starts, if there is one: asked before `m`
    /// is sent first.
    async fn newest(&self, _m: &Move, _of: Option<&Found>) -> Result<Option<String>> {
        Ok(None)
    }

    /// Returns the ticket of what a call for `m`, sent after `since`, has started on `of`, if one has: asked where the answer
    /// of that call was lost. Another's work is not taken for it.
    async fn ticket(&self, _m: &Move, _of: Option<&Found>, _since: &Since) -> Result<Option<String>> {
        Ok(None)
    }

    /// Follows what `m` has started on `of` under `ticket` to its own end, or to the end of patience.
    async fn follow(&self, m: &Move, _of: Option<&Found>, ticket: &str, _with: &Sending<'_>) -> Followed {
        Followed::Failed(Error::bug(format!("{} starts nothing, and has the ticket {ticket}", m.address)))
    }

    /// Asks how far what `m` has started on `of` under `ticket` is. Asked by whoever looks on; writes nothing.
    async fn progress(&self, _m: &Move, _of: Option<&Found>, _ticket: &str) -> Result<Far> {
        Ok(Far::default())
    }

    /// Asks what has to hold for `change` to work, in a deployment or a rollback. Writes nothing.
    async fn preflight(&self, _change: &Change<'_>, _kind: RunKind) -> Result<Vec<Line>> {
        Ok(Vec::new())
    }

    /// Returns whether AWS keeps a history of what resources of `kind` were.
    fn has_editions(&self, _kind: &str) -> bool {
        false
    }

    /// Returns what `of` was before and is now, the newest first: ten at most. Nothing, where AWS keeps no such history.
    async fn editions(&self, _of: &Found) -> Result<Vec<Edition>> {
        Ok(Vec::new())
    }

    /// Returns the revision of the edition that `document` is, where AWS keeps such a history. Pure: asks nobody.
    fn edition(&self, _address: &Address, _document: &Document) -> Option<String> {
        None
    }

    /// Returns what `live` would be as its edition `revision`: what AWS keeps of that, and the rest as it is now. `NotFound`
    /// where there is no such edition.
    async fn as_of(&self, live: &Live, revision: &str, _inventory: &Inventory) -> Result<Document> {
        Err(Error::not_found(format!("{} has no edition {revision}", live.found.address)))
    }

    /// Returns who asks gates there.
    fn inspector(&self) -> &dyn Inspector {
        &Nobody
    }

    /// Returns who runs hooks there.
    fn hooks(&self) -> &dyn Hooks {
        &NoHooks
    }

    /// Asks whether what `made`, moves that are done, have written is well once all is written: what may have fallen over
    /// since each was done, and nothing that was so before or is about all of the environment. `live` is what there is of
    /// it. Returns what is not well, and why. Writes nothing.
    async fn well(&self, _made: &[&Move], _live: &[&Live]) -> Result<Vec<(Address, String)>> {
        Ok(Vec::new())
    }

    /// Asks whether the environment is well, and `live` resources in it.
    async fn checks(&self, live: &[Live], inventory: &Inventory) -> Result<Vec<Check>>;
}
