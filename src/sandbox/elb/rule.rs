//! Rules of listeners.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::ask::Ask;
use super::form::{invalid, list, needed, not_found, number, text, texts};
use super::held::{Held, Listener, Rule};
use super::{action, page, tags, xml};

fn shown(arn: &str, rule: &Rule) -> Value {
    json!({
        "RuleArn": arn, "Priority": rule.priority.to_string(), "Conditions": rule.conditions, "Actions": rule.actions,
        "IsDefault": "false",
    })
}

/// The default rule: "priority `default`", without conditions, and with the listener's default actions.
fn shown_default(listener: &Listener) -> Value {
    json!({
        "RuleArn": listener.default_rule, "Priority": "default", "Conditions": [], "Actions": listener.actions,
        "IsDefault": "true",
    })
}

/// Conditions have their values in `Values` and in the member of their field, whichever was sent (examples of
/// DescribeRules).
fn conditions(form: &Map<String, Value>) -> Result<Value, Fail> {
    let mut out = Vec::new();
    for condition in list(form, "Conditions") {
        let mut condition = condition.clone();
        let config = match condition["Field"].as_str() {
            Some("path-pattern") => "PathPatternConfig",
            Some("host-header") => "HostHeaderConfig",
            Some(_) => "",
            None => return Err(invalid("A condition field must be specified")),
        };
        if !config.is_empty() {
            let values = match condition.get("Values") {
                Some(values) => values.clone(),
                None => condition[config]["Values"].clone(),
            };
            condition[config] = json!({"Values": values});
            condition["Values"] = values;
        }
        out.push(condition);
    }
    if out.is_empty() {
        return Err(invalid("At least one condition must be specified"));
    }
    Ok(Value::Array(out))
}

fn protocol(listener: &Listener) -> &str {
    listener.members["Protocol"].as_str().unwrap_or_default()
}

/// CreateRule.
pub(crate) fn create(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let at = needed(ask.form, "ListenerArn")?;
    let listener = held.listeners.get(at).ok_or_else(|| not_found("listener"))?;
    // botocore RulePriority: 1 to 50000.
    let priority = number(ask.form, "Priority", 1, 50_000)?;
    let priority = priority.ok_or_else(|| invalid("A priority must be specified"))?;
    if held.rules.values().any(|rule| rule.listener == at && rule.priority == priority) {
        return Err(Fail::new(400, "PriorityInUse", format!("Priority '{priority}' is currently in use")));
    }
    let actions = action::read(held, ask.form, "Actions", &listener.balancer, protocol(listener))?;
    let path = at.split(":listener/").nth(1).unwrap_or_default();
    let arn = ask.new_arn(&format!("listener-rule/{path}"));
    let rule = Rule { listener: at.into(), priority, conditions: conditions(ask.form)?, actions };
    let answer = xml::listed("CreateRule", "Rules", vec![shown(&arn, &rule)]);
    tags::keep(held, ask, &arn);
    held.rules.insert(arn, rule);
    Ok(answer)
}

/// The rule that a request names, which may not be a default one.
fn named<'a>(held: &Held, ask: &Ask<'a>, doing: &str) -> Result<(&'a str, Rule), Fail> {
    let arn = needed(ask.form, "RuleArn")?;
    if let Some(rule) = held.rules.get(arn) {
        return Ok((arn, rule.clone()));
    }
    if held.listener_of(arn).is_some_and(|listener| listener.default_rule == arn) {
        let message = format!("Default rule '{arn}' cannot be {doing}");
        return Err(Fail::new(400, "OperationNotPermitted", message));
    }
    Err(not_found("rule"))
}

/// ModifyRule: "Any properties that you do not specify are unchanged."
pub(crate) fn modify(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (arn, mut rule) = named(held, ask, "modified")?;
    let listener = held.listeners.get(&rule.listener).ok_or_else(|| not_found("listener"))?;
    if ask.form.contains_key("Actions") {
        rule.actions = action::read(held, ask.form, "Actions", &listener.balancer, protocol(listener))?;
    }
    if ask.form.contains_key("Conditions") {
        rule.conditions = conditions(ask.form)?;
    }
    let answer = xml::listed("ModifyRule", "Rules", vec![shown(arn, &rule)]);
    held.rules.insert(arn.into(), rule);
    Ok(answer)
}

/// DescribeRules: of a listener (the default rule last), or by ARN.
pub(crate) fn describe(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (at, arns) = (text(ask.form, "ListenerArn"), texts(ask.form, "RuleArns"));
    let mut out = Vec::new();
    match at {
        Some(at) => {
            let listener = held.listeners.get(at).ok_or_else(|| not_found("listener"))?;
            let mut rules: Vec<_> = held.rules.iter().filter(|(_, rule)| rule.listener == at).collect();
            rules.sort_by_key(|(_, rule)| rule.priority);
            out.extend(rules.into_iter().map(|(arn, rule)| shown(arn, rule)));
            out.push(shown_default(listener));
        }
        None if arns.is_empty() => {
            return Err(invalid("You must specify either listener rule ARNs or a listener ARN"));
        }
        None => {
            for arn in arns {
                let default = || {
                    let of = held.listeners.values().find(|listener| listener.default_rule == arn);
                    of.map(shown_default)
                };
                let rule = held.rules.get(arn).map(|rule| shown(arn, rule)).or_else(default);
                out.push(rule.ok_or_else(|| not_found("rule"))?);
            }
        }
    }
    page::page(ask, "Rules", out)
}

/// DeleteRule.
pub(crate) fn delete(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (arn, _) = named(held, ask, "deleted")?;
    held.rules.remove(arn);
    held.tags.remove(arn);
    Ok(xml::answer("DeleteRule", &Map::new()))
}
