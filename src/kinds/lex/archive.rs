//! The archive that Lex exports and imports: a ZIP of JSON files.
//!
//! Source: "JSON format for importing and exporting bots in Lex V2", Amazon Lex V2 Developer Guide. How the service writes
//! its ZIP (data descriptors, entries for folders) is its own business, so this is read less strictly than a package, and
//! within limits.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use serde_json::Value;
use zip::ZipArchive;

use crate::core::{Error, Result, archive};

/// The files of an archive, by path.
pub type Files = BTreeMap<String, Value>;

/// The most entries of an archive: a bot of 10 locales with 1,000 intents and 1,000 slots each has fewer.
const MOST_ENTRIES: usize = 40_000;
/// The most bytes of one file.
const MOST_FILE: u64 = 16 << 20;
/// The most bytes of all files. What Lex imports has 512 MB at most by its guide; definitions are far below that.
const MOST_TOTAL: u64 = 256 << 20;

/// Returns the files of the archive in `bytes`; `Corrupt` where it is none, is larger than is sensible, names a file
/// twice or outside of itself, or holds what is not JSON.
pub fn read(bytes: &[u8]) -> Result<Files> {
    let bad = |why: String| Error::corrupt(format!("the export of the bot is not a valid archive: {why}"));
    if bytes.len() as u64 > archive::MAX_ARCHIVE {
        return Err(bad("it is larger than is sensible".into()));
    }
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|e| bad(e.to_string()))?;
    if zip.len() > MOST_ENTRIES || listed(bytes).is_some_and(|count| count != zip.len()) {
        return Err(bad("it has too many entries, or names one twice".into()));
    }
    let mut files = Files::new();
    let mut total = 0;
    for i in 0..zip.len() {
        let entry = zip.by_index(i).map_err(|e| bad(e.to_string()))?;
        let name = entry.name().map_err(|e| bad(e.to_string()))?.into_owned();
        if entry.is_dir() {
            continue;
        }
        // Names in Lex are ASCII, and so are the paths that it makes of them.
        let is_sound = archive::sound_name(name.as_bytes()).is_ok();
        if !entry.is_file() || entry.is_symlink() || entry.encrypted() || !is_sound {
            return Err(bad(format!("`{}` is no plain file", name.escape_debug())));
        }
        let mut content = Vec::new();
        let size = entry.size();
        entry.take(MOST_FILE + 1).read_to_end(&mut content).map_err(|e| bad(format!("`{name}`: {e}")))?;
        total += content.len() as u64;
        if content.len() as u64 > MOST_FILE || total > MOST_TOTAL {
            return Err(bad(format!("`{name}` makes it larger than is sensible")));
        }
        if content.len() as u64 != size {
            return Err(bad(format!("`{name}` is not as large as it says")));
        }
        let value =
            serde_json::from_slice(&content).map_err(|e| bad(format!("`{name}` is not JSON: {e}")))?;
        if files.insert(name.clone(), value).is_some() {
            return Err(bad(format!("`{name}` is named twice")));
        }
    }
    Ok(files)
}

/// Returns the number of entries that the end of the directory states, where nothing follows it.
///
/// Source: PKWARE's APPNOTE, 4.3.16.
fn listed(bytes: &[u8]) -> Option<usize> {
    let tail = bytes.get(bytes.len().checked_sub(22)?..)?;
    let count = usize::from(u16::from_le_bytes([tail[10], tail[11]]));
    (tail[..4] == *b"PK\x05\x06" && count < 0xffff).then_some(count)
}

/// Returns the archive of `files`: equal files, equal bytes.
pub fn write(files: &Files) -> Result<Vec<u8>> {
    let texts = files.iter().map(|(path, value)| (path.clone(), value.to_string().into_bytes()));
    archive::pack(&texts.collect())
}
