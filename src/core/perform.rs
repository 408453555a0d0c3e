//! Performing a plan: every move looked at, intended, sent once and noted; then verified.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::address::Address;
use super::driver::Reply;
use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::id::SnapshotId;
use super::inventory::{Found, Inventory};
use super::journal::Journal;
use super::lease::{Lease, SETTLE};
use super::look::{Sight, look};
use super::means::Means;
use super::moves::{Does, Move};
use super::plan::{Action, Plan};
use super::portable::Resolver;
use super::run::{How, Made, Note, Row};
use super::survey;

/// How often a move without a clear answer is tried before the run gives up.
const TRIES: u32 = 6;

/// How far a run has come, as its journal tells.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Moves whose effect is there.
    pub done: BTreeSet<usize>,
    /// Moves that may have had an effect: intended, and not refused.
    pub begun: BTreeSet<usize>,
    /// What was made.
    pub made: Vec<Made>,
    /// The snapshot to go back to.
    pub before: Option<SnapshotId>,
    /// When the last call was sent of which nobody knows the fate.
    pub unsettled: Option<Timestamp>,
}

impl Progress {
    /// Returns the progress that `rows` tell.
    pub fn of(rows: &[Row]) -> Progress {
        let mut progress = Progress::default();
        for row in rows {
            match &row.what {
                Note::Before { snapshot } => progress.before = Some(snapshot.clone()),
                Note::Intent { index } => {
                    progress.begun.insert(*index);
                    progress.unsettled = Some(row.at);
                }
                Note::Done { index, made, .. } => {
                    progress.done.insert(*index);
                    progress.made.extend(made.clone());
                    progress.unsettled = None;
                }
                Note::Refused { index, .. } => {
                    progress.begun.remove(index);
                    progress.unsettled = None;
                }
                Note::Unknown { .. } => progress.unsettled = Some(row.at),
                Note::Stopped { .. } | Note::Resumed { .. } | Note::Verdict { .. } => {}
            }
        }
        progress
    }

    /// Returns the addresses that the run may have changed.
    pub fn touched<'a>(&self, plan: &'a Plan) -> BTreeSet<&'a Address> {
        self.begun.union(&self.done).filter_map(|i| plan.moves.get(*i)).map(|m| &m.address).collect()
    }

    /// Returns whether anything may have been changed.
    pub fn changed(&self) -> bool {
        !self.begun.is_empty() || !self.done.is_empty()
    }
}

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
            if self.progress.done.contains(&index) {
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

    /// Lists what is there, with what this run made.
    async fn inventory(&self) -> Result<Inventory> {
        let (mut inventory, _) = survey::list(self.means.driver, self.means.events).await?;
        for made in &self.progress.made {
            if inventory.get(&made.address).is_none() {
                inventory.insert(found(made));
            }
        }
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
                // The name was taken, or the resource deleted, between our look and now: by somebody else, or by our
                // own call whose answer was lost. The next look tells.
                Reply::Refused(e) if overtaken(m, &e) => {
                    self.unknown(index, &e);
                    again = true;
                }
                Reply::Refused(e) => {
                    self.journal.note(Note::Refused { index, error: e.message.clone() });
                    if !again {
                        self.progress.begun.remove(&index);
                    }
                    return Err(e);
                }
                Reply::Later(e) => self.retrying(&address, &e),
                Reply::Unknown(e) => {
                    self.unknown(index, &e);
                    self.retrying(&address, &e);
                    again = true;
                }
            }
        }
        // The last look decides whether the last attempt worked.
        if let Sight::After = look(self.means, m, self.uid(&address), inventory, true).await? {
            self.done(index, m, inventory, How::Found);
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Unavailable,
            format!("{call} of {address} had no clear answer {TRIES} times"),
        ))
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
        self.progress.unsettled = Some(self.means.clock.now());
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
    async fn verify(&self, inventory: &Inventory) -> Result<Vec<String>> {
        self.means.events.emit(Event::Verifying { total: self.plan.steps.len() });
        let addresses: Vec<&Address> = self.plan.steps.iter().map(|s| &s.address).collect();
        let (lives, gaps) =
            survey::read(self.means.driver, inventory, addresses, &super::event::Events::silent()).await;
        let mut problems: Vec<String> =
            gaps.iter().map(|g| format!("cannot be read again: {}", g.why)).collect();
        for step in &self.plan.steps {
            let address = &step.address;
            match (lives.get(address), &step.after) {
                (Some(live), Some(after)) if after.fits(&live.document) => {}
                (None, None) => {}
                (Some(_), Some(_)) => problems.push(format!("{address} is not what was written")),
                (None, Some(_)) => problems.push(format!("{address} is not there")),
                (Some(_), None) => problems.push(format!("{address} is still there")),
            }
        }
        for step in self.plan.steps.iter().filter(|s| s.action != Action::Delete) {
            let Some(live) = lives.get(&step.address) else { continue };
            for refers in super::portable::needs(&serde_json::Value::Object(live.document.portable.clone())) {
                if inventory.get(&refers).is_none() {
                    problems.push(format!("{} refers to {refers}, which is not there", step.address));
                }
            }
        }
        Ok(problems)
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
