//! Ownership: no two environments own the same thing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::core::Result;
use crate::core::address::Address;
use crate::core::environment::Environment;
use crate::core::glob::{meet, meet_outside};
use crate::core::select::Selection;

use super::table::{At, Place, Table};
use super::values::{ALONE, DEFAULT_OWNS};

/// What an environment owns, and where the file says so.
pub(super) struct Owner<'a> {
    /// The environment.
    pub(super) environment: &'a Environment,
    /// What it owns.
    pub(super) globs: Vec<At<String>>,
}

/// What the file says that an environment owns.
pub(super) enum Owned {
    /// These.
    Written(Vec<At<String>>),
    /// Nothing; the environment begins here.
    Unwritten(Range<usize>),
}

/// Returns what an environment owns, which `table` describes and which begins at `span`.
pub(super) fn owned(table: &Table<'_>, span: &Range<usize>) -> Result<Owned> {
    Ok(table.list("owns")?.map_or(Owned::Unwritten(span.clone()), |at| Owned::Written(at.value)))
}

/// Gives each environment what it owns, and fails where two own the same.
///
/// Of two in one account and region which both don't say it, neither can own the functions and bots there: which of them
/// would? What a release has of them is then left out, which the plan says.
pub(super) fn settle(
    place: Place<'_>,
    environments: &mut BTreeMap<String, Environment>,
    owned: BTreeMap<String, Owned>,
) -> Result<()> {
    let places: Vec<(String, String)> =
        environments.values().map(|e| (e.account.clone(), e.region.clone())).collect();
    let shared =
        |e: &Environment| places.iter().filter(|(a, r)| *a == e.account && *r == e.region).count() > 1;
    let mut all = BTreeMap::new();
    for (name, owned) in owned {
        let Some(environment) = environments.get_mut(&name) else { continue };
        let globs = match owned {
            Owned::Written(globs) => globs,
            Owned::Unwritten(span) if shared(environment) => {
                environment.values.owns = Selection::new(&ALONE.map(String::from))?;
                ALONE.iter().map(|o| At { value: o.to_string(), span: span.clone() }).collect()
            }
            Owned::Unwritten(span) => {
                DEFAULT_OWNS.iter().map(|o| At { value: o.to_string(), span: span.clone() }).collect()
            }
        };
        all.insert(name, globs);
    }
    let owners = environments.values().zip(all);
    disjoint(place, owners.map(|(environment, (_, globs))| Owner { environment, globs }).collect())
}

impl Owner<'_> {
    fn start(&self) -> usize {
        self.globs.first().map_or(0, |at| at.span.start)
    }
}

/// Fails at the second of two environments that own the same thing in one account and region. What is in a Connect
/// instance is the same only if the instance is, as the file names it.
fn disjoint(place: Place<'_>, mut owners: Vec<Owner<'_>>) -> Result<()> {
    owners.sort_by_key(Owner::start);
    for (i, second) in owners.iter().enumerate() {
        for first in &owners[..i] {
            let (a, b) = (first.environment, second.environment);
            if a.account != b.account || a.region != b.region {
                continue;
            }
            sites(place, a, b, second.start())?;
            let one_instance = instance(a) == instance(b);
            for own in &second.globs {
                let meets = |other: &&At<String>| match one_instance {
                    // Each names its own buckets.
                    _ if [&own.value, &other.value].iter().all(|o| o.starts_with("site/")) => false,
                    true => meet(&own.value, &other.value),
                    false => meet_outside(&own.value, &other.value, "connect/"),
                };
                let other = first.globs.iter().find(meets);
                if let Some(other) = other.filter(|other| !shares_bot(a, b, &own.value, &other.value)) {
                    let message = format!(
                        "{} owns `{}`, and {}, which is in the same account and region, owns `{}`: these overlap",
                        b.name, own.value, a.name, other.value
                    );
                    return Err(place.error(&own.span, message).hint(format!(
                        "give each its own part, by owns of [environments.{}] and [environments.{}]",
                        a.name, b.name
                    )));
                }
            }
        }
    }
    Ok(())
}

/// Fails where two environments have a site in the same place: each would take the other's files for its own.
fn sites(place: Place<'_>, a: &Environment, b: &Environment, at: usize) -> Result<()> {
    for (address, site) in &b.values.sites {
        if let Some((other, _)) = a.values.sites.iter().find(|(_, other)| other.meets(site)) {
            let message = format!(
                "{address} of {} and {other} of {} are both in s3://{}/{}",
                b.name, a.name, site.bucket, site.prefix
            );
            let hint = "give each a bucket or a prefix of its own";
            return Err(place.error(&(at..at), message).hint(hint));
        }
    }
    Ok(())
}

/// Returns whether two environments own one bot, each with aliases of its own: the names say which are whose.
fn shares_bot(a: &Environment, b: &Environment, one: &str, other: &str) -> bool {
    let Some(bot) = one.parse::<Address>().ok().filter(|bot| bot.kind() == "lex/bot" && one == other) else {
        return false;
    };
    let there =
        |e: &Environment| -> BTreeSet<String> { e.values.names.aliases(&bot).into_values().collect() };
    let (a, b) = (there(a), there(b));
    !a.is_empty() && !b.is_empty() && a.is_disjoint(&b)
}

fn instance(environment: &Environment) -> &str {
    environment.instance.as_deref().and_then(|i| i.rsplit("instance/").next()).unwrap_or_default()
}
