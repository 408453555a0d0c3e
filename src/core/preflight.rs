//! The preflight: what has to hold in the environment for a change to work, asked before anything is touched.

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::driver::Change;
use super::error::Result;
use super::finding::{Finding, Weight};
use super::means::Means;
use super::moves::Move;
use super::plan::{Action, Plan, Wish};

/// How a question of the preflight was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It may hurt, or nobody could tell.
    Warn,
    /// Nothing is written while it is so.
    Block,
}

/// One line of the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is about.
    pub address: Address,
    /// What was asked: `revision`, `image app`, `role`, `alarms`.
    pub asked: String,
    /// The answer.
    pub outcome: Outcome,
    /// A lowercase fragment that says what was found.
    pub detail: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Line {
    /// Returns a line about `address`.
    pub fn new(address: &Address, asked: &str, outcome: Outcome, detail: impl Into<String>) -> Line {
        let (address, asked) = (address.clone(), asked.to_string());
        Line { address, asked, outcome, detail: detail.into(), hint: None }
    }

    /// Returns the line with what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Line {
        self.hint = Some(hint.into());
        self
    }

    /// Returns the finding that forbids a plan because of this line.
    pub fn finding(&self) -> Finding {
        let message = format!("{}: {}", self.asked, self.detail);
        Finding { hint: self.hint.clone(), ..Finding::new(Weight::Block, Some(&self.address), message) }
    }
}

/// Asks the driver about each change of `plan`, which was made of `wishes`, and puts the answers on its card. What blocks
/// is a finding too. Writes nothing.
pub async fn ask(means: &Means<'_>, wishes: &[Wish], plan: &mut Plan) -> Result<()> {
    for step in plan.steps.iter().filter(|s| s.action != Action::Delete) {
        let Some(wish) = wishes.iter().find(|w| w.address == step.address) else { continue };
        let change = Change {
            address: &step.address,
            uid: &step.uid,
            from: wish.from.as_ref(),
            to: wish.to.as_ref(),
            way: plan.kind,
        };
        plan.card.extend(means.driver.preflight(&change, plan.kind).await?);
    }
    let left_alone = |m: &&Move| means.patience.is_zero() && means.driver.needs_company(m);
    let alone = plan.moves.iter().filter(left_alone).map(|m| {
        let ladder = m.rollout.as_ref().map(ToString::to_string).unwrap_or_default();
        let message = format!("is shifted step by step from here ({ladder}), and nobody is to wait for it");
        Finding::new(Weight::Block, Some(&m.address), message)
            .hint("leave --no-wait out, or shift all traffic at once: --all-at-once")
    });
    let alone = alone.collect();
    plan.say(alone);
    let blocks = plan.card.iter().filter(|l| l.outcome == Outcome::Block).map(Line::finding).collect();
    plan.say(blocks);
    Ok(())
}
