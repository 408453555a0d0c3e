//! Injected time: everything that asks the time or waits takes a [`Clock`].

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use std::time::Duration;

use jiff::Timestamp;

/// Tells the time and waits. Cheap to clone.
///
/// A scaled clock waits `scale` times shorter than asked: tests run a minute's lease in milliseconds. It is only ever
/// built for loopback endpoints.
#[derive(Clone, Debug)]
pub struct Clock {
    scale: u32,
    ahead: Duration,
    last: Arc<AtomicU64>,
}

impl Clock {
    /// Returns the clock of the machine.
    pub fn system() -> Clock {
        Clock::scaled(1)
    }

    /// Returns a clock whose waits are `scale` times shorter (1 is real time; 0 is taken as 1).
    pub fn scaled(scale: u32) -> Clock {
        Clock { scale: scale.max(1), ahead: Duration::ZERO, last: Arc::default() }
    }

    /// Returns a clock that tells the time that it will be in `by`: what is due then can be tried now.
    pub fn ahead(by: Duration) -> Clock {
        Clock { ahead: by, ..Clock::system() }
    }

    /// Returns the time now, in UTC, never earlier than a time it has told before.
    pub fn now(&self) -> Timestamp {
        let real = Timestamp::now().checked_add(self.ahead).unwrap_or(Timestamp::MAX);
        let micros = u64::try_from(real.as_microsecond()).unwrap_or(0);
        let before = self.last.fetch_max(micros, Ordering::SeqCst);
        i64::try_from(micros.max(before))
            .ok()
            .and_then(|m| Timestamp::from_microsecond(m).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Returns `duration` as this clock waits it.
    pub fn scale(&self, duration: Duration) -> Duration {
        duration / self.scale
    }

    /// Waits for `duration`.
    pub async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(self.scale(duration)).await;
    }
}
