//! The functions of a scenario folder: `lambdas` of an account.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::folder::{only, tables, text, wrong};
use super::seed::ScenarioError;
use super::seed_account::AccountSeed;
use super::seed_lambda::{self, FunctionSeed};
use super::template;

const KEYS: &[&str] = &[
    "name",
    "region",
    "code",
    "image",
    "versions",
    "env",
    "settings",
    "aliases",
    "permissions",
    "concurrency",
    "tags",
    "event_sources",
];

/// Adds the functions of an account.
pub(crate) fn load(
    file: &Path,
    account: &Map<String, Value>,
    seed: &mut AccountSeed,
) -> Result<(), ScenarioError> {
    for table in tables(file, account, "lambdas", KEYS)? {
        let (region, name) = (text(file, table, "region")?, text(file, table, "name")?);
        let table = &filled(file, table, seed, region)?;
        let function = settings(file, table, seed.function(region, name))?;
        let function = code(file, table, function)?;
        let function = aliases(file, table, function)?;
        permissions(file, table, function)?;
        for source in tables_of(file, table, "event_sources")? {
            let mut more = source.clone();
            let from = more.remove("source").and_then(|value| value.as_str().map(str::to_owned));
            let from =
                from.ok_or_else(|| wrong(file, format!("event source of {name:?} needs source = \"ARN\"")))?;
            let qualifier = more.remove("qualifier").and_then(|value| value.as_str().map(str::to_owned));
            let whole = qualifier.map_or_else(|| name.to_owned(), |with| format!("{name}:{with}"));
            seed.event_source(region, &whole, &from, Value::Object(more));
        }
    }
    Ok(())
}

/// The table with what it says of the instance of its region (an ARN in a variable, the source of a permission).
fn filled(
    file: &Path,
    table: &Map<String, Value>,
    seed: &AccountSeed,
    region: &str,
) -> Result<Map<String, Value>, ScenarioError> {
    let mut table = table.clone();
    if let Some(instance) = seed.instances.iter().find(|instance| instance.instance.region == region) {
        let there = instance.instance.resources.values();
        let known: Vec<_> = there.map(|resource| (resource.kind, resource.name.clone())).collect();
        let fill = |value| template::fill(value, instance, &known);
        table.values_mut().try_for_each(fill).map_err(|why| wrong(file, why))?;
    }
    Ok(table)
}

/// Tables with members as AWS has them, which are not checked.
fn tables_of<'a>(
    file: &Path,
    table: &'a Map<String, Value>,
    key: &str,
) -> Result<Vec<&'a Map<String, Value>>, ScenarioError> {
    let items = table.get(key).and_then(Value::as_array).into_iter().flatten();
    items.map(|item| item.as_object().ok_or_else(|| wrong(file, format!("{key} holds tables")))).collect()
}

fn pairs(file: &Path, table: &Map<String, Value>, key: &str) -> Result<Vec<(String, String)>, ScenarioError> {
    let items = table.get(key).and_then(Value::as_object).into_iter().flatten();
    items
        .map(|(name, value)| match value.as_str() {
            Some(text) => Ok((name.clone(), text.to_owned())),
            None => Err(wrong(file, format!("{key}.{name} is not a string"))),
        })
        .collect()
}

fn settings<'a>(
    file: &Path,
    table: &Map<String, Value>,
    mut function: FunctionSeed<'a>,
) -> Result<FunctionSeed<'a>, ScenarioError> {
    if let Some(settings) = table.get("settings") {
        function = function.settings(settings.clone());
    }
    if table.contains_key("env") {
        let env = pairs(file, table, "env")?;
        let env: Vec<_> = env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        function = function.env(&env);
    }
    for (key, value) in pairs(file, table, "tags")? {
        function = function.tag(&key, &value);
    }
    if let Some(reserved) = table.get("concurrency") {
        let reserved = reserved.as_u64().ok_or_else(|| wrong(file, "concurrency is not a whole number"))?;
        function = function.concurrency(reserved);
    }
    Ok(function)
}

/// First the versions, each published, then what is in `$LATEST`.
fn code<'a>(
    file: &Path,
    table: &Map<String, Value>,
    mut function: FunctionSeed<'a>,
) -> Result<FunctionSeed<'a>, ScenarioError> {
    for path in table.get("versions").and_then(Value::as_array).into_iter().flatten() {
        let path = path.as_str().ok_or_else(|| wrong(file, "versions holds paths of code"))?;
        function = function.code(&archive(&file.with_file_name(path))?).publish();
    }
    if let Some(path) = table.get("code") {
        let path = path.as_str().ok_or_else(|| wrong(file, "code is not a path"))?;
        function = function.code(&archive(&file.with_file_name(path))?);
    }
    if let Some(uri) = table.get("image") {
        function = function.image(uri.as_str().ok_or_else(|| wrong(file, "image is not a URI"))?);
    }
    Ok(function)
}

/// Aliases of versions that are there; the first version is published when only an alias of it says that there is one.
fn aliases<'a>(
    file: &Path,
    table: &Map<String, Value>,
    mut function: FunctionSeed<'a>,
) -> Result<FunctionSeed<'a>, ScenarioError> {
    for (alias, version) in pairs(file, table, "aliases")? {
        if version == "1" && !function.has("1") {
            function = function.publish();
        }
        if !function.has(&version) {
            return Err(wrong(
                file,
                format!("alias {alias:?} names version {version:?}, which is not published"),
            ));
        }
        function = function.alias(&alias, &version);
    }
    Ok(function)
}

fn permissions(
    file: &Path,
    table: &Map<String, Value>,
    mut function: FunctionSeed<'_>,
) -> Result<(), ScenarioError> {
    let keys =
        ["qualifier", "StatementId", "Principal", "Action", "SourceArn", "SourceAccount", "EventSourceToken"];
    for permission in tables_of(file, table, "permissions")? {
        only(file, permission, &keys)?;
        text(file, permission, "StatementId")?;
        text(file, permission, "Principal")?;
        let mut body = permission.clone();
        body.entry("Action").or_insert_with(|| "lambda:InvokeFunction".into());
        let qualifier = permission.get("qualifier").and_then(Value::as_str);
        function = function.permission(qualifier, Value::Object(body));
    }
    Ok(())
}

/// The archive that a path means: a `.zip` as it is, any other file alone, a folder with all that is in it.
fn archive(path: &Path) -> Result<Vec<u8>, ScenarioError> {
    let read = |path: &Path| fs::read(path).map_err(|why| wrong(path, why));
    if path.extension().is_some_and(|extension| extension == "zip") {
        return read(path);
    }
    let mut files = Vec::new();
    if path.is_dir() {
        collect(path, &mut files)?;
    } else {
        files.push(path.to_owned());
    }
    files.sort();
    let root = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let mut held = Vec::new();
    for file in &files {
        let name = file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        held.push((name, read(file)?));
    }
    let files: Vec<(&str, &[u8])> =
        held.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    Ok(seed_lambda::archive(&files).to_vec())
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), ScenarioError> {
    for entry in fs::read_dir(dir).map_err(|why| wrong(dir, why))? {
        let path = entry.map_err(|why| wrong(dir, why))?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
