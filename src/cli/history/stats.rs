//! `history stats`: how often, how well, how fast.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::cli::context::{Context, Face};
use crate::cli::exit::Exit;
use crate::cli::output::{Grid, Report, moment};
use crate::cli::runs;
use crate::cli::ui::Ink;
use crate::core::Result;
use crate::core::stats::{Counts, Tally};

use super::verb::StatsArgs;

/// Runs `history stats`.
pub(super) async fn run(args: &StatsArgs, face: &Face) -> Result<Exit> {
    let context = Context::open(face).await?;
    let (since, until) = (args.since.0, context.clock.now());
    let mut all = Tally::default();
    let mut named: BTreeMap<String, Tally> = BTreeMap::new();
    for (pin, names) in runs::pins(&context, args.env.as_deref(), face).await? {
        // One without any run is shown too.
        for name in names {
            named.entry(name).or_default();
        }
        for (name, tally) in Tally::of(context.ledger(), &pin, since).await? {
            all.join(tally.clone());
            named.entry(name).or_default().join(tally);
        }
    }
    let environments = named.into_iter().map(|(name, tally)| (name, tally.counts())).collect();
    face.ui.result(&StatsReport { since, until, environments, all: all.counts() })?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct StatsReport {
    since: Timestamp,
    until: Timestamp,
    /// By the environment's name when the run began.
    environments: BTreeMap<String, Counts>,
    all: Counts,
}

impl Report for StatsReport {
    const SCHEMA: &'static str = "snapdeploy.stats/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        writeln!(out, "Since {}", moment(self.since))?;
        let headings = [
            "env",
            "deployments",
            "succeeded",
            "rolled back",
            "failed",
            "superseded",
            "open",
            "rollbacks",
            "changes",
            "median",
            "p90",
            "refused",
        ];
        let mut grid = Grid::new(headings, ink);
        for (name, counts) in &self.environments {
            grid.row(cells(name, counts));
        }
        if self.environments.len() != 1 {
            grid.row(cells("in all", &self.all));
        }
        grid.write(out)
    }
}

fn cells(name: &str, counts: &Counts) -> [String; 12] {
    let time = |seconds: Option<u64>| {
        let seconds = seconds.and_then(|s| i64::try_from(s).ok());
        seconds.map_or_else(|| "-".to_string(), |s| format!("{:#}", SignedDuration::from_secs(s)))
    };
    [
        name.to_string(),
        counts.deployments.to_string(),
        counts.succeeded.to_string(),
        counts.rolled_back.to_string(),
        counts.failed.to_string(),
        counts.superseded.to_string(),
        counts.open.to_string(),
        counts.rollbacks.to_string(),
        counts.changes.to_string(),
        time(counts.median_seconds),
        time(counts.p90_seconds),
        counts.refused.to_string(),
    ]
}
