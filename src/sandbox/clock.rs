//! The sandbox's clock: real time, plus what a test or an operator has advanced it by.

use std::time::Duration;

/// When what is seeded was made: the first second of 2026.
pub(crate) const SEEDED: f64 = 1_767_225_600.0;

/// Seconds since 1970 on the machine's own clock.
#[expect(clippy::disallowed_methods, reason = "the one place where the sandbox reads the time")]
pub(crate) fn wall() -> f64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0.0, |since| since.as_secs_f64())
}

/// A clock that can be moved forward.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead: f64,
}

impl Clock {
    /// Seconds since 1970 in the sandbox.
    pub(crate) fn now(&self) -> f64 {
        wall() + self.ahead
    }

    /// Moves forward.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.ahead += by.as_secs_f64();
    }
}

/// Seconds since 1970 with three decimals, as restJson1 timestamps are written.
pub(crate) fn epoch(seconds: f64) -> serde_json::Value {
    serde_json::json!((seconds * 1000.0).round() / 1000.0)
}

fn stamp(seconds: f64) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond((seconds * 1000.0) as i64).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// `2026-01-01T00:00:00.000Z`, as XML answers have it.
pub(crate) fn iso(seconds: f64) -> String {
    stamp(seconds).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// `Thu, 01 Jan 2026 00:00:00 GMT`, as HTTP headers have it.
pub(crate) fn http(seconds: f64) -> String {
    stamp(seconds).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `20260101T000000Z`, as signatures have it.
pub(crate) fn amz(seconds: f64) -> String {
    stamp(seconds).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Reads an `x-amz-date` (`20260101T000000Z`).
pub(crate) fn parse_amz(text: &str) -> Option<f64> {
    let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    let zoned = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_second() as f64)
}
