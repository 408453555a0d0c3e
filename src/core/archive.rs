//! Archives: deterministic ZIP files, read strictly.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::error::{Error, Result};

/// No entry is larger than this (64 MiB).
const MAX_ENTRY: u64 = 64 << 20;
/// All entries together are not larger than this (1 GiB).
const MAX_TOTAL: u64 = 1 << 30;
/// No archive has more entries than this.
const MAX_ENTRIES: usize = 200_000;
/// No entry is packed tighter than this; deflate itself cannot do better than about 1,032 to 1.
const MAX_RATIO: u64 = 1_100;

/// Returns an archive of `entries`: equal entries, equal bytes.
pub fn pack(entries: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let bug = |e: &dyn std::fmt::Display| Error::bug(format!("cannot write an archive in memory: {e}"));
    for (name, bytes) in entries {
        writer.start_file(name, options).map_err(|e| bug(&e))?;
        writer.write_all(bytes).map_err(|e| bug(&e))?;
    }
    Ok(writer.finish().map_err(|e| bug(&e))?.into_inner())
}

/// Returns the entries of the archive in `bytes`.
///
/// Refuses, as `Corrupt`, whatever [`pack`] would not have written and readers could disagree about: an entry named
/// twice, a name that is absolute or has `..`, a backslash or a control, bytes before, between or after the entries,
/// sizes that are not so, links, encryption, and archives that unpack to more than is sensible.
pub fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>> {
    let bad = |why: String| Error::corrupt(format!("not a valid archive: {why}"));
    let promised = directory_entries(bytes)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| bad(e.to_string()))?;
    if archive.len() > MAX_ENTRIES || promised > MAX_ENTRIES {
        return Err(bad(format!("it has more than {MAX_ENTRIES} entries")));
    }
    if archive.len() != promised {
        return Err(bad("an entry is named twice".into()));
    }
    let mut entries = BTreeMap::new();
    let mut folded = std::collections::BTreeSet::new();
    let mut spans = Vec::with_capacity(archive.len());
    let mut total = 0;
    for i in 0..archive.len() {
        let entry = archive.by_index(i).map_err(|e| bad(e.to_string()))?;
        let name = check_name(entry.name_raw()).map_err(&bad)?;
        if !folded.insert(name.to_lowercase()) {
            return Err(bad(format!("`{name}` is named twice")));
        }
        if !entry.is_file() || entry.is_symlink() || entry.encrypted() {
            return Err(bad(format!("`{name}` is not a plain file")));
        }
        let (size, packed) = (entry.size(), entry.compressed_size());
        total += size;
        if size > MAX_ENTRY || total > MAX_TOTAL || size > packed.saturating_mul(MAX_RATIO) {
            return Err(bad(format!("`{name}` unpacks to more than is sensible")));
        }
        spans.push((entry.header_start(), entry.data_start().unwrap_or(0) + packed));
        let mut content = Vec::new();
        entry.take(size + 1).read_to_end(&mut content).map_err(|e| bad(format!("`{name}`: {e}")))?;
        if content.len() as u64 != size {
            return Err(bad(format!("`{name}` is not as large as it says")));
        }
        entries.insert(name, content);
    }
    spans.sort_unstable();
    let mut expected = 0;
    for (start, end) in spans {
        if start != expected {
            return Err(bad("there are bytes that belong to no entry".into()));
        }
        expected = end;
    }
    if expected != archive.central_directory_start() {
        return Err(bad("there are bytes that belong to no entry".into()));
    }
    Ok(entries)
}

/// Returns how many entries the end of the directory promises. It has to be the very end of the file, without a
/// comment, with one disk and no 64-bit extension (which `pack` never needs).
///
/// Source: PKWARE's APPNOTE, 4.3.16.
fn directory_entries(bytes: &[u8]) -> Result<usize> {
    let bad = |why: &str| Error::corrupt(format!("not a valid archive: {why}"));
    let end = bytes.len().checked_sub(22).ok_or_else(|| bad("it is too short"))?;
    let tail = &bytes[end..];
    if tail[..4] != *b"PK\x05\x06" {
        return Err(bad("it is truncated, or has bytes after its end"));
    }
    let two = |at: usize| usize::from(u16::from_le_bytes([tail[at], tail[at + 1]]));
    let four = |at: usize| u32::from_le_bytes([tail[at], tail[at + 1], tail[at + 2], tail[at + 3]]) as usize;
    if two(4) != 0 || two(6) != 0 || two(8) != two(10) || two(20) != 0 {
        return Err(bad("its directory is on several disks, or has a comment"));
    }
    if four(16).checked_add(four(12)) != Some(end) {
        return Err(bad("its directory is not where it says"));
    }
    Ok(two(10))
}

/// Returns the name of an entry, or why it cannot be one.
fn check_name(raw: &[u8]) -> Result<String, String> {
    let name = std::str::from_utf8(raw).map_err(|_| "a name is not UTF-8".to_string())?;
    let shown = name.escape_debug();
    if name.chars().any(|c| c.is_control() || c == '\\' || c == ':') {
        return Err(format!("the name `{shown}` has a character that names may not have"));
    }
    if name.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Err(format!("the name `{shown}` leads out of the archive"));
    }
    Ok(name.to_string())
}
