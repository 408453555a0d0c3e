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
    }
}
