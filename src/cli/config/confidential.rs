//! What a configuration is not the place for: who may read the repository may read it.

/// What words of the name of a header or of a parameter end in whose value lets somebody in.
const WORDS: [&str; 9] = [
    "authorization",
    "cookie",
    "credential",
    "credentials",
    "passwd",
    "password",
    "secret",
    "signature",
    "token",
];
/// Whose keys let somebody in; other keys only say which: `sort_key`, `Idempotency-Key`.
const KEYS: [&str; 16] = [
    "access",
    "account",
    "admin",
    "api",
    "auth",
    "client",
    "encryption",
    "functions",
    "license",
    "master",
    "private",
    "secret",
    "session",
    "shared",
    "signing",
    "subscription",
];
/// Tokens that only say where a listing goes on.
const PLACES: [&str; 3] = ["continuation", "next", "page"];
/// Parameters that are called so and no more.
const PARAMETERS: [&str; 4] = ["auth", "key", "pass", "sig"];

/// Returns whether a value under `name` is a secret. What only says what is shifted (`{version}`) is none.
pub(super) fn is_secret(name: &str, value: &str) -> bool {
    let placeholder = value
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .is_some_and(|inner| !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_lowercase()));
    !placeholder && names_secret(&words(name))
}

/// Returns whether `words`, of a name, are one that lets somebody in.
fn names_secret(words: &[String]) -> bool {
    let before = |at: usize| at.checked_sub(1).and_then(|at| words.get(at)).map_or("", String::as_str);
    let is_place = |at: usize, word: &str| match word.strip_suffix("token") {
        Some("") => PLACES.contains(&before(at)),
        Some(whose) => PLACES.contains(&whose),
        None => false,
    };
    words.iter().enumerate().any(|(at, word)| match word.strip_suffix("key") {
        Some("") => KEYS.contains(&before(at)),
        Some(whose) => KEYS.iter().any(|known| whose.ends_with(known)),
        None => !is_place(at, word) && WORDS.iter().any(|known| word.ends_with(known)),
    })
}

/// Returns the words of `name`, in lower case: `X-Api-Key`, `api_key` and `apiKey` have the same.
fn words(name: &str) -> Vec<String> {
    let (mut words, mut was_lower) = (vec![String::new()], false);
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    words
}

/// Returns what of `url` is a secret, if anything is: never its value.
pub(super) fn secret_of(url: &str) -> Option<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (before, _fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (place, query) = before.split_once('?').unwrap_or((before, ""));
    // Source: RFC 3986, section 3.2.1: what stands before `@` in the authority says who asks.
    if place.split('/').next().is_some_and(|authority| authority.contains('@')) {
        return Some("the name and the password before its host".into());
    }
    query.split(['&', ';']).find_map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let bare = PARAMETERS.iter().any(|known| name.eq_ignore_ascii_case(known));
        (!value.is_empty() && (bare || is_secret(name, value))).then(|| format!("its parameter `{name}`"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lets_somebody_in_is_told_from_what_does_not() {
        for name in [
            "authorization",
            "Cookie",
            "Proxy-Authorization",
            "X-Api-Key",
            "x-auth-token",
            "Secret",
            "apiKey",
            "accessToken",
            "Ocp-Apim-Subscription-Key",
            "x-functions-key",
            "APIKEY",
            "aws_secret_access_key",
            "authtoken",
            "clientsecret",
            "APIToken",
            "X-Shared-Key",
            "sessionToken",
        ] {
            assert!(is_secret(name, "abc"), "{name}");
        }
        for name in
            ["keyword", "sort_key", "Idempotency-Key", "next_token", "Monkey", "tokenizer", "X-Partition-Key"]
        {
            assert!(!is_secret(name, "abc"), "{name}");
        }
        assert!(!is_secret("Accept", "text/html") && !is_secret("X-Version-Key", "{version}"));
        assert!(is_secret("X-Api-Key", "{not a placeholder}"));
        for url in [
            "https://me:hunter2@acme.test/up",
            "https://token@acme.test",
            "https://acme.test/up?x=1&api_key=hunter2",
            "https://acme.test?sig=hunter2",
            "https://acme.test/?X-Amz-Signature=hunter2#top",
        ] {
            let what = secret_of(url).unwrap_or_else(|| panic!("{url}"));
            assert!(!what.contains("hunter2"), "{what}");
        }
        for url in
            ["https://acme.test/up?version={version}&n=1", "https://acme.test/a@b?token=", "http://a.test"]
        {
            assert_eq!(secret_of(url), None, "{url}");
        }
    }
}
