//! Performing a plan: every move looked at, intended, sent once and noted; then verified.

use std::collections::BTreeMap;

use super::address::Address;
use super::driver::{Live, Reply};
use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::inventory::{Found, Inventory};
use super::journal::Journal;
use super::lease::{Lease, SETTLE};
use super::look::{Sight, look};
use super::means::Means;
use super::moves::{Does, Move};
use super::plan::{Action, Plan, Step};
use super::portable::Resolver;
use super::progress::Progress;
use super::run::{How, Made, Note, RunKind};
use super::survey;

/// How often a move without a clear answer is tried before the run gives up.
const TRIES: u32 = 6;

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

impl Performance<'_> {
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
        self.means.events.emit(Event::Writing { total, done });
        for index in 0..self.plan.moves.len() {
            let left = self.progress.left(self.plan).contains(&self.plan.moves[index].address);
            if self.progress.done.contains(&index) || left {
                continue;
            }
            if let Some(why) = self.means.stop.asked() {
                return Err(Error::new(ErrorKind::Interrupted, why));
            }
            self.make(index, &mut inventory).await?;
        }
        self.journal.flush().await?;
        self.settle().await;
        let problems = self.verify(&inventory).await?;
        self.journal.record(Note::Verdict { good: problems.is_empty(), problems: problems.clone() }).await?;
        Ok(problems)
    }

    /// Lists what is there, with what this run made and what the plan saw. What no listing has is still looked at by
    /// its id: only that tells whether it is gone.
    async fn inventory(&self) -> Result<Inventory> {
        let (mut inventory, gaps) = survey::list(self.means.driver, self.means.events).await?;
        survey::complete(&gaps, |a| self.plan.steps.iter().any(|s| s.address == *a))?;
        inventory.add(self.progress.made.iter().map(found));
        inventory.add(self.plan.seen());
        Ok(inventory)
    }

    /// Waits until no call of this run can have an effect any more that is not known yet.
    pub async fn settle(&mut self) {
        let Some(sent) = self.progress.unsettled.take() else { return };
        let limit = self.means.clock.scale(SETTLE);
        let age = self.means.clock.now().duration_since(sent);
        if let Some(rest) = limit.checked_sub(age.unsigned_abs()) {
            let why = "a call whose answer was lost may still take effect".to_string();
            self.means.events.emit(Event::Waiting { why });
            tokio::time::sleep(rest).await;
        }
    }

    /// Makes one move: looks, intends, sends, and looks again where the answer is not clear.
    async fn make(&mut self, index: usize, inventory: &mut Inventory) -> Result<()> {
        let plan = self.plan;
        let m = &plan.moves[index];
        let (address, call) = (m.address.clone(), m.call.clone());
        let mut again = self.progress.begun.contains(&index);
        let mut last = None;
        for attempt in 0..TRIES {
            if attempt > 0 {
                self.means.clock.sleep(std::time::Duration::from_secs(1 << attempt)).await;
                if let Some(why) = self.means.stop.asked() {
                    return Err(Error::new(ErrorKind::Interrupted, why));
                }
            }
            match look(self.means, m, self.uid(&address), inventory, again).await? {
                Sight::After => {
                    let how = if again { How::Found } else { How::Already };
                    self.done(index, m, inventory, how);
                    return Ok(());
                }
                // A rollback goes on: what somebody else has changed since is theirs.
                Sight::Other(why) if plan.kind == RunKind::Rollback => {
                    self.progress.left.insert(index);
                    self.journal.note(Note::Left { index, why });
                    return Ok(());
                }
                Sight::Other(why) => return Err(Error::new(ErrorKind::Stale, format!("{address} {why}"))),
                Sight::Before => {}
            }
            let target = inventory.get(&address).cloned();
            let args = self.arguments(m, inventory)?;
            self.lease.sure().await?;
            self.journal.record(Note::Intent { index }).await?;
            self.progress.begun.insert(index);
            // Writing the intent can take long, and a process can be suspended meanwhile.
            self.lease.sure().await?;
            self.means.events.emit(Event::Moving { index, address: address.clone(), call: call.clone() });
            match self.means.driver.send(m, target.as_ref(), args).await {
                Reply::Done(made) => {
                    if let Some((id, arn)) = made {
                        inventory.insert(found(&Made { address: address.clone(), id, arn }));
                    }
                    self.done(index, m, inventory, How::Sent);
                    return Ok(());
                }
                Reply::Refused(e) => {
                    self.journal.note(Note::Refused { index, error: e.message.clone() });
                    if !again {
                        self.progress.begun.remove(&index);
                    }
                    if !overtaken(m, &e) {
                        return self.despite(index, inventory, again, e).await;
                    }
                    // The name was taken, or the resource deleted, between our look and now: by somebody else, or by
                    // an earlier call of ours. The next look tells.
                    if m.does == Does::Create && !again {
                        let message =
                            format!("{address} has been created by somebody else since the plan was made");
                        return Err(Error::new(ErrorKind::Stale, message).source(e));
                    }
                    last = Some(e);
                }
                Reply::Later(e) => {
                    self.retrying(&address, &e);
                    last = Some(e);
                }
                Reply::Unknown(e) => {
                    self.unknown(index, &e);
                    self.retrying(&address, &e);
                    again = true;
                    last = Some(e);
                }
            }
        }
        // The last look decides whether the last attempt worked.
        if let Sight::After = look(self.means, m, self.uid(&address), inventory, true).await? {
            self.done(index, m, inventory, How::Found);
            return Ok(());
        }
        let error =
            Error::new(ErrorKind::Unavailable, format!("{call} of {address} was tried {TRIES} times"));
        Err(match last {
            Some(e) => Error { kind: e.kind, ..error.because(e) },
            None => error,
        })
    }

    /// Returns `refusal`, unless an earlier call for the move has had its effect all the same.
    async fn despite(
        &mut self,
        index: usize,
        inventory: &mut Inventory,
        again: bool,
        refusal: Error,
    ) -> Result<()> {
        let m = &self.plan.moves[index];
        if again {
            self.settle().await;
            if let Ok(Sight::After) = look(self.means, m, self.uid(&m.address), inventory, true).await {
                self.done(index, m, inventory, How::Found);
                return Ok(());
            }
        }
        Err(refusal)
    }

    /// Returns the move's arguments as they are in this environment.
    fn arguments(&self, m: &Move, inventory: &Inventory) -> Result<serde_json::Value> {
        let values = self.means.values;
        let resolver = Resolver { inventory, accounts: &values.accounts, vars: &values.vars };
        let (args, unresolved) = resolver.resolve(&m.args)?;
        match unresolved.first() {
            None => Ok(args),
            Some(u) => {
                Err(Error::new(ErrorKind::Stale, format!("{} cannot be written: {}", m.address, u.why)))
            }
        }
    }

    fn uid(&self, address: &Address) -> &str {
        self.plan.steps.iter().find(|s| s.address == *address).map_or("", |s| s.uid.as_str())
    }

    fn unknown(&mut self, index: usize, e: &Error) {
        self.progress.doubt(Some((index, self.means.clock.now())));
        self.journal.note(Note::Unknown { index, error: e.message.clone() });
    }

    fn retrying(&self, address: &Address, e: &Error) {
        self.means.events.emit(Event::Retrying { address: address.clone(), why: e.message.clone() });
    }

    fn done(&mut self, index: usize, m: &Move, inventory: &mut Inventory, how: How) {
        let made = (m.does == Does::Create).then(|| inventory.get(&m.address)).flatten().map(|f| Made {
            address: f.address.clone(),
            id: f.id.clone(),
            arn: f.arn.clone(),
        });
        if m.does == Does::Delete {
            inventory.remove(&m.address);
        }
        self.progress.done.insert(index);
        self.progress.made.extend(made.clone());
        self.journal.note(Note::Done { index, made, how });
        let (address, call) = (m.address.clone(), m.call.clone());
        self.means.events.emit(Event::Moved { index, address, call });
    }

    /// Reads again all that the plan writes. Returns what is not as planned, one line each.
    async fn verify(&mut self, inventory: &Inventory) -> Result<Vec<String>> {
        self.means.events.emit(Event::Verifying { total: self.plan.steps.len() });
        let addresses: Vec<&Address> = self.plan.steps.iter().map(|s| &s.address).collect();
        let (lives, gaps) =
            survey::read(self.means.driver, inventory, addresses, &super::event::Events::silent()).await;
        let mut problems: Vec<String> =
            gaps.iter().map(|g| format!("cannot be read again: {}", g.why)).collect();
        let left = self.progress.left(self.plan);
        for step in self.plan.steps.iter().filter(|s| !left.contains(&s.address)) {
            let address = &step.address;
            if let (Action::Delete, Some(found)) = (step.action, &step.found) {
                problems.extend(self.still_there(found, inventory).await);
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
        self.seen = Some(Seen { lives, inventory: inventory.clone() });
        Ok(problems)
    }
}

impl Performance<'_> {
    /// Returns what is wrong with a resource that is to be gone: asked by its id, not looked up in a listing.
    async fn still_there(&self, found: &Found, inventory: &Inventory) -> Option<String> {
        match self.means.driver.read(found, inventory).await {
            Ok(_) => Some(format!("{} is still there", found.address)),
            Err(e) if e.kind == ErrorKind::NotFound => None,
            Err(e) => Some(format!("cannot be read again: {}", e.message)),
        }
    }
}

/// Returns whether AWS refused because what `m` makes is there already, or what it deletes is not.
fn overtaken(m: &Move, e: &Error) -> bool {
    match m.does {
        Does::Create => e.code.as_deref() == Some("DuplicateResourceException"),
        Does::Delete => e.kind == ErrorKind::NotFound,
        Does::Update => false,
    }
}

fn found(made: &Made) -> Found {
    Found::new(made.address.clone(), &made.id, &made.arn)
}
