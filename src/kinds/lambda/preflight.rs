//! What has to hold for a ladder to be climbed, as lines of the card.

use super::ladder::{Obstacle, configured, obstacle, shifts};
use super::state::State;
use crate::core::driver::Change;
use crate::core::preflight::{Line, Outcome};
use crate::core::rollout::Rollouts;

/// Returns what is to be said of the ladders that `change` is to take.
pub fn ladders(change: &Change<'_>, rollouts: &Rollouts) -> Vec<Line> {
    let Some(to) = change.to else { return Vec::new() };
    let (to, from) = (State::of(to), change.from.map(State::of).unwrap_or_default());
    let mut known = from.clone();
    for content in [&from.own, &to.own] {
        known.know(content);
    }
    known.portable.extend(to.portable.clone());
    known.local.extend(to.local.clone());
    let mut lines = Vec::new();
    for (name, alias) in &to.aliases {
        let was = from.aliases.get(name);
        let Some(rollout) = configured(change, rollouts, name).filter(|_| shifts(was, alias)) else {
            continue;
        };
        let line = |outcome, detail: String| {
            Line::new(change.address, &format!("ladder of {name}"), outcome, detail)
        };
        lines.push(match obstacle(&known, was, alias) {
            None => line(Outcome::Pass, rollout.to_string()),
            Some(new @ Obstacle::New) => line(Outcome::Pass, format!("not climbed: {new}")),
            Some(other) => line(Outcome::Block, format!("`{rollout}` cannot be climbed: {other}"))
                .hint(hint(&other, name)),
        });
    }
    lines
}

fn hint(obstacle: &Obstacle, alias: &str) -> String {
    match obstacle {
        Obstacle::Shared(_) => format!(
            "end what shares them first: aws lambda update-alias --name {alias} --routing-config \
             AdditionalVersionWeights={{}}; or shift all traffic at once: --all-at-once"
        ),
        Obstacle::Latest => {
            "point the alias to a published version first; or shift all traffic at once: --all-at-once".into()
        }
        Obstacle::New | Obstacle::Wished | Obstacle::Differs(_) => {
            "the nearest that AWS can: all traffic at once, --all-at-once".into()
        }
    }
}
