//! Climbing the ladder of an alias: a weight for the new version, rung by rung, and at last all calls.
//!
//! Source: "UpdateAlias", AWS Lambda API Reference: `RoutingConfig` holds the share of one version besides
//! `FunctionVersion`; what is left out stays, so that only an empty set takes a share away. `RevisionId`: "Only update the
//! alias if the revision ID matches the ID that's specified", so that nothing is written over what somebody else has set.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::moves::UPDATE_ALIAS;
use super::send::{Sender, later, refused, reply};
use crate::aws::{Failure, Fate};
use crate::core::driver::Reply;
use crate::core::following::{End, Far, Followed};
use crate::core::inventory::Found;
use crate::core::moves::Move;
use crate::core::rollout::{Rung, Share};
use crate::core::run::Verdict;
use crate::core::rung::{Held, Stand};
use crate::core::{Error, ErrorKind, Result};

/// How often a step is tried whose answer was lost, and how long after another.
const TRIES: u32 = 6;
const PAUSE: Duration = Duration::from_secs(2);

/// A ladder that is climbed: what the alias is called there, and the numbers of its versions. Written as a ticket:
/// `live/3/4`, which no name of an alias can look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Climb {
    alias: String,
    old: String,
    new: String,
}

/// An alias as it is.
struct Standing {
    version: String,
    weights: Map<String, Value>,
    revision: String,
}

impl Climb {
    fn ticket(&self) -> String {
        format!("{}/{}/{}", self.alias, self.old, self.new)
    }

    /// Reads a ticket.
    pub fn of(ticket: &str) -> Option<Climb> {
        let mut parts = ticket.split('/').map(String::from);
        let climb = Climb { alias: parts.next()?, old: parts.next()?, new: parts.next()? };
        parts.next().is_none().then_some(climb)
    }

    /// Returns the rung of `rungs` that the alias stands on; `Ok(None)` before the first. Fails with what it is instead.
    fn place(&self, rungs: &[Rung], now: &Standing) -> Result<Option<usize>, String> {
        let last = rungs.len().saturating_sub(1);
        let shares: Vec<(&String, f64)> =
            now.weights.iter().map(|(v, w)| (v, w.as_f64().unwrap_or_default())).collect();
        match shares.as_slice() {
            [] if now.version == self.new => Ok(Some(last)),
            [] if now.version == self.old => Ok(None),
            [(version, weight)] if **version == self.new && now.version == self.old => {
                let on = |rung: &Rung| (rung.share.weight() - weight).abs() < 1e-9;
                let place = rungs.iter().take(last).position(on);
                place
                    .map(Some)
                    .ok_or_else(|| format!("version {version} gets {}% of its calls", percent(*weight)))
            }
            [] => Err(format!("it names version {}", now.version)),
            all => {
                let all: Vec<String> = all
                    .iter()
                    .map(|(v, w)| format!("version {v} gets {}% of its calls", percent(*w)))
                    .collect();
                Err(format!("it names version {}, and {}", now.version, all.join(", ")))
            }
        }
    }

    /// Returns the arguments that put the alias on the rung `at` of `rungs`.
    fn arguments(&self, rungs: &[Rung], at: usize, revision: &str) -> Value {
        let last = at + 1 >= rungs.len();
        let weights = match rungs.get(at).filter(|_| !last) {
            Some(rung) => json!({ &self.new: rung.share.weight() }),
            None => json!({}),
        };
        json!({
            "Name": self.alias,
            "FunctionVersion": if last { &self.new } else { &self.old },
            "RoutingConfig": { "AdditionalVersionWeights": weights },
            "RevisionId": revision,
        })
    }
}

fn percent(weight: f64) -> f64 {
    (weight * 1000.0).round() / 10.0
}

/// Returns the error of a ladder that nobody is to stay with.
fn unattended(m: &Move) -> Error {
    let message =
        format!("the traffic of {} is shifted from here, step by step, so somebody has to stay", m.address);
    Error::new(ErrorKind::Input, message)
        .hint("leave --no-wait out, or shift all traffic at once: --all-at-once")
}

impl Sender<'_> {
    /// Sets the first rung of the ladder of `m`, unless the alias stands on one already: an answer was lost, or the ladder
    /// was left where it was.
    pub(super) async fn begin(&self, m: &Move, found: &Found, args: Value) -> Reply {
        if self.with.patience.is_zero() {
            return Reply::Refused(unattended(m));
        }
        match self.first(m, found, args).await {
            Ok(climb) => Reply::Started(climb.ticket()),
            Err(failure) => reply(m, failure),
        }
    }

    async fn first(&self, m: &Move, found: &Found, args: Value) -> Result<Climb, Failure> {
        let rungs = m.rollout.as_ref().map_or(&[][..], |r| r.rungs());
        let alias = self.alias_name(m, &args["Name"]);
        let seen = self.shelf.seen(&found.id);
        let new = match args["FunctionVersion"].as_str() {
            Some(number) => number.to_string(),
            None => self.publish(found, &json!({}), seen.as_ref().map(|s| &s.latest.1)).await?,
        };
        let now = standing(self.calls, &found.id, &alias).await.map_err(later)?;
        let climb = Climb { alias, old: now.version.clone(), new };
        match climb.place(rungs, &now) {
            Ok(Some(_)) => return Ok(climb),
            Ok(None) => {}
            Err(what) => {
                let message = format!("somebody else shifts the calls of its alias {}: {what}", climb.alias);
                return Err(refused(Error::new(ErrorKind::Stale, message)));
            }
        }
        // What was looked at is what is written over.
        let revision = seen.and_then(|s| s.aliases.get(&climb.alias).cloned()).unwrap_or(now.revision);
        let mut body = climb.arguments(rungs, 0, &revision);
        if let Some(words) = args.get("Description") {
            body["Description"] = words.clone();
        }
        let sent = self.call(UPDATE_ALIAS, &found.id, body).await;
        if let Err(failure) = sent {
            // An earlier call whose answer was lost may have come in between.
            let now = standing(self.calls, &found.id, &climb.alias).await;
            let there = now.is_ok_and(|now| matches!(climb.place(rungs, &now), Ok(Some(0))));
            return if there { Ok(climb) } else { Err(failure) };
        }
        Ok(climb)
    }

    /// Climbs on from where the alias stands, to the end of the ladder of `m`.
    pub(super) async fn climb(&self, m: &Move, found: &Found, ticket: &str) -> Followed {
        let (Some(climb), Some(rollout)) = (Climb::of(ticket), &m.rollout) else {
            return Followed::Failed(Error::bug(format!("{}: {ticket} is no ticket of a ladder", m.address)));
        };
        if self.with.patience.is_zero() {
            return Followed::Paused(unattended(m));
        }
        let rungs = rollout.rungs();
        let mut at = match self.whereabouts(m, found, &climb).await {
            Ok(Some(at)) => at,
            Ok(None) => return self.taken_over(m, &climb, &format!("all calls go to version {}", climb.old)),
            Err(end) => return end,
        };
        let images = match self.run_by(found, &climb.new).await {
            Ok(images) => images,
            Err(e) if e.kind == ErrorKind::Unavailable => return self.stays(m, &climb, e),
            Err(e) => {
                let what = format!("cannot read version {} of {}", climb.new, m.address);
                return Followed::Failed(e.context(what));
            }
        };
        loop {
            let stand = Stand {
                rung: at,
                // As AWS has it: gates ask AWS about it.
                alias: Some(climb.alias.clone()),
                version: Some(climb.new.clone()),
                images: images.clone(),
            };
            match self.with.rungs.hold(stand).await {
                Held::GoOn => {}
                Held::Failed(e) => return Followed::Failed(e),
                Held::Paused(e) => return Followed::Paused(e),
            }
            at = match self.step(m, found, &climb, at).await {
                Ok(next) => next,
                Err(end) => return end,
            };
            if at >= rungs.len() {
                return Followed::Done;
            }
        }
    }

    /// Takes the alias from the rung `at` to the next, which it returns; from the last one, looks whether it is still there.
    async fn step(&self, m: &Move, found: &Found, climb: &Climb, at: usize) -> Result<usize, Followed> {
        let rungs = m.rollout.as_ref().map_or(&[][..], |r| r.rungs());
        let mut last = None;
        for attempt in 0..TRIES {
            if attempt > 0 {
                self.calls.account.clock.sleep(PAUSE).await;
                if let Some(why) = self.with.lease.stop() {
                    return Err(Followed::Paused(Error::new(ErrorKind::Interrupted, why)));
                }
            }
            let now = self.look(m, found, climb).await?;
            match climb.place(rungs, &now) {
                Ok(Some(there)) if there == at + 1 => return Ok(there),
                Ok(Some(there)) if there == at && at + 1 >= rungs.len() => return Ok(rungs.len()),
                Ok(Some(there)) if there == at => {}
                Ok(Some(there)) => {
                    let share = rungs.get(there).map_or_else(String::new, |r| r.share.to_string());
                    return Err(self.taken_over(m, climb, &format!("version {} gets {share}", climb.new)));
                }
                Ok(None) => {
                    let what = format!("all calls go to version {} again", climb.old);
                    return Err(self.taken_over(m, climb, &what));
                }
                Err(what) => return Err(self.taken_over(m, climb, &what)),
            }
            let body = climb.arguments(rungs, at + 1, &now.revision);
            match self.call(UPDATE_ALIAS, &found.id, body).await {
                Ok(_) => return Ok(at + 1),
                Err(failure) => {
                    let stale = failure.error.code.as_deref() == Some("PreconditionFailedException");
                    // The next look tells what has become of it, and who was faster.
                    if failure.fate == Fate::Refused && !stale {
                        return Err(Followed::Failed(
                            failure.error.context(format!("cannot write {}", m.address)),
                        ));
                    }
                    last = Some(failure.error);
                }
            }
        }
        let why = last.unwrap_or_else(|| Error::new(ErrorKind::Unavailable, "AWS gives no clear answer"));
        Err(self.stays(m, climb, why))
    }

    async fn whereabouts(&self, m: &Move, found: &Found, climb: &Climb) -> Result<Option<usize>, Followed> {
        let now = self.look(m, found, climb).await?;
        let rungs = m.rollout.as_ref().map_or(&[][..], |r| r.rungs());
        climb.place(rungs, &now).map_err(|what| self.taken_over(m, climb, &what))
    }

    async fn look(&self, m: &Move, found: &Found, climb: &Climb) -> Result<Standing, Followed> {
        standing(self.calls, &found.id, &climb.alias).await.map_err(|e| match e.kind {
            ErrorKind::NotFound => self.taken_over(m, climb, "it is gone"),
            ErrorKind::Unavailable => self.stays(m, climb, e),
            _ => {
                Followed::Failed(e.context(format!("cannot read the alias {} of {}", climb.alias, m.address)))
            }
        })
    }

    fn taken_over(&self, m: &Move, climb: &Climb, what: &str) -> Followed {
        let message =
            format!("somebody else has changed the alias {} of {} meanwhile: {what}", climb.alias, m.address);
        Followed::Superseded(
            Error::new(ErrorKind::Superseded, message)
                .hint("look who: CloudTrail keeps UpdateAlias with the caller for 90 days"),
        )
    }

    /// Returns that the alias stays on its rung, since AWS cannot be asked.
    fn stays(&self, m: &Move, climb: &Climb, why: Error) -> Followed {
        let message = format!(
            "the alias {} of {} stays as it is between version {} and {}: {}",
            climb.alias, m.address, climb.old, climb.new, why.message
        );
        let hint = "go on from there: snapdeploy deploy --resume; or go back: snapdeploy rollback ENV";
        Followed::Paused(Error::new(ErrorKind::Interrupted, message).hint(hint))
    }
}

/// Returns how far the ladder of `m` is, as the alias shows it: it is at its end where all calls go to one version, though the
/// run may still hold the last rung.
pub async fn far(calls: &Calls, m: &Move, function: &str, ticket: &str) -> Result<Far> {
    let (Some(climb), Some(rollout)) = (Climb::of(ticket), &m.rollout) else { return Ok(Far::default()) };
    let now = standing(calls, function, &climb.alias).await?;
    let rungs = rollout.rungs();
    let (share, end) = match climb.place(rungs, &now) {
        Ok(Some(at)) => {
            let share = rungs.get(at).map_or(Share::ALL, |rung| rung.share);
            // Also with all traffic there the last rung may be held, and its gates asked: the journal alone tells its end.
            (share.to_string(), None)
        }
        Ok(None) => ("0%".to_string(), Some(End::Fell(Verdict::TakenBack))),
        Err(what) => return Ok(Far { line: what, end: Some(End::Fell(Verdict::Superseded)) }),
    };
    let line = format!("{share} of {} at version {}, on the ladder {rollout}", climb.alias, climb.new);
    Ok(Far { line, end })
}

async fn standing(calls: &Calls, function: &str, alias: &str) -> Result<Standing> {
    let all = calls.aliases(function).await?;
    let Some(one) = all.into_iter().find(|a| a["Name"] == alias) else {
        return Err(Error::not_found(format!("there is no alias {alias}")));
    };
    let text = |name: &str| one[name].as_str().unwrap_or_default().to_string();
    let weights = one["RoutingConfig"]["AdditionalVersionWeights"].as_object().cloned();
    // A share of nothing is none.
    let mut weights = weights.unwrap_or_default();
    weights.retain(|_, weight| weight.as_f64() != Some(0.0));
    Ok(Standing { version: text("FunctionVersion"), weights, revision: text("RevisionId") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::rollout::Rollout;

    #[test]
    fn its_place_is_found_from_what_is_there() {
        let rollout: Rollout = "10% 5m, 50% 10m, 100% 15m".parse().unwrap();
        let climb = Climb::of("live/3/4").unwrap();
        assert_eq!(climb.ticket(), "live/3/4");
        let place = |version: &str, weights: Value| {
            let weights = weights.as_object().cloned().unwrap();
            let now = Standing { version: version.into(), weights, revision: String::new() };
            climb.place(rollout.rungs(), &now)
        };
        assert_eq!(place("3", json!({})), Ok(None));
        assert_eq!(place("3", json!({ "4": 0.1 })), Ok(Some(0)));
        assert_eq!(place("3", json!({ "4": 0.5 })), Ok(Some(1)));
        assert_eq!(place("4", json!({})), Ok(Some(2)));
        for (version, weights) in [
            ("3", json!({ "4": 0.3 })),
            ("3", json!({ "5": 0.1 })),
            ("5", json!({})),
            ("4", json!({ "3": 0.1 })),
        ] {
            assert!(place(version, weights).is_err());
        }
    }

    #[test]
    fn each_rung_is_one_call_and_the_last_takes_the_share_away() {
        let rollout: Rollout = "10% 5m, 100%".parse().unwrap();
        let climb = Climb::of("live/3/4").unwrap();
        let first = climb.arguments(rollout.rungs(), 0, "r");
        assert_eq!(first["FunctionVersion"], "3");
        assert_eq!(first["RoutingConfig"], json!({ "AdditionalVersionWeights": { "4": 0.1 } }));
        let last = climb.arguments(rollout.rungs(), 1, "r");
        assert_eq!(last["FunctionVersion"], "4");
        assert_eq!(last["RoutingConfig"], json!({ "AdditionalVersionWeights": {} }));
    }
}
