//! Two crashes: a run that is killed at any call, and whoever recovers it killed too, ends as before or as after.

use std::collections::BTreeMap;

use futures::StreamExt;
use serde_json::json;
use snapdeploy::core::ledger::{Act, Entry, Ledger};
use snapdeploy::core::run::RunStatus;

use super::dice::Dice;
use super::scene::{Ends, Scene, state};
use super::size;
use crate::crash::{Phase, WayOut, perform, recover, recover_or_die, roll_back};
use crate::figures;
use crate::kinds::place::planned;
use crate::mortal::{Death, Side};
use snapdeploy::core::release::Deployment;

/// How many worlds are played at once: while one waits, another goes on.
const AT_ONCE: usize = 3;
const SIDES: [Side; 2] = [Side::Before, Side::After];
const WAYS: [WayOut; 2] = [WayOut::Resume, WayOut::Rollback];

/// What happens to one environment.
#[derive(Clone, Copy, Debug)]
struct Pair {
    phase: Phase,
    first: (usize, Side),
    way: WayOut,
    second: (usize, Side),
    then: WayOut,
}

/// What came of it.
#[derive(Default)]
struct Count {
    crashed: BTreeMap<usize, usize>,
    ended: BTreeMap<&'static str, usize>,
    bytes: usize,
}

pub async fn deploy(scene: &Scene, death: &Death) -> bool {
    let world = &scene.world;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(world, &dev, &Deployment::default()).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    perform(world, &plan, death).await
}

/// Returns both ends, and how many calls a deployment and its rollback are.
async fn ends() -> (Ends, [usize; 2]) {
    let scene = Scene::new().await;
    let world = &scene.world;
    let old = state(world).await;
    let (forth, back) = (Death::never(), Death::never());
    assert!(Box::pin(deploy(&scene, &forth)).await);
    let new = state(world).await;
    let gone: Vec<_> = new.prints.iter().filter(|(a, d)| old.prints.get(*a) != Some(*d)).collect();
    let kinds: std::collections::BTreeSet<&str> = gone.iter().map(|(a, _)| a.kind()).collect();
    for kind in ["connect/flow", "lambda/function", "lex/bot", "ecs/service", "site/bucket"] {
        assert!(kinds.contains(kind), "nothing of {kind} is new: {kinds:?}");
    }
    assert!(Box::pin(roll_back(world, &back)).await);
    assert_eq!(state(world).await, old, "a rollback without a crash");
    (Ends { old, new }, [forth.calls(), back.calls()])
}

/// Returns whether the newest run that has changed something leaves the environment as after, as the audit tells it. The
/// runs before `from` are over.
fn is_new(audit: &[Entry], from: usize, phase: Phase) -> bool {
    let mut target = phase == Phase::Deploy;
    let mut runs = 0;
    let mut now = !target;
    for entry in &audit[from..] {
        match &entry.what {
            Act::Start { .. } => {
                // Whoever turns a run round has another end in mind.
                target = if runs == 0 { target } else { !target };
                runs += 1;
            }
            Act::End { finish, .. } if finish.status == RunStatus::Succeeded => now = target,
            Act::End { finish, .. } if finish.status == RunStatus::TakenBack => now = !target,
            _ => {}
        }
    }
    now
}

async fn play(seed: u64, pair: Pair, ends: &Ends, count: &std::cell::RefCell<Count>) {
    let here = format!("seed {seed}: {pair:?}");
    // Of what failed, this is all that tells which it was.
    println!("{here}");
    let mut scene = Scene::new().await;
    let mut from = 0;
    if pair.phase == Phase::Rollback {
        assert!(Box::pin(deploy(&scene, &Death::never())).await, "{here}");
        from = scene.audit(&here).await.len();
    }
    let death = Death::at(pair.first.0, pair.first.1);
    let finished = match pair.phase {
        Phase::Deploy => Box::pin(deploy(&scene, &death)).await,
        Phase::Rollback => Box::pin(roll_back(&scene.world, &death)).await,
    };
    let mut crashes = usize::from(!finished);
    let death = Death::at(pair.second.0, pair.second.1);
    let open = scene.world.ledger.held(scene.world.b.pin()).await.unwrap().is_some();
    if open && Box::pin(recover_or_die(&scene.world, pair.way, &death)).await.is_none() {
        crashes += 1;
        Box::pin(recover(&scene.world, pair.then)).await;
    }
    let held = scene.world.ledger.held(scene.world.b.pin()).await.unwrap();
    assert!(held.is_none(), "{here}: the lease is free");
    let audit = scene.audit(&here).await;
    let now = state(&scene.world).await;
    let (which, wished) =
        if is_new(&audit, from, pair.phase) { ("as after", &ends.new) } else { ("as before", &ends.old) };
    assert!(now.prints == wished.prints, "{here}: {which}, but for {:?}", now.differs(wished));
    if which == "as before" {
        assert_eq!(now.connect, wished.connect, "{here}: exactly {which}");
    }
    let outcome = scene.search().await;
    assert!(outcome.found.is_empty(), "{here}: {:#?}", outcome.found);
    let mut count = count.borrow_mut();
    *count.crashed.entry(crashes).or_default() += 1;
    *count.ended.entry(which).or_default() += 1;
    count.bytes += outcome.bytes;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_twice_everything_is_as_before_or_as_after() {
    let (ends, calls) = Box::pin(ends()).await;
    let (pairs, first) = (size::of(12, 2000) as u64, size::seed());
    let count = std::cell::RefCell::new(Count::default());
    let cases = (first..first + pairs).map(|seed| {
        let mut dice = Dice::new(seed);
        let phase = dice.one_of(&[Phase::Deploy, Phase::Rollback]);
        let calls = if phase == Phase::Deploy { calls[0] } else { calls[1] };
        let pair = Pair {
            phase,
            first: (dice.below(calls), dice.one_of(&SIDES)),
            way: dice.one_of(&WAYS),
            second: (dice.below(calls), dice.one_of(&SIDES)),
            then: dice.one_of(&WAYS),
        };
        Box::pin(play(seed, pair, &ends, &count))
    });
    futures::stream::iter(cases).buffer_unordered(AT_ONCE).for_each(async |()| ()).await;
    let count = count.into_inner();
    println!("double crashes: {pairs} of {calls:?} calls: {:?} {:?}", count.crashed, count.ended);
    assert!(count.crashed.get(&2).is_some_and(|n| *n > 0), "none was killed twice: {:?}", count.crashed);
    let twice = count.crashed.get(&2).copied().unwrap_or_default();
    let ended = |which: &str| count.ended.get(which).copied().unwrap_or_default();
    figures::record(
        "double",
        json!({
            "size": format!("{pairs} pairs over {} and {} calls; {twice} died twice, the others once or after the end", calls[0], calls[1]),
            "seeds": format!("{first} to {}", first + pairs - 1),
            "result": format!("{} as after, {} exactly as before, 0 otherwise", ended("as after"), ended("as before")),
            "bytes": count.bytes, "hits": 0,
        }),
    );
}
