//! Blobs: bytes that documents name, from the store into packages and back, and what lies about them.

use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};
use snapdeploy::core::archive::{pack, unpack};
use snapdeploy::core::blob::Blobs;
use snapdeploy::core::digest::canonical;
use snapdeploy::core::document::Document;
use snapdeploy::core::inventory::Found;
use snapdeploy::core::objects::{Key, Objects};
use snapdeploy::core::package::{PACKAGE_SCHEMA, Package, PackageManifest};
use snapdeploy::core::portable::blobs;
use snapdeploy::core::repository::Repository;
use snapdeploy::core::snapshot::{Coverage, Kept, Manifest, SNAPSHOT_SCHEMA, Snapshot};
use snapdeploy::core::template::escape;
use snapdeploy::core::{Address, Digest, ErrorKind, SnapshotId};
use snapdeploy::store::MemoryObjects;

use crate::hostile::refused;

type Entries = BTreeMap<String, Vec<u8>>;

const ID: &str = "20261121t024500123-7k2m9x";

fn naming(digests: &[Digest]) -> Document {
    let files: Vec<String> = digests.iter().map(|d| format!("@{{blob:{d}}}")).collect();
    let Value::Object(portable) = json!({ "Audio": files }) else { unreachable!() };
    Document { portable, ..Document::default() }
}

fn found(address: &Address) -> Found {
    Found::new(address.clone(), format!("id of {address}"), format!("arn of {address}"))
}

fn package(prompts: &[(&str, Vec<u8>)]) -> Package {
    let mut all = Blobs::new();
    let mut documents = BTreeMap::new();
    for (name, audio) in prompts {
        let digest = Digest::of(audio);
        documents.insert(Address::new("connect/prompt", *name), naming(&[digest]));
        all.insert(digest, Bytes::from(audio.clone()));
    }
    let manifest = PackageManifest {
        schema: PACKAGE_SCHEMA.into(),
        snapshot: ID.parse::<SnapshotId>().unwrap(),
        environment: "dev".into(),
        pin: "111111111111.us-east-1.1b4e28ba".parse().unwrap(),
        taken_at: "2026-11-21T02:45:00.123Z".parse().unwrap(),
        labels: BTreeMap::new(),
        whole: Default::default(),
        vars: Default::default(),
        kept: documents.iter().map(|(a, d)| Kept::of(&found(a), d)).collect(),
        inventory: Vec::new(),
        findings: Vec::new(),
    };
    Package { manifest, documents, blobs: all }
}

fn good() -> Package {
    package(&[("Hello", b"RIFF hello".to_vec()), ("Bye", b"RIFF bye".to_vec())])
}

fn snapshot_of(package: &Package) -> Snapshot {
    let m = &package.manifest;
    let manifest = Manifest {
        schema: SNAPSHOT_SCHEMA.into(),
        id: m.snapshot.clone(),
        environment: m.environment.clone(),
        pin: m.pin.clone(),
        taken_at: m.taken_at,
        actor: serde_json::from_value(json!({ "identity": "local", "host": "ada@h", "ci": null })).unwrap(),
        tool: "0.1.0".into(),
        name: None,
        note: None,
        coverage: Coverage::Selected { patterns: Vec::new() },
        gaps: Vec::new(),
        bodies: Digest::of(b""),
        kept: m.kept.clone(),
        inventory: Vec::new(),
        vars: Default::default(),
        healthy: None,
        problems: Vec::new(),
        findings: Vec::new(),
    };
    Snapshot { manifest, documents: package.documents.clone() }
}

#[track_caller]
fn refuse(what: &str, entries: &Entries, says: &str) {
    let message = refused(what, Package::from_bytes(&pack(entries).unwrap()));
    assert!(message.contains(says), "{what}: `{message}` does not say `{says}`");
}

async fn keys(objects: &MemoryObjects) -> Vec<String> {
    let page = objects.list("", None).await.unwrap();
    page.items.iter().map(ToString::to_string).collect()
}

#[test]
fn a_document_names_its_blobs_wherever_they_stand_and_text_names_none() {
    let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
    let value = json!({ format!("x@{{blob:{a}}}"): [1, { "y": format!("@{{account}} and @{{blob:{b}}}") }] });
    assert_eq!(blobs(&value), [a, b].into());
    let text = escape(&format!("@{{blob:{a}}}"));
    assert!(blobs(&json!([text, format!("blob:{a}"), "@{blob:", format!("@{{blob:{a}")])).is_empty());
}

#[test]
fn a_package_with_blobs_reads_back_and_is_the_same_bytes_again() {
    let package = good();
    let bytes = package.to_bytes().unwrap();
    let read = Package::from_bytes(&bytes).unwrap();
    assert_eq!(read, package);
    assert_eq!(read.to_bytes().unwrap(), bytes);
    let names: Vec<String> =
        unpack(&bytes).unwrap().into_keys().filter(|n| n.starts_with("blobs/")).collect();
    let expected: Vec<String> = package.blobs.keys().map(|d| format!("blobs/{d}")).collect();
    assert_eq!(names, expected);
}

#[test]
fn audio_of_the_greatest_size_that_connect_takes_fits_be_it_silence_or_noise() {
    // Source: Amazon Connect guide, "Flow block: Play prompt": prompts of less than 50 MB.
    let most = 50 << 20;
    let mut state = 1u32;
    let noise = (0..most).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let package = package(&[("Silence", vec![0; most]), ("Noise", noise.collect())]);
    let read = Package::from_bytes(&package.to_bytes().unwrap()).unwrap();
    assert!(read == package);
}

#[test]
fn blobs_and_documents_have_to_account_for_each_other() {
    let package = good();
    let entries = || unpack(&package.to_bytes().unwrap()).unwrap();
    let name = entries().keys().find(|n| n.starts_with("blobs/")).unwrap().clone();
    let hex = name.trim_start_matches("blobs/").to_string();

    let mut all = entries();
    let content = all.remove(&name).unwrap();
    refuse("a blob is missing", &all, &format!("the blob {hex}, which connect/prompt/"));
    all.insert(name.clone(), [&content[..], b" "].concat());
    refuse("a blob does not match", &all, "does not match its digest");
    let mut all = entries();
    all.insert(format!("blobs/{}", Digest::of(b"more")), b"more".to_vec());
    refuse("a blob that nothing names", &all, "belongs to nothing");
    for odd in [
        "blobs/x".to_string(),
        format!("blobs/{hex}.wav"),
        format!("blobs/sha256/{hex}"),
        format!("blobs/{}", hex.to_uppercase()),
        format!("Blobs/{hex}"),
    ] {
        let mut all = entries();
        let content = all.remove(&name).unwrap();
        all.insert(odd.clone(), content);
        refuse(&odd, &all, &odd);
    }
    // A document that names a blob by what is no digest: nothing could ever be found under it.
    for text in ["@{blob:x}", "@{blob:}", "@{blob}"] {
        let mut documents = package.documents.clone();
        let Value::Object(portable) = json!({ "Audio": text }) else { unreachable!() };
        let address = documents.keys().next().unwrap().clone();
        documents.insert(address, Document { portable, ..Document::default() });
        let lying = Package { documents, ..package.clone() };
        assert_eq!(lying.to_bytes().unwrap_err().kind, ErrorKind::Corrupt, "{text}");
    }
    for blobs in [Blobs::new(), Blobs::from([(Digest::of(b"other"), Bytes::from_static(b"other"))])] {
        let lying = Package { blobs, ..package.clone() };
        assert_eq!(lying.to_bytes().unwrap_err().kind, ErrorKind::Corrupt);
    }
}

#[test]
fn a_manifest_cannot_lend_a_blob_to_a_document_that_does_not_name_it() {
    let mut package = good();
    let address = package.documents.keys().next().unwrap().clone();
    let digest = Digest::of(b"RIFF bye");
    // In a part that is not a template the words mean nothing.
    let Value::Object(unknown) = json!({ "Audio": format!("@{{blob:{digest}}}") }) else { unreachable!() };
    assert!(package.documents[&address].portable["Audio"][0].as_str().unwrap().contains(&digest.to_string()));
    package.documents.insert(address.clone(), Document { unknown, ..Document::default() });
    let e = package.to_bytes().unwrap_err();
    assert!(e.message.contains(&format!("{digest} belongs to nothing")), "{e}");
}

#[test]
fn every_flip_in_a_package_with_blobs_is_refused_or_changes_nothing() {
    let package = good();
    let whole = package.to_bytes().unwrap();
    for at in 0..whole.len() {
        for mask in [1u8, 32, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] ^= mask;
            match Package::from_bytes(&bytes) {
                Ok(read) => assert!(read == package, "byte {at} ^ {mask:#x}"),
                Err(e) => drop(refused(&format!("byte {at} ^ {mask:#x}"), Err::<(), _>(e))),
            }
        }
    }
}

#[tokio::test]
async fn invariant_1_a_snapshot_that_names_a_blob_that_is_not_there_is_not_committed() {
    let objects = MemoryObjects::new();
    let repository = Repository::new(&objects);
    let package = good();
    let snapshot = snapshot_of(&package);
    let mut audio = package.blobs.values();
    repository.put_blob(audio.next().unwrap().clone()).await.unwrap();
    let e = repository.commit(snapshot.clone()).await.unwrap_err();
    assert_eq!(e.kind, ErrorKind::Bug);
    assert!(e.message.contains("names the blob") && e.message.contains("connect/prompt/"), "{e}");
    assert!(!keys(&objects).await.iter().any(|k| k.starts_with("snapshots/") || k.starts_with("bodies/")));

    repository.put_blob(audio.next().unwrap().clone()).await.unwrap();
    let (read, _) = repository.commit(snapshot).await.unwrap();
    assert_eq!(repository.blobs(&read.documents).await.unwrap(), package.blobs);
    let (pin, id) = (&read.manifest.pin, &read.manifest.id);
    assert_eq!(repository.snapshot(pin, id).await.unwrap(), read);

    // Somebody's rule for old objects has taken the blobs away, and left the rest.
    let poorer = MemoryObjects::new();
    for key in keys(&objects).await.into_iter().filter(|k| !k.starts_with("blobs/")) {
        let key = Key::new(key).unwrap();
        poorer.create(&key, objects.read(&key).await.unwrap()).await.unwrap();
    }
    let e = Repository::new(&poorer).snapshot(pin, id).await.unwrap_err();
    assert_eq!(e.kind, ErrorKind::Corrupt);
    assert!(e.message.contains(id.as_str()) && e.message.contains("has lost the blob"), "{e}");
}

#[tokio::test]
async fn a_blob_is_kept_once_read_verified_and_its_absence_is_told() {
    let objects = MemoryObjects::new();
    let repository = Repository::new(&objects);
    let digest = repository.put_blob("audio").await.unwrap();
    assert_eq!(repository.put_blob("audio").await.unwrap(), digest);
    let name = format!("blobs/sha256/{digest}");
    assert_eq!(keys(&objects).await, [name, "format.json".into()]);
    assert_eq!(repository.blob(&digest).await.unwrap(), "audio");
    let none = Digest::of(b"none");
    assert!(repository.has_blob(&digest).await.unwrap() && !repository.has_blob(&none).await.unwrap());
    assert_eq!(repository.blob(&none).await.unwrap_err().kind, ErrorKind::NotFound);
    objects.create(&Key::new(format!("blobs/sha256/{none}")).unwrap(), "other".into()).await.unwrap();
    let e = repository.blob(&none).await.unwrap_err();
    assert_eq!(e.kind, ErrorKind::Corrupt);
    assert!(e.message.contains(&none.to_string()), "{e}");
}

#[tokio::test]
async fn a_package_brings_its_blobs_into_the_store_before_itself() {
    let objects = MemoryObjects::new();
    let repository = Repository::new(&objects);
    let package = good();
    let digest = repository.put_package(&package).await.unwrap();
    assert_eq!(repository.blobs(&package.documents).await.unwrap(), package.blobs);
    assert_eq!(repository.package(&digest).await.unwrap(), package);
    // What was packed is named by a snapshot made of it.
    repository.commit(snapshot_of(&package)).await.unwrap();

    let naming = BTreeMap::from([(Address::new("connect/prompt", "X"), naming(&[Digest::of(b"x")]))]);
    let e = repository.blobs(&naming).await.unwrap_err();
    assert!(
        e.kind == ErrorKind::NotFound && e.message.starts_with("connect/prompt/X cannot be packed"),
        "{e}"
    );
}

#[test]
fn the_manifest_is_what_it_was_before_there_were_blobs() {
    // A package without blobs keeps the digest that it had.
    let package = package(&[]);
    let entries = unpack(&package.to_bytes().unwrap()).unwrap();
    assert_eq!(entries.len(), 1);
    let manifest: Value = serde_json::from_slice(&entries["manifest.json"]).unwrap();
    assert_eq!(canonical(&manifest).as_bytes(), entries["manifest.json"]);
    assert!(manifest.get("blobs").is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_package_with_blobs_reads_back(audio in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..6)) {
        let names: Vec<String> = (0..audio.len()).map(|i| format!("Prompt {i}")).collect();
        let prompts: Vec<(&str, Vec<u8>)> = names.iter().map(String::as_str).zip(audio).collect();
        let package = package(&prompts);
        let bytes = package.to_bytes().unwrap();
        let read = Package::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&read, &package);
        prop_assert_eq!(read.to_bytes().unwrap(), bytes);
    }
}
