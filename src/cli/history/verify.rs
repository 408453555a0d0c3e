//! `history verify`: whether anybody has changed the audit.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::context::{Context, Face};
use crate::cli::exit::Exit;
use crate::cli::output::{Report, counted};
use crate::cli::runs;
use crate::cli::ui::Ink;
use crate::core::Result;
use crate::core::verify::{Breach, Verified, verify};

use super::verb::VerifyArgs;

/// What is to be done when something does not fit.
const HINT: &str = "change nothing more there; compare with an earlier `snapdeploy history export` or a backup of the \
                    ledger, and ask CloudTrail who wrote to it";

/// What nobody can find from the audit alone.
///
/// Source: "Locking objects with Object Lock" (Amazon S3 user guide): a bucket's default retention holds for every new
/// object, and nothing of the store is ever overwritten or removed.
const LIMIT: &str = "Not found would be what somebody who may write to both tables adds at the end as snapdeploy \
                     itself would; and more only if they may overwrite the checkpoints (audit/) too, which S3 Object \
                     Lock on the store's bucket forbids";

/// Runs `history verify`.
pub(super) async fn run(args: &VerifyArgs, face: &Face) -> Result<Exit> {
    let context = Context::open(face).await?;
    let pins = runs::pins(&context, args.env.as_deref(), face).await?;
    let names = pins.values().flatten().count();
    let whole = args.env.is_some() || names == context.config.environments.len();
    let mut audits = Vec::new();
    for (pin, environments) in pins {
        let verified = verify(context.ledger(), context.objects(), &pin).await?;
        audits.push(Audited { environments, verified });
    }
    let fits = audits.iter().all(|audit| audit.verified.breaches.is_empty());
    let report = VerifyReport { fits, audits, hint: (!fits).then_some(HINT), limit: LIMIT };
    face.ui.result(&report)?;
    Ok(if fits && whole { Exit::Done } else { Exit::Unclean })
}

#[derive(Serialize)]
struct VerifyReport {
    /// Whether everything that was read fits.
    fits: bool,
    audits: Vec<Audited>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'static str>,
    limit: &'static str,
}

#[derive(Serialize)]
struct Audited {
    /// The environments that have this audit.
    environments: Vec<String>,
    #[serde(flatten)]
    verified: Verified,
}

impl Report for VerifyReport {
    const SCHEMA: &'static str = "snapdeploy.verify/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        for Audited { environments, verified: v } in &self.audits {
            let covered = match (v.entries, v.covered) {
                (0, _) => String::new(),
                (_, None) => ", none of them under a checkpoint".into(),
                (_, Some(seq)) => {
                    format!(", {} up to entry {seq}", counted(v.checkpoints, "checkpoint", "checkpoints"))
                }
            };
            let ends = match v.breaches.len() {
                0 => "all fits".to_string(),
                1 => "1 thing does not fit".to_string(),
                n => format!("{n} things do not fit"),
            };
            let (entries, runs) = (counted(v.entries, "entry", "entries"), counted(v.runs, "run", "runs"));
            writeln!(out, "{}: {entries} of {runs}{covered}: {ends}", environments.join(", "))?;
            for breach in &v.breaches {
                writeln!(out, "  {} {}", ink.style().red().apply_to("breach:"), line(breach))?;
            }
        }
        if let Some(hint) = self.hint {
            writeln!(out, "hint: {hint}")?;
        }
        writeln!(out, "{LIMIT}")
    }
}

/// Returns what does not fit, and where.
fn line(breach: &Breach) -> String {
    let about = match (breach.entry, &breach.run) {
        (_, None) => String::new(),
        (None, Some(run)) => format!("run {run}: "),
        (Some(entry), Some(run)) => format!("run {run} (entry {entry}): "),
    };
    format!("{about}{}", breach.what)
}
