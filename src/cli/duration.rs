//! Durations as they are typed (`90s`, `10m`, `1h 30m`, `7d`), and as they are told: roughly.

use std::str::FromStr;
use std::time::Duration;

use crate::core::rollout::duration;

/// A duration above nothing. A day has 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Typed(pub(super) Duration);

impl FromStr for Typed {
    type Err = String;

    fn from_str(text: &str) -> Result<Typed, String> {
        let wrong = || format!("`{text}` is not a duration such as 90s, 10m, 1h 30m or 7d");
        duration(text).map(Typed).ok_or_else(wrong)
    }
}

/// What is over sooner than this need not be told beforehand.
pub(super) const WORTH_SAYING: Duration = Duration::from_secs(10);

/// Returns `duration` in one round number: `about 20 s`, `about 2 min`, `about 3 h`.
pub(super) fn roughly(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    let to = |unit: f64| (seconds / unit).round() as u64;
    match seconds {
        s if s < 55.0 => format!("about {} s", (to(10.0) * 10).max(10)),
        s if s < 5400.0 => format!("about {} min", to(60.0).max(1)),
        _ => format!("about {} h", to(3600.0).max(2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_one_round_number() {
        let told = |seconds: u64| roughly(Duration::from_secs(seconds));
        assert_eq!(told(1), "about 10 s");
        assert_eq!([told(14), told(47), told(54)], ["about 10 s", "about 50 s", "about 50 s"]);
        assert_eq!([told(55), told(89), told(91)], ["about 1 min", "about 1 min", "about 2 min"]);
        assert_eq!([told(5399), told(5400), told(11_000)], ["about 90 min", "about 2 h", "about 3 h"]);
    }

    #[test]
    fn a_duration_says_its_unit_and_is_above_nothing() {
        let seconds = |text: &str| text.parse::<Typed>().map(|typed| typed.0.as_secs());
        for (text, expected) in [
            ("90s", 90),
            ("10m", 600),
            ("1h", 3600),
            ("1h 30m", 5400),
            ("1h30m", 5400),
            ("7d", 604_800),
            ("2w", 1_209_600),
        ] {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
        for text in ["", "90", "0s", "-5m", "5m ago", "1 month", "soon", "m", "s10"] {
            assert!(seconds(text).unwrap_err().contains("10m"), "{text}");
        }
    }
}
