//! Reading the configuration: unknown keys, wrong types and impossible values are errors with line and column.

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::DeTable;

use crate::core::environment::Environment;
use crate::core::means::Values;
use crate::core::runs::OnFailure;
use crate::core::{Error, Result};

use super::model::{Config, Store, loopback};
use super::table::{At, Place, Table};

const TOP: [&str; 7] = ["project", "store", "store_region", "ledger", "endpoint", "accounts", "environments"];
const TOP_LATER: [&str; 6] = ["rollouts", "gates", "hooks", "checks", "managed_elsewhere", "pace"];
const ENVIRONMENT: [&str; 8] =
    ["account", "region", "role_arn", "external_id", "instance", "endpoint", "protected", "on_failure"];
const ENVIRONMENT_LATER: [&str; 12] = [
    "vars",
    "owns",
    "names",
    "overlay",
    "promote_from",
    "secrets",
    "read_role_arn",
    "managed_elsewhere",
    "rollouts",
    "gates",
    "hooks",
    "store",
];
/// Where things are kept if the configuration does not say.
const DEFAULT_STORE: &str = "file://.snapdeploy";

/// Reads `text`, which is in `file` and is called `shown`. `endpoint` comes from the process's environment, and goes
/// before what the file says.
pub(super) fn read(file: &Path, shown: &Path, text: &str, endpoint: Option<String>) -> Result<Config> {
    let place = Place { file: shown, text };
    let parsed = DeTable::parse(text).map_err(|e| {
        let span = e.span().unwrap_or(0..0);
        place.error(&span, e.message().replace('\n', "; "))
    })?;
    let top = Table::new(place, "", parsed.get_ref());
    top.only(&TOP, &TOP_LATER)?;
    if let Some(wrong) = endpoint.as_ref().filter(|e| !is_url(e)) {
        return Err(Error::input(format!(
            "AWS_ENDPOINT_URL has to start with http:// or https://, not `{wrong}`"
        )));
    }
    let global = match endpoint.clone() {
        Some(endpoint) => Some(endpoint),
        None => url(&top)?,
    };
    let accounts = accounts(&top)?;
    let store = store(&top)?;
    let project = project(&top, file)?;
    let mut environments = BTreeMap::new();
    for (name, span, value) in top.below("environments")? {
        let path = format!("[environments.{name}]");
        let Some(entries) = value.get_ref().as_table() else {
            return Err(place.error(&value.span(), format!("{path} has to be a table")));
        };
        if !plain(&name) {
            let message = format!("`{name}` cannot be the name of an environment: use A-Z a-z 0-9 - _ only");
            return Err(place.error(&span, message));
        }
        let table = Table::new(place, &path, entries);
        let mut environment = environment(&table, &name, &span, &accounts)?;
        if endpoint.is_some() || environment.endpoint.is_none() {
            environment.endpoint = global.clone();
        }
        if let Some(at) = table.truth("protected")?.filter(|at| at.value) {
            protectable(&table, &at, &environment, &store, &project)?;
        }
        environments.insert(name, environment);
    }
    Ok(Config {
        file: file.to_path_buf(),
        project: project.name,
        store,
        store_region: top.text("store_region")?.map(|at| at.value),
        endpoint: global,
        environments,
    })
}

struct Project {
    name: String,
    written: bool,
}

fn project(top: &Table<'_>, file: &Path) -> Result<Project> {
    match top.text("project")? {
        Some(at) if plain(&at.value) => Ok(Project { name: at.value, written: true }),
        Some(at) => Err(top.place.error(&at.span, "`project` has to be a name of A-Z a-z 0-9 - _ only")),
        None => {
            let folder = file.parent().and_then(Path::file_name).unwrap_or_default();
            Ok(Project { name: folder.to_string_lossy().into_owned(), written: false })
        }
    }
}

/// Fails if the environment cannot be protected: two people must not be able to work on it from two machines without
/// knowing of each other, and the phrase has to mean something.
fn protectable(
    table: &Table<'_>,
    at: &At<bool>,
    environment: &Environment,
    store: &Store,
    project: &Project,
) -> Result<()> {
    let name = &environment.name;
    if !project.written {
        let message = format!("`{name}` is protected, so the file needs a `project`");
        return Err(table.place.error(&at.span, message).hint("project = \"acme\""));
    }
    let real = !environment.endpoint.as_deref().is_some_and(loopback);
    if real && matches!(store, Store::Embedded(_)) {
        let message =
            format!("`{name}` is protected, and a store in a directory keeps out nobody on another machine");
        return Err(table.place.error(&at.span, message).hint("store = \"s3://BUCKET/PREFIX\""));
    }
    Ok(())
}

fn environment(
    table: &Table<'_>,
    name: &str,
    span: &std::ops::Range<usize>,
    accounts: &[(String, String)],
) -> Result<Environment> {
    table.only(&ENVIRONMENT, &ENVIRONMENT_LATER)?;
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
    let role_arn = table.text("role_arn")?;
    if let Some(at) = role_arn.as_ref().filter(|at| !at.value.starts_with("arn:")) {
        return Err(table.place.error(&at.span, format!("`{}` is not the ARN of a role", at.value)));
    }
    Ok(Environment {
        name: name.into(),
        account: account.value,
        region: region.value,
        role_arn: role_arn.map(|at| at.value),
        external_id: table.text("external_id")?.map(|at| at.value),
        instance: table.needed("instance", span)?.value,
        endpoint: url(table)?,
        protected: table.truth("protected")?.is_some_and(|at| at.value),
        on_failure,
        values: Values { accounts: accounts.to_vec(), ..Values::default() },
    })
}

fn account_number(table: &Table<'_>, key: &str, at: &At<String>) -> Result<()> {
    if at.value.len() == 12 && at.value.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    let message = format!("`{key}` has to be the twelve digits of an account, not \"{}\"", at.value);
    Err(table.place.error(&at.span, message))
}

fn accounts(top: &Table<'_>) -> Result<Vec<(String, String)>> {
    let mut accounts = Vec::new();
    for (name, at) in top.texts("accounts")? {
        account_number(top, &format!("accounts.{name}"), &at)?;
        accounts.push((name, at.value));
    }
    Ok(accounts)
}

fn url(table: &Table<'_>) -> Result<Option<String>> {
    match table.text("endpoint")? {
        Some(at) if !is_url(&at.value) => {
            Err(table.place.error(&at.span, "`endpoint` has to start with http:// or https://"))
        }
        other => Ok(other.map(|at| at.value)),
    }
}

fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn store(top: &Table<'_>) -> Result<Store> {
    let ledger = top.inner("ledger", "[ledger]")?;
    if let Some(ledger) = &ledger {
        ledger.only(&["audit", "leases"], &[])?;
    }
    let Some(at) = top.text("store")? else { return Ok(Store::Embedded(DEFAULT_STORE.into())) };
    if let Some(directory) = at.value.strip_prefix("file://") {
        if directory.is_empty() {
            let error = top.place.error(&at.span, "`store` names no directory");
            return Err(error.hint(format!("store = \"{DEFAULT_STORE}\"")));
        }
        return Ok(Store::Embedded(at.value));
    }
    let Some((bucket, prefix)) = at.value.strip_prefix("s3://").map(|r| r.split_once('/').unwrap_or((r, "")))
    else {
        let message =
            format!("`store` has to be s3://BUCKET/PREFIX or file://DIRECTORY, not \"{}\"", at.value);
        return Err(top.place.error(&at.span, message));
    };
    if bucket.is_empty() {
        return Err(top.place.error(&at.span, "`store` names no bucket"));
    }
    let table = |key: &str| -> Result<String> {
        let written = ledger.map(|l| l.text(key)).transpose()?.flatten();
        Ok(written.map_or_else(|| format!("{bucket}-{key}"), |at| at.value))
    };
    Ok(Store::Shared {
        bucket: bucket.into(),
        prefix: prefix.trim_matches('/').into(),
        audit: table("audit")?,
        leases: table("leases")?,
    })
}

fn plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROD: &str =
        "[environments.prod]\naccount = \"111122223333\"\nregion = \"eu-central-1\"\ninstance = \"acme\"\n";

    fn parse(text: &str) -> Result<Config> {
        read(Path::new("/x/acme/snapdeploy.toml"), Path::new("snapdeploy.toml"), text, None)
    }

    fn complaint(text: &str) -> String {
        let error = parse(text).unwrap_err();
        format!("{} / {}", error.message, error.hint.unwrap_or_default())
    }

    #[test]
    fn a_file_with_the_least_has_defaults_for_the_rest() {
        let config = parse(PROD).unwrap();
        assert_eq!(config.project, "acme");
        assert_eq!(config.store, Store::Embedded("file://.snapdeploy".into()));
        assert_eq!(config.environments["prod"].on_failure, OnFailure::Rollback);
    }

    #[test]
    fn an_unknown_key_is_an_error_with_its_place_and_the_nearest_key() {
        let text = complaint(&format!("{PROD}regoin = \"x\"\n"));
        assert!(
            text.starts_with("snapdeploy.toml:5:1: unknown key `regoin` in [environments.prod]"),
            "{text}"
        );
        assert!(text.ends_with("did you mean `region`?"), "{text}");
        assert!(complaint(&format!("{PROD}owns = []\n")).contains("does not know `owns`"));
    }

    #[test]
    fn wrong_types_and_wrong_accounts_are_named_where_they_stand() {
        let text = complaint("[environments.prod]\naccount = 111122223333\n");
        assert!(text.starts_with("snapdeploy.toml:2:11: `account` has to be a text in quotes"), "{text}");
        let text = complaint("[environments.prod]\naccount = \"1111\"\n");
        assert!(text.starts_with("snapdeploy.toml:2:11: `account` has to be the twelve digits"), "{text}");
        let text = complaint("project = \n");
        assert!(text.starts_with("snapdeploy.toml:1:"), "{text}");
    }

    #[test]
    fn a_protected_environment_on_real_aws_needs_a_shared_store() {
        let protected = format!("project = \"acme\"\n{PROD}protected = true\n");
        assert!(complaint(&protected).contains("keeps out nobody"), "{}", complaint(&protected));
        assert!(parse(&format!("store = \"s3://b/p\"\n{protected}")).is_ok());
        assert!(parse(&format!("endpoint = \"http://127.0.0.1:1\"\n{protected}")).is_ok());
    }

    #[test]
    fn a_shared_store_has_tables_named_after_its_bucket_unless_they_are_named() {
        let Store::Shared { audit, leases, prefix, .. } =
            parse("store = \"s3://b/p/q/\"\n[ledger]\nleases = \"mine\"\n").unwrap().store
        else {
            panic!("not shared")
        };
        assert_eq!((audit.as_str(), leases.as_str(), prefix.as_str()), ("b-audit", "mine", "p/q"));
    }
}
