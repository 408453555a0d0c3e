//! What a new resource lacks: local values of the source's that the target has none of.

use serde_json::{Map, Value};

use super::address::Address;
use super::document::Document;
use super::driver::Driver;
use super::finding::{Finding, Weight};
use super::overlay::Overlays;
use super::place::without;
use super::secret_paths::whole;
use super::template::Placeholder;

/// Returns a block that names every local value that `document` has where it comes from and that nothing says for
/// `environment`, with the lines to paste. Operational values and drafts are not asked for.
pub fn lacking(
    environment: &str,
    overlays: &Overlays,
    driver: &dyn Driver,
    address: &Address,
    document: &Document,
) -> Option<Finding> {
    let own = without(&document.local, &driver.operational(address, &document.local));
    let own = without(&own, &driver.drafts(address, &own));
    let given = overlays.get(address).map(|patch| driver.place(address, patch).local).unwrap_or_default();
    let mut lacking = Vec::new();
    values(&own, &given, &mut Vec::new(), &mut lacking);
    if lacking.is_empty() {
        return None;
    }
    let mut lines = vec![format!("[environments.{environment}.overlay.{}]", quoted(&address.to_string()))];
    lines.extend(lacking.iter().map(|(path, value)| format!("{path} = \"\"  # the source has {value}")));
    let names: Vec<&str> = lacking.iter().map(|(path, _)| path.as_str()).collect();
    let message = format!(
        "is new in {environment}, which has to say what its own {} {}",
        names.join(", "),
        if names.len() == 1 { "is" } else { "are" }
    );
    let hint = format!(
        "add this to snapdeploy.toml (\"\" is to go without, else another value):\n{}",
        lines.join("\n")
    );
    Some(Finding::new(Weight::Block, Some(address), message).hint(hint))
}

/// Collects what `own` has and `given` says nothing of: the path, as TOML writes it, and the value.
fn values(
    own: &Map<String, Value>,
    given: &Map<String, Value>,
    path: &mut Vec<String>,
    out: &mut Vec<(String, Value)>,
) {
    for (name, value) in own {
        path.push(key(name));
        match (value, given.get(name)) {
            (Value::Object(own), Some(Value::Object(given))) if !given.is_empty() => {
                values(own, given, path, out);
            }
            (_, Some(_)) => {}
            (Value::Object(own), None) => values(own, &Map::new(), path, out),
            // Secrets are asked for by what says that there is one.
            (Value::String(text), None) if matches!(whole(text), Some(Placeholder::Sealed(_))) => {}
            (Value::Null, None) => {}
            (Value::Array(items), None) if items.is_empty() => {}
            (value, None) => out.push((path.join("."), value.clone())),
        }
        path.pop();
    }
}

/// Returns `name` as a key of TOML.
pub(super) fn key(name: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !name.is_empty() && name.bytes().all(bare) { name.to_string() } else { quoted(name) }
}

/// Returns `text` as a basic string of TOML: what JSON escapes, TOML escapes alike, but for DEL.
pub(super) fn quoted(text: &str) -> String {
    Value::String(text.to_string()).to_string().replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_not_given_is_lacking_and_nothing_given_is_an_answer() {
        let own = json!({ "A": { "x y": "1", "b": 2 }, "C": 3, "D": [], "E": ["e"], "F": {} });
        let lacking = |given: Value| {
            let mut out = Vec::new();
            let (own, given) = (own.as_object().unwrap(), given.as_object().unwrap().clone());
            values(own, &given, &mut Vec::new(), &mut out);
            out.into_iter().map(|(path, _)| path).collect::<Vec<_>>()
        };
        assert_eq!(lacking(json!({})), ["A.b", "A.\"x y\"", "C", "E"]);
        assert_eq!(lacking(json!({ "A": { "b": "" }, "C": {} })), ["A.\"x y\"", "E"]);
        assert_eq!(lacking(json!({ "A": null, "C": 1, "E": "" })), Vec::<String>::new());
    }
}
