//! What a deployment does without this time, since somebody says so.

use clap::Args;

use crate::core::gate::Gate;
use crate::core::means::{Ladders, Waivers};
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
}

impl WaivedArgs {
    /// Returns whether ladders are climbed.
    pub(super) fn ladders(&self) -> Ladders {
        if self.all_at_once { Ladders::AtOnce } else { Ladders::Climbed }
    }

    /// Returns what is not asked this time, and how ladders are climbed.
    pub(super) fn waivers(&self) -> Waivers {
        let gates = self.skip_gate.iter().cloned().collect();
        Waivers { gates, ladders: self.ladders(), ..Waivers::default() }
    }

    /// Fails if a gate that is not to be asked is none of `gates`, those of `environment`.
    pub(super) fn known(&self, environment: &str, gates: &[Gate]) -> Result<()> {
        let there: Vec<&str> = gates.iter().map(|g| g.name.as_str()).collect();
        let Some(name) = self.skip_gate.iter().find(|name| !there.contains(&name.as_str())) else {
            return Ok(());
        };
        let error = Error::input(format!("{environment} has no gate `{name}`"));
        Err(match there.is_empty() {
            true => error.hint(format!("there is none in [environments.{environment}.gates]")),
            false => error.hint(format!("its gates are {}", there.join(", "))),
        })
    }
}
