//! Reading an environment: what is listed there, and a resource as the service answers and as it is understood.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::address::Address;
use super::digest::Digest;
use super::document::Document;
use super::error::{EXPIRED, Error};
use super::finding::Finding;
use super::inventory::Found;
use super::secret::Secret;

/// A kind that could not be listed, or a resource that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The kind.
    pub kind: String,
    /// The resource, where it is one.
    pub address: Option<Address>,
    /// Why, in AWS's words.
    pub why: String,
    /// The code that AWS gave, if AWS gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Box<str>>,
}

impl Gap {
    /// Returns the gap that `e` leaves in `kind`, or where `address` is.
    pub fn of(kind: &str, address: Option<&Address>, e: Error) -> Gap {
        let why = match e.hint {
            Some(hint) => format!("{} ({hint})", e.message),
            None => e.message,
        };
        Gap { kind: kind.to_string(), address: address.cloned(), why, code: e.code }
    }

    /// Returns whether it is there since the credentials of a session are over: it says nothing about what is there.
    pub fn is_expired(&self) -> bool {
        self.code.as_deref().is_some_and(|code| EXPIRED.contains(&code))
    }
}

/// Everything that is there, by name.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// What was found.
    pub found: Vec<Found>,
    /// What could not be listed, and what shares its address with something else.
    pub gaps: Vec<Gap>,
}

/// Where a resource is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// From its source of truth.
    Fresh,
    /// As the driver has read it from there some seconds ago, where it remembers that; else from there.
    Recent,
    /// From a search index where that has all of it: many at once, and some seconds behind.
    Indexed,
}

/// A resource as the service answers.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    /// Its members.
    pub wire: Map<String, Value>,
    /// What belongs to it and is no JSON, by digest, as far as it was read with it.
    pub blobs: BTreeMap<Digest, Bytes>,
    /// What belongs to it and is no JSON either, and was not read: [`super::driver::Driver::bytes`] does, where the store lacks it.
    pub unread: BTreeSet<Digest>,
}

/// A resource as it was read.
#[derive(Clone, Debug)]
pub struct Live {
    /// Which, with its id and ARN there.
    pub found: Found,
    /// What it is.
    pub document: Document,
    /// What a person ought to know about it.
    pub findings: Vec<Finding>,
    /// The secrets that its document names by their fingerprints.
    pub secrets: Vec<Secret>,
}
