//! AppSpecs: what a deployment of CodeDeploy makes a service, and the hooks that are called on the way.
//!
//! Source: "AppSpec File structure for Amazon ECS deployments" and "AppSpec 'resources' section" (CodeDeploy User Guide).

use serde_json::{Map, Value, json};

use crate::core::digest::Digest;
use crate::core::{Error, Result};

/// The lifecycle events that have hooks.
const HOOKS: [&str; 5] =
    ["BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"];

/// Returns the revision that makes a service what `args` say, as UpdateService would have it, with `hooks`. `set` is the
/// PRIMARY task set: what it has stays, where `args` say nothing.
pub fn revision(args: &Value, set: &Value, hooks: &Value) -> Result<Value> {
    let given = |member: &str| [&args[member], &set[member]].into_iter().find(|v| !v.is_null());
    let definition = args["taskDefinition"].as_str().or(set["taskDefinition"].as_str());
    let balancer = given("loadBalancers").and_then(|all| all.get(0));
    let container = balancer.and_then(|b| Some((b["containerName"].as_str()?, b["containerPort"].as_u64()?)));
    let (Some(definition), Some((name, port))) = (definition, container) else {
        let message = "an AppSpec needs a task definition, and a container and port behind a load balancer";
        return Err(Error::failed(message));
    };
    let mut properties = Map::new();
    properties.insert("TaskDefinition".into(), json!(definition));
    properties.insert("LoadBalancerInfo".into(), json!({ "ContainerName": name, "ContainerPort": port }));
    // "If not specified, LATEST is used by default" (AppSpec 'resources' section): a service would leave its own.
    if let Some(platform) = given("platformVersion").and_then(Value::as_str).filter(|p| !p.is_empty()) {
        properties.insert("PlatformVersion".into(), json!(platform));
    }
    let network = &args["networkConfiguration"]["awsvpcConfiguration"];
    if network.is_object() {
        let mut own = Map::new();
        for (member, name) in [
            ("subnets", "Subnets"),
            ("securityGroups", "SecurityGroups"),
            ("assignPublicIp", "AssignPublicIp"),
        ] {
            if !network[member].is_null() {
                own.insert(name.into(), network[member].clone());
            }
        }
        properties.insert("NetworkConfiguration".into(), json!({ "AwsvpcConfiguration": own }));
    }
    if let Some(providers) = args["capacityProviderStrategy"].as_array().filter(|all| !all.is_empty()) {
        let one = |p: &Value| {
            json!({ "CapacityProvider": p["capacityProvider"], "Base": p["base"].as_u64().unwrap_or(0),
                "Weight": p["weight"].as_u64().unwrap_or(0) })
        };
        let all: Vec<Value> = providers.iter().map(one).collect();
        properties.insert("CapacityProviderStrategy".into(), json!(all));
    }
    let service = json!({ "TargetService": { "Type": "AWS::ECS::Service", "Properties": properties } });
    let mut spec = json!({ "version": 0.0, "Resources": [service] });
    if hooks.as_array().is_some_and(|all| !all.is_empty()) {
        spec["Hooks"] = hooks.clone();
    }
    let content = spec.to_string();
    let sha256 = hex::encode(Digest::of(content.as_bytes()).bytes());
    let content = json!({ "content": content, "sha256": sha256 });
    Ok(json!({ "revisionType": "AppSpecContent", "appSpecContent": content }))
}

/// Returns the text of the AppSpec in `revision`, where it is written there.
fn content(revision: &Value) -> Option<&str> {
    revision["appSpecContent"]["content"].as_str().or(revision["string"]["content"].as_str())
}

/// Returns the task definition that `revision` names.
pub fn definition(revision: &Value) -> Option<String> {
    let text = content(revision)?;
    match serde_json::from_str::<Value>(text) {
        Ok(spec) => {
            let resources = member(&spec, "Resources")?.get(0)?.as_object()?;
            let properties = member(resources.values().next()?, "Properties")?;
            Some(member(properties, "TaskDefinition")?.as_str()?.to_string())
        }
        Err(_) => {
            let mut lines = text.lines().map(str::trim);
            Some(unquoted(lines.find_map(|l| l.strip_prefix("TaskDefinition:"))?).to_string())
        }
    }
}

/// Returns the members of a service that `revision` sets besides, as ECS spells them. Of one in YAML, which is not written
/// here, nothing is told.
pub fn members(revision: &Value) -> Map<String, Value> {
    let spec =
        content(revision).and_then(|text| serde_json::from_str::<Value>(text).ok()).unwrap_or_default();
    let service = member(&spec, "Resources").and_then(|all| all.get(0)?.as_object()?.values().next());
    let properties = service.and_then(|of| member(of, "Properties")).unwrap_or(&Value::Null);
    let mut all = Map::new();
    if let Some(platform) = member(properties, "PlatformVersion") {
        all.insert("platformVersion".into(), platform.clone());
    }
    let network = member(properties, "NetworkConfiguration").and_then(|n| member(n, "AwsvpcConfiguration"));
    if let Some(network) = network.and_then(Value::as_object) {
        let own = network.iter().map(|(name, value)| (lowered(name), value.clone()));
        let own: Map<String, Value> = own.collect();
        all.insert("networkConfiguration".into(), json!({ "awsvpcConfiguration": own }));
    }
    if let Some(providers) = member(properties, "CapacityProviderStrategy").and_then(Value::as_array) {
        let one = |p: &Value| -> Map<String, Value> {
            p.as_object().into_iter().flatten().map(|(name, value)| (lowered(name), value.clone())).collect()
        };
        let own: Vec<Value> = providers.iter().map(|p| Value::Object(one(p))).collect();
        all.insert("capacityProviderStrategy".into(), json!(own));
    }
    all
}

/// Returns `name` with a small first letter: `AssignPublicIp` is `assignPublicIp` in ECS.
fn lowered(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// Returns the hooks of `revision`, a list as an AppSpec in JSON has it. Fails where it is kept elsewhere: without its hooks
/// nothing would be validated any more, and nobody would hear of it.
pub fn hooks(revision: &Value) -> Result<Value> {
    if revision.is_null() {
        return Ok(json!([]));
    }
    let Some(text) = content(revision) else {
        let kind = revision["revisionType"].as_str().unwrap_or("another place");
        let message = format!("the AppSpec of the last deployment is in {kind}, so its hooks are not known");
        let hint = "deploy once with the AppSpec as content: aws deploy create-deployment --revision revisionType=AppSpecContent,...";
        return Err(Error::blocked(message).hint(hint));
    };
    match serde_json::from_str::<Value>(text) {
        Ok(spec) => Ok(member(&spec, "Hooks").cloned().unwrap_or_else(|| json!([]))),
        Err(_) => Ok(in_yaml(text)),
    }
}

/// Returns the hooks of an AppSpec in YAML, which are a name and a function a line.
fn in_yaml(text: &str) -> Value {
    let named = |line: &str| {
        let line = line.trim().trim_start_matches("- ").trim();
        let (name, function) = line.split_once(':')?;
        let known = HOOKS.into_iter().find(|hook| *hook == unquoted(name))?;
        let function = unquoted(function);
        (!function.is_empty()).then(|| json!({ known: function }))
    };
    let after = text.lines().skip_while(|line| !line.trim_start().to_lowercase().starts_with("hooks:"));
    Value::Array(after.filter(|line| !line.trim_start().starts_with('#')).filter_map(named).collect())
}

fn unquoted(text: &str) -> &str {
    let text = text.split(" #").next().unwrap_or(text);
    text.trim().trim_matches(|c| c == '"' || c == '\'')
}

/// Returns the member called `name`: the guide writes `Resources` in YAML and `resources` in JSON.
fn member<'v>(of: &'v Value, name: &str) -> Option<&'v Value> {
    of.as_object()?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_taken_from_the_primary_task_set() {
        let set = json!({ "taskDefinition": "web:1", "platformVersion": "1.4.0",
            "loadBalancers": [{ "containerName": "app", "containerPort": 80, "targetGroupArn": "t" }] });
        let made =
            revision(&json!({ "taskDefinition": "web:2" }), &set, &json!([{ "AfterInstall": "f" }])).unwrap();
        let spec: Value = serde_json::from_str(made["appSpecContent"]["content"].as_str().unwrap()).unwrap();
        let properties = json!({ "TaskDefinition": "web:2",
            "LoadBalancerInfo": { "ContainerName": "app", "ContainerPort": 80 },
            "PlatformVersion": "1.4.0" });
        assert_eq!(spec["Resources"][0]["TargetService"]["Properties"], properties);
        assert_eq!(
            (hooks(&made).unwrap(), definition(&made).as_deref()),
            (json!([{ "AfterInstall": "f" }]), Some("web:2"))
        );
        assert!(revision(&json!({ "taskDefinition": "web:2" }), &json!({}), &json!([])).is_err());
    }

    #[test]
    fn what_an_appspec_sets_is_told_as_ecs_spells_it() {
        let args = json!({ "taskDefinition": "web:2", "platformVersion": "1.4.0",
            "loadBalancers": [{ "containerName": "app", "containerPort": 80 }],
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["s"], "assignPublicIp": "DISABLED" } },
            "capacityProviderStrategy": [{ "capacityProvider": "FARGATE", "base": 0, "weight": 1 }] });
        let made = members(&revision(&args, &Value::Null, &json!([])).unwrap());
        assert_eq!(made.len(), 3);
        for (name, value) in made {
            assert_eq!(value, args[&name], "{name}");
        }
    }

    #[test]
    fn hooks_are_read_from_yaml_too_and_never_dropped() {
        let yaml = "version: 0.0\nResources:\n  - TargetService:\n      Properties:\n        TaskDefinition: \"web:3\" # new\nHooks:\n  - BeforeInstall: \"check\"\n  # - AfterInstall: no\n  - AfterAllowTraffic: 'arn:aws:lambda:r:1:function:f'\n";
        let revision = json!({ "revisionType": "AppSpecContent", "appSpecContent": { "content": yaml } });
        let expected =
            json!([{ "BeforeInstall": "check" }, { "AfterAllowTraffic": "arn:aws:lambda:r:1:function:f" }]);
        assert_eq!((hooks(&revision).unwrap(), definition(&revision).as_deref()), (expected, Some("web:3")));
        let away = json!({ "revisionType": "S3", "s3Location": { "bucket": "b" } });
        assert_eq!(hooks(&away).unwrap_err().kind, crate::core::ErrorKind::Blocked);
    }
}
