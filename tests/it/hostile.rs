//! Archives that lie: each is refused in one line, and none panics or unpacks to anything else than was packed.

use std::collections::BTreeMap;

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

#[track_caller]
fn refuse(what: &str, bytes: &[u8], says: &str) {
    let message = refused(what, unpack(bytes));
    assert!(message.contains(says), "{what}: `{message}` does not say `{says}`");
}

fn two() -> [Entry; 2] {
    [Entry::new("a.json", b"first"), Entry::new("b.json", b"second")]
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let whole = pack(&BTreeMap::from([("x".to_string(), content.to_vec())])).unwrap();
    let size = u32::from_le_bytes(whole[18..22].try_into().unwrap()) as usize;
    whole[31..31 + size].to_vec()
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
    let read = unpack(&join(&[packed("ä.json", &[b'x'; 999], 999)])).unwrap();
    assert_eq!(read["ä.json"], [b'x'; 999]);
    assert!(unpack(&join(&[])).unwrap().is_empty());
}

#[test]
fn an_entry_that_is_named_twice_is_refused() {
    for (a, b) in [("a.json", "a.json"), ("a.json", "A.json"), ("ä", "Ä"), ("x/y", "X/y")] {
        refuse(a, &join(&[Entry::new(a, b"1"), Entry::new(b, b"2")]), "named twice");
    }
    // The directory lists one and the same entry twice.
    let mut bytes = join(&[Entry::new("a", b"1")]);
    let at = bytes.len() - 22 - 47;
    let again = bytes[at..at + 47].to_vec();
    bytes.splice(at..at, again);
    let end = bytes.len() - 22;
    bytes[end + 8] = 2;
    bytes[end + 10] = 2;
    bytes[end + 12] = 94;
    refuse("one entry listed twice", &bytes, "named twice");
}

#[test]
fn a_name_that_leads_elsewhere_or_that_readers_read_differently_is_refused() {
    let names: &[&[u8]] = &[
        b"/etc/passwd",
        b"../evil",
        b"a/../b",
        b"a/..",
        b"..",
        b".",
        b"./a",
        b"a//b",
        b"a/",
        b"",
        b"/",
        b"a\\b",
        b"..\\evil",
        b"C:\\x",
        b"C:x",
        b"c:/x",
        b"\\\\host\\share",
        b"ok\0.json",
        b"a\nb",
        b"a\x1b[31mb",
        b"a\x7f",
        "a\u{85}b".as_bytes(),
        b"\xff\xfe",
        b"caf\xe9",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
    ];
    for name in names {
        let shown = String::from_utf8_lossy(name).escape_debug().to_string();
        refuse(&shown, &join(&[Entry::new(name, b"x")]), "name");
        refuse(&shown, &join(&[Entry::new("good", b"x"), Entry::new(name, b"x")]), "name");
    }
    // Without the flag that says UTF-8, readers take another alphabet.
    refuse("no UTF-8 flag", &join(&[Entry::new("ä", b"x").both(2, &[0, 0])]), "flags");
}

#[test]
fn what_is_not_a_plain_file_is_refused() {
    for mode in [0o120_777u32, 0o040_755, 0o060_644, 0o020_644, 0o010_644, 0o140_644] {
        let entry = Entry::new("link", b"/etc/passwd").listed(38, &(mode << 16).to_le_bytes());
        refuse(&format!("{mode:o}"), &join(&[entry]), "not a plain file");
    }
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
    bytes[end + 8..end + 12].copy_from_slice(&[0xfe, 0xff, 0xfe, 0xff]);
    refuse("65,534 entries", &bytes, "damaged");
    bytes[end + 8..end + 12].fill(0xff);
    refuse("65,535 entries", &bytes, "65534 entries");
    let many: BTreeMap<String, Vec<u8>> = (0..65_535).map(|i| (i.to_string(), Vec::new())).collect();
    refused("pack of as many", pack(&many));
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
    let name = "[a-z0-9äß._ -]{1,8}(/[a-z0-9_-]{1,8}){0,3}";
    let name = name.prop_filter("not a dot", |n| !n.split('/').any(|p| p == "." || p == ".."));
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        (any::<u8>(), 0..9000usize).prop_map(|(b, n)| vec![b; n])
    ];
    prop::collection::btree_map(name, bytes, 0..12)
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
