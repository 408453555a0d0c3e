//! `generate`: completions, man pages and the README's coverage table, as they are in the repository.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use clap_complete::Shell;

use crate::core::{Error, Result};
use crate::kinds::connect::coverage::table;

use super::command::tree;
use super::exit::Exit;

/// Write what the repository has of completions, man pages and tables
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
    /// Write the table of what is covered between its marks in a file
    Coverage {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// What stands before and after the table.
const MARKS: (&str, &str) = ("<!-- generate coverage: begin -->\n", "<!-- generate coverage: end -->");

/// Runs the verb.
pub(super) fn run(args: &GenerateArgs) -> Result<Exit> {
    let (directory, written) = match &args.part {
        GeneratePart::Completions { directory } => (directory, completions(directory)),
        GeneratePart::Man { directory } => (directory, man(directory)),
        GeneratePart::Coverage { file } => return coverage(file).map(|()| Exit::Done),
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

/// Puts the table between the marks of `file`. `Input` if it has none.
fn coverage(file: &Path) -> Result<()> {
    let cannot = |e| Error::failed(format!("cannot write the table into {}: {e}", file.display()));
    let text = std::fs::read_to_string(file).map_err(cannot)?;
    let parts =
        text.split_once(MARKS.0).and_then(|(before, rest)| Some((before, rest.split_once(MARKS.1)?.1)));
    let Some((before, after)) = parts else {
        let message = format!("{} has no place for the table", file.display());
        return Err(Error::input(message).hint(format!("write {}{} there", MARKS.0, MARKS.1)));
    };
    let (begin, end) = MARKS;
    let text = format!("{before}{begin}{}{end}{after}", table());
    std::fs::write(file, text).map_err(cannot)
}
