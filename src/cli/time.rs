//! Times as people type them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Zoned};

/// What is said of times in help.
pub(super) const TIMES: &str = "A TIME is yesterday or 2026-11-19 (the end of that day), 2026-11-19T18:00, '3h ago' \
or '2 days ago'. It is meant where this machine is (TZ), unless it says otherwise, as 2026-11-19T18:00Z and \
2026-11-19T18:00[Europe/Berlin] do.";

/// Which moment of a day is meant where only the day is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// Its first.
    Begins,
    /// Its last.
    Ends,
}

/// Returns the moment that `text` names; nothing if it is no time. A time has hyphens (`2026-11-19`) or ends with `ago`,
/// so that the beginning of an id (`20261119t18`) is never taken for one.
pub(super) fn time(text: &str, day: Day) -> Option<Timestamp> {
    at(text, &Zoned::now(), day)
}

fn at(text: &str, now: &Zoned, moment: Day) -> Option<Timestamp> {
    let zone: &TimeZone = now.time_zone();
    let of_day = |day: Date| {
        if moment == Day::Begins {
            return Some(day.to_zoned(zone.clone()).ok()?.timestamp());
        }
        let next = day.checked_add(1.day()).ok()?.to_zoned(zone.clone()).ok()?;
        next.timestamp().checked_sub(1.millisecond()).ok()
    };
    if text == "yesterday" {
        return of_day(now.date().yesterday().ok()?);
    }
    if text.trim_end().ends_with("ago") {
        let span: Span = text.parse().ok()?;
        return now.checked_add(span).ok().map(|then| then.timestamp());
    }
    if text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    if text.len() == 10 {
        return of_day(text.parse().ok()?);
    }
    let absolute = text.parse::<Timestamp>().or_else(|_| text.parse::<Zoned>().map(|z| z.timestamp()));
    absolute.or_else(|_| text.parse::<DateTime>()?.to_zoned(zone.clone()).map(|z| z.timestamp())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_meant_where_this_machine_is_unless_it_says_otherwise() {
        let now: Zoned = "2026-11-20T03:10:00[Europe/Berlin]".parse().unwrap();
        for (text, expected) in [
            ("yesterday", "2026-11-19T22:59:59.999Z"),
            ("2026-11-18", "2026-11-18T22:59:59.999Z"),
            ("2026-11-19T18:00", "2026-11-19T17:00:00Z"),
            ("2026-11-19T18:00Z", "2026-11-19T18:00:00Z"),
            ("2026-11-19T18:00[America/New_York]", "2026-11-19T23:00:00Z"),
            ("3h ago", "2026-11-19T23:10:00Z"),
            ("2 days ago", "2026-11-18T02:10:00Z"),
        ] {
            assert_eq!(at(text, &now, Day::Ends), Some(expected.parse().unwrap()), "{text}");
        }
        assert_eq!(at("2026-11-18", &now, Day::Begins), Some("2026-11-17T23:00:00Z".parse().unwrap()));
        for text in ["20261119t18", "tomorrow", "latest", "2026-13-01", "long ago", "nightly-backup"] {
            assert_eq!(at(text, &now, Day::Ends), None, "{text}");
        }
    }
}
