//! Archives: deterministic ZIP files, read strictly.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::error::{Error, Result};
use super::sabotage::{Ingredient, lacks};

/// No entry is larger than this (64 MiB).
const MAX_ENTRY: u64 = 64 << 20;
/// All entries together are not larger than this (1 GiB).
const MAX_TOTAL: u64 = 1 << 30;
/// No archive has more entries than this; one more and it would need the 64-bit extension.
const MAX_ENTRIES: usize = 65_534;
/// No entry is packed tighter than this; deflate itself cannot do better than about 1,032 to 1.
const MAX_RATIO: u64 = 1_100;

/// Returns an archive of `entries`: equal entries, equal bytes. Fails where [`unpack`] would refuse the archive.
pub fn pack<B: AsRef<[u8]>>(entries: &BTreeMap<String, B>) -> Result<Vec<u8>> {
    let total: u64 = entries.values().map(|b| b.as_ref().len() as u64).sum();
    if entries.len() > MAX_ENTRIES || total > MAX_TOTAL {
        return Err(Error::input(format!(
            "an archive cannot hold {} entries of {total} bytes: at most {MAX_ENTRIES}, and {MAX_TOTAL} bytes",
            entries.len()
        )));
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let bug = |e: &dyn std::fmt::Display| Error::bug(format!("cannot write an archive in memory: {e}"));
    let mut folded = BTreeSet::new();
    for (name, bytes) in entries {
        let bytes = bytes.as_ref();
        check_name(name.as_bytes()).map_err(|e| bug(&e))?;
        if !folded.insert(name.to_lowercase()) {
            return Err(bug(&format!("`{name}` is named twice")));
        }
        if bytes.len() as u64 > MAX_ENTRY {
            return Err(Error::input(format!("`{name}` is larger than an archive's entry may be")));
        }
        writer.start_file(name, options).map_err(|e| bug(&e))?;
        writer.write_all(bytes).map_err(|e| bug(&e))?;
    }
    Ok(writer.finish().map_err(|e| bug(&e))?.into_inner())
}

/// Returns the entries of the archive in `bytes`.
///
/// Refuses, as `Corrupt`, whatever [`pack`] would not have written and readers could disagree about: an entry named
/// twice, a name that is absolute or has `..`, a backslash or a control, bytes before, between or after the entries,
/// headers that contradict the directory, sizes that are not so, links, encryption, and archives that unpack to more
/// than is sensible. All of that is seen before anything is unpacked.
pub fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>> {
    let bad = |why: String| Error::corrupt(format!("not a valid archive: {why}"));
    let places = layout(bytes).map_err(bad)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| bad(e.to_string()))?;
    if archive.len() != places.len() {
        return Err(bad("it can be read in two ways".into()));
    }
    let mut entries = BTreeMap::new();
    for (i, Place { name, size, packed, start, data }) in places.into_iter().enumerate() {
        let entry = archive.by_index(i).map_err(|e| bad(format!("`{name}`: {e}")))?;
        let same = entry.name_raw() == name.as_bytes()
            && (entry.size(), entry.compressed_size()) == (size, packed)
            && (entry.header_start(), entry.data_start()) == (start, Some(data));
        if !same || !entry.is_file() || entry.is_symlink() || entry.encrypted() {
            return Err(bad(format!("`{name}` can be read in two ways")));
        }
        let mut content = Vec::new();
        entry.take(size + 1).read_to_end(&mut content).map_err(|e| bad(format!("`{name}`: {e}")))?;
        if content.len() as u64 != size {
            return Err(bad(format!("`{name}` is not as large as it says")));
        }
        entries.insert(name, content);
    }
    Ok(entries)
}

/// Where an entry is, as the directory and its own header agree.
struct Place {
    name: String,
    size: u64,
    packed: u64,
    start: u64,
    data: u64,
}

/// Returns where the entries are, or what is wrong. They fill the file from its start, one after the other, in the
/// directory's order; the directory follows, and its end is the end of the file. There is no comment, no extra field, no
/// second disk, no data descriptor and no 64-bit extension, none of which [`pack`] writes.
///
/// Source: PKWARE's APPNOTE, 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (its end), 4.4.4 (flags).
fn layout(bytes: &[u8]) -> Result<Vec<Place>, String> {
    let end = bytes.len().checked_sub(22).ok_or("it is too short")?;
    let tail = Fields(&bytes[end..]);
    if tail.0[..4] != *b"PK\x05\x06" {
        return Err("it is truncated, or has bytes after its end".into());
    }
    if (tail.two(4), tail.two(6), tail.two(20)) != (0, 0, 0) || tail.two(8) != tail.two(10) {
        return Err("its directory is on several disks, or has a comment".into());
    }
    let (length, directory) = (tail.four(12), tail.four(16));
    if directory.checked_add(length) != Some(end) {
        return Err("its directory is not where it says".into());
    }
    let count = tail.two(10);
    if count > MAX_ENTRIES {
        return Err(format!("it has more than {MAX_ENTRIES} entries"));
    }
    let mut places = Vec::new();
    let mut folded = BTreeSet::new();
    let (mut at, mut start, mut total) = (directory, 0, 0);
    for _ in 0..count {
        let listed = Fields::at(&bytes[..end], at, 46, b"PK\x01\x02").ok_or("its directory is damaged")?;
        let raw = bytes[..end].get(at + 46..at + 46 + listed.two(28)).ok_or("its directory is damaged")?;
        let name = check_name(raw)?;
        if !folded.insert(name.to_lowercase()) && !lacks(Ingredient::Twice) {
            return Err(format!("`{name}` is named twice"));
        }
        let extras = (listed.two(30), listed.two(32), listed.two(34));
        let (flags, method, attributes) = (listed.two(8), listed.two(10), listed.four(38));
        if extras != (0, 0, 0) || (flags != 0x0800 && (flags != 0 || !name.is_ascii())) {
            return Err(format!("`{name}` has extra fields, or flags such as those of encryption"));
        }
        // A regular file in Unix's words, or nothing said; in DOS's words nothing but "to be archived".
        if !matches!(attributes >> 28, 0 | 0o10) || attributes & 0xffdf != 0 {
            return Err(format!("`{name}` is not a plain file"));
        }
        let (packed, size) = (listed.four(20), listed.four(24));
        total += size as u64;
        let sensible = (packed as u64).saturating_mul(MAX_RATIO);
        if size as u64 > MAX_ENTRY || total > MAX_TOTAL || size as u64 > sensible {
            return Err(format!("`{name}` unpacks to more than is sensible"));
        }
        if method != 8 && (method != 0 || size != packed) {
            return Err(format!("`{name}` is packed in a way that is not read"));
        }
        if listed.four(42) != start {
            return Err(format!("there are bytes before `{name}` that belong to no entry"));
        }
        let own = Fields::at(&bytes[..directory], start, 30, b"PK\x03\x04")
            .ok_or_else(|| format!("`{name}` is not where the directory says"))?;
        let data = start + 30 + raw.len();
        // The version, flags, method, times, checksum, sizes and lengths stand in both, one after the other.
        if own.0[4..30] != listed.0[6..32] || bytes.get(start + 30..data) != Some(raw) {
            return Err(format!("the header of `{name}` contradicts the directory"));
        }
        places.push(Place {
            name,
            size: size as u64,
            packed: packed as u64,
            start: start as u64,
            data: data as u64,
        });
        start = data + packed;
        at += 46 + raw.len();
    }
    if at != end || start != directory {
        return Err("there are bytes that belong to no entry".into());
    }
    Ok(places)
}

/// Numbers in a header, little-endian.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// Returns the header of `length` bytes that starts with `signature` at `at`.
    fn at(bytes: &'a [u8], at: usize, length: usize, signature: &[u8; 4]) -> Option<Fields<'a>> {
        let header = bytes.get(at..at.checked_add(length)?)?;
        header.starts_with(signature).then_some(Fields(header))
    }

    fn two(&self, at: usize) -> usize {
        usize::from(u16::from_le_bytes([self.0[at], self.0[at + 1]]))
    }

    fn four(&self, at: usize) -> usize {
        self.two(at) | (self.two(at + 2) << 16)
    }
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
