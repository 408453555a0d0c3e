//! Artifacts: a folder that was built becomes a site, and what comes from elsewhere gets what the environment says.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::fetch::is_part;
use super::file::File;
use super::state::{FILES, OWN, members};
use super::{gzip, types};
use crate::core::document::Document;
use crate::core::site::Site;
use crate::core::template::escape;
use crate::core::{Error, Result};

/// Returns `document` with `files`, by path, as all that is in the site, and the bytes as they are to be stored. What is
/// the environment's own stays as it is, or becomes what the configuration gives.
///
/// Fails with `Input` where there is no file.
pub fn with_folder(
    document: &Document,
    site: &Site,
    files: Vec<(String, Bytes)>,
) -> Result<(Document, Vec<Bytes>)> {
    let (mut all, mut stored) = (Map::new(), Vec::new());
    for (path, bytes) in files.into_iter().filter(|(path, _)| is_part(site, path) && !site.own.has(path)) {
        let (file, bytes) = built(site, &path, bytes)?;
        all.insert(escape(&path), file.to_value());
        stored.push(bytes);
    }
    if all.is_empty() {
        return Err(Error::input("holds no file that is part of the site"));
    }
    let mut out = document.clone();
    out.exact.clear();
    out.portable.insert(FILES.into(), Value::Object(all));
    let out = received(out, site);
    stored.extend(site.given.values().cloned());
    Ok((out, stored))
}

/// Returns the file at `path`, and its bytes as they are stored.
fn built(site: &Site, path: &str, bytes: Bytes) -> Result<(File, Bytes)> {
    let squeezed = match site.compress.has(path) {
        true => Some(Bytes::from(gzip::packed(&bytes)?)),
        false => None,
    };
    let is_packed = squeezed.is_some();
    let bytes = squeezed.unwrap_or(bytes);
    let mut file = File::of(&bytes, types::of(path));
    if is_packed {
        file.headers.insert("ContentEncoding".into(), "gzip".into());
    }
    Ok((file, bytes))
}

/// Returns `document`, which comes from elsewhere, with what the configuration says of caches and gives of its own files.
pub fn received(mut document: Document, site: &Site) -> Document {
    if let Some(files) = document.portable.get_mut(FILES).and_then(Value::as_object_mut) {
        for (path, file) in files.iter_mut() {
            if let (Some(said), Some(file)) = (site.cache(path), file.as_object_mut()) {
                file.insert("CacheControl".into(), json!(escape(said)));
            }
        }
    }
    let mut own: BTreeMap<String, Value> =
        members(&document.local, OWN).map(|(path, file)| (path.clone(), file.clone())).collect();
    for (path, bytes) in &site.given {
        let mut file = File::of(bytes, types::of(path));
        if let Some(said) = site.cache(path) {
            file.headers.insert("CacheControl".into(), said.into());
        }
        own.insert(escape(path), file.to_value());
    }
    if !own.is_empty() {
        document.local.insert(OWN.into(), own.into_iter().collect());
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::site::Paths;

    #[test]
    fn a_folder_is_the_site_but_for_what_is_kept_and_what_is_the_environments_own() {
        let paths =
            |all: &[&str]| Paths::new(&all.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
        let mut site = Site::new("b");
        site.keep = paths(&["uploads/*"]);
        site.own = paths(&["config.json"]);
        site.given.insert("config.json".into(), Bytes::from_static(b"mine"));
        site.cache.push((paths(&["*.html"]), "no-cache".into()));
        site.compress = paths(&["*.js"]);
        let files = ["index.html", "app.js", "config.json", "uploads/x"];
        let files = files.map(|path| (path.to_string(), Bytes::from_static(b"theirs"))).to_vec();
        let (document, stored) = with_folder(&Document::default(), &site, files).unwrap();
        let names: Vec<&String> = members(&document.portable, FILES).map(|(path, _)| path).collect();
        assert_eq!(names, ["app.js", "index.html"]);
        assert_eq!(document.portable[FILES]["index.html"]["CacheControl"], "no-cache");
        assert_eq!(document.portable[FILES]["app.js"]["ContentEncoding"], "gzip");
        assert_eq!(document.local[OWN]["config.json"]["Size"], 4);
        assert_eq!(stored.len(), 3);
        assert!(with_folder(&Document::default(), &site, Vec::new()).is_err());
    }
}
