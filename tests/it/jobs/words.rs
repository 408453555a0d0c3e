//! What is another one each time, as words that stay.

/// Returns `screen` with ids, digests, times and so on as words, and without what only a sandbox says.
pub(super) fn steady(screen: &str) -> String {
    let mut out = String::new();
    let mut skipped = false;
    for line in screen.lines().filter(|l| !l.starts_with("Not AWS: ")) {
        // Calls that do not depend on each other are made side by side: which ends first is chance.
        let progress = line.strip_prefix('[').and_then(|l| l.split_once("] ")).map(|(count, _)| count);
        if progress.is_some_and(|count| is_count(count) && count != "1/1") {
            if !skipped {
                out.push_str("...\n");
            }
            skipped = true;
            continue;
        }
        skipped = false;
        let line = worded(line);
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn is_count(text: &str) -> bool {
    text.split_once('/')
        .is_some_and(|(a, b)| [a, b].iter().all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())))
}

/// What a pattern letter takes: `9` a digit, `h` a lowercase hexadecimal digit, `a` a digit or a lowercase letter;
/// anything else is itself.
const PATTERNS: [(&str, &str); 9] = [
    ("99999999t999999999-aaaaaa", "<id>"),
    ("hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh", "<digest>"),
    ("hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh", "<uuid>"),
    ("9999-99-99 99:99:99Z", "<time>"),
    ("9999-99-99T99:99:99.999999999Z", "<time>"),
    ("9999-99-99T99:99:99Z", "<time>"),
    ("9999-99-99 99:99Z", "<time>"),
    ("hhhhhhhhhhhh", "<digest>"),
    ("hhhhhhhhhh", "<digest>"),
];

fn takes(pattern: char, c: char) -> bool {
    match pattern {
        '9' => c.is_ascii_digit(),
        'h' => matches!(c, '0'..='9' | 'a'..='f'),
        'a' => matches!(c, '0'..='9' | 'a'..='z'),
        other => other == c,
    }
}

/// Returns how much of the beginning of `rest` is like `pattern`, as a whole word.
fn like(pattern: &str, rest: &str) -> Option<usize> {
    let mut chars = rest.chars();
    let fits = pattern.chars().all(|p| chars.next().is_some_and(|c| takes(p, c)));
    // Account numbers are hexadecimal too, and stay.
    let digits = rest.chars().take(pattern.len()).all(|c| c.is_ascii_digit());
    let open = chars.next().is_some_and(|c| c.is_ascii_alphanumeric());
    (fits && !digits && !open).then_some(pattern.len())
}

fn worded(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let fresh = !out.ends_with(|c: char| c.is_ascii_alphanumeric());
        let found = PATTERNS.iter().find_map(|(p, word)| Some((like(p, rest)?, *word))).filter(|_| fresh);
        match found {
            Some((len, "<id>")) => {
                let word = which(line, &out);
                push_padded(&mut out, word, &rest[len..], len);
                rest = &rest[len..];
            }
            Some((len, word)) => {
                push_padded(&mut out, word, &rest[len..], len);
                rest = &rest[len..];
            }
            None => {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    seconds(&out)
}

/// Returns what an id is the id of, by what stands before it.
fn which(line: &str, before: &str) -> &'static str {
    let snapshot = before.ends_with('@') || before.ends_with("snapshot ") || before.ends_with("Snapshot: ");
    match snapshot || (before.is_empty() && line.contains("connect") && !line.contains("user/")) {
        true => "<snapshot>",
        false => "<run>",
    }
}

/// Writes `word` in place of something of `len`; a column of a table stays as wide as it was.
fn push_padded(out: &mut String, word: &str, after: &str, len: usize) {
    out.push_str(word);
    if after.starts_with("  ") {
        out.extend(std::iter::repeat_n(' ', len.saturating_sub(word.len())));
    }
}

/// Returns the text with how long something took as `<n> s`.
fn seconds(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(String::from).collect();
    for i in 1..words.len() {
        let unit = matches!(words[i].trim_end_matches(['.', ':', ',']), "s" | "min");
        if unit && !words[i - 1].is_empty() && words[i - 1].bytes().all(|b| b.is_ascii_digit()) {
            words[i - 1] = "<n>".into();
        }
    }
    words.join(" ")
}

#[test]
fn what_changes_becomes_words_and_the_rest_stays() {
    for (said, steadied) in [
        (
            "Undo: snapdeploy rollback prod --run 20261121t071013967-bj7hx0",
            "Undo: snapdeploy rollback prod --run <run>",
        ),
        ("Snapshot: dev@20261121t070803885-26cfbk", "Snapshot: dev@<snapshot>"),
        ("Deployed 30 changes to prod (222222222222) in 0 s.", "Deployed 30 changes to prod (222222222222) in <n> s."),
        ("2026-11-21 07:10:15Z  x", "<time>                x"),
        ("[1/1] A", "[1/1] A"),
        ("[1/2] A\n[2/2] B\nend", "...\nend"),
        ("Not AWS: calls go to http://127.0.0.1:1\nx", "x"),
    ] {
        assert_eq!(steady(said).trim_end(), steadied);
    }
}
