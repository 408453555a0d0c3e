//! The kept inputs of the fuzz targets, held against what the targets assert.

use std::path::{Path, PathBuf};

use snapdeploy::cli::sound_configuration;
use snapdeploy::core::archive::unpack;

use super::{archive, configuration, flow, manifest};

/// What holds for an input, or panics.
type Holds = fn(&[u8]);

/// The targets, as `fuzz/Cargo.toml` and the folders of `fuzz/corpus` call them.
pub const TARGETS: [(&str, Holds); 4] = [
    ("archive", archive::holds),
    ("configuration", configuration::holds),
    ("flow", flow::holds),
    ("manifest", manifest::holds),
];
/// The most that is kept of all of them.
const MOST_BYTES: usize = 200_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// Returns the kept inputs of a target, by the names of their files.
pub fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder().join("corpus").join(target)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
    files.sort();
    let name = |file: &Path| file.file_name().unwrap().to_string_lossy().into_owned();
    files.iter().map(|file| (name(file), std::fs::read(file).unwrap())).collect()
}

#[track_caller]
fn replay(target: &str) {
    let (_, holds) = TARGETS.iter().find(|(name, _)| *name == target).unwrap();
    let corpus = corpus(target);
    assert!(corpus.len() >= 5, "{target}: {} inputs", corpus.len());
    for (name, bytes) in corpus {
        println!("fuzz: {target}/{name}");
        holds(&bytes);
    }
}

#[test]
fn archives_hold() {
    replay("archive");
    let read = corpus("archive").iter().filter(|(_, bytes)| unpack(bytes).is_ok()).count();
    assert!(read >= 3, "only {read} are archives");
}

#[test]
fn configurations_hold() {
    replay("configuration");
    let sound = |bytes: &[u8]| std::str::from_utf8(bytes).is_ok_and(|text| sound_configuration(text).is_ok());
    let taken = corpus("configuration").iter().filter(|(_, bytes)| sound(bytes)).count();
    assert!(taken >= 3, "only {taken} are configurations");
}

#[test]
fn flows_hold() {
    replay("flow");
}

#[test]
fn manifests_hold() {
    replay("manifest");
}

#[test]
fn what_is_kept_is_small_and_of_every_target() {
    let all: usize = TARGETS.iter().flat_map(|(name, _)| corpus(name)).map(|(_, bytes)| bytes.len()).sum();
    assert!(all <= MOST_BYTES, "{all} bytes");
    let listed = std::fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    let bins: Vec<&str> = listed.lines().filter_map(|l| l.strip_prefix("path = \"targets/")).collect();
    let known: Vec<String> = TARGETS.iter().map(|(name, _)| format!("{name}.rs\"")).collect();
    let mut sorted = bins.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, known);
    for (name, _) in TARGETS {
        let text = std::fs::read_to_string(folder().join(format!("targets/{name}.rs"))).unwrap();
        assert!(text.contains(&format!("tests/it/fuzz/{name}.rs")), "{name} asserts something else");
    }
}
