//! `[environments.NAME]`: where it is and how it is entered.

use crate::core::Result;
use crate::core::environment::{Environment, Secrets};
use crate::core::means::Values;
use crate::core::runs::OnFailure;

use super::table::{At, Table};

const KEYS: [&str; 32] = [
    "gates",
    "hooks",
    "rollouts",
    "sites",
    "account",
    "region",
    "role_arn",
    "read_role_arn",
    "external_id",
    "instance",
    "endpoint",
    "protected",
    "on_failure",
    "vars",
    "owns",
    "names",
    "overlay",
    "managed_elsewhere",
    "promote_from",
    "signers",
    "drafts",
    "staging",
    "users",
    "schema",
    "secrets",
    "kms_key",
    "approvals",
    "windows",
    "freeze",
    "time_zone",
    "source_identity",
    "session_tags",
];
const LATER: [&str; 1] = ["store"];

/// Reads the environment `name`, which `table` describes; `span` is where it begins. Its values are not read.
pub(super) fn environment(
    table: &Table<'_>,
    name: &str,
    span: &std::ops::Range<usize>,
) -> Result<Environment> {
    table.only(&KEYS, &LATER)?;
    let account = table.needed("account", span)?;
    account_number(table, "account", &account)?;
    let region = table.needed("region", span)?;
    if !region.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(table.place.error(&region.span, format!("`{}` is not a region", region.value)));
    }
    let on_failure = match table.text("on_failure")? {
        None => OnFailure::Rollback,
        Some(at) => match at.value.as_str() {
            "rollback" => OnFailure::Rollback,
            "stop" => OnFailure::Stop,
            other => {
                let message = format!("`on_failure` has to be \"rollback\" or \"stop\", not \"{other}\"");
                return Err(table.place.error(&at.span, message));
            }
        },
    };
    Ok(Environment {
        name: name.into(),
        account: account.value,
        region: region.value,
        role_arn: role(table, "role_arn")?,
        read_role_arn: role(table, "read_role_arn")?,
        external_id: table.text("external_id")?.map(|at| at.value),
        instance: table.text("instance")?.map(|at| at.value),
        endpoint: url(table)?,
        protected: table.truth("protected")?.is_some_and(|at| at.value),
        on_failure,
        secrets: secrets(table)?,
        values: Values::default(),
    })
}

/// Reads what becomes of secrets. A key that nothing would be encrypted with is a mistake.
fn secrets(table: &Table<'_>) -> Result<Secrets> {
    let key = table.text("kms_key")?;
    let Some(at) = table.text("secrets")? else {
        return match key {
            None => Ok(Secrets::Referenced),
            Some(key) => Err(table
                .place
                .error(&key.span, "`kms_key` is for secrets = \"encrypt\"")
                .hint("secrets = \"encrypt\"")),
        };
    };
    match (at.value.as_str(), key) {
        ("reference", None) => Ok(Secrets::Referenced),
        ("reference", Some(key)) => Err(table
            .place
            .error(&key.span, "`kms_key` is for secrets = \"encrypt\", and here it is \"reference\"")),
        ("encrypt", Some(key)) if !key.value.is_empty() => Ok(Secrets::Encrypted { kms_key: key.value }),
        ("encrypt", _) => Err(table.place.error(&at.span, "secrets = \"encrypt\" needs a `kms_key`").hint(
            "kms_key = \"alias/snapdeploy\", or the ARN of a key in the environment's account and region",
        )),
        (other, _) => {
            let message = format!("`secrets` has to be \"reference\" or \"encrypt\", not \"{other}\"");
            Err(table.place.error(&at.span, message))
        }
    }
}

fn role(table: &Table<'_>, key: &str) -> Result<Option<String>> {
    match table.text(key)? {
        Some(at) if !at.value.starts_with("arn:") => {
            Err(table.place.error(&at.span, format!("`{}` is not the ARN of a role", at.value)))
        }
        other => Ok(other.map(|at| at.value)),
    }
}

/// Fails if what stands there is not the number of an account.
pub(super) fn account_number(table: &Table<'_>, key: &str, at: &At<String>) -> Result<()> {
    if at.value.len() == 12 && at.value.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    let message = format!("`{key}` has to be the twelve digits of an account, not \"{}\"", at.value);
    Err(table.place.error(&at.span, message))
}

/// Returns the endpoint that a table says.
pub(super) fn url(table: &Table<'_>) -> Result<Option<String>> {
    match table.text("endpoint")? {
        Some(at) if !is_url(&at.value) => {
            Err(table.place.error(&at.span, "`endpoint` has to start with http:// or https://"))
        }
        other => Ok(other.map(|at| at.value)),
    }
}

/// Returns whether `text` begins as an endpoint does.
pub(super) fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}
