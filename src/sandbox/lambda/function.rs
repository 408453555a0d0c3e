//! Functions: ListFunctions and GetFunctionConfiguration.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::base64;
use super::super::call::Call;
use super::super::digest;
use super::super::ids;
use super::super::world::World;

/// "ListFunctions returns a maximum of 50 items in each response, even if you set the number higher" (API reference).
const PAGE: usize = 50;
/// The code of every function: a made-up archive of this size.
const CODE_SIZE: u64 = 1024;

/// botocore InvalidParameterValueException: 400.
fn invalid(message: impl Into<String>) -> Fail {
    Fail::new(400, "InvalidParameterValueException", message).with("Type", json!("User"))
}

/// Carries an operation out, on the functions of the caller's account in the region.
pub(crate) fn dispatch(world: &World, call: &Call) -> Result<Answer, Fail> {
    let prefix = format!("arn:aws:lambda:{}:{}:function:", call.region, call.caller.account);
    let functions = world.accounts.get(&call.caller.account).map(|account| &account.functions);
    let here: Vec<&str> =
        functions.into_iter().flatten().filter_map(|arn| arn.strip_prefix(&prefix)).collect();
    match call.operation.as_str() {
        "ListFunctions" => list(call, &prefix, &here),
        "GetFunctionConfiguration" => {
            let given = call.label(0);
            let name = name_of(given);
            // The sandbox knows functions only.
            if name.contains(':') || call.param("Qualifier").is_some() {
                return Err(Fail::not_implemented("versions and aliases of functions"));
            }
            if !here.contains(&name) {
                let message = format!("Function not found: {prefix}{name}");
                return Err(Fail::new(404, "ResourceNotFoundException", message).with("Type", json!("User")));
            }
            let mut all = configuration(call, &prefix, name);
            // "ListFunctions returns a subset of the FunctionConfiguration fields": these are what Get has besides.
            all.insert("State".into(), json!("Active"));
            all.insert("LastUpdateStatus".into(), json!("Successful"));
            Ok(Answer::json(&Value::Object(all)))
        }
        other => Err(Fail::not_implemented(&format!("lambda:{other}"))),
    }
}

/// A name out of a name, a partial ARN (`123456789012:function:NAME`) or an ARN.
fn name_of(given: &str) -> &str {
    given.split_once("function:").map_or(given, |(_, name)| name)
}

/// `FunctionConfiguration`; all but names is made up and the same for all.
fn configuration(call: &Call, prefix: &str, name: &str) -> Map<String, Value> {
    let all = json!({
        "FunctionName": name,
        "FunctionArn": format!("{prefix}{name}"),
        "Runtime": "nodejs22.x",
        "Role": format!("arn:aws:iam::{}:role/{name}", call.caller.account),
        "Handler": "index.handler",
        "CodeSize": CODE_SIZE,
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "LastModified": "2026-01-01T00:00:00.000+0000",
        "CodeSha256": base64::encode(&digest::sha256(name.as_bytes())),
        "Version": "$LATEST",
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": ids::derived(&[prefix, name, "revision"]),
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": format!("/aws/lambda/{name}")},
    });
    match all {
        Value::Object(all) => all,
        _ => Map::new(),
    }
}

/// ListFunctions, in the order of names.
fn list(call: &Call, prefix: &str, here: &[&str]) -> Result<Answer, Fail> {
    let versions = match call.param("FunctionVersion") {
        None => "",
        // Every version of every function; there is only $LATEST, and ARNs are then qualified (API reference).
        Some("ALL") => ":$LATEST",
        Some(other) => return Err(invalid(format!("FunctionVersion {other:?} is not ALL"))),
    };
    let size = match call.param("MaxItems") {
        None => PAGE,
        Some(text) => {
            let size = text.parse::<usize>().ok().filter(|size| (1..=10_000).contains(size));
            size.ok_or_else(|| invalid("MaxItems must be between 1 and 10000"))?.min(PAGE)
        }
    };
    let start = match call.param("Marker") {
        None => 0,
        Some(marker) => base64::decode(marker)
            .and_then(|bytes| String::from_utf8(bytes).ok()?.strip_prefix("lambda@")?.parse().ok())
            .ok_or_else(|| invalid("Marker is not valid"))?,
    };
    let mut items = Vec::new();
    for name in here.iter().skip(start).take(size) {
        let mut item = configuration(call, prefix, name);
        item.insert("FunctionArn".into(), json!(format!("{prefix}{name}{versions}")));
        items.push(Value::Object(item));
    }
    let end = start + items.len();
    let mut out = json!({"Functions": items});
    if end < here.len() {
        out["NextMarker"] = json!(base64::encode(format!("lambda@{end}").as_bytes()));
    }
    Ok(Answer::json(&out))
}
