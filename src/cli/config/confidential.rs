//! What a configuration is not the place for: who may read the repository may read it.

/// What the name of a header or of a parameter has in it whose value lets somebody in.
const WORDS: [&str; 9] =
    ["authorization", "cookie", "token", "secret", "key", "password", "passwd", "credential", "signature"];
/// Parameters that are called so and no more.
const PARAMETERS: [&str; 3] = ["auth", "pass", "sig"];

/// Returns whether a value under `name` is a secret. What only says what is shifted (`{version}`) is none.
pub(super) fn is_secret(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let placeholder = value
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .is_some_and(|inner| !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_lowercase()));
    !placeholder && WORDS.iter().any(|word| name.contains(word))
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
        for name in ["authorization", "Cookie", "Proxy-Authorization", "X-Api-Key", "x-auth-token", "Secret"]
        {
            assert!(is_secret(name, "abc"), "{name}");
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
