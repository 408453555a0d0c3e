//! Spellings: the ways in which one text is met inside others: escaped, encoded, line by line.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::base64;

/// A line of a text of several is looked for by itself if it has as many bytes.
const LINE: usize = 16;

/// What stands in the middle of a base64 text is looked for if it has as many characters; fewer stand anywhere.
const ENCODED: usize = 12;

/// Returns how `text` may be written where somebody quotes it: as it is, as several sorts of JSON writers, XML writers
/// and this program escape it, in a URL, and in base64, also within a longer text that was encoded as a whole.
pub fn spellings(text: &str) -> BTreeSet<String> {
    let json = json(text, |_| None);
    let mut all = BTreeSet::from([text.to_string()]);
    all.extend(text.lines().map(str::trim).filter(|l| l.len() >= LINE).map(str::to_string));
    // What an error message makes of control characters, and what `{:?}` makes of a text.
    all.insert(each(text, |c| c.is_control().then(|| c.escape_debug().to_string())));
    all.insert(text.escape_debug().to_string());
    // A JSON document in a string of another.
    all.insert(self::json(&json, |_| None));
    // Writers that keep to ASCII (Python's `json`, Jackson if told to), to what HTML allows (Gson, Go), or that escape
    // slashes (PHP).
    all.insert(self::json(text, |c| (!c.is_ascii()).then(|| units(c))));
    all.insert(self::json(text, |c| (!c.is_ascii()).then(|| units(c).to_uppercase().replace("\\U", "\\u"))));
    all.insert(self::json(text, |c| "<>&".contains(c).then(|| units(c))));
    all.insert(self::json(text, |c| "<>&='".contains(c).then(|| units(c))));
    all.insert(self::json(text, |c| (c == '/').then(|| "\\/".to_string())));
    for apostrophe in ["&apos;", "&#39;", "&#x27;", "'"] {
        for quote in ["&quot;", "&#34;", "\""] {
            all.insert(xml(text, apostrophe, quote));
        }
    }
    for url in [percent(text), percent(&json)] {
        all.insert(lower_escapes(&url));
        all.insert(url.replace("%20", "+"));
        all.insert(url);
    }
    for inner in [text, &json] {
        for offset in 0..3 {
            let encoded = within(inner.as_bytes(), offset);
            if offset == 0 || encoded.len() >= ENCODED {
                all.insert(encoded.replace('+', "-").replace('/', "_"));
                all.insert(encoded);
            }
        }
    }
    let whole = base64::encode(text.as_bytes());
    let whole = whole.trim_end_matches('=');
    all.insert(whole.replace('+', "-").replace('/', "_"));
    all.insert(whole.to_string());
    all.insert(hex::encode(text));
    all.insert(json);
    all
}

/// Returns `text` with what `escape` says in place of each character that it has a word on.
fn each(text: &str, escape: impl Fn(char) -> Option<String>) -> String {
    text.chars().map(|c| escape(c).unwrap_or_else(|| c.to_string())).collect()
}

/// Returns `text` as it stands between the quotes of a JSON string; `escape` goes first.
fn json(text: &str, escape: impl Fn(char) -> Option<String>) -> String {
    each(text, |c| {
        escape(c).or_else(|| {
            let quoted = serde_json::Value::String(c.to_string()).to_string();
            Some(quoted[1..quoted.len() - 1].to_string())
        })
    })
}

/// Returns a character as JSON's escapes of its UTF-16 units.
fn units(c: char) -> String {
    let mut units = [0; 2];
    c.encode_utf16(&mut units).iter().fold(String::new(), |mut text, unit| {
        // Writing to a string cannot fail.
        let _ = write!(text, "\\u{unit:04x}");
        text
    })
}

fn xml(text: &str, apostrophe: &str, quote: &str) -> String {
    each(text, |c| {
        let escaped = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '\'' => apostrophe,
            '"' => quote,
            _ => return None,
        };
        Some(escaped.to_string())
    })
}

fn percent(text: &str) -> String {
    let one = |b: u8| match b {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
        _ => format!("%{b:02X}"),
    };
    text.bytes().map(one).collect()
}

/// Returns `url` with the digits of its escapes as small letters.
fn lower_escapes(url: &str) -> String {
    let mut left = 0_usize;
    let one = |c: char| {
        let inside = left > 0;
        left = if c == '%' { 2 } else { left.saturating_sub(1) };
        if inside { c.to_ascii_lowercase() } else { c }
    };
    url.chars().map(one).collect()
}

/// Returns the part of a base64 text that `bytes` alone decide, where they stand `offset` bytes after a multiple of 3.
fn within(bytes: &[u8], offset: usize) -> String {
    let padded = [&b"\0\0"[..offset], bytes].concat();
    let encoded = base64::encode(&padded);
    let (start, end) = ((8 * offset).div_ceil(6), 8 * padded.len() / 6);
    encoded.get(start..end).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_known_however_it_is_escaped() {
        let text = "a b/'\"<é>&=\\+1\u{1F511}";
        let known = spellings(text);
        for spelled in [
            r#"a b/'\"<é>&=\\+1🔑"#,
            r#"a b/'\\\"<é>&=\\\\+1🔑"#,
            r#"a b/'\"<\u00e9>&=\\+1\ud83d\udd11"#,
            r#"a b/'\"<\u00E9>&=\\+1\uD83D\uDD11"#,
            r#"a b/\u0027\"\u003cé\u003e\u0026\u003d\\+1🔑"#,
            r#"a b\/'\"<é>&=\\+1🔑"#,
            "a b/&apos;&quot;&lt;é&gt;&amp;=\\+1🔑",
            "a b/&#39;&#34;&lt;é&gt;&amp;=\\+1🔑",
            "a%20b%2F%27%22%3C%C3%A9%3E%26%3D%5C%2B1%F0%9F%94%91",
            "a%20b%2f%27%22%3c%c3%a9%3e%26%3d%5c%2b1%f0%9f%94%91",
            "a+b%2F%27%22%3C%C3%A9%3E%26%3D%5C%2B1%F0%9F%94%91",
        ] {
            assert!(known.contains(spelled), "{spelled}");
        }
    }

    #[test]
    fn a_text_is_known_wherever_it_stands_in_base64() {
        let text = "correct-horse";
        for before in ["", "u", "us", "user:"] {
            for after in ["", "x", "xy"] {
                let encoded = base64::encode(format!("{before}{text}{after}").as_bytes());
                let known = spellings(text).into_iter().any(|s| encoded.contains(&s));
                assert!(known, "{before}{text}{after}: {encoded}");
            }
        }
        // What the neighbours decide is not looked for, and what is too little is not either.
        assert!(spellings("hunter").iter().all(|s| s.len() >= 6));
    }
}
