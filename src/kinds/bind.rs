//! Binding: from an environment's name for its Connect instance to a driver for it.

use std::fmt;

use serde_json::Value;

use super::connect::{Calls, Connect};
use super::ecs::Services;
use super::gate::Gatekeeper;
use super::hook::Runner;
use super::lambda::Functions;
use super::lex::Bots;
use super::site::Sites;
use super::whole::Whole;
use crate::aws::{Account, Elsewhere};
use crate::core::driver::Driver;
use crate::core::environment::Environment;
use crate::core::{Error, Pin, Result};

/// A Connect instance, as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its id, a UUID.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its alias; `-` if it has none.
    pub alias: String,
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.alias, self.id)
    }
}

/// Returns the Connect instances of an account in its region.
pub async fn instances(account: Account) -> Result<Vec<Instance>> {
    listed(&Calls { account, instance: String::new() }).await
}

async fn listed(calls: &Calls) -> Result<Vec<Instance>> {
    let items = calls.list("ListInstances", "InstanceSummaryList", "").await?;
    let text = |item: &Value, member: &str| item[member].as_str().map(String::from);
    let one = |item: &Value| {
        let alias = text(item, "InstanceAlias").unwrap_or_else(|| "-".into());
        Some(Instance { id: text(item, "Id")?, arn: text(item, "Arn").unwrap_or_default(), alias })
    };
    Ok(items.iter().filter_map(one).collect())
}

/// Binds what can be deployed to an environment: finds its Connect instance, if it has one, and returns the driver.
///
/// The instance may be named by its id, its ARN or its alias. `NotFound`, with the instances that are there, if it is
/// none of them.
pub async fn bind(account: Account, environment: &Environment) -> Result<Box<dyn Driver>> {
    bind_among(account, environment, Elsewhere::default()).await
}

/// Binds as [`bind`] does, among the other environments that are `elsewhere`: bits are brought from there.
pub async fn bind_among(
    account: Account,
    environment: &Environment,
    elsewhere: Elsewhere,
) -> Result<Box<dyn Driver>> {
    let Some(wanted) = &environment.instance else {
        let pin = Pin::services(environment.account.clone(), environment.region.clone());
        return Ok(Box::new(whole(pin, account, environment, None, elsewhere)));
    };
    let mut calls = Calls { account, instance: String::new() };
    let found = listed(&calls).await;
    let found =
        found.map_err(|e| e.context(format!("cannot find the Connect instance of {}", environment.name)))?;
    let named = |i: &&Instance| [&i.id, &i.arn, &i.alias].contains(&wanted);
    let Some(Instance { id, .. }) = found.iter().find(named) else {
        let there: Vec<String> = found.iter().map(Instance::to_string).collect();
        let there = if there.is_empty() { "there is none".to_string() } else { there.join(", ") };
        return Err(Error::not_found(format!(
            "{} has no Connect instance `{}` in {} {}",
            environment.name, wanted, environment.account, environment.region
        ))
        .hint(format!("instance of [environments.{}] is one of: {there}", environment.name)));
    };
    calls.instance = id.clone();
    calls.account.settle(id);
    let pin = Pin {
        account: environment.account.clone(),
        region: environment.region.clone(),
        instance: id.clone(),
    };
    let account = calls.account.clone();
    let connect = Connect::new(pin.clone(), calls, environment.values.clone());
    Ok(Box::new(whole(pin, account, environment, Some(connect), elsewhere)))
}

fn whole(
    pin: Pin,
    account: Account,
    environment: &Environment,
    connect: Option<Connect>,
    elsewhere: Elsewhere,
) -> Whole {
    let values = &environment.values;
    let clients = account.clone();
    let functions = Functions::new(pin.clone(), account.clone(), values.clone());
    let bots = Bots::new(pin.clone(), account.clone(), values.clone());
    let sites = Sites::new(pin.clone(), account.clone(), values.clone());
    // Who looks after no service is not asked for the permission to list them.
    let wanted = values.owns.patterns().iter().any(|p| p.starts_with("ecs/") || p.starts_with('*'));
    let gates = Gatekeeper { account: account.clone(), environment: environment.name.clone() };
    let services = wanted.then(|| Services::new(pin.clone(), account, values.clone()).among(elsewhere));
    let hooks = Runner::new(pin.clone(), clients, values.clone());
    Whole { pin, connect, functions, bots, services, sites, gates, hooks }
}
