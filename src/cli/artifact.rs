//! Artifacts: code that was built elsewhere, on its way into a function.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use bytes::Bytes;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::core::document::Document;
use crate::core::release::Source;
use crate::core::{Address, Digest, Error, Result};
use crate::kinds::lambda::with_code;

use super::context::Context;

/// How an archive begins. Source: the ZIP format's local file header.
const ZIP: &[u8] = b"PK\x03\x04";

/// An artifact as it was typed: `lambda/function/orders=PATH`, or `lambda/function/orders#live=PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Artifact {
    /// The function.
    pub(super) address: Address,
    /// The one alias that follows; all that named what was there, if none is said.
    alias: Option<String>,
    /// An archive, or a folder that becomes one.
    path: PathBuf,
}

/// An artifact that was read.
pub(super) struct Built {
    artifact: Artifact,
    digest: Digest,
    bytes: Bytes,
}

impl FromStr for Artifact {
    type Err = String;

    fn from_str(text: &str) -> Result<Artifact, String> {
        let wrong =
            || format!("write lambda/function/NAME=PATH, or lambda/function/NAME#ALIAS=PATH; not `{text}`");
        // A name may have an equals sign in it; a path that is there tells.
        let sides: Vec<(&str, &str)> =
            text.match_indices('=').map(|(at, _)| (&text[..at], &text[at + 1..])).collect();
        let best = sides.iter().find(|(_, path)| Path::new(path).exists()).or(sides.first());
        let (name, path) = *best.ok_or_else(wrong)?;
        let (name, alias) = match name.split_once('#') {
            Some((name, alias)) => (name, Some(alias.to_string())),
            None => (name, None),
        };
        let address: Address = name.parse().map_err(|_| wrong())?;
        if address.kind() != "lambda/function" || path.is_empty() || alias.as_deref() == Some("") {
            return Err(wrong());
        }
        Ok(Artifact { address, alias, path: path.into() })
    }
}

impl Artifact {
    /// Reads it: an archive as it is, a folder as an archive that is the same for the same files.
    ///
    /// Fails with `NotFound` where there is no such path, with `Input` where it is no archive or holds no files.
    pub(super) fn read(&self) -> Result<Built> {
        let shown = self.path.display();
        let bytes = if self.path.is_dir() {
            archive(&self.path)?
        } else {
            fs::read(&self.path).map_err(|e| match e.kind() {
                std::io::ErrorKind::NotFound => {
                    Error::not_found(format!("there is no file or folder {shown}"))
                }
                _ => Error::input(format!("cannot read {shown}: {e}")),
            })?
        };
        if !bytes.starts_with(ZIP) {
            return Err(Error::input(format!("{shown} is no ZIP archive"))
                .hint("name the archive that the build made, or the folder that holds the files"));
        }
        Ok(Built { artifact: self.clone(), digest: Digest::of(&bytes), bytes: bytes.into() })
    }
}

impl Built {
    /// Puts its bytes into the store, where the run takes them from.
    pub(super) async fn keep(&self, context: &Context) -> Result<()> {
        context.repository().put_blob(self.bytes.clone()).await.map(drop)
    }

    /// Returns `document`, the function that it is for, with this code.
    fn applied(&self, document: &Document) -> Result<Document> {
        let Artifact { address, alias, .. } = &self.artifact;
        with_code(document, &self.digest, alias.as_deref())
            .map_err(|e| Error { message: format!("{address} {}", e.message), ..e })
    }
}

/// Puts `built` into `source`: in the place of the code of its functions, and, where it has no such function, into the
/// function as it is in `target`, the environment that is deployed to.
///
/// Fails with `NotFound` where neither has it.
pub(super) fn apply(built: &[Built], source: &mut Source, target: Option<&Source>) -> Result<()> {
    let mut said = vec![source.digest.clone()];
    for one in built {
        let address = &one.artifact.address;
        let own = source.documents.get(address).or_else(|| target?.documents.get(address));
        let Some(document) = own else {
            return Err(Error::not_found(format!("there is no {address} to put code into"))
                .hint("deploy a source that has the function first"));
        };
        source.documents.insert(address.clone(), one.applied(document)?);
        if source.inventory.get(address).is_none()
            && let Some(found) = target.and_then(|t| t.inventory.get(address))
        {
            source.inventory.insert(found.clone());
        }
        said.push(format!("{address}={}", one.digest));
        source.label.push_str(&format!(" with {address} {}", &one.digest.to_string()[..12]));
    }
    // It is not what the source alone was, to whoever asks where that has succeeded.
    source.digest = Digest::of(said.join("\n").as_bytes()).to_string();
    Ok(())
}

/// Returns the archive of the files below `folder`: in the order of their names, without times, so that the same files
/// are the same bytes.
fn archive(folder: &Path) -> Result<Vec<u8>> {
    let cannot =
        |path: &Path, e: &dyn std::fmt::Display| Error::input(format!("cannot read {}: {e}", path.display()));
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(|e| cannot(&next, &e))? {
            let path = entry.map_err(|e| cannot(&next, &e))?.path();
            // What a link leads to is packed, as a build means it.
            match fs::metadata(&path).map_err(|e| cannot(&path, &e))? {
                m if m.is_dir() => folders.push(path),
                m => files.push((name(folder, &path)?, path, is_executable(&m))),
            }
        }
    }
    if files.is_empty() {
        return Err(Error::input(format!("{} holds no files", folder.display())));
    }
    files.sort();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, path, executable) in files {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(if executable { 0o755 } else { 0o644 });
        let bytes = fs::read(&path).map_err(|e| cannot(&path, &e))?;
        writer.start_file(name, options).map_err(|e| cannot(&path, &e))?;
        writer.write_all(&bytes).map_err(|e| cannot(&path, &e))?;
    }
    Ok(writer.finish().map_err(|e| cannot(folder, &e))?.into_inner())
}

/// Returns what `path` is called in the archive of `folder`.
fn name(folder: &Path, path: &Path) -> Result<String> {
    let parts = path.strip_prefix(folder).ok().and_then(|rest| {
        let parts = rest.components().map(|part| part.as_os_str().to_str());
        parts.collect::<Option<Vec<_>>>()
    });
    let parts =
        parts.ok_or_else(|| Error::input(format!("the name of {} is not Unicode", path.display())))?;
    Ok(parts.join("/"))
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_names_a_function_and_perhaps_an_alias() {
        let good: Artifact = "lambda/function/orders#live=a/b=c.zip".parse().unwrap();
        assert_eq!((good.address.name(), good.alias.as_deref()), ("orders", Some("live")));
        assert_eq!(good.path, PathBuf::from("a/b=c.zip"));
        for bad in [
            "lambda/function/orders",
            "orders=x.zip",
            "connect/queue/a=x.zip",
            "lambda/function/o#=x",
            "lambda/function/o=",
        ] {
            assert!(bad.parse::<Artifact>().unwrap_err().contains("lambda/function/NAME=PATH"), "{bad}");
        }
    }

    #[test]
    fn the_same_files_are_the_same_archive() {
        let one = tempfile::tempdir().unwrap();
        let two = tempfile::tempdir().unwrap();
        for (folder, names) in [(&one, ["b/x.js", "a.js"]), (&two, ["a.js", "b/x.js"])] {
            for name in names {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, name).unwrap();
            }
        }
        let bytes = archive(one.path()).unwrap();
        assert!(bytes.starts_with(ZIP) && bytes == archive(two.path()).unwrap());
        fs::write(two.path().join("a.js"), "other").unwrap();
        assert_ne!(bytes, archive(two.path()).unwrap());
        let empty = tempfile::tempdir().unwrap();
        assert!(archive(empty.path()).unwrap_err().message.contains("holds no files"));
    }
}
