//! What an account holds of load balancing, and what ECS and CodeDeploy do with it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::action;
use super::health::{Checks, Health, Look, Target, Timing};

/// Load balancers, target groups, listeners, rules and tags of an account, in all regions, by ARN.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    pub(crate) balancers: BTreeMap<String, Balancer>,
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) listeners: BTreeMap<String, Listener>,
    pub(crate) rules: BTreeMap<String, Rule>,
    pub(crate) tags: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) timing: Timing,
}

/// A load balancer.
#[derive(Debug, Clone)]
pub(crate) struct Balancer {
    /// Members as DescribeLoadBalancers has them.
    pub(crate) members: Map<String, Value>,
    /// Whether it has been looked at since it was created: until then it is `provisioning`.
    pub(crate) seen: bool,
}

/// A target group.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// Members as DescribeTargetGroups has them, without `LoadBalancerArns`.
    pub(crate) members: Map<String, Value>,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) targets: Vec<Target>,
}

/// A listener.
#[derive(Debug, Clone)]
pub(crate) struct Listener {
    pub(crate) balancer: String,
    /// Members as DescribeListeners has them, without `DefaultActions`.
    pub(crate) members: Map<String, Value>,
    pub(crate) actions: Vec<Value>,
    /// The ARN of its default rule.
    pub(crate) default_rule: String,
}

/// A rule that is not a listener's default.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) listener: String,
    pub(crate) priority: u64,
    pub(crate) conditions: Value,
    pub(crate) actions: Vec<Value>,
}

impl Group {
    /// A text among its members.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.members.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or_default()
    }
}

impl Held {
    /// Everything, as it is now.
    pub(crate) fn state(&self) -> Value {
        let balancers: Map<_, _> =
            self.balancers.iter().map(|(arn, one)| (arn.clone(), json!(one.members))).collect();
        let listeners: Map<_, _> = self
            .listeners
            .iter()
            .map(|(arn, one)| (arn.clone(), json!({"listener": one.members, "actions": one.actions})))
            .collect();
        let rules: Map<_, _> = self
            .rules
            .iter()
            .map(|(arn, one)| {
                let of =
                    json!({"priority": one.priority, "conditions": one.conditions, "actions": one.actions});
                (arn.clone(), of)
            })
            .collect();
        let groups: Map<_, _> = self
            .groups
            .iter()
            .map(|(arn, one)| {
                let staying = one.targets.iter().filter(|target| target.draining.is_none());
                let targets: Vec<_> =
                    staying.map(|target| json!({"id": target.id, "port": target.port})).collect();
                let of = json!({"group": one.members, "attributes": one.attributes, "targets": targets});
                (arn.clone(), of)
            })
            .collect();
        json!({
            "loadBalancers": balancers, "listeners": listeners, "rules": rules, "targetGroups": groups, "tags": self.tags,
        })
    }

    /// Registers the target `id` (an address or an instance) with a target group; `answers` says whether its health checks
    /// will succeed. It is healthy after some time on the clock. For a target that is registered it says how it is from now
    /// on.
    pub(crate) fn register(&mut self, group_arn: &str, id: &str, port: u64, answers: bool, now: f64) {
        let Some(group) = self.groups.get_mut(group_arn) else { return };
        let known = group.targets.iter_mut().find(|target| target.id == id && target.port == port);
        match known {
            Some(target) if target.draining.is_none() => {
                if target.answers != answers {
                    target.before = Some(target.answers);
                    target.answers = answers;
                    target.since = now;
                }
            }
            _ => {
                group.targets.retain(|target| target.id != id || target.port != port);
                let id = id.to_owned();
                group.targets.push(Target { id, port, answers, since: now, before: None, draining: None });
            }
        }
    }

    /// Takes a target out; it drains for a while.
    pub(crate) fn deregister(&mut self, group_arn: &str, id: &str, now: f64) {
        self.leave(group_arn, id, None, now);
    }

    /// The same for one port of it.
    pub(crate) fn leave(&mut self, group_arn: &str, id: &str, port: Option<u64>, now: f64) {
        let Some(group) = self.groups.get_mut(group_arn) else { return };
        for target in &mut group.targets {
            if target.id == id && port.is_none_or(|port| port == target.port) && target.draining.is_none() {
                target.draining = Some(now);
            }
        }
    }

    /// How a target is; `None` where it is not registered.
    pub(crate) fn health(&self, group_arn: &str, id: &str, now: f64) -> Option<Health> {
        let group = self.groups.get(group_arn)?;
        let target = group.targets.iter().rfind(|target| target.id == id)?;
        Some(self.look(group_arn, target, now)?.health())
    }

    /// The same as DescribeTargetHealth has it.
    pub(crate) fn look(&self, group_arn: &str, target: &Target, now: f64) -> Option<Look> {
        target.look(&self.timing, &self.checks(group_arn)?, now)
    }

    fn checks(&self, group_arn: &str) -> Option<Checks> {
        let group = self.groups.get(group_arn)?;
        let delay = group.attributes.get("deregistration_delay.timeout_seconds");
        Some(Checks {
            interval: group.number("HealthCheckIntervalSeconds") as f64,
            unhealthy_threshold: group.number("UnhealthyThresholdCount"),
            delay: delay.and_then(|delay| delay.parse().ok()).unwrap_or(300.0),
            http: matches!(group.text("HealthCheckProtocol"), "HTTP" | "HTTPS"),
            used: !self.balancers_of(group_arn).is_empty(),
        })
    }

    /// Forgets the targets that have left.
    pub(crate) fn sweep(&mut self, now: f64) {
        let gone: Vec<(String, Checks)> =
            self.groups.keys().filter_map(|arn| Some((arn.clone(), self.checks(arn)?))).collect();
        for (arn, checks) in gone {
            let timing = self.timing;
            if let Some(group) = self.groups.get_mut(&arn) {
                group
                    .targets
                    .retain(|target| !target.draining.is_some_and(|at| timing.drained(&checks, at, now)));
            }
        }
    }

    /// The target groups that a listener (its default action) or a rule forwards to, with their weights; `None` where there
    /// is none with this ARN.
    pub(crate) fn weights(&self, listener_or_rule_arn: &str) -> Option<Vec<(String, u32)>> {
        let actions = match self.rules.get(listener_or_rule_arn) {
            Some(rule) => &rule.actions,
            None => &self.listener_of(listener_or_rule_arn)?.actions,
        };
        Some(action::weights(actions))
    }

    /// Sets them. What else a forward action says (its order, whether it is sticky) stays.
    pub(crate) fn shift(&mut self, listener_or_rule_arn: &str, weights: &[(String, u32)]) -> bool {
        let default =
            self.listeners.iter().find(|(_, listener)| listener.default_rule == listener_or_rule_arn);
        let arn = default.map_or_else(|| listener_or_rule_arn.to_owned(), |(arn, _)| arn.clone());
        let actions = match self.rules.get_mut(&arn) {
            Some(rule) => &mut rule.actions,
            None => match self.listeners.get_mut(&arn) {
                Some(listener) => &mut listener.actions,
                None => return false,
            },
        };
        match actions.iter_mut().find(|action| action["Type"] == "forward") {
            Some(known) => {
                let order = known.get("Order").cloned();
                let sticky = known["ForwardConfig"].get("TargetGroupStickinessConfig").cloned();
                *known = action::forward(weights, sticky.unwrap_or_else(action::not_sticky));
                if let Some(order) = order {
                    known["Order"] = order;
                }
            }
            None => actions.push(action::forward(weights, action::not_sticky())),
        }
        true
    }

    /// The target group with this name.
    pub(crate) fn group_named(&self, region: &str, name: &str) -> Option<String> {
        let here = |arn: &str| arn.split(':').nth(3) == Some(region);
        let found = self.groups.iter().find(|(arn, one)| here(arn) && one.text("TargetGroupName") == name);
        found.map(|(arn, _)| arn.clone())
    }

    /// A listener, and those of its rules that forward to one of these target groups.
    pub(crate) fn routes(&self, listener: &str, groups: &[&str]) -> Vec<String> {
        let names = |rule: &Rule| {
            action::weights(&rule.actions).iter().any(|(arn, _)| groups.contains(&arn.as_str()))
        };
        let rules = self.rules.iter().filter(|(_, rule)| rule.listener == listener && names(rule));
        std::iter::once(listener.to_owned()).chain(rules.map(|(arn, _)| arn.clone())).collect()
    }

    /// The listener with this ARN, or with this default rule.
    pub(crate) fn listener_of(&self, arn: &str) -> Option<&Listener> {
        let by_rule = || self.listeners.values().find(|listener| listener.default_rule == arn);
        self.listeners.get(arn).or_else(by_rule)
    }

    /// The load balancers that forward to a target group.
    pub(crate) fn balancers_of(&self, group_arn: &str) -> Vec<String> {
        let names = |actions: &[Value]| action::weights(actions).iter().any(|(arn, _)| arn == group_arn);
        let by_default = self.listeners.values().filter(|listener| names(&listener.actions));
        let by_rule = self.rules.values().filter(|rule| names(&rule.actions));
        let by_rule = by_rule.filter_map(|rule| self.listeners.get(&rule.listener));
        let mut out: Vec<String> =
            by_default.chain(by_rule).map(|listener| listener.balancer.clone()).collect();
        out.sort();
        out.dedup();
        out
    }
}
