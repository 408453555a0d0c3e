//! What a hook needs to be there before a run begins that depends on it.

use serde_json::json;

use super::runner::Runner;
use super::task::{counting, name_of};
use crate::core::address::Address;
use crate::core::finding::{Finding, Weight};
use crate::core::hook::{Hook, HookDeed};
use crate::core::{Error, ErrorKind, Result};
use crate::kinds::ecs::current;
use crate::wire;

/// Returns what is to be said of `hook` before a run that makes `new`.
pub async fn foresee(runner: &Runner, hook: &Hook, new: &[Address]) -> Vec<Finding> {
    let looked = match &hook.deed {
        HookDeed::Command { .. } => Ok(Vec::new()),
        HookDeed::Invoke { function, .. } => of_function(runner, function, new).await,
        HookDeed::Task { .. } => of_task(runner, hook, new).await,
    };
    let name = &hook.name;
    let reasons =
        looked.unwrap_or_else(|e| vec![(Weight::Warning, format!("cannot be looked at: {}", e.message))]);
    let one = |(weight, why): (Weight, String)| {
        Finding::new(weight, None, format!("the hook {name}: {why}")).hint(format!(
            "correct `hooks.{name}` of the environment in snapdeploy.toml, or leave it out this time: --skip-hook {name}"
        ))
    };
    reasons.into_iter().map(one).collect()
}

/// What is to be said, and how much it matters.
type Reasons = Vec<(Weight, String)>;

/// Returns what `e` means for what was looked for: that it is not there, or that nobody can tell.
fn missing(e: Error, what: &str) -> Result<Reasons> {
    // Source: "DescribeTaskDefinition" of the API reference: ClientException where there is none.
    match e.kind == ErrorKind::NotFound || e.code.as_deref() == Some("ClientException") {
        true => Ok(vec![(Weight::Block, format!("there is no {what}"))]),
        false => Err(e),
    }
}

async fn of_function(runner: &Runner, function: &str, new: &[Address]) -> Result<Reasons> {
    let (name, qualifier) = match function.starts_with("arn:") {
        true => (function, None),
        false => function.split_once(':').map_or((function, None), |(name, q)| (name, Some(q))),
    };
    if runner.is_new("lambda/function", name, new) {
        return Ok(Vec::new());
    }
    let call = "GetFunctionConfiguration";
    let get = || {
        let get = runner.account.lambda.get_function_configuration().function_name(name);
        get.set_qualifier(qualifier.map(String::from))
    };
    let send = || async { wire!(call, get()) };
    match runner.account.read(&format!("lambda:{call}"), send).await {
        Ok(_) => Ok(Vec::new()),
        Err(failure) => missing(failure.error, &format!("function {function}")),
    }
}

async fn of_task(runner: &Runner, hook: &Hook, new: &[Address]) -> Result<Reasons> {
    let HookDeed::Task { cluster, service, family, container, subnets, .. } = &hook.deed else {
        return Ok(Vec::new());
    };
    let calls = runner.services.calls();
    let clusters = calls.ask("DescribeClusters", &json!({ "clusters": [cluster] })).await?;
    if clusters["clusters"][0]["status"] != "ACTIVE" {
        return Ok(vec![(Weight::Block, format!("there is no cluster {cluster}"))]);
    }
    let mut definition = family.clone();
    if let Some(service) = service {
        let id = format!("{}/{service}", name_of(cluster));
        match calls.service(&id).await {
            Ok(there) => definition = definition.or_else(|| current(&there).map(String::from)),
            Err(e) if e.kind == ErrorKind::NotFound && runner.is_new("ecs/service", &id, new) => {
                let why = format!(
                    "the service {id} is made by this plan, so nobody knows its network yet: name `subnets`"
                );
                return Ok(if subnets.is_empty() { vec![(Weight::Block, why)] } else { Vec::new() });
            }
            Err(e) => return missing(e, &format!("service {id}")),
        }
    } else if subnets.is_empty() {
        let why =
            "names no service, so it needs `subnets` where its tasks have a network of their own (awsvpc)";
        return Ok(vec![(Weight::Warning, why.to_string())]);
    }
    let Some(definition) = definition else { return Ok(Vec::new()) };
    match calls.task_definition(&definition).await {
        Ok(found) => Ok(match counting(&found, container.as_deref()) {
            Ok(_) => Vec::new(),
            Err(e) => vec![(Weight::Block, [e.message, e.hint.unwrap_or_default()].join(": "))],
        }),
        Err(e) => missing(e, &format!("task definition {definition}")),
    }
}
