//! Finding and reading the configuration file.

use std::path::{Path, PathBuf};

use crate::cli::bounded;
use crate::core::{Error, Result};

use super::model::Config;
use super::read::read;

/// What the configuration is called.
pub(in crate::cli) const NAME: &str = "snapdeploy.toml";

/// Reads the configuration: `given`, or the nearest `snapdeploy.toml` from the working directory upwards. `endpoint`
/// is what the process's environment says about where AWS is.
pub(in crate::cli) fn load(given: Option<&Path>, endpoint: Option<String>) -> Result<Config> {
    let file = match given {
        Some(file) => std::path::absolute(file)
            .map_err(|e| Error::input(format!("`{}` is not a path: {e}", file.display())))?,
        None => upwards()?,
    };
    let text = bounded::text(&file, bounded::CONFIGURATION)
        .map_err(|e| Error::input(format!("cannot read {}: {e}", shown(&file).display())))?;
    read(&file, &shown(&file), &text, endpoint)
}

/// Returns what the configuration would be if `text` were in `file`, or why it cannot be one.
pub(in crate::cli) fn check(file: &Path, text: &str, endpoint: Option<String>) -> Result<Config> {
    let whole = std::path::absolute(file)
        .map_err(|e| Error::input(format!("`{}` is not a path: {e}", file.display())))?;
    read(&whole, &shown(&whole), text, endpoint)
}

/// Fails with `Input` unless `text` is a configuration that this version takes. For tests and fuzzers, which have no file.
pub fn sound_configuration(text: &str) -> Result<()> {
    check(Path::new(NAME), text, None).map(drop)
}

/// Returns whether there is a configuration in the working directory or above it.
pub(in crate::cli) fn is_above() -> bool {
    upwards().is_ok()
}

fn upwards() -> Result<PathBuf> {
    let start = std::env::current_dir()
        .map_err(|e| Error::failed(format!("cannot tell the working directory: {e}")))?;
    start.ancestors().map(|dir| dir.join(NAME)).find(|file| file.is_file()).ok_or_else(|| {
        Error::input(format!("there is no {NAME} in {} or above it", start.display()))
            .hint("snapdeploy init writes one; --config names another")
    })
}

/// Returns the file as a person in the working directory would call it.
fn shown(file: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    file.strip_prefix(here).map_or_else(|_| file.to_path_buf(), Path::to_path_buf)
}
