//! Target health: what the load balancers say of the tasks of a service.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::calls::Calls;
use crate::aws::ELB;
use crate::core::Result;

/// What the target groups of a service say of their targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetHealth {
    /// How many answer.
    pub healthy: usize,
    /// How many there are, without those that drain.
    pub all: usize,
    /// Why others do not, a line each.
    pub problems: Vec<String>,
}

/// Asks the target groups of these ARNs.
pub async fn target_health(calls: &Calls, groups: &[String]) -> Result<TargetHealth> {
    let mut health = TargetHealth::default();
    for group in groups {
        let params = json!({ "TargetGroupArn": group });
        let answer = calls.account.query(&ELB, "DescribeTargetHealth", &params).await?;
        health.add(group, &answer);
    }
    Ok(health)
}

impl TargetHealth {
    /// Source: "TargetHealth" (Elastic Load Balancing API reference): states, reasons, and a description in words.
    fn add(&mut self, group: &str, answer: &Value) {
        let name = group.split('/').nth(1).unwrap_or(group);
        let mut sick: BTreeMap<String, usize> = BTreeMap::new();
        for one in answer["TargetHealthDescriptions"].as_array().into_iter().flatten() {
            let health = &one["TargetHealth"];
            let state = health["State"].as_str().unwrap_or_default();
            if matches!(state, "draining" | "unused") {
                continue;
            }
            self.all += 1;
            if state == "healthy" {
                self.healthy += 1;
            }
            if state.starts_with("unhealthy") {
                let said = |member: &str| health[member].as_str().filter(|s| !s.is_empty());
                let parts: Vec<&str> = [said("Reason"), said("Description")].into_iter().flatten().collect();
                *sick.entry(parts.join(": ")).or_default() += 1;
            }
        }
        for (why, count) in sick {
            let targets = if count == 1 { "target is" } else { "targets are" };
            self.problems.push(format!("{count} {targets} unhealthy in {name}: {why}"));
        }
    }
}

/// Returns the ARNs of the target groups that `value`, a service or what of it a revision has, sends traffic through.
pub fn groups(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    for one in value["loadBalancers"].as_array().into_iter().flatten() {
        let other = &one["advancedConfiguration"]["alternateTargetGroupArn"];
        for arn in [&one["targetGroupArn"], other].into_iter().filter_map(Value::as_str) {
            if !all.iter().any(|known| known == arn) {
                all.push(arn.to_string());
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unhealthy_targets_are_counted_by_their_reason() {
        let target = |state: &str, reason: &str| json!({ "TargetHealth": { "State": state, "Reason": reason, "Description": "codes: [500]" } });
        let answer = json!({ "TargetHealthDescriptions": [
            target("healthy", ""), target("draining", "Target.DeregistrationInProgress"),
            target("unhealthy", "Target.ResponseCodeMismatch"), target("unhealthy", "Target.ResponseCodeMismatch"),
            target("initial", "Elb.RegistrationInProgress"),
        ] });
        let mut health = TargetHealth::default();
        health.add("arn:aws:elasticloadbalancing:r:1:targetgroup/web/1", &answer);
        let line = "2 targets are unhealthy in web: Target.ResponseCodeMismatch: codes: [500]";
        assert_eq!(health, TargetHealth { healthy: 1, all: 4, problems: vec![line.into()] });
    }
}
