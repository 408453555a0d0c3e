//! Ladders in plans: what a rollout makes of a service and of the moves that deploy it; the way back takes none.

use std::iter::once;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::codedeploy::START;
use super::fields::DEPLOYING;
use super::ladder::{Platform, Unfit};
use super::moves::{REVISION, UPDATE, controller};
use super::overlaid::{self, CONFIGURATION, PAUSE, Waits};
use super::routing::{ALL_AT_ONCE, CONFIGURE, NAME, ROUTING, Routing};
use super::shift_rungs::{margin, minutes};
use super::state::Content;
use crate::core::document::Document;
use crate::core::driver::Change;
use crate::core::gate::{Gate, GateAt, Undecided};
use crate::core::means::Values;
use crate::core::moves::{Does, Move, Stage, facet_digest};
use crate::core::rollout::{Rollout, Rung};
use crate::core::run::RunKind;
use crate::core::{Address, Error, Result};

/// Returns the gates that are asked on the rungs of the ladder of `address`.
pub fn gates<'v>(values: &'v Values, address: &'v Address) -> impl Iterator<Item = &'v Gate> {
    values.gates.iter().filter(move |g| g.at != GateAt::After && g.is_about(once(address)))
}

/// Returns those of them that are asked this time.
pub fn asked<'v>(values: &'v Values, address: &'v Address) -> impl Iterator<Item = &'v Gate> {
    gates(values, address).filter(|g| !values.waived_gates.contains(&g.name))
}

/// Returns whether a service waits for gates on each rung, also for those that are not asked this time: it would be deployed
/// otherwise from then on.
fn waits(values: &Values, address: &Address, rollout: &Rollout) -> Waits {
    let climbs = !rollout.is_at_once() || !rollout.length().is_zero();
    match climbs && gates(values, address).next().is_some() {
        true => Waits::ForGates,
        false => Waits::Never,
    }
}

/// Returns what a deployment on the ladder that `values` have makes of `to`, where there is a service already: what is new
/// has no traffic to shift. Also where all traffic is shifted at once this time: that is no reason to deploy it otherwise from
/// then on.
pub fn on_ladder(values: &Values, address: &Address, from: Option<&Document>, mut to: Document) -> Document {
    if from.is_none() || controller(&to) != "ECS" || overlaid::strategy(&to) == "ROLLING" {
        return to;
    }
    match values.rollouts.ruled_of(address, None).map(|r| (r, Platform::Ecs.ladder(r))) {
        Some((rollout, Ok(ladder))) => overlaid::climb(&mut to, &ladder, waits(values, address, rollout)),
        // The moves are refused.
        Some((_, Err(_))) => {}
        // Nobody would tell it to go on.
        None => drop(overlaid::let_go(&mut to)),
    }
    to
}

/// Returns `moves`, which make `change`, on the ladder that `values` have; on the way back, without one.
///
/// Fails with `Blocked` where what deploys the service cannot climb that ladder.
pub fn climbed(values: &Values, change: &Change<'_>, mut moves: Vec<Move>) -> Result<Vec<Move>> {
    let (Some(from), Some(to)) = (change.from, change.to) else { return Ok(moves) };
    let Some(at) = moves.iter().position(begins) else { return Ok(moves) };
    match (change.way, moves[at].call.as_str()) {
        (RunKind::Deploy, UPDATE) => {
            if values.rollouts.are_at_once() {
                at_once((from, to), change.way, &mut moves, at);
            }
            taken_back(from, to, &mut moves[at]);
            by_ecs(values, change.address, to, &mut moves[at])?;
        }
        (RunKind::Deploy, _) => moves = by_codedeploy(values, change.address, moves, at)?,
        (RunKind::Rollback, UPDATE) => at_once((from, to), change.way, &mut moves, at),
        (RunKind::Rollback, _) => moves[at].args[NAME] = json!(ALL_AT_ONCE),
    }
    Ok(moves)
}

/// Notes on `m` what ECS leaves where it takes the deployment back: the revision from before, and the rest as it is to be.
/// That too is what a run has made.
fn taken_back(from: &Document, to: &Document, m: &mut Move) {
    let mut left = to.clone();
    Content::of(from).write(&mut left);
    let left = facet_digest(&left, &m.facet);
    if [&m.before, &m.after].into_iter().flatten().all(|known| *known != left) {
        m.through.push(left);
    }
}

/// Returns whether `m` begins a deployment of a service that is there.
fn begins(m: &Move) -> bool {
    let deploys = || DEPLOYING.iter().chain(&[REVISION, super::fields::DEFINITION]);
    m.call == START || m.call == UPDATE && deploys().any(|name| m.args.get(name).is_some())
}

fn by_ecs(values: &Values, address: &Address, to: &Document, m: &mut Move) -> Result<()> {
    let Some(rollout) = values.rollouts.said_of(address, None) else { return Ok(()) };
    let climbs = values.rollouts.of(address, None).is_some();
    if overlaid::strategy(to) == "ROLLING" {
        return match climbs {
            true => Err(rolling(address, rollout)),
            false => Ok(()),
        };
    }
    let ladder = Platform::Ecs.ladder(rollout).map_err(|unfit| refused(address, rollout, &unfit))?;
    if waits(values, address, rollout) == Waits::ForGates && ladder.bake >= PAUSE {
        let message = format!(
            "has the ladder {rollout}: ECS waits {PAUSE} minutes for gates at most, and the last rung is held as long"
        );
        return Err(Error::blocked(message).hint("hold the last rung for less than 24 hours"));
    }
    m.rollout = Some(rollout.clone()).filter(|_| climbs);
    Ok(())
}

fn rolling(address: &Address, rollout: &Rollout) -> Error {
    let message = format!(
        "is deployed ROLLING, which shifts no traffic: ECS replaces one task after the other, so that there is no ladder \
         {rollout} to climb"
    );
    Error::blocked(message).hint(format!(
        "without a ladder: \"{address}\" = \"100%\" under [environments.NAME.rollouts]; with one: give the service load \
         balancers with an alternate target group, and deploymentConfiguration.strategy = \"CANARY\""
    ))
}

/// What to do where ECS does not take the pause that waits for gates.
pub const WITHOUT_PAUSE: &str = "ECS takes no pause at a stage at which gates are to be asked here; ask them once all of it is \
     written: at = \"after\" under [environments.NAME.gates.GATE]";

/// Returns whether `e`, with which `m` was refused, is about the pause that waits for gates: the guide of AWS's has the stage
/// in front of the shifts, and the API reference has not (deploy-peers 4.1).
pub fn is_about_its_pause(m: &Move, e: &Error) -> bool {
    overlaid::has_pause(&m.args[CONFIGURATION])
        && overlaid::WAITS_AT.iter().any(|stage| e.message.contains(stage))
}

fn refused(address: &Address, rollout: &Rollout, unfit: &Unfit) -> Error {
    let message = format!("cannot climb the ladder {rollout}: {}", unfit.why);
    Error::blocked(message).hint(unfit.hint(address))
}

fn by_codedeploy(values: &Values, address: &Address, mut moves: Vec<Move>, at: usize) -> Result<Vec<Move>> {
    let Some(rollout) = values.rollouts.said_of(address, None) else { return Ok(moves) };
    let ladder = Platform::CodeDeploy.ladder(rollout).map_err(|unfit| refused(address, rollout, &unfit))?;
    let climbs = values.rollouts.of(address, None).is_some();
    if let Some(gate) = asked(values, address).find(|g| climbs && g.undecided == Undecided::Pause) {
        let message = format!(
            "is deployed by CodeDeploy, which cannot pause while it shifts traffic, and the gate {} would pause it",
            gate.name
        );
        return Err(Error::blocked(message).hint(format!(
            "say under [environments.NAME.gates.{}] what is to be done instead: undecided = \"fail\" or \"pass\"; or ask it \
             at = \"after\"",
            gate.name
        )));
    }
    if let Some(unfit) = margin(values, address).filter(|_| climbs).and_then(|m| too_slow(rollout, m)) {
        return Err(refused(address, rollout, &unfit));
    }
    let routing = Routing(ladder.form);
    let m = &mut moves[at];
    m.rollout = Some(rollout.clone()).filter(|_| climbs);
    if let Some(name) = routing.predefined() {
        m.args[NAME] = json!(name);
        return Ok(moves);
    }
    m.args[ROUTING] = routing.wire();
    let args = json!({ NAME: routing.name(), "computePlatform": "ECS", ROUTING: routing.wire() });
    let made = Move {
        address: address.clone(),
        stage: Stage::Write,
        does: Does::Prepare,
        call: CONFIGURE.into(),
        facet: Vec::new(),
        args,
        before: None,
        after: None,
        through: Vec::new(),
        rollout: None,
    };
    moves.insert(at, made);
    Ok(moves)
}

/// Returns why CodeDeploy cannot climb `rollout`, whose gates take so long until they have failed that it would go on
/// meanwhile. How long it stays on the last rung is not its own to say.
fn too_slow(rollout: &Rollout, margin: Duration) -> Option<Unfit> {
    let (last, before) = rollout.rungs().split_last()?;
    let short = before.iter().find(|rung| rung.hold < margin)?;
    let why = format!(
        "its gates may take {} seconds until they have failed and it is stopped, and CodeDeploy goes on by itself after \
         `{short}`",
        margin.as_secs_f64()
    );
    let long = before.iter().map(|rung| rung.hold).max().unwrap_or_default();
    let hold = Duration::from_secs(minutes(long.max(margin)) * 60);
    let rungs = before.iter().map(|rung| Rung { hold, ..*rung }).chain([*last]).collect();
    let nearest =
        Rollout::new(rungs).into_iter().filter(|one| Platform::CodeDeploy.ladder(one).is_ok()).collect();
    Some(Unfit { why, nearest })
}

/// Puts two into the place of the one of `moves` that is `at`, which makes `to` of `from` on the `way` there or back: the
/// first shifts all traffic at once, the second puts in its place how the service is deployed at other times.
///
/// Where a run is killed between them, what it has left is known by the second.
fn at_once((from, to): (&Document, &Document), way: RunKind, moves: &mut Vec<Move>, at: usize) {
    let Some(meanwhile) = overlaid::all_at_once(to, way) else { return };
    let m = &mut moves[at];
    let wanted = overlaid::configuration(to).unwrap_or_default();
    let sent = m.args.get(CONFIGURATION).and_then(Value::as_object).cloned().unwrap_or(wanted);
    let mut quick: Map<String, Value> = sent.clone();
    overlaid::at_once(&mut quick, way);
    m.args[CONFIGURATION] = Value::Object(quick);
    if m.facet.iter().any(|name| name == CONFIGURATION) {
        m.facet.retain(|name| name != CONFIGURATION);
        (m.before, m.after) = (Some(facet_digest(from, &m.facet)), Some(facet_digest(to, &m.facet)));
    }
    let facet = vec![CONFIGURATION.to_string()];
    let last = Move {
        // Also where the first only restarts: it sets what the service is, and is undone, and is no mere tidying.
        does: Does::Update,
        args: json!({ CONFIGURATION: sent }),
        before: Some(facet_digest(from, &facet)),
        after: Some(facet_digest(to, &facet)),
        through: vec![facet_digest(&meanwhile, &facet)],
        facet,
        rollout: None,
        ..m.clone()
    };
    moves.insert(at + 1, last);
}

/// Puts the ladder that `values` have on `moves`, which start the service again that is `live` and is to be `to`: where
/// CodeDeploy does, as it does for any deployment; where ECS does, if the service is on that ladder, and where nobody would
/// tell it to go on, it does not wait.
///
/// Fails with `Blocked` where CodeDeploy cannot climb that ladder.
pub fn restarted(
    values: &Values,
    address: &Address,
    live: &Document,
    to: &mut Document,
    moves: &mut Vec<Move>,
) -> Result<()> {
    if let Some(at) = moves.iter().position(|m| m.call == START) {
        let climbed = by_codedeploy(values, address, std::mem::take(moves), at);
        *moves = climbed.map_err(|e| Error { message: format!("{address} {}", e.message), ..e })?;
        return Ok(());
    }
    let Some(at) = moves.iter().position(|m| m.call == UPDATE) else { return Ok(()) };
    if values.rollouts.are_at_once() {
        at_once((live, to), RunKind::Deploy, moves, at);
        return Ok(());
    }
    let m = &mut moves[at];
    let on = on_ladder(values, address, Some(to), to.clone());
    match values.rollouts.of(address, None) {
        Some(rollout) if on.portable == to.portable && on.local == to.local => {
            m.rollout = Some(rollout.clone()).filter(|_| overlaid::strategy(to) != "ROLLING");
        }
        _ => {
            if let Some(left) = overlaid::let_go(to) {
                m.args[CONFIGURATION] = json!({ "lifecycleHooks": left });
            }
        }
    }
    Ok(())
}
