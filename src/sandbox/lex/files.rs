//! Archives on this machine, for scenarios: a `.zip`, or a folder with the same layout.

use std::fs;
use std::path::{Path, PathBuf};

use super::archive::{self, Files};

/// The files of a folder or of an archive; the path at fault and why otherwise.
pub(crate) fn read(path: &Path) -> Result<Files, (PathBuf, String)> {
    let wrong = |why: std::io::Error| (path.to_owned(), why.to_string());
    if path.is_file() {
        let bytes = fs::read(path).map_err(wrong)?;
        return archive::unpack(&bytes).map_err(|why| (path.to_owned(), why));
    }
    let mut files = Files::new();
    walk(path, "", &mut files)?;
    Ok(files)
}

fn walk(dir: &Path, prefix: &str, into: &mut Files) -> Result<(), (PathBuf, String)> {
    let wrong = |why: std::io::Error| (dir.to_owned(), why.to_string());
    for entry in fs::read_dir(dir).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if path.is_dir() {
            walk(&path, &format!("{prefix}{name}/"), into)?;
        } else {
            let bytes = fs::read(&path).map_err(|why| (path.clone(), why.to_string()))?;
            into.insert(format!("{prefix}{name}"), bytes);
        }
    }
    Ok(())
}
