//! Where the entries of an archive are: read strictly, so that no two readers can disagree.

use super::entry_name::{Names, sound_name};
use super::limits::MAX_ENTRIES;

/// Where an entry is, as the directory and its own header agree.
pub(super) struct Place {
    /// A sound name.
    pub(super) name: String,
    /// How many bytes it has.
    pub(super) size: u64,
    /// In how many bytes they are packed.
    pub(super) packed: u64,
    /// Where its own header starts.
    pub(super) start: u64,
    /// Where its packed bytes start.
    pub(super) data: u64,
    /// Of its content: CRC-32.
    pub(super) checksum: u32,
    /// Else it is stored as it is.
    pub(super) is_deflated: bool,
}

/// Returns where the entries are, or what is wrong. They fill the file from its start, one after the other, in the
/// directory's order; the directory follows, and its end is the end of the file. There is no comment, no extra field, no
/// second disk, no data descriptor and no 64-bit extension, none of which [`pack`](super::pack) writes. So there is one
/// end of a directory that a reader can find: what looks like another is in an entry's content.
///
/// Source: PKWARE's APPNOTE, 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (its end), 4.4.2 (made by), 4.4.3 (version
/// needed: 2.0 for deflate), 4.4.4 (flags), 4.4.14 (internal attributes).
pub(super) fn layout(bytes: &[u8]) -> Result<Vec<Place>, String> {
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
    let mut names = Names::default();
    let (mut at, mut start) = (directory, 0);
    for _ in 0..count {
        let listed = Fields::at(&bytes[..end], at, 46, b"PK\x01\x02").ok_or("its directory is damaged")?;
        let raw = bytes[..end].get(at + 46..at + 46 + listed.two(28)).ok_or("its directory is damaged")?;
        let name = sound_name(raw)?;
        names.add(&name)?;
        let extras = (listed.two(30), listed.two(32), listed.two(34));
        let (flags, method, attributes) = (listed.two(8), listed.two(10), listed.four(38));
        if extras != (0, 0, 0) || !matches!(flags, 0 | 0x0800) {
            return Err(format!("`{name}` has extra fields, or flags such as those of encryption"));
        }
        // A regular file in Unix's words, or nothing said, that gives nobody another's rights; in DOS's words nothing but
        // "to be archived"; and no text whose line ends a reader would change. Only these two systems' words are known.
        let system = listed.two(4) >> 8;
        let is_plain = matches!(attributes >> 28, 0 | 0o10) && (attributes >> 16) & 0o7000 == 0;
        if !is_plain || attributes & 0xffdf != 0 || listed.two(36) != 0 || !matches!(system, 0 | 3) {
            return Err(format!("`{name}` is not a plain file"));
        }
        let (packed, size) = (listed.four(20), listed.four(24));
        if (method != 8 && (method != 0 || size != packed)) || listed.two(6) > 20 {
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
            checksum: listed.four(16) as u32,
            is_deflated: method == 8,
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
