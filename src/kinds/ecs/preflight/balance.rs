//! Whether the target groups are there, and traffic reaches them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::card::Card;
use super::target::Target;
use crate::aws::ELB;
use crate::core::{Error, ErrorKind, Result};
use crate::kinds::ecs::deployment_group::group_of;
use crate::kinds::ecs::driver::Services;

const ASKED: &str = "target groups";
const RIGHTS: &str =
    "elasticloadbalancing:DescribeTargetGroups, DescribeRules, DescribeListeners and DescribeTargetHealth";

/// Asks about what balances the load between the tasks.
pub async fn ask(services: &Services, target: &Target, card: &mut Card<'_>) {
    if target.controller() == "CODE_DEPLOY" {
        return of_codedeploy(services, target, card).await;
    }
    let balanced = target.service["loadBalancers"].as_array().map(Vec::as_slice).unwrap_or_default();
    let (mut count, mut well) = (0, true);
    for one in balanced {
        let advanced = &one["advancedConfiguration"];
        let groups: Vec<&str> = [&one["targetGroupArn"], &advanced["alternateTargetGroupArn"]]
            .into_iter()
            .filter_map(Value::as_str)
            .collect();
        for group in &groups {
            count += 1;
            match attached(services, group).await {
                Ok(true) => {}
                Ok(false) => {
                    well = false;
                    card.warn(
                        ASKED,
                        format!("{} has no load balancer, so no traffic reaches it", short(group)),
                    );
                }
                Err(e) if e.kind == ErrorKind::NotFound => {
                    well = false;
                    card.block(
                        ASKED,
                        format!("{} is not there any more", short(group)),
                        "make it again, or change loadBalancers of the service first",
                    );
                }
                Err(e) => return card.unasked(ASKED, &e, RIGHTS),
            }
        }
        if well && target.controller() == "ECS" && target.strategy() != "ROLLING" {
            match rules(services, advanced, &groups, card).await {
                Ok(fine) => well &= fine,
                Err(e) => return card.unasked(ASKED, &e, RIGHTS),
            }
        }
    }
    if count > 0 && well {
        card.pass(
            ASKED,
            if count == 1 {
                "1 is there and attached".into()
            } else {
                format!("{count} are there and attached")
            },
        );
    }
}

/// Asks about the pair of target groups between which CodeDeploy shifts the traffic: by name, in the deployment group.
///
/// Source: `TargetGroupPairInfo` of the CodeDeploy API reference.
async fn of_codedeploy(services: &Services, target: &Target, card: &mut Card<'_>) {
    let group = match services.calls.service(&target.id).await {
        Ok(service) => group_of(services, &target.id, &service).await,
        // It is yet to be made.
        Err(e) if e.kind == ErrorKind::NotFound => return,
        Err(e) => Err(e),
    };
    let group = match group {
        Ok(group) => group,
        Err(e) if e.kind == ErrorKind::Blocked => {
            return card.block(ASKED, e.message, e.hint.unwrap_or_default());
        }
        Err(e) => return card.unasked(ASKED, &e, "codedeploy:BatchGetDeploymentGroups"),
    };
    let pair = group.info.pointer("/loadBalancerInfo/targetGroupPairInfoList/0/targetGroups");
    let names: Vec<&str> =
        pair.and_then(Value::as_array).into_iter().flatten().filter_map(|g| g["name"].as_str()).collect();
    for name in &names {
        let body = json!({ "Names": [name] });
        match services.calls.account.query(&ELB, "DescribeTargetGroups", &body).await.map_err(Error::from) {
            Ok(answer) if !answer["TargetGroups"][0].is_null() => {}
            Err(e) if e.kind != ErrorKind::NotFound => return card.unasked(ASKED, &e, RIGHTS),
            _ => {
                return card.block(
                    ASKED,
                    format!(
                        "the target group {name} is not there any more, and CodeDeploy needs both of its pair"
                    ),
                    "make it again, or name another one in the deployment group",
                );
            }
        }
    }
    if !names.is_empty() {
        card.pass(ASKED, format!("{} are there", names.join(" and ")));
    }
}

/// Returns whether a load balancer sends traffic to the target group. `NotFound` where it is not there.
async fn attached(services: &Services, group: &str) -> Result<bool> {
    let params = json!({ "TargetGroupArns": [group] });
    let answer = services.calls.account.query(&ELB, "DescribeTargetGroups", &params).await?;
    let found = &answer["TargetGroups"][0];
    if found.is_null() {
        return Err(Error::not_found(format!("there is no target group {group}")));
    }
    Ok(found["LoadBalancerArns"].as_array().is_some_and(|all| !all.is_empty()))
}

/// Says whether the rules of production and of test traffic have both target groups, and where production traffic goes.
///
/// Source: deploy-peers 4.1: both have to be attached to one of the rules, else the deployment is "rolled back because of
/// invalid networking configuration". ECS shifts what the rule says now without looking whether anything is behind it.
async fn rules(services: &Services, advanced: &Value, groups: &[&str], card: &mut Card<'_>) -> Result<bool> {
    let mut reached = BTreeSet::new();
    let mut well = true;
    for member in ["productionListenerRule", "testListenerRule"] {
        let Some(rule) = advanced[member].as_str() else { continue };
        let weights = match weights(services, rule).await {
            Ok(weights) => weights,
            Err(e) if e.kind == ErrorKind::NotFound => {
                card.block(
                    ASKED,
                    format!("there is no {member} {rule} any more"),
                    "make it again, or change loadBalancers of the service first",
                );
                return Ok(false);
            }
            Err(e) => return Err(e),
        };
        reached.extend(weights.iter().map(|(group, _)| group.clone()));
        if member == "productionListenerRule" {
            for (group, _) in weights.iter().filter(|(_, weight)| *weight > 0) {
                if !healthy(services, group).await? {
                    well = false;
                    card.warn(
                        ASKED,
                        format!(
                            "production traffic goes to {} now, which has no healthy target",
                            short(group)
                        ),
                    );
                }
            }
        }
    }
    for group in groups.iter().filter(|g| !reached.contains(**g)) {
        well = false;
        card.block(
            ASKED,
            format!(
                "{} is in neither the production nor the test rule, so ECS would roll back at once",
                short(group)
            ),
            "add it to the rule with weight 0: aws elbv2 modify-rule",
        );
    }
    Ok(well)
}

/// Returns the target groups that a rule, or the default of a listener, forwards to, each with its weight.
///
/// Source: `Action` and `ForwardActionConfig` of the Elastic Load Balancing API reference; for a Network Load Balancer the
/// "rule" is the ARN of a listener (deploy-peers 4.1).
async fn weights(services: &Services, rule: &str) -> Result<Vec<(String, u64)>> {
    let account = &services.calls.account;
    let actions = match rule.contains(":listener-rule/") {
        true => {
            let answer = account.query(&ELB, "DescribeRules", &json!({ "RuleArns": [rule] })).await?;
            answer["Rules"][0]["Actions"].clone()
        }
        false => {
            let answer = account.query(&ELB, "DescribeListeners", &json!({ "ListenerArns": [rule] })).await?;
            answer["Listeners"][0]["DefaultActions"].clone()
        }
    };
    let mut all = Vec::new();
    for action in actions.as_array().into_iter().flatten().filter(|a| a["Type"] == "forward") {
        let groups = action.pointer("/ForwardConfig/TargetGroups").and_then(Value::as_array);
        match groups {
            Some(groups) => all.extend(groups.iter().filter_map(|g| {
                let weight = g["Weight"].as_str().and_then(|w| w.parse().ok()).unwrap_or(1);
                Some((g["TargetGroupArn"].as_str()?.to_string(), weight))
            })),
            None => all.extend(action["TargetGroupArn"].as_str().map(|g| (g.to_string(), 1))),
        }
    }
    Ok(all)
}

async fn healthy(services: &Services, group: &str) -> Result<bool> {
    let params = json!({ "TargetGroupArn": group });
    let answer = services.calls.account.query(&ELB, "DescribeTargetHealth", &params).await?;
    let all = answer["TargetHealthDescriptions"].as_array().into_iter().flatten();
    Ok(all.into_iter().any(|t| t["TargetHealth"]["State"] == "healthy"))
}

/// Returns the name in the ARN of a target group.
fn short(arn: &str) -> String {
    format!("the target group {}", arn.split('/').nth(1).unwrap_or(arn))
}
