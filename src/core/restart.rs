//! Restarting: what runs begins again as it is.

use super::address::Address;
use super::digest::Digest;
use super::error::{Error, Result};
use super::finding::{Finding, Weight};
use super::means::Means;
use super::order;
use super::picked::is_ours;
use super::plan::{Action, Occasion, Plan, Print, Step, Wish, differing, plan};
use super::preflight;
use super::reach::reach;
use super::run::RunKind;
use super::survey;
use super::{foreseen, hooking};

/// Returns the plan that starts each of `addresses` again. Reads the environment; writes nothing.
///
/// Where a tag stands for other bits by now, the plan says that these are what will run.
pub async fn plan_restart(means: &Means<'_>, environment: &str, addresses: &[Address]) -> Result<Plan> {
    let (inventory, gaps) = survey::list(means.driver, means.events).await?;
    survey::complete(&gaps, |a| addresses.contains(a))?;
    if let Some(address) = addresses.iter().find(|a| inventory.get(a).is_none()) {
        let there: Vec<String> = inventory
            .iter()
            .filter(|f| f.address.kind() == address.kind())
            .map(|f| f.address.to_string())
            .collect();
        let hint = match there.is_empty() {
            true => format!("there is no {} at all", address.kind()),
            false => format!("there are {}", there.join(", ")),
        };
        return Err(Error::not_found(format!("there is no {address} in {environment}")).hint(hint));
    }
    if let Some(foreign) = addresses.iter().find(|a| !is_ours(means.values, a)) {
        return Err(Error::blocked(format!("{foreign} is not {environment}'s to write"))
            .hint(format!("add it to owns of [environments.{environment}]")));
    }
    let (lives, unread) = survey::read(means.driver, &inventory, addresses.iter(), means.events).await;
    survey::complete(&unread, |a| addresses.contains(a))?;
    let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    let occasion = Occasion {
        kind: RunKind::Deploy,
        environment: environment.into(),
        source: format!("a restart of {}", names.join(", ")),
        source_digest: digest_of(&names),
        undoes: None,
    };
    let mut steps = Vec::new();
    let mut findings = Vec::new();
    let mut wishes = Vec::new();
    let mut all = Vec::new();
    for (address, live) in &lives {
        let (to, moves) = means.driver.restart(address, &live.document)?;
        let uid = live.found.uid.clone().unwrap_or_default();
        if to.portable != live.document.portable {
            let message = "takes what its tags stand for now, which are other bits than those that run";
            let hint = "to keep the bits, deploy them by digest: --artifact ADDRESS=@sha256:...";
            // What a release has to have proven elsewhere first does not come in by a tag.
            let signed = !means.values.signers.is_empty();
            let (weight, hint) = match &means.values.promote_from {
                None if signed => (
                    Weight::Block,
                    format!(
                        "{environment} takes only what was signed: package it, sign that, and snapdeploy deploy PACKAGE --to {environment} '{address}'"
                    ),
                ),
                Some(first) => (
                    Weight::Block,
                    format!(
                        "{environment} takes only what {first} has proven: snapdeploy deploy {first}@latest --to {environment} '{address}'"
                    ),
                ),
                None => (Weight::Warning, hint.to_string()),
            };
            findings.push(Finding::new(weight, Some(address), message).hint(hint));
        }
        steps.push(Step {
            address: address.clone(),
            action: Action::Update,
            uid: uid.clone(),
            members: differing(Some(&live.document), Some(&to)),
            overlaid: Vec::new(),
            found: inventory.get(address).cloned(),
            before: Some(Print::of(&live.document)),
            after: Some(Print::of(&to)),
        });
        let from = Some(live.document.clone());
        wishes.push(Wish { address: address.clone(), uid, from, to: Some(to), local_known: true });
        all.push(moves);
    }
    let tasks = wishes.iter().zip(all).map(|(wish, moves)| order::Task { wish, moves }).collect();
    let moves = order::arrange(tasks, means.driver, RunKind::Deploy)?;
    // The plan of no wishes has all but what is done.
    let mut plan = plan(occasion, &[], means.driver, &inventory, means.values, findings)?;
    (plan.steps, plan.moves) = (steps, moves);
    reach(means, &mut plan).await?;
    preflight::ask(means, &wishes, &mut plan).await?;
    foreseen::put_on(means, &wishes, &mut plan).await;
    hooking::put_on(means, &mut plan).await?;
    Ok(plan)
}

/// Returns whether `plan` only starts again what is there: it takes nothing from anywhere, and each of its steps leaves what
/// it finds.
pub fn is_restart(plan: &Plan) -> bool {
    if !plan.begins_again() {
        return false;
    }
    let names: Vec<String> = plan.steps.iter().map(|step| step.address.to_string()).collect();
    plan.source_digest == digest_of(&names)
}

fn digest_of(names: &[String]) -> String {
    let mut names = names.to_vec();
    names.sort_unstable();
    Digest::of(format!("restart {}", names.join(" ")).as_bytes()).to_string()
}
