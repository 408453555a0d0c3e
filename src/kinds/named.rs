//! Names: what the configuration calls otherwise than it is called there.

use crate::core::Result;
use crate::core::driver::{Gap, Listing};
use crate::core::inventory::{Alias, Found, Ownership};
use crate::core::naming::Naming;

/// Gives each of `found` the name that the configuration has for it.
pub fn rename(naming: &Naming, found: &mut [Found]) {
    if naming.is_empty() {
        return;
    }
    for f in found.iter_mut().filter(|f| f.ownership == Ownership::Customer) {
        let logical = naming.logical(f.address.kind(), f.address.name());
        if logical != f.address {
            f.physical = Some(f.address.name().to_string());
            f.address = logical;
        }
        match &mut f.aliases {
            Some(aliases) => {
                for alias in aliases.iter_mut() {
                    let logical = naming.logical_alias(&f.address, &alias.name);
                    if logical != alias.name {
                        alias.physical = Some(std::mem::replace(&mut alias.name, logical));
                    }
                }
            }
            // Of a function only those need to be known that are called otherwise.
            None => {
                let mapped = naming.aliases(&f.address).into_iter();
                let aliases: Vec<Alias> = mapped
                    .map(|(name, there)| Alias {
                        id: format!("{}:{there}", f.id),
                        arn: format!("{}:{there}", f.arn),
                        physical: Some(there),
                        name,
                    })
                    .collect();
                f.aliases = (!aliases.is_empty()).then_some(aliases);
            }
        }
    }
}

/// Puts the result of listing `kind` into `listing`: what was found, or the gap.
pub fn note(listing: &mut Listing, kind: &str, result: Result<Vec<Found>>) {
    match result {
        Ok(found) => listing.found.extend(found),
        Err(e) => listing.gaps.push(Gap::of(kind, None, e)),
    }
}
