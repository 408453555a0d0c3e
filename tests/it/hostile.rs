//! Archives that lie: each is refused in one line, and none panics or unpacks to anything else than was packed.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use proptest::prelude::*;
use snapdeploy::core::archive::{pack, unpack};
use snapdeploy::core::{Error, ErrorKind};

use crate::hostile_zip::{Entry, crc, join, join_with};

/// Returns why `bytes` are refused.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(what: &str, result: Result<T, Error>) -> String {
    let error = match result {
        Err(error) => error,
        Ok(got) => panic!("{what}: got through as {got:?}"),
    };
    assert!(matches!(error.kind, ErrorKind::Corrupt | ErrorKind::Input), "{what}: {error:?}");
    assert!(!error.message.is_empty(), "{what}");
    let hint = error.hint.clone().unwrap_or_default();
    assert!(!error.message.contains(char::is_control) && !hint.contains('\n'), "{what}: {error:?}");
    error.message
}

/// Fails unless `bytes` are refused in words that have `says`.
#[track_caller]
pub fn refuse(what: &str, bytes: &[u8], says: &str) {
    let message = refused(what, unpack(bytes));
    assert!(message.contains(says), "{what}: `{message}` does not say `{says}`");
}

fn two() -> [Entry; 2] {
    [Entry::new("a.json", b"first"), Entry::new("b.json", b"second")]
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut out = DeflateEncoder::new(Vec::new(), Compression::default());
    out.write_all(content).unwrap();
    out.finish().unwrap()
}

/// Returns an entry whose content is deflated and says that it has `size` bytes.
fn packed(name: &str, content: &[u8], size: u32) -> Entry {
    let data = deflated(content);
    let mut entry = Entry::new(name, content).both(4, &[8, 0]);
    entry = entry.both(14, &(data.len() as u32).to_le_bytes()).both(18, &size.to_le_bytes());
    entry.content = data;
    entry
}

#[test]
fn an_honest_archive_made_by_hand_is_read() {
    let read = unpack(&join(&two())).unwrap();
    assert_eq!(read["a.json"], b"first");
    let read = unpack(&join(&[packed("b.json", &[b'x'; 999], 999)])).unwrap();
    assert_eq!(read["b.json"], [b'x'; 999]);
    assert!(unpack(&join(&[])).unwrap().is_empty());
}

#[test]
fn what_is_not_a_plain_file_is_refused() {
    for mode in [0o120_777u32, 0o040_755, 0o060_644, 0o020_644, 0o010_644, 0o140_644] {
        let entry = Entry::new("link", b"/etc/passwd").listed(38, &(mode << 16).to_le_bytes());
        refuse(&format!("{mode:o}"), &join(&[entry]), "not a plain file");
    }
    for mode in [0o104_755u32, 0o102_755, 0o101_755] {
        let entry = Entry::new("s", b"#!/bin/sh").listed(38, &(mode << 16).to_le_bytes());
        refuse(&format!("{mode:o}"), &join(&[entry]), "not a plain file");
    }
    refuse("text", &join(&[Entry::new("t", b"x").listed(36, &[1])]), "not a plain file");
    refuse("another system", &join(&[Entry::new("t", b"x").listed(5, &[19])]), "not a plain file");
    refuse("a version to come", &join(&[Entry::new("t", b"x").both(0, &[63])]), "packed in a way");
    refuse("a DOS directory", &join(&[Entry::new("d", b"").listed(38, &[0x10])]), "not a plain file");
    for flags in [1u16, 0x40, 0x41, 0x2000] {
        let entry = Entry::new("secret", b"0123456789abcdef").both(2, &flags.to_le_bytes());
        refuse(&format!("encrypted, {flags:x}"), &join(&[entry]), "encryption");
    }
    for method in [1u8, 6, 9, 12, 14, 93, 95, 98, 99] {
        refuse("a method", &join(&[Entry::new("m", b"x").both(4, &[method, 0])]), "packed in a way");
    }
}

#[test]
fn a_size_or_checksum_that_is_not_so_is_refused() {
    let content = b"content that has 28 bytes...";
    for (what, size) in [("smaller", 10u32), ("larger", 1000), ("none", 0), ("huge", u32::MAX)] {
        let lie = size.to_le_bytes();
        refuse(what, &join(&[packed("a", content, size)]), "`a`");
        for at in [18, 22] {
            refuse(what, &join(&[Entry::new("a", content).own(at, &lie)]), "contradicts");
            refuse(what, &join(&[Entry::new("a", content).listed(at + 2, &lie)]), "`a`");
        }
        refuse(what, &join(&[Entry::new("a", content).both(14, &lie).both(18, &lie)]), "");
    }
    refuse("checksum", &join(&[Entry::new("a", content).both(10, &[1, 2, 3, 4])]), "checksum");
    refuse("own checksum", &join(&[Entry::new("a", content).own(14, &[1, 2, 3, 4])]), "contradicts");
}

#[test]
fn bytes_behind_what_is_deflated_are_refused() {
    let content = b"content that has 28 bytes...";
    let good = packed("a", content, 28);
    let mut more = good.clone();
    more.content.extend(b"junk");
    let length = more.content.len() as u32;
    let hidden = more.both(14, &length.to_le_bytes());
    refuse("junk in the entry", &join(&[hidden]), "bytes behind its content");
    let mut cut = good.clone();
    cut.content.pop();
    let length = cut.content.len() as u32;
    refuse("cut", &join(&[cut.both(14, &length.to_le_bytes())]), "`a`");
}

#[test]
fn a_header_that_contradicts_the_directory_is_refused() {
    refuse("other name", &join(&[Entry::new("a.json", b"x").own(30, b"b")]), "contradicts");
    refuse("other method", &join(&[Entry::new("a.json", b"x").own(8, &[8])]), "contradicts");
    refuse("other flags", &join(&[Entry::new("a.json", b"x").own(6, &[1])]), "contradicts");
    refuse("other time", &join(&[Entry::new("a.json", b"x").own(10, &[1])]), "contradicts");
    refuse("shorter name", &join(&[Entry::new("a.json", b"x").own(26, &[1])]), "contradicts");
    refuse("own extra", &join(&[Entry::new("a.json", b"x").own(28, &[1])]), "contradicts");
    refuse("extra", &join(&[Entry::new("a.json", b"x").both(24, &[1])]), "extra");
    refuse("disk", &join(&[Entry::new("a.json", b"x").listed(34, &[1])]), "extra");
    refuse("no header", &join(&[Entry::new("a.json", b"x").own(0, b"XX")]), "not where the directory says");
    // Two entries over the same bytes.
    let mut bytes = join(&two());
    let second = bytes.len() - 22 - 52 + 42;
    bytes[second..second + 4].fill(0);
    refuse("overlap", &bytes, "belong to no entry");
}

#[test]
fn bytes_that_belong_to_no_entry_are_refused() {
    let [a, b] = two();
    let good = join(&two());
    refuse("before", &join_with(&two(), b"#!/bin/sh\n", b""), "belong to no entry");
    refuse("before, offsets not shifted", &[b"junk", &good[..]].concat(), "not where it says");
    refuse("after", &[&good[..], b"junk"].concat(), "after its end");
    refuse("before the directory", &join_with(&two(), b"", b"junk"), "belong to no entry");
    let between = Entry { after: b"junk".to_vec(), ..a.clone() };
    refuse("between", &join(&[between, b.clone()]), "belong to no entry");
    refuse("twice", &[&good[..], &good].concat(), "not where it says");
    let other = join(&[Entry::new("c", b"3")]);
    refuse("two archives", &[&other[..], &good].concat(), "not where it says");
    let shifted = join_with(&two(), &other, b"");
    refuse("two archives, offsets shifted", &shifted, "belong to no entry");
    let mut comment = good.clone();
    let end = comment.len() - 2;
    comment[end] = 4;
    comment.extend(b"note");
    refuse("comment", &comment, "after its end");
    // A comment that ends like an archive.
    let mut nested = good.clone();
    nested[end] = other.len() as u8;
    nested.extend(&other);
    refuse("an archive as comment", &nested, "not where it says");
    let descriptor = [b"PK\x07\x08", &crc(b"first").to_le_bytes()[..], &[5, 0, 0, 0], &[5, 0, 0, 0]].concat();
    let mut with = a.clone().both(2, &[8]);
    with.after = descriptor;
    refuse("data descriptor", &join(&[with, b.clone()]), "flags");
    // An entry that no directory lists.
    let hidden = Entry { after: [&b.own[..], &b.content].concat(), ..a };
    refuse("hidden entry", &join(&[hidden]), "belong to no entry");
}

#[test]
fn a_64_bit_archive_is_refused() {
    let extra = [&[1u8, 0, 16, 0][..], &[5, 0, 0, 0, 0, 0, 0, 0], &[5, 0, 0, 0, 0, 0, 0, 0]].concat();
    let mut entry = Entry::new("a", b"first").both(14, &[0xff; 8]).both(24, &[20]);
    entry.own.extend(&extra);
    entry.listed.extend(&extra);
    refuse("sizes in an extra field", &join(&[entry]), "extra");
    let good = join(&two());
    let end = good.len() - 22;
    let (size, at) = (&good[end + 12..end + 16], &good[end + 16..end + 20]);
    let record = [
        b"PK\x06\x06",
        &44u64.to_le_bytes()[..],
        &[45, 0, 45, 0],
        &[0; 8],
        &2u64.to_le_bytes(),
        &2u64.to_le_bytes(),
        size,
        &[0; 4],
        at,
        &[0; 4],
    ]
    .concat();
    let locator = [b"PK\x06\x07", &[0; 4][..], &(end as u64).to_le_bytes(), &1u32.to_le_bytes()].concat();
    let long = [&good[..end], &record, &locator, &good[end..]].concat();
    refuse("a 64-bit directory", &long, "not where it says");
    let mut only = long.clone();
    let end = only.len() - 22;
    only[end + 8..end + 20].fill(0xff);
    refuse("only a 64-bit directory", &only, "not where it says");
}

#[test]
fn a_bomb_is_refused_before_it_is_unpacked() {
    let zeros = vec![0; 64 << 20];
    let one = packed("0", &zeros, 64 << 20);
    refuse("ratio", &join(&[packed("r", &zeros, (64 << 20) | 1)]), "more than is sensible");
    refuse("tight", &join(&[packed("t", b"0123456789", 1 << 20)]), "more than is sensible");
    // Each is small enough to be as tight as it likes, and all of them are not.
    let small = packed("s", &zeros[..1 << 20], 1 << 20);
    let named = |entry: &Entry, i: u8| entry.clone().own(30, &[b'a' + i]).listed(46, &[b'a' + i]);
    assert_eq!(unpack(&join(&[named(&small, 0)])).unwrap()["a"].len(), 1 << 20);
    let all: Vec<Entry> = (0..20).map(|i| named(&small, i)).collect();
    refuse("all of it", &join(&all), "all of it unpacks to more than is sensible");
    let many: Vec<Entry> = (0..17)
        .map(|i| {
            let name = format!("{}", (b'a' + i) as char);
            one.clone().own(30, name.as_bytes()).listed(46, name.as_bytes())
        })
        .collect();
    let started = std::time::Instant::now();
    refuse("together", &join(&many), "more than is sensible");
    assert!(started.elapsed().as_secs() < 5, "it was unpacked");
    // A directory that promises more than the file could hold.
    let mut bytes = join(&two());
    let end = bytes.len() - 22;
    bytes[end + 8..end + 12].copy_from_slice(&[0x50, 0xc3, 0x50, 0xc3]);
    refuse("50,000 entries", &bytes, "damaged");
    bytes[end + 8..end + 12].copy_from_slice(&[0xfe, 0xff, 0xfe, 0xff]);
    refuse("65,534 entries", &bytes, "50000 entries");
    bytes[end + 8..end + 12].fill(0xff);
    refuse("65,535 entries", &bytes, "50000 entries");
    let many: BTreeMap<String, Vec<u8>> = (0..50_001).map(|i| (i.to_string(), Vec::new())).collect();
    refused("pack of as many", pack(&many));
    let many: Vec<Entry> = (0..50_001).map(|i| Entry::new(i.to_string(), b"")).collect();
    refuse("50,001 entries", &join(&many), "50000 entries");
}

#[test]
fn an_archive_that_is_cut_or_was_never_one_is_refused() {
    let entries = (0..40).map(|i| (format!("bodies/{i}.json"), format!("{i}").repeat(i * 7).into_bytes()));
    let whole = pack(&entries.collect()).unwrap();
    for cut in (0..whole.len()).step_by(97).chain(whole.len() - 23..whole.len()) {
        refuse(&format!("cut at {cut}"), &whole[..cut], "not a valid archive");
    }
    for bytes in [
        &b""[..],
        b"PK",
        b"{\"schema\":\"snapdeploy.package/1\"}",
        &[0; 22],
        &[0xff; 4096],
        b"%PDF-1.4\n............................",
    ] {
        refuse("foreign bytes", bytes, "not a valid archive");
    }
}

#[test]
fn every_flip_of_a_bit_is_refused_or_changes_nothing() {
    let content = BTreeMap::from([
        ("manifest.json".to_string(), b"{\"schema\":\"x\",\"kept\":[1,2,3,4,5,6]}".to_vec()),
        ("bodies/one.json".to_string(), b"{\"local\":{},\"portable\":{\"Name\":\"Sales\"}}".repeat(4)),
        ("empty".to_string(), Vec::new()),
    ]);
    let whole = pack(&content).unwrap();
    let (mut same, mut flips) = (0, 0);
    for at in 0..whole.len() {
        for mask in [1, 2, 4, 8, 16, 32, 64, 128, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= mask;
            flips += 1;
            match unpack(&bytes) {
                Ok(read) => {
                    assert_eq!(read, content, "byte {at} ^ {mask:#x}");
                    same += 1;
                }
                Err(e) => drop(refused(&format!("byte {at} ^ {mask:#x}"), Err::<(), _>(e))),
            }
        }
    }
    println!(
        "hostile: {flips} flips of an archive of {} bytes: {} refused, {same} harmless",
        whole.len(),
        flips - same
    );
}

fn contents() -> impl Strategy<Value = BTreeMap<String, Vec<u8>>> {
    // No folder has a dot, so that none is a file's name too; nor has it a length that Windows's devices have.
    let name = "([a-z0-9_-]{5,8}/){0,3}[a-z0-9_. -]{1,8}[.]json";
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        (any::<u8>(), 0..9000usize).prop_map(|(b, n)| vec![b; n])
    ];
    prop::collection::btree_map(name, bytes, 0..12)
}

#[test]
fn what_is_packed_tighter_than_may_be_is_kept_as_it_is() {
    let entries = BTreeMap::from([
        ("zeros".to_string(), vec![0; 3 << 20]),
        ("small".to_string(), vec![0; 300_000]),
        ("text".to_string(), b"some text".repeat(9)),
    ]);
    let bytes = pack(&entries).unwrap();
    assert!(bytes.len() > 3 << 20 && bytes.len() < 4 << 20, "{}", bytes.len());
    assert_eq!(unpack(&bytes).unwrap(), entries);
    assert_eq!(pack(&entries).unwrap(), bytes);
    for name in ["../x", "a:b", "nul", "é"] {
        let lie = BTreeMap::from([(name.to_string(), b"x".to_vec())]);
        refused(name, pack(&lie));
    }
}

proptest! {
    #[test]
    fn what_is_packed_is_unpacked_and_equal_entries_make_equal_bytes(entries in contents()) {
        let bytes = pack(&entries).unwrap();
        prop_assert_eq!(pack(&entries.clone()).unwrap(), bytes.clone());
        prop_assert_eq!(unpack(&bytes).unwrap(), entries);
    }

    #[test]
    fn no_bytes_make_it_panic(entries in contents(), at in any::<prop::sample::Index>(), junk in prop::collection::vec(any::<u8>(), 0..24), cut in 0..24usize) {
        let mut bytes = pack(&entries).unwrap();
        let at = at.index(bytes.len());
        let to = (at + cut).min(bytes.len());
        bytes.splice(at..to, junk);
        if let Ok(read) = unpack(&bytes) {
            prop_assert_eq!(read, entries);
        }
    }
}
