//! Whether CodeDeploy can climb the ladder of a service: how long it keeps the old tasks, and what its load balancer can.

use super::card::Card;
use super::target::Target;
use crate::core::driver::Change;
use crate::core::run::RunKind;
use crate::kinds::ecs::deployment_group::group_of;
use crate::kinds::ecs::driver::Services;
use crate::kinds::ecs::ladder::{Form, Platform};
use crate::kinds::ecs::shift_rungs::{margin, minutes, wait};
use crate::kinds::ecs::state::Content;

const ASKED: &str = "ladder";

/// Asks the deployment group.
pub async fn ask(services: &Services, change: &Change<'_>, target: &Target, card: &mut Card<'_>) {
    let (Some(from), Some(to)) = (change.from, change.to) else { return };
    let Some(rollout) = services.values.rollouts.of(change.address, None) else { return };
    let shifts = change.way == RunKind::Deploy && Content::of(from) != Content::of(to);
    if !shifts || target.controller() != "CODE_DEPLOY" {
        return;
    }
    // What CodeDeploy never can is refused where the moves are made.
    let Ok(ladder) = Platform::CodeDeploy.ladder(rollout) else { return };
    let group = match services.calls.service(&target.id).await {
        Ok(service) => group_of(services, &target.id, &service).await,
        Err(e) => Err(e),
    };
    let group = match group {
        Ok(group) => group,
        Err(e) => return card.unasked(ASKED, &e, "codedeploy:BatchGetDeploymentGroups"),
    };
    let kept = wait(&group.info);
    let asked = margin(&services.values, change.address).map_or(0, minutes);
    if kept < asked {
        return card.block(
            ASKED,
            format!(
                "the gates on the last rung of {rollout} may take {asked} minutes until they have failed and it is stopped, and \
                 the deployment group {} keeps the old tasks for {kept} minutes",
                group.name
            ),
            "let the group keep the old tasks for longer: aws deploy update-deployment-group (terminationWaitTimeInMinutes); \
             or say of the gates that they take less: `limit`, `tries` and `every` under [environments.NAME.gates.GATE]"
                .to_string(),
        );
    }
    if kept < ladder.bake {
        return card.block(
            ASKED,
            format!(
                "the last rung of {rollout} is held for {} minutes, and the deployment group {} keeps the old tasks for {kept} \
                 minutes",
                ladder.bake, group.name
            ),
            format!(
                "hold the last rung for {kept} minutes at most, or let the group keep the old tasks for longer: aws deploy \
                 update-deployment-group (terminationWaitTimeInMinutes)"
            ),
        );
    }
    let listener = "/loadBalancerInfo/targetGroupPairInfoList/0/prodTrafficRoute/listenerArns/0";
    let listener = group.info.pointer(listener).and_then(|arn| arn.as_str()).unwrap_or_default();
    // Source: deploy-peers 4.4: "NLB: only ECSAllAtOnce".
    if ladder.form != Form::AtOnce && listener.contains(":listener/net/") {
        let only = rollout.rungs().last().map(ToString::to_string).unwrap_or_default();
        return card.block(
            ASKED,
            "CodeDeploy shifts all traffic of a Network Load Balancer at once".to_string(),
            format!("\"{}\" = \"{only}\" under [environments.NAME.rollouts]", change.address),
        );
    }
    card.pass(ASKED, format!("CodeDeploy climbs {rollout}, and keeps the old tasks for {kept} minutes"));
}
