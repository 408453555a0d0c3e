//! Token buckets: Connect's default quota for each account, region and operation.

use std::collections::BTreeMap;

use super::call::Call;

/// "Amazon Connect service quotas", API throttling: 2 requests a second, burst 5, for each operation.
const RATE: f64 = 2.0;
const BURST: f64 = 5.0;

/// What is left in each bucket, and when it was counted.
#[derive(Debug, Default)]
pub(crate) struct Buckets(BTreeMap<(String, String, String), (f64, f64)>);

impl Buckets {
    /// Takes a token; false when there is none.
    pub(crate) fn take(&mut self, call: &Call, now: f64) -> bool {
        let key = (call.caller.account.clone(), call.region.clone(), call.operation.clone());
        let (tokens, counted) = self.0.entry(key).or_insert((BURST, now));
        *tokens = (*tokens + (now - *counted).max(0.0) * RATE).min(BURST);
        *counted = now;
        let ok = *tokens >= 1.0;
        if ok {
            *tokens -= 1.0;
        }
        ok
    }
}
