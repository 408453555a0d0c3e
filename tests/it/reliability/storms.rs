//! Faults by chance: whatever share of the calls fails, nothing ends otherwise than as before or as after.

use std::collections::BTreeMap;

use serde_json::json;
use snapdeploy::core::ErrorKind;
use snapdeploy::core::extract::extract;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::means::Means;
use snapdeploy::core::objects::Objects;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::runs::{Ended, OnFailure, begin, resume};
use snapdeploy::sandbox::{FaultKind, Storm};

use super::scene::{Ends, Scene, state};
use super::size;
use crate::figures;
use crate::stores::aws;
use crate::world::{B, extraction};

/// Of a thousand calls.
const RATES: [u32; 4] = [1, 10, 50, 200];

fn kinds() -> Vec<FaultKind> {
    vec![
        FaultKind::Throttle,
        FaultKind::ServerError,
        FaultKind::DropBefore,
        FaultKind::DropAfter,
        FaultKind::ErrorAfter,
        FaultKind::Late { after_calls: 5 },
        FaultKind::LateBy { ms: 20 },
        FaultKind::Slow { ms: 30 },
        FaultKind::Skewed,
        FaultKind::ExpiredToken,
    ]
}

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Where {
    /// The account that is deployed to.
    Target,
    /// The account that has the store and the ledger.
    Store,
}

/// How a run came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Done,
    RolledBack,
    NothingChanged,
    NeededACommand,
}

/// Returns whether the environment is to be as after, where the runs are over.
async fn go_on(means: &Means<'_>, here: &str) -> bool {
    for _ in 0..4 {
        let Some(held) = means.ledger.held(means.driver.pin()).await.unwrap() else { break };
        let ended = resume(means, &held.start.run, OnFailure::Stop).await;
        match ended {
            Ok(Ended::Done { run }) => {
                return means.ledger.run(&run).await.unwrap().start.undoes.is_none();
            }
            other => println!("{here}: {other:?}"),
        }
    }
    panic!("{here}: no command ends it");
}

async fn run(seed: u64, per_mille: u32, of: Where, ends: &Ends) -> (How, usize) {
    let here = format!("seed {seed}, {per_mille} of 1000 calls to {of:?}");
    let scene = Scene::new().await;
    let (world, endpoint) = (&scene.world, scene.world.sandbox.endpoint());
    let (objects, ledger): (Box<dyn Objects>, Box<dyn Ledger>) = match of {
        Where::Target => (Box::new(world.objects.clone()), Box::new(world.ledger.clone())),
        Where::Store => (Box::new(aws::objects(&endpoint).await), Box::new(aws::ledger(&endpoint).await)),
    };
    let a = world.means_with(&*world.a, &*objects, &*ledger);
    let dev = extract(&a, &extraction("dev")).await.unwrap().snapshot;
    let means = world.means_with(&*world.b, &*objects, &*ledger);
    let source = Source::of_snapshot("dev@latest", &dev);
    let plan = plan_deploy(&means, "prod", &source, &Deployment::default()).await.unwrap();
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    world.sandbox.clear_calls();
    let account = if of == Where::Target { B } else { aws::ACCOUNT };
    world.sandbox.storm(Storm {
        seed,
        per_mille,
        kinds: kinds(),
        account: Some(account.into()),
        services: Vec::new(),
        most: u64::MAX,
    });
    let ended = Box::pin(begin(&means, &plan, None, OnFailure::Rollback)).await;
    world.sandbox.clear_faults();
    world.sandbox.deliver_late();
    let faults = world.sandbox.calls().iter().filter(|c| c.fault.is_some()).count();
    let held = ledger.held(world.b.pin()).await.unwrap().is_some();
    let (how, new) = match &ended {
        Ok(Ended::Done { .. }) => (How::Done, true),
        Ok(Ended::RolledBack { .. } | Ended::TakenBack { .. }) => (How::RolledBack, false),
        Err(e) if !held => {
            assert!(e.kind != ErrorKind::Bug, "{here}: {e:?}");
            (How::NothingChanged, false)
        }
        _ => (How::NeededACommand, Box::pin(go_on(&means, &here)).await),
    };
    let wished = if new { &ends.new } else { &ends.old };
    let now = state(world).await;
    assert!(now.prints == wished.prints, "{here}: {:?}: {ended:?}", now.differs(wished));
    if !new {
        assert_eq!(now.connect, wished.connect, "{here}: {ended:?}");
    }
    assert!(ledger.held(world.b.pin()).await.unwrap().is_none(), "{here}: the lease is free");
    (how, faults)
}

async fn ends() -> Ends {
    let scene = Scene::new().await;
    let world = &scene.world;
    let old = state(world).await;
    let dev = world.extract(&*world.a, "dev").await;
    assert!(matches!(world.deploy(&dev, OnFailure::Stop).await, Ok(Ended::Done { .. })));
    Ends { old, new: state(world).await }
}

async fn storms(of: Where, name: &str, runs: u64) {
    let ends = Box::pin(ends()).await;
    let first = size::seed();
    let mut rates = Vec::new();
    for per_mille in RATES {
        let mut count: BTreeMap<How, u64> = BTreeMap::new();
        let mut faults = 0;
        for seed in first..first + runs {
            let (how, struck) = Box::pin(run(seed, per_mille, of, &ends)).await;
            *count.entry(how).or_default() += 1;
            faults += struck;
        }
        let alone = runs - count.get(&How::NeededACommand).copied().unwrap_or_default();
        println!("{per_mille} of 1000 calls to {of:?}: {runs} runs, {faults} faults: {count:?}");
        rates.push(format!(
            "{} %: {} faults, {alone} of {runs} ended unattended ({})",
            f64::from(per_mille) / 10.0,
            faults,
            count
                .iter()
                .map(|(how, n)| match how {
                    How::Done => format!("{n} done"),
                    How::RolledBack => format!("{n} rolled back"),
                    How::NothingChanged => format!("{n} changed nothing"),
                    How::NeededACommand => format!("{n} after one more command"),
                })
                .collect::<Vec<_>>()
                .join(", "),
        ));
    }
    figures::record(
        name,
        json!({
            "size": format!("{runs} runs for each of {} rates", RATES.len()),
            "seeds": format!("{first} to {}", first + runs - 1),
            "result": format!("0 wrong ends; {}", rates.join("; ")),
        }),
    );
}

#[tokio::test(flavor = "current_thread")]
async fn whatever_share_of_the_calls_to_a_target_fails_no_end_is_wrong() {
    storms(Where::Target, "faults-target", size::of(2, 100) as u64).await;
}

#[tokio::test(flavor = "current_thread")]
async fn whatever_share_of_the_calls_to_a_store_fails_no_end_is_wrong() {
    storms(Where::Store, "faults-store", size::of(1, 100) as u64).await;
}
