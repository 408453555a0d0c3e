//! The ledger's queries: finding runs, counting them, and reading the whole audit.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use snapdeploy::core::audit::Audit;
use snapdeploy::core::history::{Search, search};
use snapdeploy::core::ledger::{Beat, BeginError, Claim, Entry, Head, Held, Ledger, Notice};
use snapdeploy::core::objects::Page;
use snapdeploy::core::repository::Repository;
use snapdeploy::core::run::{Actor, Finish, Process, Row, RunKind, RunRecord, RunStart, RunStatus};
use snapdeploy::core::stats::{Counts, Tally};
use snapdeploy::core::{Address, Clock, Digest, ErrorKind, Pin, Result, RunId};
use snapdeploy::store::{MemoryLedger, MemoryObjects};

const LEASE: Duration = Duration::from_secs(60);

fn pin() -> Pin {
    "111111111111.us-east-1.1b4e28ba".parse().unwrap()
}

fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn at(minutes: i64) -> Timestamp {
    noon().checked_add(SignedDuration::from_mins(minutes)).unwrap()
}

fn actor(who: &str) -> Actor {
    Actor {
        identity: format!("arn:aws:iam::111111111111:user/{who}"),
        host: "box@ci".into(),
        ci: None,
        job: Default::default(),
    }
}

fn start(kind: RunKind, environment: &str, minutes: i64, undoes: Option<&RunId>) -> RunStart {
    RunStart {
        source_pin: None,
        source_taken_at: None,
        accepted: Vec::new(),
        run: RunId::new(at(minutes)),
        kind,
        environment: environment.into(),
        pin: pin(),
        actor: actor("ada"),
        process: Process { boot: "b".into(), pid: 1, started: 1, space: "s".into() },
        at: at(minutes),
        reason: None,
        plan: Digest::of(b"plan"),
        source: "dev@latest".into(),
        source_digest: "x".into(),
        undoes: undoes.cloned(),
        tool: "test".into(),
    }
}

fn finish(status: RunStatus, minutes: i64, wrote: usize, turned_into: Option<&RunId>) -> Finish {
    Finish {
        after: None,
        status,
        at: at(minutes),
        changed: wrote > 0,
        wrote: (0..wrote).map(|i| Address::new("connect/queue", format!("Q{i}"))).collect(),
        left: Vec::new(),
        message: "over".into(),
        turned_into: turned_into.cloned(),
    }
}

/// Runs from `began` to `ended` (minutes after noon), and returns its id.
async fn run(ledger: &dyn Ledger, start: RunStart, finish: Finish) -> RunId {
    let claim = ledger.begin(&start, LEASE).await.unwrap();
    ledger.end(&claim, &finish).await.unwrap();
    start.run
}

async fn deploy(ledger: &dyn Ledger, environment: &str, began: i64, ended: i64, wrote: usize) -> RunId {
    let done = finish(RunStatus::Succeeded, ended, wrote, None);
    run(ledger, start(RunKind::Deploy, environment, began, None), done).await
}

/// A ledger that counts what is read of it, and loses one entry.
struct Watched {
    inner: MemoryLedger,
    read: AtomicUsize,
    loses: Option<u64>,
}

#[async_trait]
impl Ledger for Watched {
    async fn begin(&self, start: &RunStart, lease: Duration) -> Result<Claim, BeginError> {
        self.inner.begin(start, lease).await
    }
    async fn beat(&self, claim: &Claim) -> Result<Beat> {
        self.inner.beat(claim).await
    }
    async fn record(&self, claim: &Claim, rows: &[Row]) -> Result<()> {
        self.inner.record(claim, rows).await
    }
    async fn end(&self, claim: &Claim, finish: &Finish) -> Result<()> {
        self.inner.end(claim, finish).await
    }
    async fn succeed(
        &self,
        claim: &Claim,
        finish: &Finish,
        start: &RunStart,
        lease: Duration,
    ) -> Result<Claim> {
        self.inner.succeed(claim, finish, start, lease).await
    }
    async fn take_over(&self, held: &Held, start: &RunStart, lease: Duration) -> Result<Claim> {
        self.inner.take_over(held, start, lease).await
    }
    async fn park(&self, claim: &Claim) -> Result<()> {
        self.inner.park(claim).await
    }
    async fn ask_to_stop(&self, held: &Held, who: &str) -> Result<()> {
        self.inner.ask_to_stop(held, who).await
    }
    async fn held(&self, pin: &Pin) -> Result<Option<Held>> {
        self.inner.held(pin).await
    }
    async fn run(&self, run: &RunId) -> Result<RunRecord> {
        self.inner.run(run).await
    }
    async fn rows(&self, run: &RunId) -> Result<Vec<Row>> {
        self.inner.rows(run).await
    }
    async fn tell(&self, notice: &Notice) -> Result<Entry> {
        self.inner.tell(notice).await
    }
    async fn head(&self, pin: &Pin) -> Result<Option<Head>> {
        self.inner.head(pin).await
    }
    async fn entries(&self, pin: &Pin, before: Option<u64>, limit: usize) -> Result<Page<Entry>> {
        let mut page = self.inner.entries(pin, before, limit).await?;
        self.read.fetch_add(page.items.len(), Ordering::Relaxed);
        page.items.retain(|entry| Some(entry.seq) != self.loses);
        Ok(page)
    }
    async fn check(&self) -> Result<()> {
        Ok(())
    }
    fn place(&self) -> String {
        "memory".into()
    }
}

fn watched(loses: Option<u64>) -> Watched {
    Watched { inner: MemoryLedger::new(Clock::system()), read: AtomicUsize::new(0), loses }
}

#[tokio::test]
async fn each_deployment_is_counted_once_and_durations_are_ranks() {
    let ledger = MemoryLedger::new(Clock::system());
    // Before the time that is asked for.
    deploy(&ledger, "prod", -60 * 24 * 40, -60 * 24 * 40 + 500, 7).await;
    let mut runs = Vec::new();
    for (i, took) in [1, 2, 3, 4, 10].into_iter().enumerate() {
        let began = i as i64 * 20;
        runs.push(deploy(&ledger, "prod", began, began + took, 2).await);
    }
    // The newest is undone by hand, the one before it in part.
    let back = start(RunKind::Rollback, "prod", 110, Some(&runs[4]));
    run(&ledger, back, finish(RunStatus::Succeeded, 111, 2, None)).await;
    let part = start(RunKind::Rollback, "prod", 112, None);
    run(&ledger, part, finish(RunStatus::Succeeded, 113, 1, None)).await;
    let failed = start(RunKind::Deploy, "prod", 120, None);
    run(&ledger, failed, finish(RunStatus::Failed, 121, 0, None)).await;
    // One turned round by itself, and so did the next, whose rollback has not ended.
    let turned = start(RunKind::Deploy, "stage", 130, None);
    let heir = start(RunKind::Rollback, "stage", 131, Some(&turned.run));
    let claim = ledger.begin(&turned, LEASE).await.unwrap();
    let end = finish(RunStatus::Turned, 131, 3, Some(&heir.run));
    let claim = ledger.succeed(&claim, &end, &heir, LEASE).await.unwrap();
    ledger.end(&claim, &finish(RunStatus::Succeeded, 132, 3, None)).await.unwrap();
    let turned = start(RunKind::Deploy, "stage", 140, None);
    let heir = start(RunKind::Rollback, "stage", 141, Some(&turned.run));
    let claim = ledger.begin(&turned, LEASE).await.unwrap();
    let end = finish(RunStatus::Turned, 141, 1, Some(&heir.run));
    ledger.succeed(&claim, &end, &heir, LEASE).await.unwrap();

    let tallies = Tally::of(&ledger, &pin(), at(-60)).await.unwrap();
    let prod = Counts {
        deployments: 6,
        succeeded: 4,
        rolled_back: 1,
        failed: 1,
        superseded: 0,
        open: 0,
        rollbacks: 2,
        refused: 0,
        changes: 10,
        median_seconds: Some(180),
        p90_seconds: Some(600),
    };
    let stage =
        Counts { deployments: 2, rolled_back: 1, open: 1, rollbacks: 2, changes: 4, ..Counts::default() };
    assert_eq!(tallies["prod"].counts(), prod);
    assert_eq!(tallies["stage"].counts(), stage);
    let mut all = Tally::default();
    tallies.into_values().for_each(|tally| all.join(tally));
    let all = all.counts();
    assert_eq!((all.deployments, all.changes, all.median_seconds), (8, 14, Some(180)));
    assert_eq!(all.deployments, all.succeeded + all.rolled_back + all.failed + all.superseded + all.open);
    assert!(Tally::of(&ledger, &pin(), at(10_000)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_search_reads_no_more_than_its_limit_and_its_time_take() {
    let ledger = watched(None);
    for i in 0..600 {
        deploy(&ledger, "prod", i * 10, i * 10 + 1, 1).await;
    }
    let objects = MemoryObjects::new();
    let find = async |what: &Search, limit: usize| {
        ledger.read.store(0, Ordering::Relaxed);
        let told = search(&ledger, Repository::new(&objects), &pin(), what, limit).await.unwrap();
        let began: Vec<Timestamp> = told.iter().map(|t| t.record.start.at).collect();
        (began, ledger.read.load(Ordering::Relaxed))
    };
    let (began, read) = find(&Search::default(), 3).await;
    assert_eq!(began, [at(5990), at(5980), at(5970)]);
    assert!(read <= 20, "{read}");
    let since = Search { since: Some(at(5900)), ..Search::default() };
    let (began, read) = find(&since, 1000).await;
    assert_eq!((began.len(), began[9]), (10, at(5900)), "the moment itself is in");
    assert!(read <= 200, "{read}");
    let (began, _) = find(&Search::default(), 1000).await;
    assert_eq!(began.len(), 600);
    assert!(began.is_sorted_by(|a, b| a > b));
    assert_eq!(find(&Search::default(), 0).await, (Vec::new(), 0));
}

#[tokio::test]
async fn an_actor_is_found_by_a_part_of_identity_host_or_job_also_one_who_went_on() {
    let ledger = MemoryLedger::new(Clock::system());
    let ada = deploy(&ledger, "prod", 0, 1, 1).await;
    let by =
        |who: &str, minutes| RunStart { actor: actor(who), ..start(RunKind::Deploy, "prod", minutes, None) };
    let mut job = by("robot", 10);
    job.actor.ci = Some("https://ci.example/42".into());
    let job = run(&ledger, job, finish(RunStatus::Succeeded, 11, 1, None)).await;
    let begun = by("bob", 20);
    ledger.begin(&begun, LEASE).await.unwrap();
    let held = ledger.held(&pin()).await.unwrap().unwrap();
    let went_on = RunStart { actor: actor("Carol"), ..begun.clone() };
    ledger.take_over(&held, &went_on, LEASE).await.unwrap();

    let objects = MemoryObjects::new();
    for (text, expected) in [
        ("user/ada", vec![&ada]),
        ("ADA", vec![&ada]),
        ("example/42", vec![&job]),
        ("carol", vec![&begun.run]),
        ("bob", vec![&begun.run]),
        ("box@", vec![&begun.run, &job, &ada]),
        ("dave", vec![]),
    ] {
        let what = Search { actor: Some(text.into()), ..Search::default() };
        let told = search(&ledger, Repository::new(&objects), &pin(), &what, 20).await.unwrap();
        let found: Vec<&RunId> = told.iter().map(|t| &t.record.start.run).collect();
        assert_eq!(found, expected, "{text}");
    }
}

async fn read_all(ledger: &dyn Ledger) -> Result<Vec<u64>> {
    let mut audit = Audit::open(ledger, &pin()).await?;
    let mut read = Vec::new();
    while audit.peek().await?.is_some() {
        read.extend(audit.take().map(|entry| entry.seq));
    }
    Ok(read)
}

#[tokio::test]
async fn the_audit_is_read_from_its_beginning_and_whole_or_not_at_all() {
    for runs in [0, 1, 100, 101, 317] {
        let ledger = watched(None);
        for i in 0..runs {
            deploy(&ledger, "prod", i, i, 1).await;
        }
        let read = read_all(&ledger).await.unwrap();
        assert_eq!(read, (1..=runs as u64 * 2).collect::<Vec<_>>(), "{runs}");
    }
    for lost in [1, 2, 100, 200, 201, 299] {
        let ledger = watched(Some(lost));
        for i in 0..150 {
            deploy(&ledger, "prod", i, i, 1).await;
        }
        let e = read_all(&ledger).await.unwrap_err();
        assert_eq!(e.kind, ErrorKind::Corrupt);
        assert!(e.message.contains(&format!("lacks the entry {lost},")), "{e}");
    }
}
