//! Binding: from an environment's name for its Connect instance to a driver for it.

use serde_json::Value;

use super::connect::{Calls, Connect};
use crate::aws::Account;
use crate::core::driver::Driver;
use crate::core::environment::Environment;
use crate::core::{Error, Pin, Result};

/// Binds what can be deployed to an environment: finds its Connect instance and returns the driver.
///
/// The instance may be named by its id, its ARN or its alias. `NotFound`, with the instances that are there, if it is
/// none of them.
pub async fn bind(account: Account, environment: &Environment) -> Result<Box<dyn Driver>> {
    let mut calls = Calls { account, instance: String::new() };
    let instances = calls
        .list("ListInstances", "InstanceSummaryList", "")
        .await
        .map_err(|e| e.context(format!("cannot find the Connect instance of {}", environment.name)))?;
    let named = |i: &&Value| {
        ["Id", "Arn", "InstanceAlias"].iter().any(|member| i[*member].as_str() == Some(&environment.instance))
    };
    let Some(id) = instances.iter().find(named).and_then(|i| i["Id"].as_str()) else {
        let there: Vec<String> = instances
            .iter()
            .map(|i| {
                format!(
                    "{} ({})",
                    i["InstanceAlias"].as_str().unwrap_or("-"),
                    i["Id"].as_str().unwrap_or("-")
                )
            })
            .collect();
        let there = if there.is_empty() { "there is none".to_string() } else { there.join(", ") };
        return Err(Error::not_found(format!(
            "{} has no Connect instance `{}` in {} {}",
            environment.name, environment.instance, environment.account, environment.region
        ))
        .hint(format!("instance of [environments.{}] is one of: {there}", environment.name)));
    };
    calls.instance = id.to_string();
    let pin = Pin {
        account: environment.account.clone(),
        region: environment.region.clone(),
        instance: id.to_string(),
    };
    Ok(Box::new(Connect::new(pin, calls, environment.values.clone())))
}
