//! Calendar: when an environment takes deployments, as its change windows and freezes say.

use std::str::FromStr;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::finding::{Finding, Weight};
use super::means::Means;
use super::plan::Plan;
use super::run::RunKind;

/// How far ahead the next window is looked for, in days: a freeze is never longer than a year.
const AHEAD: i64 = 400;

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// Whether a deployment keeps to the calendar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hours {
    /// It does.
    #[default]
    Kept,
    /// It is made outside of it, since somebody said so.
    Outside,
}

/// Hours of some days of the week: `mon-thu 09:00-16:00`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    days: Vec<Weekday>,
    from: Time,
    /// On the next day where it is not after `from`.
    until: Time,
    text: String,
}

/// Days on which nothing is deployed: `2026-12-18/2027-01-04 Christmas`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    first: Date,
    /// The last of them: it is frozen too.
    last: Date,
    why: String,
}

/// When an environment takes deployments: always, if nothing is said.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// The windows; always, if there are none.
    pub windows: Vec<Window>,
    /// The freezes, which go before the windows.
    pub freezes: Vec<Freeze>,
    /// Where the clock hangs that both are read by.
    pub zone: TimeZone,
}

impl Default for Calendar {
    fn default() -> Calendar {
        Calendar { windows: Vec::new(), freezes: Vec::new(), zone: TimeZone::UTC }
    }
}

impl FromStr for Window {
    type Err = String;

    fn from_str(text: &str) -> Result<Window, String> {
        let bad = || format!("a window is written mon-thu 09:00-16:00, or sat,sun 22:00-04:00; not `{text}`");
        let (days, hours) = text.trim().split_once(' ').ok_or_else(bad)?;
        let (from, until) = hours.trim().split_once('-').ok_or_else(bad)?;
        let mut picked = Vec::new();
        for part in days.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let place = |name: &str| DAYS.iter().position(|(n, _)| name.eq_ignore_ascii_case(n));
            let (Some(mut day), Some(last)) = (place(first), place(last)) else { return Err(bad()) };
            picked.push(DAYS[day].1);
            while day != last {
                day = (day + 1) % DAYS.len();
                picked.push(DAYS[day].1);
            }
        }
        let (from, until) = (time(from).ok_or_else(bad)?, time(until).ok_or_else(bad)?);
        Ok(Window { days: picked, from, until, text: text.trim().to_string() })
    }
}

/// Returns the time that `text` is, such as 09:00; 24:00 is the midnight after.
fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    let plain = |t: &str| t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit());
    if !plain(hour) || !plain(minute) {
        return None;
    }
    match (hour.parse().ok()?, minute.parse().ok()?) {
        (24, 0) => Some(Time::midnight()),
        (hour, minute) => Time::new(hour, minute, 0, 0).ok(),
    }
}

impl FromStr for Freeze {
    type Err = String;

    fn from_str(text: &str) -> Result<Freeze, String> {
        let bad = || format!("a freeze is written 2026-12-18/2027-01-04 Christmas; not `{text}`");
        let (days, why) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let (first, last) = days.split_once('/').unwrap_or((days, days));
        let day = |text: &str| text.parse::<Date>().map_err(|_| bad());
        let (first, last) = (day(first)?, day(last)?);
        if last < first {
            return Err(format!("the freeze `{text}` ends before it begins"));
        }
        Ok(Freeze { first, last, why: why.trim().to_string() })
    }
}

impl Window {
    /// Returns from when until when it is open if it opens on `day`.
    fn on(&self, day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        if !self.days.contains(&day.weekday()) {
            return None;
        }
        let end = if self.until <= self.from { day.tomorrow().ok()? } else { day };
        // A time that the clock leaves out is taken for the one after it.
        let moment = |day: Date, time: Time| zone.to_timestamp(day.to_datetime(time)).ok();
        Some((moment(day, self.from)?, moment(end, self.until)?))
    }
}

impl Calendar {
    /// Returns the freeze that `at` is in.
    fn frozen(&self, at: Timestamp) -> Option<&Freeze> {
        let day = self.zone.to_datetime(at).date();
        self.freezes.iter().find(|f| f.first <= day && day <= f.last)
    }

    /// Returns whether deployments are taken at that time.
    pub fn is_open(&self, at: Timestamp) -> bool {
        if self.frozen(at).is_some() {
            return false;
        }
        let today = self.zone.to_datetime(at).date();
        let days = [today.yesterday().ok(), Some(today)];
        let mut open = days
            .into_iter()
            .flatten()
            .flat_map(|day| self.windows.iter().filter_map(move |w| w.on(day, &self.zone)));
        self.windows.is_empty() || open.any(|(from, until)| from <= at && at < until)
    }

    /// Returns when deployments are taken again, from `at` on.
    pub fn opens(&self, at: Timestamp) -> Option<Timestamp> {
        let day = |n: i64| {
            let later = at.checked_add(SignedDuration::from_hours(24 * n)).ok()?;
            Some(self.zone.to_datetime(later).date())
        };
        let days: Vec<Date> = (0..AHEAD).filter_map(day).collect();
        let starts =
            days.iter().flat_map(|day| self.windows.iter().filter_map(|w| Some(w.on(*day, &self.zone)?.0)));
        let thaws = self.freezes.iter().filter_map(|f| {
            self.zone.to_timestamp(f.last.tomorrow().ok()?.to_datetime(Time::midnight())).ok()
        });
        starts.chain(thaws).chain([at]).filter(|t| *t >= at && self.is_open(*t)).min()
    }

    /// Returns why no deployment is taken at that time, and when one is; `None` where one is.
    pub fn closed(&self, at: Timestamp) -> Option<String> {
        if self.is_open(at) {
            return None;
        }
        let why = match self.frozen(at) {
            Some(Freeze { first, last, why }) => {
                let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
                format!("frozen from {first} to {last}{why}")
            }
            None => {
                let windows: Vec<&str> = self.windows.iter().map(|w| w.text.as_str()).collect();
                format!("outside its change windows ({})", windows.join(", "))
            }
        };
        let opens = match self.opens(at) {
            Some(at) => {
                format!("it opens {}", at.to_zoned(self.zone.clone()).strftime("%a %Y-%m-%d %H:%M %Z"))
            }
            None => "no window opens within a year".to_string(),
        };
        Some(format!("{why}; {opens}"))
    }
}

/// Returns a block where the environment takes no deployment now. What puts something back, and what only goes on with a
/// run, is never kept waiting.
pub(super) fn watch(means: &Means<'_>, plan: &Plan) -> Vec<Finding> {
    if plan.kind != RunKind::Deploy {
        return Vec::new();
    }
    let Some(why) = means.values.calendar.closed(means.clock.now()) else { return Vec::new() };
    let weight = match means.waivers.hours {
        Hours::Kept => Weight::Block,
        Hours::Outside => Weight::Warning,
    };
    let finding = Finding::new(weight, None, format!("{} is {why}", plan.environment));
    let hint = "wait until then, or say that it cannot: --outside-window --reason TEXT, which is recorded";
    vec![if weight == Weight::Block { finding.hint(hint) } else { finding }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(windows: &[&str], freezes: &[&str], zone: TimeZone) -> Calendar {
        Calendar {
            windows: windows.iter().map(|w| w.parse().unwrap()).collect(),
            freezes: freezes.iter().map(|f| f.parse().unwrap()).collect(),
            zone,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_is_open_from_its_first_minute_to_before_its_last() {
        // 2026-11-23 is a Monday.
        let c = calendar(&["mon-thu 09:00-16:00", "fri 09:00-12:00"], &[], TimeZone::UTC);
        for (time, open) in [
            ("2026-11-23T08:59:59Z", false),
            ("2026-11-23T09:00:00Z", true),
            ("2026-11-26T15:59:59Z", true),
            ("2026-11-26T16:00:00Z", false),
            ("2026-11-27T11:00:00Z", true),
            ("2026-11-27T12:00:00Z", false),
            ("2026-11-28T10:00:00Z", false),
        ] {
            assert_eq!(c.is_open(at(time)), open, "{time}");
        }
        assert_eq!(c.opens(at("2026-11-27T12:00:00Z")), Some(at("2026-11-30T09:00:00Z")));
        assert_eq!(c.opens(at("2026-11-27T11:00:00Z")), Some(at("2026-11-27T11:00:00Z")));
    }

    #[test]
    fn a_window_over_midnight_belongs_to_the_day_on_which_it_opens() {
        let c = calendar(&["sun 22:00-04:00", "wed 20:00-24:00"], &[], TimeZone::UTC);
        assert!(c.is_open(at("2026-11-22T22:00:00Z")) && c.is_open(at("2026-11-23T03:59:00Z")));
        assert!(!c.is_open(at("2026-11-22T03:00:00Z")) && !c.is_open(at("2026-11-23T22:30:00Z")));
        assert!(c.is_open(at("2026-11-25T23:59:59Z")) && !c.is_open(at("2026-11-26T00:00:00Z")));
        let over = calendar(&["sat-mon 10:00-11:00"], &[], TimeZone::UTC);
        assert!(over.is_open(at("2026-11-22T10:30:00Z")) && !over.is_open(at("2026-11-24T10:30:00Z")));
    }

    #[test]
    fn a_freeze_goes_before_windows_and_its_last_day_is_frozen() {
        let c = calendar(&["mon-sun 09:00-16:00"], &["2026-12-18/2027-01-04 Christmas"], TimeZone::UTC);
        assert!(c.is_open(at("2026-12-17T10:00:00Z")) && !c.is_open(at("2027-01-04T10:00:00Z")));
        assert_eq!(c.opens(at("2026-12-20T10:00:00Z")), Some(at("2027-01-05T09:00:00Z")));
        let why = c.closed(at("2026-12-20T10:00:00Z")).unwrap();
        assert_eq!(
            why,
            "frozen from 2026-12-18 to 2027-01-04 (Christmas); it opens Tue 2027-01-05 09:00 UTC"
        );
        let only = calendar(&[], &["2026-12-24"], TimeZone::UTC);
        assert!(!only.is_open(at("2026-12-24T23:59:59Z")));
        assert_eq!(only.opens(at("2026-12-24T10:00:00Z")), Some(at("2026-12-25T00:00:00Z")));
        assert!(Calendar::default().is_open(at("2026-12-24T10:00:00Z")), "nothing is said");
        let never = calendar(&["mon 09:00-10:00"], &["2026-01-01/2029-01-01"], TimeZone::UTC);
        assert!(never.closed(at("2026-12-24T10:00:00Z")).unwrap().ends_with("within a year"));
    }

    #[test]
    fn the_clock_is_the_one_of_the_zone_in_winter_and_in_summer() {
        // The rule of Central European Time, so that no time zone database is needed.
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let c = calendar(&["mon-fri 09:00-16:00"], &[], zone.clone());
        assert!(c.is_open(at("2026-11-23T08:00:00Z")) && !c.is_open(at("2026-11-23T07:59:59Z")));
        assert!(c.is_open(at("2026-07-06T07:00:00Z")) && !c.is_open(at("2026-07-06T14:00:00Z")));
        let (friday, monday) = (at("2026-10-23T20:00:00Z"), at("2026-10-26T08:00:00Z"));
        assert_eq!(c.opens(friday), Some(monday), "the clock is set back in between");
        // On the night when 02:30 is left out, the window opens at 03:30.
        let night = calendar(&["sun 02:30-05:00"], &[], zone);
        assert!(night.is_open(at("2026-03-29T01:30:00Z")) && !night.is_open(at("2026-03-29T01:29:00Z")));
    }

    #[test]
    fn what_is_no_window_or_freeze_is_refused() {
        for wrong in [
            "",
            "mon",
            "mon 9:00-16:00",
            "mon 09:00",
            "day 09:00-16:00",
            "mon 09:00-25:00",
            "mon- 09:00-10:00",
        ] {
            assert!(wrong.parse::<Window>().is_err(), "{wrong}");
        }
        for wrong in ["", "Christmas", "2026-13-01", "2027-01-04/2026-12-18", "2026-12-18/"] {
            assert!(wrong.parse::<Freeze>().is_err(), "{wrong}");
        }
    }
}
