//! The verb `store` and its parts.

use std::num::NonZeroUsize;

use clap::{Args, Subcommand};

use crate::cli::context::Face;
use crate::cli::duration::Typed;
use crate::cli::exit::Exit;
use crate::core::Result;

use super::{check, forget};

/// Look after the store: whether all of it is as it was written, and what need not be kept any longer
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy store check --read-data --output json
  snapdeploy store forget --all-environments --keep-last 10 --keep-daily 14 --keep-monthly 12 --dry-run")]
pub(in crate::cli) struct StoreArgs {
    #[command(subcommand)]
    part: StorePart,
}

/// What of it.
#[derive(Subcommand, Debug)]
enum StorePart {
    Check(CheckArgs),
    Forget(ForgetArgs),
}

/// Check that everything in the store is there, and is what its name says
///
/// Every snapshot is read with its documents, every package and every plan; the blobs that they name have to be there.
/// Of every run in the audit the record, the journal, the plan and the snapshots from before and after it are looked for,
/// and every entry is held against the one before. Nothing is written. The code is 4 if anything is wrong.
///
/// What nothing names is counted, and is no fault: an extract that was cut off leaves such, and one that is under way has
/// not yet written what will name them.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy store check
  snapdeploy store check --read-data --output json")]
pub(super) struct CheckArgs {
    /// Also read every blob, and hold its bytes against its name
    #[arg(long)]
    pub(super) read_data: bool,
}

/// Forget the snapshots and packages that a policy does not keep, and later the bytes that nothing names any more
///
/// The policy counts extracts of each environment; what fits one --keep is kept. Whatever the policy says, these stay: the
/// newest extract, `@latest` and `@good`; of the newest 20 runs, of those of the last 30 days (longer with --keep-within),
/// of open runs and of the last run that wrote each resource, the snapshots from before and after and what was put there;
/// what approvals, holds and saved plans refer to; signed packages, and those younger than 30 days. Plans, checkpoints,
/// signatures and secrets that are kept are never removed.
///
/// The plan is shown first. What is forgotten is written into the audit; its manifest and package go at once. The bytes
/// (documents, code, audio, files) are condemned, and removed by the first `store forget` that is run seven days later or
/// more, if nothing names them then. A bucket that keeps versions has all of it for 90 days more. Nothing is removed where
/// `store check` finds anything wrong (4).
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy store forget --all-environments --keep-last 10 --keep-daily 14 --keep-monthly 12 --dry-run
  snapdeploy store forget dev --keep-within 60d --keep-named --yes
  snapdeploy store forget prod --keep-daily 30 --keep-yearly 7 --keep-note CHG- --confirm acme/prod")]
pub(super) struct ForgetArgs {
    /// The environments whose snapshots and packages are looked at
    #[arg(value_name = "ENV", conflicts_with = "all_environments")]
    pub(super) environments: Vec<String>,
    /// Look at those of all environments
    #[arg(long)]
    pub(super) all_environments: bool,
    /// Keep the newest N extracts
    #[arg(long, value_name = "N")]
    pub(super) keep_last: Option<NonZeroUsize>,
    /// Keep the newest extract of each of the last N days that have one (UTC)
    #[arg(long, value_name = "N")]
    pub(super) keep_daily: Option<NonZeroUsize>,
    /// Keep the newest of each of the last N weeks that have one
    #[arg(long, value_name = "N")]
    pub(super) keep_weekly: Option<NonZeroUsize>,
    /// Keep the newest of each of the last N months that have one
    #[arg(long, value_name = "N")]
    pub(super) keep_monthly: Option<NonZeroUsize>,
    /// Keep the newest of each of the last N years that have one
    #[arg(long, value_name = "N")]
    pub(super) keep_yearly: Option<NonZeroUsize>,
    /// Keep all that are younger, such as 60d
    #[arg(long, value_name = "DURATION")]
    pub(super) keep_within: Option<Typed>,
    /// Keep all that have a name
    #[arg(long)]
    pub(super) keep_named: bool,
    /// Keep all whose note has this text in it
    #[arg(long, value_name = "TEXT")]
    pub(super) keep_note: Vec<String>,
    /// Show the plan and stop; nothing is written
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// Do not ask; not enough for a protected environment
    #[arg(long)]
    pub(super) yes: bool,
    /// Do not ask: the phrase PROJECT/ENV says that it is meant; once for each protected environment
    #[arg(long, value_name = "PHRASE")]
    pub(super) confirm: Vec<String>,
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: &StoreArgs, face: &Face) -> Result<Exit> {
    match &args.part {
        StorePart::Check(args) => check::run(args, face).await,
        StorePart::Forget(args) => forget::run(args, face).await,
    }
}
