//! AppSpec files of ECS deployments ("AppSpec File structure for Amazon ECS deployments", CodeDeploy User Guide).

use serde_json::{Map, Value};

use super::super::answer::Fail;
use super::super::digest;

/// The hooks that an ECS deployment has ("AppSpec 'hooks' section for an Amazon ECS deployment").
pub(crate) const HOOKS: [&str; 5] =
    ["BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"];

/// What an AppSpec says.
#[derive(Debug, Clone)]
pub(crate) struct AppSpec {
    pub(crate) task_definition: String,
    pub(crate) container: String,
    pub(crate) port: u64,
    pub(crate) platform: Option<String>,
    /// As ECS has it.
    pub(crate) network: Option<Value>,
    /// Functions by lifecycle event.
    pub(crate) hooks: Vec<(&'static str, String)>,
}

fn invalid(why: &str) -> Fail {
    Fail::new(400, "InvalidRevisionException", format!("The AppSpec file is not valid: {why}"))
}

/// Reads the revision of a request: `AppSpecContent`, or `String`, which is what it was called before.
pub(crate) fn read(revision: &Value) -> Result<AppSpec, Fail> {
    let holder = match revision.get("revisionType").and_then(Value::as_str) {
        Some("AppSpecContent") => "appSpecContent",
        Some("String") => "string",
        Some(other @ ("S3" | "GitHub")) => {
            return Err(Fail::not_implemented(&format!("codedeploy: revisions in {other}")));
        }
        _ => return Err(invalid("the type of the revision is missing")),
    };
    let content = revision.pointer(&format!("/{holder}/content")).and_then(Value::as_str);
    let content = content.ok_or_else(|| invalid("it has no content"))?;
    if let Some(sha256) = revision.pointer(&format!("/{holder}/sha256")).and_then(Value::as_str)
        && !sha256.eq_ignore_ascii_case(&digest::sha256_hex(content.as_bytes()))
    {
        return Err(invalid("its content has another SHA256 than the request says"));
    }
    // JSON is YAML too; the other ways to write YAML are not read here.
    let spec: Value = match serde_json::from_str(content) {
        Ok(spec) => spec,
        Err(why) if content.trim_start().starts_with('{') => return Err(invalid(&why.to_string())),
        Err(_) => return Err(Fail::not_implemented("codedeploy: an AppSpec that is YAML and not JSON")),
    };
    parse(&spec)
}

/// Names of members differ in their first letter between the guide's YAML (`Resources`) and its JSON (`resources`).
fn member<'a>(map: &'a Value, name: &str) -> Option<&'a Value> {
    let map = map.as_object()?;
    map.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn parse(spec: &Value) -> Result<AppSpec, Fail> {
    // "The currently allowed value is 0.0."
    let version = member(spec, "version");
    if !version.is_some_and(|version| *version == "0.0" || version.as_f64() == Some(0.0)) {
        return Err(invalid("its version is not 0.0"));
    }
    let resources = member(spec, "Resources").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let [resource] = resources else {
        return Err(invalid("it needs exactly one resource"));
    };
    let service = resource.as_object().and_then(|map| map.values().next()).unwrap_or(&Value::Null);
    if member(service, "Type").and_then(Value::as_str) != Some("AWS::ECS::Service") {
        return Err(invalid("its resource is not of type AWS::ECS::Service"));
    }
    let properties = member(service, "Properties").unwrap_or(&Value::Null);
    let text = |of: &Value, name: &str| member(of, name).and_then(Value::as_str).map(str::to_owned);
    let balancer = member(properties, "LoadBalancerInfo").unwrap_or(&Value::Null);
    let port = member(balancer, "ContainerPort");
    let port = port.and_then(|port| port.as_u64().or_else(|| port.as_str()?.parse().ok()));
    Ok(AppSpec {
        task_definition: text(properties, "TaskDefinition")
            .ok_or_else(|| invalid("TaskDefinition is missing"))?,
        container: text(balancer, "ContainerName").ok_or_else(|| invalid("ContainerName is missing"))?,
        port: port.ok_or_else(|| invalid("ContainerPort is missing"))?,
        platform: text(properties, "PlatformVersion"),
        network: member(properties, "NetworkConfiguration").map(network),
        hooks: hooks(spec)?,
    })
}

/// `AwsvpcConfiguration{Subnets, SecurityGroups, AssignPublicIp}` as ECS spells it.
fn network(given: &Value) -> Value {
    let of = member(given, "AwsvpcConfiguration").unwrap_or(&Value::Null);
    let mut out = Map::new();
    for (name, as_ecs) in
        [("Subnets", "subnets"), ("SecurityGroups", "securityGroups"), ("AssignPublicIp", "assignPublicIp")]
    {
        if let Some(value) = member(of, name) {
            out.insert(as_ecs.into(), value.clone());
        }
    }
    serde_json::json!({"awsvpcConfiguration": out})
}

fn hooks(spec: &Value) -> Result<Vec<(&'static str, String)>, Fail> {
    let mut out = Vec::new();
    for hook in member(spec, "Hooks").and_then(Value::as_array).into_iter().flatten() {
        for (name, function) in hook.as_object().into_iter().flatten() {
            let known = HOOKS.into_iter().find(|known| known.eq_ignore_ascii_case(name));
            let known = known.ok_or_else(|| invalid(&format!("there is no lifecycle event {name}")))?;
            let function = function.as_str().ok_or_else(|| invalid("a hook is the name of a function"))?;
            out.push((known, function.to_owned()));
        }
    }
    Ok(out)
}
