//! The distributions of an account, what their caches hold, and their invalidations.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::clock;

/// What of CloudFront is in an account: distributions by id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    pub(super) distributions: BTreeMap<String, Distribution>,
}

/// A distribution whose only origin is a bucket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Distribution {
    pub(super) bucket: String,
    /// Nothing, or a path that begins with a slash.
    pub(super) origin_path: String,
    /// When it was last changed.
    pub(super) made: f64,
    /// Whether it serves nobody.
    pub(super) disabled: bool,
    pub(super) invalidations: Vec<Invalidation>,
    /// What was served, by path as viewers name it.
    pub(super) cache: BTreeMap<String, Cached>,
}

/// An invalidation.
#[derive(Debug, Clone)]
pub(crate) struct Invalidation {
    pub(super) id: String,
    pub(super) paths: Vec<String>,
    pub(super) reference: String,
    pub(super) created: f64,
    /// When it is complete.
    pub(super) done: f64,
}

/// An answer that is served again.
#[derive(Debug, Clone)]
pub(crate) struct Cached {
    pub(super) answer: Answer,
    pub(super) stored: f64,
    pub(super) until: f64,
}

impl Invalidation {
    /// `Status`.
    pub(super) fn status(&self, now: f64) -> &'static str {
        if now >= self.done { "Completed" } else { "InProgress" }
    }

    /// Whether `path` is one of its paths. A `*` is only a wildcard at the end ("Specifying the objects to invalidate").
    pub(super) fn names(&self, path: &str) -> bool {
        self.paths.iter().any(|named| match named.strip_suffix('*') {
            Some(head) => path.starts_with(head),
            None => named == path,
        })
    }
}

impl Held {
    /// Adds a distribution.
    pub(crate) fn seed(&mut self, id: &str, bucket: &str, path: &str) {
        let (bucket, origin_path, made) = (bucket.into(), path.into(), clock::wall());
        let one = Distribution { bucket, origin_path, made, ..Distribution::default() };
        self.distributions.insert(id.into(), one);
    }

    /// Disables a distribution that was added before.
    pub(crate) fn disable(&mut self, id: &str) {
        self.distributions.entry(id.into()).and_modify(|d| d.disabled = true);
    }

    /// Everything, as it is now: the paths of invalidations, in order.
    pub(crate) fn state(&self) -> Value {
        let one = |d: &Distribution| {
            let all: Vec<&Vec<String>> = d.invalidations.iter().map(|i| &i.paths).collect();
            json!({"bucket": d.bucket, "path": d.origin_path, "invalidations": all})
        };
        self.distributions.iter().map(|(id, d)| (id.clone(), one(d))).collect()
    }
}
