//! Ownership: no two environments own the same thing.

use std::ops::Range;

use crate::core::Result;
use crate::core::environment::Environment;
use crate::core::glob::{meet, meet_outside};

use super::table::{At, Place, Table};
use super::values::DEFAULT_OWNS;

/// What an environment owns, and where the file says so.
pub(super) struct Owner<'a> {
    /// The environment.
    pub(super) environment: &'a Environment,
    /// What it owns.
    pub(super) globs: Vec<At<String>>,
}

/// Returns what an environment owns, which `table` describes; what is not written stands at `span`, where it begins.
pub(super) fn owned_globs(table: &Table<'_>, span: &Range<usize>) -> Result<Vec<At<String>>> {
    let default = || vec![At { value: DEFAULT_OWNS.to_string(), span: span.clone() }];
    Ok(table.list("owns")?.map_or_else(default, |at| at.value))
}

impl Owner<'_> {
    fn start(&self) -> usize {
        self.globs.first().map_or(0, |at| at.span.start)
    }
}

/// Fails at the second of two environments that own the same thing in one account and region. What is in a Connect
/// instance is the same only if the instance is, as the file names it.
pub(super) fn disjoint(place: Place<'_>, mut owners: Vec<Owner<'_>>) -> Result<()> {
    owners.sort_by_key(Owner::start);
    for (i, second) in owners.iter().enumerate() {
        for first in &owners[..i] {
            let (a, b) = (first.environment, second.environment);
            if a.account != b.account || a.region != b.region {
                continue;
            }
            let one_instance = instance(a) == instance(b);
            for own in &second.globs {
                let meets = |other: &&At<String>| match one_instance {
                    true => meet(&own.value, &other.value),
                    false => meet_outside(&own.value, &other.value, "connect/"),
                };
                if let Some(other) = first.globs.iter().find(meets) {
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

fn instance(environment: &Environment) -> &str {
    environment.instance.rsplit("instance/").next().unwrap_or_default()
}
