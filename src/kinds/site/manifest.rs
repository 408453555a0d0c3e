//! The manifest: what of a bucket is the release, kept in the bucket itself.
//!
//! A listing of S3 tells ETags and sizes, and an ETag is no digest of the bytes in general ("Object", API reference: not
//! with SSE-KMS, nor of what was put in parts). So the manifest says which ETag the bytes had that were put; as long as
//! the listing says the same one, the object is the same. What is not in it, or has another ETag, is read.
//!
//! The first deployment that changes something writes it. One that finds the files there already changes nothing, so it
//! writes nothing: until then they are read each time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::calls::{Listed, Object};
use super::file::File;
use crate::core::{Digest, Error, Result};

/// Where it is, below the site's prefix. Who reads it learns names and digests of files that are public anyway.
pub const KEY: &str = ".snapdeploy/site.json";
/// How far our clock may be from S3's: it takes no call from one that is further away ("RequestTimeTooSkewed", "Error
/// responses" of the API reference). Headers that somebody changes within that time of a deployment are not noticed.
pub const SKEW: SignedDuration = SignedDuration::from_mins(15);
/// Its name and version.
const SCHEMA: &str = "snapdeploy.site/1";

/// What is in the bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    schema: String,
    /// Which writing of it this is: another one each time.
    pub id: String,
    /// How many releases were put and not taken back.
    #[serde(default, skip_serializing_if = "is_none")]
    pub releases: u64,
    /// Which switch to a release was the last: another one each time, and none before the first has ended.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub switch: String,
    /// The release, by path.
    pub files: BTreeMap<String, Kept>,
    /// What is there besides: what is put before a release names it, and what no release names any more.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub beside: BTreeMap<String, Beside>,
    /// What CloudFront may still hold as it was, since nobody could tell it to forget: paths of files.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub stale: BTreeSet<String>,
    /// What the release is on its way to, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
}

/// A file of the release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The ETag that S3 gave it.
    pub etag: String,
    /// When it was known to be this, by our clock or by S3's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The file.
    #[serde(flatten)]
    pub file: File,
}

impl Kept {
    /// Returns a file that was put, or found, `at`.
    pub fn new(etag: String, at: Option<Timestamp>, file: File) -> Kept {
        Kept { etag, at, file }
    }

    /// Returns whether what is listed is this file: the same bytes, and nobody has put them anew since, as those do who
    /// change headers, which an ETag does not tell.
    pub fn is(&self, listed: &Listed) -> bool {
        self.etag == listed.etag && !is_newer(listed, self.at)
    }
}

/// Returns whether `listed` was put, or its headers were changed, after `at`.
fn is_newer(listed: &Listed, at: Option<Timestamp>) -> bool {
    at.zip(listed.modified).is_some_and(|(at, modified)| modified.duration_since(at) > SKEW)
}

/// A file that is in no release.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// Since when.
    pub since: Timestamp,
    /// The file.
    pub file: File,
    /// The ETag that S3 gave it; none before it is put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The ETag of what it is put in the place of, which was in no release either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// When somebody has set out to delete it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes: Option<Timestamp>,
}

impl Beside {
    /// Returns a file that is to be put, in the place of what has the ETag `was`.
    pub fn staged(since: Timestamp, file: File, was: Option<String>) -> Beside {
        Beside { since, file, etag: None, was, goes: None }
    }

    /// Returns a file that is there.
    pub fn kept(since: Timestamp, kept: Kept) -> Beside {
        Beside { since, file: kept.file, etag: Some(kept.etag), was: None, goes: None }
    }

    /// Returns whether it is `file`, was put, and stays.
    pub fn has(&self, file: &File) -> bool {
        self.file == *file && self.etag.is_some() && self.goes.is_none()
    }

    /// Returns whether somebody has put `listed` anew since, as those do who change headers.
    pub fn is_touched(&self, listed: &Listed) -> bool {
        is_newer(listed, Some(self.since))
    }

    /// Returns whether `object` is this file, which may have been put without anybody having heard so. What somebody else
    /// has put there in the meantime is theirs.
    pub fn is(&self, object: &Object) -> bool {
        self.etag.is_none() && self.file == object.file
    }
}

/// Files that are being changed under their names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// What the release will be, by digest.
    pub to: Digest,
    /// Those that are as before or as one of these: as after, or as an earlier switch that never ended has left them. What
    /// else is there, somebody has put there by hand.
    pub paths: BTreeMap<String, Vec<File>>,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Default for Manifest {
    fn default() -> Manifest {
        Manifest {
            schema: SCHEMA.into(),
            id: String::new(),
            releases: 0,
            switch: String::new(),
            files: BTreeMap::new(),
            beside: BTreeMap::new(),
            stale: BTreeSet::new(),
            pending: None,
        }
    }
}

impl Manifest {
    /// Returns what `bytes` say, which lie at `place`.
    pub fn read(bytes: &[u8], place: &str) -> Result<Manifest> {
        let bad = |why: String| {
            Error::corrupt(format!("{place} is no list of a site's files that this version knows: {why}"))
                .hint("a newer snapdeploy may have written it; else delete it, and the files are read again")
        };
        let manifest: Manifest = serde_json::from_slice(bytes).map_err(|e| bad(e.to_string()))?;
        match manifest.schema == SCHEMA {
            true => Ok(manifest),
            false => Err(bad(format!("it is `{}`", manifest.schema))),
        }
    }

    /// Returns it as it is put.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|e| Error::bug(format!("the list of a site's files: {e}")))
    }

    /// Returns whether a release was ever put. What is staged for the first one, or half of it, is none.
    pub fn has_release(&self) -> bool {
        self.releases > 0
    }

    /// Returns the file of the release that `listed` is, where that can be told without reading it: not where a switch that
    /// has not ended may have put the same bytes with other headers, since then the ETag is the same.
    pub fn knows(&self, path: &str, listed: &Listed) -> Option<&Kept> {
        let may_be = self.pending.as_ref().and_then(|p| p.paths.get(path));
        let is_twin = |kept: &Kept, file: &File| file.body == kept.file.body && *file != kept.file;
        let has_twin = |kept: &Kept| may_be.is_some_and(|all| all.iter().any(|file| is_twin(kept, file)));
        self.files.get(path).filter(|kept| kept.is(listed) && !has_twin(kept))
    }

    /// Returns whether the object under `path` with this ETag is one that is in no release.
    pub fn is_beside(&self, path: &str, etag: &str) -> bool {
        let known = |b: &Beside| [&b.etag, &b.was].into_iter().flatten().any(|known| known == etag);
        self.beside.get(path).is_some_and(known)
    }
}
