//! Redaction: what this process knows to be a secret does not leave it by any stream, message or row.
//!
//! A registry of the whole process, which only grows. It is applied where things leave: every error as it is made
//! ([`super::error::Error::new`]), what AWS says (`aws/error.rs`), journal rows (`core/journal.rs`), everything that is
//! printed (`cli/ui.rs`), logged (`cli/logs.rs`), drawn (`cli/progress.rs`), given to a runner of GitHub Actions
//! (`cli/actions.rs`) and told a webhook (`cli/notify.rs`). Documents are not redacted: a secret never gets into one.
//!
//! Environment values of functions are secrets by default, and many are ordinary words: `orders`, `production`,
//! `us-east-1`. Where ordinary words are said (a stream) such a value is not looked for; where a service may quote what
//! it was sent (its error messages) every value is.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{OnceLock, PoisonError, RwLock};

use super::base64;

/// What stands in the place of a secret.
pub const MASK: &str = "[secret]";

/// A value of fewer bytes is never looked for: it stands in too many places where it means something else.
pub const LEAST: usize = 6;

/// What is known.
#[derive(Default)]
struct Registry {
    /// Values that were given, so that none is taken in twice.
    given: BTreeSet<String>,
    /// What is looked for in what a service says, the longest first.
    strict: Vec<String>,
    /// What is looked for everywhere, the longest first.
    wide: Vec<String>,
    /// Names that everybody may see; a secret that is one of them is one where it stands only.
    public: BTreeSet<String>,
}

fn registry() -> &'static RwLock<Registry> {
    static REGISTRY: OnceLock<RwLock<Registry>> = OnceLock::new();
    REGISTRY.get_or_init(RwLock::default)
}

/// Notes that `text` is a secret, in the spellings that it may be met in: as it is, as JSON writes it, percent-encoded and
/// in base64. What is shorter than [`LEAST`] bytes is not noted.
pub fn register(text: &str) {
    if text.len() < LEAST {
        return;
    }
    let known = |r: &Registry| r.given.contains(text);
    if known(&registry().read().unwrap_or_else(PoisonError::into_inner)) {
        return;
    }
    let mut registry = registry().write().unwrap_or_else(PoisonError::into_inner);
    if !registry.given.insert(text.to_string()) {
        return;
    }
    let spelled = spellings(text);
    if distinct(text) && !registry.public.contains(text) {
        insert(&mut registry.wide, &spelled);
    }
    insert(&mut registry.strict, &spelled);
}

/// Notes that `name` is seen by everybody: a resource, an environment, a region is called so.
pub fn public(name: &str) {
    let there = |r: &Registry| r.public.contains(name);
    if name.len() < LEAST || there(&registry().read().unwrap_or_else(PoisonError::into_inner)) {
        return;
    }
    let mut registry = registry().write().unwrap_or_else(PoisonError::into_inner);
    registry.public.insert(name.to_string());
    registry.wide.retain(|secret| secret != name);
}

/// Returns `text` without the secrets that are more than ordinary words, and without the signatures of links.
pub fn redact(text: &str) -> Cow<'_, str> {
    let registry = registry().read().unwrap_or_else(PoisonError::into_inner);
    unsigned(mask(Cow::Borrowed(text), &registry.wide))
}

/// Returns `text`, in which a service may have quoted what it was sent, without any secret.
pub fn redact_foreign(text: &str) -> Cow<'_, str> {
    let registry = registry().read().unwrap_or_else(PoisonError::into_inner);
    unsigned(mask(Cow::Borrowed(text), &registry.strict))
}

fn mask<'a>(mut text: Cow<'a, str>, secrets: &[String]) -> Cow<'a, str> {
    for secret in secrets {
        if text.contains(secret.as_str()) {
            text = Cow::Owned(text.replace(secret.as_str(), MASK));
        }
    }
    text
}

/// What follows these, up to the next parameter, lets whoever has a link use it.
///
/// Source: "Authenticating Requests: Using Query Parameters", S3 API reference.
const SIGNED: [&str; 3] = ["X-Amz-Signature=", "X-Amz-Security-Token=", "X-Amz-Credential="];

/// Returns `text` without what makes presigned links work.
fn unsigned(text: Cow<'_, str>) -> Cow<'_, str> {
    if !SIGNED.iter().any(|name| text.contains(name)) {
        return text;
    }
    let mut text = text.into_owned();
    for name in SIGNED {
        let mut from = 0;
        while let Some(at) = text[from..].find(name) {
            let start = from + at + name.len();
            let rest = &text[start..];
            let value = |c: char| c.is_ascii_alphanumeric() || "%-_.~/+=".contains(c);
            let end = start + rest.find(|c| !value(c)).unwrap_or(rest.len());
            text.replace_range(start..end, MASK);
            from = start + MASK.len();
        }
    }
    Cow::Owned(text)
}

/// Returns whether `text` is more than a word or a number that anything may be called.
fn distinct(text: &str) -> bool {
    let letters = text.bytes().all(|b| b.is_ascii_alphabetic());
    if letters && text.len() < 16 {
        let lower_after_upper = text.bytes().skip(1).any(|b| b.is_ascii_uppercase())
            && text.bytes().any(|b| b.is_ascii_lowercase());
        return lower_after_upper;
    }
    !text.bytes().all(|b| b.is_ascii_digit())
}

fn insert(sorted: &mut Vec<String>, spelled: &[String]) {
    for text in spelled {
        if !sorted.contains(text) {
            sorted.push(text.clone());
        }
    }
    // A secret in another one is masked with it.
    sorted.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
}

fn spellings(text: &str) -> Vec<String> {
    let json = serde_json::Value::String(text.to_string()).to_string();
    let mut all = vec![text.to_string(), json[1..json.len() - 1].to_string()];
    // A JSON document in a string of another.
    let twice = serde_json::Value::String(all[1].clone()).to_string();
    all.push(twice[1..twice.len() - 1].to_string());
    // A value of several lines is met line by line.
    all.extend(text.lines().map(str::trim).filter(|l| l.len() >= 16).map(str::to_string));
    // What an error message makes of control characters.
    all.push(
        text.chars().map(|c| if c.is_control() { c.escape_debug().to_string() } else { c.into() }).collect(),
    );
    all.push(percent(text));
    let base = base64::encode(text.as_bytes());
    all.push(base.replace('+', "-").replace('/', "_").trim_end_matches('=').to_string());
    all.push(base.trim_end_matches('=').to_string());
    all.sort();
    all.dedup();
    all.retain(|t| t.len() >= LEAST);
    all
}

fn percent(text: &str) -> String {
    let one = |b: u8| match b {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
        _ => format!("%{b:02X}"),
    };
    text.bytes().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_in_every_spelling() {
        let secret = "S3cr&t/\"redact\\test\" value+1";
        register(secret);
        let json = serde_json::json!({ "a": secret, "b": serde_json::json!({ "c": secret }).to_string() });
        for text in [
            format!("it is {secret}!"),
            json.to_string(),
            format!("?q={}", percent(secret)),
            format!("Basic {}", base64::encode(secret.as_bytes())),
        ] {
            let masked = redact(&text);
            assert!(masked.contains(MASK) && !masked.contains("redact"), "{masked}");
            assert!(!masked.contains(&base64::encode(secret.as_bytes())), "{masked}");
        }
    }

    #[test]
    fn ordinary_words_are_masked_only_where_a_service_speaks() {
        for word in ["productive", "4711471147", "redact-public-1"] {
            register(word);
        }
        public("redact-public-1");
        let text = "productive 4711471147 redact-public-1";
        assert_eq!(redact(text), text);
        assert_eq!(redact_foreign(text), "[secret] [secret] [secret]");
        register("hunter2-redact");
        assert_eq!(redact("hunter2-redact"), MASK);
        register("pw123");
        assert_eq!(redact_foreign("pw123"), "pw123", "too short to be looked for");
    }

    #[test]
    fn a_link_does_not_keep_what_makes_it_work() {
        let link = "https://b/k?X-Amz-Credential=A%2FB&X-Amz-Signature=0a1b&x=1 X-Amz-Security-Token=t+/=";
        let masked = redact(link);
        assert_eq!(
            masked,
            "https://b/k?X-Amz-Credential=[secret]&X-Amz-Signature=[secret]&x=1 X-Amz-Security-Token=[secret]"
        );
    }
}
