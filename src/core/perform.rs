//! Performing a plan: every move made, then everything verified.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use tokio::sync::{Mutex, Notify};

use super::address::Address;
use super::ahead::Ahead;
use super::driver::{Gap, Live};
use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::hook::HookAt;
use super::inventory::Inventory;
use super::journal::Journal;
use super::lease::Lease;
use super::make::{Making, found, settle};
use super::means::Means;
use super::plan::{Action, Plan, Step};
use super::progress::Progress;
use super::renames::relabel;
use super::run::Note;
use super::runs::OnFailure;
use super::sabotage::{Ingredient, lacks};
use super::survey;

/// A plan being performed.
pub struct Performance<'a> {
    /// What it works with.
    pub means: &'a Means<'a>,
    /// The lease.
    pub lease: &'a Lease<'a>,
    /// The journal.
    pub journal: Journal<'a>,
    /// The plan.
    pub plan: &'a Plan,
    /// What is done with what fails.
    pub on_failure: OnFailure,
    /// How far it has come.
    pub progress: Progress,
    /// What its verification saw, once it has looked.
    pub seen: Option<Seen>,
}

/// What a verification saw.
pub struct Seen {
    /// What there is of what the plan writes.
    pub lives: BTreeMap<Address, Live>,
    /// Everything, by name.
    pub inventory: Inventory,
}

impl<'a> Performance<'a> {
    /// Performs what is still to be done, and verifies all. Returns what verification found wrong.
    ///
    /// `inventory` is what has just been listed under the lease, if it has.
    pub async fn go_on(&mut self, inventory: Option<Inventory>) -> Result<Vec<String>> {
        let mut inventory = match inventory {
            Some(inventory) => inventory,
            None => self.inventory().await?,
        };
        self.settle().await;
        let (total, done) = (self.plan.moves.len(), self.progress.done.len());
        let ahead = Ahead::of_moves(self.plan, |i| self.progress.done.contains(&i));
        let least = self.means.driver.least_time(&ahead);
        self.means.events.emit(Event::Writing { total, done, least });
        let making = self.making(inventory);
        let made = match making.hooks(HookAt::before(making.plan.kind)).await {
            Ok(()) => making.all().await,
            Err(e) => Err(e),
        };
        inventory = Rc::unwrap_or_clone(making.inventory.into_inner());
        made?;
        self.journal.flush().await?;
        self.settle().await;
        let problems = self.verify(&inventory).await?;
        self.journal.record(Note::Verdict { good: problems.is_empty(), problems: problems.clone() }).await?;
        if problems.is_empty() {
            if let Err(e) = self.well().await {
                if e.leaves_the_work() {
                    return Err(e);
                }
                // It is a judgement on the release, and stays one after the way back.
                let problems = vec![e.message.clone()];
                self.journal.record(Note::Verdict { good: false, problems }).await?;
                return Err(e);
            }
            self.gates().await?;
            let making = self.making(inventory);
            making.hooks(HookAt::after(making.plan.kind)).await?;
        }
        Ok(problems)
    }

    /// Returns the moves to be made where `inventory` is there.
    fn making(&mut self, inventory: Inventory) -> Making<'a, '_> {
        Making {
            means: self.means,
            lease: self.lease,
            plan: self.plan,
            on_failure: self.on_failure,
            journal: Mutex::new(&mut self.journal),
            progress: RefCell::new(&mut self.progress),
            failed: Cell::new(false),
            inventory: RefCell::new(Rc::new(inventory)),
            started: Notify::new(),
        }
    }

    /// Lists what is there, with what this run made and what the plan saw. What no listing has is still looked at by
    /// its id: only that tells whether it is gone.
    async fn inventory(&self) -> Result<Inventory> {
        let (mut inventory, gaps) = survey::list(self.means.driver, self.means.events).await?;
        survey::complete(&gaps, |a| self.plan.steps.iter().any(|s| s.address == *a))?;
        inventory = relabel(inventory, &self.plan.renames);
        inventory.add(self.progress.made.iter().map(found));
        inventory.add(self.plan.seen());
        Ok(inventory)
    }

    /// Waits until no call of this run can have an effect any more that is not known yet.
    pub async fn settle(&mut self) {
        let unsettled = self.progress.unsettled.take();
        settle(self.means, unsettled).await;
    }

    /// Reads again all that the plan writes. Returns what is not as planned, one line each.
    async fn verify(&mut self, inventory: &Inventory) -> Result<Vec<String>> {
        self.means.events.emit(Event::Verifying { total: self.plan.steps.len() });
        if lacks(Ingredient::Verify) {
            return Ok(Vec::new());
        }
        let addresses: Vec<&Address> = self.plan.steps.iter().map(|s| &s.address).collect();
        let (lives, gaps) =
            survey::read(self.means.driver, inventory, addresses, &super::event::Events::silent()).await;
        let mut problems = Vec::new();
        let left = self.progress.left(self.plan);
        let mut unseen: Vec<Gap> = gaps;
        for step in self.plan.steps.iter().filter(|s| !left.contains(&s.address)) {
            let address = &step.address;
            if let (Action::Delete, Some(found)) = (step.action, &step.found) {
                match self.means.driver.read(found, inventory).await {
                    Ok(_) => problems.push(format!("{address} is still there")),
                    Err(e) if e.kind == ErrorKind::NotFound => {}
                    Err(e) => unseen.push(Gap::of(address.kind(), Some(address), e)),
                }
                continue;
            }
            // What could not be read is not missing.
            if unseen.iter().any(|g| g.address.as_ref() == Some(address)) {
                continue;
            }
            match (lives.get(address), &step.after) {
                (Some(live), Some(after)) if after.fits(&live.document) => {}
                (None, None) => {}
                (Some(_), Some(_)) => problems.push(format!("{address} is not what was written")),
                (None, Some(_)) => problems.push(format!("{address} is not there")),
                (Some(_), None) => problems.push(format!("{address} is still there")),
            }
        }
        let written = |s: &&Step| s.action != Action::Delete && !left.contains(&s.address);
        for step in self.plan.steps.iter().filter(written) {
            let Some(live) = lives.get(&step.address) else { continue };
            for refers in super::portable::needs(&serde_json::Value::Object(live.document.portable.clone())) {
                if inventory.get(&refers).is_none() {
                    problems.push(format!("{} refers to {refers}, which is not there", step.address));
                }
            }
        }
        let is_seen = problems.is_empty();
        problems.extend(unseen.iter().map(|g| format!("cannot be read again: {}", g.why)));
        let message = || format!("verification found: {}", problems.join("; "));
        // A way back could see no more than this did.
        if let Some(code) = unseen.iter().find(|g| g.is_expired()).and_then(|g| g.code.clone()) {
            return Err(Error::new(ErrorKind::Denied, message()).code(code));
        }
        if is_seen && !unseen.is_empty() {
            // Nobody has seen anything wrong: that says nothing about the release.
            return Err(Error::new(ErrorKind::Unavailable, message()));
        }
        self.seen = Some(Seen { lives, inventory: inventory.clone() });
        Ok(problems)
    }
}
