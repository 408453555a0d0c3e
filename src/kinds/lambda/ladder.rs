//! The ladder of an alias, as a plan has it: whether one can be climbed, and the states that it passes. Pure.

use std::fmt;

use serde_json::{Map, Value, json};

use super::state::{Alias, Content, LATEST, State};
use crate::core::digest::Digest;
use crate::core::driver::Change;
use crate::core::rollout::{Rollout, Rollouts};
use crate::core::run::RunKind;
use crate::kinds::merged::merged;

/// What two versions have to have in common for an alias to share calls among them.
///
/// Source: "Implement Lambda canary deployments using a weighted alias", AWS Lambda Developer Guide: "Both versions must have
/// the same execution role", "the same dead-letter queue configuration, or no dead-letter queue configuration".
const SHARED: [(&str, &str); 2] = [("Role", "execution role"), ("DeadLetterConfig", "dead-letter queue")];

/// Why no ladder leads from one state of an alias to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The alias is made: nobody has called it yet.
    New,
    /// It names, or is to name, what is not published.
    Latest,
    /// A version beside the one that it names has a share of its calls already: so much of them.
    Shared(String),
    /// What is to be says itself that a version beside gets a share.
    Wished,
    /// The versions differ in what AWS wants to be the same: what that is called.
    Differs(&'static str),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Obstacle::New => {
                f.write_str("it is made by this: nothing calls it yet, so all calls go to the one version")
            }
            Obstacle::Latest => {
                write!(f, "AWS shares calls among published versions only, and one of the two is {LATEST}")
            }
            Obstacle::Shared(share) => write!(
                f,
                "another version gets {share} of its calls already, and AWS shares them among two versions at most"
            ),
            Obstacle::Wished => f.write_str("what is deployed says itself how its calls are shared"),
            Obstacle::Differs(what) => {
                write!(
                    f,
                    "the two versions have not the same {what}, and AWS shares calls only among those that have"
                )
            }
        }
    }
}

/// Returns the ladder that the configuration has for the alias `name` in `change`. A way back takes none.
pub fn configured<'r>(change: &Change<'_>, rollouts: &'r Rollouts, name: &str) -> Option<&'r Rollout> {
    rollouts.of(change.address, Some(name)).filter(|_| change.way == RunKind::Deploy)
}

/// Returns what keeps the alias that is as `was` from becoming `alias` step by step, if something does. `known` knows the
/// content of both.
pub fn obstacle(known: &State, was: Option<&Alias>, alias: &Alias) -> Option<Obstacle> {
    let Some(was) = was else { return Some(Obstacle::New) };
    if was.key.0 == LATEST || alias.key.0 == LATEST {
        return Some(Obstacle::Latest);
    }
    if let Some(weight) = was.routing.values().next() {
        let share = weight.as_f64().unwrap_or_default() * 100.0;
        return Some(Obstacle::Shared(format!("{}%", (share * 10.0).round() / 10.0)));
    }
    if !alias.routing.is_empty() {
        return Some(Obstacle::Wished);
    }
    let (old, new) = (known.content(&was.key)?, known.content(&alias.key)?);
    let of = |content: &Content, name: &str| merged(content.portable.get(name), content.local.get(name));
    SHARED.iter().find(|(name, _)| of(&old, name) != of(&new, name)).map(|(_, what)| Obstacle::Differs(what))
}

/// Returns whether calls of the alias go to another version from here on.
pub fn shifts(was: Option<&Alias>, alias: &Alias) -> bool {
    was.is_none_or(|was| was.key != alias.key)
}

/// Returns the digests of what `now` is with the alias `name` on each rung of `rollout` but the last, on its way to
/// `alias`.
pub fn through(now: &State, name: &str, alias: &Alias, rollout: &Rollout) -> Vec<Digest> {
    let Some(was) = now.aliases.get(name) else { return Vec::new() };
    let rungs = rollout.rungs();
    let on = |weight: f64| {
        let joined = format!("{}:{}", alias.key.0, alias.key.1);
        let routing: Map<String, Value> = [(joined, json!(weight))].into_iter().collect();
        let mut state = now.clone();
        let half = Alias { key: was.key.clone(), description: alias.description.clone(), routing };
        state.aliases.insert(name.to_string(), half);
        state.print()
    };
    rungs.iter().take(rungs.len().saturating_sub(1)).map(|rung| on(rung.share.weight())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(role: &str) -> (State, Alias, Alias) {
        let content = |memory: u64, role: &str| Content {
            portable: Map::from_iter([("MemorySize".into(), json!(memory))]),
            local: Map::from_iter([("Role".into(), json!(role))]),
        };
        let (old, new) = (content(128, "one"), content(256, role));
        let mut state = State::default();
        state.know(&old);
        state.know(&new);
        let alias = |c: &Content| Alias { key: c.key(), description: None, routing: Map::new() };
        let (old, new) = (alias(&old), alias(&new));
        state.aliases.insert("live".into(), old.clone());
        (state, old, new)
    }

    #[test]
    fn what_aws_cannot_share_is_told_before() {
        let (state, old, new) = known("one");
        assert_eq!(obstacle(&state, Some(&old), &new), None);
        assert_eq!(obstacle(&state, None, &new), Some(Obstacle::New));
        let latest = Alias { key: (LATEST.into(), LATEST.into()), ..new.clone() };
        assert_eq!(obstacle(&state, Some(&latest), &new), Some(Obstacle::Latest));
        assert_eq!(obstacle(&state, Some(&old), &latest), Some(Obstacle::Latest));
        let shared = Alias { routing: Map::from_iter([("a:b".into(), json!(0.305))]), ..old.clone() };
        assert_eq!(obstacle(&state, Some(&shared), &new), Some(Obstacle::Shared("30.5%".into())));
        assert_eq!(
            obstacle(&state, Some(&old), &Alias { key: new.key.clone(), ..shared }),
            Some(Obstacle::Wished)
        );
        let (state, old, new) = known("another");
        assert_eq!(obstacle(&state, Some(&old), &new), Some(Obstacle::Differs("execution role")));
    }

    #[test]
    fn it_passes_one_state_for_each_rung_but_the_last() {
        let (state, _, new) = known("one");
        let rollout: Rollout = "10% 5m, 50% 10m, 100% 15m".parse().unwrap();
        let states = through(&state, "live", &new, &rollout);
        assert_eq!(states.len(), 2);
        assert_ne!(states[0], states[1]);
        assert!(!states.contains(&state.print()), "none is what was before");
    }
}
