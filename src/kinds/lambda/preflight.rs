//! What has to hold for a ladder to be climbed, as lines of the card.

use super::ladder::{Obstacle, configured, obstacle, shifts};
use super::state::State;
use crate::core::driver::Change;
use crate::core::means::Values;
use crate::core::preflight::{Line, Outcome};
use crate::core::rollout::{Rollout, Rung, Share};

/// Returns what is to be said of the ladders that `change` is to take, as `values` have them.
pub fn ladders(change: &Change<'_>, values: &Values) -> Vec<Line> {
    let Some(to) = change.to else { return Vec::new() };
    let (to, from) = (State::of(to), change.from.map(State::of).unwrap_or_default());
    let mut known = from.clone();
    for content in [&from.own, &to.own] {
        known.know(content);
    }
    known.portable.extend(to.portable.clone());
    known.local.extend(to.local.clone());
    let (mut lines, mut climbed) = (Vec::new(), Vec::new());
    for (name, alias) in &to.aliases {
        let was = from.aliases.get(name);
        let Some(rollout) = configured(change, &values.rollouts, name).filter(|_| shifts(was, alias)) else {
            continue;
        };
        let line = |outcome, detail: String| {
            Line::new(change.address, &format!("ladder of {name}"), outcome, detail)
        };
        lines.push(match obstacle(&known, was, alias) {
            None => {
                climbed.push((name.as_str(), rollout));
                line(Outcome::Pass, rollout.to_string())
            }
            Some(new @ Obstacle::New) => line(Outcome::Pass, format!("not climbed: {new}")),
            Some(other) => line(Outcome::Block, format!("`{rollout}` cannot be climbed: {other}"))
                .hint(hint(change, values, &other, name)),
        });
    }
    lines.extend(in_turn(change, &climbed));
    lines
}

/// Says how long several aliases take together: each is one state of the function, so that they climb in turn.
fn in_turn(change: &Change<'_>, climbed: &[(&str, &Rollout)]) -> Option<Line> {
    if climbed.len() < 2 {
        return None;
    }
    let names: Vec<&str> = climbed.iter().map(|(name, _)| *name).collect();
    let hold = climbed.iter().map(|(_, rollout)| rollout.length()).sum();
    let total = Rung { share: Share::ALL, hold }.hold_text();
    let detail = format!("{} climb one after the other: {total} at least", names.join(", "));
    Some(Line::new(change.address, "ladders in turn", Outcome::Warn, detail).hint(format!(
        "give one of them no ladder where that is enough: \"{}#{}\" = \"100%\"",
        change.address,
        names.last().unwrap_or(&"")
    )))
}

fn hint(change: &Change<'_>, values: &Values, obstacle: &Obstacle, alias: &str) -> String {
    match obstacle {
        // As AWS calls them: it is typed there.
        Obstacle::Shared(_) => format!(
            "end what shares them first: aws lambda update-alias --function-name {} --name {} --routing-config \
             AdditionalVersionWeights={{}}; or shift all traffic at once: --all-at-once",
            values.names.physical(change.address),
            values.names.physical_alias(change.address, alias)
        ),
        Obstacle::Latest => {
            "point the alias to a published version first; or shift all traffic at once: --all-at-once".into()
        }
        Obstacle::New | Obstacle::Wished | Obstacle::Differs(_) => {
            "the nearest that AWS can: all traffic at once, --all-at-once".into()
        }
    }
}
