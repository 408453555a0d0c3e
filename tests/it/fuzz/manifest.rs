//! What holds of every manifest, of a package or of a snapshot, whatever its bytes: refused, or written as the same bytes.

use std::collections::BTreeMap;

use futures::FutureExt;
use serde_json::{Map, Value};
use snapdeploy::core::archive::pack;
use snapdeploy::core::digest::canonical;
use snapdeploy::core::objects::{Key, Objects};
use snapdeploy::core::package::Package;
use snapdeploy::core::repository::Repository;
use snapdeploy::core::{Digest, Document, Error, ErrorKind, Pin, SnapshotId};
use snapdeploy::store::MemoryObjects;

/// What stands between a manifest and the documents and bytes that come with it.
const BETWEEN: u8 = b'\n';

/// Fails unless the manifest and the documents in `bytes`, one on each line, are refused or come out again as they went
/// in: of a package, as they are and with the digests that they ought to name; and of a snapshot.
pub fn holds(bytes: &[u8]) {
    let mut lines = bytes.split(|b| *b == BETWEEN);
    let manifest = lines.next().unwrap_or_default();
    let rest: Vec<&[u8]> = lines.collect();
    for line in &rest {
        document(line);
    }
    package(manifest, &rest);
    let Ok(Value::Object(mut members)) = serde_json::from_slice(manifest) else { return };
    named(&mut members, &rest);
    package(canonical(&Value::Object(members.clone())).as_bytes(), &rest);
    snapshot(members);
}

#[track_caller]
fn refused(error: &Error) {
    assert!(matches!(error.kind, ErrorKind::Corrupt | ErrorKind::Input), "{error:?}");
    assert!(!error.message.contains(|c: char| c.is_control()), "{error:?}");
}

fn document(bytes: &[u8]) {
    let Ok(document) = Document::from_bytes(bytes) else { return };
    let stored = document.to_bytes();
    let again = Document::from_bytes(&stored).expect("what is stored can be read");
    assert_eq!(again.to_bytes(), stored, "stored twice");
    assert_eq!(again.portable_digest(), document.portable_digest(), "what is the same has one digest");
    assert_eq!(again.local_digest(), document.local_digest(), "what is the same has one digest");
}

/// Holds a package of `manifest`, and of `rest` under the names that they have to have.
fn package(manifest: &[u8], rest: &[&[u8]]) {
    let mut entries = BTreeMap::from([("manifest.json".to_string(), manifest.to_vec())]);
    for bytes in rest.iter().filter(|b| !b.is_empty()) {
        let digest = Digest::of(bytes);
        let name = match Document::from_bytes(bytes) {
            Ok(_) => format!("bodies/{digest}.json"),
            Err(_) => format!("blobs/{digest}"),
        };
        entries.insert(name, bytes.to_vec());
    }
    let Ok(archive) = pack(&entries) else { return };
    match Package::from_bytes(&archive) {
        Err(error) => refused(&error),
        Ok(package) => {
            let again = package.to_bytes().expect("what is accepted can be written");
            assert_eq!(again, archive, "what is accepted is the same bytes when it is written");
            assert_eq!(Package::from_bytes(&again).expect("it was accepted before"), package);
        }
    }
}

/// Puts the digests of the documents in `rest` where a manifest names them, one after the other.
fn named(members: &mut Map<String, Value>, rest: &[&[u8]]) {
    let documents = rest.iter().filter_map(|bytes| Some((bytes, Document::from_bytes(bytes).ok()?)));
    let kept = members.get_mut("kept").and_then(Value::as_array_mut).into_iter().flatten();
    for (kept, (bytes, document)) in kept.zip(documents) {
        let Some(kept) = kept.as_object_mut() else { continue };
        let digests = [
            ("body", Digest::of(bytes)),
            ("portable", document.portable_digest()),
            ("local", document.local_digest()),
        ];
        kept.extend(digests.map(|(name, digest)| (name.to_string(), digest.to_string().into())));
    }
}

/// Holds a snapshot of which the store keeps `members` under the id and the pin that they say.
fn snapshot(mut members: Map<String, Value>) {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let (Some(Ok(id)), Some(Ok(pin))) =
        (text("id").map(str::parse::<SnapshotId>), text("pin").map(str::parse::<Pin>))
    else {
        return;
    };
    members.remove("digest");
    let digest = Digest::of_json(&Value::Object(members.clone()));
    members.insert("digest".into(), digest.to_string().into());
    let stored = canonical(&Value::Object(members));
    let objects = MemoryObjects::new();
    let Ok(key) = Key::new(format!("snapshots/{pin}/{id}.json")) else { return };
    // What is in memory is never waited for.
    let created = objects.create(&key, stored.clone().into()).now_or_never();
    if created.expect("memory answers at once").is_err() {
        return;
    }
    let read = Repository::new(&objects).manifest(&pin, &id).now_or_never();
    match read.expect("memory answers at once") {
        Err(error) => refused(&error),
        Ok(manifest) => {
            let Ok(Value::Object(mut again)) = serde_json::to_value(&manifest) else {
                panic!("a manifest is an object")
            };
            again.insert("digest".into(), digest.to_string().into());
            assert_eq!(canonical(&Value::Object(again)), stored, "what is accepted is written as it was");
        }
    }
}
