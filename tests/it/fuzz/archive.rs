//! What holds of every archive, whatever its bytes: refused in one line, or read in one way only.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use flate2::read::DeflateDecoder;
use flate2::{Crc, Decompress, FlushDecompress, Status};
use snapdeploy::core::ErrorKind;
use snapdeploy::core::archive::{pack, unpack};
use zip::ZipArchive;

/// Fails unless `bytes`, and the archive that they become once sums and sizes are true, are refused or read as one thing.
pub fn holds(bytes: &[u8]) {
    judge(bytes);
    // A checksum is guessed by nobody: what is behind one is only reached where it is made to be true.
    let truthful = truthful(bytes);
    if truthful != bytes {
        judge(&truthful);
    }
}

fn judge(bytes: &[u8]) {
    let read = match unpack(bytes) {
        Ok(read) => read,
        Err(error) => {
            assert_eq!(error.kind, ErrorKind::Corrupt, "{error:?}");
            assert!(!error.message.contains(char::is_control), "{error:?}");
            return;
        }
    };
    assert_eq!(unpack(bytes).expect("it was read before"), read, "read twice");
    // Another reader finds the same names, in the same number, with the same bytes.
    let mut other = ZipArchive::new(Cursor::new(bytes)).expect("another reader reads what is accepted");
    assert_eq!(other.len(), read.len(), "an entry is lost, or is there twice");
    let mut theirs = BTreeMap::new();
    let mut packed = 0;
    for at in 0..other.len() {
        let mut entry = other.by_index(at).expect("another reader finds every entry");
        // Its own header, its name and its bytes; then 46 bytes in the directory and the name again.
        packed += 30 + 46 + 2 * entry.name_raw().len() as u64 + entry.compressed_size();
        let name = String::from_utf8(entry.name_raw().to_vec()).expect("a name is ASCII");
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("another reader unpacks every entry");
        theirs.insert(name, content);
    }
    assert_eq!(theirs, read, "two readers disagree");
    assert_eq!(packed + 22, bytes.len() as u64, "there are bytes that belong to no entry");
    let again = pack(&read).expect("what is read can be packed");
    assert_eq!(unpack(&again).expect("what is packed can be read"), read);
    assert_eq!(pack(&read).expect("it was packed before"), again, "equal entries, equal bytes");
}

/// Returns `bytes` with the sums and sizes of the entries that their directory lists made true, as far as can be.
fn truthful(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let four = |bytes: &[u8], at: usize| {
        let four = bytes.get(at..at.checked_add(4)?)?;
        Some(u32::from_le_bytes(four.try_into().ok()?) as usize)
    };
    let two = |bytes: &[u8], at: usize| Some(four(bytes, at)? & 0xffff);
    let Some(end) = bytes.len().checked_sub(22) else { return out };
    let Some(mut at) = four(bytes, end + 16) else { return out };
    while bytes.get(at..).is_some_and(|rest| rest.starts_with(b"PK\x01\x02")) {
        let entry = (|| {
            let (method, packed, start) =
                (two(bytes, at + 10)?, four(bytes, at + 20)?, four(bytes, at + 42)?);
            let data = start.checked_add(30)?.checked_add(two(bytes, start.checked_add(26)?)?)?;
            let packed = bytes.get(data..data.checked_add(packed)?)?;
            Some((start, content(packed, method)?))
        })();
        if let Some((start, (size, sum))) = entry {
            let true_of = [sum.to_le_bytes(), (size as u32).to_le_bytes()];
            for (place, field) in [(start + 14, 0), (at + 16, 0), (start + 22, 1), (at + 24, 1)] {
                if let Some(field_there) = out.get_mut(place..place + 4) {
                    field_there.copy_from_slice(&true_of[field]);
                }
            }
        }
        let Some(name) = two(bytes, at + 28) else { return out };
        at += 46 + name;
    }
    out
}

/// Returns the size and the checksum of what `packed` unpacks to.
fn content(packed: &[u8], method: usize) -> Option<(usize, u32)> {
    let mut content = Vec::new();
    match method {
        0 => content.extend(packed),
        8 => {
            let most = 4 << 20;
            DeflateDecoder::new(packed).take(most).read_to_end(&mut content).ok()?;
            // What goes on behind it is for the reader to see.
            let mut all = Vec::with_capacity(content.len() + 1);
            let done = Decompress::new(false).decompress_vec(packed, &mut all, FlushDecompress::Finish);
            if done.ok()? != Status::StreamEnd {
                return None;
            }
        }
        _ => return None,
    }
    let mut sum = Crc::new();
    sum.update(&content);
    Some((content.len(), sum.sum()))
}
