//! Load balancers of a scenario: ids that are the same for the same names.

use super::super::clock;
use super::super::digest;
use super::held::{Balancer, Group, Held, Listener, Rule};
use super::{action, attribute, balancer, group, listener};

/// A load balancer of a scenario, as it is being described.
#[derive(Debug)]
pub struct BalancerSeed<'a> {
    held: &'a mut Held,
    arn: String,
}

/// 16 hexadecimal digits, the same for the same ARN before them.
fn with_id(path: &str) -> String {
    format!("{path}/{}", &digest::sha256_hex(path.as_bytes())[..16])
}

impl<'a> BalancerSeed<'a> {
    /// An Application Load Balancer that is active, added if it is new.
    pub(crate) fn of(held: &'a mut Held, account: &str, region: &str, name: &str) -> BalancerSeed<'a> {
        BalancerSeed::with_type(held, account, region, name, "application")
    }

    /// One of this type (`application` or `network`).
    pub(crate) fn with_type(
        held: &'a mut Held,
        account: &str,
        region: &str,
        name: &str,
        kind: &str,
    ) -> BalancerSeed<'a> {
        let path = format!(
            "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/{}/{name}",
            balancer::short(kind)
        );
        let arn = with_id(&path);
        let made = || Balancer {
            members: balancer::members(&arn, name, kind, "internet-facing", clock::SEEDED),
            seen: true,
        };
        held.balancers.entry(arn.clone()).or_insert_with(made);
        BalancerSeed { held, arn }
    }

    /// Its ARN.
    pub fn arn(&self) -> String {
        self.arn.clone()
    }

    fn network(&self) -> bool {
        self.arn.contains(":loadbalancer/net/")
    }

    /// A target group of addresses, on the port 80, added if it is new; its ARN. Nothing forwards to it yet.
    pub fn target_group(&mut self, name: &str) -> String {
        let before = self.arn.split(":loadbalancer/").next().unwrap_or_default();
        let arn = with_id(&format!("{before}:targetgroup/{name}"));
        let protocol = if self.network() { "TCP" } else { "HTTP" };
        let made = || Group {
            members: group::members(&arn, name, protocol, 80, "ip"),
            attributes: attribute::defaults(),
            targets: Vec::new(),
        };
        self.held.groups.entry(arn.clone()).or_insert_with(made);
        arn
    }

    /// A listener on a port that forwards to these target groups (names and weights; what is not there is made); its ARN.
    pub fn listener(&mut self, port: u64, groups: &[(&str, u32)]) -> String {
        let weights = self.weights(groups);
        let path = self.arn.split(":loadbalancer/").collect::<Vec<_>>().join(":listener/");
        // The port stands in what the id is made from: a load balancer has several listeners.
        let id = &digest::sha256_hex(format!("{path}/{port}").as_bytes())[..16];
        let arn = format!("{path}/{id}");
        let protocol = if self.network() { "TCP" } else { "HTTP" };
        let made = Listener {
            balancer: self.arn.clone(),
            members: listener::members(&arn, &self.arn, protocol, port),
            actions: vec![action::forward(&weights, action::not_sticky())],
            default_rule: with_id(&arn.replace(":listener/", ":listener-rule/")),
        };
        self.held.listeners.insert(arn.clone(), made);
        arn
    }

    /// The ARN of the listener on a port, if there is one.
    pub fn listener_arn(&self, port: u64) -> Option<String> {
        let on_port = |one: &Listener| one.members.get("Port").is_some_and(|own| *own == port.to_string());
        let own = self.held.listeners.iter().find(|(_, one)| one.balancer == self.arn && on_port(one));
        own.map(|(arn, _)| arn.clone())
    }

    /// A rule of a listener for a path (`/*`), which forwards to these target groups; its ARN.
    pub fn rule(&mut self, port: u64, priority: u64, path: &str, groups: &[(&str, u32)]) -> String {
        let weights = self.weights(groups);
        let listener = match self.listener_arn(port) {
            Some(arn) => arn,
            None => self.listener(port, groups),
        };
        let head = listener.replace(":listener/", ":listener-rule/");
        let id = &digest::sha256_hex(format!("{head}/{priority}").as_bytes())[..16];
        let arn = format!("{head}/{id}");
        let conditions = serde_json::json!([
            {"Field": "path-pattern", "Values": [path], "PathPatternConfig": {"Values": [path]}}
        ]);
        let actions = vec![action::forward(&weights, action::not_sticky())];
        self.held.rules.insert(arn.clone(), Rule { listener, priority, conditions, actions });
        arn
    }

    fn weights(&mut self, groups: &[(&str, u32)]) -> Vec<(String, u32)> {
        groups.iter().map(|(name, weight)| (self.target_group(name), *weight)).collect()
    }

    /// A target of a target group that is healthy already, or never will be.
    pub fn target(&mut self, group: &str, address: &str, answers: bool) -> &mut BalancerSeed<'a> {
        let arn = self.target_group(group);
        self.held.register(&arn, address, 80, answers, clock::SEEDED);
        self
    }

    /// A tag of the load balancer.
    pub fn tag(&mut self, key: &str, value: &str) -> &mut BalancerSeed<'a> {
        self.held.tags.entry(self.arn.clone()).or_default().insert(key.into(), value.into());
        self
    }
}
