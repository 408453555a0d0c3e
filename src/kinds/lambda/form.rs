//! The form of a document: what Lambda answers, as what one would ask for.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::fields::is_kept;
use crate::core::Digest;

/// Returns the digest of the archive that `configuration` says is deployed; nothing for an image.
///
/// Source: botocore's `lambda` model, `CodeSha256`: the SHA-256 of the deployment package, in base64.
pub fn code_digest(configuration: &Value) -> Option<Digest> {
    if configuration["PackageType"] == "Image" {
        return None;
    }
    let bytes = aws_smithy_types::base64::decode(configuration["CodeSha256"].as_str()?).ok()?;
    hex::encode(bytes).parse().ok()
}

/// Returns the configuration and the code of `function`, an answer of GetFunction, under the names by which requests
/// have them, without what means the same as nothing.
pub fn form(function: &Value) -> Map<String, Value> {
    let Value::Object(mut wire) = function["Configuration"].clone() else { return Map::new() };
    if let Some(layers) = wire.get_mut("Layers").and_then(Value::as_array_mut) {
        layers.iter_mut().for_each(|layer| *layer = layer["Arn"].take());
    }
    if let Some(mut image) = wire.remove("ImageConfigResponse") {
        wire.insert("ImageConfig".into(), image["ImageConfig"].take());
    }
    let name = wire.get("FunctionName").and_then(Value::as_str).unwrap_or_default();
    let default = format!("/aws/lambda/{name}");
    for (member, inner) in
        [("VpcConfig", "VpcId"), ("SnapStart", "OptimizationStatus"), ("LoggingConfig", "LogGroup")]
    {
        let Some(members) = wire.get_mut(member).and_then(Value::as_object_mut) else { continue };
        if inner != "LogGroup" || members.get(inner).is_some_and(|group| *group == default) {
            members.remove(inner);
        }
    }
    if let Some(vpc) = wire.get_mut("VpcConfig") {
        let none = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
        if none(&vpc["SubnetIds"]) && none(&vpc["SecurityGroupIds"]) {
            *vpc = Value::Null;
        }
    }
    if wire.get("SnapStart").is_some_and(|s| s["ApplyOn"] == "None") {
        wire.remove("SnapStart");
    }
    let code = &function["Code"];
    let mut own = json!({ "SourceKMSKeyArn": code["SourceKMSKeyArn"] });
    match code_digest(&Value::Object(wire.clone())) {
        Some(digest) => own["ZipFile"] = json!(digest.to_string()),
        None => {
            let by_digest = code["ResolvedImageUri"].as_str();
            own["ImageUri"] = json!(by_digest.or(code["ImageUri"].as_str()));
        }
    }
    wire.insert("Code".into(), own);
    wire.values_mut().for_each(tidy);
    wire.retain(|_, v| !is_nothing(v));
    wire
}

/// Returns what of `form` a version keeps.
pub fn kept(form: &Map<String, Value>) -> Map<String, Value> {
    let kept = form.iter().filter(|(name, _)| is_kept(name));
    let mut kept: Map<String, Value> = kept.map(|(n, v)| (n.clone(), v.clone())).collect();
    // Which key the archive was given with is not always answered.
    if let Some(code) = kept.get_mut("Code").and_then(Value::as_object_mut) {
        code.remove("SourceKMSKeyArn");
    }
    kept
}

/// Takes out what is null or empty, but for values of environment variables.
fn tidy(value: &mut Value) {
    let Value::Object(members) = value else { return };
    for (name, member) in members.iter_mut() {
        if name != "Variables" {
            tidy(member);
        }
    }
    members.retain(|_, v| !is_nothing(v));
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || *value == json!("") || *value == json!({}) || *value == json!([])
}

/// Services whose permission to invoke a function belongs to what it is: calls come from there.
///
/// Source: "Grant Amazon Connect access to your Lambda functions" and "Using a Lambda function with Amazon Lex V2".
const CALLERS: [&str; 3] = ["connect.amazonaws.com", "lex.amazonaws.com", "lexv2.amazonaws.com"];

/// What of the statements of a policy could be written again.
#[derive(Default)]
pub struct Permissions {
    /// Those of Connect, for this instance, and of Lex.
    pub callers: Map<String, Value>,
    /// Everybody else's, those of other instances among them.
    pub others: Map<String, Value>,
    /// Those that `AddPermission` cannot make.
    pub unknown: Map<String, Value>,
}

/// Returns the statements of `policies`, which are by alias, as the arguments of the `AddPermission` that makes each: by
/// statement id, with the alias and a colon before it. `logical` says what everybody calls an alias. `instance` is whose
/// function it is: a statement about another one means nothing elsewhere, and is not this environment's to take away.
pub fn permissions(
    policies: &Map<String, Value>,
    instance: &str,
    logical: impl Fn(&str) -> String,
) -> Permissions {
    let ours = |item: &Value| {
        let of = item["SourceArn"].as_str().and_then(|arn| arn.split_once(":instance/"));
        let other = of.is_some_and(|(_, id)| id.split('/').next() != Some(instance) && id != "*");
        CALLERS.iter().any(|c| item["Principal"] == *c) && !other
    };
    let mut out = Permissions::default();
    for (alias, statements) in policies {
        for statement in statements.as_array().into_iter().flatten() {
            let sid = statement["Sid"].as_str().unwrap_or_default();
            let key = if alias.is_empty() { sid.to_string() } else { format!("{}:{sid}", logical(alias)) };
            match permission(statement) {
                Some(item) if ours(&item) => out.callers.insert(key, item),
                Some(item) => out.others.insert(key, item),
                None => out.unknown.insert(key, statement.clone()),
            };
        }
    }
    out
}

/// Returns the arguments that make `statement`, if AddPermission can.
///
/// Source: "AddPermission" of the API reference: each condition is one of its parameters.
fn permission(statement: &Value) -> Option<Value> {
    if statement["Effect"] != "Allow" || statement["Sid"].as_str().is_none_or(str::is_empty) {
        return None;
    }
    let principal = match &statement["Principal"] {
        Value::String(all) => all.clone(),
        Value::Object(one) if one.len() == 1 => one.values().next()?.as_str()?.to_string(),
        _ => return None,
    };
    let mut item = json!({ "Principal": principal, "Action": statement["Action"].as_str()? });
    let names = BTreeMap::from([
        ("aws:sourcearn", "SourceArn"),
        ("aws:sourceaccount", "SourceAccount"),
        ("aws:principalorgid", "PrincipalOrgID"),
        ("lambda:eventsourcetoken", "EventSourceToken"),
        ("lambda:functionurlauthtype", "FunctionUrlAuthType"),
    ]);
    for (_, tests) in statement["Condition"].as_object().into_iter().flatten() {
        for (name, value) in tests.as_object()? {
            let argument = names.get(name.to_lowercase().as_str())?;
            item[*argument] = json!(value.as_str()?);
        }
    }
    Some(item)
}
