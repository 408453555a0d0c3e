//! `package create`: a package out of a snapshot.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde_json::Value;

use crate::cli::bounded;
use crate::cli::context::{Context, Face};
use crate::cli::exit::Exit;
use crate::cli::progress;
use crate::cli::source::{Loaded, SourceName};
use crate::core::closure::{Dependencies, close};
use crate::core::concern::concerns_with;
use crate::core::package::Package;
use crate::core::select::Selection;
use crate::core::{Address, Digest, Document, Error, Result};
use crate::kinds::implied;

use super::inspect::PackageReport;
use super::verb::CreateArgs;

/// Runs `package create`.
pub(super) async fn run(args: &CreateArgs, face: &Face) -> Result<Exit> {
    let SourceName::Snapshot { .. } = &args.source else {
        return Err(Error::input(format!("{} is a package already", args.source))
            .hint("snapdeploy package unpack and pack take one apart and put it together"));
    };
    let select = Selection::new(&args.addresses)?;
    let dependencies = args.with_dependencies.map(Dependencies::from).unwrap_or_default();
    let read = if dependencies == Dependencies::Left { select.clone() } else { Selection::all() };
    let mut labels = BTreeMap::new();
    for (key, value) in &args.labels {
        if labels.insert(key.clone(), value.clone()).is_some() {
            return Err(Error::input(format!("the label `{key}` is given twice")));
        }
    }
    let context = Context::open(face).await?;
    let loaded = progress::show(face, async |events| args.source.load(&context, &read, events).await).await?;
    let Loaded::Snapshot(snapshot) = loaded else {
        return Err(Error::bug("a snapshot turned out to be a package"));
    };
    if let Some(pattern) = select.idle(snapshot.documents.keys()).first() {
        return Err(Error::not_found(format!("nothing in {} is `{pattern}`", args.source))
            .hint(format!("snapdeploy show {} lists what is there", args.source)));
    }
    if !snapshot.manifest.gaps.is_empty() {
        face.ui.say(format!("warning: {} has gaps: {}", args.source, snapshot.manifest.gaps.len()));
    }
    let picked = snapshot.documents.keys().filter(|a| select.picks(a)).cloned().collect();
    // What stays the source's own is not written elsewhere, so what it refers to is not needed there.
    let needs = |of: &Address, document: &Document| {
        let portable = Value::Object(document.portable.clone());
        concerns_with(&portable, |address, qualifier| implied(of, address, qualifier))
    };
    let document = |a: &Address| snapshot.documents.get(a).cloned();
    let closure = close(&picked, dependencies, None, document, needs);
    let mut package = Package::of(&snapshot, &select, &closure.added, labels);
    package.blobs = context.repository().blobs(&package.documents).await?;
    let digest = context.repository().put_package(&package).await?;
    if let Some(file) = &args.out {
        write(file, &package)?;
    }
    face.ui.result(&PackageReport {
        verb: "Made",
        digest,
        file: args.out.as_deref(),
        package: &package,
        signed: Vec::new(),
    })?;
    Ok(Exit::Done)
}

/// Writes the package into `file`, whole or not at all, and returns its digest. What is there with the same bytes
/// stays; anything else is not overwritten.
pub(super) fn write(file: &Path, package: &Package) -> Result<Digest> {
    let shown = file.display();
    let bytes = package.to_bytes()?;
    let digest = Digest::of(&bytes);
    match bounded::read(file, bounded::PACKAGE) {
        Ok(there) if there == bytes => return Ok(digest),
        Ok(_) => {
            return Err(Error::failed(format!("{shown} is there already, and is something else"))
                .hint("remove it, or write to another file"));
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(Error::failed(format!("cannot read {shown}: {e}"))),
    }
    let cannot = |e: io::Error| Error::failed(format!("cannot write {shown}: {e}"));
    let mut name = file.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.part", std::process::id()));
    let part = file.with_file_name(name);
    std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, file)).map_err(|e| {
        let _ = std::fs::remove_file(&part);
        cannot(e)
    })?;
    Ok(digest)
}
