//! The pages of `docs/jobs`, typed: each in a fresh sandbox of an example (`examples/acme` if it names none), with the real binary, block after block.
//!
//! `SNAPDEPLOY_BLESS=1 cargo test --test it jobs::` writes what the screen shows into the pages. Read the difference
//! before you commit it.

mod page;
mod stage;
mod words;

use std::path::{Path, PathBuf};

use page::{Page, Part};
use stage::Stage;

fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/jobs");
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let mut pages: Vec<PathBuf> = entries.filter(|p| p.extension().is_some_and(|e| e == "md")).collect();
    pages.sort();
    pages
}

/// Returns the page with what its screens show now.
fn performed(name: &str, page: &Page) -> Page {
    let example = page.0.iter().find_map(|part| match part {
        Part::Behind(words) => words.strip_prefix("example "),
        _ => None,
    });
    let mut stage = Stage::new(example.unwrap_or("acme"));
    let mut parts = Vec::new();
    for part in &page.0 {
        match part {
            Part::Prose(_) => parts.push(part.clone()),
            Part::Behind(words) if words.starts_with("example ") => parts.push(part.clone()),
            Part::Behind(words) => {
                stage.behind(words).unwrap_or_else(|why| panic!("{name}: <!-- {words} -->: {why}"));
                parts.push(part.clone());
            }
            Part::Toml(text) => {
                stage.written(text);
                parts.push(part.clone());
            }
            Part::Script(script) => {
                stage.run(script);
                parts.push(part.clone());
            }
            Part::Screen(_) => {
                let screen = stage.screen().unwrap_or_else(|| panic!("{name}: a screen without a script"));
                parts.push(Part::Screen(words::steady(&screen)));
            }
        }
    }
    assert!(stage.screen().is_none(), "{name}: the last script has no screen");
    Page(parts)
}

#[test]
fn every_page_shows_what_happens() {
    let bless = std::env::var_os("SNAPDEPLOY_BLESS").is_some();
    assert!(!bless || std::env::var_os("CI").is_none(), "a CI does not write the pages, it reads them");
    let pages = pages();
    assert!(pages.len() >= 13, "{pages:?}");
    let play = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().to_string();
        let text = std::fs::read_to_string(path).unwrap();
        let now = performed(&name, &Page::read(&text)).to_string();
        match now == text {
            true => None,
            false if bless => std::fs::write(path, now).map(|()| None).unwrap(),
            false => Some(format!("{name}:\n{}", similar(&text, &now))),
        }
    };
    // Two at a time: a process that is starved gives its calls up as too late.
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let half = |n: usize| {
            let mine: Vec<&PathBuf> = pages.iter().skip(n).step_by(2).collect();
            scope.spawn(move || mine.into_iter().filter_map(play).collect::<Vec<String>>())
        };
        [half(0), half(1)].into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "SNAPDEPLOY_BLESS=1 takes what follows into the pages\n{}", wrong.join("\n"));
}

fn similar(page: &str, now: &str) -> String {
    let diff = similar::TextDiff::from_lines(page, now);
    diff.unified_diff().context_radius(2).header("the page", "the screen").to_string()
}

/// A page that the README does not lead to is not read.
#[test]
fn the_readme_leads_to_every_page() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    for page in pages() {
        let name = page.file_name().unwrap().to_string_lossy().to_string();
        assert!(readme.contains(&format!("(docs/jobs/{name})")), "{name}");
    }
}
