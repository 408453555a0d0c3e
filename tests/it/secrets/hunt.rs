//! The hunt: values that nobody else could write, and whether they stand in anything that was written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

use snapdeploy::core::base64;
use tempfile::TempDir;

/// Returns bytes of chance.
pub fn chance<const N: usize>() -> [u8; N] {
    let mut random = [0; N];
    getrandom::fill(&mut random).unwrap();
    random
}

/// What is planted.
struct Planted {
    /// The whole value.
    value: String,
    /// The part of it that no escaping changes, and that is looked for.
    core: String,
    /// Where it may stand: any of these is in the name of the place.
    allowed: Vec<&'static str>,
}

/// What was planted, by where, and what was written, by the place.
#[derive(Default)]
pub struct Hunt {
    planted: BTreeMap<&'static str, Planted>,
    written: Vec<(String, Vec<u8>)>,
}

/// What came of it.
pub struct Outcome {
    /// How many values were looked for.
    pub canaries: usize,
    /// In how many places: each stream, file, archive member and message.
    pub places: usize,
    pub bytes: usize,
    /// What is where it may not be.
    pub found: BTreeSet<String>,
    /// What is where it may be, and so was found by the same search.
    pub allowed: BTreeSet<&'static str>,
}

/// Returns the spellings under which a core is met: as it is, in base64 at each of three offsets, in hexadecimal.
fn spellings(core: &str) -> Vec<String> {
    // A short one would be met by chance in anything encoded.
    if core.len() < 10 {
        return vec![core.to_string()];
    }
    let mut all = vec![core.to_string(), core.to_uppercase(), hex::encode(core)];
    for offset in 0..3_usize {
        let padded = [vec![b' '; offset], core.as_bytes().to_vec()].concat();
        let encoded = base64::encode(&padded);
        // What the neighbours decide is left out on both sides.
        let (start, end) = (if offset == 0 { 0 } else { 4 }, encoded.trim_end_matches('=').len() - 2);
        all.push(encoded[start..end].to_string());
    }
    all
}

impl Hunt {
    fn put(&mut self, place: &'static str, make: impl FnOnce() -> (String, String)) -> String {
        let planted = self.planted.entry(place).or_insert_with(|| {
            let (value, core) = make();
            Planted { value, core, allowed: Vec::new() }
        });
        planted.value.clone()
    }

    /// Returns the value of `place`: letters and digits, as what stands in a URL or a header.
    pub fn plain(&mut self, place: &'static str) -> String {
        self.put(place, || {
            let core = format!("canary{}", hex::encode(chance::<12>()));
            (core.clone(), core)
        })
    }

    /// Returns the value of `place`: with all that JSON, URLs, XML and shells escape.
    pub fn hard(&mut self, place: &'static str) -> String {
        self.put(place, || {
            let core = format!("canary{}", hex::encode(chance::<12>()));
            (format!("C\"\\/&<é>'=+% {core} %+='>é<&/\\\""), core)
        })
    }

    /// Returns the value of `place`: an ordinary word, as far as its letters tell.
    pub fn word(&mut self, place: &'static str) -> String {
        self.put(place, || {
            let core: String = chance::<14>().iter().map(|b| char::from(b'a' + b % 26)).collect();
            (core.clone(), core)
        })
    }

    /// Returns the value of `place`: five characters.
    pub fn short(&mut self, place: &'static str) -> String {
        self.put(place, || {
            let letters: String = chance::<3>().iter().map(|b| char::from(b'A' + b % 26)).collect();
            let core = format!("~{letters}^");
            (core.clone(), core)
        })
    }

    /// Looks also for `value`, which somebody else made.
    pub fn other(&mut self, place: &'static str, value: &str) {
        let allowed = Vec::new();
        self.planted.insert(place, Planted { value: value.into(), core: value.into(), allowed });
    }

    /// The value of `place` may stand where one of `parts` is in the name of the place.
    pub fn allow(&mut self, place: &'static str, parts: &[&'static str]) {
        self.planted.get_mut(place).unwrap().allowed = parts.to_vec();
    }

    /// Takes what was written to `place`; what is in it if it is an archive, and in archives in that.
    pub fn take(&mut self, place: &str, bytes: &[u8]) {
        self.written.push((place.to_string(), bytes.to_vec()));
        if !bytes.starts_with(b"PK") {
            return;
        }
        let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return };
        for i in 0..archive.len() {
            let mut inner = Vec::new();
            let mut file = archive.by_index(i).unwrap();
            let name = format!("{place}#{}", file.name().unwrap());
            file.read_to_end(&mut inner).unwrap();
            drop(file);
            self.take(&name, &inner);
        }
    }

    /// Takes every file below `directory`, but those that are called `but`.
    pub fn take_files(&mut self, directory: &Path, but: &str) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.take_files(&path, but);
            } else if !path.ends_with(but) {
                let bytes = fs::read(&path).unwrap();
                self.take(&path.display().to_string(), &bytes);
            }
        }
    }

    /// Looks for everything everywhere.
    pub fn search(&self) -> Outcome {
        let mut outcome = Outcome {
            canaries: self.planted.len(),
            places: self.written.len(),
            bytes: self.written.iter().map(|(_, bytes)| bytes.len()).sum(),
            found: BTreeSet::new(),
            allowed: BTreeSet::new(),
        };
        let sought: Vec<_> = self.planted.iter().map(|(place, p)| (*place, p, spellings(&p.core))).collect();
        for (place, bytes) in &self.written {
            // What is no UTF-8 is replaced, and no spelling has it.
            let text = String::from_utf8_lossy(bytes);
            for (planted, canary, spellings) in &sought {
                if !spellings.iter().any(|s| text.contains(s.as_str())) {
                    continue;
                }
                if canary.allowed.iter().any(|part| place.contains(part)) {
                    outcome.allowed.insert(planted);
                } else {
                    outcome.found.insert(format!("{place} holds {planted}"));
                }
            }
        }
        outcome
    }
}

/// Returns an archive of one file.
fn archive(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut archive, bytes).unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn what_is_planted_is_found_however_it_is_spelled() {
    let mut hunt = Hunt::default();
    let plants = [hunt.plain("plain"), hunt.hard("hard"), hunt.word("word")];
    let short = hunt.short("short");
    let directory: TempDir = tempfile::tempdir().unwrap();
    let inner = directory.path().join("deep");
    fs::create_dir(&inner).unwrap();
    let mut texts = vec![format!("raw {short}!")];
    for canary in &plants {
        texts.extend([
            format!("raw {canary}!"),
            serde_json::json!({ "a": canary }).to_string(),
            format!("x{}", base64::encode(format!("a:{canary}:b").as_bytes())),
            base64::encode(format!("ab{canary}").as_bytes()),
            format!("{canary:?}"),
            hex::encode(canary),
        ]);
    }
    for (i, text) in texts.iter().enumerate() {
        fs::write(inner.join(format!("{i}.txt")), text).unwrap();
    }
    let nested = archive("in/y.zip", &archive("x", plants[0].repeat(20).as_bytes()));
    assert!(!String::from_utf8_lossy(&nested).contains(&plants[0]), "it is compressed");
    fs::write(directory.path().join("a.zip"), nested).unwrap();
    fs::write(directory.path().join("clean"), "canary0123456789abcdef01234567").unwrap();
    fs::write(directory.path().join("left"), &plants[0]).unwrap();
    hunt.take_files(directory.path(), "left");
    let outcome = hunt.search();
    assert_eq!(outcome.found.len(), texts.len() + 1, "{:#?}", outcome.found);
    assert!(outcome.found.iter().any(|f| f.contains("a.zip#in/y.zip#x holds plain")), "{:#?}", outcome.found);
    hunt.allow("plain", &["/deep/", "a.zip"]);
    let outcome = hunt.search();
    assert!(outcome.allowed.contains("plain") && !outcome.found.iter().any(|f| f.ends_with("holds plain")));
}
