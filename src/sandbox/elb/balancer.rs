//! Load balancers.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::ask::Ask;
use super::form::{invalid, list, needed, not_found, text, texts};
use super::held::{Balancer, Held};
use super::{page, tags, xml};

/// The sandbox has no networks: every subnet is in the same VPC.
pub(crate) const VPC: &str = "vpc-0000000000000sand";

/// The members of a load balancer.
pub(crate) fn members(arn: &str, name: &str, kind: &str, scheme: &str, made: f64) -> Map<String, Value> {
    let region = arn.split(':').nth(3).unwrap_or_default();
    let id = arn.rsplit('/').next().unwrap_or_default();
    let inside = if scheme == "internal" { "internal-" } else { "" };
    let host = match kind {
        "network" => format!("{name}-{id}.elb.{region}.amazonaws.com"),
        _ => format!("{inside}{name}-{id}.{region}.elb.amazonaws.com"),
    };
    let of = json!({
        "LoadBalancerArn": arn, "DNSName": host, "CreatedTime": clock::iso(made), "LoadBalancerName": name,
        "Scheme": scheme, "VpcId": VPC, "Type": kind, "IpAddressType": "ipv4",
    });
    of.as_object().cloned().unwrap_or_default()
}

/// `app` or `net`, as ARNs have it.
pub(crate) fn short(kind: &str) -> &'static str {
    match kind {
        "network" => "net",
        "gateway" => "gwy",
        _ => "app",
    }
}

fn shown(balancer: &Balancer) -> Value {
    let mut out = balancer.members.clone();
    let state = if balancer.seen { "active" } else { "provisioning" };
    out.insert("State".into(), json!({"Code": state}));
    Value::Object(out)
}

/// Letters, digits and hyphens, none at an end, 32 at most (botocore CreateLoadBalancer and CreateTargetGroup).
pub(crate) fn check_name(what: &str, name: &str) -> Result<(), Fail> {
    let fits = name.len() <= 32
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    if fits { Ok(()) } else { Err(invalid(format!("{what} name '{name}' is not valid"))) }
}

/// CreateLoadBalancer: "idempotent, which means that it completes at most one time. If you attempt to create multiple load
/// balancers with the same settings, each call succeeds."
pub(crate) fn create(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = needed(ask.form, "Name")?;
    check_name("Load balancer", name)?;
    if name.starts_with("internal-") {
        return Err(invalid(format!("Load balancer name '{name}' cannot begin with 'internal-'")));
    }
    let kind = text(ask.form, "Type").unwrap_or("application");
    let scheme = text(ask.form, "Scheme").unwrap_or("internet-facing");
    let subnets: Vec<&str> = match texts(ask.form, "Subnets") {
        given if given.is_empty() => {
            let mapped = list(ask.form, "SubnetMappings").iter();
            mapped.filter_map(|mapping| mapping.get("SubnetId")?.as_str()).collect()
        }
        given => given,
    };
    if subnets.is_empty() {
        return Err(invalid("At least one subnet must be specified"));
    }
    let region = &ask.call.region;
    let zones: Vec<Value> = subnets
        .iter()
        .zip('a'..='f')
        .map(|(subnet, zone)| json!({"ZoneName": format!("{region}{zone}"), "SubnetId": subnet, "LoadBalancerAddresses": []}))
        .collect();
    let arn = ask.new_arn(&format!("loadbalancer/{}/{name}", short(kind)));
    let mut made = members(&arn, name, kind, scheme, ask.now);
    made.insert("AvailabilityZones".into(), json!(zones));
    made.insert("SecurityGroups".into(), json!(texts(ask.form, "SecurityGroups")));
    let same_name =
        |(known, one): &(&String, &Balancer)| ask.here(known) && one.members["LoadBalancerName"] == name;
    if let Some((_, known)) = held.balancers.iter().find(same_name) {
        let settings = ["Scheme", "Type", "AvailabilityZones", "SecurityGroups"];
        if settings.iter().all(|setting| known.members.get(*setting) == made.get(*setting)) {
            return Ok(xml::listed("CreateLoadBalancer", "LoadBalancers", vec![shown(known)]));
        }
        let message =
            format!("A load balancer with the same name '{name}' exists, but with different settings");
        return Err(Fail::new(400, "DuplicateLoadBalancerName", message));
    }
    let balancer = Balancer { members: made, seen: false };
    let answer = xml::listed("CreateLoadBalancer", "LoadBalancers", vec![shown(&balancer)]);
    tags::keep(held, ask, &arn);
    held.balancers.insert(arn, balancer);
    Ok(answer)
}

/// DescribeLoadBalancers.
pub(crate) fn describe(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (arns, names) = (texts(ask.form, "LoadBalancerArns"), texts(ask.form, "Names"));
    let all = || held.balancers.iter().filter(|(arn, _)| ask.here(arn));
    let named = |one: &Balancer, name: &str| one.members["LoadBalancerName"] == name;
    if !arns.iter().all(|arn| all().any(|(known, _)| known == arn)) {
        return Err(not_found("balancer"));
    }
    if let Some(name) = names.iter().find(|name| !all().any(|(_, one)| named(one, name))) {
        return Err(Fail::new(400, "LoadBalancerNotFound", format!("Load balancers '[{name}]' not found")));
    }
    let wanted = |(arn, one): &(&String, &Balancer)| {
        (arns.is_empty() || arns.contains(&arn.as_str()))
            && (names.is_empty() || names.iter().any(|name| named(one, name)))
    };
    let found: Vec<String> = all().filter(wanted).map(|(arn, _)| arn.clone()).collect();
    let mut out = Vec::new();
    for arn in found {
        if let Some(balancer) = held.balancers.get_mut(&arn) {
            balancer.seen = true;
            out.push(shown(balancer));
        }
    }
    page::page(ask, "LoadBalancers", out)
}

/// DeleteLoadBalancer, with its listeners: "If the load balancer does not exist or has already been deleted, the call
/// succeeds."
pub(crate) fn delete(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let arn = needed(ask.form, "LoadBalancerArn")?;
    held.balancers.remove(arn);
    held.tags.remove(arn);
    let listeners: Vec<String> = held
        .listeners
        .iter()
        .filter(|(_, listener)| listener.balancer == arn)
        .map(|(arn, _)| arn.clone())
        .collect();
    for listener in listeners {
        super::listener::remove(held, &listener);
    }
    Ok(xml::answer("DeleteLoadBalancer", &Map::new()))
}
