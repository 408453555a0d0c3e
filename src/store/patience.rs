//! How often and how long to try again, and the randomness that keeps rivals apart.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::core::Clock;

const FIRST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_secs(1);

/// Counts attempts, and waits between them: a random time below a bound that doubles.
pub(super) struct Patience<'a> {
    clock: &'a Clock,
    left: u32,
    bound: Duration,
}

impl Patience<'_> {
    /// Returns the patience for `retries` attempts after the first.
    pub(super) fn new(clock: &Clock, retries: u32) -> Patience<'_> {
        Patience { clock, left: retries, bound: FIRST }
    }

    /// Waits before the next attempt; `false` if there is none left.
    pub(super) async fn wait(&mut self) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        let share = f64::from(u16::from_le_bytes(random::<2>())) / f64::from(u16::MAX);
        self.clock.sleep(self.bound.mul_f64(share)).await;
        self.bound = (self.bound * 2).min(LONGEST);
        true
    }
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // The operating system's generator does not fail on any platform that we build for.
    let _ = getrandom::fill(&mut bytes);
    bytes
}

/// Returns a text that no other call, in any process, has returned.
pub(super) fn unique() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{}{:x}", hex::encode(random::<12>()), COUNT.fetch_add(1, Ordering::Relaxed))
}
