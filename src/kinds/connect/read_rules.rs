//! The calls that read what works on contacts: rules, evaluation forms, vocabularies, data tables, email addresses,
//! integrations and the instance's own settings.

use serde_json::Value;

use super::calls::{Calls, unknown};
use crate::aws::Failure;

impl Calls {
    pub(super) async fn describe_rule(&self, call: &str, _: &str) -> Result<Value, Failure> {
        Err(unknown(call))
    }

    pub(super) async fn page_of_rules(
        &self,
        call: &str,
        _: &str,
        _: Option<String>,
    ) -> Result<Value, Failure> {
        Err(unknown(call))
    }
}
