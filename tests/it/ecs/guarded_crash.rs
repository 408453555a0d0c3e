//! Invariant 5 with hooks and gates: killed at any call of a release that has both, then resumed or rolled back, a service
//! is as before or as after, and whatever came through was asked for.

use std::path::Path;
use std::time::Duration;

use snapdeploy::core::gate::{Gate, GateAt, Probe, Undecided};
use snapdeploy::core::hook::{Hook, HookAt, HookDeed, HookFailure};
use snapdeploy::core::means::Values;

use super::place::both;
use super::shifted::with;
use crate::crash::Phase;
use crate::matrix::{At, Matrix, matrix};
use crate::reliability::size;

/// A hook that leaves a line; done again it does no harm.
fn hook(name: &str, at: HookAt, folder: &Path) -> Hook {
    let line = format!("echo {name} >> '{}'", folder.join("hooks").display());
    Hook {
        name: name.into(),
        at: vec![at],
        about: Vec::new(),
        deed: HookDeed::Command { line },
        limit: Duration::from_secs(20),
        on_failure: HookFailure::Fail,
        migrates: false,
        repeatable: true,
    }
}

fn gate(folder: &Path) -> Gate {
    let line = format!("echo gate >> '{}'", folder.join("gates").display());
    let (pass, limit) = (vec![0], Duration::from_secs(20));
    Gate {
        name: "smoke".into(),
        about: Vec::new(),
        at: GateAt::After,
        every: Duration::from_millis(1),
        tries: 1,
        undecided: Undecided::Fail,
        probe: Probe::Command { line, pass, undecided: Vec::new(), limit },
    }
}

async fn guarded(phase: Phase) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let world = async || {
        let hooks = vec![
            hook("begin", HookAt::BeforeDeploy, path),
            hook("end", HookAt::AfterDeploy, path),
            hook("unbegin", HookAt::BeforeRollback, path),
            hook("unend", HookAt::AfterRollback, path),
        ];
        with(both("2", "1"), Values { hooks, gates: vec![gate(path)], ..Values::default() }).await
    };
    matrix(Matrix::new("guarded", phase, At::Calls(size::of(24, usize::MAX))), world, async |_, _, _| ())
        .await;
    let said = std::fs::read_to_string(path.join("hooks")).unwrap();
    for name in ["begin", "end", "unbegin", "unend"] {
        assert!(said.lines().any(|l| l == name), "{name} was never run");
    }
    assert!(path.join("gates").exists(), "the gate was never asked");
}

#[tokio::test(flavor = "current_thread")]
async fn killed_anywhere_in_a_deployment_with_hooks_and_gates_a_service_is_as_before_or_as_after() {
    guarded(Phase::Deploy).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_anywhere_in_a_rollback_with_hooks_a_service_is_as_before_or_as_after() {
    guarded(Phase::Rollback).await;
}
