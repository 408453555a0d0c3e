//! Blobs: bytes that are not documents, such as a prompt's audio. A document names one by its digest.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::address::Address;
use super::digest::Digest;
use super::document::Document;
use super::error::{Error, Result};
use super::portable;

/// Blobs by their digests.
pub type Blobs = BTreeMap<Digest, Bytes>;

/// Where an archive keeps its blobs: `blobs/HEX`.
const FOLDER: &str = "blobs/";

/// Returns every blob that `documents` name, each with the first resource that names it.
pub fn named(documents: &BTreeMap<Address, Document>) -> BTreeMap<Digest, &Address> {
    let mut found = BTreeMap::new();
    for (address, document) in documents {
        // The other parts are not templates: a text in them that looks like a placeholder is text.
        for part in [&document.portable, &document.local] {
            for digest in in_part(part) {
                found.entry(digest).or_insert(address);
            }
        }
    }
    found
}

fn in_part(part: &Map<String, Value>) -> impl Iterator<Item = Digest> {
    portable::blobs(&Value::Object(part.clone())).into_iter()
}

/// Fails with `Corrupt` unless `blobs` are those that `documents` name: none missing, none besides.
pub fn account(blobs: &Blobs, documents: &BTreeMap<Address, Document>) -> Result<()> {
    let named = named(documents);
    if let Some((digest, address)) = named.iter().find(|(digest, _)| !blobs.contains_key(digest)) {
        return Err(Error::corrupt(format!("the blob {digest}, which {address} names, is missing")));
    }
    match blobs.keys().find(|digest| !named.contains_key(digest)) {
        Some(digest) => Err(Error::corrupt(format!("the blob {digest} belongs to nothing"))),
        None => Ok(()),
    }
}

/// Returns `blobs` as an archive's entries.
pub fn entries(blobs: &Blobs) -> impl Iterator<Item = (String, Bytes)> {
    blobs.iter().map(|(digest, bytes)| (format!("{FOLDER}{digest}"), bytes.clone()))
}

/// Takes the blobs out of an archive's entries. `Corrupt` if one is not named by its digest, or does not match it.
pub fn take(entries: &mut BTreeMap<String, Vec<u8>>) -> Result<Blobs> {
    let mut blobs = Blobs::new();
    let taken: Vec<String> = entries.keys().filter(|name| name.starts_with(FOLDER)).cloned().collect();
    for name in taken {
        let digest: Digest = name[FOLDER.len()..].parse().map_err(|_| {
            Error::corrupt(format!("`{}` does not belong into a package", name.escape_debug()))
        })?;
        let bytes = entries.remove(&name).unwrap_or_default();
        digest.check(&bytes, format!("the blob `{name}`"))?;
        blobs.insert(digest, bytes.into());
    }
    Ok(blobs)
}
