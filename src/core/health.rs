//! Health: whether all is well with an environment and with what keeps its history.

use super::address::Address;
use super::driver::Check;
use super::error::{Error, Result};
use super::gate_checks::{self, Ask};
use super::holder::ways_out;
use super::lease::{Owner, owner};
use super::ledger::{Held, Ledger};
use super::means::Means;
use super::pin::Pin;
use super::repository::Repository;
use super::run::Process;
use super::secret::Vault;
use super::select::Selection;
use super::survey;

/// Asks all checks of the environment and of the store. A check that fails is an answer, not an error. `identity` says
/// as whom the calls are made.
pub async fn health(means: &Means<'_>, identity: &str, select: &Selection) -> Result<Vec<Check>> {
    health_with(means, identity, select, Ask::Looking).await
}

/// Asks as [`health`] does, with these of the gates.
pub async fn health_with(
    means: &Means<'_>,
    identity: &str,
    select: &Selection,
    gates: Ask,
) -> Result<Vec<Check>> {
    let mut checks = vec![well("identity", identity)];
    let seen_from = Some(&means.process);
    checks.extend(history(&means.repository, means.ledger, Some(means.driver.pin()), seen_from).await);
    if means.vault.is_keeping() {
        checks.push(envelopes(means.vault).await);
    }
    let (inventory, gaps) = survey::list(means.driver, means.events).await?;
    let kinds = means.driver.kinds();
    let picked: Vec<&Address> = inventory
        .iter()
        .map(|f| &f.address)
        .filter(|a| kinds.contains(&a.kind()) && select.picks(a))
        .collect();
    if let Some(pattern) = select.idle(picked.iter().copied()).first() {
        return Err(Error::not_found(format!("nothing there is `{pattern}`")));
    }
    let (lives, unread) = survey::skim(means.driver, &inventory, picked, means.events).await;
    let problems: Vec<String> = gaps.iter().chain(&unread).map(super::extract::gap_line).collect();
    checks.push(Check {
        name: "permissions".into(),
        healthy: problems.is_empty(),
        detail: match lives.len() {
            1 => "1 resource read".into(),
            n => format!("{n} resources read"),
        },
        problems,
    });
    let lives: Vec<_> = lives.into_values().collect();
    checks.extend(means.driver.checks(&lives, &inventory).await?);
    checks.extend(gate_checks::checks(means, gates, &lives).await);
    Ok(checks)
}

/// Asks what can be asked of an environment that cannot be reached, for `why`: the store still answers. `identity` is
/// as whom the calls are made, if the account could be reached, and `pin` what the environment points at, if that is
/// known without asking it.
pub async fn unreached(
    repository: &Repository<'_>,
    ledger: &dyn Ledger,
    pin: Option<&Pin>,
    identity: Option<&str>,
    why: Error,
) -> Vec<Check> {
    let mut problems = vec![why.message];
    problems.extend(why.hint.map(|hint| format!("hint: {hint}")));
    let bad = |name: &str, problems: Vec<String>| Check {
        name: name.into(),
        healthy: false,
        detail: String::new(),
        problems,
    };
    let mut checks = vec![match identity {
        Some(identity) => well("identity", identity),
        None => bad("identity", problems.clone()),
    }];
    checks.extend(history(repository, ledger, pin, None).await);
    checks.push(bad("instance", problems));
    checks
}

/// Asks what keeps the history: the store, the ledger, and whether a run is open, as `me` can tell of its owner.
async fn history(
    repository: &Repository<'_>,
    ledger: &dyn Ledger,
    pin: Option<&Pin>,
    me: Option<&Process>,
) -> Vec<Check> {
    let mut checks = vec![
        answer("store", repository.place(), repository.check().await),
        answer("ledger", ledger.place(), ledger.check().await),
    ];
    let Some(pin) = pin else { return checks };
    match ledger.held(pin).await {
        Ok(None) => checks.push(well("runs", "no run is open")),
        Ok(Some(held)) => checks.push(open(&held, me)),
        Err(e) => checks.push(answer("runs", String::new(), Err(e))),
    }
    checks
}

/// Asks whether what is kept of secrets can be opened: one of the envelopes, since all are sealed alike. A key that was
/// disabled or that the role may not use is noticed today, not when a rollback needs it.
async fn envelopes(vault: &dyn Vault) -> Check {
    let name = "kept secrets";
    match vault.opens_one().await {
        Ok(true) => well(name, "one that was tried opens"),
        Ok(false) => well(name, "none is kept yet"),
        Err(e) => {
            let mut problems = vec![e.message];
            problems.extend(e.hint.map(|hint| format!("hint: {hint}")));
            let detail = "one that was tried does not open: no rollback could put it back".into();
            Check { name: name.into(), healthy: false, detail, problems }
        }
    }
}

/// Returns what is to be said of the run that holds the lease: one that nobody goes on with is not well.
fn open(held: &Held, me: Option<&Process>) -> Check {
    let unknown = if held.parked { Owner::Parked } else { Owner::Unknown };
    let state = match me.map_or(unknown, |me| owner(held, me, super::process::alive)) {
        Owner::Parked => Some("it stopped part-way"),
        Owner::Dead => Some("its process is dead"),
        Owner::Unknown => None,
    };
    Check {
        name: "runs".into(),
        healthy: state.is_none(),
        detail: format!("the run {} is open ({})", held.start.run, held.start.actor.identity),
        problems: state.map(|state| format!("{state}: {}", ways_out(held))).into_iter().collect(),
    }
}

fn well(name: &str, detail: &str) -> Check {
    Check { name: name.into(), healthy: true, detail: detail.into(), problems: Vec::new() }
}

fn answer(name: &str, detail: String, result: Result<()>) -> Check {
    match result {
        Ok(()) => well(name, &detail),
        Err(e) => Check { name: name.into(), healthy: false, detail, problems: vec![e.message] },
    }
}
