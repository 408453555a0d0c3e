//! Whether the secrets that a container names can be read when its task starts.

use serde_json::{Map, Value};

use super::settle::Sim;

/// How every such failure begins ("Stopped task error messages", ECS Developer Guide).
const HEAD: &str = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed:";

/// Whether all of them are there; else the reason that the task has.
pub(crate) fn readable(container: &Map<String, Value>, sim: &Sim<'_>) -> Result<(), String> {
    let secrets = container.get("secrets").and_then(Value::as_array).into_iter().flatten();
    for given in secrets.filter_map(|secret| secret.get("valueFrom")?.as_str()) {
        if given.starts_with("arn:aws:secretsmanager:") {
            if !stored(given, sim) {
                return Err(format!(
                    "{HEAD} unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret {given} from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret."
                ));
            }
        } else if !parameter(given, sim) {
            let name = given.rsplit_once(":parameter").map_or(given, |(_, name)| name);
            return Err(format!(
                "{HEAD} unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: {name}"
            ));
        }
    }
    Ok(())
}

/// `arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-XXXXXX`, and perhaps `:KEY:STAGE:VERSION`.
fn stored(arn: &str, sim: &Sim<'_>) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    let [_, _, _, region, account, _, name, ..] = parts.as_slice() else { return false };
    let Some(account) = sim.world.accounts.get(*account) else { return false };
    let plain = name.rsplit_once('-').map_or(*name, |(plain, _)| plain);
    [*name, plain]
        .iter()
        .any(|name| account.secrets.contains_key(&((*region).to_owned(), (*name).to_owned())))
}

/// A name in the task's own region and account, or `arn:aws:ssm:REGION:ACCOUNT:parameter/NAME`.
fn parameter(given: &str, sim: &Sim<'_>) -> bool {
    let parts: Vec<&str> = given.splitn(6, ':').collect();
    let (region, account, name) = match parts.as_slice() {
        ["arn", _, "ssm", region, account, name] => {
            (*region, *account, name.strip_prefix("parameter").unwrap_or(name))
        }
        _ => (sim.region.as_str(), sim.account.as_str(), given),
    };
    let Some(account) = sim.world.accounts.get(account) else { return false };
    let there = |name: &str| account.parameters.contains_key(&(region.to_owned(), name.to_owned()));
    there(name) || there(name.trim_start_matches('/'))
}
