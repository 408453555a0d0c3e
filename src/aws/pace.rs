//! Pace: no operation is called more often than AWS takes it by default.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::core::Clock;

/// The time between two calls of one operation, and how many may come at once after a pause: a little less than AWS
/// takes, since others call too and the way there takes a call's own time.
///
/// Source: "Amazon Connect service quotas", API throttling: 2 requests a second with a burst of 5, for each operation,
/// account and region.
const BETWEEN: Duration = Duration::from_millis(526);
const BURST: u32 = 4;

/// A bucket of tokens for each operation of one account and region. Clones share the buckets. Waits in real time: the
/// quotas are somebody else's.
#[derive(Clone, Debug)]
pub struct Pace(Option<Arc<Mutex<BTreeMap<String, Instant>>>>);

impl Pace {
    /// Returns buckets that are full.
    #[expect(clippy::new_without_default, reason = "there are two: with buckets, and off")]
    pub fn new() -> Pace {
        Pace(Some(Arc::default()))
    }

    /// Returns what never waits.
    pub fn off() -> Pace {
        Pace(None)
    }

    /// Takes a token of `operation`; waits for its turn where none is left.
    pub async fn take(&self, operation: &str) {
        let Some(buckets) = &self.0 else { return };
        let now = Instant::now();
        let turn = {
            let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
            // When the bucket will be full again. Each token that is taken puts it off.
            let full = buckets.entry(operation.to_string()).or_insert(now);
            let was = (*full).max(now);
            *full = was + BETWEEN;
            was.checked_sub(BETWEEN * (BURST - 1)).unwrap_or(now)
        };
        if turn > now {
            sleep_until(turn).await;
        }
    }

    /// Notes that AWS throttled `operation`: somebody else used its tokens.
    pub fn throttled(&self, operation: &str) {
        let Some(buckets) = &self.0 else { return };
        let empty = Instant::now() + BETWEEN * BURST;
        let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full = buckets.entry(operation.to_string()).or_insert(empty);
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
