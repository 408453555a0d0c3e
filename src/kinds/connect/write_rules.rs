//! The calls that change what works on contacts.

use aws_sdk_connect::Client;
use serde_json::Value;

use super::calls::{Calls, Subject, unknown};
use crate::aws::Failure;

impl Calls {
    pub(super) async fn write_rule(
        &self,
        _: &Client,
        call: &str,
        _: &Subject<'_>,
        _: &Value,
    ) -> Result<Value, Failure> {
        Err(unknown(call))
    }
}
