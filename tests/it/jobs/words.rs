//! What is another one each time, as words that stay.

/// Returns `screen` with ids, digests, times and so on as words, and without what only a sandbox says.
pub(super) fn steady(screen: &str) -> String {
    let mut out = String::new();
    let mut skipped = false;
    let mut snapshots = false;
    for line in screen.lines().filter(|l| !only_sometimes(l)) {
        // Calls that do not depend on each other are made side by side: which ends first is chance.
        let progress = line.strip_prefix('[').and_then(|l| l.split_once("] ")).map(|(count, _)| count);
        if progress.is_some_and(|count| is_count(count) && count != "1/1") || is_waited_for(line) {
            if !skipped {
                out.push_str("...\n");
            }
            skipped = true;
            continue;
        }
        skipped = false;
        snapshots =
            line.starts_with("SNAPSHOT") || (snapshots && line.starts_with(|c: char| c.is_ascii_digit()));
        let line = worded(line, snapshots);
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Returns whether a line is said only in a sandbox, or only where something takes a while: how far a service is, is seen
/// in passing.
fn only_sometimes(line: &str) -> bool {
    if line.starts_with("ecs/service/") && line.contains(": ") {
        return true;
    }
    if line.starts_with("site/bucket/") && line.contains(": CloudFront forgets ") {
        return true;
    }
    let read = line.strip_prefix("Read ").and_then(|l| l.trim_end_matches('s').strip_suffix(" resource"));
    line.starts_with("Not AWS: ") || read.is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
}

/// Returns whether a line says what one of several resources waits for meanwhile.
fn is_waited_for(line: &str) -> bool {
    let first = line.strip_prefix("Waiting: ").and_then(|l| l.split(' ').next());
    first.is_some_and(|address| address.matches('/').count() == 2)
}

fn is_count(text: &str) -> bool {
    text.split_once('/')
        .is_some_and(|(a, b)| [a, b].iter().all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())))
}

/// What a pattern letter takes: `9` a digit, `h` a lowercase hexadecimal digit, `a` a digit or a lowercase letter;
/// anything else is itself.
const PATTERNS: [(&str, &str); 11] = [
    ("99999999t999999999-aaaaaa", "<id>"),
    ("hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh", "<digest>"),
    ("hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh", "<uuid>"),
    ("hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh", "<task>"),
    ("hhhhhhhhhhhhhhhhhhhhh", "<deployment>"),
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

fn worded(line: &str, snapshots: bool) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let fresh = !out.ends_with(|c: char| c.is_ascii_alphanumeric());
        let found = PATTERNS.iter().find_map(|(p, word)| Some((like(p, rest)?, *word))).filter(|_| fresh);
        match found {
            Some((len, "<id>")) => {
                let word = which(&out, snapshots);
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
    numbers(&at_host(&seconds(&out)))
}

/// Returns what an id is the id of, by what stands before it; `listed` where the line is of a list of snapshots.
fn which(before: &str, listed: bool) -> &'static str {
    let said = ["@", "snapshot ", "Snapshot: "].iter().any(|word| before.ends_with(word));
    if said || (listed && before.is_empty()) { "<snapshot>" } else { "<run>" }
}

/// Writes `word` in place of something of `len`; a column of a table stays as wide as it was.
fn push_padded(out: &mut String, word: &str, after: &str, len: usize) {
    out.push_str(word);
    if after.starts_with("  ") {
        out.extend(std::iter::repeat_n(' ', len.saturating_sub(word.len())));
    }
}

/// Returns the text without the name of this machine.
fn at_host(text: &str) -> String {
    match text.split_once("(ada@") {
        Some((before, after)) => match after.split_once(')') {
            Some((_, after)) => format!("{before}(ada@<host>){after}"),
            None => text.to_string(),
        },
        None => text.to_string(),
    }
}

/// Returns the text without the numbers by which ECS calls deployments.
fn numbers(text: &str) -> String {
    let mut parts = text.split("ecs-svc/");
    let first = parts.next().unwrap_or_default().to_string();
    let rest =
        parts.map(|part| format!("ecs-svc/<n>{}", part.trim_start_matches(|c: char| c.is_ascii_digit())));
    std::iter::once(first).chain(rest).collect()
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
        (
            "Deployed 30 changes to prod (222222222222) in 0 s.",
            "Deployed 30 changes to prod (222222222222) in <n> s.",
        ),
        ("2026-11-21 07:10:15Z  x", "<time>                x"),
        ("held by x (ada@box), deploying", "held by x (ada@<host>), deploying"),
        ("SNAPSHOT  TAKEN\n20261121t071013967-bj7hx0  x", "SNAPSHOT  TAKEN\n<snapshot>                 x"),
        ("Read 12 resources\n[1/1] A", "[1/1] A"),
        ("[1/2] A\n[2/2] B\nend", "...\nend"),
        (
            "[1/2] A\nWaiting: lex/bot/Orders builds en_US\n[2/2] B\nWaiting: the owner",
            "...\nWaiting: the owner",
        ),
        ("Not AWS: calls go to http://127.0.0.1:1\nx", "x"),
        ("ecs/service/main/web: in progress, 0 of 2 tasks run\n[1/1] A", "[1/1] A"),
        ("deployment d8b5614fa054df36e6929 of x", "deployment <deployment> of x"),
        ("deployment ecs-svc/4824657844437722638 goes on", "deployment ecs-svc/<n> goes on"),
        ("of task 7ddf2b1428f72116bdfc5bafd77b082a:", "of task <task>:"),
    ] {
        assert_eq!(steady(said).trim_end(), steadied);
    }
}
