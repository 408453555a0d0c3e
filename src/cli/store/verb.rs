//! The verb `store` and its parts.

use clap::{Args, Subcommand};

use crate::cli::context::Face;
use crate::cli::exit::Exit;
use crate::core::Result;

use super::check;

/// Look after the store: whether all of it is as it was written
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy store check
  snapdeploy store check --read-data --output json")]
pub(in crate::cli) struct StoreArgs {
    #[command(subcommand)]
    part: StorePart,
}

/// What of it.
#[derive(Subcommand, Debug)]
enum StorePart {
    Check(CheckArgs),
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

/// Runs the verb.
pub(in crate::cli) async fn run(args: &StoreArgs, face: &Face) -> Result<Exit> {
    match &args.part {
        StorePart::Check(args) => check::run(args, face).await,
    }
}
