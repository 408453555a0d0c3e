//! Climbing: the rungs of a ladder that the traffic of a deployment reaches, each held while the deployment is watched.

use std::time::Duration;

use futures::future::{BoxFuture, join_all, select_all};
use jiff::Timestamp;

use super::driver::Services;
use super::encode;
use super::follow::short;
use super::images::resolve;
use super::watch::Watch;
use crate::core::Error;
use crate::core::driver::Sending;
use crate::core::following::Followed;
use crate::core::rollout::Rollout;
use crate::core::rung::{Held, Stand};

/// Somebody who climbs the ladder of a move, if it has one.
pub struct Climb<'a> {
    with: &'a Sending<'a>,
    rollout: Option<&'a Rollout>,
    /// What is told of each rung.
    stand: Stand,
    /// The rungs that are held. There is more than one where the traffic has gone on before the gates of one had answered:
    /// what they say counts all the same.
    holding: Vec<(usize, BoxFuture<'a, Held>)>,
    /// The highest rung that is over.
    over: Option<usize>,
}

/// What came of a pause between two looks.
pub enum Step {
    /// It is to be looked at again.
    GoesOn,
    /// A gate has failed.
    Failed(Error),
    /// It stays where it is.
    Paused(Error),
}

impl<'a> Climb<'a> {
    /// Returns somebody who has reached nothing yet.
    pub fn new(watch: &Watch<'a>) -> Climb<'a> {
        let stand = Stand { rung: 0, alias: None, version: None, images: Some(Vec::new()) };
        Climb { with: watch.with, rollout: watch.m.rollout.as_ref(), stand, holding: Vec::new(), over: None }
    }

    /// Returns whether there is a ladder.
    pub fn is_on(&self) -> bool {
        self.rollout.is_some()
    }

    /// Says which task definition gets the traffic: gates may ask for it and for its images. Who cannot look says less.
    pub async fn about(&mut self, services: &Services, definition: Option<&str>) {
        let Some(arn) = definition.filter(|_| self.is_on()) else { return };
        self.stand.version = Some(short(arn).to_string());
        let Ok(definition) = services.shelf.definition(&services.calls, arn).await else { return };
        let texts = encode::written(&definition).into_values();
        let resolved = resolve(&services.calls.account, texts).await;
        let digest = |_: &str, text: &str| resolved.get(text)?.as_deref().ok();
        self.stand.images = Some(encode::images(&definition, digest).into_values().collect());
    }

    /// Returns the rung on which so many percent of the traffic are.
    pub fn rung_at(&self, percent: f64) -> Option<usize> {
        let rungs = self.rollout?.rungs();
        rungs.iter().rposition(|rung| rung.share.percent() <= percent + 1e-6)
    }

    /// Returns how long the rungs up to `rung` take together, and whether it is the last one.
    pub fn length_to(&self, rung: usize) -> (Duration, bool) {
        let rungs = self.rollout.map_or(&[][..], Rollout::rungs);
        (rungs.iter().take(rung + 1).map(|r| r.hold).sum(), rung + 1 >= rungs.len())
    }

    /// Begins to hold `rung`, unless it is held or over. It is decided at `by`, if that is earlier than the end of the
    /// rung: then the traffic goes on by itself.
    pub fn reach(&mut self, rung: usize, by: Option<Timestamp>) {
        if self.is_over(rung) || self.holding.iter().any(|(held, _)| *held >= rung) {
            return;
        }
        let (rungs, stand) = (self.with.rungs, Stand { rung, ..self.stand.clone() });
        let held: BoxFuture<'a, Held> = match by {
            Some(by) => rungs.hold_until(stand, by),
            None => rungs.hold(stand),
        };
        self.holding.push((rung, held));
    }

    /// Returns whether `rung` is over.
    pub fn is_over(&self, rung: usize) -> bool {
        self.over.is_some_and(|over| over >= rung)
    }

    /// Holds nothing any more.
    pub fn leave(&mut self) {
        self.holding.clear();
    }

    /// Waits for the next look, or for what is decided on the rung. What is held does not count against the patience.
    pub async fn pause(&mut self, watch: &mut Watch<'a>, what: &str) -> Result<Step, Followed> {
        if self.holding.is_empty() {
            return watch.pause(what).await.map(|()| Step::GoesOn);
        }
        let began = watch.clock().now();
        let decided = tokio::select! {
            biased;
            (held, at, _) = select_all(self.holding.iter_mut().map(|(_, held)| held)) => Some((held, at)),
            paused = watch.pause(what) => {
                paused?;
                None
            }
        };
        watch.forgive(watch.clock().now().duration_since(began).unsigned_abs());
        let Some((held, at)) = decided else { return Ok(Step::GoesOn) };
        let (rung, _) = self.holding.remove(at);
        Ok(match held {
            Held::GoOn => {
                self.over = self.over.max(Some(rung));
                Step::GoesOn
            }
            Held::Failed(e) => Step::Failed(e),
            // Somebody has asked for it: AWS is not asked for anything.
            Held::Paused(_) if watch.with.lease.stop().is_some() => {
                watch.pause(what).await?;
                Step::GoesOn
            }
            Held::Paused(e) => Step::Paused(e),
        })
    }

    /// Returns how it came out that the deployment has succeeded: the last rung is held to its end, if it was not, and so is
    /// what is not decided yet.
    pub async fn finish(mut self) -> Followed {
        if let Some(rollout) = self.rollout {
            self.reach(rollout.rungs().len() - 1, None);
        }
        let mut held = join_all(self.holding.into_iter().map(|(_, held)| held)).await;
        // A failure counts more than a pause.
        held.sort_by_key(|held| !matches!(held, Held::Failed(_)));
        let end = held.into_iter().find_map(|held| match held {
            Held::GoOn => None,
            Held::Failed(e) => Some(Followed::Failed(e)),
            Held::Paused(e) => Some(Followed::Paused(e)),
        });
        end.unwrap_or(Followed::Done)
    }
}
