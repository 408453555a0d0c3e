//! Invariant 5 for sites: killed at any call, then resumed or rolled back, a site is exactly as before or as after.
//!
//! A world is used for many deaths: each deployment ships another version, and what it is then is what the next one finds.

use std::time::Duration;

use futures::StreamExt;
use snapdeploy::core::document::Document;
use snapdeploy::core::means::Means;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::runs::{OnFailure, begin};
use snapdeploy::core::site::Site;
use snapdeploy::sandbox::{Fault, FaultKind};

use super::place::{PROD, build, get, plan_and_wish, start, start_with, two, web};
use crate::crash::{CELLS, Phase, Prints, WayOut, counted_as, perform, prints, recover};
use crate::kinds::place::back;
use crate::mortal::{Death, Side};
use crate::reliability::size;
use crate::world::{B, World, dead};

/// When a process dies.
#[derive(Clone, Copy, Debug)]
enum Dies {
    /// Before or after a move is sent.
    Move(usize, Side),
    /// At the n-th call of an operation, which is met by this: a move of a site is many calls.
    Call(&'static str, u64, Drop),
}

/// On which side of its call a process dies that S3 or CloudFront answers no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drop {
    Before,
    After,
}

/// A death, and what is done about it.
type Case = (Phase, Dies, WayOut);

/// A world, what it serves, and what it served before: each version with what the environment was.
struct Scene {
    world: World,
    now: (u32, Prints),
    past: Vec<(u32, Prints)>,
    newest: u32,
    /// How many moves a deployment has, and a way back.
    moves: [usize; 2],
}

/// What stands before the site, and what becomes of old files.
#[derive(Clone, Copy)]
enum Setting {
    /// Nothing does, and they stay.
    Plain,
    /// CloudFront does, and they are deleted at once.
    Fronted,
}

impl Scene {
    async fn new(setting: Setting) -> Scene {
        let (world, moves) = match setting {
            Setting::Plain => (start().await, [3, 2]),
            Setting::Fronted => {
                let mut scenario = two();
                scenario.account(B).front("E2SITE", PROD, "");
                scenario.switch("cloudfront_invalidation_ms", "5").unwrap();
                let site = Site {
                    distribution: Some("E2SITE".into()),
                    grace: Duration::ZERO,
                    ..super::place::prod()
                };
                (start_with(scenario, site).await, [4, 3])
            }
        };
        let now = (1, prints(&world).await);
        Scene { world, now, past: Vec::new(), newest: 1, moves }
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

    /// Plays one case.
    async fn play(&mut self, (phase, dies, way): Case) {
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
        assert_eq!(plan.moves.len(), self.moves[usize::from(phase == Phase::Rollback)], "{here}");
        match dies {
            Dies::Move(at, side) => {
                let finished = Box::pin(perform(&self.world, &plan, &Death::at_move(at, side))).await;
                assert!(!finished, "{here}: it did not die");
            }
            Dies::Call(operation, nth, drop) => {
                let died = Box::pin(begin_and_die(&self.world, &plan, (operation, nth, drop))).await;
                assert!(died, "{here}: it did not die");
            }
        }
        assert!(Box::pin(recover(&self.world, way)).await, "{here}: nothing is open");
        if way == WayOut::Resume {
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
        is_whole(&self.world, self.now.0, &here);
    }
}

/// Asserts that what is served is version `n`, with all that its pages name.
pub(super) fn is_whole(world: &World, n: u32, here: &str) {
    let site = world.sandbox.site(PROD);
    for (path, _, bytes) in build(n) {
        let got = get(&format!("{site}/{path}"));
        assert!(
            got.status == 200 && got.body.as_bytes() == bytes,
            "{here}: {path}: {} {}",
            got.status,
            got.body
        );
    }
}

/// Plays `cases` in as many worlds as are worth it; in each of them the process dies.
async fn play(name: &str, setting: Setting, cases: Vec<Case>) {
    const WORLDS: usize = 3;
    let played = cases.len();
    let (deploys, backs): (Vec<Case>, Vec<Case>) = cases.iter().partition(|(p, ..)| *p == Phase::Deploy);
    // What ends as it was before comes first, so that each way back finds a deployment to undo.
    let (mut deploys, mut backs) = (deploys, backs);
    deploys.sort_by_key(|(.., way)| *way == WayOut::Resume);
    backs.sort_by_key(|(.., way)| *way == WayOut::Rollback);
    let worlds = (0..WORLDS).map(|n| {
        let mine = |all: &[Case]| all.iter().skip(n).step_by(WORLDS).copied().collect::<Vec<Case>>();
        let (deploys, backs) = (mine(&deploys), mine(&backs));
        Box::pin(async move {
            let mut scene = Scene::new(setting).await;
            for case in deploys.into_iter().chain(backs) {
                scene.play(case).await;
            }
        })
    });
    futures::stream::iter(worlds).buffer_unordered(WORLDS).collect::<Vec<()>>().await;
    counted_as(&format!("site-{name}"), played, played);
}

/// Returns the cases of a deployment and of a rollback with so many moves.
fn moves(all: [usize; 2]) -> Vec<Case> {
    let cases = [Phase::Deploy, Phase::Rollback].into_iter().zip(all).flat_map(|(phase, calls)| {
        (0..calls).flat_map(move |at| {
            // What was done and never heard of is met by both ways out; of what was only begun, each meets every other.
            let before = if at % 2 == 0 { WayOut::Resume } else { WayOut::Rollback };
            let mine = move |cell: &(Side, WayOut)| cell.0 == Side::After || cell.1 == before;
            let cells = CELLS.into_iter().filter(move |cell| size::is_full() || mine(cell));
            cells.map(move |(side, way)| (phase, Dies::Move(at, side), way))
        })
    });
    cases.collect()
}

#[tokio::test(flavor = "current_thread")]
async fn killed_before_or_after_any_move_a_site_is_as_before_or_as_after() {
    play("moves", Setting::Plain, moves([3, 2])).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_before_or_after_any_move_a_site_behind_cloudfront_is_as_before_or_as_after() {
    play("fronted", Setting::Fronted, moves([4, 3])).await;
}

/// Begins `plan` in a process that dies at the n-th call of an operation, before or after it has had its effect.
pub(super) async fn begin_and_die(world: &World, plan: &Plan, at: (&str, u64, Drop)) -> bool {
    let (operation, nth, drop) = at;
    world.sandbox.clear_calls();
    let kind = if drop == Drop::Before { FaultKind::DropBefore } else { FaultKind::DropAfter };
    // Whatever it sends before it is dead has no effect either.
    let times = if drop == Drop::Before { u64::MAX } else { 1 };
    let fault = Fault { account: Some(B.into()), nth, times, ..Fault::next(operation, kind) };
    world.sandbox.fault(fault);
    let means = Means { process: dead(), ..world.means(&*world.b) };
    let dying = async {
        while !world.sandbox.calls().iter().any(|c| c.operation == operation && c.fault.is_some()) {
            tokio::time::sleep(Duration::from_micros(300)).await;
        }
    };
    let died = tokio::select! {
        biased;
        () = dying => true,
        _ = begin(&means, plan, None, OnFailure::Stop) => false,
    };
    world.sandbox.clear_faults();
    died
}

/// A move of a site is many calls: the process dies before each put of one, and each put meets one way out on the way forth,
/// and the other on the way back.
#[tokio::test(flavor = "current_thread")]
async fn killed_between_the_puts_of_a_move_a_site_is_as_before_or_as_after() {
    // Two assets, four files under their names, and the manifest four times; the way back puts no assets.
    let cases = [(Phase::Deploy, 10), (Phase::Rollback, 6)].into_iter().flat_map(|(phase, most)| {
        (1..=most).map(move |nth| {
            let resumes = (nth % 2 == 0) == (phase == Phase::Deploy);
            let way = if resumes { WayOut::Resume } else { WayOut::Rollback };
            (phase, Dies::Call("PutObject", nth, Drop::Before), way)
        })
    });
    play("puts", Setting::Plain, cases.collect()).await;
}

/// What comes after the switch: CloudFront is told, which is noted, old files are noted, deleted, and noted as gone; on the way back they
/// have to be put again.
#[tokio::test(flavor = "current_thread")]
async fn killed_while_it_tidies_up_a_site_is_as_before_or_as_after() {
    let call = |phase, call: (&'static str, u64, Drop), way| {
        let (operation, nth, drop) = call;
        (phase, Dies::Call(operation, nth, drop), way)
    };
    let cases = vec![
        call(Phase::Deploy, ("CreateInvalidation", 1, Drop::Before), WayOut::Rollback),
        call(Phase::Deploy, ("CreateInvalidation", 1, Drop::After), WayOut::Resume),
        call(Phase::Deploy, ("PutObject", 11, Drop::Before), WayOut::Resume),
        call(Phase::Deploy, ("DeleteObjects", 1, Drop::Before), WayOut::Rollback),
        call(Phase::Deploy, ("DeleteObjects", 1, Drop::After), WayOut::Resume),
        call(Phase::Deploy, ("DeleteObjects", 1, Drop::After), WayOut::Rollback),
        call(Phase::Deploy, ("PutObject", 12, Drop::Before), WayOut::Resume),
        call(Phase::Deploy, ("PutObject", 13, Drop::Before), WayOut::Rollback),
        call(Phase::Rollback, ("PutObject", 3, Drop::Before), WayOut::Rollback),
        call(Phase::Rollback, ("PutObject", 7, Drop::After), WayOut::Resume),
        call(Phase::Rollback, ("CreateInvalidation", 1, Drop::After), WayOut::Resume),
    ];
    play("tidying", Setting::Fronted, cases).await;
}
