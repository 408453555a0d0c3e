//! Bringing: what a release needs and the environment has not, from where it was taken.

use super::driver::Change;
use super::error::Result;
use super::means::Means;
use super::moves::Move;
use super::pin::Pin;
use super::plan::{Action, Plan, Wish};
use super::source::Source;

/// Adds the moves to `plan`, which was made of `wishes`, that bring what its changes need from `source`: before all others,
/// and each once. Writes nothing.
pub(super) async fn bring(means: &Means<'_>, source: &Pin, wishes: &[Wish], plan: &mut Plan) -> Result<()> {
    let (mut moves, mut said): (Vec<Move>, Vec<_>) = (Vec::new(), Vec::new());
    for step in plan.steps.iter().filter(|s| s.action != Action::Delete) {
        let Some(wish) = wishes.iter().find(|w| w.address == step.address) else { continue };
        let change = Change {
            address: &step.address,
            uid: &step.uid,
            from: wish.from.as_ref(),
            to: wish.to.as_ref(),
            way: plan.kind,
        };
        let (brought, findings) = means.driver.bring(&change, source).await?;
        said.extend(findings);
        for one in brought {
            // Two services may run one image.
            if !moves.iter().any(|m| m.call == one.call && m.args == one.args) {
                moves.push(one);
            }
        }
    }
    moves.append(&mut plan.moves);
    plan.moves = moves;
    plan.say(said);
    Ok(())
}

/// Says in `plan`, which was made of `wishes`, where what it writes still names `source`, where it comes from.
pub(super) async fn traces(
    means: &Means<'_>,
    source: &Source,
    wishes: &[Wish],
    plan: &mut Plan,
) -> Result<()> {
    let mut said = Vec::new();
    for step in plan.steps.iter().filter(|s| s.action != Action::Delete) {
        let Some(wish) = wishes.iter().find(|w| w.address == step.address) else { continue };
        let (from, to) = (wish.from.as_ref(), wish.to.as_ref());
        let change = Change { address: &step.address, uid: &step.uid, from, to, way: plan.kind };
        said.extend(means.driver.traces(&change, source, &means.repository).await?);
    }
    plan.say(said);
    Ok(())
}
