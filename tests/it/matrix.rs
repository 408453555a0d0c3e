//! Invariant 5 as a matrix over any world: killed anywhere in a deployment or in its rollback, then resumed or rolled
//! back, what is there is exactly as before or exactly as after.

use std::time::Duration;

use futures::StreamExt;
use snapdeploy::core::release::Deployment;

use crate::crash::{
    CELLS, Phase, Prints, WayOut, cells, counted_as, ended, perform, prints, recover, roll_back,
};
use crate::kinds::place::planned;
use crate::mortal::{Death, Side};
use crate::world::World;

/// How many worlds are played at once: while one waits, another goes on.
const AT_ONCE: usize = 3;

/// As many moves meet everything, even where not all is played.
const FEW: usize = 4;

/// How it is after a case.
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

/// A matrix: its name, what is killed, and where.
#[derive(Clone)]
pub struct Matrix<'a> {
    pub name: &'a str,
    pub phase: Phase,
    pub of: At,
    /// In which manner dev goes to prod.
    pub manner: Deployment,
    /// How long it is left alone before somebody takes the way out: what AWS was still doing ends by itself.
    pub left_alone: Duration,
}

impl Matrix<'_> {
    pub fn new(name: &str, phase: Phase, of: At) -> Matrix<'_> {
        Matrix { name, phase, of, manner: Deployment::default(), left_alone: Duration::ZERO }
    }

    async fn deploy(&self, world: &World, death: &Death) -> bool {
        let dev = world.extract(&*world.a, "dev").await;
        let plan = planned(world, &dev, &self.manner).await;
        assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
        perform(world, &plan, death).await
    }

    async fn go(&self, world: &World, phase: Phase, death: &Death) -> bool {
        match phase {
            Phase::Deploy => Box::pin(self.deploy(world, death)).await,
            Phase::Rollback => Box::pin(roll_back(world, death)).await,
        }
    }
}

/// Plays one matrix: worlds are made by `start`, and what else has to hold at the end of a case is seen to by `check`.
pub async fn matrix(of: Matrix<'_>, start: impl AsyncFn() -> World, check: impl AsyncFn(&World, End, &str)) {
    let Matrix { name, phase, of: at, .. } = of;
    let world = start().await;
    let old = prints(&world).await;
    let (forth, back) = (at.death(usize::MAX, Side::Before), at.death(usize::MAX, Side::Before));
    assert!(of.go(&world, Phase::Deploy, &forth).await);
    let new = prints(&world).await;
    assert_ne!(old, new);
    assert!(of.go(&world, Phase::Rollback, &back).await);
    assert_eq!(prints(&world).await, old);
    let calls = if phase == Phase::Deploy { forth.calls() } else { back.calls() };
    // Of a few moves each meets all; of many, in full only.
    let met = |n| if calls > FEW { cells(n) } else { CELLS.to_vec() };
    let met = |n| if let At::Moves(_) = at { met(n) } else { CELLS.to_vec() };
    let all: Vec<_> =
        (0..calls).flat_map(|n| met(n).into_iter().map(move |(side, way)| (n, side, way))).collect();
    let played = match at {
        At::Moves(exactly) => {
            assert_eq!(calls, exactly, "{name}, {phase:?}");
            all.len()
        }
        At::Calls(some) => some.min(all.len()),
    };
    let ends = (old, new);
    let (of, start, check, ends) = (&of, &start, &check, &ends);
    let cases: Vec<_> = spread(&all, played)
        .into_iter()
        .map(|case| Box::pin(async move { play(of, start, check, case, ends).await }))
        .collect();
    futures::stream::iter(cases).buffer_unordered(AT_ONCE).for_each(async |()| ()).await;
    counted_as(&format!("{name}-{phase:?}"), calls, played);
}

/// Returns `played` of the cases `all`, spread over them, none of them twice.
pub fn spread<T: Copy>(all: &[T], played: usize) -> Vec<T> {
    fn common(a: usize, b: usize) -> usize {
        if b == 0 { a } else { common(b, a % b) }
    }
    // A step that has no factor in common with their number meets each of the six cells of a call in turn.
    let step = (all.len() / played..).find(|n| common(*n, all.len()) == 1).unwrap();
    (0..played).map(|n| all[n * step % all.len()]).collect()
}

async fn play(
    of: &Matrix<'_>,
    start: &impl AsyncFn() -> World,
    check: &impl AsyncFn(&World, End, &str),
    (at, side, way): (usize, Side, WayOut),
    (old, new): &(Prints, Prints),
) {
    let phase = of.phase;
    let here = format!("{phase:?} killed {side:?} {at} of {:?}, then {way:?}", of.of);
    let world = start().await;
    if phase == Phase::Rollback {
        assert!(of.go(&world, Phase::Deploy, &Death::never()).await, "{here}");
    }
    let finished = of.go(&world, phase, &of.of.death(at, side)).await;
    tokio::time::sleep(of.left_alone).await;
    println!("{here}");
    let open = Box::pin(recover(&world, way)).await;
    if let At::Moves(_) = of.of {
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
