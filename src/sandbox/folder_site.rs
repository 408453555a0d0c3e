//! The buckets and distributions of a scenario folder: `buckets` and `distributions` of an account.
//!
//! ```text
//! buckets {name, region, files?}          files is a folder beside scenario.toml, whose files are the bucket's objects
//! distributions {id, bucket, path?}       path is the origin's: nothing, or a name that begins with a slash
//! ```

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use super::folder::{tables, text, wrong};
use super::seed::ScenarioError;
use super::seed_account::AccountSeed;

/// Buckets, with objects where a folder is named, and distributions.
pub(crate) fn load(
    file: &Path,
    account: &Map<String, Value>,
    seed: &mut AccountSeed,
) -> Result<(), ScenarioError> {
    for bucket in tables(file, account, "buckets", &["name", "region", "files"])? {
        let name = text(file, bucket, "name")?;
        seed.bucket(text(file, bucket, "region")?, name);
        if let Some(folder) = bucket.get("files").and_then(Value::as_str) {
            let folder = file.with_file_name(folder);
            objects(&folder, &folder, name, seed)?;
        }
    }
    for front in tables(file, account, "distributions", &["id", "bucket", "path"])? {
        let path = front.get("path").and_then(Value::as_str).unwrap_or_default();
        seed.front(text(file, front, "id")?, text(file, front, "bucket")?, path);
    }
    Ok(())
}

fn objects(top: &Path, folder: &Path, bucket: &str, seed: &mut AccountSeed) -> Result<(), ScenarioError> {
    for entry in fs::read_dir(folder).map_err(|why| wrong(folder, why))? {
        let path = entry.map_err(|why| wrong(folder, why))?.path();
        if path.is_dir() {
            objects(top, &path, bucket, seed)?;
            continue;
        }
        let key = path.strip_prefix(top).map_err(|why| wrong(&path, why))?;
        let parts: Vec<_> = key.iter().map(|part| part.to_string_lossy()).collect();
        let bytes = fs::read(&path).map_err(|why| wrong(&path, why))?;
        seed.object(bucket, &parts.join("/"), &bytes, content_type(&path));
    }
    Ok(())
}

/// What whoever put a file by hand said that it is.
fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|e| e.to_str()) {
        Some("html") => "text/html",
        Some("css") => "text/css",
        Some("js") => "text/javascript",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "binary/octet-stream",
    }
}
