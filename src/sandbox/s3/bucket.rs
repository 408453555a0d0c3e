//! Buckets and the objects in them.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::call::Call;
use super::super::digest;
use super::super::world::World;
use super::setting;

/// An object as it was put.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) body: Bytes,
    pub(crate) etag: String,
    pub(crate) modified: f64,
    /// Headers that come back with it: content type, metadata, encryption.
    pub(crate) headers: BTreeMap<String, String>,
    /// Checksum headers that come back when asked for.
    pub(crate) checksums: BTreeMap<String, String>,
}

/// A bucket.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    owner: String,
    region: String,
    pub(crate) objects: BTreeMap<String, Object>,
    /// What was put, by sub-resource: the XML inside the root element.
    pub(crate) settings: BTreeMap<&'static str, String>,
}

impl Bucket {
    pub(crate) fn new(owner: &str, region: &str) -> Bucket {
        Bucket {
            owner: owner.into(),
            region: region.into(),
            objects: BTreeMap::new(),
            settings: BTreeMap::new(),
        }
    }

    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// For state dumps: size and digest of each object, and the settings.
    pub(crate) fn state(&self) -> Value {
        let objects: serde_json::Map<String, Value> = self
            .objects
            .iter()
            .map(|(key, object)| {
                let value = json!({"size": object.body.len(), "sha256": digest::sha256_hex(&object.body)});
                (key.clone(), value)
            })
            .collect();
        json!({"region": self.region, "objects": objects, "settings": self.settings})
    }
}

/// CreateBucket. Names are global.
pub(crate) fn create(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let name = call.label(0);
    // "Bucket naming rules": 3 to 63 of lower-case letters, digits, dots and hyphens.
    let fits = (3..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte));
    if !fits {
        return Err(Fail::new(400, "InvalidBucketName", "The specified bucket is not valid."));
    }
    let region = setting::location(call)?;
    if let Some(bucket) = world.buckets.get(name) {
        let mine = bucket.owner == call.caller.account;
        // In us-east-1 creating one's own bucket again succeeds (CreateBucket, "BucketAlreadyOwnedByYou").
        if !(mine && call.region == "us-east-1" && bucket.region == "us-east-1") {
            let code = if mine { "BucketAlreadyOwnedByYou" } else { "BucketAlreadyExists" };
            return Err(Fail::new(409, code, "The requested bucket name is not available."));
        }
    } else {
        let mut bucket = Bucket::new(&call.caller.account, &region);
        setting::of_new_bucket(&mut bucket);
        world.buckets.insert(name.to_owned(), bucket);
    }
    let mut answer = Answer::empty(200);
    answer.headers.push(("location".into(), format!("/{name}")));
    Ok(answer)
}
