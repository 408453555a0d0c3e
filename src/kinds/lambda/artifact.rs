//! Artifacts: a function as it is, with other code.

use std::collections::BTreeSet;

use serde_json::json;

use super::state::{Content, State};
use crate::core::document::Document;
use crate::core::template::Placeholder;
use crate::core::{Digest, Error, Result};

/// Returns `document`, a function, with the archive `digest` as its code. Aliases that named what it was follow, or only
/// `alias` if one is given; others go on naming what they named.
///
/// Fails with `Input` where the function runs an image, or has no such alias.
pub fn with_code(document: &Document, digest: &Digest, alias: Option<&str>) -> Result<Document> {
    let mut state = State::of(document);
    if state.own.portable.get("PackageType").is_some_and(|t| t == "Image") {
        return Err(Error::input("runs a container image, and an archive cannot take its place")
            .hint("deploy a source whose function has the image that is wanted"));
    }
    if let Some(name) = alias.filter(|name| !state.aliases.contains_key(*name)) {
        let names: Vec<&str> = state.aliases.keys().map(String::as_str).collect();
        let there =
            if names.is_empty() { "it has none".to_string() } else { format!("it has {}", names.join(", ")) };
        return Err(Error::input(format!("has no alias `{name}`; {there}")));
    }
    let old: Content = state.own.clone();
    state.know(&old);
    state.own.portable.insert("Code".into(), json!({ "ZipFile": Placeholder::Blob(*digest).to_string() }));
    state.own.local.remove("Code");
    let (was, is) = (old.key(), state.own.key());
    let follow: BTreeSet<String> = match alias {
        Some(name) => [name.to_string()].into(),
        None => {
            state.aliases.iter().filter(|(_, a)| a.key.0 == was.0).map(|(name, _)| name.clone()).collect()
        }
    };
    for (name, alias) in &mut state.aliases {
        if follow.contains(name) {
            alias.key = is.clone();
            alias.routing.clear();
        }
    }
    let mut out = document.clone();
    // What is known of numbers speaks of what was there.
    out.exact.clear();
    state.write(&mut out);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::super::state::Alias;
    use super::*;

    #[test]
    fn aliases_of_the_old_code_follow_or_only_the_one_that_is_named() {
        let old = Digest::of(b"old");
        let mut document = Document::default();
        document.portable.insert("Code".into(), json!({ "ZipFile": Placeholder::Blob(old).to_string() }));
        let mut state = State::of(&document);
        let older = Content { portable: Map::from_iter([("Timeout".into(), json!(1))]), local: Map::new() };
        state.know(&older);
        for (name, key) in [("live", state.own.key()), ("beta", state.own.key()), ("past", older.key())] {
            state.aliases.insert(name.into(), Alias { key, description: None, routing: Map::new() });
        }
        state.write(&mut document);
        let new = Digest::of(b"new");
        let code = |document: &Document, alias: &str| {
            let state = State::of(document);
            let content = state.content(&state.aliases[alias].key).unwrap();
            content.portable.get("Code").map(|c| c["ZipFile"].clone())
        };
        let (was, is) =
            (json!(Placeholder::Blob(old).to_string()), json!(Placeholder::Blob(new).to_string()));
        let all = with_code(&document, &new, None).unwrap();
        assert_eq!((code(&all, "live"), code(&all, "beta")), (Some(is.clone()), Some(is.clone())));
        assert_eq!(code(&all, "past"), None, "the older version");
        let one = with_code(&document, &new, Some("live")).unwrap();
        assert_eq!((code(&one, "live"), code(&one, "beta")), (Some(is.clone()), Some(was)));
        let moved = with_code(&document, &new, Some("past")).unwrap();
        assert_eq!(code(&moved, "past"), Some(is));
        assert!(
            with_code(&document, &new, Some("none")).unwrap_err().message.contains("it has beta, live, past")
        );
    }
}
