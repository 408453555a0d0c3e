//! `[environments.NAME.names]`: what an environment calls otherwise.

use crate::core::Result;
use crate::core::naming::Naming;

use super::addresses::known;
use super::table::{At, Table};

/// Reads the rules. A rule that collides with one above it is complained about, whichever says more.
pub(super) fn names(table: &Table<'_>) -> Result<Naming> {
    let mut rules = Vec::new();
    for (logical, span, value) in table.below("names")? {
        let path = format!("names.{logical}");
        let at = At { value: table.text_of(&path, value)?, span };
        // What is no address at all is complained about with the other rules.
        if let [service, noun, _] = logical.splitn(3, '/').collect::<Vec<_>>()[..] {
            known(table.place, &at, &format!("{service}/{noun}"))?;
        }
        rules.push((logical, at));
    }
    rules.sort_by_key(|(_, at)| at.span.start);
    let texts: Vec<(String, String)> = rules.iter().map(|(l, at)| (l.clone(), at.value.clone())).collect();
    Naming::new(&texts).map_err(|misnomer| {
        let (_, at) = &rules[misnomer.rule];
        table.place.error(&at.span, misnomer.why)
    })
}
