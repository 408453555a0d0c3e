//! Reading the XML of the query protocol into JSON: a list's `member`s are an array, every leaf is a string.
//!
//! Source: "AWS query protocol" (Smithy): members are elements, items of a list are elements called `member`, names of
//! maps and attributes carry nothing. An element without content is an empty string, list or structure: it is null here,
//! which all three are read as.

use serde_json::{Map, Value};

/// How deep elements may lie in each other; AWS's answers have less than ten.
const DEEPEST: usize = 64;

/// Returns the content of the outermost element of `text`; `None` where that is no XML of this sort.
pub fn read(text: &str) -> Option<Value> {
    let mut reader = Reader { rest: text };
    reader.skip();
    let name = reader.open()?;
    let content = match name {
        (_, true) => Value::Null,
        (name, false) => reader.content(name, 0)?,
    };
    Some(content)
}

/// Puts `value` under `name`; several of one name are an array, as REST-XML lists them.
fn put(members: &mut Map<String, Value>, name: &str, value: Value) {
    match members.get_mut(name) {
        None => drop(members.insert(name.to_string(), value)),
        Some(Value::Array(items)) => items.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}

/// What is still to be read.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// Goes past blanks, the declaration and comments.
    fn skip(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let end = match self.rest {
                rest if rest.starts_with("<?") => rest.find("?>").map(|i| i + 2),
                rest if rest.starts_with("<!--") => rest.find("-->").map(|i| i + 3),
                _ => return,
            };
            self.rest = end.and_then(|i| self.rest.get(i..)).unwrap_or_default();
        }
    }

    /// Goes past the start of an element. Returns its name and whether it is empty.
    fn open(&mut self) -> Option<(&'a str, bool)> {
        let inner = self.rest.strip_prefix('<').filter(|rest| !rest.starts_with('/'))?;
        let (tag, rest) = inner.split_once('>')?;
        self.rest = rest;
        let name = tag.trim_end_matches('/').split_whitespace().next()?;
        Some((name, tag.ends_with('/')))
    }

    /// Goes past the content and the end of the element `name`.
    fn content(&mut self, name: &str, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        let (mut members, mut items, mut text) = (Map::new(), None, String::new());
        loop {
            let (before, _) = self.rest.split_once('<')?;
            text.push_str(&plain(before));
            self.rest = &self.rest[before.len()..];
            if let Some(rest) = self.rest.strip_prefix("<![CDATA[") {
                let (raw, rest) = rest.split_once("]]>")?;
                text.push_str(raw);
                self.rest = rest;
                continue;
            }
            if let Some(rest) = self.rest.strip_prefix("</") {
                let (end, rest) = rest.split_once('>')?;
                self.rest = rest;
                if end.trim_end() != name {
                    return None;
                }
                break;
            }
            if self.rest.starts_with("<!--") || self.rest.starts_with("<?") {
                self.skip();
                continue;
            }
            let (child, empty) = self.open()?;
            let value = if empty { Value::Null } else { self.content(child, depth + 1)? };
            match child {
                "member" => items.get_or_insert_with(Vec::new).push(value),
                _ => put(&mut members, child, value),
            }
        }
        Some(match items {
            Some(items) => Value::Array(items),
            None if !members.is_empty() => Value::Object(members),
            None if text.trim().is_empty() => Value::Null,
            None => Value::String(text),
        })
    }
}

/// Returns `text` with the five entities of XML and numbered characters as what they stand for.
fn plain(text: &str) -> String {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let known = part.split_once(';').and_then(|(entity, rest)| Some((character(entity)?, rest)));
        match known {
            Some((c, rest)) => {
                out.push(c);
                out.push_str(rest);
            }
            None => {
                out.push('&');
                out.push_str(part);
            }
        }
    }
    out
}

fn character(entity: &str) -> Option<char> {
    match entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = entity.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_structures_and_text_are_told_apart() {
        let text = r#"<?xml version="1.0"?>
            <DescribeTargetHealthResponse xmlns="http://example.com/">
              <DescribeTargetHealthResult>
                <TargetHealthDescriptions>
                  <member><Target><Id>10.0.0.1</Id><Port>80</Port></Target>
                    <TargetHealth><State>unhealthy</State>
                      <Description>codes: [500] &lt;&amp;&#39;&#x41;&gt; a&b</Description></TargetHealth></member>
                </TargetHealthDescriptions>
                <Empty/><Blank> </Blank>
              </DescribeTargetHealthResult>
            </DescribeTargetHealthResponse>"#;
        let health = json!({ "State": "unhealthy", "Description": "codes: [500] <&'A> a&b" });
        let one = json!({ "Target": { "Id": "10.0.0.1", "Port": "80" }, "TargetHealth": health });
        let result = json!({ "TargetHealthDescriptions": [one], "Empty": null, "Blank": null });
        assert_eq!(read(text), Some(json!({ "DescribeTargetHealthResult": result })));
    }

    #[test]
    fn what_is_cut_off_or_crossed_is_no_answer() {
        for text in ["", "not XML", "<a>", "<a><b></a></b>", "<a>1</b>", "<a>&lt;"] {
            assert_eq!(read(text), None, "{text}");
        }
        let deep = "<a>".repeat(10_000);
        assert_eq!(read(&deep), None);
    }
}
