//! The calls that read agents and what they work with: users, their hierarchy, what they are told by, views, templates.

use serde_json::Value;

use super::calls::Calls;
use crate::aws::Failure;

impl Calls {
    pub(super) async fn describe_member(&self, call: &str, id: &str) -> Result<Value, Failure> {
        self.describe_rule(call, id).await
    }

    pub(super) async fn page_of_members(
        &self,
        call: &str,
        of: &str,
        token: Option<String>,
    ) -> Result<Value, Failure> {
        self.page_of_rules(call, of, token).await
    }
}
