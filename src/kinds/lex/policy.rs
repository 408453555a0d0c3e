//! Policies of bots and aliases: who may talk to them.
//!
//! Source: botocore's `lexv2-models` model, `CreateResourcePolicy` ("The Amazon Resource Name (ARN) of the bot or bot alias").

use serde_json::{Value, json};

use crate::core::digest::canonical;
use crate::core::encoder::Encoder;

/// Returns the policy in `text` as it is kept: its statements, which have no order, sorted. What is not JSON stays text.
pub fn form(encoder: &mut Encoder<'_>, text: &str) -> Value {
    let said = encoder.findings.len();
    let parsed: Value = serde_json::from_str(text).unwrap_or_else(|_| json!(text));
    let mut policy = encoder.value(parsed);
    // A policy names what it is for, and who may use it, by ARN: that is no finding.
    encoder.findings.truncate(said);
    if let Some(Value::Array(statements)) = policy.get_mut("Statement") {
        statements.sort_by_cached_key(canonical);
    }
    policy
}

/// Returns the ARN that the policy `of` (`bot`, or `#ALIAS` by the alias's `id`) belongs to, where the bot has `bot_arn`.
pub fn arn(bot_arn: &str, alias_id: Option<&str>) -> String {
    match alias_id {
        None => bot_arn.to_string(),
        Some(alias) => format!("{}/{alias}", bot_arn.replacen(":bot/", ":bot-alias/", 1)),
    }
}
