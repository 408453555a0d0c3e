//! Reading the configuration: unknown keys, wrong types and impossible values are errors with line and column.

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::DeTable;

use crate::aws::Share;
use crate::core::environment::Environment;
use crate::core::session::Session;
use crate::core::{Error, Result};

use super::environment::{account_number, environment, is_url, url};
use super::model::{Config, NamedGroup, Store, loopback};
use super::ownership;
use super::promotion::no_circle;
use super::store::store;
use super::table::{At, Place, Table};
use super::values::values;

const TOP: [&str; 11] = [
    "project",
    "store",
    "store_region",
    "ledger",
    "endpoint",
    "accounts",
    "managed_elsewhere",
    "notify",
    "audit",
    "pace",
    "environments",
];
const TOP_LATER: [&str; 3] = ["rollouts", "gates", "checks"];

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
    let elsewhere = top.list("managed_elsewhere")?.map(|at| at.value).unwrap_or_default();
    let (mut environments, mut notes) = (BTreeMap::new(), Vec::new());
    let (mut promoted, mut owned) = (BTreeMap::new(), BTreeMap::new());
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
        let mut environment = environment(&table, &name, &span)?;
        environment.values = values(&table, &accounts, &elsewhere, &mut notes)?;
        if endpoint.is_some() || environment.endpoint.is_none() {
            environment.endpoint = global.clone();
        }
        if let Some(at) = table.truth("protected")?.filter(|at| at.value) {
            protectable(&table, &at, &environment, &store, &project)?;
        }
        environment.values.session = session(&table, &project)?;
        if let Some(at) = table.text("promote_from")? {
            promoted.insert(name.clone(), at);
        }
        owned.insert(name.clone(), ownership::owned(&table, &span)?);
        environments.insert(name, environment);
    }
    no_circle(place, &promoted, &environments.keys().map(String::as_str).collect::<Vec<_>>())?;
    ownership::settle(place, &mut environments, owned)?;
    Ok(Config {
        file: file.to_path_buf(),
        project: project.name,
        store,
        store_region: top.text("store_region")?.map(|at| at.value),
        endpoint: global,
        share: share(&top)?,
        webhook: webhook(&top)?,
        log_group: log_group(&top)?,
        notes,
        environments,
    })
}

/// Reads `[notify]`. What is told names accounts and people, so it goes nowhere unencrypted but to this machine.
fn webhook(top: &Table<'_>) -> Result<Option<String>> {
    let Some(notify) = top.inner("notify", "[notify]")? else { return Ok(None) };
    notify.only(&["webhook"], &[])?;
    match notify.text("webhook")? {
        Some(at)
            if !(at.value.starts_with("https://")
                || at.value.starts_with("http://") && loopback(&at.value)) =>
        {
            Err(top.place.error(&at.span, "`webhook` has to start with https://"))
        }
        other => Ok(other.map(|at| at.value)),
    }
}

/// Reads `[audit]`: the log group that every entry is told.
///
/// Source: "CreateLogGroup" (CloudWatch Logs API): 1 to 512 characters of `a-z A-Z 0-9 _ - / . #`.
fn log_group(top: &Table<'_>) -> Result<Option<NamedGroup>> {
    let Some(audit) = top.inner("audit", "[audit]")? else { return Ok(None) };
    audit.only(&["log_group", "log_region"], &[])?;
    let region = audit.text("log_region")?.map(|at| at.value);
    let Some(at) = audit.text("log_group")? else { return Ok(None) };
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-/.#".contains(c);
    match (1..=512).contains(&at.value.len()) && at.value.chars().all(plain) {
        true => Ok(Some(NamedGroup { name: at.value, region })),
        false => {
            let message = "`log_group` has to be a name of A-Z a-z 0-9 _ - / . # only";
            Err(top.place.error(&at.span, message).hint("log_group = \"/snapdeploy/acme\""))
        }
    }
}

/// Reads `[pace]`: the share of the service's quotas that is used.
fn share(top: &Table<'_>) -> Result<Share> {
    let Some(pace) = top.inner("pace", "[pace]")? else { return Ok(Share::default()) };
    pace.only(&["share"], &[])?;
    let Some(at) = pace.number("share")? else { return Ok(Share::default()) };
    Share::new(at.value)
        .ok_or_else(|| top.place.error(&at.span, "`share` has to be at least 0.1 and at most 1, such as 0.8"))
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

/// Reads what the sessions of an environment's roles carry.
fn session(table: &Table<'_>, project: &Project) -> Result<Session> {
    let truth = |key| Ok::<_, Error>(table.truth(key)?.is_some_and(|at| at.value));
    let tags = truth("session_tags")?.then(|| project.name.clone());
    Ok(Session { source_identity: truth("source_identity")?, tags })
}

fn accounts(top: &Table<'_>) -> Result<Vec<(String, String)>> {
    let mut accounts = Vec::new();
    for (name, at) in top.texts("accounts")? {
        account_number(top, &format!("accounts.{name}"), &at)?;
        accounts.push((name, at.value));
    }
    Ok(accounts)
}

/// Returns whether `name` can be the name of a project, an environment or a var.
pub(super) fn plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::environment::Secrets;
    use crate::core::runs::OnFailure;

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
        assert!(complaint(&format!("{PROD}store = []\n")).contains("does not know `store`"));
    }

    #[test]
    fn secrets_are_referenced_or_encrypted_with_a_key() {
        let said =
            |text: &str| parse(&format!("{PROD}{text}\n")).map(|c| c.environments["prod"].secrets.clone());
        let kms_key = "alias/x".to_string();
        assert_eq!(said("").unwrap(), Secrets::Referenced);
        assert_eq!(said("secrets = \"reference\"").unwrap(), Secrets::Referenced);
        assert_eq!(
            said("secrets = \"encrypt\"\nkms_key = \"alias/x\"").unwrap(),
            Secrets::Encrypted { kms_key }
        );
        for wrong in [
            "secrets = \"encrypt\"",
            "secrets = \"encrypt\"\nkms_key = \"\"",
            "kms_key = \"alias/x\"",
            "secrets = \"reference\"\nkms_key = \"alias/x\"",
            "secrets = \"plain\"",
        ] {
            assert!(said(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_pace_is_a_share_of_the_quotas() {
        let share = |text: &str| parse(&format!("[pace]\nshare = {text}\n{PROD}")).map(|c| c.share);
        assert_eq!(share("0.5").unwrap(), Share::new(0.5).unwrap());
        assert_eq!(share("1").unwrap(), Share::new(1.0).unwrap());
        assert_eq!(parse(PROD).unwrap().share, Share::default());
        for wrong in ["0", "0.0", "1.5", "-1", "nan"] {
            let message = share(wrong).unwrap_err().message;
            assert!(
                message.starts_with("snapdeploy.toml:2:9: `share` has to be at least 0.1"),
                "{wrong}: {message}"
            );
        }
        assert!(share("\"half\"").unwrap_err().message.contains("`share` has to be a number"));
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
