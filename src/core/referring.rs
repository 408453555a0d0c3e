//! Who refers to what a run has written, and does not find there any more what was there before: one step of references, and
//! nothing is read where nothing was lost.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::address::Address;
use super::document::Document;
use super::error::Result;
use super::event::Events;
use super::holes::references;
use super::perform::{Performance, Seen};
use super::plan::Action;
use super::rollout::Climbs;
use super::snapshot::Snapshot;
use super::survey;
use super::template::Form;

/// How many of those who refer to it are read again: each is a call or two.
const READ: usize = 20;
/// How many of the newest snapshots are looked at for one that has everything.
const SNAPSHOTS: usize = 20;

/// What was lost: an alias of an address, or all of it.
type Lost = BTreeSet<(Address, Option<String>)>;

impl Performance<'_> {
    /// Returns who of those that this run does not write names what it took away, and what that is. Who refers to what is
    /// told by the newest extract of everything; who is told is read again, since that was a while ago.
    pub(super) async fn referring(&self, seen: &Seen) -> Result<Vec<(Address, String)>> {
        let driver = self.means.driver;
        let loses = |action: Action, a: &Address| match action {
            Action::Create => false,
            Action::Update => matches!(driver.climbs(a.kind(), None), Climbs::Aliases(_)),
            Action::Delete => true,
        };
        let steps = || self.plan.steps.iter().filter(|s| loses(s.action, &s.address));
        let (Some(id), Some(_)) = (&self.progress.before, steps().next()) else { return Ok(Vec::new()) };
        let before = self.means.repository.snapshot(driver.pin(), id).await?.documents;
        let mut lost = Lost::new();
        for step in steps() {
            let now = seen.lives.get(&step.address).map(|l| &l.document);
            lost.extend(self.lost(&step.address, before.get(&step.address), now));
        }
        if lost.is_empty() {
            return Ok(Vec::new());
        }
        let Some(whole) = self.newest_whole().await? else { return Ok(Vec::new()) };
        let written: BTreeSet<&Address> = self.plan.steps.iter().map(|s| &s.address).collect();
        let users = whole.documents.iter().filter(|(a, _)| !written.contains(a));
        let named: Vec<&Address> =
            users.filter(|(_, d)| !missed(d, &lost).is_empty()).map(|(a, _)| a).take(READ).collect();
        let (lives, _) = survey::read(driver, &seen.inventory, named, &Events::silent()).await;
        let mut all = Vec::new();
        for (user, live) in lives {
            let words = missed(&live.document, &lost).into_iter().map(|(address, alias)| match alias {
                Some(alias) => format!("it calls {address} by its alias `{alias}`, which this took away"),
                None => format!("it refers to {address}, which this took away"),
            });
            all.extend(words.map(|why| (user.clone(), why)));
        }
        Ok(all)
    }

    /// Returns what of `address` was there `before` and is not `now`.
    fn lost(&self, address: &Address, before: Option<&Document>, now: Option<&Document>) -> Lost {
        let aliases = |document: Option<&Document>| match self.means.driver.climbs(address.kind(), document) {
            Climbs::Aliases(names) => names.into_iter().collect::<BTreeSet<String>>(),
            Climbs::Nothing | Climbs::Itself => BTreeSet::new(),
        };
        match (before, now) {
            (None, _) => Lost::new(),
            (Some(_), None) => [(address.clone(), None)].into(),
            (Some(_), Some(_)) => {
                let gone = aliases(before).difference(&aliases(now)).cloned().collect::<Vec<_>>();
                gone.into_iter().map(|alias| (address.clone(), Some(alias))).collect()
            }
        }
    }

    /// Returns the newest snapshot of everything, if one of the newest is that.
    async fn newest_whole(&self) -> Result<Option<Snapshot>> {
        let (repository, pin) = (&self.means.repository, self.means.driver.pin());
        for id in repository.snapshots(pin).await?.iter().rev().take(SNAPSHOTS) {
            if repository.listed(pin, id).await?.is_some_and(|manifest| manifest.is_whole()) {
                return repository.snapshot(pin, id).await.map(Some);
            }
        }
        Ok(None)
    }
}

/// Returns what of `lost` the document names.
fn missed(document: &Document, lost: &Lost) -> BTreeMap<Address, Option<String>> {
    let parts = [&document.portable, &document.local];
    let named = parts.into_iter().flat_map(|part| references(&Value::Object(part.clone())));
    let gone = |(form, address, alias): (Form, Address, Option<String>)| {
        let whole = lost.contains(&(address.clone(), None)).then_some(None);
        let part = alias.filter(|alias| lost.contains(&(address.clone(), Some(alias.clone())))).map(Some);
        (form != Form::Name).then(|| whole.or(part)).flatten().map(|what| (address, what))
    };
    named.filter_map(gone).collect()
}
