//! `package inspect` and `package verify`.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::cli::context::{Context, Face};
use crate::cli::exit::Exit;
use crate::cli::output::{Grid, Report, moment, place_of};
use crate::cli::signed::{self, Seen};
use crate::cli::source::{Loaded, SourceName, read_package};
use crate::cli::ui::Ink;
use crate::core::event::Events;
use crate::core::package::Package;
use crate::core::select::Selection;
use crate::core::{Digest, Error, Result};

use super::verb::{InspectArgs, VerifyArgs, must_be_package};

/// Reads a package; a file needs neither a configuration nor a store.
pub(super) async fn read(name: &SourceName, face: &Face) -> Result<(Digest, Package)> {
    must_be_package(name)?;
    if let SourceName::File(path) = name {
        return read_package(path);
    }
    let context = Context::open(face).await?;
    match name.load(&context, &Selection::all(), &Events::silent()).await? {
        Loaded::Package { digest, package, .. } => Ok((digest, *package)),
        Loaded::Snapshot(_) => Err(Error::bug("a package turned out to be a snapshot")),
    }
}

/// Runs `package inspect`.
pub(super) async fn inspect(args: &InspectArgs, face: &Face) -> Result<Exit> {
    let (digest, package) = read(&args.package, face).await?;
    let signed = signatures(&args.package, &digest, args.env.as_deref(), face).await?;
    face.ui.result(&PackageReport { verb: "Holds", digest, file: None, package: &package, signed })?;
    Ok(Exit::Done)
}

/// Runs `package verify`. Reading a package is what verifies it.
pub(super) async fn verify(args: &VerifyArgs, face: &Face) -> Result<Exit> {
    let (digest, package) = read(&args.package, face).await?;
    let (documents, blobs) = (package.documents.len(), package.blobs.len());
    let signed = signatures(&args.package, &digest, args.env.as_deref(), face).await?;
    let forged = signed.iter().any(|seen| seen.good == Some(false));
    face.ui.result(&VerifyReport { digest, documents, blobs, signed })?;
    Ok(if forged { Exit::Unclean } else { Exit::Done })
}

/// Returns who has signed the package: beside its file, and in the store where there is one. Keys of KMS are asked for as
/// `environment`.
async fn signatures(
    name: &SourceName,
    digest: &Digest,
    environment: Option<&str>,
    face: &Face,
) -> Result<Vec<Seen>> {
    let file = if let SourceName::File(file) = name { Some(file.as_path()) } else { None };
    let context = match file.is_none() || environment.is_some() {
        true => Some(Context::open(face).await?),
        // A file needs neither a configuration nor a store.
        false => None,
    };
    let mut seen = Vec::new();
    let all = signed::all(context.as_ref(), file, digest).await?;
    for signature in &all.found {
        seen.push(signed::seen(signature, digest, context.as_ref().zip(environment)).await);
    }
    seen.extend(all.unreadable.into_iter().map(Seen::none));
    Ok(seen)
}

/// Writes who has signed, a line each.
fn write_signed(signed: &[Seen], out: &mut dyn Write) -> io::Result<()> {
    for seen in signed {
        let key = &seen.key;
        match (&seen.statement, &seen.why) {
            (Some(said), _) => {
                let by = said.signer.as_ref().map_or_else(String::new, |who| format!(", as {who}"));
                writeln!(out, "Signed {} by {key}{by}", moment(said.at))?;
            }
            (None, Some(_)) if seen.good.is_none() => {
                writeln!(out, "Signed by {key}, which was not verified: --env ENV asks KMS for the key")?;
            }
            (None, why) => writeln!(out, "NOT SIGNED: {}", why.as_deref().unwrap_or(key))?,
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct VerifyReport {
    digest: Digest,
    documents: usize,
    blobs: usize,
    signed: Vec<Seen>,
}

impl Report for VerifyReport {
    const SCHEMA: &'static str = "snapdeploy.verification/1";

    fn human(&self, out: &mut dyn Write, _: Ink) -> io::Result<()> {
        let blobs = besides(self.blobs);
        write_signed(&self.signed, out)?;
        writeln!(out, "Good: {} documents{blobs}, digest {}", self.documents, self.digest)
    }

    fn outputs(&self) -> Vec<(&'static str, String)> {
        vec![("package", self.digest.to_string())]
    }
}

/// Returns `, 3 blobs`, or nothing where there are none.
pub(super) fn besides(blobs: usize) -> String {
    match blobs {
        0 => String::new(),
        1 => ", 1 blob".into(),
        n => format!(", {n} blobs"),
    }
}

/// The bytes of a package that are no document.
#[derive(Serialize)]
struct BlobReport {
    digest: Digest,
    bytes: usize,
}

/// What is in a package.
pub(super) struct PackageReport<'a> {
    pub(super) verb: &'static str,
    pub(super) digest: Digest,
    pub(super) file: Option<&'a Path>,
    pub(super) package: &'a Package,
    pub(super) signed: Vec<Seen>,
}

impl Serialize for PackageReport<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let blobs = self.package.blobs.iter();
        let blobs: Vec<BlobReport> =
            blobs.map(|(digest, b)| BlobReport { digest: *digest, bytes: b.len() }).collect();
        let mut document = serializer.serialize_struct("package", 5)?;
        document.serialize_field("digest", &self.digest)?;
        document.serialize_field("file", &self.file.map(|f| f.display().to_string()))?;
        document.serialize_field("blobs", &blobs)?;
        document.serialize_field("signed", &self.signed)?;
        document.serialize_field("manifest", &self.package.manifest)?;
        document.end()
    }
}

impl Report for PackageReport<'_> {
    const SCHEMA: &'static str = "snapdeploy.package/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        let m = &self.package.manifest;
        let mut grid = Grid::new(["address", "digest"], ink);
        for kept in &m.kept {
            grid.row([kept.found.address.to_string(), kept.portable.short()]);
        }
        grid.write(out)?;
        for (digest, bytes) in &self.package.blobs {
            writeln!(out, "blob {}  {} bytes", digest.short(), bytes.len())?;
        }
        for (key, value) in &m.labels {
            writeln!(out, "label {key}={value}")?;
        }
        writeln!(
            out,
            "{} {} documents{} of {}@{} ({}), taken {}",
            self.verb,
            m.kept.len(),
            besides(self.package.blobs.len()),
            m.environment,
            m.snapshot,
            place_of(&m.pin),
            moment(m.taken_at)
        )?;
        write_signed(&self.signed, out)?;
        if let Some(file) = self.file {
            writeln!(out, "File: {}", file.display())?;
        }
        writeln!(out, "Digest: {}", self.digest)
    }

    fn outputs(&self) -> Vec<(&'static str, String)> {
        vec![("package", self.digest.to_string()), ("documents", self.package.documents.len().to_string())]
    }
}
