//! What of an account belongs to its instance, and what only stands beside it.

use std::collections::BTreeSet;

use crate::core::driver::Listing;
use crate::core::inventory::{Found, Standing};

/// Returns the ids of the associations of `kind` in `listing`: the ARNs of what they are with.
pub(super) fn associated(listing: &Listing, kind: &str) -> Vec<String> {
    listing.found.iter().filter(|f| f.address.kind() == kind).map(|f| f.id.clone()).collect()
}

/// Says of each function and bot in `listing` that no association is with it, that it is beside the instance; functions
/// that bots with associations call (`hooks`) are used too.
pub(super) fn stand(listing: &mut Listing, hooks: BTreeSet<String>) {
    let mut functions = associated(listing, "connect/lambda-association");
    functions.extend(hooks);
    let bots = associated(listing, "connect/bot-association");
    let used = |f: &Found| match f.address.kind() {
        "lambda/function" => functions
            .iter()
            .any(|arn| arn.strip_prefix(&f.arn).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))),
        "lex/bot" => f.aliases.iter().flatten().any(|alias| bots.contains(&alias.arn)),
        _ => true,
    };
    for f in &mut listing.found {
        if !used(f) {
            f.standing = Standing::Beside;
        }
    }
}
