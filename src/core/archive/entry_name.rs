//! Names of entries: such as no two readers and no two file systems can take for different things.

use std::collections::BTreeSet;

use super::super::sabotage::{Ingredient, lacks};

/// No name is longer than this, in bytes.
const MAX_NAME: usize = 512;
/// No name has more parts than this.
const MAX_DEPTH: usize = 32;

/// Returns the name of an entry, or why it cannot be one.
///
/// What snapdeploy packs is named by digests and by names of Lex, which are ASCII, so nothing else is read: neither the
/// flag that says which alphabet it is nor a letter's composed and decomposed forms are left to what a reader thinks.
pub fn sound_name(raw: &[u8]) -> Result<String, String> {
    let name = std::str::from_utf8(raw).map_err(|_| "a name is not UTF-8".to_string())?;
    let shown = name.escape_debug();
    if !name.is_ascii() {
        return Err(format!(
            "the name `{shown}` has a letter that is not ASCII, which readers spell differently"
        ));
    }
    if name.chars().any(|c| c.is_control() || c == '\\' || c == ':') {
        return Err(format!("the name `{shown}` has a character that names may not have"));
    }
    if name.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Err(format!("the name `{shown}` leads out of the archive"));
    }
    if name.split('/').any(|part| part.ends_with(['.', ' ']) || is_reserved(part)) {
        return Err(format!("the name `{shown}` means something else on some systems"));
    }
    if name.len() > MAX_NAME || name.split('/').count() > MAX_DEPTH {
        return Err(format!("a name is longer than {MAX_NAME} bytes, or has more than {MAX_DEPTH} parts"));
    }
    Ok(name.to_string())
}

/// Returns whether Windows takes a file of this name for a device, whatever its extension.
///
/// Source: "Naming Files, Paths, and Namespaces", Microsoft Learn.
pub fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end_matches(' ').to_ascii_lowercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device).is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    ["con", "prn", "aux", "nul", "conin$", "conout$", "clock$"].contains(&stem.as_str())
        || numbered("com")
        || numbered("lpt")
}

/// The names of an archive so far.
#[derive(Default)]
pub(super) struct Names {
    /// In small letters.
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl Names {
    /// Adds a sound name. Fails if there is such a one, also where case does not count, or if one is the other's folder.
    pub(super) fn add(&mut self, name: &str) -> Result<(), String> {
        let folded = name.to_ascii_lowercase();
        let folders = folded.match_indices('/').map(|(at, _)| folded[..at].to_string());
        for folder in folders {
            if self.files.contains(&folder) {
                return Err(format!("`{name}` is below a file"));
            }
            self.folders.insert(folder);
        }
        if self.folders.contains(&folded) {
            return Err(format!("`{name}` is a file and a folder"));
        }
        match self.files.insert(folded) {
            true => Ok(()),
            false if lacks(Ingredient::Twice) => Ok(()),
            false => Err(format!("`{name}` is named twice")),
        }
    }
}
