//! `history export`: the whole audit as JSON lines.

use std::io;

use serde::Serialize;

use crate::cli::context::{Context, Face};
use crate::cli::exit::Exit;
use crate::cli::runs;
use crate::cli::ui::write_out;
use crate::core::audit::Audit;
use crate::core::ledger::Entry;
use crate::core::{Error, Result};

use super::verb::ExportArgs;

/// How many lines are written at once.
const LINES: usize = 200;

#[derive(Serialize)]
struct Line<'a> {
    schema: &'static str,
    #[serde(flatten)]
    entry: &'a Entry,
}

/// Runs `history export`.
pub(super) async fn run(args: &ExportArgs, face: &Face) -> Result<Exit> {
    let context = Context::open(face).await?;
    let pins = runs::pins(&context, args.env.as_deref(), face).await?;
    let names = pins.values().flatten().count();
    let whole = args.env.is_some() || names == context.config.environments.len();
    let mut audits = Vec::new();
    for pin in pins.keys() {
        audits.push(Audit::open(context.ledger(), pin).await?);
    }
    let (mut text, mut lines) = (Vec::new(), 0);
    loop {
        // The oldest of what comes next in each; of equal times, in the order of the pins.
        let mut first: Option<(usize, jiff::Timestamp)> = None;
        for (i, audit) in audits.iter_mut().enumerate() {
            if let Some(entry) = audit.peek().await?
                && first.is_none_or(|(_, at)| entry.at < at)
            {
                first = Some((i, entry.at));
            }
        }
        let Some(entry) = first.and_then(|(i, _)| audits[i].take()) else { break };
        serde_json::to_writer(&mut text, &Line { schema: "snapdeploy.audit/1", entry: &entry })
            .map_err(|e| Error::bug(format!("cannot write an entry as JSON: {e}")))?;
        text.push(b'\n');
        lines += 1;
        if lines % LINES == 0 && write(&mut text)? == Reader::Gone {
            return Ok(Exit::Done);
        }
    }
    write(&mut text)?;
    Ok(if whole { Exit::Done } else { Exit::Unclean })
}

/// Whether somebody still reads what is written.
#[derive(PartialEq, Eq)]
enum Reader {
    There,
    Gone,
}

fn write(text: &mut Vec<u8>) -> Result<Reader> {
    let written = write_out(text);
    text.clear();
    match written {
        Ok(()) => Ok(Reader::There),
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(e) => Err(Error::failed("cannot write the audit").source(e)),
    }
}
