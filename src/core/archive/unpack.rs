//! Unpacking: what has one meaning only.

use std::collections::BTreeMap;
use std::io::Cursor;

use flate2::{Crc, Decompress, FlushDecompress, Status};
use zip::ZipArchive;

use super::layout::{Place, layout};
use super::limits::{MAX_ARCHIVE, sensible};
use crate::core::error::{Error, Result};

/// Returns the entries of the archive in `bytes`.
///
/// Refuses, as `Corrupt`, whatever [`pack`](super::pack) would not have written and readers could disagree about: an
/// entry named twice, a name that is absolute or has `..`, a backslash, a control or a letter that is not ASCII, bytes
/// before, between, within or after the entries, headers that contradict the directory, sizes that are not so, links,
/// encryption, and archives that unpack to more than is sensible. All of that but the content is seen before anything
/// is unpacked; nothing of it is written anywhere.
pub fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>> {
    let bad = |why: String| Error::corrupt(format!("not a valid archive: {why}"));
    let length = bytes.len() as u64;
    if length > MAX_ARCHIVE {
        return Err(bad(format!("it is larger than {MAX_ARCHIVE} bytes")));
    }
    let places = layout(bytes).map_err(bad)?;
    sensible(&places, length).map_err(bad)?;
    agreed(bytes, &places).map_err(bad)?;
    let mut entries = BTreeMap::new();
    for place in places {
        let content = content(bytes, &place).map_err(|why| bad(format!("`{}` {why}", place.name)))?;
        entries.insert(place.name, content);
    }
    Ok(entries)
}

/// Fails unless another reader finds the same entries in the same places.
fn agreed(bytes: &[u8], places: &[Place]) -> Result<(), String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    if archive.len() != places.len() {
        return Err("it can be read in two ways".into());
    }
    for (i, place) in places.iter().enumerate() {
        let name = &place.name;
        let entry = archive.by_index(i).map_err(|e| format!("`{name}`: {e}"))?;
        let same = entry.name_raw() == name.as_bytes()
            && (entry.size(), entry.compressed_size()) == (place.size, place.packed)
            && (entry.header_start(), entry.data_start()) == (place.start, Some(place.data))
            && entry.crc32() == place.checksum;
        if !same || !entry.is_file() || entry.is_symlink() || entry.encrypted() {
            return Err(format!("`{name}` can be read in two ways"));
        }
    }
    Ok(())
}

/// Returns the content of an entry, of which every packed byte has a part in it.
fn content(bytes: &[u8], place: &Place) -> Result<Vec<u8>, String> {
    let cut = || "is damaged".to_string();
    let number = |n: u64| usize::try_from(n).map_err(|_| cut());
    let (from, packed, size) = (number(place.data)?, number(place.packed)?, number(place.size)?);
    let packed = from.checked_add(packed).and_then(|to| bytes.get(from..to)).ok_or_else(cut)?;
    let content = match place.is_deflated {
        false => packed.to_vec(),
        true => {
            // One byte more than there should be: what unpacks to more is seen.
            let mut content = Vec::with_capacity(size + 1);
            let mut inflater = Decompress::new(false);
            let status = inflater
                .decompress_vec(packed, &mut content, FlushDecompress::Finish)
                .map_err(|e| format!("is damaged: {e}"))?;
            if status != Status::StreamEnd || content.len() != size {
                return Err("is not as large as it says".into());
            }
            if inflater.total_in() != place.packed {
                return Err("has bytes behind its content".into());
            }
            content
        }
    };
    let mut sum = Crc::new();
    sum.update(&content);
    match sum.sum() == place.checksum {
        true => Ok(content),
        false => Err("does not match its checksum".into()),
    }
}
