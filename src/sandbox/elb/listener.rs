//! Listeners.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::ask::Ask;
use super::form::{invalid, needed, not_found, number, text, texts};
use super::held::{Held, Listener};
use super::{action, page, tags, xml};

/// The members of a listener.
pub(crate) fn members(arn: &str, balancer: &str, protocol: &str, port: u64) -> Map<String, Value> {
    let of = json!({
        "ListenerArn": arn, "LoadBalancerArn": balancer, "Port": port.to_string(), "Protocol": protocol,
    });
    of.as_object().cloned().unwrap_or_default()
}

pub(crate) fn shown(listener: &Listener) -> Value {
    let mut out = listener.members.clone();
    out.insert("DefaultActions".into(), json!(listener.actions));
    Value::Object(out)
}

/// A port has one listener; nothing in the words of what is refused is AWS's but the code.
fn check_port(held: &Held, balancer: &str, port: u64, but: &str) -> Result<(), Fail> {
    let taken = held
        .listeners
        .iter()
        .any(|(arn, one)| arn != but && one.balancer == balancer && one.members["Port"] == port.to_string());
    if taken {
        let message = format!("A listener already exists on this port for this load balancer '{balancer}'");
        return Err(Fail::new(400, "DuplicateListener", message));
    }
    Ok(())
}

/// What a request sets beside protocol, port and actions.
fn set_more(members: &mut Map<String, Value>, form: &Map<String, Value>) {
    for name in ["SslPolicy", "Certificates", "AlpnPolicy", "MutualAuthentication"] {
        if let Some(value) = form.get(name) {
            members.insert(name.into(), value.clone());
        }
    }
    // "The default is the current predefined security policy" is not simulated; a TLS listener needs a certificate.
}

/// CreateListener; idempotent like CreateLoadBalancer.
pub(crate) fn create(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let balancer = needed(ask.form, "LoadBalancerArn")?;
    if !held.balancers.contains_key(balancer) {
        return Err(not_found("balancer"));
    }
    let protocol =
        text(ask.form, "Protocol").ok_or_else(|| invalid("A listener protocol must be specified"))?;
    let port =
        number(ask.form, "Port", 1, 65_535)?.ok_or_else(|| invalid("A listener port must be specified"))?;
    if matches!(protocol, "HTTPS" | "TLS") && !ask.form.contains_key("Certificates") {
        let message = format!("A certificate must be specified for {protocol} listeners");
        return Err(Fail::new(400, "CertificateNotFound", message));
    }
    let actions = action::read(held, ask.form, "DefaultActions", balancer, protocol)?;
    let path = balancer.split(":loadbalancer/").nth(1).unwrap_or_default();
    let arn = ask.new_arn(&format!("listener/{path}"));
    let mut made = members(&arn, balancer, protocol, port);
    set_more(&mut made, ask.form);
    for known in held.listeners.values() {
        let mut same = made.clone();
        same.insert("ListenerArn".into(), known.members["ListenerArn"].clone());
        if known.balancer == balancer && known.members == same && known.actions == actions {
            return Ok(xml::listed("CreateListener", "Listeners", vec![shown(known)]));
        }
    }
    check_port(held, balancer, port, "")?;
    let rule = ask.new_arn(
        &arn.split_once(":listener/").map_or_else(String::new, |(_, path)| format!("listener-rule/{path}")),
    );
    let listener = Listener { balancer: balancer.into(), members: made, actions, default_rule: rule };
    let answer = xml::listed("CreateListener", "Listeners", vec![shown(&listener)]);
    tags::keep(held, ask, &arn);
    held.listeners.insert(arn, listener);
    Ok(answer)
}

/// ModifyListener: "Any properties that you do not specify remain unchanged."
pub(crate) fn modify(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let arn = needed(ask.form, "ListenerArn")?;
    let mut listener = held.listeners.get(arn).cloned().ok_or_else(|| not_found("listener"))?;
    if let Some(port) = number(ask.form, "Port", 1, 65_535)? {
        check_port(held, &listener.balancer, port, arn)?;
        listener.members.insert("Port".into(), json!(port.to_string()));
    }
    if let Some(protocol) = text(ask.form, "Protocol") {
        listener.members.insert("Protocol".into(), json!(protocol));
    }
    set_more(&mut listener.members, ask.form);
    if ask.form.contains_key("DefaultActions") {
        let protocol = listener.members["Protocol"].as_str().unwrap_or_default();
        listener.actions = action::read(held, ask.form, "DefaultActions", &listener.balancer, protocol)?;
    }
    let answer = xml::listed("ModifyListener", "Listeners", vec![shown(&listener)]);
    held.listeners.insert(arn.into(), listener);
    Ok(answer)
}

/// DescribeListeners: of a load balancer, or by ARN.
pub(crate) fn describe(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (balancer, arns) = (text(ask.form, "LoadBalancerArn"), texts(ask.form, "ListenerArns"));
    if balancer.is_some_and(|arn| !held.balancers.contains_key(arn)) {
        return Err(not_found("balancer"));
    }
    if balancer.is_none() && arns.is_empty() {
        return Err(invalid("You must specify either listener ARNs or a load balancer ARN"));
    }
    if arns.iter().any(|arn| !held.listeners.contains_key(*arn)) {
        return Err(not_found("listener"));
    }
    let mut found: Vec<_> = held
        .listeners
        .iter()
        .filter(|(arn, one)| {
            balancer.is_none_or(|balancer| one.balancer == balancer)
                && (arns.is_empty() || arns.contains(&arn.as_str()))
        })
        .map(|(_, one)| one)
        .collect();
    found.sort_by_key(|one| one.members["Port"].as_str().and_then(|port| port.parse::<u64>().ok()));
    page::page(ask, "Listeners", found.into_iter().map(shown).collect())
}

/// Takes a listener and its rules away.
pub(crate) fn remove(held: &mut Held, arn: &str) -> bool {
    held.rules.retain(|_, rule| rule.listener != arn);
    held.tags.remove(arn);
    held.listeners.remove(arn).is_some()
}

/// DeleteListener.
pub(crate) fn delete(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    if !remove(held, needed(ask.form, "ListenerArn")?) {
        return Err(not_found("listener"));
    }
    Ok(xml::answer("DeleteListener", &Map::new()))
}
