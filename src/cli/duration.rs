//! Durations as they are typed: `90s`, `10m`, `1h 30m`, `7d`.

use std::str::FromStr;
use std::time::Duration;

use jiff::{Span, SpanRelativeTo};

/// A duration above nothing. A day has 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Typed(pub(super) Duration);

impl FromStr for Typed {
    type Err = String;

    fn from_str(text: &str) -> Result<Typed, String> {
        let wrong = || format!("`{text}` is not a duration such as 90s, 10m, 1h 30m or 7d");
        let span: Span = text.parse().map_err(|_| wrong())?;
        // Months and years have no length of their own.
        let exact = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
        match Duration::try_from(exact) {
            Ok(duration) if !duration.is_zero() => Ok(Typed(duration)),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
