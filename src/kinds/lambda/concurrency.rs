//! Reserved concurrency: how many of a function may run at a time.

use serde_json::json;

use super::moves::setting;
use crate::core::document::Document;
use crate::core::driver::Change;
use crate::core::moves::Move;

/// Returns the move that sets how many may run at a time, or takes that away.
pub fn moves(change: &Change<'_>, from: &Document, to: &Document) -> Option<Move> {
    let name = "ReservedConcurrentExecutions";
    let (was, is) = (from.local.get(name), to.local.get(name).filter(|v| !v.is_null()));
    if was == is {
        return None;
    }
    Some(match is {
        Some(is) => setting(change, "PutFunctionConcurrency", name, json!({ name: is }), from, to),
        None => setting(change, "DeleteFunctionConcurrency", name, json!({}), from, to),
    })
}
