//! Making the moves of a plan: each looked at, intended, sent once and noted; several at the same time where none waits
//! for another.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::{Mutex, Notify};

use super::address::Address;
use super::driver::{Leash, Reply, Sending};
use super::error::{Error, ErrorKind, Result};
use super::event::Event;
use super::inventory::{Found, Inventory};
use super::journal::Journal;
use super::lease::{Lease, SETTLE};
use super::look::{Sight, look};
use super::means::Means;
use super::moves::{Does, Move, Stage};
use super::plan::Plan;
use super::portable::Resolver;
use super::progress::Progress;
use super::referrers::concerns_of;
use super::run::{How, Made, Note, RunKind};
use super::rung::{NoRungs, Rungs};
use super::runs::OnFailure;
use super::sabotage::{Ingredient, lacks};
use super::schedule::Schedule;

/// How often a move without a clear answer is tried before the run gives up.
const TRIES: u32 = 6;

/// The moves of a plan being made. All of them work in one task, so that what they share is never held across a wait.
pub(super) struct Making<'a, 'b> {
    pub(super) means: &'a Means<'a>,
    pub(super) lease: &'a Lease<'a>,
    pub(super) plan: &'a Plan,
    pub(super) on_failure: OnFailure,
    pub(super) journal: Mutex<&'b mut Journal<'a>>,
    pub(super) progress: RefCell<&'b mut Progress>,
    /// Whether something of the run has failed: then nothing climbs on beside it.
    pub(super) failed: Cell<bool>,
    /// What is there as far as it is known. Who works with it keeps what it was.
    pub(super) inventory: RefCell<Rc<Inventory>>,
    /// Told when a call was answered that starts what goes on for long.
    pub(super) started: Notify,
}

impl Making<'_, '_> {
    /// Makes all moves that are not made yet. After the first failure nothing new is begun, and what is in flight ends.
    pub(super) async fn all(&self) -> Result<()> {
        let over = {
            let progress = self.progress.borrow();
            let left = progress.left(self.plan);
            let over = |i: usize| progress.done.contains(&i) || left.contains(&self.plan.moves[i].address);
            (0..self.plan.moves.len()).map(over).collect::<Vec<bool>>()
        };
        let mut schedule =
            Schedule::new(&self.plan.moves, self.means.driver, &self.plan.renames, |i| over[i]);
        let mut running = FuturesUnordered::new();
        let (mut failed, mut goes_on, mut put_off) = (None, None, None);
        let mut started = false;
        loop {
            while failed.is_none() {
                if let (Some(why), false) = (self.means.stop.asked(), schedule.is_over()) {
                    failed = Some(Error::new(ErrorKind::Interrupted, why));
                    break;
                }
                // The first call goes alone: where that is refused, nothing has been changed.
                if !running.is_empty() && !started && self.progress.borrow().done.is_empty() {
                    break;
                }
                let Some(index) = schedule.begin() else { break };
                running.push(async move { (index, self.made(index).await) });
            }
            let ended = tokio::select! {
                biased;
                ended = running.next() => ended,
                // It was not refused, so nothing has to wait for its end.
                () = self.started.notified() => {
                    started = true;
                    continue;
                }
            };
            match ended {
                Some((index, Ok(()))) => schedule.over(index),
                // Nobody is to wait for it: what needs it stays, the rest is begun.
                Some((_, Err(e))) if self.lets_go(&e) => goes_on = Some(e),
                Some((index, Err(e))) if self.is_late(index, &e) => {
                    schedule.over(index);
                    put_off = Some(e);
                }
                Some((_, Err(e))) => {
                    // What only waits for somebody takes nothing back: the rest comes to its own end.
                    if !matches!(e.kind, ErrorKind::Interrupted | ErrorKind::InProgress) {
                        self.failed.set(true);
                    }
                    failed = Some(worse(failed, e));
                }
                None => break,
            }
        }
        match failed.or(goes_on).or(put_off) {
            Some(e) => Err(e),
            None if schedule.is_over() => Ok(()),
            None => Err(Error::bug("moves wait for each other in a circle")),
        }
    }

    /// Makes one move: looks, intends, sends, and looks again where the answer is not clear.
    pub(super) async fn make(&self, index: usize) -> Result<()> {
        let m = &self.plan.moves[index];
        let (address, call) = (m.address.clone(), m.call.clone());
        let mut again = self.progress.borrow().begun.contains(&index);
        let mut last = None;
        for attempt in 0..TRIES {
            if attempt > 0 {
                self.means.clock.sleep(std::time::Duration::from_secs(1 << attempt)).await;
                if let Some(why) = self.means.stop.asked() {
                    return Err(Error::new(ErrorKind::Interrupted, why));
                }
            }
            if let Some(ticket) = self.ticket(index, m, again).await? {
                return self.follow(index, m, &ticket).await;
            }
            match self.look(m, again).await? {
                // What it writes is there from the first moment, also while it fails: only a new call tells more.
                Sight::After if self.is_judged(index, m) => {}
                Sight::After => {
                    let how = if again { How::Found } else { How::Already };
                    self.done(index, m, how).await;
                    return Ok(());
                }
                // A rollback goes on: what somebody else has changed since is theirs.
                Sight::Other(why) if self.plan.kind == RunKind::Rollback => {
                    self.progress.borrow_mut().left.insert(index);
                    self.journal.lock().await.note(Note::Left { index, why });
                    return Ok(());
                }
                Sight::Other(why) => return Err(Error::new(ErrorKind::Stale, format!("{address} {why}"))),
                Sight::Before => {}
            }
            if let Some(why) = self.spared(m).await? {
                self.progress.borrow_mut().left.insert(index);
                self.journal.lock().await.note(Note::Left { index, why });
                return Ok(());
            }
            let target = self.found(&address);
            let args = self.arguments(m)?;
            self.intend(index, m).await?;
            // Writing the intent can take long, and a process can be suspended meanwhile.
            self.lease.sure().await?;
            self.means.events.emit(Event::Moving { index, address: address.clone(), call: call.clone() });
            let leash = self.lease.leash();
            let with = self.sending(&leash, &NoRungs);
            match self.means.driver.send(m, target.as_ref(), args, &with).await {
                Reply::Done(made) => {
                    if let Some((id, arn)) = made {
                        let mut made = found(&Made { address: address.clone(), id, arn });
                        // It has no alias yet: nothing is one because it is called like one.
                        made.aliases = self.means.driver.has_alias_ids(address.kind()).then(Vec::new);
                        self.know(made);
                    }
                    self.done(index, m, How::Sent).await;
                    return Ok(());
                }
                Reply::Started(ticket) => {
                    let note = Note::Started { index, ticket: ticket.clone() };
                    self.journal.lock().await.record(note).await?;
                    return self.follow(index, m, &ticket).await;
                }
                Reply::Refused(e) => {
                    self.journal.lock().await.note(Note::Refused { index, error: e.message.clone() });
                    if !again {
                        self.progress.borrow_mut().refused(index);
                    }
                    if !overtaken(m, &e) {
                        return self.despite(index, again, e).await;
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
                Reply::Partly(e) => {
                    // The call is over, and nothing of it is on its way any more: nobody has to wait for that.
                    self.journal.lock().await.note(Note::Unknown { index, error: e.message.clone() });
                    self.progress.borrow_mut().doubtful.insert(index);
                    return self.despite(index, true, e).await;
                }
                Reply::Later(e) => {
                    self.retrying(&address, &e);
                    last = Some(e);
                }
                Reply::Unknown(e) => {
                    self.progress.borrow_mut().doubt(Some((index, self.means.clock.now())));
                    self.journal.lock().await.note(Note::Unknown { index, error: e.message.clone() });
                    // What has to end before it can be sent goes on, and nobody waits for it any more.
                    if e.kind == ErrorKind::InProgress {
                        return Err(self.goes_on(e).await);
                    }
                    self.retrying(&address, &e);
                    again = true;
                    last = Some(e);
                }
            }
        }
        // What is there now decides whether the last attempt worked.
        if let Some(ticket) = self.ticket(index, m, again).await? {
            return self.follow(index, m, &ticket).await;
        }
        if let (Sight::After, false) = (self.look(m, true).await?, self.is_judged(index, m)) {
            self.done(index, m, How::Found).await;
            return Ok(());
        }
        let error =
            Error::new(ErrorKind::Unavailable, format!("{call} of {address} was tried {TRIES} times"));
        Err(match last {
            Some(mut e) => Error { kind: e.kind, hint: e.hint.take(), ..error.because(e) },
            None => error,
        })
    }

    pub(super) fn sending<'s>(&'s self, leash: &'s dyn Leash, rungs: &'s dyn Rungs) -> Sending<'s> {
        Sending {
            blobs: &self.means.repository,
            vault: self.means.vault,
            lease: leash,
            events: self.means.events,
            patience: self.means.patience,
            kind: self.plan.kind,
            on_failure: self.on_failure,
            rungs,
        }
    }

    /// Looks at what an earlier call for `m` may have written, and keeps what is learned about where that is.
    pub(super) async fn look_again(&self, m: &Move) -> Result<Sight> {
        self.look(m, true).await
    }

    /// Looks at what `m` writes, and keeps what is learned about where that is.
    async fn look(&self, m: &Move, again: bool) -> Result<Sight> {
        let known = self.inventory.borrow().clone();
        let uid = self.plan.steps.iter().find(|s| s.address == m.address).map_or("", |s| s.uid.as_str());
        let (sight, found) = look(self.means, m, uid, &known, again).await?;
        drop(known);
        if let Some(found) = found {
            self.know(found);
        }
        Ok(sight)
    }

    /// Returns why a rollback leaves what `m` would write, though nobody has changed that part of it: it has left another
    /// part, and a mixture of both is nobody's; or something that it has left refers to what would go.
    async fn spared(&self, m: &Move) -> Result<Option<String>> {
        let left: Vec<Address> = self.progress.borrow().left(self.plan).into_iter().cloned().collect();
        if self.plan.kind != RunKind::Rollback || left.is_empty() {
            return Ok(None);
        }
        if left.contains(&m.address) {
            return Ok(Some("has been changed by somebody else since the plan was made".into()));
        }
        if m.stage != Stage::Clean {
            return Ok(None);
        }
        let known = self.inventory.borrow().clone();
        for user in left.iter().filter_map(|a| known.get(a)) {
            let live = match self.means.driver.read(user, &known).await {
                Ok(live) => live,
                Err(e) if e.kind == ErrorKind::NotFound => continue,
                Err(e) => return Err(e),
            };
            if concerns_of(self.means.driver, &user.address, &live.document).contains(&m.address) {
                return Ok(Some(format!("is referred to by {}, which was left as it is", user.address)));
            }
        }
        Ok(None)
    }

    /// Returns `refusal`, unless an earlier call for the move has had its effect all the same.
    async fn despite(&self, index: usize, again: bool, refusal: Error) -> Result<()> {
        let m = &self.plan.moves[index];
        if again {
            let unsettled = self.progress.borrow_mut().unsettled.take();
            settle(self.means, unsettled).await;
            if let Some(ticket) = self.ticket(index, m, again).await? {
                return self.follow(index, m, &ticket).await;
            }
            if let (Ok(Sight::After), false) = (self.look(m, true).await, self.is_judged(index, m)) {
                self.done(index, m, How::Found).await;
                return Ok(());
            }
        }
        Err(refusal)
    }

    /// Returns the move's arguments as they are in this environment.
    pub(super) fn arguments(&self, m: &Move) -> Result<serde_json::Value> {
        let values = self.means.values;
        let inventory = self.inventory.borrow();
        let resolver = Resolver { inventory: &inventory, accounts: &values.accounts, vars: &values.vars };
        let (args, unresolved) = resolver.resolve(&m.args)?;
        match unresolved.first() {
            None => Ok(args),
            Some(u) => {
                Err(Error::new(ErrorKind::Stale, format!("{} cannot be written: {}", m.address, u.why)))
            }
        }
    }

    pub(super) fn found(&self, address: &Address) -> Option<Found> {
        self.inventory.borrow().get(address).cloned()
    }

    fn know(&self, found: Found) {
        Rc::make_mut(&mut self.inventory.borrow_mut()).insert(found);
    }

    fn retrying(&self, address: &Address, e: &Error) {
        self.means.events.emit(Event::Retrying { address: address.clone(), why: e.message.clone() });
    }

    pub(super) async fn done(&self, index: usize, m: &Move, how: How) {
        // What refers to a new alias needs its id. Where that cannot be seen now, the reference says so.
        let driver = self.means.driver;
        if driver.has_alias_ids(m.address.kind())
            && driver.alias_made(m).is_some()
            && let Ok(Some(found)) = driver.find(&m.address).await
        {
            self.know(found);
        }
        let there = (m.does == Does::Create).then(|| self.found(&m.address)).flatten();
        let made = there.map(|f| Made { address: f.address, id: f.id, arn: f.arn });
        if m.does == Does::Delete {
            Rc::make_mut(&mut self.inventory.borrow_mut()).remove(&m.address);
        }
        {
            let mut progress = self.progress.borrow_mut();
            progress.is_done(index);
            progress.written = Some(self.means.clock.now());
            progress.made.extend(made.clone());
        }
        self.journal.lock().await.note(Note::Done { index, made, how });
        let (address, call) = (m.address.clone(), m.call.clone());
        self.means.events.emit(Event::Moved { index, address, call });
    }
}

/// Waits until no call that was `unsettled` when it was sent can have an effect any more that is not known yet.
pub(super) async fn settle(means: &Means<'_>, unsettled: Option<jiff::Timestamp>) {
    let Some(sent) = unsettled.filter(|_| !lacks(Ingredient::Barrier)) else { return };
    let limit = means.clock.scale(SETTLE);
    let age = means.clock.now().duration_since(sent);
    if let Some(rest) = limit.checked_sub(age.unsigned_abs()) {
        let why = "a call whose answer was lost may still take effect".to_string();
        means.events.emit(Event::Waiting { why });
        tokio::time::sleep(rest).await;
    }
}

/// Returns the failure to tell: one that says that the lease is lost goes before all others, then the first. That
/// something goes on, or that somebody else's goes on in its place, hides no failure beside it: that one is to be undone.
/// That it was asked to stop hides nothing.
fn worse(first: Option<Error>, then: Error) -> Error {
    let weight = |e: &Error| match e.kind {
        ErrorKind::Fenced => 4,
        ErrorKind::Superseded => 2,
        ErrorKind::InProgress => 1,
        ErrorKind::Interrupted => 0,
        _ => 3,
    };
    match first {
        Some(first) if weight(&first) >= weight(&then) => first,
        _ => then,
    }
}

/// Returns whether AWS refused because what `m` makes is there already, or what it deletes is not.
fn overtaken(m: &Move, e: &Error) -> bool {
    match m.does {
        Does::Create => {
            matches!(e.code.as_deref(), Some("DuplicateResourceException" | "ResourceConflictException"))
        }
        Does::Delete => e.kind == ErrorKind::NotFound,
        Does::Prepare | Does::Update => false,
    }
}

pub(super) fn found(made: &Made) -> Found {
    Found::new(made.address.clone(), &made.id, &made.arn)
}
