//! Links: which files a page refers to, as far as its text tells.
//!
//! Best effort: `src` and `href` of HTML, and what scripts in it import. What a script fetches later, nobody can tell.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::pages::is_page;
use super::state::State;
use crate::core::site::Site;
use crate::core::template::escape;

/// The words that a reference stands behind.
const MARKS: [&str; 4] = ["src", "href", "from", "import"];

/// A page of a site: the site's name, and the page's path in its document.
type Page = (String, String);

/// What pages refer to, by page.
#[derive(Debug, Default)]
pub struct Links(Mutex<BTreeMap<Page, BTreeSet<String>>>);

impl Links {
    /// Notes what the page at `path` of the site `name` refers to. What is no page is passed over.
    pub fn note(&self, name: &str, site: &Site, path: &str, text: &[u8]) {
        if is_page(path) {
            let text = String::from_utf8_lossy(text);
            let all = references(&text).into_iter();
            let all = all.filter_map(|one| Some(escape(&resolved(site, path, one)?)));
            self.all().insert((name.into(), escape(path)), all.collect());
        }
    }

    /// Returns, of the pages of the site `name` that are known, those that a reader may get in two halves while `was`
    /// becomes `is`: more than one of what they consist of changes under its name. With each the files that it refers to.
    pub fn mixed(&self, name: &str, was: &State, is: &State) -> BTreeMap<String, Vec<String>> {
        let changes = |path: &str| match (was.files.get(path), is.files.get(path)) {
            (Some(old), Some(new)) => old["Body"] != new["Body"],
            _ => false,
        };
        let mut out = BTreeMap::new();
        for ((_, page), links) in self.all().iter().filter(|((of, _), _)| of == name) {
            let files: Vec<String> =
                links.iter().filter(|path| !is_page(path) && changes(path)).cloned().collect();
            if !files.is_empty() && files.len() + usize::from(changes(page)) > 1 {
                out.insert(page.clone(), files);
            }
        }
        out
    }

    /// Returns whether any page of the site `name` is known.
    pub fn knows(&self, name: &str) -> bool {
        self.all().keys().any(|(of, _)| of == name)
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Page, BTreeSet<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns what `text` refers to, as it is written there.
fn references(text: &str) -> Vec<&str> {
    // As long as the text, byte by byte.
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for mark in MARKS {
        for (at, _) in lower.match_indices(mark) {
            let starts = !lower[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
            let rest = text[at + mark.len()..].trim_start();
            let rest = rest.strip_prefix(['=', '(']).unwrap_or(rest).trim_start();
            let quote = rest.chars().next().filter(|c| ['"', '\'', '`'].contains(c));
            if let (true, Some(quote)) = (starts, quote)
                && let Some((inner, _)) = rest[1..].split_once(quote)
            {
                found.push(inner);
            }
        }
    }
    found
}

/// Returns the path of the file in `site` that `reference`, written in the page at `page`, means; nothing, where it is none
/// of the site's.
fn resolved(site: &Site, page: &str, reference: &str) -> Option<String> {
    let plain = reference.split(['?', '#']).next()?.trim();
    let first = plain.split('/').next()?;
    if plain.is_empty() || plain.starts_with("//") || first.contains(':') {
        return None;
    }
    let mut parts: Vec<&str> = match plain.starts_with('/') {
        true => Vec::new(),
        false => page.rsplit_once('/').map(|(folder, _)| folder.split('/').collect()).unwrap_or_default(),
    };
    for part in plain.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    // Below the prefix, unless something before the bucket puts it there itself.
    let below = path.strip_prefix(&site.prefix).filter(|_| plain.starts_with('/'));
    Some(below.map(String::from).unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_page_refers_to_is_found_and_what_is_elsewhere_is_not() {
        let text = "<SCRIPT SRC = '/app.js?v=2'></SCRIPT><link href=\"../style.css#x\"><a href=mailto:me>\
                    <script>import { x } from './x.js'; import('lazy.js'); let source = \"none.js\"</script>\
                    <img src=\"https://x.example/a.png\"><img src=\"data:x\"><img src=\"//y.example/b.png\">";
        let site = Site::new("b");
        let all: Vec<String> =
            references(text).into_iter().filter_map(|r| resolved(&site, "a/b/i.html", r)).collect();
        assert_eq!(all, ["app.js", "a/style.css", "a/b/x.js", "a/b/lazy.js"]);
        let below = Site { prefix: "shop/".into(), ..Site::new("b") };
        assert_eq!(resolved(&below, "i.html", "/shop/app.js").as_deref(), Some("app.js"));
        assert_eq!(resolved(&below, "i.html", "shop/app.js").as_deref(), Some("shop/app.js"));
    }

    #[test]
    fn a_page_is_in_two_halves_where_two_of_its_parts_change_under_their_names() {
        let state = |files: &[(&str, u32)]| State {
            files: files.iter().map(|(path, n)| (path.to_string(), json!({ "Body": n }))).collect(),
            ..State::default()
        };
        let (links, site) = (Links::default(), Site::new("b"));
        links.note("web", &site, "index.html", b"<script src=app.js></script><script src='app.js'></script>");
        links.note("web", &site, "still.html", b"<script src='app.js'></script><a href='index.html'>");
        links.note("web", &site, "both.html", b"<script src='app.js'></script><link href='a.css'>");
        links.note("web", &site, "new.html", b"<script src='app.js'></script>");
        let was =
            state(&[("index.html", 1), ("still.html", 1), ("both.html", 1), ("app.js", 1), ("a.css", 1)]);
        let is = state(&[
            ("index.html", 2),
            ("still.html", 1),
            ("both.html", 1),
            ("new.html", 1),
            ("app.js", 2),
            ("a.css", 2),
        ]);
        let mixed = links.mixed("web", &was, &is);
        let expected = [("both.html", vec!["a.css", "app.js"]), ("index.html", vec!["app.js"])];
        let said: Vec<_> =
            mixed.iter().map(|(p, f)| (p.as_str(), f.iter().map(String::as_str).collect())).collect();
        assert_eq!(said, expected);
        assert!(links.mixed("other", &was, &is).is_empty() && links.mixed("web", &is, &is).is_empty());
        assert!(links.knows("web") && !links.knows("other"));
    }
}
