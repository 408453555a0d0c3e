//! Redaction: what this process knows to be a secret does not leave it by any stream, message or row.
//!
//! A registry of the whole process, which only grows. It is applied where things leave: every error as it is made
//! ([`super::error::Error::new`]), what AWS says (`aws/error.rs`), journal rows (`core/journal.rs`), everything that is
//! printed (`cli/ui.rs`), logged (`cli/logs.rs`), drawn (`cli/progress.rs`), given to a runner of GitHub Actions
//! (`cli/actions.rs`) and told a webhook (`cli/notify.rs`). Documents are not redacted: a secret never gets into one.
//!
//! Environment values of functions are secrets by default, and many are ordinary words: `orders`, `production`.
//! Where ordinary words are said (a stream) such a value is not looked for; where a service may quote what
//! it was sent (its error messages, the reasons that it gives) every value is. One of 3 to 5 bytes is looked for there
//! between quotes only, and one of 1 or 2 not at all: it would be in every number, and keeps nothing secret.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{OnceLock, PoisonError, RwLock};

use super::sabotage::{Ingredient, lacks};
use super::sought::Sought;
use super::spelling::spellings;

/// What stands in the place of a secret.
pub const MASK: &str = "[secret]";

/// A value of fewer bytes stands in too many places where it means something else.
pub const LEAST: usize = 6;

/// A value of fewer bytes than [`LEAST`] and at least as many is looked for between quotes.
const QUOTED: usize = 3;

/// What is known.
#[derive(Default)]
struct Registry {
    /// Values that were given, so that none is taken in twice.
    given: BTreeSet<String>,
    /// What is looked for in what a service says.
    strict: Sought<LEAST>,
    /// What is looked for everywhere.
    wide: Sought<LEAST>,
    /// What is looked for between quotes, in what a service says.
    quoted: Sought<QUOTED>,
    /// Names that everybody may see; a secret that is one of them is one where it stands only.
    public: BTreeSet<String>,
}

fn registry() -> &'static RwLock<Registry> {
    static REGISTRY: OnceLock<RwLock<Registry>> = OnceLock::new();
    REGISTRY.get_or_init(RwLock::default)
}

/// Notes that `text` is a secret, in whatever spelling it may be met ([`super::spelling`]).
pub fn register(text: &str) {
    note(text, |registry, spelled| {
        for spelled in spelled {
            if distinct(text) && !registry.public.contains(text) {
                registry.wide.insert(spelled.clone());
            }
            registry.strict.insert(spelled);
        }
    });
}

/// Notes that `text` is not to be quoted from what a service says. Elsewhere it may be seen: it is configuration.
pub fn confide(text: &str) {
    note(text, |registry, spelled| spelled.into_iter().for_each(|s| registry.strict.insert(s)));
}

fn note(text: &str, take: impl FnOnce(&mut Registry, Vec<String>)) {
    let known = |r: &Registry| r.given.contains(text);
    if text.len() < QUOTED
        || is_region(text)
        || known(&registry().read().unwrap_or_else(PoisonError::into_inner))
    {
        return;
    }
    let spelled = spellings(text);
    let mut registry = registry().write().unwrap_or_else(PoisonError::into_inner);
    if !registry.given.insert(text.to_string()) {
        return;
    }
    if text.len() < LEAST {
        spelled.into_iter().for_each(|s| registry.quoted.insert(s));
        return;
    }
    take(&mut registry, spelled.into_iter().collect());
}

/// Returns whether `text` is written as a region is, `us-east-1`: what says where something is keeps nothing secret, and the
/// commands to type next name it.
fn is_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let letters = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let [area, between @ .., number] = &parts[..] else { return false };
    let is_number = (1..=2).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    area.len() == 2
        && letters(area)
        && (1..=3).contains(&between.len())
        && between.iter().all(letters)
        && is_number
}

/// Notes that `name` is seen by everybody: a resource, an environment, a region is called so.
pub fn public(name: &str) {
    let there = |r: &Registry| r.public.contains(name);
    if name.len() < LEAST || there(&registry().read().unwrap_or_else(PoisonError::into_inner)) {
        return;
    }
    let mut registry = registry().write().unwrap_or_else(PoisonError::into_inner);
    registry.public.insert(name.to_string());
    registry.wide.remove(name);
}

/// Returns `text` without the secrets that are more than ordinary words, and without the signatures of links.
pub fn redact(text: &str) -> Cow<'_, str> {
    if lacks(Ingredient::Redact) {
        return Cow::Borrowed(text);
    }
    let registry = registry().read().unwrap_or_else(PoisonError::into_inner);
    unsigned(mask(Cow::Borrowed(text), &registry.wide))
}

/// Returns `text`, in which a service may have quoted what it was sent, without any secret.
pub fn redact_foreign(text: &str) -> Cow<'_, str> {
    if lacks(Ingredient::Redact) {
        return Cow::Borrowed(text);
    }
    let registry = registry().read().unwrap_or_else(PoisonError::into_inner);
    unsigned(mask_quoted(mask(Cow::Borrowed(text), &registry.strict), &registry.quoted))
}

fn mask<'a>(text: Cow<'a, str>, secrets: &Sought<LEAST>) -> Cow<'a, str> {
    let places = secrets.places(&text, |_| true);
    masked(text, places)
}

/// Returns `text` without those of `secrets` that it has between quotes, or after an equals sign.
fn mask_quoted<'a>(text: Cow<'a, str>, secrets: &Sought<QUOTED>) -> Cow<'a, str> {
    let places = secrets.places(&text, |place| {
        let opened = text[..place.start].ends_with(['"', '\'', '`', '=']);
        let rest = &text[place.end..];
        opened && (rest.is_empty() || rest.starts_with(['"', '\'', '`', '\\', '&', ' ', ',']))
    });
    masked(text, places)
}

fn masked(mut text: Cow<'_, str>, places: Vec<Range<usize>>) -> Cow<'_, str> {
    for place in places.into_iter().rev() {
        text.to_mut().replace_range(place, MASK);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::base64;

    #[test]
    fn a_secret_is_masked_in_every_spelling() {
        let secret = "S3cr&t/\"redact\\test\" value+1";
        register(secret);
        let json = serde_json::json!({ "a": secret, "b": serde_json::json!({ "c": secret }).to_string() });
        for text in [
            format!("it is {secret}!"),
            json.to_string(),
            "?q=S3cr%26t%2F%22redact%5Ctest%22%20value%2B1".to_string(),
            format!("Basic {}", base64::encode(secret.as_bytes())),
            format!("Basic {}", base64::encode(format!("user:{secret}:1").as_bytes())),
        ] {
            let masked = redact(&text);
            assert!(masked.contains(MASK) && !masked.contains("redact"), "{masked}");
            assert!(!masked.contains(&base64::encode(secret.as_bytes())), "{masked}");
            assert!(masked.len() < text.len() - secret.len() / 2, "{masked}");
        }
    }

    #[test]
    fn a_region_is_no_secret_wherever_it_stands() {
        for (text, is) in
            [("us-gov-west-1", true), ("ap-southeast-4", true), ("us-east-1a", false), ("db-1", false)]
        {
            assert_eq!(is_region(text), is, "{text}");
        }
        register("eu-central-2");
        assert_eq!(redact_foreign("--region eu-central-2"), "--region eu-central-2");
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
    }

    #[test]
    fn short_values_are_masked_between_quotes_where_a_service_speaks() {
        register("~w1é");
        register("x2");
        let text = r#"Value '~w1é' at "~w1é" of {\"a\":\"~w1é\"} A=~w1é, 0~w1é0 'x2'"#;
        assert_eq!(redact(text), text);
        assert_eq!(
            redact_foreign(text),
            r#"Value '[secret]' at "[secret]" of {\"a\":\"[secret]\"} A=[secret], 0~w1é0 'x2'"#
        );
    }

    #[test]
    fn what_is_confided_is_masked_only_where_a_service_speaks() {
        confide("acme-redact-confided");
        assert_eq!(redact("acme-redact-confided"), "acme-redact-confided");
        assert_eq!(redact_foreign("no acme-redact-confided"), "no [secret]");
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
