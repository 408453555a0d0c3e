//! Letting CloudFront forget what was changed, and waiting until it has.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use super::calls::refused;
use super::send::{Sender, later};
use crate::aws::{CloudFront, Failure};
use crate::core::event::Event;
use crate::core::{Error, ErrorKind};

/// How many paths one invalidation names at most: so many may be under way at once for a distribution.
///
/// Source: "Quotas", Amazon CloudFront Developer Guide: 3,000 files; 15 paths with a wildcard.
const MOST: usize = 3000;
/// How many of them may end with a wildcard.
const MOST_WILD: usize = 15;
/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_secs(5);
/// Cache policies that AWS manages and that do not tell files apart by query strings: CachingOptimized,
/// CachingOptimizedForUncompressedObjects, CachingDisabled.
///
/// Source: "Use managed cache policies", Amazon CloudFront Developer Guide.
const PLAIN: [&str; 3] = [
    "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
];

/// What of a distribution decides how its paths are named.
pub struct Front<'a> {
    /// What viewers see in front of a path, for each origin that has the site behind it.
    heads: Vec<&'a str>,
    /// What `/` is.
    root: String,
    /// Whether a file may be held once for each query string.
    has_queries: bool,
}

impl Front<'_> {
    /// Reads `distribution`, which serves `prefix` of `bucket`; nothing, if it does not.
    ///
    /// Source: "Origin path" and "What you need to know when invalidating files", Amazon CloudFront Developer Guide: what
    /// the origin puts in front of a path is not what viewers ask for; where query strings tell files apart, a path
    /// without one names only what was asked for without one.
    pub fn of<'a>(distribution: &Value, bucket: &str, prefix: &'a str) -> Option<Front<'a>> {
        let config = &distribution["DistributionConfig"];
        let is_ours = |o: &Value| {
            let name = o["DomainName"].as_str().and_then(|d| d.strip_prefix(bucket));
            name.is_some_and(|rest| rest.starts_with(".s3"))
        };
        let head = |o: &Value| match o["OriginPath"].as_str().unwrap_or_default().trim_matches('/') {
            "" => Some(prefix),
            path => prefix.strip_prefix(path)?.strip_prefix('/'),
        };
        let origins = many(&config["Origins"]["Items"]["Origin"]);
        let mut heads: Vec<&str> = origins.iter().filter(|o| is_ours(o)).filter_map(head).collect();
        heads.sort_unstable();
        heads.dedup();
        let mut behaviors = many(&config["CacheBehaviors"]["Items"]["CacheBehavior"]);
        behaviors.push(config["DefaultCacheBehavior"].clone());
        let has_queries = |b: &Value| match b["CachePolicyId"].as_str() {
            Some(policy) => !PLAIN.contains(&policy),
            None => b["ForwardedValues"]["QueryString"] == "true",
        };
        (!heads.is_empty()).then(|| Front {
            heads,
            root: config["DefaultRootObject"].as_str().unwrap_or_default().trim_start_matches('/').into(),
            has_queries: behaviors.iter().any(has_queries),
        })
    }

    /// Returns what an invalidation names so that viewers get the files at `paths` anew: each of them, or all at once
    /// where they are too many.
    pub fn names(&self, paths: &[&str]) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for path in paths {
            names.extend(self.heads.iter().flat_map(|head| self.viewed(head, path)));
        }
        // A folder's name with a wildcard is everything below it.
        let is_folder = |name: &String| name.ends_with('/');
        match self.has_queries {
            false if names.len() <= MOST => names,
            true if names.len() <= MOST_WILD && !names.iter().any(is_folder) => {
                names.iter().map(|name| format!("{name}*")).collect()
            }
            _ => self.heads.iter().map(|head| format!("/{}*", encoded(head))).collect(),
        }
    }

    /// Returns the paths that viewers ask for where a file at `path` is meant: `/` is not `/index.html` to CloudFront.
    fn viewed(&self, head: &str, path: &str) -> Vec<String> {
        let whole = format!("{head}{path}");
        let is_root = !self.root.is_empty() && whole == self.root;
        let folder = match whole.strip_suffix("index.html") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => Some(folder.to_string()),
            _ => is_root.then(String::new),
        };
        [Some(whole), folder].into_iter().flatten().map(|name| format!("/{}", encoded(&name))).collect()
    }
}

/// The elements of this name: an answer with one of them is read as that one.
fn many(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    }
}

/// Encodes what is to be encoded in a path, and nothing else: what is encoded without need names another file.
///
/// Source: "What you need to know when invalidating files": characters that are not of ASCII, and those that RFC 1738
/// section 2.2 calls unsafe. `?` and `*` are the file's own here, not the start of a query or a wildcard.
fn encoded(path: &str) -> String {
    let one = |b: u8| match b {
        b' ' | b'"' | b'#' | b'%' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'|' | b'\\' | b'^' | b'~'
        | b'`' | b'?' | b'*' => format!("%{b:02X}"),
        b if b.is_ascii_graphic() => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    path.bytes().map(one).collect()
}

impl Sender<'_> {
    /// Invalidates what viewers ask for the files `named` by, and waits until that is done. Sent again with the same
    /// `reference` it is the same invalidation.
    pub(super) async fn invalidate(&self, named: &BTreeSet<String>, reference: &str) -> Result<(), Failure> {
        let Some(id) = self.site.distribution.as_deref() else { return Ok(()) };
        let front = CloudFront(&self.calls.account);
        let distribution = front.distribution(id).await?;
        let found = Front::of(&distribution, &self.site.bucket, &self.site.prefix).ok_or_else(|| {
            let message = format!(
                "the distribution {id} does not serve s3://{}/{}",
                self.site.bucket, self.site.prefix
            );
            refused(Error::blocked(message).hint("see `distribution` of the site in the configuration"))
        })?;
        let paths = found.names(&named.iter().map(String::as_str).collect::<Vec<_>>());
        let mut now = front.invalidate(id, &paths, reference, self.with.lease.until()).await?;
        let clock = &self.calls.account.clock;
        let begun = clock.now();
        let patience = clock.scale(self.with.patience);
        let said = now["Id"].as_str().unwrap_or_default().to_string();
        while now["Status"] != "Completed" {
            if clock.now().duration_since(begun).unsigned_abs() > patience {
                let message = format!("the invalidation {said} of {id} has not ended");
                return Err(refused(Error::new(ErrorKind::Unavailable, message)));
            }
            if let Some(why) = self.with.lease.stop() {
                return Err(later(Error::new(ErrorKind::Interrupted, why)));
            }
            let what = format!("CloudFront forgets {} paths", paths.len());
            self.with.events.emit(Event::Going { address: self.address.clone(), what });
            clock.sleep(PAUSE).await;
            now = front.invalidation(id, &said).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn front(more: Value) -> Value {
        let mut config = json!({
            "Origins": { "Items": { "Origin": { "DomainName": "web.s3.us-east-1.amazonaws.com", "OriginPath": "" } } },
            "DefaultCacheBehavior": { "CachePolicyId": PLAIN[0] },
        });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "DistributionConfig": config })
    }

    fn names(distribution: &Value, prefix: &str, paths: &[&str]) -> Option<Vec<String>> {
        Front::of(distribution, "web", prefix).map(|front| front.names(paths))
    }

    #[test]
    fn a_page_is_also_its_folder_and_the_root_is_what_the_distribution_says() {
        let plain = front(json!({}));
        assert_eq!(names(&plain, "", &["index.html"]).unwrap(), ["/index.html", "/"]);
        assert_eq!(names(&plain, "", &["a/index.html"]).unwrap(), ["/a/index.html", "/a/"]);
        assert_eq!(names(&plain, "", &["my-index.html"]).unwrap(), ["/my-index.html"]);
        let other = front(json!({ "DefaultRootObject": "home.html" }));
        assert_eq!(
            names(&other, "", &["home.html", "a/home.html"]).unwrap(),
            ["/home.html", "/", "/a/home.html"]
        );
    }

    #[test]
    fn only_what_is_unsafe_is_encoded() {
        let is = |path: &str, encoded: &str| {
            assert_eq!(names(&front(json!({})), "de/", &[path]).unwrap(), [format!("/de/{encoded}")]);
        };
        is("a b~[1].js", "a%20b%7E%5B1%5D.js");
        is("@me/(1)+!$&',;=:.js", "@me/(1)+!$&',;=:.js");
        is("ä*?.js", "%C3%A4%2A%3F.js");
    }

    #[test]
    fn what_the_origin_puts_in_front_is_not_what_viewers_ask_for() {
        let with = |path: &str| {
            let origin = json!({ "DomainName": "web.s3.us-east-1.amazonaws.com", "OriginPath": path });
            front(json!({ "Origins": { "Items": { "Origin": origin } } }))
        };
        assert_eq!(names(&with(""), "x/", &["a"]).unwrap(), ["/x/a"]);
        assert_eq!(names(&with("/x"), "x/", &["a"]).unwrap(), ["/a"]);
        assert_eq!(names(&with("/y"), "x/", &["a"]), None);
        assert!(Front::of(&with(""), "other", "").is_none());
        let two =
            ["", "/x"].map(|path| with(path)["DistributionConfig"]["Origins"]["Items"]["Origin"].clone());
        let both = front(json!({ "Origins": { "Items": { "Origin": two } } }));
        assert_eq!(names(&both, "x/", &["a"]).unwrap(), ["/a", "/x/a"]);
    }

    #[test]
    fn where_query_strings_tell_files_apart_all_of_a_file_is_named() {
        let with = front(json!({ "DefaultCacheBehavior": { "ForwardedValues": { "QueryString": "true" } } }));
        assert_eq!(names(&with, "", &["a.js"]).unwrap(), ["/a.js*"]);
        assert_eq!(names(&with, "x/", &["index.html"]).unwrap(), ["/x/*"]);
        let own = front(json!({ "DefaultCacheBehavior": { "CachePolicyId": "somebody's own" } }));
        assert_eq!(names(&own, "", &["a.js"]).unwrap(), ["/a.js*"]);
        let many: Vec<String> = (0..=MOST).map(|n| format!("{n}.js")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(names(&front(json!({})), "x/", &many).unwrap(), ["/x/*"]);
        assert_eq!(names(&front(json!({})), "x/", &many[1..]).unwrap().len(), MOST);
    }
}
