//! What a program has printed or a function has answered, as it is told and kept: without secrets first, cut afterwards.

use super::redact::{MASK, redact, redact_foreign};

/// Returns `text`, for `widest` characters at most, as one line without what is known to be a secret, nor what looks like
/// one. What is cut first keeps the beginning of a secret across the cut, which nobody knows any more.
pub fn printed(text: &str, widest: usize) -> String {
    cut(&without_secrets(text), widest)
}

/// Returns `text` without what is known to be a secret, nor what looks like one.
pub fn without_secrets(text: &str) -> String {
    without_passwords(&redact(&redact_foreign(text)))
}

/// Returns the first characters of `text` as one line: for what is used, and not only told.
pub fn cut(text: &str, widest: usize) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(widest).collect()
}

/// Returns `text` without the passwords of URLs: tools print the address of a database that they cannot reach.
///
/// A password may have `/`, `?`, `#` and `@` in it where nobody has encoded them, so it goes on to the last `@` of the word:
/// rather a path too much is masked than a part of a password too little.
fn without_passwords(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        out.push_str(head);
        let end = tail.find(|c: char| c.is_whitespace() || "\"'`".contains(c)).unwrap_or(tail.len());
        let word = &tail[..end];
        let parts = word.rsplit_once('@').and_then(|(who, host)| Some((who.split_once(':')?.0, host)));
        // The name of a user stands before any path.
        match parts.filter(|(user, _)| !user.contains(['/', '?', '#', '@'])) {
            Some((user, host)) => {
                out.push_str(&format!("{user}:{MASK}@{host}"));
                rest = &tail[end..];
            }
            // There may be another address in the same word.
            None => rest = tail,
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::super::redact::register;
    use super::*;

    #[test]
    fn the_password_of_an_address_is_not_kept() {
        for (line, kept) in [
            ("no postgres://app:hunter2@db:5432/x here", "no postgres://app:[secret]@db:5432/x here"),
            ("p://a:b@c, q://d:e@f", "p://a:[secret]@c, q://d:[secret]@f"),
            ("p://user:pa/ss@host/x", "p://user:[secret]@host/x"),
            ("p://user:p@a?s#s@host", "p://user:[secret]@host"),
            ("redis://:pw/1@host", "redis://:[secret]@host"),
            ("https://example.org/?to=p://user:pa/ss@host", "https://example.org/?to=p://user:[secret]@host"),
            ("https://example.org/a:b@c", "https://example.org/a:b@c"),
            ("https://example.org:8080/a", "https://example.org:8080/a"),
            ("://", "://"),
        ] {
            assert_eq!(without_passwords(line), kept);
        }
    }

    #[test]
    fn a_secret_across_the_cut_keeps_nothing_of_itself() {
        register("printed-s3cret-value");
        let line = format!("{}printed-s3cret-value", "x".repeat(290));
        let kept = printed(&line, 300);
        assert!(!kept.contains("print") && kept.ends_with("[secret]"), "{kept}");
        assert_eq!(printed("a\tb\u{1b}c", 4), "a b ");
    }
}
