//! What an archive may be: how many bytes and entries, and how tightly they may be packed.

use super::layout::Place;

/// No archive is larger than this (512 MiB).
pub const MAX_ARCHIVE: u64 = 512 << 20;
/// No entry is larger than this (64 MiB).
pub(super) const MAX_ENTRY: u64 = 64 << 20;
/// All entries together are not larger than this (1 GiB).
pub(super) const MAX_TOTAL: u64 = 1 << 30;
/// No archive has more entries than this.
pub(super) const MAX_ENTRIES: usize = 50_000;
/// Neither an entry nor all of them together unpack to more than this many times what they are packed in. Deflate comes
/// to 1,032 at most; what is packed tighter than this is kept as it is.
pub(super) const MAX_RATIO: u64 = 200;
/// What unpacks to no more than this (1 MiB) may be packed as tightly as it will: it can do no harm.
const HARMLESS: u64 = 1 << 20;

/// No entry says that it unpacks to more than this many times what it is packed in, however small: no deflate can.
const IMPOSSIBLE: u64 = 1_100;

/// Returns whether `size` bytes are packed tighter than they may be in `packed`.
pub(super) fn is_tight(size: u64, packed: u64) -> bool {
    size > packed.saturating_mul(MAX_RATIO)
}

/// Fails with what unpacks to more than is sensible out of an archive of `length` bytes.
pub(super) fn sensible(places: &[Place], length: u64) -> Result<(), String> {
    let mut total: u64 = 0;
    for Place { name, size, packed, .. } in places {
        total = total.saturating_add(*size);
        let is_too_tight =
            *size > packed.saturating_mul(IMPOSSIBLE) || *size > HARMLESS && is_tight(*size, *packed);
        if *size > MAX_ENTRY || total > MAX_TOTAL || is_too_tight {
            return Err(format!("`{name}` unpacks to more than is sensible"));
        }
    }
    match total > HARMLESS && is_tight(total, length) {
        true => Err("all of it unpacks to more than is sensible".into()),
        false => Ok(()),
    }
}
