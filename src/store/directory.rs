//! A directory: each object a file.

use std::fs::{self, File};
use std::io::{self, ErrorKind as Io, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;

use crate::core::objects::{Created, Key, Objects, Page, Weighed};
use crate::core::sabotage::{Ingredient, lacks};
use crate::core::{Error, Result};

use super::blocking::blocking;
use super::memory::{PAGE, check_ttl, no_object, other_bytes};
use super::patience::unique;

/// The name of the ledger's file, which lies beside the objects and is none.
pub(super) const LEDGER: &str = "ledger.sqlite3";

/// Objects in a directory of a local file system that has hard links.
///
/// An object is written to a file whose name no key can have, made durable, and then linked to its own name, which
/// fails if somebody was faster. A writer that dies before the link leaves that file behind, and no object.
#[derive(Clone, Debug)]
pub struct DirectoryObjects {
    root: PathBuf,
}

impl DirectoryObjects {
    /// Opens the directory, and makes it if it is not there.
    pub async fn open(path: impl Into<PathBuf>) -> Result<DirectoryObjects> {
        let path = path.into();
        blocking(move || {
            let shown = path.display().to_string();
            make_directory(&path).map_err(|e| failed("make the directory", &shown, e))?;
            let root = fs::canonicalize(&path).map_err(|e| failed("open the directory", &shown, e))?;
            Ok(DirectoryObjects { root })
        })
        .await
    }

    fn path(&self, key: &Key) -> Result<PathBuf> {
        if key.as_str().starts_with(LEDGER) {
            return Err(Error::input(format!("`{key}` is the name of the ledger, not of an object")));
        }
        Ok(key.as_str().split('/').fold(self.root.clone(), |path, part| path.join(part)))
    }
}

#[async_trait]
impl Objects for DirectoryObjects {
    async fn create(&self, key: &Key, body: Bytes) -> Result<Created> {
        key.takes(&body)?;
        let (key, path, place) = (key.clone(), self.path(key)?, self.place());
        blocking(move || match publish(&path, &body) {
            Ok(Some(created)) => Ok(created),
            Ok(None) => Err(other_bytes(&key, &place)),
            Err(e) => Err(failed("write", &path.display().to_string(), e)),
        })
        .await
    }

    async fn read(&self, key: &Key) -> Result<Bytes> {
        let (key, path, place) = (key.clone(), self.path(key)?, self.place());
        blocking(move || {
            let cannot = |e: io::Error| match absent(&e) {
                true => no_object(&key, &place),
                false => failed("read", &path.display().to_string(), e),
            };
            // An object never changes, so that what is found to be small enough stays so.
            key.holds(fs::metadata(&path).map_err(cannot)?.len(), &place)?;
            Ok(fs::read(&path).map_err(cannot)?.into())
        })
        .await
    }

    async fn has(&self, key: &Key) -> Result<bool> {
        let path = self.path(key)?;
        blocking(move || match fs::metadata(&path) {
            Ok(found) => Ok(found.is_file()),
            Err(e) if absent(&e) => Ok(false),
            Err(e) => Err(failed("look at", &path.display().to_string(), e)),
        })
        .await
    }

    async fn link(&self, _: &Key, ttl: Duration) -> Result<Option<String>> {
        check_ttl(ttl).map(|()| None)
    }

    async fn list(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Key>> {
        let (root, prefix) = (self.root.clone(), prefix.to_string());
        let after = after.map_or_else(String::new, Key::to_string);
        blocking(move || {
            let mut items = Vec::new();
            walk(&root, "", &prefix, &after, &mut items)
                .map_err(|e| failed("list", &root.display().to_string(), e))?;
            let more = items.len() > PAGE;
            items.truncate(PAGE);
            Ok(Page { items, more })
        })
        .await
    }

    async fn weigh(&self, prefix: &str, after: Option<&Key>) -> Result<Page<Weighed>> {
        let Page { items, more } = self.list(prefix, after).await?;
        let paths: Vec<(Key, PathBuf)> =
            items.into_iter().map(|key| Ok((key.clone(), self.path(&key)?))).collect::<Result<_>>()?;
        blocking(move || {
            let mut items = Vec::with_capacity(paths.len());
            for (key, path) in paths {
                match fs::metadata(&path) {
                    Ok(found) => {
                        let written = found
                            .modified()
                            .map_err(|e| failed("look at", &path.display().to_string(), e))?;
                        let written = Timestamp::try_from(written).unwrap_or(Timestamp::MIN);
                        items.push(Weighed { key, length: found.len(), written });
                    }
                    // It has been removed since it was listed.
                    Err(e) if absent(&e) => {}
                    Err(e) => return Err(failed("look at", &path.display().to_string(), e)),
                }
            }
            Ok(Page { items, more })
        })
        .await
    }

    async fn delete(&self, key: &Key) -> Result<()> {
        let path = self.path(key)?;
        blocking(move || {
            let cannot = |e| failed("remove", &path.display().to_string(), e);
            match fs::metadata(&path) {
                // Only keys that begin with it are there.
                Ok(found) if found.is_dir() => return Ok(()),
                Err(e) if absent(&e) => return Ok(()),
                _ => {}
            }
            match fs::remove_file(&path) {
                Err(e) if !absent(&e) => return Err(cannot(e)),
                _ => {}
            }
            path.parent().map_or(Ok(()), sync).map_err(cannot)
        })
        .await
    }

    fn place(&self) -> String {
        format!("file://{}", self.root.display())
    }
}

/// Writes `body` to `path` unless something is there: `None` if that is something else.
fn publish(path: &Path, body: &[u8]) -> io::Result<Option<Created>> {
    let directory = path.parent().ok_or(Io::InvalidInput)?;
    if lacks(Ingredient::Overwrite) {
        make_directory(directory)?;
        return write_durably(path, body).map(|()| Some(Created::New));
    }
    if let Some(same) = compare(path, body)? {
        // Whoever wrote it may not have come to this yet, and the caller will rely on it.
        sync(directory)?;
        return Ok(same.then_some(Created::Same));
    }
    make_directory(directory)?;
    let temporary = directory.join(format!("~{}", unique()));
    let linked = write_durably(&temporary, body).and_then(|()| fs::hard_link(&temporary, path));
    let removed = fs::remove_file(&temporary);
    match linked {
        Ok(()) => removed?,
        Err(e) if e.kind() == Io::AlreadyExists => {
            let same = compare(path, body)?;
            sync(directory)?;
            return match same {
                Some(same) => Ok(same.then_some(Created::Same)),
                // Somebody has removed it since.
                None => publish(path, body),
            };
        }
        Err(e) => return Err(e),
    }
    sync(directory)?;
    Ok(Some(Created::New))
}

/// Returns whether `path` has the bytes `body`; `None` if nothing is there.
fn compare(path: &Path, body: &[u8]) -> io::Result<Option<bool>> {
    let read = |path| match fs::metadata(path)?.len() == body.len() as u64 {
        true => fs::read(path).map(|bytes| bytes == body),
        false => Ok(false),
    };
    match read(path) {
        Ok(is_same) => Ok(Some(is_same)),
        Err(e) if absent(&e) => Ok(None),
        Err(e) => Err(e),
    }
}

fn absent(e: &io::Error) -> bool {
    matches!(e.kind(), Io::NotFound | Io::NotADirectory | Io::IsADirectory)
}

fn write_durably(path: &Path, body: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(body)?;
    file.sync_all()
}

/// Makes what is in `directory` durable: its names, not the files' contents.
fn sync(directory: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(directory)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = directory;
    Ok(())
}

fn make_directory(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().unwrap_or(Path::new(""));
    make_directory(parent)?;
    match fs::create_dir(path) {
        Err(e) if e.kind() != Io::AlreadyExists => Err(e),
        _ => sync(if parent.as_os_str().is_empty() { Path::new(".") } else { parent }),
    }
}

/// Appends the keys below `directory` (whose own key is `stem`) that start with `prefix` and come after `after`, in
/// order, until there is one more than a page.
fn walk(directory: &Path, stem: &str, prefix: &str, after: &str, found: &mut Vec<Key>) -> io::Result<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type()?;
        // With its slash a directory sorts as the keys below it do.
        if kind.is_dir() {
            names.push(format!("{stem}{name}/"));
        } else if kind.is_file() && !(stem.is_empty() && name.starts_with(LEDGER)) {
            names.push(format!("{stem}{name}"));
        }
    }
    names.sort_unstable();
    for name in names {
        if found.len() > PAGE {
            break;
        }
        if name.ends_with('/') {
            let wanted = name.starts_with(prefix) || prefix.starts_with(&name);
            let passed = name.as_str() <= after && !after.starts_with(&name);
            if wanted && !passed {
                walk(&directory.join(&name[stem.len()..]), &name, prefix, after, found)?;
            }
        } else if name.starts_with(prefix)
            && name.as_str() > after
            && let Ok(key) = Key::new(name)
        {
            found.push(key);
        }
    }
    Ok(())
}

fn failed(what: &str, path: &str, e: io::Error) -> Error {
    Error::failed(format!("cannot {what} {path}: {e}")).source(e)
}
