//! `package unpack` and `package pack`: a package as a folder of readable files.
//!
//! `manifest.json` is the package's manifest; `documents/SERVICE/NOUN/NAME.json` are the documents; `blobs/HEX` are the
//! bytes that documents name, such as a prompt's audio, by their SHA-256. A document's name is written so that no file system can take it for anything else: whatever is not a plain character is percent-encoded.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::bounded;
use crate::cli::context::{Context, Face};
use crate::cli::exit::Exit;
use crate::cli::output::Report;
use crate::cli::ui::Ink;
use crate::core::archive::is_reserved;
use crate::core::blob::{self, Blobs};
use crate::core::package::{PACKAGE_SCHEMA, Package, PackageManifest};
use crate::core::snapshot::Kept;
use crate::core::{Address, Digest, Document, Error, Result};

use super::create::write;
use super::inspect::{PackageReport, besides, read};
use super::verb::{PackArgs, UnpackArgs};

/// The longest file name, in bytes, that every file system takes, with room for `.json`.
const LONGEST: usize = 200;

/// Where the blobs are.
const BLOBS: &str = "blobs";

/// Runs `package unpack`.
pub(super) async fn unpack(args: &UnpackArgs, face: &Face) -> Result<Exit> {
    let (digest, package) = read(&args.package, face).await?;
    let directory = &args.directory;
    let cannot = |e: io::Error| Error::failed(format!("cannot write into {}: {e}", directory.display()));
    if fs::symlink_metadata(directory).is_ok_and(|found| found.is_symlink()) {
        return Err(Error::input(format!("{} is a link", directory.display()))
            .hint("name a directory that is not there yet"));
    }
    fs::create_dir_all(directory).map_err(cannot)?;
    if fs::read_dir(directory).map_err(cannot)?.next().is_some() {
        return Err(Error::input(format!("{} is not empty", directory.display()))
            .hint("name a directory that is not there yet"));
    }
    let (mut taken, mut fresh) = (BTreeSet::new(), Fresh { root: directory, made: BTreeSet::new() });
    for (address, document) in &package.documents {
        let document = pretty(&Readable { address: address.clone(), document: document.clone() })?;
        fresh.write(&file_of(address, &mut taken), &document).map_err(cannot)?;
    }
    for (digest, bytes) in &package.blobs {
        fresh.write(&Path::new(BLOBS).join(digest.to_string()), bytes).map_err(cannot)?;
    }
    fresh.write(Path::new("manifest.json"), &pretty(&package.manifest)?).map_err(cannot)?;
    let (documents, blobs) = (package.documents.len(), package.blobs.len());
    face.ui.result(&UnpackReport { directory, digest, documents, blobs })?;
    Ok(Exit::Done)
}

/// Runs `package pack`.
pub(super) async fn pack(args: &PackArgs, face: &Face) -> Result<Exit> {
    let package = put_together(&args.directory)?;
    let digest = match &args.out {
        Some(file) => write(file, &package)?,
        None => Context::open(face).await?.repository().put_package(&package).await?,
    };
    face.ui.result(&PackageReport {
        verb: "Packed",
        digest,
        file: args.out.as_deref(),
        package: &package,
        signed: Vec::new(),
    })?;
    Ok(Exit::Done)
}

/// A directory of which nothing is written that was there before: neither through a link nor over a file that somebody
/// has put there since it was found empty.
struct Fresh<'a> {
    root: &'a Path,
    /// The directories below it that were made here.
    made: BTreeSet<PathBuf>,
}

impl Fresh<'_> {
    /// Writes a new file, `path` from the root, and makes the directories that it is in. Fails if one was there.
    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let within: Vec<&Path> = path.ancestors().skip(1).filter(|p| !p.as_os_str().is_empty()).collect();
        for directory in within.into_iter().rev() {
            if self.made.insert(directory.to_path_buf()) {
                fs::create_dir(self.root.join(directory))?;
            }
        }
        File::create_new(self.root.join(path))?.write_all(bytes)
    }
}

/// A document as a file: with its address, for names that no file can have.
#[derive(Serialize)]
struct Readable {
    address: Address,
    #[serde(flatten)]
    document: Document,
}

fn pretty(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(|e| Error::bug(format!("cannot write a document as JSON: {e}")))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Returns the file for a document, different from those `taken` also where case does not count.
fn file_of(address: &Address, taken: &mut BTreeSet<String>) -> PathBuf {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_ ".contains(&b);
    let mut name = String::new();
    for b in address.name().bytes() {
        if plain(b) && !(name.is_empty() && b == b' ') {
            name.push(b as char)
        } else {
            name.push_str(&format!("%{b:02X}"))
        }
    }
    let digest = Digest::of(address.to_string().as_bytes()).short();
    let folder = format!("documents/{}", address.kind());
    if name.len() > LONGEST {
        // All of it is ASCII, so that it can be cut anywhere.
        name = format!("{}~{digest}", &name[..LONGEST - 20]);
    } else if is_reserved(&name)
        || name.ends_with(' ')
        || taken.contains(&format!("{folder}/{name}").to_lowercase())
    {
        name = format!("{name}~{digest}");
    }
    let path = format!("{folder}/{name}");
    taken.insert(path.to_lowercase());
    PathBuf::from(format!("{path}.json"))
}

/// Returns the package that the files in `directory` describe, with digests taken anew.
fn put_together(directory: &Path) -> Result<Package> {
    let file = directory.join("manifest.json");
    let bytes = plain(&file).map_err(|e| {
        Error::input(format!("cannot read {}: {e}", file.display()))
            .hint("snapdeploy package unpack PACKAGE DIR makes such a directory")
    })?;
    let mut manifest: PackageManifest =
        serde_json::from_slice(&bytes).map_err(|e| Error::input(format!("{}: {e}", file.display())))?;
    if manifest.schema != PACKAGE_SCHEMA {
        return Err(Error::input(format!("{} is not a manifest that this version reads", file.display())));
    }
    let mut documents: BTreeMap<Address, Document> = BTreeMap::new();
    let mut files = Vec::new();
    walk(&directory.join("documents"), &mut files)?;
    for file in files {
        let (address, document) = document_in(&file)?;
        if documents.insert(address.clone(), document).is_some() {
            return Err(Error::input(format!("{}: {address} is there twice", file.display())));
        }
    }
    let mut kept = Vec::new();
    for old in &manifest.kept {
        match documents.get(&old.found.address) {
            Some(document) => kept.push(Kept::of(&old.found, document)),
            None => {
                // What was taken out was there: the package does not hold all of its kind any more.
                manifest.whole.remove(old.found.address.kind());
                manifest.inventory.push(old.found.clone());
            }
        }
    }
    manifest.inventory.sort_by(|a, b| a.address.cmp(&b.address));
    manifest.kept = kept;
    let known: BTreeSet<&Address> = manifest.kept.iter().map(|k| &k.found.address).collect();
    if let Some(address) = documents.keys().find(|a| !known.contains(a)) {
        return Err(Error::input(format!("{address} is not in manifest.json"))
            .hint("what is deployed is what was extracted: add it in an environment, and extract that"));
    }
    let blobs = blobs_in(&directory.join(BLOBS))?;
    blob::account(&blobs, &documents).map_err(|e| {
        Error::input(format!("{}: {}", directory.display(), e.message)).hint(
            "blobs/ holds what the documents name as @{blob:...}, each under its SHA-256, and nothing else",
        )
    })?;
    let package = Package { manifest, documents, blobs };
    // What is written has to be readable.
    Package::from_bytes(&package.to_bytes()?)
}

/// Reads the blobs in `directory`, each of which is named by its digest.
fn blobs_in(directory: &Path) -> Result<Blobs> {
    let cannot = |path: &Path, e: io::Error| Error::input(format!("cannot read {}: {e}", path.display()));
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Blobs::new()),
        Err(e) => return Err(cannot(directory, e)),
    };
    let mut blobs = Blobs::new();
    for entry in entries {
        let path = entry.map_err(|e| cannot(directory, e))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Ok(digest) = name.parse::<Digest>() else {
            let why = "is not named by a SHA-256 (64 lowercase hexadecimal digits)";
            return Err(Error::input(format!("{} {why}", path.display())).hint("take it out"));
        };
        let bytes = plain(&path).map_err(|e| cannot(&path, e))?;
        let found = Digest::of(&bytes);
        if found != digest {
            let message = format!("{} does not match its name: its SHA-256 is {found}", path.display());
            let hint = format!("to change it, name it {found}, and write @{{blob:{found}}} in its document");
            return Err(Error::input(message).hint(hint));
        }
        blobs.insert(digest, bytes.into());
    }
    Ok(blobs)
}

/// Reads a file that is no link.
fn plain(file: &Path) -> io::Result<Vec<u8>> {
    match fs::symlink_metadata(file)?.is_file() {
        true => bounded::read(file, bounded::PART),
        false => Err(io::Error::other("it is no plain file")),
    }
}

fn walk(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let cannot = |e: io::Error| Error::input(format!("cannot read {}: {e}", directory.display()));
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(cannot(e)),
    };
    for entry in entries {
        let entry = entry.map_err(cannot)?;
        let (kind, path) = (entry.file_type().map_err(cannot)?, entry.path());
        if kind.is_dir() {
            walk(&path, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|e| e == "json") {
            files.push(path);
        } else {
            let why = "is neither a directory nor a JSON file";
            return Err(Error::input(format!("{} {why}", path.display())).hint("take it out"));
        }
    }
    Ok(())
}

fn document_in(file: &Path) -> Result<(Address, Document)> {
    let bad = |why: String| Error::input(format!("{}: {why}", file.display()));
    let bytes = plain(file).map_err(|e| bad(e.to_string()))?;
    let mut members: Map<String, Value> = serde_json::from_slice(&bytes).map_err(|e| bad(e.to_string()))?;
    let address = match members.remove("address") {
        Some(Value::String(text)) => text.parse::<Address>().map_err(|e| bad(e.message))?,
        _ => return Err(bad("it has no `address`".into())),
    };
    let rest = serde_json::to_vec(&members).map_err(|e| bad(e.to_string()))?;
    let document = Document::from_bytes(&rest).map_err(|e| bad(e.message))?;
    Ok((address, document))
}

#[derive(Serialize)]
struct UnpackReport<'a> {
    directory: &'a Path,
    digest: Digest,
    documents: usize,
    blobs: usize,
}

impl Report for UnpackReport<'_> {
    const SCHEMA: &'static str = "snapdeploy.unpacked/1";

    fn human(&self, out: &mut dyn Write, _: Ink) -> io::Result<()> {
        let blobs = besides(self.blobs);
        writeln!(out, "Unpacked {} documents{blobs} into {}", self.documents, self.directory.display())?;
        writeln!(out, "Put together: snapdeploy package pack {}", self.directory.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_anywhere_else_and_no_two_share_a_file() {
        let names = [
            "../../etc/passwd",
            "CON",
            "con",
            "Sales",
            "sales",
            "a/b",
            ".",
            "..",
            " x",
            "x ",
            "é",
            "a\\b",
            "com1",
        ];
        let mut taken = BTreeSet::new();
        let files: Vec<PathBuf> =
            names.iter().map(|n| file_of(&Address::new("connect/queue", *n), &mut taken)).collect();
        let folded: BTreeSet<String> = files.iter().map(|f| f.display().to_string().to_lowercase()).collect();
        assert_eq!(folded.len(), names.len(), "{files:?}");
        for file in &files {
            assert_eq!(file.components().count(), 4, "{}", file.display());
            assert!(file.is_ascii_plain(), "{}", file.display());
        }
        let long = file_of(&Address::new("connect/queue", "é".repeat(300)), &mut taken);
        assert!(long.file_name().unwrap().len() < 255);
    }

    trait AsciiPlain {
        fn is_ascii_plain(&self) -> bool;
    }

    impl AsciiPlain for PathBuf {
        fn is_ascii_plain(&self) -> bool {
            let text = self.display().to_string();
            text.is_ascii()
                && !text.contains("..")
                && !text.contains(['\\', ':', '*', '?', '"', '<', '>', '|'])
        }
    }
}
