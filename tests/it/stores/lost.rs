//! Lost answers, lost requests and rivals, between the stores and AWS.

use snapdeploy::core::ledger::{Beat, Ledger};
use snapdeploy::core::objects::{Created, Key, Objects};
use snapdeploy::core::run::RunStatus;
use snapdeploy::core::{Clock, ErrorKind};
use snapdeploy::store::{DynamoLedger, S3Objects};

use super::aws;
use super::proxy::{Fault, Gate, Proxy};
use super::world::{LEASE, begin, fails, finish, held, hindered, pin, resumed, rollback, row, start};

const TRANSACT: &str = "x-amz-target: DynamoDB_20120810.TransactWriteItems";
const UPDATE: &str = "x-amz-target: DynamoDB_20120810.UpdateItem";

/// The faults that a step has to survive, and how often the SDK attempts a call: once, the store alone settles it;
/// more often, the SDK's own attempts meet the lost one first.
fn troubles() -> Vec<(u32, Vec<Fault>)> {
    let unavailable = || Fault::Answer(503, "{}".into());
    vec![
        (1, vec![Fault::LoseAnswer]),
        (3, vec![Fault::LoseAnswer]),
        (1, vec![Fault::LoseRequest, Fault::LoseAnswer]),
        (3, vec![Fault::LoseAnswer, Fault::LoseAnswer, Fault::LoseAnswer]),
        (1, vec![unavailable(), unavailable()]),
    ]
}

async fn troubled_objects(upstream: &str, proxy: &Proxy, attempts: u32) -> S3Objects {
    let bucket = aws::objects(upstream).await.place();
    let bucket = bucket.trim_start_matches("s3://").split('/').next().unwrap().to_string();
    aws::objects_in(&bucket, aws::s3(&proxy.endpoint, attempts))
}

pub async fn a_write_to_s3_whose_answer_is_lost_is_still_new(upstream: &str) {
    let proxy = Proxy::start(upstream);
    for (i, (attempts, faults)) in troubles().into_iter().enumerate() {
        let objects = troubled_objects(upstream, &proxy, attempts).await;
        let key = Key::new(format!("some/{i}")).unwrap();
        proxy.next("PUT /", &faults);
        assert_eq!(objects.create(&key, "body".into()).await.unwrap(), Created::New, "{attempts} {faults:?}");
        assert_eq!(proxy.met(), faults.len());
        assert_eq!(objects.create(&key, "body".into()).await.unwrap(), Created::Same);
        proxy.next("PUT /", &[Fault::LoseAnswer]);
        fails(ErrorKind::Corrupt, objects.create(&key, "other".into()).await);
        assert_eq!(objects.read(&key).await.unwrap(), "body");
    }
}

pub async fn a_conflict_of_writes_to_s3_is_tried_again(upstream: &str) {
    let proxy = Proxy::start(upstream);
    let objects = troubled_objects(upstream, &proxy, 1).await;
    let conflict = Fault::Answer(
        409,
        "<Error><Code>ConditionalRequestConflict</Code><Message>in progress</Message></Error>".into(),
    );
    proxy.next("PUT /", &[conflict.clone(), conflict]);
    let key = Key::new("some/key").unwrap();
    assert_eq!(objects.create(&key, "body".into()).await.unwrap(), Created::New);
    assert_eq!(proxy.met(), 2);
}

pub async fn a_body_that_breaks_off_is_read_again(upstream: &str) {
    let proxy = Proxy::start(upstream);
    let objects = troubled_objects(upstream, &proxy, 3).await;
    let key = Key::new("some/key").unwrap();
    objects.create(&key, "body".into()).await.unwrap();
    proxy.next("GET /", &[Fault::CutAnswer, Fault::LoseAnswer, Fault::CutAnswer]);
    assert_eq!(objects.read(&key).await.unwrap(), "body");
    assert_eq!(proxy.met(), 3);
}

pub async fn what_s3_refuses_is_told_by_what_can_be_done_about_it(upstream: &str) {
    let proxy = Proxy::start(upstream);
    let objects = troubled_objects(upstream, &proxy, 1).await;
    let key = Key::new("some/key").unwrap();
    let answer = |status, code: &str| {
        Fault::Answer(status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))
    };
    proxy.next("PUT /", &[answer(403, "AccessDenied")]);
    let e = fails(ErrorKind::Denied, objects.create(&key, "x".into()).await);
    assert_eq!(e.code.as_deref(), Some("AccessDenied"));
    proxy.next("GET /", &[answer(503, "SlowDown")]);
    fails(ErrorKind::Unavailable, objects.read(&key).await);
    proxy.next("GET /", &[answer(400, "Odd")]);
    fails(ErrorKind::Failed, objects.read(&key).await);
    let nowhere = S3Objects::new(aws::s3(upstream, 1), "no-such-bucket-here", "", None, Clock::system());
    for e in [
        fails(ErrorKind::Failed, nowhere.read(&key).await),
        fails(ErrorKind::Failed, nowhere.create(&key, "x".into()).await),
        fails(ErrorKind::Failed, nowhere.list("", None).await),
    ] {
        assert_eq!((e.code.as_deref(), e.hint.is_some()), (Some("NoSuchBucket"), true));
    }
    let dead = S3Objects::new(aws::s3("http://127.0.0.1:9", 1), "bucket", "", None, Clock::scaled(100));
    fails(ErrorKind::Unavailable, dead.read(&key).await);
    fails(ErrorKind::Unavailable, dead.create(&key, "x".into()).await);
}

pub async fn a_step_of_the_ledger_whose_answer_is_lost_is_taken_once(upstream: &str) {
    let proxy = Proxy::start(upstream);
    let tables = aws::tables(upstream).await;
    for (attempts, faults) in troubles() {
        let ledger = aws::ledger_in(aws::dynamodb(&proxy.endpoint, attempts), &tables);
        let trouble = |matching| proxy.next(matching, &faults);
        let met = || assert_eq!(proxy.met(), faults.len(), "{attempts} {faults:?}");
        let deploy = start(&pin());

        trouble(TRANSACT);
        let claim = begin(&ledger, &deploy).await;
        met();
        assert_eq!(claim.epoch, 1);
        trouble(TRANSACT);
        ledger.record(&claim, &[row(0), row(1)]).await.unwrap();
        met();
        trouble(UPDATE);
        assert_eq!(ledger.beat(&claim).await.unwrap(), Beat::Go);
        met();
        trouble(UPDATE);
        ledger.park(&claim).await.unwrap();
        met();
        let seen = held(&ledger, &deploy.pin).await;
        trouble(UPDATE);
        ledger.ask_to_stop(&seen, "bob").await.unwrap();
        met();
        trouble(TRANSACT);
        let taken = ledger.take_over(&seen, &resumed(&deploy, "eve"), LEASE).await.unwrap();
        met();
        assert_eq!(taken.epoch, 2);
        let undo = rollback(&deploy.pin, &deploy.run);
        trouble(TRANSACT);
        let next = ledger.succeed(&taken, &finish(RunStatus::Turned), &undo, LEASE).await.unwrap();
        met();
        assert_eq!(next.epoch, 3);
        trouble(TRANSACT);
        ledger.end(&next, &finish(RunStatus::Succeeded)).await.unwrap();
        met();

        let entries = ledger.entries(&deploy.pin, None, 100).await.unwrap().items;
        assert!(entries.iter().map(|e| e.seq).eq((1..=5).rev()), "{entries:?}");
        assert_eq!(ledger.rows(&deploy.run).await.unwrap().len(), 2);
        assert_eq!(ledger.run(&deploy.run).await.unwrap().undone_by, Some(undo.run));
        assert!(ledger.held(&deploy.pin).await.unwrap().is_none());
    }
}

pub async fn a_rival_in_the_way_is_waited_for(upstream: &str) {
    let proxy = Proxy::start(upstream);
    let ledger = aws::ledger_in(aws::dynamodb(&proxy.endpoint, 3), &aws::tables(upstream).await);
    let conflict = Fault::Answer(
        400,
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message":"Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]",
            "CancellationReasons":[{"Code":"TransactionConflict","Message":"Transaction is ongoing for the item"},{"Code":"None"}]}"#
            .into(),
    );
    let start = start(&pin());
    proxy.next(TRANSACT, &[conflict.clone(), conflict.clone(), conflict.clone()]);
    let claim = begin(&ledger, &start).await;
    assert_eq!(proxy.met(), 3);
    proxy.next(TRANSACT, std::slice::from_ref(&conflict));
    ledger.record(&claim, &[row(0)]).await.unwrap();
    let busy =
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException","message":"ongoing"}"#;
    proxy.next(UPDATE, &[Fault::Answer(400, busy.into()), Fault::Answer(400, busy.into())]);
    ledger.beat(&claim).await.unwrap();
    assert_eq!(proxy.met(), 2);
    proxy.next(TRANSACT, &[conflict]);
    ledger.end(&claim, &finish(RunStatus::Failed)).await.unwrap();
}

pub async fn what_dynamodb_refuses_is_told_by_what_can_be_done_about_it(upstream: &str) {
    let proxy = Proxy::start(upstream);
    let ledger = aws::ledger_in(aws::dynamodb(&proxy.endpoint, 1), &aws::tables(upstream).await);
    let denied = r#"{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"not authorized"}"#;
    proxy.next(".Query", &[Fault::Answer(400, denied.into())]);
    let e = fails(ErrorKind::Denied, ledger.check().await);
    assert_eq!(e.code.as_deref(), Some("AccessDeniedException"));
    let client = aws::dynamodb(upstream, 1);
    let nowhere = DynamoLedger::new(client, "no-audit", "no-leases", Clock::system());
    let e = fails(ErrorKind::Failed, nowhere.check().await);
    assert!(e.hint.is_some() && e.message.contains("no-audit"), "{e:?}");
    let dead = DynamoLedger::new(aws::dynamodb("http://127.0.0.1:9", 1), "a", "l", Clock::system());
    fails(ErrorKind::Unavailable, dead.check().await);
}

/// Runs `step`, and `meanwhile` while the first request of it that matches is held up.
async fn held_up<T>(
    proxy: &Proxy,
    matching: &str,
    step: impl Future<Output = T>,
    meanwhile: impl Future,
) -> T {
    let gate = Gate::new();
    proxy.next(matching, &[Fault::HoldUp(gate.clone())]);
    let other = async {
        gate.reached().await;
        meanwhile.await;
        gate.open().await;
    };
    futures::future::join(step, other).await.0
}

pub async fn a_step_of_the_ledger_that_is_held_up_has_no_effect_on_what_has_changed_meanwhile(
    upstream: &str,
) {
    let proxy = Proxy::start(upstream);
    let tables = aws::tables(upstream).await;
    let slow = aws::ledger_in(aws::dynamodb(&proxy.endpoint, 1), &tables);
    let quick = aws::ledger_in(aws::dynamodb(upstream, 1), &tables);
    let first = start(&pin());

    // Two begin.
    let other = start(&first.pin);
    let claim = held_up(&proxy, TRANSACT, hindered(&slow, &other), begin(&quick, &first)).await;
    assert_eq!(claim.start, first);
    let claim = begin(&quick, &first).await;

    // The owner lives after all.
    let seen = held(&quick, &first.pin).await;
    let heir = resumed(&first, "eve");
    let taken = held_up(&proxy, TRANSACT, slow.take_over(&seen, &heir, LEASE), quick.beat(&claim)).await;
    fails(ErrorKind::Locked, taken);
    quick.record(&claim, &[row(0)]).await.unwrap();

    // The owner is slow, and somebody takes over while it writes, beats and ends.
    let mut zombie = claim;
    for (matching, what) in [(TRANSACT, "record"), (UPDATE, "beat"), (TRANSACT, "end"), (TRANSACT, "succeed")]
    {
        let seen = held(&quick, &first.pin).await;
        let heir = resumed(&first, what);
        let step = async {
            match what {
                "record" => slow.record(&zombie, &[row(1)]).await,
                "beat" => slow.beat(&zombie).await.map(drop),
                "end" => slow.end(&zombie, &finish(RunStatus::Failed)).await,
                _ => {
                    let next = start(&first.pin);
                    slow.succeed(&zombie, &finish(RunStatus::Turned), &next, LEASE).await.map(drop)
                }
            }
        };
        let take = async { quick.take_over(&seen, &heir, LEASE).await.unwrap() };
        let result = held_up(&proxy, matching, step, take).await;
        fails(ErrorKind::Fenced, result);
        assert_eq!(held(&quick, &first.pin).await.start, heir, "{what}");
        zombie.epoch += 1;
    }
    assert_eq!(quick.rows(&first.run).await.unwrap().len(), 1);
    assert_eq!(quick.run(&first.run).await.unwrap().finish, None);
    assert_eq!(quick.entries(&first.pin, None, 100).await.unwrap().items.len(), 5);

    // A heartbeat between the look and the end is no obstacle.
    let end = finish(RunStatus::Succeeded);
    held_up(&proxy, TRANSACT, slow.end(&zombie, &end), quick.beat(&zombie)).await.unwrap();
    assert!(quick.held(&first.pin).await.unwrap().is_none());
}

pub async fn a_write_to_s3_that_is_held_up_overwrites_nothing(upstream: &str) {
    let proxy = Proxy::start(upstream);
    let slow = troubled_objects(upstream, &proxy, 1).await;
    let place = slow.place();
    let bucket = place.trim_start_matches("s3://").split('/').next().unwrap();
    let quick = aws::objects_in(bucket, aws::s3(upstream, 1));
    let key = Key::new("some/key").unwrap();
    let create = slow.create(&key, "slow".into());
    fails(ErrorKind::Corrupt, held_up(&proxy, "PUT /", create, quick.create(&key, "quick".into())).await);
    assert_eq!(quick.read(&key).await.unwrap(), "quick");
}
