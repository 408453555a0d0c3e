//! `show`: lists snapshots, what is in one, or one document.

use std::io::{self, Write};

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::core::finding::Finding;
use crate::core::release::Source;
use crate::core::select::Selection;
use crate::core::snapshot::{Coverage, Manifest};
use crate::core::{Address, Digest, Document, Error, Pin, Result, SnapshotId};
use crate::kinds::impersonal_document;

use super::context::{Context, Face};
use super::exit::Exit;
use super::output::{Grid, Report, as_text, moment, place_of};
use super::progress;
use super::source::SourceName;
use super::time::TIMES;
use super::ui::Ink;

/// List snapshots, what is in one, or one document
///
/// With the name of an environment it lists its snapshots; with a source, what is in it; with a source and one exact
/// address, the document.
#[derive(Args, Debug)]
#[command(after_long_help = format!("\
Examples:
  snapdeploy show prod
  snapdeploy show dev@latest 'connect/flow/Main IVR'

{TIMES}"))]
pub(super) struct ShowArgs {
    /// ENV, or a source: ENV@latest, ENV@good, ENV@NAME, ENV@ID, ENV@TIME, ENV@live, FILE.zip or a package's digest
    source: String,
    /// Which of it: addresses, or globs of addresses; everything if there are none
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<String>,
}

/// Runs the verb.
pub(super) async fn run(args: &ShowArgs, face: &Face) -> Result<Exit> {
    let select = Selection::new(&args.addresses)?;
    let context = Context::open(face).await?;
    if context.config.environments.contains_key(&args.source) {
        return snapshots(&args.source, &select, &context, face).await;
    }
    let name: SourceName = match args.source.parse() {
        Ok(name) => name,
        Err(_) if args.source.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_') => {
            context.config.environment(&args.source)?;
            return Ok(Exit::NotFound);
        }
        Err(why) => return Err(Error::input(format!("`{}` is no source: {why}", args.source))),
    };
    let loaded = progress::show(face, async |events| name.load(&context, &select, events).await).await?;
    let source = loaded.source(&name);
    if let Some(pattern) = select.idle(source.documents.keys()).first() {
        return Err(Error::not_found(format!("nothing in {name} is `{pattern}`"))
            .hint(format!("snapdeploy show {name} lists what is there")));
    }
    if let [one] = &args.addresses[..] {
        let exact = one.parse::<Address>().ok();
        if let Some((address, document)) = exact.and_then(|a| source.documents.get_key_value(&a)) {
            face.ui.result(&DocumentReport { address, document })?;
            return Ok(Exit::Done);
        }
    }
    face.ui.result(&ContentsReport::of(&source, &select))?;
    Ok(Exit::Done)
}

async fn snapshots(name: &str, select: &Selection, context: &Context, face: &Face) -> Result<Exit> {
    if !select.is_all() {
        return Err(Error::input(format!("`{name}` alone lists its snapshots, which have no addresses"))
            .hint(format!("snapdeploy show {name}@latest ADDRESS")));
    }
    let pin = context.pin(name).await?;
    let mut snapshots = Vec::new();
    for id in context.repository().snapshots(&pin).await?.iter().rev() {
        let manifest = context.repository().listed(&pin, id).await?;
        snapshots.extend(manifest.as_ref().map(SnapshotLine::of));
    }
    face.ui.result(&SnapshotsReport { environment: name.to_string(), pin, snapshots })?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct SnapshotsReport {
    environment: String,
    pin: Pin,
    /// The newest first.
    snapshots: Vec<SnapshotLine>,
}

#[derive(Serialize)]
struct SnapshotLine {
    snapshot: SnapshotId,
    taken_at: Timestamp,
    actor: String,
    name: Option<String>,
    note: Option<String>,
    resources: usize,
    gaps: usize,
    /// Whether it holds everything that was there.
    whole: bool,
    /// Whether the environment was well, where that was asked.
    healthy: Option<bool>,
    /// What was not well.
    problems: Vec<String>,
    coverage: Coverage,
}

impl SnapshotLine {
    fn of(m: &Manifest) -> SnapshotLine {
        SnapshotLine {
            snapshot: m.id.clone(),
            taken_at: m.taken_at,
            actor: m.actor.identity.clone(),
            name: m.name.clone(),
            note: m.note.clone(),
            resources: m.kept.len(),
            gaps: m.gaps.len(),
            whole: m.is_whole(),
            healthy: m.healthy,
            problems: m.problems.clone(),
            coverage: m.coverage.clone(),
        }
    }

    fn covers(&self) -> String {
        match &self.coverage {
            Coverage::Full { .. } if self.gaps == 1 => "all but 1 gap".into(),
            Coverage::Full { .. } if self.gaps > 0 => format!("all but {} gaps", self.gaps),
            Coverage::Full { .. } => "all".into(),
            Coverage::Selected { patterns } => patterns.join(" "),
            Coverage::Before { run, .. } => format!("before run {run}"),
            Coverage::After { run, .. } => format!("after run {run}"),
        }
    }

    fn health(&self) -> String {
        match (self.healthy, self.problems.len()) {
            (None, _) => String::new(),
            (Some(true), _) => "good".into(),
            (Some(false), 1) => "1 problem".into(),
            (Some(false), n) => format!("{n} problems"),
        }
    }
}

impl Report for SnapshotsReport {
    const SCHEMA: &'static str = "snapdeploy.snapshots/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        if self.snapshots.is_empty() {
            let environment = &self.environment;
            return writeln!(out, "No snapshots of {environment} yet: snapdeploy extract {environment}");
        }
        let mut grid = Grid::new(["snapshot", "taken", "resources", "covers", "health", "name", "note"], ink);
        for s in &self.snapshots {
            grid.row([
                s.snapshot.to_string(),
                moment(s.taken_at),
                s.resources.to_string(),
                s.covers(),
                s.health(),
                s.name.clone().unwrap_or_default(),
                s.note.clone().unwrap_or_default(),
            ]);
        }
        grid.write(out)
    }
}

#[derive(Serialize)]
struct ContentsReport<'a> {
    source: &'a str,
    digest: &'a str,
    pin: &'a Pin,
    documents: Vec<ContentsLine<'a>>,
    findings: &'a [Finding],
}

#[derive(Serialize)]
struct ContentsLine<'a> {
    address: &'a Address,
    id: Option<&'a str>,
    portable: Digest,
}

impl<'a> ContentsReport<'a> {
    fn of(source: &'a Source, select: &Selection) -> ContentsReport<'a> {
        let picked = source.documents.iter().filter(|(a, _)| select.picks(a));
        let line = |(address, document): (&'a Address, &Document)| ContentsLine {
            address,
            id: source.inventory.get(address).map(|f| f.id.as_str()),
            portable: document.portable_digest(),
        };
        ContentsReport {
            source: &source.label,
            digest: &source.digest,
            pin: &source.pin,
            documents: picked.map(line).collect(),
            findings: &source.findings,
        }
    }
}

impl Report for ContentsReport<'_> {
    const SCHEMA: &'static str = "snapdeploy.contents/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        let mut grid = Grid::new(["address", "digest", "id"], ink);
        for d in &self.documents {
            grid.row([d.address.to_string(), d.portable.short(), d.id.unwrap_or_default().to_string()]);
        }
        grid.write(out)?;
        writeln!(out, "{} documents of {} ({})", self.documents.len(), self.source, place_of(self.pin))
    }

    fn findings(&self) -> Vec<Finding> {
        self.findings.to_vec()
    }
}

#[derive(Serialize)]
struct DocumentReport<'a> {
    address: &'a Address,
    document: &'a Document,
}

impl Report for DocumentReport<'_> {
    const SCHEMA: &'static str = "snapdeploy.document/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        let bold = ink.style().bold();
        writeln!(out, "{}", bold.apply_to(self.address))?;
        let parts = [
            ("portable", &self.document.portable),
            ("local", &self.document.local),
            ("not known to this version", &self.document.unknown),
        ];
        for (title, part) in parts {
            if !part.is_empty() {
                writeln!(out, "\n{}", bold.apply_to(format!("{title}:")))?;
                let value = Value::Object(part.clone());
                writeln!(out, "{}", serde_json::to_string_pretty(&value)?)?;
            }
        }
        Ok(())
    }

    /// A summary is read by all who may see the pipeline.
    fn markdown(&self) -> String {
        let document = impersonal_document(self.address, self.document);
        let shown = DocumentReport { address: self.address, document: &document };
        as_text(|out, ink| shown.human(out, ink))
    }
}
