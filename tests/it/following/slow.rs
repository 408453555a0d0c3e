//! An environment in which writing some resources only starts something, which comes to an end of its own.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Value, json};

use snapdeploy::core::document::Document;
use snapdeploy::core::driver::{Change, Check, Driver, Freshness, Listing, Live, Raw, Reply, Sending};
use snapdeploy::core::finding::Finding;
use snapdeploy::core::following::{Followed, Since};
use snapdeploy::core::gate::{Answer, Asked, Decision, Gate, Inspector};
use snapdeploy::core::inventory::{Found, Inventory};
use snapdeploy::core::lease::Stop;
use snapdeploy::core::moves::Move;
use snapdeploy::core::rollout::Share;
use snapdeploy::core::rung::{Held, Stand};
use snapdeploy::core::{Address, Error, Pin, Result};

use crate::world::meddle;

/// What becomes of what is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Done,
    Failed,
    /// It failed, and what was there before (`old words`) is there again.
    TakenBack,
    /// Somebody else's words are there.
    Superseded,
    /// Patience is over.
    GoesOn,
    /// It goes on until somebody asks to let go of it.
    Asked,
    /// It climbs the ladder of its move, as far as it is let.
    Climbs,
    /// The process dies while it follows.
    Dies,
}

/// What is said to a call that starts something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    Ticket,
    /// The answer is lost.
    Nothing,
    /// The process dies before it hears the answer.
    Dies,
    /// AWS refuses, and nothing is started.
    No,
}

/// Somebody who answers from a script.
#[derive(Default)]
pub struct Answers {
    pub script: Mutex<VecDeque<Decision>>,
    /// What was asked, with how much traffic there was.
    pub asked: Mutex<Vec<(String, Option<Share>)>>,
    /// Who is asked to stop once a gate was asked.
    pub stops: Option<Stop>,
}

#[async_trait]
impl Inspector for Answers {
    async fn ask(&self, gate: &Gate, of: &Asked) -> Answer {
        self.asked.lock().unwrap().push((gate.name.clone(), of.share));
        if let Some(stop) = &self.stops {
            stop.ask("somebody wishes it");
        }
        let decision = self.script.lock().unwrap().pop_front().unwrap_or(Decision::Passed);
        Answer::new(decision, "as the script says")
    }

    async fn foresee(&self, _: &Gate) -> Vec<Finding> {
        Vec::new()
    }
}

/// A driver that starts things.
pub struct Slow<'a> {
    pub inner: &'a dyn Driver,
    pub slow: BTreeSet<Address>,
    pub says: Mutex<VecDeque<Says>>,
    pub fates: Mutex<VecDeque<Fate>>,
    /// What was started, and when, by its ticket.
    pub started: Mutex<BTreeMap<String, (Address, Timestamp)>>,
    /// What was followed, and for how long at most.
    pub followed: Mutex<Vec<(String, Duration)>>,
    /// What gates answer, in turn; then all is well.
    pub answers: Answers,
    /// What is not well, in turn, or `None` where nobody can tell; then all is.
    pub sick: Mutex<VecDeque<Option<(Address, String)>>>,
    /// About how many resources was asked whether they are well, each time.
    pub asked_well: Mutex<Vec<usize>>,
    /// How many processes have died, or follow something that goes on.
    pub reached: AtomicUsize,
}

impl<'a> Slow<'a> {
    /// Returns the driver for which writing `slow` starts something, with these fates in turn; then all is done.
    pub fn new(inner: &'a dyn Driver, slow: &[Address], fates: &[Fate]) -> Slow<'a> {
        Slow {
            inner,
            slow: slow.iter().cloned().collect(),
            says: Mutex::default(),
            fates: Mutex::new(fates.iter().copied().collect()),
            started: Mutex::default(),
            followed: Mutex::default(),
            answers: Answers::default(),
            sick: Mutex::default(),
            asked_well: Mutex::default(),
            reached: AtomicUsize::new(0),
        }
    }

    pub fn says(self, says: &[Says]) -> Slow<'a> {
        *self.says.lock().unwrap() = says.iter().copied().collect();
        self
    }

    /// How many were started.
    pub fn starts(&self) -> usize {
        self.started.lock().unwrap().len()
    }

    /// Which were followed, in turn.
    pub fn followed(&self) -> Vec<String> {
        self.followed.lock().unwrap().iter().map(|(ticket, _)| ticket.clone()).collect()
    }

    async fn words(&self, address: &Address, words: &str) {
        let (inventory, _) =
            snapdeploy::core::survey::list(self.inner, &snapdeploy::core::event::Events::silent())
                .await
                .unwrap();
        let of = inventory.get(address).unwrap();
        let mut document = self.inner.read(of, &inventory).await.unwrap().document;
        document.portable.insert("Description".into(), json!(words));
        meddle(self.inner, address, Some(&document)).await;
    }

    async fn die(&self) {
        self.reached.fetch_add(1, Ordering::SeqCst);
        std::future::pending().await
    }
}

#[async_trait]
impl Driver for Slow<'_> {
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
        self.inner.list().await
    }
    async fn find(&self, address: &Address) -> Result<Option<Found>> {
        self.inner.find(address).await
    }
    async fn fetch(&self, of: &Found, how: Freshness) -> Result<Raw> {
        self.inner.fetch(of, how).await
    }
    fn encode(&self, of: &Found, raw: Raw, inventory: &Inventory) -> Live {
        self.inner.encode(of, raw, inventory)
    }
    fn is_tagged(&self, kind: &str) -> bool {
        self.inner.is_tagged(kind)
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
        if !self.slow.contains(&m.address) {
            return self.inner.send(m, id, args, with).await;
        }
        let says = self.says.lock().unwrap().pop_front().unwrap_or(Says::Ticket);
        if says == Says::No {
            return Reply::Refused(Error::failed("it is busy"));
        }
        let reply = self.inner.send(m, id, args, with).await;
        assert!(matches!(reply, Reply::Done(_)), "{reply:?}");
        let ticket = {
            let mut started = self.started.lock().unwrap();
            let ticket = format!("d-{}", started.len() + 1);
            started.insert(ticket.clone(), (m.address.clone(), Timestamp::now()));
            ticket
        };
        match says {
            Says::Nothing => Reply::Unknown(Error::failed("no answer")),
            Says::Dies => {
                self.die().await;
                Reply::Started(ticket)
            }
            _ => Reply::Started(ticket),
        }
    }

    fn starts(&self, m: &Move) -> bool {
        self.slow.contains(&m.address)
    }

    async fn ticket(&self, m: &Move, _: Option<&Found>, since: &Since) -> Result<Option<String>> {
        let started = self.started.lock().unwrap();
        let mine = started.iter().filter(|(_, (address, at))| *address == m.address && *at >= since.at);
        Ok(mine.map(|(ticket, _)| ticket.clone()).max())
    }

    async fn follow(&self, m: &Move, _: Option<&Found>, ticket: &str, with: &Sending<'_>) -> Followed {
        self.followed.lock().unwrap().push((ticket.to_string(), with.patience));
        let fate = self.fates.lock().unwrap().pop_front().unwrap_or(Fate::Done);
        let error = |text: &str| Error::failed(format!("{ticket} of {} {text}", m.address));
        match fate {
            Fate::Done => Followed::Done,
            Fate::Failed => Followed::Failed(
                error("failed")
                    .explained(["exit code 137, out of memory".into(), "    PASSWORD=hunter2".into()]),
            ),
            Fate::TakenBack => {
                self.words(&m.address, "old words").await;
                Followed::TakenBack(error("was rolled back"))
            }
            Fate::Superseded => {
                self.words(&m.address, "somebody's words").await;
                Followed::Superseded(error("was replaced by ecs-svc/7 of ada"))
            }
            Fate::GoesOn => Followed::GoesOn(error("is at 1 of 3")),
            Fate::Asked => {
                self.reached.fetch_add(1, Ordering::SeqCst);
                loop {
                    if let Some(why) = with.lease.stop() {
                        return Followed::GoesOn(error(&format!("goes on: {why}")));
                    }
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            }
            Fate::Climbs => {
                let rungs = m.rollout.as_ref().map_or(0, |r| r.rungs().len());
                for rung in 0..rungs {
                    let stand = Stand { rung, alias: None, version: None, images: None };
                    match with.rungs.hold(stand).await {
                        Held::GoOn => {}
                        Held::Failed(e) => return Followed::Failed(e),
                        Held::Paused(e) => return Followed::Paused(e),
                    }
                }
                Followed::Done
            }
            Fate::Dies => {
                self.die().await;
                Followed::Done
            }
        }
    }

    fn inspector(&self) -> &dyn Inspector {
        &self.answers
    }

    async fn well(&self, made: &[&Move], live: &[&Live]) -> Result<Vec<(Address, String)>> {
        assert!(live.iter().all(|l| made.iter().any(|m| m.address == l.found.address)));
        self.asked_well.lock().unwrap().push(live.len());
        match self.sick.lock().unwrap().pop_front() {
            Some(None) => Err(Error::failed("nobody may look")),
            Some(sick) => Ok(sick.into_iter().collect()),
            None => Ok(Vec::new()),
        }
    }

    async fn checks(&self, live: &[Live], inventory: &Inventory) -> Result<Vec<Check>> {
        self.inner.checks(live, inventory).await
    }
}
