//! Health: whether all is well with an environment and with what keeps its history.

use super::address::Address;
use super::driver::Check;
use super::error::Result;
use super::means::Means;
use super::select::Selection;
use super::survey;

/// Asks all checks of the environment and of the store. A check that fails is an answer, not an error.
pub async fn health(means: &Means<'_>, select: &Selection) -> Result<Vec<Check>> {
    let mut checks = vec![
        answer("store", means.repository.place(), means.repository.check().await),
        answer("ledger", means.ledger.place(), means.ledger.check().await),
    ];
    match means.ledger.held(means.driver.pin()).await {
        Ok(None) => checks.push(well("runs", "no run is open")),
        Ok(Some(held)) => checks.push(Check {
            name: "runs".into(),
            healthy: !held.parked,
            detail: format!("the run {} is open ({})", held.start.run, held.start.actor.identity),
            problems: if held.parked {
                vec![format!("it stopped part-way: snapdeploy deploy --resume {}", held.start.run)]
            } else {
                Vec::new()
            },
        }),
        Err(e) => checks.push(answer("runs", String::new(), Err(e))),
    }
    let (inventory, gaps) = survey::list(means.driver, means.events).await?;
    let kinds = means.driver.kinds();
    let picked: Vec<&Address> = inventory
        .iter()
        .map(|f| &f.address)
        .filter(|a| kinds.contains(&a.kind()) && select.picks(a))
        .collect();
    if let Some(pattern) = select.idle(picked.iter().copied()).first() {
        return Err(super::error::Error::not_found(format!("nothing there is `{pattern}`")));
    }
    let (lives, unread) = survey::read(means.driver, &inventory, picked, means.events).await;
    let problems: Vec<String> = gaps.iter().chain(&unread).map(super::extract::gap_line).collect();
    checks.push(Check {
        name: "permissions".into(),
        healthy: problems.is_empty(),
        detail: format!("{} resources read", lives.len()),
        problems,
    });
    let lives: Vec<_> = lives.into_values().collect();
    checks.extend(means.driver.checks(&lives, &inventory).await?);
    Ok(checks)
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
