//! Gzip: the same bytes for the same bytes, whenever and wherever.
//!
//! Source: RFC 1952. Of the header nothing is said that could differ: no name, no time (`MTIME` 0), no system (`OS` 255).
//! The body is the entry of a ZIP archive, whose compressed data is the same (RFC 1951).

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::core::{Error, Result};

/// Magic, deflate, no flags, no time, no hint, no system.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// What was made elsewhere is unpacked up to this many bytes.
const MOST: u64 = 64 << 20;

/// Returns `bytes` compressed.
pub fn packed(bytes: &[u8]) -> Result<Vec<u8>> {
    let broken = |e: &dyn std::fmt::Display| Error::bug(format!("cannot compress: {e}"));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("x", options).map_err(|e| broken(&e))?;
    writer.write_all(bytes).map_err(|e| broken(&e))?;
    let cursor = writer.finish().map_err(|e| broken(&e))?;
    let mut archive = ZipArchive::new(cursor).map_err(|e| broken(&e))?;
    let mut entry = archive.by_index_raw(0).map_err(|e| broken(&e))?;
    let sum = entry.crc32();
    let mut out = HEAD.to_vec();
    entry.read_to_end(&mut out).map_err(|e| broken(&e))?;
    out.extend(sum.to_le_bytes());
    // Source: RFC 1952, 2.3.1: the size modulo 2^32.
    out.extend((bytes.len() as u32).to_le_bytes());
    Ok(out)
}

/// Returns what `bytes`, which [`packed`] may have made, were; `None` where it was something else,
/// or unpacks to more than is sensible.
pub fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let body = bytes.strip_prefix(&HEAD)?;
    let (body, end) = body.split_at_checked(body.len().checked_sub(8)?)?;
    let (sum, size) = end.split_at_checked(4)?;
    // Source: APPNOTE.TXT of the ZIP format, 4.3: what both headers of an entry say.
    let length = u32::try_from(body.len()).ok()?.to_le_bytes();
    let common: Vec<u8> = [&[20, 0, 0, 0, 8, 0, 0, 0, 33, 0], sum, &length, size, &[1, 0, 0, 0]].concat();
    let mut archive = [b"PK\x03\x04", common.as_slice(), b"x", body].concat();
    let directory = u32::try_from(archive.len()).ok()?.to_le_bytes();
    let entry = [b"PK\x01\x02\x14\0", common.as_slice(), &[0; 14], b"x"].concat();
    let entry_size = u32::try_from(entry.len()).ok()?.to_le_bytes();
    archive.extend(entry);
    archive.extend([b"PK\x05\x06\0\0\0\0\x01\0\x01\0".as_slice(), &entry_size, &directory, &[0, 0]].concat());
    let mut archive = ZipArchive::new(Cursor::new(archive)).ok()?;
    let mut out = Vec::new();
    archive.by_index(0).ok()?.take(MOST + 1).read_to_end(&mut out).ok()?;
    Some(out).filter(|out| out.len() as u64 <= MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_gzip_and_always_the_same() {
        let text = b"hello hello hello hello hello".repeat(50);
        let packed = packed(&text).unwrap();
        assert!(packed.len() < text.len() / 4);
        assert_eq!(packed[..4], [0x1f, 0x8b, 8, 0]);
        assert_eq!(packed[packed.len() - 4..], (text.len() as u32).to_le_bytes());
        assert_eq!(super::packed(&text).unwrap(), packed);
        assert_eq!(unpacked(&packed).unwrap(), text);
        assert_eq!(unpacked(b"no gzip at all, and long enough for one"), None);
    }
}
