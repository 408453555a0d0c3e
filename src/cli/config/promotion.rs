//! `promote_from`: in which environment a release has to have succeeded first.

use std::collections::BTreeMap;

use crate::core::Result;

use super::model::nearest;
use super::table::{At, Place};

/// Fails if one of `from` (by environment, what its `promote_from` says) names no environment, or if they lead round.
pub(super) fn no_circle(
    place: Place<'_>,
    from: &BTreeMap<String, At<String>>,
    environments: &[&str],
) -> Result<()> {
    for (name, at) in from {
        if !environments.contains(&at.value.as_str()) {
            let message = format!("`promote_from` of {name} names `{}`, which is no environment", at.value);
            let error = place.error(&at.span, message);
            return Err(match nearest(&at.value, environments.iter().copied().filter(|e| e != name)) {
                Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                None => error.hint(format!("there are {}", environments.join(", "))),
            });
        }
        let mut way = vec![name.as_str()];
        let mut next = at;
        loop {
            way.push(&next.value);
            if next.value == *name {
                let message = format!("`promote_from` leads round: {}", way.join(" from "));
                return Err(place.error(&at.span, message));
            }
            // A circle that this one only leads into is found from one of its own.
            match from.get(&next.value) {
                Some(further) if way.len() <= from.len() => next = further,
                _ => break,
            }
        }
    }
    Ok(())
}
