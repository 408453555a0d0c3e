//! Target groups.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::ask::Ask;
use super::form::{invalid, needed, not_found, number, text, texts};
use super::held::{Group, Held};
use super::{attribute, balancer, page, tags, xml};

/// Settings that ModifyTargetGroup takes.
const CHECKS: [&str; 8] = [
    "HealthCheckProtocol",
    "HealthCheckPort",
    "HealthCheckPath",
    "HealthCheckEnabled",
    "HealthCheckIntervalSeconds",
    "HealthCheckTimeoutSeconds",
    "HealthyThresholdCount",
    "UnhealthyThresholdCount",
];

/// The defaults that CreateTargetGroup documents for each member, for this protocol, port and type of target.
pub(crate) fn members(arn: &str, name: &str, protocol: &str, port: u64, kind: &str) -> Map<String, Value> {
    let layer_seven = matches!(protocol, "HTTP" | "HTTPS");
    let mut of = json!({
        "TargetGroupArn": arn, "TargetGroupName": name, "Protocol": protocol, "Port": port.to_string(),
        "VpcId": balancer::VPC, "HealthCheckProtocol": if layer_seven { protocol } else { "TCP" },
        "HealthCheckPort": "traffic-port", "HealthCheckEnabled": "true", "HealthCheckIntervalSeconds": "30",
        "HealthCheckTimeoutSeconds": if layer_seven { "5" } else { "10" }, "HealthyThresholdCount": "5",
        "UnhealthyThresholdCount": "2", "TargetType": kind, "IpAddressType": "ipv4",
    });
    if layer_seven {
        of["HealthCheckPath"] = json!("/");
        of["Matcher"] = json!({"HttpCode": "200"});
        of["ProtocolVersion"] = json!("HTTP1");
    }
    of.as_object().cloned().unwrap_or_default()
}

fn shown(held: &Held, arn: &str, group: &Group) -> Value {
    let mut out = group.members.clone();
    out.insert("LoadBalancerArns".into(), json!(held.balancers_of(arn)));
    Value::Object(out)
}

/// Sets what a request says about health checks.
fn set_checks(members: &mut Map<String, Value>, form: &Map<String, Value>) -> Result<(), Fail> {
    // botocore: HealthCheckIntervalSeconds 5..300, HealthCheckTimeoutSeconds 2..120, thresholds 2..10.
    number(form, "HealthCheckIntervalSeconds", 5, 300)?;
    number(form, "HealthCheckTimeoutSeconds", 2, 120)?;
    number(form, "HealthyThresholdCount", 2, 10)?;
    number(form, "UnhealthyThresholdCount", 2, 10)?;
    for name in CHECKS {
        if let Some(value) = text(form, name) {
            members.insert(name.into(), json!(value));
        }
    }
    let seconds = |name: &str| {
        members.get(name).and_then(Value::as_str).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0)
    };
    let (interval, timeout) = (seconds("HealthCheckIntervalSeconds"), seconds("HealthCheckTimeoutSeconds"));
    if timeout >= interval && text(form, "HealthCheckTimeoutSeconds").is_some() {
        return Err(invalid("Health check timeout must be smaller than the interval"));
    }
    if let Some(matcher) = form.get("Matcher").filter(|matcher| matcher.is_object()) {
        members.insert("Matcher".into(), matcher.clone());
    }
    Ok(())
}

/// CreateTargetGroup; idempotent like CreateLoadBalancer.
pub(crate) fn create(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = needed(ask.form, "Name")?;
    balancer::check_name("Target group", name)?;
    let kind = text(ask.form, "TargetType").unwrap_or("instance");
    if kind == "lambda" {
        return Err(Fail::not_implemented("target groups of functions"));
    }
    let protocol = text(ask.form, "Protocol").ok_or_else(|| invalid("A protocol must be specified"))?;
    let port = number(ask.form, "Port", 1, 65_535)?.ok_or_else(|| invalid("A port must be specified"))?;
    let vpc = text(ask.form, "VpcId").ok_or_else(|| invalid("A VPC ID must be specified"))?;
    let arn = ask.new_arn(&format!("targetgroup/{name}"));
    let mut made = members(&arn, name, protocol, port, kind);
    made.insert("VpcId".into(), json!(vpc));
    if let Some(version) = text(ask.form, "ProtocolVersion") {
        made.insert("ProtocolVersion".into(), json!(version));
    }
    set_checks(&mut made, ask.form)?;
    let known =
        held.groups.iter().find(|(known, one)| ask.here(known) && one.text("TargetGroupName") == name);
    if let Some((known_arn, known)) = known {
        made.insert("TargetGroupArn".into(), json!(known_arn));
        if known.members == made {
            let shown = shown(held, known_arn, known);
            return Ok(xml::listed("CreateTargetGroup", "TargetGroups", vec![shown]));
        }
        let message =
            format!("A target group with the same name '{name}' exists, but with different settings");
        return Err(Fail::new(400, "DuplicateTargetGroupName", message));
    }
    let group = Group { members: made, attributes: attribute::defaults(), targets: Vec::new() };
    let answer = xml::listed("CreateTargetGroup", "TargetGroups", vec![shown(held, &arn, &group)]);
    tags::keep(held, ask, &arn);
    held.groups.insert(arn, group);
    Ok(answer)
}

/// ModifyTargetGroup.
pub(crate) fn modify(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let arn = needed(ask.form, "TargetGroupArn")?;
    let group = held.groups.get_mut(arn).ok_or_else(|| not_found("group"))?;
    let mut members = group.members.clone();
    set_checks(&mut members, ask.form)?;
    group.members = members;
    let group = group.clone();
    Ok(xml::listed("ModifyTargetGroup", "TargetGroups", vec![shown(held, arn, &group)]))
}

/// DescribeTargetGroups: all, by name, by ARN, or of a load balancer.
pub(crate) fn describe(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (arns, names) = (texts(ask.form, "TargetGroupArns"), texts(ask.form, "Names"));
    let balancer = text(ask.form, "LoadBalancerArn");
    if balancer.is_some_and(|arn| !held.balancers.contains_key(arn)) {
        return Err(not_found("balancer"));
    }
    let all: Vec<_> = held.groups.iter().filter(|(arn, _)| ask.here(arn)).collect();
    let by_name = |name: &&str| all.iter().any(|(_, one)| one.text("TargetGroupName") == *name);
    let by_arn = |arn: &&str| all.iter().any(|(known, _)| known == arn);
    if !arns.iter().all(by_arn) || !names.iter().all(by_name) {
        return Err(not_found("group"));
    }
    let found = all.iter().filter(|(arn, one)| {
        (arns.is_empty() || arns.contains(&arn.as_str()))
            && (names.is_empty() || names.contains(&one.text("TargetGroupName")))
            && balancer.is_none_or(|balancer| held.balancers_of(arn).iter().any(|of| of == balancer))
    });
    let found = found.map(|(arn, one)| shown(held, arn, one)).collect();
    page::page(ask, "TargetGroups", found)
}

/// DeleteTargetGroup: "You can delete a target group if it is not referenced by any actions."
pub(crate) fn delete(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let arn = needed(ask.form, "TargetGroupArn")?;
    if !held.balancers_of(arn).is_empty() {
        let message = format!("Target group '{arn}' is currently in use by a listener or a rule");
        return Err(Fail::new(400, "ResourceInUse", message));
    }
    held.groups.remove(arn);
    held.tags.remove(arn);
    Ok(xml::answer("DeleteTargetGroup", &Map::new()))
}
