//! Both parts of a document as one: what is sent.

use serde_json::{Map, Value};

/// Returns both parts of a member as one. Where both say what it is, one is a secret, told by the environment's own
/// part.
pub fn merged(portable: Option<&Value>, local: Option<&Value>) -> Option<Value> {
    match (portable, local) {
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            let mut all = a.clone();
            for (key, value) in b {
                all.extend(merged(a.get(key), Some(value)).map(|v| (key.clone(), v)));
            }
            Some(Value::Object(all))
        }
        (_, Some(value)) | (Some(value), None) => Some(value.clone()),
        (None, None) => None,
    }
}

/// Returns both parts as one, member by member.
pub fn merged_all(portable: &Map<String, Value>, local: &Map<String, Value>) -> Map<String, Value> {
    let names = portable.keys().chain(local.keys());
    names.filter_map(|n| Some((n.clone(), merged(portable.get(n), local.get(n))?))).collect()
}
