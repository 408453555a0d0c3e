//! Targets of target groups.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::ask::Ask;
use super::form::{invalid, list, needed, not_found, number};
use super::health::{Look, Target};
use super::held::{Group, Held};
use super::xml;

fn group<'h>(held: &'h Held, ask: &Ask<'_>) -> Result<(String, &'h Group), Fail> {
    let arn = needed(ask.form, "TargetGroupArn")?;
    Ok((arn.to_owned(), held.groups.get(arn).ok_or_else(|| not_found("group"))?))
}

/// The targets of a request: id, and port if it is given.
fn targets(ask: &Ask<'_>) -> Result<Vec<(String, Option<u64>)>, Fail> {
    let none = Map::new();
    let read = |target: &Value| {
        let target = target.as_object().unwrap_or(&none);
        Ok((needed(target, "Id")?.to_owned(), number(target, "Port", 1, 65_535)?))
    };
    list(ask.form, "Targets").iter().map(read).collect()
}

/// RegisterTargets. What is registered so answers its checks (but for the switch `elb_targets_failing`).
pub(crate) fn register(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (arn, group) = group(held, ask)?;
    let (port, by_address) = (group.number("Port"), group.text("TargetType") == "ip");
    let targets = targets(ask)?;
    if targets.is_empty() {
        return Err(invalid("At least one target must be specified"));
    }
    for (id, _) in &targets {
        if by_address && id.parse::<std::net::IpAddr>().is_err() {
            return Err(invalid(format!("The IP address '{id}' is not a valid IPv4 address")));
        }
        if !by_address && !id.starts_with("i-") && !id.starts_with("arn:") {
            let message = format!("The following targets are not valid: '{id}'");
            return Err(Fail::new(400, "InvalidTarget", message));
        }
    }
    for (id, own) in targets {
        held.register(&arn, &id, own.unwrap_or(port), true, ask.now);
    }
    Ok(xml::answer("RegisterTargets", &Map::new()))
}

/// DeregisterTargets: "If the specified target does not exist, the action returns successfully."
pub(crate) fn deregister(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (arn, _) = group(held, ask)?;
    for (id, port) in targets(ask)? {
        held.leave(&arn, &id, port, ask.now);
    }
    Ok(xml::answer("DeregisterTargets", &Map::new()))
}

fn shown(id: &str, port: u64, look: &Look) -> Value {
    let mut health = json!({"State": look.state});
    // "If the state is not `healthy`, a reason code and a description are provided" (TargetHealth).
    if !look.reason.is_empty() {
        health["Reason"] = json!(look.reason);
        health["Description"] = json!(look.description);
    }
    json!({
        "Target": {"Id": id, "Port": port.to_string()}, "HealthCheckPort": port.to_string(), "TargetHealth": health,
    })
}

/// DescribeTargetHealth: of all targets, or of those that are named, registered or not.
pub(crate) fn health(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (arn, group) = group(held, ask)?;
    let check_port = |target: &Target| match group.text("HealthCheckPort") {
        "traffic-port" => target.port.to_string(),
        port => port.to_owned(),
    };
    let show = |target: &Target| {
        let look = held.look(&arn, target, ask.now)?;
        let mut out = shown(&target.id, target.port, &look);
        out["HealthCheckPort"] = json!(check_port(target));
        Some(out)
    };
    let named = targets(ask)?;
    let mut out: Vec<Value> = Vec::new();
    if named.is_empty() {
        out.extend(group.targets.iter().filter_map(show));
    }
    for (id, port) in named {
        let known =
            group.targets.iter().filter(|one| one.id == id && port.is_none_or(|port| port == one.port));
        let before = out.len();
        out.extend(known.filter_map(show));
        if out.len() == before {
            let look = Look {
                state: "unused",
                reason: "Target.NotRegistered",
                description: "Target is not registered to the target group".into(),
            };
            out.push(shown(&id, port.unwrap_or_else(|| group.number("Port")), &look));
        }
    }
    Ok(xml::listed("DescribeTargetHealth", "TargetHealthDescriptions", out))
}
