//! Since when: a time, or a duration before now.

use std::str::FromStr;

use jiff::Timestamp;

use super::duration::Typed;
use super::time::{Day, time};

/// A moment in the past. A day means its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Since(pub(super) Timestamp);

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Since, String> {
        let before_now = |typed: Typed| Timestamp::now().checked_sub(typed.0).ok();
        let at = time(text, Day::Begins).or_else(|| text.parse().ok().and_then(before_now));
        at.map(Since).ok_or_else(|| {
            format!("`{text}` is neither a duration such as 7d or 12h, nor a time such as 2026-11-19, 2026-11-19T18:00 or yesterday")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_before_now_and_a_day_means_its_beginning() {
        let at = |text: &str| text.parse::<Since>().unwrap().0;
        let then = at("7d");
        let ago = Timestamp::now().duration_since(then);
        assert!((604_800..604_810).contains(&ago.as_secs()), "{ago}");
        assert!(at("2026-11-19") < at("2026-11-19T00:01"));
        assert!(at("2026-11-18T23:59") < at("2026-11-19"));
        assert_eq!(at("2026-11-19T18:00:00Z").to_string(), "2026-11-19T18:00:00Z");
        assert!(at("yesterday") < at("1h"));
        for wrong in ["", "7", "tomorrow", "2026", "-7d", "99999999 weeks", "2026-13-01"] {
            assert!(wrong.parse::<Since>().is_err(), "{wrong}");
        }
    }
}
