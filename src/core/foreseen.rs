//! What is said of gates before a run begins that depends on them.

use std::collections::BTreeSet;
use std::time::Duration;

use super::address::Address;
use super::error::{Error, Result};
use super::finding::{Finding, Weight};
use super::gate::{Gate, GateAt, Probe, Undecided};
use super::gates::LATE;
use super::means::Means;
use super::moves::Move;
use super::plan::{Plan, Wish};
use super::rollout::Rung;
use super::run::RunKind;

/// What is by the minute is there for whole ones.
const MINUTE: Duration = Duration::from_secs(60);

/// Puts those gates of the configuration on `plan` that are about what it changes, and says of each what has to be said
/// before. A rollback asks none: it leads to what was good.
pub(super) async fn put_on(means: &Means<'_>, wishes: &[Wish], plan: &mut Plan) {
    if plan.kind != RunKind::Deploy || plan.steps.is_empty() {
        return;
    }
    let about = |g: &&Gate| g.is_about(plan.steps.iter().map(|s| &s.address));
    let mut findings = Vec::new();
    let gates: Vec<&Gate> = means.values.gates.iter().filter(about).collect();
    let applies = |g: &&&Gate| {
        let (applies, said) = of_images(means, g, wishes, plan);
        findings.extend(said);
        applies
    };
    let gates: Vec<Gate> = gates.iter().filter(applies).map(|g| (*g).clone()).collect();
    for gate in &gates {
        if means.waivers.gates.contains(&gate.name) {
            let message = format!("the gate {} is not asked: --skip-gate says so", gate.name);
            findings.push(Finding::new(Weight::Warning, None, message));
            continue;
        }
        let climbs = |m: &Move| m.rollout.is_some() && gate.is_about([&m.address].into_iter());
        if gate.at == GateAt::Rungs && !plan.moves.iter().any(climbs) {
            let message = format!(
                "the gate {} is asked on rungs, and nothing that it is about climbs a ladder",
                gate.name
            );
            findings.push(Finding::new(Weight::Warning, None, message));
            continue;
        }
        findings.extend(means.driver.inspector().foresee(gate).await);
        findings.extend(plan.moves.iter().filter_map(|m| too_short(gate, m, means.driver.margin(m))));
    }
    plan.gates = gates;
    plan.say(findings);
}

/// Says on which rungs of the ladder that `m` climbs `gate` cannot tell, since they are shorter than a metric takes to be
/// there: its first whole minute, and the time that it may be late. It is asked for the last time so long `ahead` of the end.
fn too_short(gate: &Gate, m: &Move, ahead: Duration) -> Option<Finding> {
    let Probe::Metric { of, .. } = &gate.probe else { return None };
    let (true, Some(rollout)) =
        (gate.at != GateAt::After && gate.is_about([&m.address].into_iter()), &m.rollout)
    else {
        return None;
    };
    let needs = MINUTE + LATE + ahead;
    let is_short = |rung: &&Rung| rung.hold < needs;
    let short: Vec<String> =
        rollout.rungs().iter().filter(is_short).map(|rung| format!("`{rung}`")).collect();
    if short.is_empty() {
        return None;
    }
    let then = match gate.undecided {
        Undecided::Pause => "so it pauses there",
        Undecided::Fail => "so it fails there",
        Undecided::Pass => "so it passes there whatever is wrong",
    };
    let (name, minutes) = (&of.name, needs.as_secs().div_ceil(60));
    let message = format!(
        "the gate {} may not be able to tell at {}: {name} is by the minute and may be some minutes late, {then}",
        gate.name,
        short.join(" and ")
    );
    let hint = format!("hold each rung for {minutes}m or longer");
    Some(Finding::new(Weight::Warning, Some(&m.address), message).hint(hint))
}

/// Returns whether `gate` applies to anything that `plan`, made of `wishes`, writes: what asks about images is about nothing
/// that runs none. With it what is to be said of that.
fn of_images(means: &Means<'_>, gate: &Gate, wishes: &[Wish], plan: &Plan) -> (bool, Vec<Finding>) {
    if !gate.asks_of_images() {
        return (true, Vec::new());
    }
    let inspector = means.driver.inspector();
    let about = |a: &Address| gate.is_about([a].into_iter());
    let written = wishes.iter().filter(|w| plan.steps.iter().any(|s| s.address == w.address));
    let written = written.filter(|w| about(&w.address));
    let runs = |w: &Wish| w.to.as_ref().is_some_and(|to| !inspector.images(&w.address, to).is_empty());
    let imaged: BTreeSet<&Address> = written.filter(|w| runs(w)).map(|w| &w.address).collect();
    if imaged.is_empty() {
        let message = format!(
            "the gate {} asks about images, and nothing that it is about and that this changes runs one: it is not asked",
            gate.name
        );
        return (false, vec![Finding::new(Weight::Warning, None, message)]);
    }
    let climbs = plan.moves.iter().filter(|m| m.rollout.is_some() && about(&m.address));
    let bare: BTreeSet<&Address> = climbs.map(|m| &m.address).filter(|a| !imaged.contains(a)).collect();
    let said = bare.into_iter().map(|address| {
        let message = format!("climbs without the gate {}, which asks about images: it runs none", gate.name);
        Finding::new(Weight::Warning, Some(address), message)
    });
    (true, said.collect())
}

/// Returns what is to be said of the gates of `plan` now, where it was made a while ago: an alarm may fire by now.
pub async fn again(means: &Means<'_>, plan: &Plan) -> Vec<Finding> {
    let mut findings = Vec::new();
    for gate in plan.gates.iter().filter(|g| !means.waivers.gates.contains(&g.name)) {
        findings.extend(means.driver.inspector().foresee(gate).await);
    }
    findings
}

/// Fails where of `plan`, but for the moves that are `done`, something is shifted step by step from here, and nobody is to
/// wait for it.
pub fn attended(means: &Means<'_>, plan: &Plan, done: &BTreeSet<usize>) -> Result<()> {
    let alone = |(index, m): &(usize, &Move)| !done.contains(index) && means.driver.needs_company(m);
    match plan.moves.iter().enumerate().find(alone).filter(|_| means.patience.is_zero()) {
        None => Ok(()),
        Some((_, m)) => {
            let message = format!("the traffic of {} is shifted step by step from here", m.address);
            Err(Error::input(message).hint("leave --no-wait out: somebody has to stay until the end"))
        }
    }
}
