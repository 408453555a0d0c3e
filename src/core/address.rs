//! Addresses: logical names that mean the same in every environment.

use std::fmt;
use std::str::FromStr;

use super::error::{Error, Result};

/// `service/noun/NAME`. NAME is all after the second slash; written out, it is percent-encoded where it has
/// `% * ? [ ] { } #` or control characters. Compared by bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    kind: String,
    name: String,
}

fn plain(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl Address {
    /// Returns the address of the resource of `kind` (`service/noun`) that is called `name` (as it is, not encoded).
    ///
    /// The kind comes from our own tables, so a wrong one is a defect there.
    pub fn new(kind: &str, name: impl Into<String>) -> Address {
        debug_assert!(kind.split_once('/').is_some_and(|(s, n)| plain(s) && plain(n)), "{kind}");
        Address { kind: kind.to_string(), name: name.into() }
    }

    /// Returns the kind, `service/noun`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Returns the name as it is, not encoded.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Returns whether `c` is percent-encoded in the written form of a name.
fn reserved(c: char) -> bool {
    "%*?[]{}#".contains(c) || c.is_control()
}

/// Returns `name` as it is written in an address.
pub fn encode_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if reserved(c) {
            let mut buffer = [0; 4];
            for b in c.encode_utf8(&mut buffer).bytes() {
                out.push_str(&format!("%{b:02X}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Returns the name that `text` writes, or `None` where a `%` is not followed by two hexadecimal digits, or where the
/// bytes are not UTF-8.
pub fn decode_name(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        if bytes[i] == b'%' {
            let digits = text.get(i + 1..i + 3)?;
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return None;
            }
            out.push(u8::from_str_radix(digits, 16).ok()?);
            i += 3;
        } else {
            out.push(bytes[i]);
            i += 1;
        }
    }
    String::from_utf8(out).ok()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, encode_name(&self.name))
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(s: &str) -> Result<Address> {
        let bad = |why: &str| {
            Error::input(format!("`{}` is not an address: {why}", s.escape_debug()))
                .hint("an address is service/noun/NAME, such as connect/flow/Main IVR")
        };
        let mut parts = s.splitn(3, '/');
        let (Some(service), Some(noun), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad("it has fewer than three parts"));
        };
        if !plain(service) || !plain(noun) {
            return Err(bad("its service and noun may have only a-z, 0-9 and -"));
        }
        if name.is_empty() {
            return Err(bad("the name is empty"));
        }
        if let Some(c) = name.chars().find(|c| *c != '%' && reserved(*c)) {
            return Err(bad(&format!("`{}` must be percent-encoded in a name", c.escape_debug())));
        }
        let name =
            decode_name(name).ok_or_else(|| bad("a `%` must be followed by two hexadecimal digits"))?;
        Ok(Address { kind: format!("{service}/{noun}"), name })
    }
}

impl serde::Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Address, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_name_reads_back(name in "\\PC+|[\\x00-\\x7f]{1,20}") {
            let a = Address::new("connect/flow", name);
            prop_assert_eq!(a.to_string().parse::<Address>().unwrap(), a);
        }

        #[test]
        fn parsing_never_panics(text in ".*") {
            let _ = text.parse::<Address>();
        }
    }

    #[test]
    fn a_name_may_hold_slashes() {
        let a: Address = "connect/queue/Sales/EN".parse().unwrap();
        assert_eq!((a.kind(), a.name()), ("connect/queue", "Sales/EN"));
    }
}
