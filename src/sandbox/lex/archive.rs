//! ZIP archives: bytes to files by path, and back.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Files by their path in an archive.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// How much an archive may unpack to: far more than any bot, and no more than a test machine bears.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
const MOST_FILES: usize = 20_000;

/// Packs files.
pub(crate) fn pack(files: &Files) -> Result<Vec<u8>, String> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(path, options).map_err(|why| why.to_string())?;
        writer.write_all(bytes).map_err(|why| why.to_string())?;
    }
    Ok(writer.finish().map_err(|why| why.to_string())?.into_inner())
}

/// Unpacks an archive; what is wrong with it otherwise.
pub(crate) fn unpack(bytes: &[u8]) -> Result<Files, String> {
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|_| "The file is not a ZIP archive.".to_owned())?;
    if archive.len() > MOST_FILES {
        return Err("The archive has too many files.".to_owned());
    }
    let (mut files, mut left) = (Files::new(), MOST_BYTES);
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|why| format!("The archive cannot be read: {why}."))?;
        if entry.is_dir() {
            continue;
        }
        let path = entry.name().map_err(|why| format!("The archive cannot be read: {why}."))?.into_owned();
        let mut content = Vec::new();
        entry.take(left + 1).read_to_end(&mut content).map_err(|_| format!("{path} cannot be unpacked."))?;
        left = left.checked_sub(content.len() as u64).ok_or("The archive is too large.")?;
        files.insert(path, content);
    }
    Ok(files)
}
