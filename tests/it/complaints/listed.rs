//! The list in `docs/complaints.md`: no number is missing, and each test that it names is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How many complaints there are.
const ALL: usize = 40;

/// Returns the cells of each row, by the number in the first one.
fn rows(text: &str) -> Vec<(usize, Vec<String>)> {
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_string()).collect()
    };
    text.lines()
        .filter(|line| line.starts_with("| "))
        .filter_map(|line| Some((cells(line)[0].parse().ok()?, cells(line))))
        .collect()
}

/// Returns the tests in the sources beside this one: their names, and the number of the complaint that each acts out.
fn tests() -> BTreeMap<String, usize> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/complaints");
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut number = None;
        let mut is_test = false;
        for line in text.lines() {
            if let Some(said) = line.strip_prefix("/// Complaint ") {
                number = said.split([' ', ',']).next().and_then(|n| n.parse().ok());
            }
            is_test |= line.starts_with("#[tokio::test") || line.starts_with("#[test]");
            let name = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn "));
            if let Some(name) = name.and_then(|rest| rest.split('(').next()) {
                if let Some(number) = number.take().filter(|_| is_test) {
                    found.insert(name.to_string(), number);
                }
                is_test = false;
            }
        }
    }
    found
}

#[test]
fn every_complaint_is_listed_with_a_test_that_is_there() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/complaints.md");
    let text = std::fs::read_to_string(file).unwrap();
    let tests = tests();
    let mut named = BTreeSet::new();
    let mut numbers = BTreeSet::new();
    for (number, cells) in rows(&text) {
        let [_, complaint, link, of] = &cells[..] else { panic!("{number} has {} cells", cells.len()) };
        assert!(numbers.insert(number), "{number} stands there twice");
        assert!(complaint.len() > 20 && link.contains("https://github.com/"), "{number}: {cells:?}");
        let of: Vec<&str> = of.split('`').skip(1).step_by(2).collect();
        assert!(!of.is_empty(), "{number} has no test");
        for name in of {
            assert_eq!(tests.get(name), Some(&number), "{number}: there is no test {name} of it");
            named.insert(name.to_string());
        }
    }
    assert_eq!(numbers, (1..=ALL).collect(), "numbers are missing");
    let left: Vec<_> = tests.keys().filter(|name| !named.contains(*name)).collect();
    assert!(left.is_empty(), "no line names {left:?}");
}
