//! Addresses and globs of addresses, as they stand in the configuration.

use crate::core::address::Address;
use crate::core::glob::meet;
use crate::core::select::Selection;
use crate::core::{Error, Result};
use crate::kinds::KINDS;

use super::model::nearest;
use super::table::{At, Place};

/// Returns the address that stands there; an error if it is none, or of no kind that there is.
pub(super) fn address(place: Place<'_>, at: &At<String>) -> Result<Address> {
    let address: Address = at.value.parse().map_err(|e: Error| located(place, at, e))?;
    known(place, at, address.kind())?;
    Ok(address)
}

/// Fails if there is no such kind.
pub(super) fn known<T>(place: Place<'_>, at: &At<T>, kind: &str) -> Result<()> {
    if KINDS.contains(&kind) {
        return Ok(());
    }
    Err(suggest(place.error(&at.span, format!("there is no kind `{kind}`")), kind))
}

/// Returns the selection that the globs of a list make.
pub(super) fn selection(place: Place<'_>, globs: &[At<String>]) -> Result<Selection> {
    for at in globs {
        Selection::new(std::slice::from_ref(&at.value)).map_err(|e| located(place, at, e))?;
        if !KINDS.iter().any(|kind| meet(&at.value, &format!("{kind}/*"))) {
            let kind: Vec<&str> = at.value.splitn(3, '/').take(2).collect();
            let error = place.error(&at.span, format!("`{}` selects nothing of any kind", at.value));
            return Err(suggest(error, &kind.join("/")));
        }
    }
    Selection::new(&globs.iter().map(|at| at.value.clone()).collect::<Vec<_>>())
}

/// Returns the error with the place in the file where it came from.
pub(super) fn located<T>(place: Place<'_>, at: &At<T>, e: Error) -> Error {
    Error { hint: e.hint, ..place.error(&at.span, e.message) }
}

fn suggest(error: Error, kind: &str) -> Error {
    match nearest(kind, KINDS.iter().copied()) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None => error.hint(format!("the kinds are {}", KINDS.join(", "))),
    }
}
