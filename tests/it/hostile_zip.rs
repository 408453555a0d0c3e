//! ZIP files made byte by byte, so that every field can lie.

/// One entry: its own header and what the directory says of it, each to be changed at will.
#[derive(Clone)]
pub struct Entry {
    /// The local header, 30 bytes, the name behind it.
    pub own: Vec<u8>,
    /// The content as it is stored.
    pub content: Vec<u8>,
    /// The directory's header, 46 bytes, the name behind it; its offset (at 42) is set by [`join`].
    pub listed: Vec<u8>,
    /// What follows the content: a data descriptor, junk.
    pub after: Vec<u8>,
}

/// Returns the CRC-32 of `bytes`, as ZIP takes it.
pub fn crc(bytes: &[u8]) -> u32 {
    let mut crc = !0u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

impl Entry {
    /// Returns a plain stored entry.
    pub fn new(name: impl AsRef<[u8]>, content: &[u8]) -> Entry {
        let name = name.as_ref();
        let size = (content.len() as u32).to_le_bytes();
        let utf8: u16 = if name.is_ascii() { 0 } else { 0x0800 };
        // Version, flags, method (stored), time, date (1980-01-01), checksum, both sizes, lengths of name and extra.
        let mut both = vec![10, 0];
        both.extend(utf8.to_le_bytes());
        both.extend([0, 0, 0, 0, 0x21, 0]);
        both.extend(crc(content).to_le_bytes());
        both.extend(size);
        both.extend(size);
        both.extend((name.len() as u16).to_le_bytes());
        both.extend([0, 0]);
        let own = [b"PK\x03\x04", &both[..], name].concat();
        // Made by Unix; then comment length, disk, attributes (a regular file, 0644), offset.
        let tail = [&[0u8; 6][..], &(0o100_644u32 << 16).to_le_bytes(), &[0; 4]].concat();
        let listed = [b"PK\x01\x02", &[20, 3][..], &both, &tail, name].concat();
        Entry { own, content: content.to_vec(), listed, after: Vec::new() }
    }

    /// Sets bytes of both headers; `at` counts from the version, which is where they agree.
    pub fn both(mut self, at: usize, bytes: &[u8]) -> Entry {
        self.own[4 + at..4 + at + bytes.len()].copy_from_slice(bytes);
        self.listed[6 + at..6 + at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// Sets bytes of the local header.
    pub fn own(mut self, at: usize, bytes: &[u8]) -> Entry {
        self.own[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    /// Sets bytes of the directory's header.
    pub fn listed(mut self, at: usize, bytes: &[u8]) -> Entry {
        self.listed[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }
}

/// Returns the archive of `entries`, with `before` in front of them and `between` in front of the directory.
pub fn join_with(entries: &[Entry], before: &[u8], between: &[u8]) -> Vec<u8> {
    let mut out = before.to_vec();
    let mut directory = Vec::new();
    for entry in entries {
        let mut listed = entry.listed.clone();
        listed[42..46].copy_from_slice(&(out.len() as u32).to_le_bytes());
        directory.extend(listed);
        out.extend([&entry.own[..], &entry.content, &entry.after].concat());
    }
    out.extend(between);
    let (at, count) = ((out.len() as u32).to_le_bytes(), (entries.len() as u16).to_le_bytes());
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend([count, count].concat());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(at);
    out.extend([0, 0]);
    out
}

/// Returns the archive of `entries`.
pub fn join(entries: &[Entry]) -> Vec<u8> {
    join_with(entries, b"", b"")
}
