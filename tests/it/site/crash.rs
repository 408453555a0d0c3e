//! Invariant 5 for sites: killed at any call, then resumed or rolled back, a site is exactly as before or as after.
//!
//! A world is used for many deaths: each deployment ships another version, and what it is then is what the next one finds.

use std::time::Duration;

use futures::StreamExt;
use snapdeploy::core::document::Document;
use snapdeploy::core::means::Means;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::runs::{OnFailure, begin};

use super::place::{PROD, build, get, plan_and_wish, start, web};
use crate::crash::{Phase, Prints, WayOut, perform, prints, recover};
use crate::kinds::place::back;
use crate::mortal::{Death, Side};
use crate::world::{B, World, dead};

/// When a process dies.
#[derive(Clone, Copy, Debug)]
enum Dies {
    /// Before or after a move is sent.
    Move(usize, Side),
    /// As soon as so many objects were put: a move of a site is many calls.
    Puts(usize),
}

/// A death, and what is done about it.
type Case = (Phase, Dies, WayOut);

/// A world, what it serves, and what it served before: each version with what the environment was.
struct Scene {
    world: World,
    now: (u32, Prints),
    past: Vec<(u32, Prints)>,
    newest: u32,
}

impl Scene {
    async fn new() -> Scene {
        let world = start().await;
        let now = (1, prints(&world).await);
        Scene { world, now, past: Vec::new(), newest: 1 }
    }

    /// Returns the plan that ships a version that was never there, and what the environment is then.
    async fn next(&mut self) -> (Plan, (u32, Prints)) {
        self.newest += 1;
        let (plan, wish): (Plan, Document) = plan_and_wish(&self.world, &build(self.newest)).await;
        let mut then = self.now.1.clone();
        then.insert(web(), (wish.portable_digest(), wish.local_digest()));
        assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
        (plan, (self.newest, then))
    }

    /// Plays one case; whether the process died in time.
    async fn play(&mut self, (phase, dies, way): Case) -> bool {
        let here = format!("{phase:?} killed at {dies:?}, then {way:?}");
        if phase == Phase::Rollback && self.past.is_empty() {
            let (plan, then) = self.next().await;
            assert!(perform(&self.world, &plan, &Death::never()).await, "{here}");
            self.past.push(std::mem::replace(&mut self.now, then));
        }
        let (plan, then) = match phase {
            Phase::Deploy => self.next().await,
            Phase::Rollback => (back(&self.world).await, self.past.last().unwrap().clone()),
        };
        assert_eq!(plan.moves.len(), if phase == Phase::Deploy { 3 } else { 2 }, "{here}");
        let died = match dies {
            Dies::Move(at, side) => {
                let finished = Box::pin(perform(&self.world, &plan, &Death::at_move(at, side))).await;
                assert!(!finished, "{here}: it did not die");
                true
            }
            Dies::Puts(puts) => Box::pin(begin_and_die(&self.world, &plan, puts)).await,
        };
        assert!(!died || Box::pin(recover(&self.world, way)).await, "{here}: nothing is open");
        if !died || way == WayOut::Resume {
            let was = std::mem::replace(&mut self.now, then);
            match phase {
                Phase::Deploy => self.past.push(was),
                Phase::Rollback => drop(self.past.pop()),
            }
        } else if phase == Phase::Rollback {
            // The next one ships another version first.
            self.past.clear();
        }
        assert_eq!(prints(&self.world).await, self.now.1, "{here}");
        for page in ["", "about/"] {
            let body = get(&format!("{}/{page}", self.world.sandbox.site(PROD))).body;
            assert!(body.contains(&format!("version {};", self.now.0)), "{here}: {body}");
        }
        died
    }
}

/// Plays `cases` in as many worlds as are worth it; returns how many died in time.
async fn played(cases: Vec<Case>) -> usize {
    const WORLDS: usize = 3;
    let (deploys, backs): (Vec<Case>, Vec<Case>) = cases.iter().partition(|(p, ..)| *p == Phase::Deploy);
    // What ends as it was before comes first, so that each way back finds a deployment to undo.
    let (mut deploys, mut backs) = (deploys, backs);
    deploys.sort_by_key(|(.., way)| *way == WayOut::Resume);
    backs.sort_by_key(|(.., way)| *way == WayOut::Rollback);
    let worlds = (0..WORLDS).map(|n| {
        let mine = |all: &[Case]| all.iter().skip(n).step_by(WORLDS).copied().collect::<Vec<Case>>();
        let (deploys, backs) = (mine(&deploys), mine(&backs));
        Box::pin(async move {
            let (mut scene, mut died) = (Scene::new().await, 0);
            for case in deploys.into_iter().chain(backs) {
                died += usize::from(scene.play(case).await);
            }
            died
        })
    });
    futures::stream::iter(worlds).buffer_unordered(WORLDS).collect::<Vec<usize>>().await.into_iter().sum()
}

#[tokio::test(flavor = "current_thread")]
async fn killed_before_or_after_any_move_a_site_is_as_before_or_as_after() {
    let phases = [(Phase::Deploy, 3), (Phase::Rollback, 2)];
    let cases = phases.into_iter().flat_map(|(phase, calls)| {
        (0..calls).flat_map(move |at| {
            // What was done and never heard of is met by both ways out; of what was only begun, each meets every other.
            let before = if at % 2 == 0 { WayOut::Resume } else { WayOut::Rollback };
            [(Side::Before, before), (Side::After, WayOut::Resume), (Side::After, WayOut::Rollback)]
                .map(|(side, way)| (phase, Dies::Move(at, side), way))
        })
    });
    assert_eq!(played(cases.collect()).await, 15);
}

/// Begins `plan` in a process that dies as soon as so many objects were put.
async fn begin_and_die(world: &World, plan: &Plan, puts: usize) -> bool {
    world.sandbox.clear_calls();
    let means = Means { process: dead(), ..world.means(&*world.b) };
    let dying = async {
        loop {
            let calls = world.sandbox.calls();
            if calls.iter().filter(|c| c.account == B && c.operation == "PutObject").count() >= puts {
                return;
            }
            tokio::time::sleep(Duration::from_micros(300)).await;
        }
    };
    tokio::select! {
        biased;
        () = dying => true,
        _ = begin(&means, plan, None, OnFailure::Stop) => false,
    }
}

/// A move of a site is many calls: the process dies after each number of them.
#[tokio::test(flavor = "current_thread")]
async fn killed_between_the_puts_of_a_move_a_site_is_as_before_or_as_after() {
    // Two assets, four files under their names, and the manifest four times; the way back puts no assets. Each number of
    // puts meets one way out on the way forth, and the other on the way back.
    let cases = [(Phase::Deploy, 9), (Phase::Rollback, 5)].into_iter().flat_map(|(phase, most)| {
        (1..=most).map(move |puts| {
            let resumes = (puts % 2 == 0) == (phase == Phase::Deploy);
            (phase, Dies::Puts(puts), if resumes { WayOut::Resume } else { WayOut::Rollback })
        })
    });
    let died = played(cases.collect()).await;
    assert!(died >= 10, "only {died} died in time");
    println!("{died} deaths between puts, all exactly as before or as after");
}
