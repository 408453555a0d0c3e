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
/// How long to wait before looking again.
const PAUSE: Duration = Duration::from_secs(5);

/// Returns the paths that viewers ask for where a file at `path` is meant, as an invalidation names them.
///
/// Source: "Specifying the objects to invalidate", Amazon CloudFront Developer Guide: characters that are none of a URL
/// are to be encoded, and `/` is not `/index.html` to it.
pub fn viewed(head: &str, path: &str) -> Vec<String> {
    let whole = format!("/{}", encoded(&format!("{head}{path}")));
    let folder = whole.strip_suffix("/index.html").map(|folder| format!("{folder}/"));
    [Some(whole.clone()), folder].into_iter().flatten().collect()
}

fn encoded(path: &str) -> String {
    let one = |b: u8| match b {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            char::from(b).to_string()
        }
        _ => format!("%{b:02X}"),
    };
    path.bytes().map(one).collect()
}

/// Returns what of `prefix` viewers see in front of a path: what the distribution does not put there itself.
///
/// Source: "Origin path", Amazon CloudFront Developer Guide.
pub fn head<'a>(distribution: &Value, bucket: &str, prefix: &'a str) -> Option<&'a str> {
    let origins = &distribution["DistributionConfig"]["Origins"]["Items"]["Origin"];
    let origins = origins.as_array().cloned().unwrap_or_else(|| vec![origins.clone()]);
    let host = |o: &&Value| {
        o["DomainName"].as_str().is_some_and(|d| d.strip_prefix(bucket).is_some_and(|r| r.starts_with(".s3")))
    };
    let origin = origins.iter().find(host)?;
    let path = origin["OriginPath"].as_str().unwrap_or_default().trim_matches('/');
    match path {
        "" => Some(prefix),
        path => prefix.strip_prefix(path)?.strip_prefix('/'),
    }
}

impl Sender<'_> {
    /// Invalidates what viewers ask for the files `named` by, and waits until that is done. Sent again with the same
    /// `reference` it is the same invalidation.
    pub(super) async fn invalidate(&self, named: &BTreeSet<String>, reference: &str) -> Result<(), Failure> {
        let Some(id) = self.site.distribution.as_deref() else { return Ok(()) };
        let front = CloudFront(&self.calls.account);
        let distribution = front.distribution(id).await?;
        let head = head(&distribution, &self.site.bucket, &self.site.prefix).ok_or_else(|| {
            let message = format!(
                "the distribution {id} does not serve s3://{}/{}",
                self.site.bucket, self.site.prefix
            );
            refused(Error::blocked(message).hint("see `distribution` of the site in the configuration"))
        })?;
        let mut paths: Vec<String> = named.iter().flat_map(|path| viewed(head, path)).collect();
        if paths.len() > MOST {
            paths = vec![format!("/{}*", encoded(head))];
        }
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

    #[test]
    fn a_page_is_also_its_folder_and_odd_characters_are_encoded() {
        assert_eq!(viewed("", "index.html"), ["/index.html", "/"]);
        assert_eq!(viewed("", "a/index.html"), ["/a/index.html", "/a/"]);
        assert_eq!(viewed("de/", "a b.js"), ["/de/a%20b.js"]);
    }

    #[test]
    fn what_the_origin_puts_in_front_is_not_what_viewers_ask_for() {
        let with = |path: &str| {
            let origin = json!({ "DomainName": "web.s3.us-east-1.amazonaws.com", "OriginPath": path });
            json!({ "DistributionConfig": { "Origins": { "Items": { "Origin": origin } } } })
        };
        assert_eq!(head(&with(""), "web", "x/"), Some("x/"));
        assert_eq!(head(&with("/x"), "web", "x/"), Some(""));
        assert_eq!(head(&with("/y"), "web", "x/"), None);
        assert_eq!(head(&with(""), "other", ""), None);
    }
}
