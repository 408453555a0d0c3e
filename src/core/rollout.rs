//! A rollout: the ladder on which traffic reaches what is new, a share at a time.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::{Span, SpanRelativeTo};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::address::Address;
use super::error::{Error, Result};
use super::select::Selection;

/// A share of traffic, in tenths of a percent: above nothing, 100 % at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u16);

impl Share {
    /// All of it.
    pub const ALL: Share = Share(1000);

    /// Returns a share of so many tenths of a percent: 1 to 1000.
    pub fn tenths(tenths: u16) -> Option<Share> {
        (1..=1000).contains(&tenths).then_some(Share(tenths))
    }

    /// Returns it in percent: 0.1 to 100.
    pub fn percent(self) -> f64 {
        f64::from(self.0) / 10.0
    }

    /// Returns it as a weight: 0.001 to 1.
    pub fn weight(self) -> f64 {
        f64::from(self.0) / 1000.0
    }

    /// Returns what this much more traffic makes of it; all of it at most.
    pub fn and(self, more: Share) -> Share {
        Share((self.0 + more.0).min(Share::ALL.0))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 10, self.0 % 10) {
            (whole, 0) => write!(f, "{whole}%"),
            (whole, tenth) => write!(f, "{whole}.{tenth}%"),
        }
    }
}

/// One rung: so much traffic, for so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rung {
    /// How much.
    pub share: Share,
    /// For how long before the next; after the last, before it counts as done.
    pub hold: Duration,
}

impl Rung {
    /// Returns for how long it is held: `5m`, `1h30m`; empty, where it is not.
    pub fn hold_text(&self) -> String {
        let seconds = self.hold.as_secs();
        let part = |n: u64, unit: &str| if n == 0 { String::new() } else { format!("{n}{unit}") };
        let parts = [part(seconds / 3600, "h"), part(seconds / 60 % 60, "m"), part(seconds % 60, "s")];
        parts.concat()
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.hold_text().as_str() {
            "" => write!(f, "{}", self.share),
            hold => write!(f, "{} {hold}", self.share),
        }
    }
}

/// A ladder: its shares rise, and the last is all traffic. Written `10% 5m, 50% 10m, 100% 15m`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    rungs: Vec<Rung>,
}

impl Rollout {
    /// Returns the ladder of `rungs`. `Input` unless their shares rise to all traffic.
    pub fn new(rungs: Vec<Rung>) -> Result<Rollout> {
        let rises = rungs.windows(2).all(|pair| pair[0].share < pair[1].share);
        let ends = rungs.last().is_some_and(|last| last.share == Share::ALL);
        match (rises, ends) {
            (true, true) => Ok(Rollout { rungs }),
            (false, _) => Err(wrong("each rung takes more traffic than the one before")),
            (_, false) => Err(wrong("the last rung is 100%")),
        }
    }

    /// Returns its rungs: one at least.
    pub fn rungs(&self) -> &[Rung] {
        &self.rungs
    }

    /// Returns whether it has one rung alone: all at once.
    pub fn is_at_once(&self) -> bool {
        self.rungs.len() == 1
    }

    /// Returns how long all of it takes at least.
    pub fn length(&self) -> Duration {
        self.rungs.iter().map(|rung| rung.hold).sum()
    }
}

fn wrong(why: &str) -> Error {
    Error::input(format!("not a ladder: {why}")).hint("write it so: \"10% 5m, 50% 10m, 100% 15m\"")
}

impl FromStr for Rollout {
    type Err = Error;

    fn from_str(text: &str) -> Result<Rollout> {
        let rung = |part: &str| {
            let (share, hold) = match part.trim().split_once(char::is_whitespace) {
                Some((share, hold)) => (share, hold.trim()),
                None => (part.trim(), ""),
            };
            let no_share = || {
                wrong(&format!("`{share}` is no share of traffic, such as 10% or 0.5%: 0.1% is the least"))
            };
            let number = share.strip_suffix('%').ok_or_else(no_share)?;
            let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
            let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
            if !digits(whole) || !digits(tenth) || tenth.len() > 1 {
                return Err(no_share());
            }
            let tenths = whole.parse::<u16>().ok().and_then(|w| w.checked_mul(10)).zip(tenth.parse().ok());
            let tenths = tenths.and_then(|(whole, tenth): (u16, u16)| whole.checked_add(tenth));
            let share = tenths.and_then(Share::tenths).ok_or_else(no_share)?;
            let no_time = || wrong(&format!("`{hold}` is no duration such as 90s, 10m or 1h 30m"));
            let hold = if hold.is_empty() { Duration::ZERO } else { duration(hold).ok_or_else(no_time)? };
            // What is written again has whole seconds.
            if hold.subsec_nanos() != 0 {
                return Err(wrong(&format!("`{hold:?}` is held for a part of a second")));
            }
            Ok(Rung { share, hold })
        };
        Rollout::new(text.split(',').map(rung).collect::<Result<_>>()?)
    }
}

/// Returns the duration that `text` says, such as `90s`, `10m`, `1h 30m` or `7d`: above nothing. A day has 24 hours.
pub fn duration(text: &str) -> Option<Duration> {
    let span: Span = text.parse().ok()?;
    // Months and years have no length of their own.
    let exact = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(exact).ok().filter(|d| !d.is_zero())
}

impl fmt::Display for Rollout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rungs: Vec<String> = self.rungs.iter().map(ToString::to_string).collect();
        f.write_str(&rungs.join(", "))
    }
}

impl Serialize for Rollout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rollout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Rollout, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|e: Error| serde::de::Error::custom(e.message))
    }
}

/// Which ladder holds for what.
#[derive(Clone, Debug, Default)]
pub struct Rollouts {
    rules: Vec<Rule>,
    /// What holds for everything this time, whatever the rules say.
    this_time: Option<Rollout>,
}

/// What of a resource climbs ladders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Climbs {
    /// Nothing.
    Nothing,
    /// It does itself.
    Itself,
    /// Its aliases, of these names, do.
    Aliases(Vec<String>),
}

/// A ladder, and what it holds for.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// An address or a glob of addresses.
    pub(super) of: Selection,
    pub(super) pattern: String,
    /// The one alias that it holds for; all, if none is said.
    pub(super) alias: Option<String>,
    rollout: Rollout,
}

impl Rollouts {
    /// Says of everything that all traffic is shifted at once this time.
    pub fn shift_at_once(&mut self) {
        let rung = Rung { share: Share::ALL, hold: Duration::ZERO };
        self.this_time = Some(Rollout { rungs: vec![rung] });
    }

    /// Returns whether all traffic is shifted at once this time, whatever the rules say.
    pub fn are_at_once(&self) -> bool {
        self.this_time.is_some()
    }

    /// Adds the ladder of all that `pattern` picks: an address or a glob of addresses, with `#ALIAS` behind it where it
    /// holds for one alias alone. `Input` where that picks nothing.
    pub fn add(&mut self, pattern: &str, rollout: Rollout) -> Result<()> {
        let (pattern, alias) = match pattern.split_once('#') {
            Some((pattern, alias)) => (pattern.to_string(), Some(alias.to_string())),
            None => (pattern.to_string(), None),
        };
        let of = Selection::new(std::slice::from_ref(&pattern))?;
        self.rules.push(Rule { of, pattern, alias, rollout });
        Ok(())
    }

    /// Returns all of them.
    pub(super) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.this_time.is_none()
    }

    /// Returns the ladder of `address`, or of its alias of this name: what is said of that alias goes before what is said
    /// of all, then the longest pattern counts. None, where all traffic is shifted at once.
    pub fn of(&self, address: &Address, alias: Option<&str>) -> Option<&Rollout> {
        self.said_of(address, alias).filter(|r| !r.is_at_once() || !r.length().is_zero())
    }

    /// The same, also where what is said is that all traffic is shifted at once.
    pub fn said_of(&self, address: &Address, alias: Option<&str>) -> Option<&Rollout> {
        self.this_time.as_ref().or_else(|| self.ruled_of(address, alias))
    }

    /// The same, as it is at other times.
    pub fn ruled_of(&self, address: &Address, alias: Option<&str>) -> Option<&Rollout> {
        let fits =
            |r: &&Rule| r.of.picks(address) && r.alias.as_deref().is_none_or(|wanted| Some(wanted) == alias);
        let best = self.rules.iter().filter(fits).max_by_key(|r| (r.alias.is_some(), r.pattern.len()))?;
        Some(&best.rollout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ladder_is_written_as_it_is_read() {
        for text in ["10% 5m, 50% 10m, 100% 15m", "0.5% 1h30m, 100%", "100%", "33.3% 90s, 100% 1h"] {
            let read: Rollout = text.parse().unwrap();
            let again: Rollout = read.to_string().parse().unwrap();
            assert_eq!(read, again, "{text}");
        }
        let read: Rollout = "10% 5m, 50% 10m, 100% 15m".parse().unwrap();
        assert_eq!(read.to_string(), "10% 5m, 50% 10m, 100% 15m");
        assert_eq!(read.length(), Duration::from_secs(30 * 60));
        assert_eq!(read.rungs()[0].share.weight(), 0.1);
    }

    #[test]
    fn what_is_no_ladder_says_why() {
        for (text, why) in [
            ("50% 5m, 10% 5m, 100%", "more traffic"),
            ("10% 5m", "the last rung is 100%"),
            ("10 5m, 100%", "no share"),
            ("0% 5m, 100%", "no share"),
            ("101%", "no share"),
            ("0.05% 1m, 100%", "no share"),
            ("10% soon, 100%", "no duration"),
            ("+5% 1m, 100%", "no share"),
            ("10% 500ms, 100%", "part of a second"),
            ("", "no share"),
        ] {
            let error = text.parse::<Rollout>().unwrap_err();
            assert!(error.message.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn the_nearest_rule_holds() {
        let mut rollouts = Rollouts::default();
        let mut add = |pattern: &str, text: &str| rollouts.add(pattern, text.parse().unwrap()).unwrap();
        add("lambda/function/*", "10% 1m, 100%");
        add("lambda/function/orders", "20% 1m, 100%");
        add("lambda/function/*#beta", "30% 1m, 100%");
        add("lambda/function/tiny", "100%");
        let of = |name: &str, alias: Option<&str>| {
            let address = Address::new("lambda/function", name);
            rollouts.of(&address, alias).map(ToString::to_string)
        };
        assert_eq!(of("other", Some("live")).as_deref(), Some("10% 1m, 100%"));
        assert_eq!(of("orders", Some("live")).as_deref(), Some("20% 1m, 100%"));
        assert_eq!(of("orders", Some("beta")).as_deref(), Some("30% 1m, 100%"));
        assert_eq!(of("tiny", None), None);
    }
}
