//! One line of the call log.

use serde_json::{Value, json};

/// A call that reached the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRecord {
    /// Its number, from 1, never reset.
    pub n: u64,
    /// The account whose credentials signed it.
    pub account: String,
    /// The region of its signature.
    pub region: String,
    /// The signing name of the service: `connect`, `lex`, `sts`, `s3`, `dynamodb`.
    pub service: String,
    /// The operation, as the service names it.
    pub operation: String,
    /// What it was about, as far as the request says: ids in the path, a bucket and key, a table and key.
    pub resource: String,
    /// The HTTP status answered; 0 when the connection was closed without an answer.
    pub status: u16,
    /// The error code answered.
    pub error: Option<String>,
    /// Whether the operation can change state.
    pub mutating: bool,
    /// Whether it reached the service, which may still have refused it; false when identity or a fault stopped it.
    pub applied: bool,
    /// The name of the fault that met it.
    pub fault: Option<String>,
}

impl CallRecord {
    /// As JSON, for the control path.
    pub(crate) fn json(&self) -> Value {
        json!({
            "n": self.n, "account": self.account, "region": self.region, "service": self.service,
            "operation": self.operation, "resource": self.resource, "status": self.status, "error": self.error,
            "mutating": self.mutating, "applied": self.applied, "fault": self.fault,
        })
    }
}
