//! A static site: where an environment keeps one, and what of it is the environment's own.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::error::{Error, Result};

/// How long a file stays that is in no release any more, where nothing else is said: a page that somebody has open may
/// still ask for it.
pub const GRACE: Duration = Duration::from_secs(24 * 3600);

/// A site as the configuration has it.
#[derive(Clone, Debug)]
pub struct Site {
    /// The bucket, which is there already.
    pub bucket: String,
    /// What the keys of its files begin with: nothing, or a name with a slash at its end.
    pub prefix: String,
    /// The id of the CloudFront distribution before it.
    pub distribution: Option<String>,
    /// Where it is read.
    pub url: Option<String>,
    /// How long a file stays that is in no release any more.
    pub grace: Duration,
    /// Files that are no part of it.
    pub keep: Paths,
    /// Files that belong to the environment.
    pub own: Paths,
    /// What the configuration gives of them, by path.
    pub given: BTreeMap<String, Bytes>,
    /// `Cache-Control` by pattern.
    pub cache: Vec<(Paths, String)>,
    /// Files that are stored compressed.
    pub compress: Paths,
    /// Service workers besides those that are known by name.
    pub workers: Paths,
    /// What becomes of a release that still names where it came from.
    pub sweep: Sweep,
    /// What becomes of files that were there before the first release.
    pub others: Others,
}

/// What becomes of files that name the environment that they came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sweep {
    /// They are named.
    #[default]
    Warn,
    /// Nothing is written.
    Block,
}

/// What becomes of files that no release has put, where the first one that is shipped does not have them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Others {
    /// Nothing is written as long as they are there.
    #[default]
    Block,
    /// They are an old site: they go as files of a release do, after the grace.
    Retire,
}

/// A set of paths, by patterns; `*` and `?` also match `/`. The default picks nothing.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    patterns: Vec<String>,
    globs: GlobSet,
}

impl Paths {
    /// Returns the set of what one of `patterns` matches.
    pub fn new(patterns: &[String]) -> Result<Paths> {
        let mut builder = GlobSetBuilder::new();
        for pattern in patterns {
            let glob = GlobBuilder::new(pattern).literal_separator(false).backslash_escape(false).build();
            let bad = |e: globset::Error| Error::input(format!("`{pattern}` is no pattern: {}", e.kind()));
            builder.add(glob.map_err(bad)?);
        }
        let globs = builder.build().map_err(|e| Error::input(format!("too many patterns: {e}")))?;
        Ok(Paths { patterns: patterns.to_vec(), globs })
    }

    /// Returns whether `path` is one of them.
    pub fn has(&self, path: &str) -> bool {
        self.globs.is_match(path)
    }

    /// Returns the patterns.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }
}

impl Site {
    /// Returns a site in `bucket` of which nothing else is said.
    pub fn new(bucket: &str) -> Site {
        Site {
            bucket: bucket.into(),
            prefix: String::new(),
            distribution: None,
            url: None,
            grace: GRACE,
            keep: Paths::default(),
            own: Paths::default(),
            given: BTreeMap::new(),
            cache: Vec::new(),
            compress: Paths::default(),
            workers: Paths::default(),
            sweep: Sweep::Warn,
            others: Others::Block,
        }
    }

    /// Returns the `Cache-Control` of `path`, if the configuration says one: by the longest pattern that fits.
    pub fn cache(&self, path: &str) -> Option<&str> {
        let length = |paths: &Paths| paths.patterns.iter().map(String::len).max();
        let fits = self.cache.iter().filter(|(paths, _)| paths.has(path));
        fits.max_by_key(|(paths, _)| length(paths)).map(|(_, said)| said.as_str())
    }

    /// Returns whether two sites share keys.
    pub fn meets(&self, other: &Site) -> bool {
        let nested = self.prefix.starts_with(&other.prefix) || other.prefix.starts_with(&self.prefix);
        self.bucket == other.bucket && nested
    }

    /// Returns the names of the environment's own files that are named without a wildcard.
    pub fn own_names(&self) -> BTreeSet<&str> {
        let plain = |p: &&String| !p.contains(['*', '?', '[', '{']);
        self.own.patterns.iter().filter(plain).map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(patterns: &[&str]) -> Paths {
        Paths::new(&patterns.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_longest_pattern_says_how_long_a_file_is_cached() {
        let mut site = Site::new("b");
        for (pattern, said) in [("*", "short"), ("assets/*", "long"), ("assets/live/*", "never")] {
            site.cache.push((paths(&[pattern]), said.into()));
        }
        let cache = |path: &str| site.cache(path).map(String::from);
        assert_eq!(cache("index.html").as_deref(), Some("short"));
        assert_eq!(cache("assets/a/b.js").as_deref(), Some("long"));
        assert_eq!(cache("assets/live/x").as_deref(), Some("never"));
        assert_eq!(Site::new("b").cache("x"), None);
    }

    #[test]
    fn sites_meet_where_one_is_in_the_other() {
        let at = |bucket: &str, prefix: &str| Site { prefix: prefix.into(), ..Site::new(bucket) };
        assert!(at("b", "").meets(&at("b", "x/")) && at("b", "x/").meets(&at("b", "x/")));
        assert!(!at("b", "x/").meets(&at("b", "y/")) && !at("a", "").meets(&at("b", "")));
    }
}
