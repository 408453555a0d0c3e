//! Detection: texts that look like credentials where no rule expects a secret.
//!
//! What is found is named by its place and its sort, never quoted. It misses what has no form of its own; it is a warning
//! for people, not a wall.

/// Names that what follows them gives away.
const NAMES: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "clientsecret",
    "secretkey",
    "secretaccesskey",
    "awssecretaccesskey",
    "apikey",
    "accesskey",
    "privatekey",
    "accesstoken",
    "authtoken",
];

/// Heads of tokens, how many letters and digits follow at least, and whose they are.
///
/// Source: "IAM identifiers" (AWS), "About authentication to GitHub: token formats", "Token types" (Slack), "API keys"
/// (Stripe).
const TOKENS: [(&str, usize, &str); 16] = [
    ("AKIA", 16, "an access key of AWS"),
    ("ASIA", 16, "an access key of AWS"),
    ("ghp_", 30, "a token of GitHub"),
    ("gho_", 30, "a token of GitHub"),
    ("ghu_", 30, "a token of GitHub"),
    ("ghs_", 30, "a token of GitHub"),
    ("ghr_", 30, "a token of GitHub"),
    ("github_pat_", 22, "a token of GitHub"),
    ("xoxb-", 10, "a token of Slack"),
    ("xoxp-", 10, "a token of Slack"),
    ("xoxa-", 10, "a token of Slack"),
    ("xoxr-", 10, "a token of Slack"),
    ("xoxs-", 10, "a token of Slack"),
    ("sk_live_", 16, "a key of Stripe"),
    ("rk_live_", 16, "a key of Stripe"),
    ("sk_test_", 16, "a key of Stripe"),
];

/// Returns what `text`, which is the value of a member called `name`, looks like, if it looks like a credential.
pub fn credential(name: Option<&str>, text: &str) -> Option<&'static str> {
    if text.len() < 6 {
        return None;
    }
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    let token = TOKENS.iter().find(|(head, least, _)| has_token(text, head, *least));
    if let Some((.., what)) = token {
        return Some(what);
    }
    if text.contains("hooks.slack.com/services/T") {
        return Some("a webhook of Slack");
    }
    if has_jwt(text) {
        return Some("a JSON Web Token");
    }
    if has_userinfo(text) {
        return Some("a URL with a password");
    }
    if has_assignment(text) || name.is_some_and(|n| gives_away(n) && is_value(text)) {
        return Some("a password or key");
    }
    None
}

/// Returns whether `head` stands in `text`, not within a word, with `least` letters, digits, `_` or `-` after it.
fn has_token(text: &str, head: &str, least: usize) -> bool {
    text.match_indices(head).any(|(at, _)| {
        let before = text[..at].bytes().next_back();
        let rest = text[at + head.len()..].bytes();
        let run = match head.len() {
            // Access keys are capitals and digits.
            4 if head.ends_with("IA") => {
                rest.take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count()
            }
            _ => rest.take_while(|b| b.is_ascii_alphanumeric() || b"_-".contains(b)).count(),
        };
        run >= least && !before.is_some_and(|b| b.is_ascii_alphanumeric())
    })
}

/// Three parts in base64url joined by dots, of which the first two are JSON objects (RFC 7519): `eyJ` is `{"`.
fn has_jwt(text: &str) -> bool {
    let part = |t: &str| t.bytes().take_while(|b| b.is_ascii_alphanumeric() || b"_-".contains(b)).count();
    text.match_indices("eyJ").any(|(at, _)| {
        let first = part(&text[at..]);
        let rest = &text[at + first..];
        let Some(second) = rest.strip_prefix('.').filter(|r| r.starts_with("eyJ")) else { return false };
        let length = part(second);
        first > 8 && second[length..].strip_prefix('.').is_some_and(|third| part(third) > 8)
    })
}

/// `scheme://name:password@host`.
fn has_userinfo(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let authority = text[at + 3..].split(['/', '?', '#', ' ', '"', '\'']).next().unwrap_or_default();
        let userinfo = authority.rsplit_once('@').and_then(|(info, _)| info.split_once(':'));
        userinfo.is_some_and(|(name, password)| !name.is_empty() && password.len() >= 3 && is_value(password))
    })
}

/// `password=...`, `"api_key": "..."`. Prose (`your password: ...`) has neither an equals sign nor quotes.
fn has_assignment(text: &str) -> bool {
    text.match_indices(['=', ':']).any(|(at, sign)| {
        let before = text[..at].trim_end();
        let quoted = before.ends_with('"');
        let name = before.trim_end_matches('"');
        let start =
            name.rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).map_or(0, |i| i + 1);
        // What stands there may be more than one byte long.
        let Some(name) = name.get(start..) else { return false };
        if !(sign == "=" || quoted) || !gives_away(name) {
            return false;
        }
        let value = text[at + 1..].trim_start_matches(['=', ' ', '"', '\'']);
        let value = value.split(['"', '\'', ' ', '&', ';', ',', '\n']).next().unwrap_or_default();
        value.len() >= 6 && is_value(value)
    })
}

/// Returns whether `name` announces a secret.
fn gives_away(name: &str) -> bool {
    let plain: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    NAMES.contains(&plain.as_str())
        || ["password", "secretkey", "apikey", "clientsecret"].iter().any(|end| plain.ends_with(end))
}

/// Returns whether `text` is a value of its own, and not what is filled in elsewhere.
fn is_value(text: &str) -> bool {
    let filled = text.starts_with('$') || text.contains("$.") || text.contains("${") || text.contains("{{");
    !filled && !text.contains("@{") && !text.contains(char::is_whitespace) && !text.starts_with("arn:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_told_by_their_form() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijklmnop";
        for text in [
            "key AKIAIOSFODNN7EXAMPLE",
            "-----BEGIN RSA PRIVATE KEY-----\nMII",
            &format!("Bearer {jwt}"),
            &format!("ghp_{}", "a1".repeat(18)),
            &format!("x=xoxb-{}", "1".repeat(12)),
            &format!("sk_live_{}", "a1".repeat(12)),
            "https://hooks.slack.com/services/T0/B0/x",
            "Server=db;User=u;Password=hunter2!",
            "{\"api_key\": \"0123456789\"}",
            "postgres://app:hunter2@db.internal/x",
        ] {
            assert!(credential(None, text).is_some(), "{text}");
        }
        assert!(credential(Some("DB_PASSWORD"), "hunter2").is_some());
        assert!(credential(Some("client-secret"), "hunter2").is_some());
    }

    #[test]
    fn ordinary_texts_are_none() {
        for text in [
            "Please say your password: four digits.",
            "password=$.Attributes.pin",
            "The secret = of good service",
            "arn:aws:lambda:us-east-1:111122223333:function:orders",
            "https://example.com/a:b@c",
            "AKIA is a prefix",
            "sk_live_short",
            "eyJhbGciOi.notjson.x",
            "é=password",
        ] {
            assert_eq!(credential(None, text), None, "{text}");
        }
        assert_eq!(credential(Some("Password"), "$.External.password"), None);
        assert_eq!(credential(Some("PasswordPolicy"), "strong-one"), None);
        assert_eq!(credential(Some("Text"), "hunter2"), None);
    }
}
