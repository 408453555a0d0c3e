//! Runs, rows and ends to write.

use std::time::Duration;

use jiff::Timestamp;
use snapdeploy::core::ledger::{BeginError, Claim, Held, Ledger};
use snapdeploy::core::run::{Actor, Finish, How, Made, Note, Process, Row, RunKind, RunStart, RunStatus};
use snapdeploy::core::{Address, Digest, Error, ErrorKind, Pin, Result, RunId, SnapshotId};

/// The lease that the cases ask for.
pub const LEASE: Duration = Duration::from_millis(60_500);

/// Returns a pin that no other test uses.
pub fn pin() -> Pin {
    Pin {
        account: "111122223333".into(),
        region: "eu-central-1".into(),
        instance: super::unique("1b4e28ba-2fa1"),
    }
}

/// Returns the start of a new run on `pin`.
pub fn start(pin: &Pin) -> RunStart {
    let at = Timestamp::now();
    RunStart {
        run: RunId::new(at),
        kind: RunKind::Deploy,
        environment: "prod \"ä\" 🦀".into(),
        pin: pin.clone(),
        actor: actor("ada"),
        process: Process { boot: "b".into(), pid: 7, started: u64::MAX, space: "h pid:[1]".into() },
        at,
        reason: Some("a reason\nof two lines".into()),
        plan: Digest::of(b"plan"),
        source: "dev@latest".into(),
        source_digest: Digest::of(b"package").to_string(),
        undoes: None,
        tool: "0.1.0".into(),
        source_pin: Some(pin.clone()),
        source_taken_at: Some(at),
        accepted: Vec::new(),
    }
}

/// Returns the start of a new run on `pin` that undoes `undone`.
pub fn rollback(pin: &Pin, undone: &RunId) -> RunStart {
    RunStart { kind: RunKind::Rollback, undoes: Some(undone.clone()), ..start(pin) }
}

/// Returns the same run as another process goes on with it.
pub fn resumed(start: &RunStart, name: &str) -> RunStart {
    let process = Process { boot: "other".into(), pid: 8, started: 1, space: "h pid:[2]".into() };
    RunStart { actor: actor(name), process, ..start.clone() }
}

fn actor(name: &str) -> Actor {
    Actor { identity: "local".into(), host: format!("{name}@host"), ci: None, job: Default::default() }
}

/// Returns an end.
pub fn finish(status: RunStatus) -> Finish {
    Finish {
        status,
        at: Timestamp::now(),
        changed: true,
        wrote: vec![Address::new("connect/flow", "Main % flow")],
        left: Vec::new(),
        message: "it went well".into(),
        turned_into: None,
        after: Some(SnapshotId::new(Timestamp::now())),
    }
}

/// Returns a row.
pub fn row(seq: u32) -> Row {
    let made = Made {
        address: Address::new("connect/queue", format!("Queue {seq}")),
        id: format!("id-{seq}"),
        arn: format!("arn:aws:connect:{seq}"),
    };
    let what = Note::Done { index: seq as usize, made: Some(made), how: How::Sent };
    Row { seq, at: Timestamp::now(), what }
}

/// Begins a run that nothing hinders.
pub async fn begin(ledger: &dyn Ledger, start: &RunStart) -> Claim {
    match ledger.begin(start, LEASE).await {
        Ok(claim) => claim,
        Err(e) => panic!("the run has not begun: {e:?}"),
    }
}

/// Returns who holds the lease that hinders `start`.
pub async fn hindered(ledger: &dyn Ledger, start: &RunStart) -> Held {
    match ledger.begin(start, LEASE).await {
        Err(BeginError::Held(held)) => *held,
        other => panic!("nothing hindered the run: {other:?}"),
    }
}

/// Returns who holds the lease.
pub async fn held(ledger: &dyn Ledger, pin: &Pin) -> Held {
    ledger.held(pin).await.unwrap().expect("somebody holds the lease")
}

/// Returns the error, which has to be of `kind`.
#[track_caller]
pub fn fails<T: std::fmt::Debug>(kind: ErrorKind, result: Result<T>) -> Error {
    match result {
        Err(e) if e.kind == kind => e,
        other => panic!("not {kind:?} but {other:?}"),
    }
}
