//! Parameters: secrets that are kept in the environment's own account, by name, and that an overlay refers to.

use std::fmt;

use async_trait::async_trait;

use super::error::{Error, Result};
use super::template::{decode_or_bad, encoded};

/// Which service keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keeper {
    /// Systems Manager Parameter Store.
    Ssm,
    /// Secrets Manager.
    SecretsManager,
}

/// What stands in an overlay as `@{ssm:/path/name}`, `@{secretsmanager:NAME}` or `@{secretsmanager:NAME#KEY}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parameter {
    /// Who keeps it.
    pub keeper: Keeper,
    /// Its name there.
    pub name: String,
    /// The member of the JSON object that it holds, if only that is meant.
    pub key: Option<String>,
}

impl Keeper {
    /// Returns the word that stands before the colon.
    pub fn word(self) -> &'static str {
        match self {
            Keeper::Ssm => "ssm",
            Keeper::SecretsManager => "secretsmanager",
        }
    }
}

/// As a placeholder has it, without `@{` and `}`.
impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.keeper.word(), encoded(&self.name))?;
        match &self.key {
            Some(key) => write!(f, "#{}", encoded(key)),
            None => Ok(()),
        }
    }
}

impl Parameter {
    /// Reads what follows the keeper's colon. `Input` if it is not spelled as [`Parameter`] writes it.
    pub fn parse(keeper: Keeper, text: &str) -> Result<Parameter> {
        let (name, key) = match (keeper, text.split_once('#')) {
            (Keeper::SecretsManager, Some((name, key))) => (name, Some(decode_or_bad(key)?)),
            _ => (text, None),
        };
        Ok(Parameter { keeper, name: decode_or_bad(name)?, key })
    }

    /// Returns the command that makes it in `region`.
    ///
    /// Source: "AWS CLI Command Reference": `ssm put-parameter`, `secretsmanager create-secret`.
    pub fn command(&self, region: &str) -> String {
        let name = self.name.replace('\'', r"'\''");
        match (self.keeper, &self.key) {
            (Keeper::Ssm, _) => {
                format!(
                    "aws ssm put-parameter --region {region} --type SecureString --name '{name}' --value '...'"
                )
            }
            (Keeper::SecretsManager, None) => format!(
                "aws secretsmanager create-secret --region {region} --name '{name}' --secret-string '...'"
            ),
            (Keeper::SecretsManager, Some(key)) => {
                let json = serde_json::json!({ key: "..." }).to_string().replace('\'', r"'\''");
                format!(
                    "aws secretsmanager create-secret --region {region} --name '{name}' --secret-string '{json}'"
                )
            }
        }
    }
}

/// Reads parameters in the environment's account.
#[async_trait]
pub trait Parameters: Send + Sync {
    /// Returns the value. `NotFound` if there is none of this name or without this key; `Denied` where it may not be
    /// read.
    async fn value(&self, of: &Parameter) -> Result<String>;
}

/// No parameters at all.
pub struct NoParameters;

#[async_trait]
impl Parameters for NoParameters {
    async fn value(&self, of: &Parameter) -> Result<String> {
        Err(Error::not_found(format!("there are no parameters here, so no `{of}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_spelled_in_one_way() {
        for (keeper, text) in [
            (Keeper::Ssm, "/prod/db/password"),
            (Keeper::SecretsManager, "prod/db"),
            (Keeper::SecretsManager, "prod/db#pass word"),
        ] {
            let parameter = Parameter::parse(keeper, text).unwrap();
            assert_eq!(parameter.to_string(), format!("{}:{text}", keeper.word()));
        }
        for (keeper, bad) in
            [(Keeper::Ssm, ""), (Keeper::Ssm, "a#b"), (Keeper::SecretsManager, "a#"), (Keeper::Ssm, "%41")]
        {
            assert!(Parameter::parse(keeper, bad).is_err(), "{bad}");
        }
        let command = Parameter::parse(Keeper::SecretsManager, "it's#k").unwrap().command("eu-west-1");
        assert!(command.contains(r#"--name 'it'\''s' --secret-string '{"k":"..."}'"#), "{command}");
    }
}
