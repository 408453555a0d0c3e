//! `generate`: completions and man pages, as they are in the repository.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use clap_complete::Shell;

use crate::core::{Error, Result};

use super::command::tree;
use super::exit::Exit;

/// Write completions or man pages into a directory
#[derive(Args, Debug)]
pub(super) struct GenerateArgs {
    #[command(subcommand)]
    part: GeneratePart,
}

#[derive(Subcommand, Debug)]
enum GeneratePart {
    /// Write the completions of every shell
    Completions {
        /// Where to
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
    /// Write a man page for every verb
    Man {
        /// Where to
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
}

/// Runs the verb.
pub(super) fn run(args: &GenerateArgs) -> Result<Exit> {
    let (directory, written) = match &args.part {
        GeneratePart::Completions { directory } => (directory, completions(directory)),
        GeneratePart::Man { directory } => (directory, man(directory)),
    };
    written.map_err(|e| Error::failed(format!("cannot write into {}: {e}", directory.display())))?;
    Ok(Exit::Done)
}

fn completions(directory: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish] {
        clap_complete::generate_to(shell, &mut tree(), "snapdeploy", directory)?;
    }
    Ok(())
}

fn man(directory: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)?;
    clap_mangen::generate_to(tree(), directory)
}
