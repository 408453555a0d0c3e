//! Ids that sort by time: of snapshots and of runs.

use std::fmt;
use std::str::FromStr;

use jiff::{Timestamp, tz::TimeZone};

use super::error::{Error, Result};

/// Crockford's base 32 in lower case: no i, l, o, u, so that ids can be read out loud.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

fn stamp(at: Timestamp) -> String {
    let t = at.to_zoned(TimeZone::UTC);
    let random = {
        let mut bytes = [0u8; 6];
        // The operating system's generator does not fail on any platform that we build for; ids from a fixed zero
        // would still be told apart by put-if-absent.
        let _ = getrandom::fill(&mut bytes);
        bytes.map(|b| ALPHABET[usize::from(b & 31)] as char).iter().collect::<String>()
    };
    format!("{}-{random}", t.strftime("%Y%m%dt%H%M%S%3f"))
}

fn well_formed(s: &str) -> bool {
    let b = s.as_bytes();
    b.len() == 25
        && b[8] == b't'
        && b[18] == b'-'
        && b[..8].iter().chain(&b[9..18]).all(u8::is_ascii_digit)
        && b[19..].iter().all(|c| ALPHABET.contains(c))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $noun:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Returns a new id for something that happens at `at`.
            pub fn new(at: Timestamp) -> $name {
                $name(stamp(at))
            }

            /// Returns the id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(s: &str) -> Result<$name> {
                if well_formed(s) {
                    Ok($name(s.to_string()))
                } else {
                    Err(Error::input(format!(concat!("`{}` is not the id of a ", $noun), s)))
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<$name, D::Error> {
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// The id of a snapshot: `20261121t024500123-7k2m9x`, UTC to the millisecond and six random characters.
    SnapshotId,
    "snapshot"
);
id!(
    /// The id of a run, of the same form.
    RunId,
    "run"
);
id!(
    /// The id of a saved plan, of the same form.
    PlanId,
    "saved plan"
);
id!(
    /// The id of a list of condemned objects, or of a sweep of one, of the same form.
    SweepId,
    "sweep"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_read_back() {
        let early = RunId::new("2026-01-02T03:04:05.006Z".parse().unwrap());
        let late = RunId::new("2026-01-02T03:04:05.007Z".parse().unwrap());
        assert!(early < late);
        assert_eq!(early.to_string().parse::<RunId>().unwrap(), early);
        assert!("latest".parse::<RunId>().is_err());
    }
}
