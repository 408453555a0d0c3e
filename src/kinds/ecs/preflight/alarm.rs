//! Whether the alarms that take a deployment back can do so.

use serde_json::Value;

use super::card::Card;
use super::target::Target;
use crate::core::Result;
use crate::core::driver::Change;
use crate::core::run::RunKind;
use crate::kinds::alarms::{PERMISSION, alarms};
use crate::kinds::ecs::deployment_group::group_of;
use crate::kinds::ecs::driver::Services;

const ASKED: &str = "alarms";

/// Asks about the alarms of ECS, or of the deployment group.
pub async fn ask(
    services: &Services,
    change: &Change<'_>,
    kind: RunKind,
    target: &Target,
    card: &mut Card<'_>,
) {
    let by_codedeploy = target.controller() == "CODE_DEPLOY";
    let names = match by_codedeploy {
        true => match groups_alarms(services, &target.id).await {
            Ok(names) => names,
            Err(e) => {
                let rights = "codedeploy:ListApplications, ListDeploymentGroups and BatchGetDeploymentGroups";
                return card.unasked(ASKED, &e, rights);
            }
        },
        false => of_service(&target.service),
    };
    if names.is_empty() || change.from.is_none() {
        return;
    }
    let known = match alarms(&services.calls.account, &names).await {
        Ok(known) => known,
        Err(e) => return card.unasked(ASKED, &e, PERMISSION),
    };
    let state =
        |name: &String| known.iter().find(|alarm| alarm.name == *name).map(|alarm| alarm.state.as_str());
    let with = |wanted: Option<&str>| -> Vec<&str> {
        names.iter().filter(|n| state(n) == wanted).map(String::as_str).collect()
    };
    let (firing, missing, silent) = (with(Some("ALARM")), with(None), with(Some("INSUFFICIENT_DATA")));
    if !firing.is_empty() {
        let what = firing.join(", ");
        match (by_codedeploy, kind) {
            // Source: deploy-peers 0.6, after "Monitoring deployments with alarms" of CodeDeploy: ALARM_ACTIVE.
            (true, RunKind::Deploy) => card.block(
                ASKED,
                format!("{what} is in ALARM, so CodeDeploy would fail the deployment at once"),
                "see to what the alarm is about first",
            ),
            (true, RunKind::Rollback) => card.warn(
                ASKED,
                format!("{what} is in ALARM: the way back is not held up by it, since alarms are overridden for it"),
            ),
            // Source: deploy-peers 0.6 and 4.2, after `DeploymentAlarms` of ECS: an alarm that is in ALARM when a
            // deployment begins turns them all off for it.
            (false, _) => card.warn(
                ASKED,
                format!("{what} is in ALARM: ECS ignores the alarms, so automatic rollback by them is OFF for this deployment"),
            ),
        }
    }
    if !missing.is_empty() {
        let what = missing.join(", ");
        card.warn_so(
            ASKED,
            format!("{what} is not there, so it takes no deployment back"),
            "make it again, or take it out of the deployment's alarms",
        );
    }
    if !silent.is_empty() {
        card.warn(
            ASKED,
            format!(
                "{} has no data, so it takes no deployment back as long as that is so",
                silent.join(", ")
            ),
        );
    }
    if firing.is_empty() && missing.is_empty() && silent.is_empty() {
        card.pass(ASKED, format!("{} is OK", names.join(", ")));
    }
}

/// Returns the names of the alarms that ECS looks at.
fn of_service(service: &Value) -> Vec<String> {
    let alarms = service.pointer("/deploymentConfiguration/alarms").unwrap_or(&Value::Null);
    if alarms["enable"] != true {
        return Vec::new();
    }
    texts(&alarms["alarmNames"])
}

/// Returns the names of the alarms of the deployment group that deploys the service.
async fn groups_alarms(services: &Services, id: &str) -> Result<Vec<String>> {
    let service = services.calls.service(id).await?;
    let group = group_of(services, id, &service).await?;
    let alarmed = &group.info["alarmConfiguration"];
    if alarmed["enabled"] != true {
        return Ok(Vec::new());
    }
    let named = alarmed["alarms"].as_array().into_iter().flatten();
    Ok(named.filter_map(|a| a["name"].as_str().map(String::from)).collect())
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|t| t.as_str().map(String::from)).collect()
}
