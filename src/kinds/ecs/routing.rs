//! Deployment configurations of CodeDeploy: the one that moves traffic as a ladder says, and how one is made.
//!
//! Source: "Predefined deployment configurations for an Amazon ECS compute platform" (CodeDeploy User Guide);
//! `TrafficRoutingConfig` and "CreateDeploymentConfig" (CodeDeploy API reference).

use serde_json::{Value, json};

use super::deployment_group::{ask, pages};
use super::driver::Services;
use super::ladder::Form;
use crate::aws::{Failure, Fate};
use crate::core::driver::Sending;
use crate::core::{Error, Result};

/// The call that makes one.
pub const CONFIGURE: &str = "CreateDeploymentConfig";
/// The argument that names one.
pub const NAME: &str = "deploymentConfigName";
/// The argument that says how traffic moves.
pub const ROUTING: &str = "trafficRoutingConfig";
/// All traffic at once.
pub const ALL_AT_ONCE: &str = "CodeDeployDefault.ECSAllAtOnce";
/// What the names of CodeDeploy's own begin with.
const OWN: &str = "CodeDeployDefault.";

/// How CodeDeploy moves traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Routing(pub Form);

impl Routing {
    /// Returns CodeDeploy's own configuration that does so, if there is one.
    pub fn predefined(self) -> Option<&'static str> {
        Some(match self.short().as_str() {
            "AllAtOnce" => ALL_AT_ONCE,
            "Canary10Percent5Minutes" => "CodeDeployDefault.ECSCanary10Percent5Minutes",
            "Canary10Percent15Minutes" => "CodeDeployDefault.ECSCanary10Percent15Minutes",
            "Linear10PercentEvery1Minutes" => "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
            "Linear10PercentEvery3Minutes" => "CodeDeployDefault.ECSLinear10PercentEvery3Minutes",
            _ => return None,
        })
    }

    /// Returns what one is called that is made.
    pub fn name(self) -> String {
        format!("Snapdeploy.ECS{}", self.short())
    }

    fn short(self) -> String {
        match self.0 {
            Form::AtOnce => "AllAtOnce".into(),
            Form::Canary(share, minutes) => format!("Canary{}Percent{minutes}Minutes", share.percent()),
            Form::Linear(step, minutes) => format!("Linear{}PercentEvery{minutes}Minutes", step.percent()),
        }
    }

    /// Returns it as a `TrafficRoutingConfig`.
    pub fn wire(self) -> Value {
        match self.0 {
            Form::AtOnce => json!({ "type": "AllAtOnce" }),
            Form::Canary(share, minutes) => json!({ "type": "TimeBasedCanary", "timeBasedCanary": {
                "canaryPercentage": share.percent().round() as u64, "canaryInterval": minutes } }),
            Form::Linear(step, minutes) => json!({ "type": "TimeBasedLinear", "timeBasedLinear": {
                "linearPercentage": step.percent().round() as u64, "linearInterval": minutes } }),
        }
    }
}

/// Returns the name of a configuration that somebody has made and that moves traffic as `routing`, on the wire, says.
pub async fn named(services: &Services, routing: &Value) -> Result<Option<String>> {
    let mut names = pages(services, "ListDeploymentConfigs", "deploymentConfigsList", json!({})).await?;
    names.retain(|name| !name.starts_with(OWN));
    // Ours goes before others, which somebody may delete.
    names.sort_by_key(|name| (!name.starts_with("Snapdeploy."), name.clone()));
    for name in names {
        let mut answer = ask(services, "GetDeploymentConfig", &json!({ NAME: name })).await?;
        let info = answer["deploymentConfigInfo"].take();
        let of_ecs = info["computePlatform"] == "ECS";
        if of_ecs && is_same(&info[ROUTING], routing) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Returns whether two routings say the same; what is null or of another type says nothing.
fn is_same(one: &Value, other: &Value) -> bool {
    let inner = match other["type"].as_str() {
        Some("TimeBasedCanary") => "timeBasedCanary",
        Some("TimeBasedLinear") => "timeBasedLinear",
        _ => "",
    };
    one["type"] == other["type"] && (inner.is_empty() || one[inner] == other[inner])
}

/// Makes the configuration that `args` are, unless there is one that moves traffic in the same way.
pub async fn make(services: &Services, args: &Value, with: &Sending<'_>) -> std::result::Result<(), Failure> {
    let refused = |error: Error| Failure { error, fate: Fate::Refused };
    if named(services, &args[ROUTING]).await.map_err(refused)?.is_some() {
        return Ok(());
    }
    let made = services.calls.tell_codedeploy(CONFIGURE, args, with.lease.until()).await;
    match made {
        Err(Failure { error, .. })
            if error.code.as_deref() == Some("DeploymentConfigAlreadyExistsException") =>
        {
            // Made meanwhile by another run, or by somebody to whom it means something else.
            match named(services, &args[ROUTING]).await.map_err(refused)? {
                Some(_) => Ok(()),
                None => {
                    let name = args[NAME].as_str().unwrap_or_default();
                    let message =
                        format!("the deployment configuration {name} of CodeDeploy moves traffic otherwise");
                    let hint = format!("aws deploy delete-deployment-config --deployment-config-name {name}");
                    Err(refused(Error::blocked(message).hint(hint).source(error)))
                }
            }
        }
        other => other.map(drop),
    }
}

/// Returns the name of the configuration that `args`, those of a deployment, ask for, if they do.
pub async fn asked(services: &Services, args: &Value) -> Result<Option<String>> {
    if let Some(name) = args[NAME].as_str() {
        return Ok(Some(name.to_string()));
    }
    let Some(routing) = args.get(ROUTING) else { return Ok(None) };
    match named(services, routing).await? {
        Some(name) => Ok(Some(name)),
        None => {
            Err(Error::blocked("the deployment configuration that was made for it is not there any more")
                .hint("make the plan again: run the same command"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::rollout::Share;

    #[test]
    fn codedeploys_own_are_taken_where_they_are_the_same() {
        let ten = Share::tenths(100).unwrap();
        let twenty = Share::tenths(200).unwrap();
        for (form, own) in [
            (Form::AtOnce, Some(ALL_AT_ONCE)),
            (Form::Canary(ten, 5), Some("CodeDeployDefault.ECSCanary10Percent5Minutes")),
            (Form::Linear(ten, 3), Some("CodeDeployDefault.ECSLinear10PercentEvery3Minutes")),
            (Form::Canary(ten, 6), None),
            (Form::Linear(twenty, 3), None),
        ] {
            assert_eq!(Routing(form).predefined(), own, "{form:?}");
        }
        let own = Routing(Form::Linear(twenty, 3));
        assert_eq!(own.name(), "Snapdeploy.ECSLinear20PercentEvery3Minutes");
        assert!(is_same(&own.wire(), &own.wire()));
        assert!(!is_same(&own.wire(), &Routing(Form::Canary(twenty, 3)).wire()));
        assert!(!is_same(&Routing(Form::Linear(twenty, 4)).wire(), &own.wire()));
    }
}
