//! Systems Manager's Parameter Store: parameters by name, with versions (awsJson1.1).

use serde_json::{Map, Value, json};

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::{Account, World};
use super::{base64, clock, digest};

/// A parameter and its versions, the newest last.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    versions: Vec<Version>,
}

#[derive(Debug, Clone)]
struct Version {
    number: u64,
    kind: String,
    value: String,
    /// What a SecureString is encrypted with.
    key: String,
    modified: f64,
}

/// What encrypts a SecureString that names no key ("SecureString parameters", Systems Manager User Guide).
const DEFAULT_KEY: &str = "alias/aws/ssm";
/// "Parameter Store retains the 100 most recent versions" ("Working with parameter versions").
const MOST_VERSIONS: usize = 100;
/// Bytes of a value in the standard tier ("Managing parameter tiers").
const MOST_BYTES: usize = 4096;

impl Parameter {
    /// A SecureString that is there from the start.
    pub(crate) fn seeded(value: &str) -> Parameter {
        Parameter { versions: vec![Version::new(1, "SecureString", value, DEFAULT_KEY, clock::SEEDED)] }
    }

    /// Kind, number and a digest of the newest value; never the value.
    pub(crate) fn state(&self) -> Value {
        self.versions.last().map_or(Value::Null, |v| {
            json!({"type": v.kind, "version": v.number, "sha256": digest::sha256_hex(v.value.as_bytes())})
        })
    }
}

impl Version {
    fn new(number: u64, kind: &str, value: &str, key: &str, modified: f64) -> Version {
        Version { number, kind: kind.into(), value: value.into(), key: key.into(), modified }
    }
}

fn invalid(message: impl Into<String>) -> Fail {
    Fail::new(400, "ValidationException", message)
}

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !operation.starts_with("Get")
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

fn needed<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, Fail> {
    text(body, name).ok_or_else(|| {
        invalid(format!(
            "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let body = call.json()?;
    let now = world.clock.now();
    let account = world
        .accounts
        .get_mut(&call.caller.account)
        .ok_or_else(|| Fail::new(400, "AccessDeniedException", "no such account"))?;
    let value = match call.operation.as_str() {
        "GetParameter" => {
            json!({"Parameter": get(account, call, needed(&body, "Name")?, decrypts(&body), now)?})
        }
        "GetParameters" => get_all(account, call, &body, now)?,
        "PutParameter" => put(account, call, &body, now)?,
        "DeleteParameter" => {
            let name = needed(&body, "Name")?;
            let gone = account.parameters.remove(&(call.region.clone(), name.to_owned()));
            gone.map(|_| json!({})).ok_or_else(not_found)?
        }
        other => return Err(Fail::not_implemented(&format!("ssm:{other}"))),
    };
    let mut answer = Answer::json(&value);
    answer.headers = vec![("content-type".into(), "application/x-amz-json-1.1".into())];
    Ok(answer)
}

/// Without words: botocore's shape has a message, and the service leaves it empty.
fn not_found() -> Fail {
    Fail::new(400, "ParameterNotFound", "")
}

fn decrypts(body: &Map<String, Value>) -> Decryption {
    match body.get("WithDecryption").and_then(Value::as_bool) {
        Some(true) => Decryption::On,
        _ => Decryption::Off,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Decryption {
    On,
    Off,
}

/// `NAME` or `NAME:VERSION` ("Working with parameter versions"). Labels are not in the sandbox.
fn get(
    account: &mut Account,
    call: &Call,
    given: &str,
    decryption: Decryption,
    now: f64,
) -> Result<Value, Fail> {
    let (name, selector) = match given.split_once(':') {
        Some((name, selector)) if !given.starts_with("arn:") => (name, Some(selector)),
        _ => (given, None),
    };
    let id = account.id.clone();
    let parameter = account.parameters.get(&(call.region.clone(), name.to_owned())).ok_or_else(not_found)?;
    let version = match selector.map(|s| s.parse::<u64>().ok()) {
        None => parameter.versions.last(),
        Some(number) => parameter.versions.iter().find(|v| Some(v.number) == number),
    };
    let version = version.cloned().ok_or_else(|| {
        let message = format!("Systems Manager could not find version {} of {name}", selector.unwrap_or("1"));
        Fail::new(400, "ParameterVersionNotFound", message)
    })?;
    let arn = format!("arn:aws:ssm:{}:{id}:parameter/{}", call.region, name.trim_start_matches('/'));
    let value = if version.kind == "SecureString" && decryption == Decryption::Off {
        let context = [("PARAMETER_ARN".to_owned(), arn.clone())].into();
        let key = account.keys.find(&id, &call.region, &version.key, now)?;
        base64::encode(&key.encrypt(version.value.as_bytes(), &context)?)
    } else {
        version.value
    };
    let mut all = json!({
        "Name": name, "Type": version.kind, "Value": value, "Version": version.number,
        "LastModifiedDate": clock::epoch(version.modified), "ARN": arn, "DataType": "text",
    });
    if let Some(selector) = selector {
        all["Selector"] = json!(format!(":{selector}"));
    }
    Ok(all)
}

fn get_all(account: &mut Account, call: &Call, body: &Map<String, Value>, now: f64) -> Result<Value, Fail> {
    let names = body.get("Names").and_then(Value::as_array).cloned().unwrap_or_default();
    // botocore ParameterNameList: 1 to 10.
    if names.is_empty() || names.len() > 10 {
        return Err(invalid("1 validation error detected: 'names' must have length between 1 and 10"));
    }
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for name in names.iter().filter_map(Value::as_str) {
        match get(account, call, name, decrypts(body), now) {
            Ok(parameter) => found.push(parameter),
            Err(_) => unknown.push(json!(name)),
        }
    }
    Ok(json!({"Parameters": found, "InvalidParameters": unknown}))
}

fn put(account: &mut Account, call: &Call, body: &Map<String, Value>, now: f64) -> Result<Value, Fail> {
    let (name, value) = (needed(body, "Name")?, needed(body, "Value")?);
    let fits = |c: char| c.is_ascii_alphanumeric() || "_.-/".contains(c);
    if !name.chars().all(fits) || name.is_empty() || (name.contains('/') && !name.starts_with('/')) {
        return Err(invalid("Parameter name must be a fully qualified name."));
    }
    if value.is_empty() || value.len() > MOST_BYTES {
        return Err(invalid(format!(
            "Standard tier parameters support a maximum parameter value of {MOST_BYTES} characters."
        )));
    }
    for other in ["AllowedPattern", "Policies", "DataType"] {
        if body.contains_key(other) {
            return Err(Fail::not_implemented(&format!("{other} of ssm:PutParameter")));
        }
    }
    if body.get("Tier").and_then(Value::as_str).is_some_and(|tier| tier != "Standard") {
        return Err(Fail::not_implemented("tiers of ssm:PutParameter"));
    }
    let id = account.id.clone();
    let place = (call.region.clone(), name.to_owned());
    let there = account.parameters.get(&place).and_then(|p| p.versions.last()).cloned();
    if there.is_some() && body.get("Overwrite").and_then(Value::as_bool) != Some(true) {
        let message = "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.";
        return Err(Fail::new(400, "ParameterAlreadyExists", message));
    }
    let kind = match (text(body, "Type"), &there) {
        (Some(kind @ ("String" | "StringList" | "SecureString")), _) => kind.to_owned(),
        (Some(other), _) => return Err(invalid(format!("{other} is no type of parameter"))),
        (None, Some(there)) => there.kind.clone(),
        (None, None) => return Err(invalid("A parameter type is required when you create a parameter.")),
    };
    let key = match (text(body, "KeyId"), kind.as_str()) {
        (Some(_), "String" | "StringList") => {
            return Err(invalid("KeyId is not allowed for this parameter type."));
        }
        (Some(key), _) => key.to_owned(),
        (None, _) => DEFAULT_KEY.to_owned(),
    };
    if kind == "SecureString" {
        let known = account.keys.find(&id, &call.region, &key, now);
        known.map_err(|fail| Fail::new(400, "InvalidKeyId", fail.message))?;
    }
    let number = there.map_or(1, |v| v.number + 1);
    let parameter = account.parameters.entry(place).or_insert(Parameter { versions: Vec::new() });
    parameter.versions.push(Version::new(number, &kind, value, &key, now));
    if parameter.versions.len() > MOST_VERSIONS {
        parameter.versions.remove(0);
    }
    Ok(json!({"Version": number, "Tier": "Standard"}))
}
