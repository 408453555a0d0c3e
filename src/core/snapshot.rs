//! A snapshot: what was in an environment at a time, and what it covers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::digest::Digest;
use super::document::Document;
use super::driver::Gap;
use super::finding::Finding;
use super::id::{RunId, SnapshotId};
use super::inventory::{Found, Inventory};
use super::pin::Pin;
use super::run::Actor;
use super::select::Selection;

/// How much of the environment a snapshot holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// Everything of these kinds.
    Full {
        /// The kinds.
        kinds: Vec<String>,
    },
    /// What was asked for, and nothing else.
    Selected {
        /// The addresses and globs that were asked for.
        patterns: Vec<String>,
    },
    /// What a run was about to write: the snapshot to roll back to.
    Before {
        /// The run.
        run: RunId,
        /// Everything that the run was to write, there or not.
        scope: Vec<Address>,
    },
    /// What a run left, as its verification saw it: what the next one is held against.
    After {
        /// The run.
        run: RunId,
        /// Everything that the run was to write, there or not.
        scope: Vec<Address>,
    },
}

/// What a snapshot says of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// It was there, and is kept.
    There,
    /// It was not there.
    Absent,
    /// Nothing: it was not looked for, or could not be read.
    Nothing,
}

/// One resource in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Which, with its id and ARN where it came from.
    #[serde(flatten)]
    pub found: Found,
    /// The digest of the stored document: the name of its entry.
    pub body: Digest,
    /// The digest of the portable part.
    pub portable: Digest,
    /// The digest of the local part.
    pub local: Digest,
}

impl Kept {
    /// Returns the entry for `document`, as it was found.
    pub fn of(found: &Found, document: &Document) -> Kept {
        Kept {
            found: found.clone(),
            body: Digest::of(&document.to_bytes()),
            portable: document.portable_digest(),
            local: document.local_digest(),
        }
    }
}

/// What a snapshot holds. Its write is the commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// `snapdeploy.snapshot/1`.
    pub schema: String,
    /// The snapshot's id; absent in a package.
    pub id: SnapshotId,
    /// The environment's name at the time.
    pub environment: String,
    /// What the name pointed at.
    pub pin: Pin,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Who took it.
    pub actor: Actor,
    /// The version of snapdeploy.
    pub tool: String,
    /// What it is called, if it has a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A word on why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How much of the environment it holds.
    pub coverage: Coverage,
    /// What it should hold and does not.
    pub gaps: Vec<Gap>,
    /// The digest of the archive with its documents.
    pub bodies: Digest,
    /// Its documents.
    pub kept: Vec<Kept>,
    /// Everything else that was there, by name.
    pub inventory: Vec<Found>,
    /// What a person ought to know.
    pub findings: Vec<Finding>,
    /// The environment's own values then: what `@{var:NAME}` in the documents stands for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vars: BTreeMap<String, String>,
    /// Whether the environment was well, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healthy: Option<bool>,
    /// What was not well, one line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

impl Manifest {
    /// Returns whether it holds everything that was there.
    pub fn is_whole(&self) -> bool {
        matches!(self.coverage, Coverage::Full { .. }) && self.gaps.is_empty()
    }

    /// Returns what it says of `address`. What could not be read is not absent.
    pub fn says(&self, address: &Address) -> Says {
        if self.kept.iter().any(|k| k.found.address == *address) {
            return Says::There;
        }
        // It was seen, and not taken.
        if self.inventory.iter().any(|f| f.address == *address) {
            return Says::Nothing;
        }
        let hidden = |g: &Gap| match &g.address {
            Some(named) => named == address,
            None => g.kind == address.kind(),
        };
        let looked_for = match &self.coverage {
            Coverage::Full { kinds } => kinds.iter().any(|k| k == address.kind()),
            Coverage::Selected { patterns } => Selection::new(patterns).is_ok_and(|s| s.picks(address)),
            Coverage::Before { scope, .. } | Coverage::After { scope, .. } => scope.contains(address),
        };
        match looked_for && !self.gaps.iter().any(hidden) {
            true => Says::Absent,
            false => Says::Nothing,
        }
    }
}

impl Manifest {
    /// Returns the kinds of which it holds everything that was there: those that a full snapshot without gaps covers.
    pub fn whole(&self) -> BTreeSet<String> {
        match &self.coverage {
            Coverage::Full { kinds } if self.gaps.is_empty() => kinds.iter().cloned().collect(),
            _ => BTreeSet::new(),
        }
    }
}

/// The name and version of a manifest.
pub const SNAPSHOT_SCHEMA: &str = "snapdeploy.snapshot/1";

/// A manifest and its documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The manifest.
    pub manifest: Manifest,
    /// The documents, by address.
    pub documents: BTreeMap<Address, Document>,
}

impl Snapshot {
    /// Returns everything that was there: what was kept and what is known by name.
    pub fn inventory(&self) -> Inventory {
        let kept = self.manifest.kept.iter().map(|k| k.found.clone());
        Inventory::new(self.manifest.pin.clone(), kept.chain(self.manifest.inventory.iter().cloned()))
    }

    /// Returns what was kept under `address`.
    pub fn kept(&self, address: &Address) -> Option<&Kept> {
        self.manifest.kept.iter().find(|k| k.found.address == *address)
    }
}
