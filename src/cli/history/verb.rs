//! The verb `history` and its parts.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::context::Face;
use crate::cli::duration::Typed;
use crate::cli::exit::Exit;
use crate::cli::since::Since;
use crate::core::Result;

use super::{export, import, journal, list, stats, verify, watch};

/// Show who did what, when, why, and how it ended
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_long_help = "\
Examples:
  snapdeploy history --env prod --since 7d --actor ada
  snapdeploy history --env prod --address 'connect/flow/Main IVR'")]
pub(in crate::cli) struct HistoryArgs {
    #[command(flatten)]
    pub(super) list: ListArgs,
    #[command(subcommand)]
    part: Option<HistoryPart>,
}

/// Which runs.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// Only this environment
    #[arg(long, value_name = "ENV")]
    pub(super) env: Option<String>,
    /// Only runs that wrote this address, or were about to, with what they did to it; a glob for several
    #[arg(long, value_name = "ADDRESS")]
    pub(super) address: Option<String>,
    /// Only runs that began since then: a duration such as 7d, or a time such as 2026-11-19 or 2026-11-19T18:00
    #[arg(long, value_name = "WHEN")]
    pub(super) since: Option<Since>,
    /// Only runs that somebody began or went on with whose identity, host or CI job (who began it, its number, its commit) has this text in it
    #[arg(long, value_name = "TEXT")]
    pub(super) actor: Option<String>,
    /// How many runs of each environment, the newest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(super) limit: usize,
}

/// What of the history.
#[derive(Subcommand, Debug)]
enum HistoryPart {
    /// Show one run: how it began, each call, and how it ended
    #[command(after_long_help = "\
Examples:
  snapdeploy history show 20261121t024500123-7k2m9x
  snapdeploy history show 20261121t0245 --output json")]
    Show {
        /// The run's id, or enough of its beginning
        run: String,
    },
    Watch(WatchArgs),
    Stats(StatsArgs),
    Export(ExportArgs),
    Verify(VerifyArgs),
    Import(ImportArgs),
}

/// Follow a run of another process until it ends, and end with its code
///
/// Nothing is written. Each new line of the run's journal is told as it is written; where the run turns round, so is its
/// rollback. The code is the one that the run ends with: 0 done, 6 rolled back, 7 rollback failed, 9 superseded, 3
/// stopped part-way, 1 failed. Where nobody follows the run any more and AWS goes on with it, AWS is asked until it has come
/// to an end, and the code is the one that `deploy --resume` would record. It is 8 if the time given is over, and if more is
/// to be done than AWS does by itself.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy history watch --env prod
  snapdeploy history watch 20261121t024500123-7k2m9x --timeout 30m")]
pub(super) struct WatchArgs {
    /// The run's id, or enough of its beginning; the one that is open if not given
    #[arg(value_name = "RUN")]
    pub(super) run: Option<String>,
    /// The environment whose open run is meant
    #[arg(long, value_name = "ENV")]
    pub(super) env: Option<String>,
    /// Watch for this long at most, such as 30m; until it ends if not given
    #[arg(long, value_name = "DURATION")]
    pub(super) timeout: Option<Typed>,
}

/// Count deployments and rollbacks, and how long they took
///
/// Each deployment that began in the time is counted once: as succeeded if what it wrote still counts, as rolled back
/// if it was undone, by itself, by AWS or by hand, as failed if it changed nothing, as superseded if somebody else's
/// deployment took its place, as open if it has not come to an end.
/// Durations are those of deployments that wrote and verified everything; changes are resources that deployments wrote.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy history stats
  snapdeploy history stats --env prod --since 90d --output json")]
pub(super) struct StatsArgs {
    /// Only this environment
    #[arg(long, value_name = "ENV")]
    pub(super) env: Option<String>,
    /// Since when: a duration such as 7d, or a time such as 2026-11-01
    #[arg(long, value_name = "WHEN", default_value = "30d")]
    pub(super) since: Since,
}

/// Print every audit entry, the oldest first, as JSON lines
///
/// One line is one JSON object with the schema snapdeploy.audit/1, whatever --output says. Entries of one account,
/// region and instance are numbered without gaps; should one be missing, that is an error. The code is 4 if an
/// environment could not be reached, and is missing.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy history export > audit.jsonl
  snapdeploy history export --env prod")]
pub(super) struct ExportArgs {
    /// Only this environment
    #[arg(long, value_name = "ENV")]
    pub(super) env: Option<String>,
}

/// Tell whether anybody has changed the audit
///
/// Every entry is held against the one that follows it, the newest against what the ledger says of it, all of them against
/// the checkpoints that each run's end leaves in the store, and what the ledger keeps of each run, its journal too, against
/// what the audit told. Found is every entry that was edited, taken out, put in, moved or cut off at the end. The code is 4
/// if anything does not fit, or an environment could not be reached. The journal of a run that is still open is not sealed
/// yet.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy history verify
  snapdeploy history verify --env prod --output json")]
pub(super) struct VerifyArgs {
    /// Only this environment
    #[arg(long, value_name = "ENV")]
    pub(super) env: Option<String>,
}

/// Tell the ledger what was done with --break-glass while it could not be reached
///
/// Each run that has ended is told with its own start, journal and end, and an entry that says who told it and from where.
/// From then on it is in the history, and can be rolled back. What is there already is left as it is, so nothing is told
/// twice. The code is 4 if a run has not ended: it is left where it is.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy history import .snapdeploy/break-glass
  snapdeploy history import /mnt/laptop/centre/.snapdeploy/break-glass --output json")]
pub(super) struct ImportArgs {
    /// Where the ledger in its place is
    #[arg(value_name = "DIRECTORY")]
    pub(super) directory: PathBuf,
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: &HistoryArgs, face: &Face) -> Result<Exit> {
    match &args.part {
        None => list::run(&args.list, face).await,
        Some(HistoryPart::Show { run }) => journal::run(run, face).await,
        Some(HistoryPart::Watch(args)) => watch::run(args, face).await,
        Some(HistoryPart::Stats(args)) => stats::run(args, face).await,
        Some(HistoryPart::Export(args)) => export::run(args, face).await,
        Some(HistoryPart::Import(args)) => import::run(args, face).await,
        Some(HistoryPart::Verify(args)) => verify::run(args, face).await,
    }
}
