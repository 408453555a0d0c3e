//! Parameters of the environment's own account: Systems Manager and Secrets Manager.
//!
//! Source: botocore `ssm` (GetParameter, WithDecryption) and `secretsmanager` (GetSecretValue; without a version it is
//! the one staged AWSCURRENT).

use async_trait::async_trait;
use serde_json::{Value, json};

use super::rpc::{SECRETS_MANAGER, SSM};
use super::session::Account;
use crate::core::parameter::{Keeper, Parameter, Parameters};
use crate::core::{Error, Result, redact};

/// The parameters of one account and region.
pub struct StoredParameters(Account);

impl StoredParameters {
    /// Returns the parameters of `account`.
    pub fn new(account: Account) -> StoredParameters {
        StoredParameters(account)
    }

    async fn held(&self, of: &Parameter) -> Result<String> {
        let (service, operation, asked) = match of.keeper {
            Keeper::Ssm => (&SSM, "GetParameter", json!({ "Name": of.name, "WithDecryption": true })),
            Keeper::SecretsManager => (&SECRETS_MANAGER, "GetSecretValue", json!({ "SecretId": of.name })),
        };
        let answer = self.0.ask(service, operation, &asked).await?;
        let value = match of.keeper {
            Keeper::Ssm => answer["Parameter"]["Value"].as_str(),
            Keeper::SecretsManager => answer["SecretString"].as_str(),
        };
        let value = value.ok_or_else(|| Error::not_found(format!("`{of}` holds no text")))?;
        redact::register(value);
        Ok(value.to_string())
    }
}

#[async_trait]
impl Parameters for StoredParameters {
    async fn value(&self, of: &Parameter) -> Result<String> {
        let held = self.held(of).await.map_err(|e| e.context(format!("cannot read `{of}`")))?;
        let Some(key) = &of.key else { return Ok(held) };
        // What is not JSON is not quoted.
        let value: Option<Value> = serde_json::from_str(&held).ok();
        let member = value.as_ref().and_then(|v| v.get(key));
        let text = match member {
            Some(Value::String(text)) => Some(text.clone()),
            Some(other @ (Value::Number(_) | Value::Bool(_))) => Some(other.to_string()),
            _ => None,
        };
        text.inspect(|t| redact::register(t)).ok_or_else(|| {
            Error::not_found(format!("`{of}`: what is kept there is no JSON object with this key"))
        })
    }
}
