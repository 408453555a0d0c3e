//! SHA-256 digests, and the canonical JSON that they are taken of.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::error::{Error, Result};
use super::sabotage::{Ingredient, lacks};

/// A SHA-256 digest, written as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Returns the digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }

    /// Returns the digest of `value` in canonical form: equal values, equal digests.
    pub fn of_json(value: &Value) -> Digest {
        Digest::of(canonical(value).as_bytes())
    }

    /// Returns the first 12 digits, for tables.
    pub fn short(&self) -> String {
        self.to_string()[..12].to_string()
    }

    /// Returns the 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Fails with `Corrupt` unless `bytes` have this digest.
    pub fn check(&self, bytes: &[u8], what: impl fmt::Display) -> Result<()> {
        let found = Digest::of(bytes);
        if found == *self || lacks(Ingredient::Digest) {
            return Ok(());
        }
        Err(Error::corrupt(format!("{what} does not match its digest: expected {self}, found {found}")))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Digest {
    type Err = Error;

    fn from_str(s: &str) -> Result<Digest> {
        let bytes = hex::decode(s).ok().filter(|_| !s.bytes().any(|b| b.is_ascii_uppercase()));
        match bytes.and_then(|b| b.try_into().ok()) {
            Some(bytes) => Ok(Digest(bytes)),
            None => {
                Err(Error::input(format!("`{s}` is not a SHA-256 digest (64 lowercase hexadecimal digits)")))
            }
        }
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Digest, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Returns `value` in the canonical form of RFC 8785: keys sorted by UTF-16 code units, no white space, numbers by
/// value, except that whole numbers beyond 2^53 keep all their digits rather than lose them.
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(n) => write_number(n, out),
        Value::String(s) => write_string(s, out),
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (i, key) in keys.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_string(key, out);
                out.push(':');
                write(&members[key], out);
            }
            out.push('}');
        }
    }
}

/// Makes each number in `value` the one that its canonical form reads back as: AWS writes what is no whole number by nature
/// with a fraction, as 10.0, which is 10.
pub fn by_value(value: &mut Value) {
    match value {
        Value::Number(n) if !n.is_i64() && !n.is_u64() => {
            let whole = n.as_f64().filter(|f| f.fract() == 0.0 && f.abs() < i64::MAX as f64);
            if let Some(f) = whole {
                *value = Value::from(f as i64);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(by_value),
        Value::Object(members) => members.values_mut().for_each(by_value),
        _ => {}
    }
}

fn write_number(n: &serde_json::Number, out: &mut String) {
    if n.is_i64() || n.is_u64() {
        out.push_str(&n.to_string());
    } else if let Some(f) = n.as_f64() {
        out.push_str(ryu_js::Buffer::new().format_finite(f));
    }
}

fn write_string(s: &str, out: &mut String) {
    // serde_json escapes exactly what RFC 8785 asks for: `"`, `\` and controls, the short forms where they exist.
    out.push_str(&Value::String(s.to_string()).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn key_order_and_number_spelling_do_not_matter() {
        let a: Value = serde_json::from_str(r#"{"b":1.0,"a":[1e2,"\u0041"]}"#).unwrap();
        assert_eq!(canonical(&a), r#"{"a":[100,"A"],"b":1}"#);
        assert_eq!(Digest::of_json(&a), Digest::of_json(&json!({"a": [100, "A"], "b": 1})));
    }

    #[test]
    fn a_number_by_value_is_the_one_that_reads_back() {
        let text = r#"{"a":[10.0,0.5,-0.0,3,-7.0,1e18,1e30,9007199254740993]}"#;
        let mut value: Value = serde_json::from_str(text).unwrap();
        by_value(&mut value);
        assert_eq!(value, serde_json::from_str::<Value>(&canonical(&value)).unwrap());
        assert_eq!(value["a"][0], json!(10));
    }

    #[test]
    fn great_whole_numbers_keep_their_digits() {
        let a: Value = serde_json::from_str("9007199254740993").unwrap();
        assert_eq!(canonical(&a), "9007199254740993");
    }

    #[test]
    fn a_digest_reads_back_and_nothing_else_does() {
        let d = Digest::of(b"x");
        assert_eq!(d.to_string().parse::<Digest>().unwrap(), d);
        assert!("00".parse::<Digest>().is_err());
        assert!(d.to_string().to_uppercase().parse::<Digest>().is_err());
    }
}
