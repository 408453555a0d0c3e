//! Pace: no operation is called more often than AWS takes it by default.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::core::Clock;

/// What AWS takes of each operation: calls a second, and calls at once after a pause.
///
/// Source: "Amazon Connect service quotas", API throttling: 2 requests a second with a burst of 5, for each operation,
/// account and region.
const CONNECT: Rate = Rate { a_second: 2.0, burst: 5.0 };
/// Likewise of Lambda: of GetFunction, and of all other operations that manage functions together. A burst is not
/// spoken of, so none is taken for granted beyond a second's worth.
///
/// Source: "Lambda quotas", API requests: 100 requests a second of GetFunction, 15 of the rest of the control plane
/// "across all APIs, not 15 requests per second per API".
const GET_FUNCTION: Rate = Rate { a_second: 100.0, burst: 100.0 };
const LAMBDA: Rate = Rate { a_second: 15.0, burst: 15.0 };
/// Likewise of ECS and of CodeDeploy.
///
/// Source: "Request throttling for the Amazon ECS API": cluster service resources, service modifications, task definition
/// reads and registrations each have a bucket that their operations share. CodeDeploy says no numbers ("CodeDeploy
/// quotas"), so it is asked no faster than the slowest reads of ECS.
const SERVICES: Rate = Rate { a_second: 20.0, burst: 100.0 };
const SERVICE_WRITES: Rate = Rate { a_second: 5.0, burst: 50.0 };
const DEPLOYMENTS: Rate = Rate { a_second: 20.0, burst: 50.0 };
const REGISTRATIONS: Rate = Rate { a_second: 1.0, burst: 20.0 };

/// Of S3, for each prefix of a bucket, which this has to itself.
///
/// Source: "Best practices design patterns: optimizing Amazon S3 performance": 3,500 PUT or DELETE a second at least.
const OBJECTS: Rate = Rate { a_second: 3500.0, burst: 3500.0 };

/// How often an operation may be called.
#[derive(Clone, Copy)]
struct Rate {
    a_second: f64,
    burst: f64,
}

/// Returns the bucket that a call of `operation` takes a token of, and how it fills up.
fn bucket(operation: &str) -> (&str, Rate) {
    match operation.split_once(':') {
        Some(("lambda", "GetFunction")) => (operation, GET_FUNCTION),
        Some((service @ "lambda", _)) => (service, LAMBDA),
        Some(("ecs", "RegisterTaskDefinition" | "DeregisterTaskDefinition")) => {
            ("ecs:registrations", REGISTRATIONS)
        }
        Some(("ecs", "CreateService" | "UpdateService" | "DeleteService")) => {
            ("ecs:service writes", SERVICE_WRITES)
        }
        Some((
            "ecs",
            "DescribeServices" | "ListServices" | "DescribeTasks" | "ListTasks" | "ListClusters",
        )) => (operation, SERVICES),
        Some(("ecs" | "codedeploy", _)) => (operation, DEPLOYMENTS),
        Some(("s3", _)) => ("s3", OBJECTS),
        _ => (operation, CONNECT),
    }
}

/// The share of the quotas that is used: at least a tenth, at most all.
///
/// With less a call would wait so long for its turn that the lease under which it is made could run out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share(f64);

impl Share {
    /// Returns the share; `None` if it is none.
    pub fn new(share: f64) -> Option<Share> {
        (0.1..=1.0).contains(&share).then_some(Share(share))
    }

    /// Returns the time between two calls.
    fn between(self, rate: Rate) -> Duration {
        Duration::from_secs_f64(1.0 / (rate.a_second * self.0))
    }

    /// Returns how many calls may come at once after a pause.
    fn burst(self, rate: Rate) -> u32 {
        (rate.burst * self.0).floor().max(1.0) as u32
    }
}

impl Default for Share {
    /// A little less than everything, since others call too and the way there takes a call's own time.
    fn default() -> Share {
        Share(0.95)
    }
}

/// A bucket of tokens for each operation of one account and region. Clones share the buckets. Waits in real time: the
/// quotas are somebody else's.
#[derive(Clone, Debug)]
pub struct Pace(Option<(Share, Buckets)>);

/// By operation: when its bucket will be full again.
type Buckets = Arc<Mutex<BTreeMap<String, Instant>>>;

impl Pace {
    /// Returns buckets that are full, for this share of the quotas.
    pub fn new(share: Share) -> Pace {
        Pace(Some((share, Arc::default())))
    }

    /// Returns what never waits.
    pub fn off() -> Pace {
        Pace(None)
    }

    /// Returns how long so many calls of one operation of Connect take at least.
    pub fn bound(&self, calls: usize) -> Duration {
        let Some((share, _)) = &self.0 else { return Duration::ZERO };
        let waiting = u32::try_from(calls).unwrap_or(u32::MAX).saturating_sub(share.burst(CONNECT));
        share.between(CONNECT).saturating_mul(waiting)
    }

    /// Takes a token of `operation`; waits for its turn where none is left.
    pub async fn take(&self, operation: &str) {
        let Some((share, buckets)) = &self.0 else { return };
        let (bucket, rate) = bucket(operation);
        let (between, burst) = (share.between(rate), share.burst(rate));
        let now = Instant::now();
        let turn = {
            let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
            // When the bucket will be full again. Each token that is taken puts it off.
            let full = buckets.entry(bucket.to_string()).or_insert(now);
            let was = (*full).max(now);
            *full = was + between;
            was.checked_sub(between * (burst - 1)).unwrap_or(now)
        };
        if turn > now {
            sleep_until(turn).await;
        }
    }

    /// Notes that AWS throttled `operation`: somebody else used its tokens.
    pub fn throttled(&self, operation: &str) {
        let Some((share, buckets)) = &self.0 else { return };
        let (bucket, rate) = bucket(operation);
        let empty = Instant::now() + share.between(rate) * share.burst(rate);
        let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full = buckets.entry(bucket.to_string()).or_insert(empty);
        *full = (*full).max(empty);
    }
}

/// How often a read is tried where AWS fails, and where it says that it is called too often.
const ATTEMPTS: (u32, u32) = (8, 40);
/// The first wait is below the first of these; later ones double, up to the second.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(10));

/// The patience for one read. Reads may be repeated; calls that change something never are.
pub struct Patience<'a> {
    clock: &'a Clock,
    failed: u32,
    throttled: u32,
    bound: Duration,
}

impl Patience<'_> {
    /// Returns the patience for a new read.
    pub fn new(clock: &Clock) -> Patience<'_> {
        Patience { clock, failed: 0, throttled: 0, bound: WAITS.0 }
    }

    /// Waits before the next attempt, a random time below a bound that doubles; `false` if there is none left.
    pub async fn wait(&mut self, throttled: bool) -> bool {
        let (count, most) = match throttled {
            true => (&mut self.throttled, ATTEMPTS.1),
            false => (&mut self.failed, ATTEMPTS.0),
        };
        *count += 1;
        if *count >= most {
            return false;
        }
        let mut random = [0; 2];
        // The operating system's generator does not fail on any platform that we build for.
        let _ = getrandom::fill(&mut random);
        let share = f64::from(u16::from_le_bytes(random)) / f64::from(u16::MAX);
        self.clock.sleep(self.bound.mul_f64(share)).await;
        self.bound = (self.bound * 2).min(WAITS.1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_at_least_a_tenth_and_at_most_everything() {
        for wrong in [0.0, 0.09, -1.0, 1.01, f64::NAN, f64::INFINITY] {
            assert_eq!(Share::new(wrong), None, "{wrong}");
        }
        assert!(Share::new(0.1).is_some() && Share::new(1.0).is_some());
    }

    #[test]
    fn operations_of_lambda_share_a_bucket_and_those_of_connect_do_not() {
        let name = |operation: &'static str| bucket(operation).0;
        assert_eq!((name("lambda:UpdateAlias"), name("lambda:TagResource")), ("lambda", "lambda"));
        assert_eq!((name("TagResource"), name("lambda:GetFunction")), ("TagResource", "lambda:GetFunction"));
        let all = Share::new(1.0).unwrap();
        let rate = bucket("lambda:GetPolicy").1;
        assert_eq!((all.burst(rate), all.between(rate)), (15, Duration::from_secs_f64(1.0 / 15.0)));
    }

    #[test]
    fn the_bound_counts_what_comes_after_the_burst() {
        let half = Pace::new(Share(0.5));
        assert_eq!((half.bound(0), half.bound(2)), (Duration::ZERO, Duration::ZERO));
        assert_eq!(half.bound(12), Duration::from_secs(10));
        assert_eq!(Pace::new(Share(1.0)).bound(25), Duration::from_secs(10));
        assert_eq!(Pace::off().bound(1000), Duration::ZERO);
        // A share so small that it has no burst of its own still lets one call through.
        assert_eq!(Pace::new(Share(0.1)).bound(1), Duration::ZERO);
    }
}
