//! Buckets that are read as websites, over plain HTTP and without a signature: `/_site/BUCKET/PATH`.
//!
//! Source: "Website endpoints" and "Configuring an index document", Amazon S3 User Guide: a folder answers with its
//! `index.html`, what is not there with 404; headers of objects are what they were put with. The error document is
//! `404.html` here, where there is one. Buckets are read whether they are public or not.

use super::super::answer::Answer;
use super::super::call::{Call, decode};
use super::super::clock;
use super::super::world::World;
use super::bucket::{Bucket, Object};
use super::object::TAGS;

/// What a folder answers with.
const INDEX: &str = "index.html";
const ERROR: &str = "404.html";
/// The header that says where else an object is.
const REDIRECT: &str = "x-amz-website-redirect-location";

/// Answers as the website endpoint of a bucket does.
pub(crate) fn serve(world: &World, call: &Call) -> Answer {
    let path = decode(call.path.trim_start_matches("/_site/"));
    let (name, key) = path.split_once('/').unwrap_or((&path, ""));
    match world.buckets.get(name) {
        Some(bucket) => match bucket.objects.get(key).and_then(|o| o.headers.get(REDIRECT)) {
            Some(to) => moved(to),
            None => page(bucket, key),
        },
        None => text(404, "NoSuchBucket: The specified bucket does not exist"),
    }
}

/// "Setting an object redirect": the website endpoint answers with 301, which the REST endpoint does not.
fn moved(to: &str) -> Answer {
    let mut answer = Answer::empty(301);
    answer.headers.push(("location".into(), to.to_owned()));
    answer
}

/// Returns what a bucket answers with for `key`.
pub(crate) fn page(bucket: &Bucket, key: &str) -> Answer {
    let key = if key.is_empty() || key.ends_with('/') { format!("{key}{INDEX}") } else { key.to_owned() };
    if let Some(object) = bucket.objects.get(&key) {
        return answer(object, 200);
    }
    match bucket.objects.get(ERROR) {
        Some(object) => answer(object, 404),
        None => text(404, "NoSuchKey: The specified key does not exist."),
    }
}

fn answer(object: &Object, status: u16) -> Answer {
    let mut answer = Answer::empty(status);
    answer.headers.push(("etag".into(), object.etag.clone()));
    answer.headers.push(("last-modified".into(), clock::http(object.modified)));
    let is_hidden = |name: &str| name.starts_with("x-amz-server-side") || name == TAGS;
    let kept = object.headers.iter().filter(|(name, _)| !is_hidden(name));
    answer.headers.extend(kept.map(|(name, value)| (name.clone(), value.clone())));
    answer.body = object.body.clone();
    answer
}

fn text(status: u16, words: &str) -> Answer {
    let mut answer = Answer::empty(status);
    answer.headers.push(("content-type".into(), "text/plain".into()));
    answer.body = words.as_bytes().to_vec().into();
    answer
}
