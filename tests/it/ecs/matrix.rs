//! One matrix for all the ways in which a service is deployed: killed anywhere in a deployment or in its rollback, then
//! resumed or rolled back, it is exactly as before or exactly as after.

use futures::StreamExt;
use snapdeploy::core::release::Deployment;

use crate::crash::{CELLS, Phase, Prints, WayOut, counted_as, ended, perform, prints, recover, roll_back};
use crate::kinds::place::planned;
use crate::mortal::{Death, Side};
use crate::world::World;

/// How many worlds are played at once: while one waits, another goes on.
const AT_ONCE: usize = 3;

/// How a service is after a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Old,
    New,
}

/// Where it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// At each move, of which there are as many.
    Moves(usize),
    /// At calls of every kind, so many of them, spread over all.
    Calls(usize),
}

impl At {
    fn death(self, at: usize, side: Side) -> Death {
        match self {
            At::Moves(_) => Death::at_move(at, side),
            At::Calls(_) => Death::at(at, side),
        }
    }
}

async fn deploy(world: &World, death: &Death) -> bool {
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(world, &dev, &Deployment::default()).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    perform(world, &plan, death).await
}

async fn go(world: &World, phase: Phase, death: &Death) -> bool {
    match phase {
        Phase::Deploy => Box::pin(deploy(world, death)).await,
        Phase::Rollback => Box::pin(roll_back(world, death)).await,
    }
}

/// Plays one matrix: worlds are made by `start`, and what else has to hold at the end of a case is seen to by `check`.
pub async fn matrix(
    name: &str,
    start: impl AsyncFn() -> World,
    (phase, of): (Phase, At),
    check: impl AsyncFn(&World, End, &str),
) {
    let world = start().await;
    let old = prints(&world).await;
    let (forth, back) = (of.death(usize::MAX, Side::Before), of.death(usize::MAX, Side::Before));
    assert!(go(&world, Phase::Deploy, &forth).await);
    let new = prints(&world).await;
    assert_ne!(old, new);
    assert!(go(&world, Phase::Rollback, &back).await);
    assert_eq!(prints(&world).await, old);
    let calls = if phase == Phase::Deploy { forth.calls() } else { back.calls() };
    let all: Vec<_> = (0..calls).flat_map(|at| CELLS.map(|(side, way)| (at, side, way))).collect();
    let played = match of {
        At::Moves(exactly) => {
            assert_eq!(calls, exactly, "{name}, {phase:?}");
            all.len()
        }
        At::Calls(some) => some.min(all.len()),
    };
    // A step that has no factor in common with six meets each cell in turn.
    let step = (all.len() / played..).find(|n| n % 2 == 1 && n % 3 != 0).unwrap();
    let ends = (old, new);
    let (start, check, ends) = (&start, &check, &ends);
    let cases = (0..played).map(|n| all[n * step % all.len()]);
    let cases: Vec<_> = cases
        .map(|case| Box::pin(async move { play(start, check, (phase, of), case, ends).await }))
        .collect();
    futures::stream::iter(cases).buffer_unordered(AT_ONCE).for_each(async |()| ()).await;
    counted_as(&format!("{name}-{phase:?}"), calls, played);
}

async fn play(
    start: &impl AsyncFn() -> World,
    check: &impl AsyncFn(&World, End, &str),
    (phase, of): (Phase, At),
    (at, side, way): (usize, Side, WayOut),
    (old, new): &(Prints, Prints),
) {
    let here = format!("{phase:?} killed {side:?} {at} of {of:?}, then {way:?}");
    let world = start().await;
    if phase == Phase::Rollback {
        assert!(go(&world, Phase::Deploy, &Death::never()).await, "{here}");
    }
    let finished = go(&world, phase, &of.death(at, side)).await;
    let open = Box::pin(recover(&world, way)).await;
    if let At::Moves(_) = of {
        assert!(!finished && open, "{here}: it did not die, or nothing is open");
    }
    let through = ended(&world, phase).await;
    let is_new = match (open, phase) {
        (true, _) => (phase == Phase::Deploy) == (way == WayOut::Resume),
        (false, Phase::Deploy) => through,
        (false, Phase::Rollback) => !through,
    };
    assert_eq!(prints(&world).await, *if is_new { new } else { old }, "{here}");
    check(&world, if is_new { End::New } else { End::Old }, &here).await;
}
