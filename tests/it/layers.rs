//! The layers of the source: who may use whom; and what every file has to look like.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

use std::path::{Path, PathBuf};

/// A layer, and the layers that it may use besides itself. What is not here is the library's root.
const MAY_USE: [(&str, &[&str]); 6] = [
    ("core", &[]),
    ("aws", &["core"]),
    ("kinds", &["core", "aws"]),
    ("store", &["core", "aws"]),
    ("sandbox", &[]),
    ("cli", &["core", "aws", "kinds", "store", "sandbox"]),
];
/// Macros, which live at the library's root, and the layer that each belongs to.
const MACROS: [(&str, &str); 1] = [("wire", "aws")];
const MOST_LINES: usize = 400;

/// Returns what is wrong with a file of `layer`, one line each.
fn trespasses(layer: &str, text: &str) -> Vec<String> {
    let Some((_, may)) = MAY_USE.iter().find(|(name, _)| *name == layer) else {
        return vec![format!("{layer} is no layer")];
    };
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let squeezed: String = code.split_whitespace().collect();
    let mut found = Vec::new();
    for root in ["crate::", "snapdeploy::"] {
        for (at, _) in squeezed.match_indices(root) {
            let before = squeezed[..at].chars().next_back();
            // `$crate::` is a macro's own, and `my_crate::` somebody else's.
            if before.is_some_and(|c| c == '$' || c == '_' || c == ':') {
                continue;
            }
            let rest = &squeezed[at + root.len()..];
            for name in first_names(rest) {
                let used = MACROS.iter().find(|(m, _)| *m == name).map_or(name, |(_, l)| l.to_string());
                if used != layer && !may.contains(&used.as_str()) {
                    found.push(format!("{layer} uses {root}{used}"));
                }
            }
        }
    }
    found
}

/// Returns the first name after `crate::`, or all the first names of `crate::{a, b::c}`.
fn first_names(rest: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(list) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let (mut names, mut depth, mut start) = (Vec::new(), 1, 0);
    for (i, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => {
                names.push(name(&list[start..i]));
                start = i + 1;
            }
            _ => {}
        }
        if depth == 0 {
            names.push(name(&list[start..i]));
            break;
        }
    }
    names.retain(|n| !n.is_empty());
    names
}

/// Returns what is wrong if a file climbs out of its layer by `super::`.
fn climbs(path: &str, text: &str) -> Vec<String> {
    let depth = path.split('/').count() - usize::from(path.ends_with("mod.rs"));
    // Tests are a module deeper.
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let code: Vec<&str> = text.lines().filter(|l| !l.trim_start().starts_with("//")).collect();
    match code.concat().contains(&"super::".repeat(depth)) {
        true => vec![format!("{path} climbs to the root by super::")],
        false => Vec::new(),
    }
}

/// Returns what is wrong with the form of a file.
fn malformed(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !text.starts_with("//! ") {
        found.push(format!("{path} does not begin by saying what it is"));
    }
    let lines = text.lines().count();
    if lines > MOST_LINES {
        found.push(format!("{path} has {lines} lines, more than {MOST_LINES}"));
    }
    if path.ends_with("mod.rs") && text.lines().any(|l| l.trim_start().starts_with("impl")) {
        found.push(format!("{path} does more than declare and re-export"));
    }
    found
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_layer_uses_one_above_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 50, "the sources are not where they were");
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        if let Some((layer, _)) = inside.split_once('/') {
            wrong.extend(climbs(&inside, &text));
            wrong.extend(trespasses(layer, &text).into_iter().map(|w| format!("{inside}: {w}")));
        }
        wrong.extend(malformed(&inside, &text));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn a_trespass_is_seen_however_it_is_written() {
    for planted in [
        "use crate::aws::Sessions;",
        "use crate::{core::Address, aws::Sessions};",
        "use crate::{\n    core::{Address, Digest},\n    aws,\n};",
        "fn f() { crate::aws::go() }",
        "fn f() -> Vec<crate :: aws :: Account> { Vec::new() }",
        "use snapdeploy::aws;",
    ] {
        assert_eq!(trespasses("core", planted).len(), 1, "{planted}");
    }
    for fine in ["use crate::core::Address;", "// use crate::aws;", "use my_crate::aws;", "$crate::aws"] {
        assert!(trespasses("core", fine).is_empty(), "{fine}");
    }
    assert_eq!(trespasses("sandbox", "use crate::core::Address;").len(), 1);
    assert_eq!(trespasses("new", "").len(), 1);
}

#[test]
fn a_climb_out_of_the_layer_is_seen() {
    assert_eq!(climbs("core/plan.rs", "use super::super::aws::Sessions;").len(), 1);
    assert_eq!(climbs("core/mod.rs", "use super::aws;").len(), 1);
    assert!(climbs("core/plan.rs", "use super::pin::Pin;").is_empty());
    assert!(climbs("sandbox/s3/list.rs", "use super::super::world;").is_empty());
}

#[test]
fn a_misshapen_file_is_seen() {
    assert_eq!(malformed("a.rs", "fn main() {}").len(), 1);
    assert_eq!(malformed("a.rs", &format!("//! Long.\n{}", "\n".repeat(400))).len(), 1);
    assert_eq!(malformed("x/mod.rs", "//! Much.\nimpl X {}").len(), 1);
    assert!(malformed("a.rs", "//! Fine.\n").is_empty());
}
