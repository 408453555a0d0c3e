//! `FunctionConfiguration`, as answers have it.

use serde_json::{Map, Value, json};

use super::held::{Edition, Function, Held, Outcome};

/// All of it: GetFunctionConfiguration, and what changes answer.
pub(crate) fn whole(held: &Held, function: &Function, edition: &Edition) -> Map<String, Value> {
    let mut out = subset(held, function, edition);
    // Reasons and codes, and that what is being created has no LastUpdateStatus, are as LocalStack's suite recorded them on
    // AWS (test_function_lifecycle): `Creating` is so for updates too, although botocore does not list it there.
    let (state, update) = match &edition.under_way {
        Some(under_way) if under_way.updates() => ("Active", "InProgress"),
        Some(_) => ("Pending", ""),
        None => {
            let state = if edition.state == Outcome::Well { "Active" } else { "Failed" };
            (state, if edition.update == Outcome::Well { "Successful" } else { "Failed" })
        }
    };
    out.insert("State".into(), json!(state));
    if !update.is_empty() {
        out.insert("LastUpdateStatus".into(), json!(update));
    }
    if state == "Pending" {
        out.insert("StateReason".into(), json!("The function is being created."));
        out.insert("StateReasonCode".into(), json!("Creating"));
    }
    if update == "InProgress" {
        out.insert("LastUpdateStatusReason".into(), json!("The function is being created."));
        out.insert("LastUpdateStatusReasonCode".into(), json!("Creating"));
    }
    if edition.under_way.is_none() {
        for (name, outcome) in [("State", &edition.state), ("LastUpdateStatus", &edition.update)] {
            if let Outcome::Failed(code, reason) = outcome {
                out.insert(format!("{name}Reason"), json!(reason));
                out.insert(format!("{name}ReasonCode"), json!(code));
            }
        }
    }
    out
}

/// What ListFunctions has: all without the states ("returns a subset of the FunctionConfiguration fields").
pub(crate) fn subset(held: &Held, function: &Function, edition: &Edition) -> Map<String, Value> {
    let mut out = stable(held, function, edition);
    out.insert("LastModified".into(), json!(edition.last_modified()));
    out.insert("RevisionId".into(), json!(edition.revision));
    out
}

/// What does not change by itself.
pub(crate) fn stable(held: &Held, function: &Function, edition: &Edition) -> Map<String, Value> {
    let mut out = edition.members.clone();
    // Published versions have qualified ARNs.
    let arn = match edition.version.as_str() {
        "$LATEST" => function.arn.clone(),
        version => format!("{}:{version}", function.arn),
    };
    out.insert("FunctionName".into(), json!(function.name));
    out.insert("FunctionArn".into(), json!(arn));
    out.insert("Version".into(), json!(edition.version));
    out.insert("CodeSize".into(), json!(edition.code.size()));
    out.insert("CodeSha256".into(), json!(edition.code.sha256()));
    out.insert("PackageType".into(), json!(edition.code.package_type()));
    if let Some(config) = out.remove("ImageConfig") {
        out.insert("ImageConfigResponse".into(), json!({"ImageConfig": config}));
    }
    if let Some(Value::Array(arns)) = out.remove("Layers") {
        let size = |arn: &Value| {
            arn.as_str().and_then(|arn| held.layers.get(arn)).map_or(0, |layer| layer.code.len())
        };
        let layers: Vec<_> = arns.iter().map(|arn| json!({"Arn": arn, "CodeSize": size(arn)})).collect();
        out.insert("Layers".into(), json!(layers));
    }
    if let Some(Value::Object(snap)) = out.get_mut("SnapStart") {
        // "On" for a version that was published with it ("SnapStartResponse").
        let on = snap.get("ApplyOn") == Some(&json!("PublishedVersions")) && edition.version != "$LATEST";
        snap.insert("OptimizationStatus".into(), json!(if on { "On" } else { "Off" }));
    }
    if let Some(Value::Object(vpc)) = out.get_mut("VpcConfig") {
        // The sandbox has no networks: the VPC of every subnet is the same.
        let some = vpc.get("SubnetIds").and_then(Value::as_array).is_some_and(|ids| !ids.is_empty());
        vpc.insert("VpcId".into(), json!(if some { "vpc-0000000000000sand" } else { "" }));
    }
    out
}
