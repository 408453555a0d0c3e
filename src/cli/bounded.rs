//! Files that are read whole, and how large they may be: nothing that is given may take all memory, or never end.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::core::archive::MAX_ARCHIVE;

/// A configuration, in bytes.
pub(super) const CONFIGURATION: u64 = 4 << 20;
/// A package.
pub(super) const PACKAGE: u64 = MAX_ARCHIVE;
/// A saved plan; a document, a manifest or a part of a package that was taken apart.
pub(super) const PART: u64 = 256 << 20;
/// What a build has made: one file of it. S3 takes 5 GiB in one piece ("Uploading objects", Amazon S3 User Guide).
pub(super) const BUILT: u64 = 5 << 30;

/// Returns the bytes of the file, or fails without reading on where they are more than `most`.
pub(super) fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let too_large = || io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {most} bytes"));
    let file = File::open(path)?;
    // What is no plain file, such as a pipe, does not say how long it is.
    let length = file.metadata()?.len();
    if length > most {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(too_large()),
        false => Ok(bytes),
    }
}

/// Returns the text of the file, likewise.
pub(super) fn text(path: &Path, most: u64) -> io::Result<String> {
    let not_text = |_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8");
    String::from_utf8(read(path, most)?).map_err(not_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_what_it_may_have_and_no_further() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, b"12345").unwrap();
        assert_eq!(read(&file, 5).unwrap(), b"12345");
        assert_eq!(read(&file, 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        // A file that says that it has nothing and never ends.
        #[cfg(target_os = "linux")]
        assert_eq!(read(Path::new("/dev/zero"), 99).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        std::fs::write(&file, b"\xff").unwrap();
        assert!(text(&file, 5).unwrap_err().to_string().contains("UTF-8"));
    }
}
