//! The placeholders in a gate's texts: what is shifted, by name.

use serde_json::Value;

use crate::core::gate::Asked;

/// What the placeholders stand for, and what commands find in their environment.
pub struct Texts<'a> {
    of: &'a Asked,
    environment: &'a str,
}

impl<'a> Texts<'a> {
    /// Returns the texts for what is asked about in `environment`.
    pub fn new(of: &'a Asked, environment: &'a str) -> Texts<'a> {
        Texts { of, environment }
    }

    fn percent(&self) -> String {
        // What is not shifted by and by has all of the traffic.
        self.of
            .share
            .map_or_else(|| "100".into(), |share| share.to_string().trim_end_matches('%').to_string())
    }

    /// Returns each with its name; what nobody knows is empty.
    fn all(&self) -> [(&'static str, String); 7] {
        let text = |known: &Option<String>| known.clone().unwrap_or_default();
        let address = self.of.address.as_ref();
        [
            ("version", text(&self.of.version)),
            ("alias", text(&self.of.alias)),
            ("percent", self.percent()),
            ("name", address.map(|a| a.name().to_string()).unwrap_or_default()),
            ("run", text(&self.of.run)),
            ("address", address.map(ToString::to_string).unwrap_or_default()),
            ("environment", self.environment.to_string()),
        ]
    }

    /// Returns what a command finds in its environment: `SNAPDEPLOY_VERSION` and the others.
    pub fn variables(&self) -> Vec<(String, String)> {
        let named = |(name, value): (&str, String)| (format!("SNAPDEPLOY_{}", name.to_uppercase()), value);
        self.all().into_iter().map(named).collect()
    }

    /// Returns `text` with its placeholders filled; other braces stay as they are. What is put in is not looked through
    /// again.
    pub fn fill(&self, text: &str) -> String {
        self.filled(text, |_, value| Some(value.to_string()))
    }

    /// Returns the line of a shell `text`, filled: each value is one word, whatever is in it. `${version}` is the shell's
    /// own and stays.
    pub fn fill_line(&self, text: &str) -> String {
        self.filled(text, |before, value| (!before.ends_with('$')).then(|| word(value)))
    }

    fn filled(&self, text: &str, how: impl Fn(&str, &str) -> Option<String>) -> String {
        let all = self.all();
        let (mut out, mut rest) = (String::new(), text);
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            out.push_str(before);
            let named = all.iter().find_map(|(name, value)| {
                let tail = from.strip_prefix('{')?.strip_prefix(name)?.strip_prefix('}')?;
                Some((how(&out, value)?, tail))
            });
            match named {
                Some((value, tail)) => {
                    out.push_str(&value);
                    rest = tail;
                }
                None => {
                    out.push('{');
                    rest = from.get(1..).unwrap_or_default();
                }
            }
        }
        out.push_str(rest);
        out
    }

    /// Returns `value` with every text in it filled.
    pub fn fill_json(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.fill(text)),
            Value::Array(items) => items.iter().map(|item| self.fill_json(item)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, inner)| (name.clone(), self.fill_json(inner))).collect()
            }
            other => other.clone(),
        }
    }
}

/// Returns `text` as one word of a shell.
fn word(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(&b);
    match !text.is_empty() && text.bytes().all(plain) {
        true => text.to_string(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn placeholders_are_filled_once_and_other_braces_stay() {
        let of = Asked {
            address: Some("lambda/function/orders".parse().unwrap()),
            alias: Some("{run}".into()),
            version: Some("7".into()),
            ..Asked::default()
        };
        let texts = Texts::new(&of, "prod");
        assert_eq!(
            texts.fill("{name}:{version} {alias} {percent} {{version}} {x} {"),
            "orders:7 {run} 100 {7} {x} {"
        );
        assert_eq!(texts.fill_json(&json!({"a": ["{environment}", 1]})), json!({"a": ["prod", 1]}));
        assert_eq!(
            texts.fill_line("x {name} {alias} ${version} {environment}"),
            "x orders '{run}' ${version} prod"
        );
        assert_eq!([word("a'b"), word("")], [r"'a'\''b'", "''"]);
        assert!(texts.variables().contains(&("SNAPDEPLOY_ADDRESS".into(), "lambda/function/orders".into())));
    }
}
