//! Packages with blobs, as files and in the store.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use snapdeploy::core::package::Package;
use snapdeploy::core::snapshot::Kept;
use snapdeploy::core::{Address, Digest};

use super::exits::acme;
use super::journey::Acme;

const AUDIO: &[u8] = b"RIFF....WAVEfmt hello";

/// Writes `release.zip`: what dev's hours are, one of which names a blob in its local part, which stays in dev.
fn release(acme: &Acme) {
    acme.run(0, &["package", "create", "dev@latest", "connect/hours/*", "--out", "plain.zip"]);
    let directory = acme.shell.directory.path();
    let mut package = Package::from_bytes(&std::fs::read(directory.join("plain.zip")).unwrap()).unwrap();
    assert!(package.blobs.is_empty());
    let digest = Digest::of(AUDIO);
    let address: Address = package.documents.keys().next().unwrap().clone();
    let document = package.documents.get_mut(&address).unwrap();
    document.local.insert("Greeting".into(), json!(format!("@{{blob:{digest}}}")));
    let kept = package.manifest.kept.iter_mut().find(|k| k.found.address == address).unwrap();
    *kept = Kept::of(&kept.found, document);
    package.blobs.insert(digest, AUDIO.into());
    std::fs::write(directory.join("release.zip"), package.to_bytes().unwrap()).unwrap();
}

fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(directory).unwrap().map(|e| e.unwrap());
    entries.map(|e| (e.file_name().into_string().unwrap(), std::fs::read(e.path()).unwrap())).collect()
}

#[test]
fn a_package_with_blobs_is_inspected_verified_taken_apart_and_put_together() {
    let acme = acme();
    release(&acme);
    let digest = Digest::of(AUDIO).to_string();
    let inspected = acme.json(0, &["package", "inspect", "release.zip"]);
    assert_eq!(inspected["data"]["blobs"], json!([{ "digest": digest, "bytes": AUDIO.len() }]));
    assert_eq!(acme.json(0, &["package", "verify", "release.zip"])["data"]["blobs"], 1);
    assert!(acme.run(0, &["package", "verify", "release.zip"]).out.contains(" documents, 1 blob, "));
    assert!(
        acme.run(0, &["package", "inspect", "release.zip"]).out.contains(&format!("blob {}", &digest[..12]))
    );

    acme.run(0, &["package", "unpack", "release.zip", "folder"]);
    let directory = acme.shell.directory.path();
    let blobs = directory.join("folder/blobs");
    assert_eq!(files(&blobs), BTreeMap::from([(digest.clone(), AUDIO.to_vec())]));
    acme.run(0, &["package", "pack", "folder", "--out", "again.zip"]);
    let read = |name: &str| std::fs::read(directory.join(name)).unwrap();
    assert!(read("again.zip") == read("release.zip"), "nobody touched it");

    let refused = |says: &str| {
        let said = acme.run(2, &["package", "pack", "folder", "--out", "no.zip"]);
        assert!(said.err.contains(says) && said.err.contains("hint: "), "{}", said.err);
        assert!(!directory.join("no.zip").exists());
    };
    std::fs::write(blobs.join(&digest), b"other").unwrap();
    refused(&format!("its SHA-256 is {}", Digest::of(b"other")));
    std::fs::remove_file(blobs.join(&digest)).unwrap();
    refused(&format!("the blob {digest}, which connect/hours/"));
    std::fs::write(blobs.join(&digest), AUDIO).unwrap();
    std::fs::write(blobs.join(Digest::of(b"more").to_string()), b"more").unwrap();
    refused("belongs to nothing");
    std::fs::remove_file(blobs.join(Digest::of(b"more").to_string())).unwrap();
    std::fs::write(blobs.join("hello.wav"), AUDIO).unwrap();
    refused("hello.wav is not named by a SHA-256");
}

/// Returns the names of the blobs in the store.
fn kept(acme: &Acme) -> Vec<String> {
    let state: Value = acme.sandbox.state();
    let text = state.to_string();
    let mut found: Vec<String> =
        text.split('"').filter(|t| t.contains("/blobs/sha256/")).map(str::to_string).collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn deploying_a_package_file_puts_its_blobs_into_the_store_and_planning_does_not() {
    let acme = acme();
    release(&acme);
    let deploy = ["deploy", "release.zip", "--to", "prod"];
    acme.run(0, &[&deploy[..], &["--dry-run"]].concat());
    let name = format!("snapdeploy/blobs/sha256/{}", Digest::of(AUDIO));
    assert!(!kept(&acme).contains(&name));
    acme.run(0, &[&deploy[..], &["--confirm", "acme/prod"]].concat());
    assert!(kept(&acme).contains(&name));
    // From the store it is the same package, blobs and all.
    let digest = Digest::of(&std::fs::read(acme.shell.directory.path().join("release.zip")).unwrap());
    assert_eq!(acme.json(0, &["package", "verify", &digest.to_string()])["data"]["blobs"], 1);
}
