//! `history import`: what was done behind a broken glass, told to the ledger.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::context::{Context, Face};
use crate::cli::exit::Exit;
use crate::cli::output::Report;
use crate::cli::runs;
use crate::cli::ui::Ink;
use crate::core::import::import;
use crate::core::verify::verify;
use crate::core::{Error, Result, RunId};
use crate::store::open_to_read;

use super::verb::ImportArgs;

/// Runs `history import`.
pub(super) async fn run(args: &ImportArgs, face: &Face) -> Result<Exit> {
    let shown = args.directory.display();
    if !args.directory.join("ledger.sqlite3").is_file() {
        return Err(Error::input(format!("there is no ledger in {shown}"))
            .hint(format!("snapdeploy history import {}", crate::cli::break_glass::PLACE)));
    }
    let context = Context::open(face).await?;
    let from = open_to_read(&args.directory, context.clock.clone()).await?;
    let actor = context.actor().await?;
    let pins = runs::pins(&context, None, face).await?;
    // Nothing is told before all of it is known to be as it was written.
    for pin in pins.keys() {
        if let Some(breach) = verify(&*from.ledger, &*from.objects, pin).await?.breaches.into_iter().next() {
            let message = format!("somebody has changed what is in {shown}: {}", breach.what);
            return Err(Error::corrupt(message));
        }
    }
    let mut report = ImportReport { imported: Vec::new(), known: Vec::new(), open: Vec::new() };
    for pin in pins.keys() {
        let one = import(&*from.ledger, context.ledger(), pin, &actor, context.clock.now()).await?;
        report.imported.extend(one.runs);
        report.known.extend(one.known);
        report.open.extend(one.open);
    }
    face.ui.result(&report)?;
    Ok(if report.open.is_empty() { Exit::Done } else { Exit::Unclean })
}

#[derive(Serialize)]
struct ImportReport {
    /// Runs that the ledger did not know.
    imported: Vec<RunId>,
    /// Runs that it knew already.
    known: Vec<RunId>,
    /// Runs that have not ended, and are left there.
    open: Vec<RunId>,
}

impl Report for ImportReport {
    const SCHEMA: &'static str = "snapdeploy.import/1";

    fn human(&self, out: &mut dyn Write, _: Ink) -> io::Result<()> {
        for run in &self.imported {
            writeln!(out, "Imported run {run}")?;
        }
        if self.imported.is_empty() {
            writeln!(out, "Nothing to import")?;
        }
        if !self.known.is_empty() {
            writeln!(out, "{} known already", self.known.len())?;
        }
        for run in &self.open {
            writeln!(out, "Run {run} has not ended, and is left there: it has to come to its end first")?;
            writeln!(out, "Resume: snapdeploy deploy --resume {run} --break-glass REASON")?;
        }
        Ok(())
    }
}
