//! What a deployment does without this time, since somebody says so.

use std::collections::BTreeSet;

use clap::Args;

use crate::core::calendar::Hours;
use crate::core::finding::{Finding, Weight};
use crate::core::gate::Gate;
use crate::core::hold::Holds;
use crate::core::means::{Ladders, Waivers};
use crate::core::plan::Plan;
use crate::core::{Error, Result};

/// What only a deployment takes: a rollback asks no gates and climbs no ladders.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct WaivedArgs {
    /// Do not ask this gate, which decides whether a deployment goes on; recorded
    #[arg(long, value_name = "GATE")]
    skip_gate: Vec<String>,
    /// Shift all traffic at once, whatever the rollouts say
    #[arg(long)]
    all_at_once: bool,
    /// Deploy again what a rollback has undone, or although deployments go round in a loop; recorded with --reason
    #[arg(long, requires = "why", conflicts_with = "resume")]
    release_hold: bool,
    /// Deploy outside the environment's change windows, or in a freeze; recorded with --reason. A rollback needs no window,
    /// and a run that has begun goes on
    #[arg(long, requires = "why", conflicts_with = "resume")]
    outside_window: bool,
}

impl WaivedArgs {
    /// Returns whether ladders are climbed.
    pub(super) fn ladders(&self) -> Ladders {
        if self.all_at_once { Ladders::AtOnce } else { Ladders::Climbed }
    }

    /// Returns what is not asked this time, and how ladders are climbed.
    pub(super) fn waivers(&self) -> Waivers {
        let gates = self.skip_gate.iter().cloned().collect();
        let holds = if self.release_hold { Holds::Released } else { Holds::Kept };
        let hours = if self.outside_window { Hours::Outside } else { Hours::Kept };
        Waivers { gates, ladders: self.ladders(), holds, hours, ..Waivers::default() }
    }

    /// Says on `plan`, which was made before, what it means for it that ladders are not climbed.
    pub(super) fn shown(&self, plan: &mut Plan) {
        if self.ladders() == Ladders::Climbed {
            return;
        }
        let climbs = plan.moves.iter().filter_map(|m| Some((&m.address, m.rollout.as_ref()?)));
        let said = climbs.map(|(address, rollout)| {
            let message = format!(
                "has the ladder {rollout} in this plan: nothing is held or asked on its rungs, yet what AWS shifts by \
                 itself takes as long as the plan says"
            );
            Finding::new(Weight::Warning, Some(address), message)
                .hint("for all traffic at once from the start, make the plan anew with --all-at-once")
        });
        let said = said.collect();
        plan.say(said);
    }

    /// Fails if a gate that is not to be asked is none of `gates`, those of `environment`. A plan leaves out those that it is
    /// not about, and who names one of them has named none that is not there.
    pub(super) fn known<'g>(
        &self,
        environment: &str,
        gates: impl IntoIterator<Item = &'g Gate>,
    ) -> Result<()> {
        let there: BTreeSet<&str> = gates.into_iter().map(|g| g.name.as_str()).collect();
        let Some(name) = self.skip_gate.iter().find(|name| !there.contains(name.as_str())) else {
            return Ok(());
        };
        let error = Error::input(format!("{environment} has no gate `{name}`"));
        Err(match there.is_empty() {
            true => error.hint(format!("there is none in [environments.{environment}.gates]")),
            false => {
                error.hint(format!("its gates are {}", there.into_iter().collect::<Vec<_>>().join(", ")))
            }
        })
    }
}
