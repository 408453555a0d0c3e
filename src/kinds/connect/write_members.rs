//! The calls that change agents and what they work with.

use aws_sdk_connect::Client;
use serde_json::Value;

use super::calls::{Calls, Subject};
use crate::aws::Failure;

impl Calls {
    pub(super) async fn write_member(
        &self,
        c: &Client,
        call: &str,
        subject: &Subject<'_>,
        args: &Value,
    ) -> Result<Value, Failure> {
        self.write_rule(c, call, subject, args).await
    }
}
