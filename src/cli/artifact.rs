//! Artifacts: what was built elsewhere, on its way into a function, a service or a site.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::OnceLock;

use bytes::Bytes;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::core::document::Document;
use crate::core::driver::Driver;
use crate::core::release::Source;
use crate::core::{Address, Digest, Error, Result};
use crate::kinds::lambda::with_code;
use crate::kinds::site::KIND;

use super::bounded;
use super::context::Context;

/// How an archive begins. Source: the ZIP format's local file header.
const ZIP: &[u8] = b"PK\x03\x04";

/// What stands between the names of a source and of what was put into it. A source that has it in its own name is taken for
/// such a one, and what a run of it left serves as well.
const WITH: &str = " with ";

/// An artifact as it was typed: `lambda/function/orders=PATH`, `lambda/function/orders#live=PATH`, or
/// `ecs/service/CLUSTER/NAME:CONTAINER=REPO:TAG`, or `site/bucket/NAME=FOLDER`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Artifact {
    /// What it goes into.
    pub(super) address: Address,
    what: What,
}

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// The code of a function.
    Code {
        /// The one alias that follows; all that named what was there, if none is said.
        alias: Option<String>,
        /// An archive, or a folder that becomes one.
        path: PathBuf,
    },
    /// The files of a site.
    Folder(PathBuf),
    /// The image of a container.
    Image {
        /// The container; the only one, if none is said.
        container: Option<String>,
        /// `REPO:TAG`, `REPO@sha256:...`, or `:TAG` and `@sha256:...` of the repository that is there.
        reference: String,
    },
}

/// An artifact that was read.
pub(super) struct Built {
    artifact: Artifact,
    /// An archive; an image is in its registry.
    code: Option<(Digest, Bytes)>,
    /// The files of a folder, by path.
    files: Vec<(String, Bytes)>,
    /// Those files as they are to be stored, once it is known where.
    stored: OnceLock<Vec<Bytes>>,
}

impl FromStr for Artifact {
    type Err = String;

    fn from_str(text: &str) -> Result<Artifact, String> {
        if text.starts_with("ecs/") {
            return image(text).ok_or_else(|| {
                format!(
                    "write ecs/service/CLUSTER/NAME=REPO:TAG, =REPO@sha256:... or =@sha256:..., with :CONTAINER after \
                     NAME where there are several; not `{text}`"
                )
            });
        }
        let wrong = || {
            format!(
                "write lambda/function/NAME=PATH, lambda/function/NAME#ALIAS=PATH, site/bucket/NAME=FOLDER, or \
                 ecs/service/CLUSTER/NAME:CONTAINER=REPO:TAG; not `{text}`"
            )
        };
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
        if address.kind() == KIND && alias.is_none() && !path.is_empty() {
            return Ok(Artifact { address, what: What::Folder(path.into()) });
        }
        if address.kind() != "lambda/function" || path.is_empty() || alias.as_deref() == Some("") {
            return Err(wrong());
        }
        Ok(Artifact { address, what: What::Code { alias, path: path.into() } })
    }
}

/// Returns the image of a container that `text` says, if it does.
///
/// Source: "CreateCluster", "CreateService" and `ContainerDefinition` of the API reference: no name has a colon, nor an
/// equals sign.
fn image(text: &str) -> Option<Artifact> {
    let (name, reference) = text.split_once('=')?;
    let (name, container) = match name.split_once(':') {
        Some((name, container)) => (name, Some(container.to_string())),
        None => (name, None),
    };
    let address: Address = name.parse().ok()?;
    let parts: Vec<&str> = address.name().split('/').collect();
    let whole = |parts: &[&str]| matches!(parts, [cluster, name] if !cluster.is_empty() && !name.is_empty());
    let tagged = |text: &str| text.strip_prefix([':', '@']).is_none_or(|rest| !rest.is_empty());
    let good = address.kind() == "ecs/service"
        && whole(&parts)
        && container.as_deref() != Some("")
        && !reference.is_empty()
        && tagged(reference)
        && !reference.contains(char::is_whitespace);
    good.then(|| Artifact { address, what: What::Image { container, reference: reference.to_string() } })
}

impl Artifact {
    /// Reads it: an archive as it is, a folder as an archive that is the same for the same files. An image is where it is.
    ///
    /// Fails with `NotFound` where there is no such path, with `Input` where it is no archive or holds no files.
    pub(super) fn read(&self) -> Result<Built> {
        let built = |code, files| Built { artifact: self.clone(), code, files, stored: OnceLock::new() };
        let path = match &self.what {
            What::Code { path, .. } => path,
            What::Folder(path) => return Ok(built(None, folder(path)?)),
            What::Image { .. } => return Ok(built(None, Vec::new())),
        };
        let shown = path.display();
        let bytes = if path.is_dir() {
            archive(path)?
        } else {
            bounded::read(path, bounded::BUILT).map_err(|e| match e.kind() {
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
        Ok(built(Some((Digest::of(&bytes), bytes.into())), Vec::new()))
    }
}

/// Returns whether a source of this name was made here, of artifacts.
pub(super) fn is_made(label: &str) -> bool {
    label.contains(WITH)
}

impl Built {
    /// Puts its bytes into the store, where the run takes them from.
    pub(super) async fn keep(&self, context: &Context) -> Result<()> {
        let code = self.code.iter().map(|(_, bytes)| bytes);
        let all = code.chain(self.stored.get().into_iter().flatten()).cloned();
        context.repository().put_blobs(all).await
    }

    /// Returns `document`, what it is for, with this in it; and what is to be said of it.
    async fn applied(&self, document: &Document, driver: &dyn Driver) -> Result<(Document, String)> {
        let Artifact { address, what } = &self.artifact;
        match (what, &self.code) {
            (What::Code { alias, .. }, Some((digest, _))) => {
                let with = with_code(document, digest, alias.as_deref());
                let with = with.map_err(|e| Error { message: format!("{address} {}", e.message), ..e })?;
                Ok((with, digest.to_string()))
            }
            (What::Image { container, reference }, _) => {
                let with = driver.with_image(address, document, container.as_deref(), reference).await?;
                let said = with.portable_digest().to_string();
                Ok((with, said))
            }
            (What::Folder(_), _) => {
                let (with, stored) = driver
                    .with_folder(address, document, self.files.clone())
                    .map_err(|e| Error { message: format!("{address} {}", e.message), ..e })?;
                self.stored.get_or_init(|| stored);
                let said = with.portable_digest().to_string();
                Ok((with, said))
            }
            (What::Code { .. }, None) => Err(Error::bug(format!("the code of {address} was not read"))),
        }
    }
}

/// Puts `built` into `source`: in the place of the code of its functions and the images of its services, and, where it has
/// no such thing, into that as it is in `target`, the environment that is deployed to, which `driver` is bound to.
///
/// Fails with `NotFound` where neither has it.
pub(super) async fn apply(
    built: &[Built],
    source: &mut Source,
    target: Option<&Source>,
    driver: &dyn Driver,
) -> Result<()> {
    let mut said = vec![source.digest.clone()];
    for one in built {
        let address = &one.artifact.address;
        let own = source.documents.get(address).or_else(|| target?.documents.get(address));
        let Some(document) = own else {
            return Err(Error::not_found(format!("there is no {address} to put it into"))
                .hint("deploy a source that has it first"));
        };
        let (with, what) = one.applied(document, driver).await?;
        source.documents.insert(address.clone(), with);
        if source.inventory.get(address).is_none()
            && let Some(found) = target.and_then(|t| t.inventory.get(address))
        {
            source.inventory.insert(found.clone());
        }
        said.push(format!("{address}={what}"));
        let short = match &one.artifact.what {
            What::Image { reference, .. } => reference.clone(),
            What::Code { .. } | What::Folder(_) => what[..12].to_string(),
        };
        source.label.push_str(&format!("{WITH}{address} {short}"));
    }
    // It is not what the source alone was, to whoever asks where that has succeeded.
    source.digest = Digest::of(said.join("\n").as_bytes()).to_string();
    Ok(())
}

/// Returns the files below `folder`: what each is called, and where it is; in the order of their names. What a link leads
/// to is a file too, as a build means it. `Input` where one leads back to a folder that it is in, or something is neither
/// a file nor a folder.
fn below(folder: &Path) -> Result<Vec<(String, PathBuf, fs::Metadata)>> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_path_buf(), BTreeSet::new())];
    while let Some((next, mut above)) = folders.pop() {
        if !above.insert(fs::canonicalize(&next).map_err(|e| cannot(&next, &e))?) {
            return Err(Error::input(format!("{} leads back to a folder that it is in", next.display()))
                .hint("take the link out"));
        }
        for entry in fs::read_dir(&next).map_err(|e| cannot(&next, &e))? {
            let path = entry.map_err(|e| cannot(&next, &e))?.path();
            match fs::metadata(&path).map_err(|e| cannot(&path, &e))? {
                m if m.is_dir() => folders.push((path, above.clone())),
                m if !m.is_file() => return Err(cannot(&path, &"it is neither a file nor a folder")),
                m => files.push((name(folder, &path)?, path, m)),
            }
        }
    }
    if files.is_empty() {
        return Err(Error::input(format!("{} holds no files", folder.display())));
    }
    files.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(files)
}

fn cannot(path: &Path, e: &dyn std::fmt::Display) -> Error {
    Error::input(format!("cannot read {}: {e}", path.display()))
}

/// Returns the files of the folder `path`, by what they are called.
fn folder(path: &Path) -> Result<Vec<(String, Bytes)>> {
    if !path.is_dir() {
        return Err(Error::not_found(format!("there is no folder {}", path.display())));
    }
    let read = |(name, path, _): (String, PathBuf, fs::Metadata)| {
        Ok((name, Bytes::from(bounded::read(&path, bounded::BUILT).map_err(|e| cannot(&path, &e))?)))
    };
    below(path)?.into_iter().map(read).collect()
}

/// Returns the archive of the files below `folder`: in the order of their names, without times, so that the same files
/// are the same bytes.
fn archive(folder: &Path) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, path, metadata) in below(folder)? {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(if is_executable(&metadata) { 0o755 } else { 0o644 });
        let bytes = bounded::read(&path, bounded::BUILT).map_err(|e| cannot(&path, &e))?;
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
        assert_eq!(good.address.name(), "orders");
        let path = PathBuf::from("a/b=c.zip");
        assert_eq!(good.what, What::Code { alias: Some("live".into()), path });
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
    fn an_artifact_names_a_service_perhaps_a_container_and_an_image() {
        let of = |text: &str| {
            let Artifact { address, what } = text.parse().unwrap();
            let What::Image { container, reference } = what else { panic!("{text} is no image") };
            (address.name().to_string(), container, reference)
        };
        let host = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/api";
        let (name, container, reference) = of(&format!("ecs/service/main/api:app={host}:v1"));
        assert_eq!((name.as_str(), container.as_deref()), ("main/api", Some("app")));
        assert_eq!(reference, format!("{host}:v1"));
        let (_, container, reference) = of("ecs/service/main/api=@sha256:ab");
        assert_eq!((container, reference.as_str()), (None, "@sha256:ab"));
        assert_eq!(of("ecs/service/main/api=:v2").2, ":v2");
        for bad in [
            "ecs/service/api=r:v1",
            "ecs/service/main/api",
            "ecs/service/main/api=",
            "ecs/service/main/api:=r:v1",
            "ecs/service/main/api=:",
            "ecs/service/main/api=@",
            "ecs/service/a/b/c=r:v1",
            "ecs/service/main/api=r :v1",
            "ecs/cluster/main/api=r:v1",
        ] {
            assert!(
                bad.parse::<Artifact>().unwrap_err().contains("ecs/service/CLUSTER/NAME=REPO:TAG"),
                "{bad}"
            );
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
