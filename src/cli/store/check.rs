//! `store check`: whether everything in the store is as it was written.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use crate::cli::break_glass;
use crate::cli::context::{Context, Face};
use crate::cli::exit::Exit;
use crate::cli::output::{Report, counted};
use crate::cli::runs;
use crate::cli::ui::Ink;
use crate::core::upkeep::{Checked, Reading, check};
use crate::core::{Pin, Result};
use crate::store::open_to_read;

use super::forget_report::{objects, packages, snapshots};
use super::verb::CheckArgs;

/// Runs `store check`.
pub(super) async fn run(args: &CheckArgs, face: &Face) -> Result<Exit> {
    let context = Context::open(face).await?;
    let found = runs::pins(&context, None, face).await?;
    // Of one that is left out the audit is not read, unless it has a snapshot.
    let whole = found.values().flatten().count() == context.config.environments.len();
    let pins: BTreeSet<Pin> = found.into_keys().collect();
    let reading = if args.read_data { Reading::Data } else { Reading::Names };
    let glass = break_glass::directory(&context.config);
    let besides = match break_glass::is_there(&context.config) {
        true => Some(open_to_read(&glass, context.clock.clone()).await?.ledger),
        false => None,
    };
    let now = context.clock.now();
    let checked = check(context.objects(), context.ledger(), besides.as_deref(), &pins, reading, now).await?;
    if !checked.waiting.is_empty() {
        face.ui.say(format!(
            "{} runs were done behind a broken glass, and are not told to the ledger yet: snapdeploy history import {}",
            checked.waiting.len(),
            glass.display()
        ));
    }
    let exit = if checked.wrong.is_empty() && whole { Exit::Done } else { Exit::Unclean };
    face.ui.result(&CheckReport { store: context.repository().place(), whole, checked })?;
    Ok(exit)
}

#[derive(Serialize)]
struct CheckReport {
    store: String,
    /// Whether the audits of all environments were read.
    whole: bool,
    #[serde(flatten)]
    checked: Checked,
}

impl Report for CheckReport {
    const SCHEMA: &'static str = "snapdeploy.store-check/1";

    fn human(&self, out: &mut dyn Write, _: Ink) -> io::Result<()> {
        let c = &self.checked;
        for wrong in &c.wrong {
            writeln!(out, "wrong: {}: {}", wrong.what, wrong.why)?;
        }
        if c.orphans > 0 {
            writeln!(out, "Named by nothing, which does no harm: {}", objects(c.orphans))?;
        }
        if c.condemned > 0 {
            writeln!(out, "Condemned, and removed by a later `store forget`: {}", objects(c.condemned))?;
        }
        if c.forgotten > 0 {
            writeln!(out, "Forgotten, as the audit tells: {}", snapshots(c.forgotten))?;
        }
        let read = if c.read > 0 { "read" } else { "there" };
        writeln!(
            out,
            "{}: {} in {}, {} {read}, {}, {}; {} in {} of the audit",
            self.store,
            snapshots(c.snapshots),
            counted(c.bodies, "archive", "archives"),
            counted(c.blobs, "blob", "blobs"),
            packages(c.packages),
            counted(c.plans, "plan", "plans"),
            counted(c.runs, "run", "runs"),
            counted(c.entries, "entry", "entries"),
        )?;
        match c.wrong.len() {
            0 if !self.whole => writeln!(out, "What was read is as it was written; not all could be read"),
            0 => writeln!(out, "Everything is as it was written"),
            n => writeln!(out, "{n} things are not as they were written"),
        }
    }

    fn outputs(&self) -> Vec<(&'static str, String)> {
        vec![("wrong", self.checked.wrong.len().to_string()), ("orphans", self.checked.orphans.to_string())]
    }
}
