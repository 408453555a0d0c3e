//! Names of entries that lead elsewhere, or that two readers or two file systems take for different things.

use snapdeploy::core::archive::unpack;

use crate::hostile::refuse;
use crate::hostile_zip::{Entry, crc, join};

#[test]
fn an_entry_that_is_named_twice_is_refused() {
    for (a, b) in [("a.json", "a.json"), ("a.json", "A.json"), ("x/y", "X/y")] {
        refuse(a, &join(&[Entry::new(a, b"1"), Entry::new(b, b"2")]), "named twice");
    }
    // Composed and decomposed, and folded as only some readers do: such letters are not read at all.
    for (a, b) in [("\u{e9}", "e\u{301}"), ("ä", "Ä"), ("\u{df}", "ss"), ("k", "\u{212a}")] {
        refuse(a, &join(&[Entry::new(a, b"1"), Entry::new(b, b"2")]), "not ASCII");
    }
    refuse("a file below a file", &join(&[Entry::new("a", b"1"), Entry::new("A/b", b"2")]), "below a file");
    refuse("a file over a folder", &join(&[Entry::new("a/b", b"1"), Entry::new("A", b"2")]), "a folder");
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
        b"a.",
        b"a ",
        b"a./b",
        b"a /b",
        b"con",
        b"x/NUL",
        b"aux.json",
        b"com1",
        b"LPT9.txt",
        b"x/CONIN$/y",
        b"prn .x",
        &[b'x'; 513],
        &[&b"d/".repeat(32)[..], b"x"].concat(),
    ];
    for name in names {
        let shown = String::from_utf8_lossy(name).escape_debug().to_string();
        refuse(&shown, &join(&[Entry::new(name, b"x")]), "name");
        refuse(&shown, &join(&[Entry::new("good", b"x"), Entry::new(name, b"x")]), "name");
    }
    // Without the flag that says UTF-8, readers take another alphabet.
    refuse("no UTF-8 flag", &join(&[Entry::new("ä", b"x").both(2, &[0, 0])]), "not ASCII");
    // What another name for the entry would be written in.
    let mut other = Entry::new("a", b"x").both(24, &[9, 0]);
    for header in [&mut other.own, &mut other.listed] {
        header.extend([b"up\x05\0\x01", &crc(b"a").to_le_bytes()[..], b"b"].concat());
    }
    refuse("a Unicode path", &join(&[other]), "extra");
    let long = [&[b'd'; 400][..], b"/", &[b'x'; 111]].concat();
    assert_eq!(unpack(&join(&[Entry::new(&long, b"x")])).unwrap().len(), 1, "512 bytes are not too many");
}
