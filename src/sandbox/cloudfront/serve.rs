//! What a distribution serves, over plain HTTP: `/_cdn/ID/PATH`.
//!
//! Source: "Managing how long content stays in the cache" of the CloudFront Developer Guide: `max-age` (`s-maxage` first) of
//! the origin counts; 24 hours where it says nothing; nothing is held of `no-cache`, `no-store` and `private`; errors are
//! held for ten seconds. An invalidation works when it is complete; whether a part of it works before is not known, and
//! here it does not.

use super::super::answer::Answer;
use super::super::call::{Call, decode};
use super::super::s3;
use super::super::world::World;
use super::held::{Cached, Distribution};

/// "Default TTL" and "Error caching minimum TTL", in seconds.
const TTL: f64 = 86_400.0;
const ERROR_TTL: f64 = 10.0;

/// Answers from the cache, or from the bucket.
pub(crate) fn serve(world: &mut World, call: &Call) -> Answer {
    let now = world.clock.now();
    let rest = call.path.trim_start_matches("/_cdn/");
    let (id, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = format!("/{path}");
    let mut fronts = world.accounts.values_mut().filter_map(|a| a.fronts.distributions.get_mut(id));
    // What viewers of a disabled one get is not documented; here it is what those of none get.
    let Some(found) = fronts.next().filter(|d| !d.disabled) else { return Answer::empty(403) };
    if let Some(held) = found.cache.get(&path).filter(|held| is_good(found, &path, held, now)) {
        let mut answer = held.answer.clone();
        answer.headers.push(("x-cache".into(), "Hit from cloudfront".into()));
        return answer;
    }
    let Some(bucket) = world.buckets.get(&found.bucket) else { return Answer::empty(502) };
    let key = format!("{}{}", found.origin_path, decode(&path));
    let answer = s3::page(bucket, key.trim_start_matches('/'));
    let lives = lives(&answer);
    if lives > 0.0 {
        let held = Cached { answer: answer.clone(), stored: now, until: now + lives };
        found.cache.insert(path, held);
    }
    let mut answer = answer;
    answer.headers.push(("x-cache".into(), "Miss from cloudfront".into()));
    answer
}

/// Whether what is held may still be served: it is young enough, and no invalidation has ended that began after it was
/// stored.
fn is_good(found: &Distribution, path: &str, held: &Cached, now: f64) -> bool {
    let gone = found.invalidations.iter().any(|i| now >= i.done && held.stored < i.done && i.names(path));
    now < held.until && !gone
}

fn lives(answer: &Answer) -> f64 {
    if answer.status >= 400 {
        return ERROR_TTL;
    }
    let said = answer.headers.iter().find(|(name, _)| name == "cache-control");
    let Some((_, said)) = said else { return TTL };
    let words: Vec<&str> = said.split(',').map(str::trim).collect();
    if words.iter().any(|w| ["no-cache", "no-store", "private"].contains(w)) {
        return 0.0;
    }
    let age = |name: &str| words.iter().find_map(|w| w.strip_prefix(name)?.parse::<f64>().ok());
    age("s-maxage=").or_else(|| age("max-age=")).unwrap_or(TTL)
}
