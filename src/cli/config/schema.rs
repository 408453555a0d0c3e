//! `[environments.NAME.schema]`: where it is told what the database of a service is at.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::core::address::Address;
use crate::core::printed::{cut, printed};
use crate::core::schema::{SchemaSource, Tells};
use crate::core::shell::{Shell, ShellEnd, Stream};
use crate::core::{Error, Result};

use super::addresses::address;
use super::table::{At, Table};

/// How long a command may take to tell.
const LIMIT: Duration = Duration::from_secs(60);
/// How much of a line is looked at.
const WIDEST: usize = 300;

/// A command whose output tells it.
#[derive(Debug)]
struct Command(String);

/// Reads where it is told for which service.
pub(super) fn schema(table: &Table<'_>) -> Result<BTreeMap<Address, SchemaSource>> {
    let Some(inner) = table.inner("schema", "schema")? else { return Ok(BTreeMap::new()) };
    let mut all = BTreeMap::new();
    for (name, span, _) in table.below("schema")? {
        let service = address(table.place, &At { value: name.clone(), span: span.clone() })?;
        let Some(said) = inner.inner(&name, "schema")? else { continue };
        said.only(&["ssm", "command"], &[])?;
        let source = match (said.text("ssm")?, said.text("command")?) {
            (Some(path), None) => SchemaSource::Parameter(path.value),
            (None, Some(command)) => SchemaSource::Asked(Arc::new(Command(command.value))),
            _ => {
                let message = format!("the schema of {name} needs either `ssm` or `command`");
                return Err(table
                    .place
                    .error(&span, message)
                    .hint(format!("\"{name}\" = {{ ssm = \"/path/of/the/parameter\" }}")));
            }
        };
        all.insert(service, source);
    }
    Ok(all)
}

#[async_trait]
impl Tells for Command {
    /// Runs it in a shell and returns the last line that it prints: what comes before it may be a greeting.
    async fn tell(&self) -> Result<String> {
        let Command(line) = self;
        let ran = Shell { line, variables: &[], limit: LIMIT }.run(|| None).await;
        let ran = ran.map_err(|e| Error::failed(format!("cannot run `{line}`: {e}")))?;
        let ShellEnd::Ended(status) = ran.end else {
            return Err(Error::failed(format!("`{line}` did not end within {} s", LIMIT.as_secs())));
        };
        if !status.success() {
            let why = ran.last(Stream::Err).map(|l| format!(": {}", printed(l, WIDEST))).unwrap_or_default();
            return Err(Error::failed(format!("`{line}` ended with {status}{why}")));
        }
        let last = ran.last(Stream::Out).map(|l| cut(l, WIDEST));
        last.ok_or_else(|| Error::failed(format!("`{line}` printed nothing")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_command_tells_by_its_last_line() {
        let told = Command("echo hello; echo ' 42 '; echo".into()).tell().await;
        assert_eq!(told.unwrap(), "42");
        let failed = Command("echo no database >&2; exit 3".into()).tell().await.unwrap_err();
        assert!(failed.message.contains("no database") && failed.message.contains('3'), "{failed}");
        assert!(Command("true".into()).tell().await.unwrap_err().message.contains("printed nothing"));
    }
}
