//! Deployment configurations: how traffic moves.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::{clock, ids};
use super::ask::Ask;
use super::held::Held;

/// How traffic moves, percent and minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Traffic {
    AllAtOnce,
    Canary { percent: u32, minutes: u32 },
    Linear { percent: u32, minutes: u32 },
}

/// "Predefined deployment configurations for an Amazon ECS compute platform" (CodeDeploy User Guide).
const PREDEFINED: [(&str, Traffic); 5] = [
    ("CodeDeployDefault.ECSAllAtOnce", Traffic::AllAtOnce),
    ("CodeDeployDefault.ECSCanary10Percent15Minutes", Traffic::Canary { percent: 10, minutes: 15 }),
    ("CodeDeployDefault.ECSCanary10Percent5Minutes", Traffic::Canary { percent: 10, minutes: 5 }),
    ("CodeDeployDefault.ECSLinear10PercentEvery1Minutes", Traffic::Linear { percent: 10, minutes: 1 }),
    ("CodeDeployDefault.ECSLinear10PercentEvery3Minutes", Traffic::Linear { percent: 10, minutes: 3 }),
];

impl Traffic {
    /// The percentage that is shifted after so many minutes, the first part at once.
    pub(crate) fn weight(self, minutes: f64) -> u32 {
        match self {
            Traffic::AllAtOnce => 100,
            Traffic::Canary { percent, minutes: wait } => {
                if minutes >= f64::from(wait) {
                    100
                } else {
                    percent
                }
            }
            Traffic::Linear { percent, minutes: wait } => {
                let parts = (minutes / f64::from(wait.max(1))).floor().clamp(0.0, 100.0) as u32 + 1;
                percent.saturating_mul(parts).min(100)
            }
        }
    }

    /// After how many minutes all of it is shifted.
    pub(crate) fn whole(self) -> f64 {
        match self {
            Traffic::AllAtOnce => 0.0,
            Traffic::Canary { minutes, .. } => f64::from(minutes),
            Traffic::Linear { percent, minutes } => {
                f64::from(minutes.max(1)) * f64::from(100_u32.div_ceil(percent.max(1)).saturating_sub(1))
            }
        }
    }

    fn show(self) -> Value {
        match self {
            Traffic::AllAtOnce => json!({"type": "AllAtOnce"}),
            Traffic::Canary { percent, minutes } => json!({
                "type": "TimeBasedCanary",
                "timeBasedCanary": {"canaryPercentage": percent, "canaryInterval": minutes},
            }),
            Traffic::Linear { percent, minutes } => json!({
                "type": "TimeBasedLinear",
                "timeBasedLinear": {"linearPercentage": percent, "linearInterval": minutes},
            }),
        }
    }

    fn read(routing: &Value) -> Option<Traffic> {
        let number = |pointer: &str| {
            let number = routing.pointer(pointer)?.as_u64()?;
            u32::try_from(number).ok().filter(|number| *number > 0)
        };
        match routing.get("type")?.as_str()? {
            "AllAtOnce" => Some(Traffic::AllAtOnce),
            "TimeBasedCanary" => Some(Traffic::Canary {
                percent: number("/timeBasedCanary/canaryPercentage").filter(|percent| *percent < 100)?,
                minutes: number("/timeBasedCanary/canaryInterval")?,
            }),
            "TimeBasedLinear" => Some(Traffic::Linear {
                percent: number("/timeBasedLinear/linearPercentage").filter(|percent| *percent < 100)?,
                minutes: number("/timeBasedLinear/linearInterval")?,
            }),
            _ => None,
        }
    }
}

/// The configuration with this name.
pub(crate) fn find(held: &Held, region: &str, name: &str) -> Result<Traffic, Fail> {
    if let Some((_, traffic)) = PREDEFINED.iter().find(|(known, _)| *known == name) {
        return Ok(*traffic);
    }
    let made = held.configs.get(&(region.to_owned(), name.to_owned()));
    let traffic = made.and_then(|info| Traffic::read(info.get("trafficRoutingConfig")?));
    traffic.ok_or_else(|| missing(name))
}

fn missing(name: &str) -> Fail {
    let message = format!("No deployment configuration found for name: {name}");
    Fail::new(400, "DeploymentConfigDoesNotExistException", message)
}

/// GetDeploymentConfig.
pub(crate) fn get(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = ask.text("deploymentConfigName");
    if name.is_empty() {
        let message = "The deployment configuration name was not specified.";
        return Err(Fail::new(400, "DeploymentConfigNameRequiredException", message));
    }
    let made = held.configs.get(&(ask.region().to_owned(), name.to_owned()));
    let info = match made {
        Some(info) => Value::Object(info.clone()),
        None => {
            let traffic = find(held, ask.region(), name)?;
            json!({
                "deploymentConfigId": ids::derived(&["deployment config", name]), "deploymentConfigName": name,
                "createTime": clock::epoch(clock::SEEDED), "computePlatform": "ECS",
                "trafficRoutingConfig": traffic.show(),
            })
        }
    };
    Ok(Answer::json(&json!({"deploymentConfigInfo": info})))
}

/// ListDeploymentConfigs: those for ECS alone.
pub(crate) fn list(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let made = held.configs.keys().filter(|(region, _)| region == ask.region());
    let names = PREDEFINED.iter().map(|(name, _)| *name).chain(made.map(|(_, name)| name.as_str()));
    ask.page("deploymentConfigsList", names.map(|name| json!(name)).collect(), Map::new())
}

/// CreateDeploymentConfig, for ECS.
pub(crate) fn create(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = ask.text("deploymentConfigName").to_owned();
    if ask.text("computePlatform") != "ECS" {
        return Err(Fail::not_implemented("codedeploy: configurations of other platforms than ECS"));
    }
    if name.is_empty() || name.starts_with("CodeDeployDefault.") {
        let message = format!("The deployment configuration name {name:?} is not valid.");
        return Err(Fail::new(400, "InvalidDeploymentConfigNameException", message));
    }
    let key = (ask.region().to_owned(), name.clone());
    if held.configs.contains_key(&key) {
        let message = format!("Deployment configuration already exists: {name}");
        return Err(Fail::new(400, "DeploymentConfigAlreadyExistsException", message));
    }
    let routing = ask.body.get("trafficRoutingConfig").cloned().unwrap_or(Value::Null);
    let traffic = Traffic::read(&routing).ok_or_else(|| {
        let message = "The configuration that specifies how traffic is routed is not valid.";
        Fail::new(400, "InvalidTrafficRoutingConfigurationException", message)
    })?;
    let id = ids::random_uuid();
    let info = json!({
        "deploymentConfigId": id, "deploymentConfigName": name, "createTime": clock::epoch(ask.now),
        "computePlatform": "ECS", "trafficRoutingConfig": traffic.show(),
    });
    held.configs.insert(key, info.as_object().cloned().unwrap_or_default());
    Ok(Answer::json(&json!({"deploymentConfigId": id})))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_moves_as_the_names_of_the_predefined_configurations_say() {
        let weights = |traffic: Traffic, minutes: &[f64]| -> Vec<u32> {
            minutes.iter().map(|minutes| traffic.weight(*minutes)).collect()
        };
        assert_eq!(weights(Traffic::AllAtOnce, &[0.0]), [100]);
        let canary = Traffic::Canary { percent: 10, minutes: 5 };
        assert_eq!(weights(canary, &[0.0, 4.9, 5.0]), [10, 10, 100]);
        let linear = Traffic::Linear { percent: 10, minutes: 3 };
        assert_eq!(weights(linear, &[0.0, 3.0, 26.9, 27.0]), [10, 20, 90, 100]);
        assert_eq!(linear.whole(), 27.0);
        assert_eq!(Traffic::Linear { percent: 30, minutes: 1 }.whole(), 3.0);
    }
}
