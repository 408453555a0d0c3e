//! Packing: equal entries, equal bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::entry_name::{Names, sound_name};
use super::layout::layout;
use super::limits::{MAX_ARCHIVE, MAX_ENTRIES, MAX_ENTRY, MAX_TOTAL, is_tight};
use crate::core::error::{Error, Result};

/// Returns an archive of `entries`: equal entries, equal bytes. Fails with `Input` where
/// [`unpack`](super::unpack) would refuse it.
pub fn pack<B: AsRef<[u8]>>(entries: &BTreeMap<String, B>) -> Result<Vec<u8>> {
    let total: u64 = entries.values().map(|b| b.as_ref().len() as u64).sum();
    if entries.len() > MAX_ENTRIES || total > MAX_TOTAL {
        return Err(Error::input(format!(
            "an archive cannot hold {} entries of {total} bytes: at most {MAX_ENTRIES}, and {MAX_TOTAL} bytes",
            entries.len()
        )));
    }
    let mut names = Names::default();
    for (name, bytes) in entries {
        let sound = sound_name(name.as_bytes()).and_then(|name| names.add(&name));
        sound.map_err(|why| Error::input(format!("an archive cannot hold this: {why}")))?;
        if bytes.as_ref().len() as u64 > MAX_ENTRY {
            return Err(Error::input(format!("`{name}` is larger than an archive's entry may be")));
        }
    }
    let mut archive = write(entries, &BTreeSet::new())?;
    let places = layout(&archive).map_err(|why| cannot(&why))?;
    let tight = places.into_iter().filter(|place| is_tight(place.size, place.packed));
    let tight: BTreeSet<String> = tight.map(|place| place.name).collect();
    if !tight.is_empty() {
        archive = write(entries, &tight)?;
    }
    match archive.len() as u64 > MAX_ARCHIVE {
        true => Err(Error::input(format!("an archive cannot be larger than {MAX_ARCHIVE} bytes"))),
        false => Ok(archive),
    }
}

/// Writes the entries, those of `stored` as they are.
fn write<B: AsRef<[u8]>>(entries: &BTreeMap<String, B>, stored: &BTreeSet<String>) -> Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        let method = match stored.contains(name) {
            true => CompressionMethod::Stored,
            false => CompressionMethod::Deflated,
        };
        let options = SimpleFileOptions::default()
            .compression_method(method)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        writer.start_file(name, options).map_err(|e| cannot(&e))?;
        writer.write_all(bytes.as_ref()).map_err(|e| cannot(&e))?;
    }
    Ok(writer.finish().map_err(|e| cannot(&e))?.into_inner())
}

fn cannot(why: &dyn Display) -> Error {
    Error::bug(format!("cannot write an archive in memory: {why}"))
}
