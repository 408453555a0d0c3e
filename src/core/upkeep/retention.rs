//! Retention: which of the snapshots that were extracted are kept, as a policy says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::core::id::SnapshotId;

/// What is to be kept. Days, weeks (from Monday, ISO 8601), months and years are those of UTC; of each that has a snapshot
/// the newest is kept, and only those that have one count.
///
/// The words and the counting are those of restic ("Removing backup snapshots", restic documentation).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// So many of the newest.
    pub last: usize,
    /// The newest of each of so many days.
    pub daily: usize,
    /// The newest of each of so many weeks.
    pub weekly: usize,
    /// The newest of each of so many months.
    pub monthly: usize,
    /// The newest of each of so many years.
    pub yearly: usize,
    /// All that are younger; the audit's runs are reckoned with it as well.
    pub within: Option<SignedDuration>,
    /// All that have a name.
    pub named: bool,
    /// All whose note has one of these texts in it.
    pub notes: BTreeSet<String>,
}

/// An extract, as far as a policy looks at it.
#[derive(Clone, Debug)]
pub(super) struct Taken<'a> {
    pub(super) id: &'a SnapshotId,
    pub(super) at: Timestamp,
    pub(super) name: Option<&'a str>,
    pub(super) note: Option<&'a str>,
}

/// Of how many periods the newest is kept, how they are called, and in which one a day is.
type Period<'p> = (usize, &'static str, &'p dyn Fn(Date) -> String);

impl Policy {
    /// Returns whether it keeps nothing: then nobody has said what is to be kept.
    pub fn is_empty(&self) -> bool {
        *self == Policy::default()
    }

    /// Returns why each of `all`, which are of one pin, is kept at `now`; what is not in the answer is not.
    pub(super) fn keeps(&self, all: &[Taken<'_>], now: Timestamp) -> BTreeMap<SnapshotId, BTreeSet<String>> {
        let mut newest: Vec<&Taken<'_>> = all.iter().collect();
        newest.sort_by(|a, b| (b.at, b.id).cmp(&(a.at, a.id)));
        let mut kept: BTreeMap<SnapshotId, BTreeSet<String>> = BTreeMap::new();
        let mut keep = |one: &Taken<'_>, why: String| kept.entry(one.id.clone()).or_default().extend([why]);
        for one in newest.iter().take(self.last) {
            keep(one, format!("one of the newest {}", self.last));
        }
        let week = |day: Date| day.iso_week_date();
        let periods: [Period<'_>; 4] = [
            (self.daily, "daily", &|day| day.to_string()),
            (self.weekly, "weekly", &|day| format!("{}-W{}", week(day).year(), week(day).week())),
            (self.monthly, "monthly", &|day| format!("{}-{}", day.year(), day.month())),
            (self.yearly, "yearly", &|day| day.year().to_string()),
        ];
        for (count, word, period) in periods {
            let mut seen = BTreeSet::new();
            for one in &newest {
                let of = period(one.at.to_zoned(TimeZone::UTC).date());
                if seen.len() < count && seen.insert(of) {
                    keep(one, word.to_string());
                }
            }
        }
        for one in newest {
            if self.within.is_some_and(|within| now.duration_since(one.at) <= within) {
                keep(one, "young enough".into());
            }
            if let (true, Some(name)) = (self.named, one.name) {
                keep(one, format!("named `{name}`"));
            }
            let has = |text: &&String| one.note.is_some_and(|note| note.contains(text.as_str()));
            if let Some(text) = self.notes.iter().find(has) {
                keep(one, format!("noted `{text}`"));
            }
        }
        kept
    }
}

/// Written as its flags.
impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            ("last", self.last),
            ("daily", self.daily),
            ("weekly", self.weekly),
            ("monthly", self.monthly),
            ("yearly", self.yearly),
        ];
        let counts = counts.iter().filter(|(_, count)| *count > 0);
        let mut words: Vec<String> = counts.map(|(word, count)| format!("--keep-{word} {count}")).collect();
        words.extend(self.within.map(|within| match within.as_hours() {
            hours if hours % 24 == 0 && hours > 0 => format!("--keep-within {}d", hours / 24),
            hours if hours > 0 && within.as_secs() % 3600 == 0 => format!("--keep-within {hours}h"),
            _ => format!("--keep-within {}s", within.as_secs()),
        }));
        words.extend(self.named.then(|| "--keep-named".to_string()));
        words.extend(self.notes.iter().map(|text| format!("--keep-note '{}'", text.replace('\'', r"'\''"))));
        f.write_str(&words.join(" "))
    }
}
