//! What every ledger does.

use std::collections::BTreeSet;

use futures::future::join_all;
use snapdeploy::core::chain::{breach, head_of, journal_digest};
use snapdeploy::core::ledger::{Act, Beat, BeginError, Entry, Held, Ledger, Notice, ROWS_AT_ONCE};
use snapdeploy::core::run::{Finish, RunStatus};
use snapdeploy::core::{Address, Digest, ErrorKind, Pin, RunId};

use super::world::{LEASE, begin, fails, finish, held, hindered, pin, resumed, rollback, row, start};

pub async fn of_runs_at_once_exactly_one_begins_and_the_others_learn_which(ledger: &dyn Ledger) {
    let pin = pin();
    for round in 1..=25 {
        let starts: Vec<_> = (0..8).map(|_| start(&pin)).collect();
        let results = join_all(starts.iter().map(|start| ledger.begin(start, LEASE))).await;
        let won: Vec<_> = results.iter().filter_map(|r| r.as_ref().ok()).collect();
        assert_eq!(won.len(), 1, "round {round}: {results:?}");
        assert_eq!(won[0].epoch, round);
        for lost in &results {
            match lost {
                Ok(_) => {}
                Err(BeginError::Held(held)) => {
                    assert_eq!((&held.start.run, held.epoch, held.lease), (&won[0].run, round, LEASE));
                }
                Err(BeginError::Other(e)) => panic!("round {round}: {e}"),
            }
        }
        for start in starts.iter().filter(|start| start.run != won[0].run) {
            fails(ErrorKind::NotFound, ledger.run(&start.run).await);
        }
        ledger.end(won[0], &finish(RunStatus::Succeeded)).await.unwrap();
    }
    assert_eq!(ledger.entries(&pin, None, 1000).await.unwrap().items.len(), 50);
}

pub async fn a_run_comes_back_as_it_began(ledger: &dyn Ledger) {
    let start = start(&pin());
    let claim = begin(ledger, &start).await;
    assert_eq!((&claim.pin, &claim.run, claim.epoch), (&start.pin, &start.run, 1));
    let record = ledger.run(&start.run).await.unwrap();
    assert_eq!((record.status(), record.start, record.undone_by), (RunStatus::Open, start.clone(), None));
    let Held { pin, start: held_start, epoch, lease, parked, stop_asked_by, .. } =
        held(ledger, &start.pin).await;
    assert_eq!((pin, held_start, epoch, lease), (start.pin.clone(), start.clone(), 1, LEASE));
    assert_eq!((parked, stop_asked_by), (false, None));
    let entry = ledger.entries(&start.pin, None, 10).await.unwrap().items.remove(0);
    assert_eq!(
        (entry.seq, &entry.pin, entry.at, &entry.run),
        (1, &start.pin, start.at, &Some(start.run.clone()))
    );
    assert_eq!(entry.what, Act::Start { start: Box::new(start) });
}

pub async fn a_run_begins_only_once(ledger: &dyn Ledger) {
    let first = start(&pin());
    let claim = begin(ledger, &first).await;
    ledger.end(&claim, &finish(RunStatus::Failed)).await.unwrap();
    let again = ledger.begin(&first, LEASE).await;
    assert!(matches!(&again, Err(BeginError::Other(e)) if e.kind == ErrorKind::Failed), "{again:?}");
    assert!(ledger.held(&first.pin).await.unwrap().is_none());
    let second = start(&first.pin);
    let claim = begin(ledger, &second).await;
    let heir = ledger.succeed(&claim, &finish(RunStatus::Turned), &first, LEASE).await;
    fails(ErrorKind::Failed, heir);
    assert_eq!(held(ledger, &first.pin).await.start, second);
    assert_eq!(ledger.run(&second.run).await.unwrap().finish, None);
    assert_eq!(ledger.entries(&first.pin, None, 10).await.unwrap().items.len(), 3);
}

pub async fn a_heartbeat_changes_the_lease_and_hears_of_a_stop(ledger: &dyn Ledger) {
    let start = start(&pin());
    let claim = begin(ledger, &start).await;
    let mut beats = BTreeSet::from([held(ledger, &start.pin).await.beat]);
    for _ in 0..5 {
        assert_eq!(ledger.beat(&claim).await.unwrap(), Beat::Go);
        assert!(beats.insert(held(ledger, &start.pin).await.beat));
    }
    let seen = held(ledger, &start.pin).await;
    ledger.ask_to_stop(&seen, "bob@desk").await.unwrap();
    assert_eq!(held(ledger, &start.pin).await, Held { stop_asked_by: Some("bob@desk".into()), ..seen });
    for _ in 0..2 {
        assert_eq!(ledger.beat(&claim).await.unwrap(), Beat::StopAsked("bob@desk".into()));
    }
    // Whoever goes on has not been asked.
    let seen = held(ledger, &start.pin).await;
    let claim = ledger.take_over(&seen, &resumed(&start, "eve"), LEASE).await.unwrap();
    assert_eq!(ledger.beat(&claim).await.unwrap(), Beat::Go);
}

pub async fn a_stop_is_not_asked_of_an_owner_that_has_gone(ledger: &dyn Ledger) {
    let start = start(&pin());
    let claim = begin(ledger, &start).await;
    let seen = held(ledger, &start.pin).await;
    ledger.beat(&claim).await.unwrap();
    ledger.ask_to_stop(&seen, "bob").await.unwrap();
    ledger.end(&claim, &finish(RunStatus::Failed)).await.unwrap();
    fails(ErrorKind::Stale, ledger.ask_to_stop(&seen, "bob").await);
    let next = begin(ledger, &super::world::start(&start.pin)).await;
    fails(ErrorKind::Stale, ledger.ask_to_stop(&seen, "bob").await);
    assert_eq!(ledger.beat(&next).await.unwrap(), Beat::Go);
}

pub async fn a_lease_is_taken_over_only_as_it_was_seen(ledger: &dyn Ledger) {
    let start = start(&pin());
    let claim = begin(ledger, &start).await;
    let before = held(ledger, &start.pin).await;
    ledger.beat(&claim).await.unwrap();
    let other = resumed(&start, "eve");
    fails(ErrorKind::Locked, ledger.take_over(&before, &other, LEASE).await);
    let seen = held(ledger, &start.pin).await;
    fails(ErrorKind::Locked, ledger.take_over(&Held { epoch: 2, ..seen.clone() }, &other, LEASE).await);
    assert_eq!(ledger.entries(&start.pin, None, 10).await.unwrap().items.len(), 1);

    let taken = ledger.take_over(&seen, &other, LEASE * 2).await.unwrap();
    assert_eq!((&taken.run, taken.epoch), (&start.run, 2));
    let now = held(ledger, &start.pin).await;
    assert_eq!((now.start, now.epoch, now.lease), (other.clone(), 2, LEASE * 2));
    assert_eq!(ledger.run(&start.run).await.unwrap().start, start, "the run began as it began");
    let entry = ledger.entries(&start.pin, None, 10).await.unwrap().items.remove(0);
    assert_eq!((entry.seq, entry.what), (2, Act::Resume { actor: other.actor.clone() }));
    // What was seen then is not so any more.
    fails(ErrorKind::Locked, ledger.take_over(&seen, &resumed(&start, "mallory"), LEASE).await);
    ledger.end(&taken, &finish(RunStatus::Succeeded)).await.unwrap();
    fails(ErrorKind::Locked, ledger.take_over(&seen, &resumed(&start, "mallory"), LEASE).await);
}

pub async fn of_takers_exactly_one_takes_over(ledger: &dyn Ledger) {
    let start = start(&pin());
    begin(ledger, &start).await;
    for epoch in 2..=11 {
        let seen = held(ledger, &start.pin).await;
        let starts: Vec<_> = (0..8).map(|i| resumed(&start, &format!("taker{epoch}-{i}"))).collect();
        let results = join_all(starts.iter().map(|start| ledger.take_over(&seen, start, LEASE))).await;
        let won: Vec<usize> = (0..8).filter(|i| results[*i].is_ok()).collect();
        assert_eq!(won.len(), 1, "{results:?}");
        assert_eq!(held(ledger, &start.pin).await.start, starts[won[0]]);
        for lost in results.into_iter().filter(Result::is_err) {
            fails(ErrorKind::Locked, lost);
        }
    }
    assert_eq!(held(ledger, &start.pin).await.epoch, 11);
}

pub async fn a_zombie_can_write_nothing(ledger: &dyn Ledger) {
    let start = start(&pin());
    let zombie = begin(ledger, &start).await;
    ledger.record(&zombie, &[row(0)]).await.unwrap();
    let seen = held(ledger, &start.pin).await;
    let owner = ledger.take_over(&seen, &resumed(&start, "eve"), LEASE).await.unwrap();
    let before = held(ledger, &start.pin).await;

    let heir = super::world::start(&start.pin);
    fails(ErrorKind::Fenced, ledger.record(&zombie, &[row(1)]).await);
    fails(ErrorKind::Fenced, ledger.record(&zombie, &[]).await);
    fails(ErrorKind::Fenced, ledger.beat(&zombie).await);
    fails(ErrorKind::Fenced, ledger.park(&zombie).await);
    fails(ErrorKind::Fenced, ledger.end(&zombie, &finish(RunStatus::Failed)).await);
    fails(ErrorKind::Fenced, ledger.succeed(&zombie, &finish(RunStatus::Turned), &heir, LEASE).await);

    assert_eq!(held(ledger, &start.pin).await, before);
    assert_eq!(ledger.rows(&start.run).await.unwrap().len(), 1);
    assert_eq!(ledger.run(&start.run).await.unwrap().finish, None);
    fails(ErrorKind::NotFound, ledger.run(&heir.run).await);
    assert_eq!(ledger.entries(&start.pin, None, 10).await.unwrap().items.len(), 2);
    ledger.record(&owner, &[row(1)]).await.unwrap();
    ledger.end(&owner, &finish(RunStatus::Succeeded)).await.unwrap();
}

pub async fn after_the_end_a_claim_is_over(ledger: &dyn Ledger) {
    let first = start(&pin());
    let claim = begin(ledger, &first).await;
    ledger.end(&claim, &finish(RunStatus::Succeeded)).await.unwrap();
    for _ in 0..2 {
        fails(ErrorKind::Fenced, ledger.record(&claim, &[row(0)]).await);
        fails(ErrorKind::Fenced, ledger.beat(&claim).await);
        fails(ErrorKind::Fenced, ledger.park(&claim).await);
        fails(ErrorKind::Fenced, ledger.end(&claim, &finish(RunStatus::Failed)).await);
        ledger.begin(&start(&first.pin), LEASE).await.ok();
    }
    assert_eq!(held(ledger, &first.pin).await.epoch, 2);
}

pub async fn an_end_is_one_step(ledger: &dyn Ledger) {
    let deploy = start(&pin());
    let claim = begin(ledger, &deploy).await;
    fails(ErrorKind::Bug, ledger.end(&claim, &finish(RunStatus::Open)).await);
    let ended = finish(RunStatus::Succeeded);
    ledger.end(&claim, &ended).await.unwrap();
    assert!(ledger.held(&deploy.pin).await.unwrap().is_none());
    assert_eq!(ledger.run(&deploy.run).await.unwrap().finish, Some(ended.clone()));
    let entry = ledger.entries(&deploy.pin, None, 10).await.unwrap().items.remove(0);
    assert_eq!((entry.seq, entry.at, &entry.run), (2, ended.at, &Some(deploy.run.clone())));
    let journal = journal_digest(&[]).unwrap();
    assert_eq!(entry.what, Act::End { finish: Box::new(ended), journal });

    let undo = rollback(&deploy.pin, &deploy.run);
    let claim = begin(ledger, &undo).await;
    assert_eq!(claim.epoch, 2);
    assert_eq!(ledger.run(&deploy.run).await.unwrap().undone_by, None, "it has only begun");
    ledger.end(&claim, &finish(RunStatus::Succeeded)).await.unwrap();
    let record = ledger.run(&deploy.run).await.unwrap();
    assert_eq!((record.status(), record.undone_by), (RunStatus::Succeeded, Some(undo.run)));
}

pub async fn only_a_rollback_that_succeeded_undoes(ledger: &dyn Ledger) {
    let deploy = start(&pin());
    let claim = begin(ledger, &deploy).await;
    ledger.end(&claim, &finish(RunStatus::Succeeded)).await.unwrap();
    let claim = begin(ledger, &rollback(&deploy.pin, &deploy.run)).await;
    ledger.end(&claim, &finish(RunStatus::Failed)).await.unwrap();
    assert_eq!(ledger.run(&deploy.run).await.unwrap().undone_by, None);
    // A run that this ledger never knew hinders nobody.
    let unknown = RunId::new(jiff::Timestamp::UNIX_EPOCH);
    let claim = begin(ledger, &rollback(&deploy.pin, &unknown)).await;
    ledger.end(&claim, &finish(RunStatus::Succeeded)).await.unwrap();
    fails(ErrorKind::NotFound, ledger.run(&unknown).await);
}

pub async fn a_run_that_turns_is_followed_on_the_same_lease(ledger: &dyn Ledger) {
    let deploy = start(&pin());
    let claim = begin(ledger, &deploy).await;
    let undo = rollback(&deploy.pin, &deploy.run);
    let turned = Finish { turned_into: Some(undo.run.clone()), ..finish(RunStatus::Turned) };
    fails(ErrorKind::Bug, ledger.succeed(&claim, &turned, &start(&pin()), LEASE).await);
    fails(ErrorKind::Bug, ledger.succeed(&claim, &turned, &deploy, LEASE).await);
    let next = ledger.succeed(&claim, &turned, &undo, LEASE * 3).await.unwrap();
    assert_eq!((&next.pin, &next.run, next.epoch), (&deploy.pin, &undo.run, 2));
    let now = held(ledger, &deploy.pin).await;
    assert_eq!((now.start, now.lease, now.epoch), (undo.clone(), LEASE * 3, 2));
    let record = ledger.run(&deploy.run).await.unwrap();
    assert_eq!((record.finish, record.undone_by), (Some(turned.clone()), None));
    let whats: Vec<Act> = ledger
        .entries(&deploy.pin, None, 10)
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|e| e.what)
        .rev()
        .collect();
    let expected = [
        Act::Start { start: Box::new(deploy.clone()) },
        Act::End { finish: Box::new(turned), journal: journal_digest(&[]).unwrap() },
        Act::Start { start: Box::new(undo.clone()) },
    ];
    assert_eq!(whats, expected);
    fails(ErrorKind::Fenced, ledger.record(&claim, &[row(0)]).await);
    ledger.record(&next, &[row(0)]).await.unwrap();
    ledger.end(&next, &finish(RunStatus::Succeeded)).await.unwrap();
    assert_eq!(ledger.run(&deploy.run).await.unwrap().undone_by, Some(undo.run));
}

pub async fn a_parked_lease_is_taken_over_at_once_and_a_heartbeat_unparks_it(ledger: &dyn Ledger) {
    let start = start(&pin());
    let claim = begin(ledger, &start).await;
    ledger.park(&claim).await.unwrap();
    let parked = held(ledger, &start.pin).await;
    assert!(parked.parked);
    assert_eq!(hindered(ledger, &super::world::start(&start.pin)).await, parked);
    ledger.beat(&claim).await.unwrap();
    assert!(!held(ledger, &start.pin).await.parked);
    fails(ErrorKind::Locked, ledger.take_over(&parked, &resumed(&start, "eve"), LEASE).await);
    ledger.park(&claim).await.unwrap();
    ledger.record(&claim, &[row(0)]).await.unwrap();
    let parked = held(ledger, &start.pin).await;
    let next = ledger.take_over(&parked, &resumed(&start, "eve"), LEASE).await.unwrap();
    assert!(!held(ledger, &start.pin).await.parked);
    fails(ErrorKind::Fenced, ledger.beat(&claim).await);
    ledger.beat(&next).await.unwrap();
}

pub async fn rows_are_recorded_all_or_none(ledger: &dyn Ledger) {
    let start = start(&pin());
    let claim = begin(ledger, &start).await;
    let rows: Vec<_> = (0..ROWS_AT_ONCE as u32).map(row).collect();
    ledger.record(&claim, &rows).await.unwrap();
    assert_eq!(ledger.rows(&start.run).await.unwrap(), rows);
    let many: Vec<_> = (100..101 + ROWS_AT_ONCE as u32).map(row).collect();
    fails(ErrorKind::Bug, ledger.record(&claim, &many).await);
    fails(ErrorKind::Bug, ledger.record(&claim, &[row(200), row(200)]).await);
    // Row 5 is there, and says something else.
    fails(ErrorKind::Fenced, ledger.record(&claim, &[row(90), row(5), row(91)]).await);
    assert_eq!(ledger.rows(&start.run).await.unwrap(), rows);
    ledger.record(&claim, &[]).await.unwrap();
    ledger.record(&claim, &[row(90)]).await.unwrap();
    assert_eq!(ledger.rows(&start.run).await.unwrap().last().unwrap().seq, 90);
}

pub async fn the_same_row_again_is_no_conflict(ledger: &dyn Ledger) {
    let start = start(&pin());
    let claim = begin(ledger, &start).await;
    let rows: Vec<_> = (0..6).map(row).collect();
    ledger.record(&claim, &rows[..3]).await.unwrap();
    ledger.record(&claim, &rows[..3]).await.unwrap();
    ledger.record(&claim, &rows[1..5]).await.unwrap();
    ledger.record(&claim, &rows[5..]).await.unwrap();
    assert_eq!(ledger.rows(&start.run).await.unwrap(), rows);
}

pub async fn the_same_step_again_answers_the_same(ledger: &dyn Ledger) {
    let deploy = start(&pin());
    let claim = begin(ledger, &deploy).await;
    assert_eq!(begin(ledger, &deploy).await, claim);
    let (seen, other) = (held(ledger, &deploy.pin).await, resumed(&deploy, "eve"));
    let taken = ledger.take_over(&seen, &other, LEASE).await.unwrap();
    assert_eq!(ledger.take_over(&seen, &other, LEASE).await.unwrap(), taken);
    let (turned, undo) = (finish(RunStatus::Turned), rollback(&deploy.pin, &deploy.run));
    let next = ledger.succeed(&taken, &turned, &undo, LEASE).await.unwrap();
    assert_eq!(ledger.succeed(&taken, &turned, &undo, LEASE).await.unwrap(), next);
    let ended = finish(RunStatus::Succeeded);
    ledger.end(&next, &ended).await.unwrap();
    ledger.end(&next, &ended).await.unwrap();
    assert_eq!(ledger.entries(&deploy.pin, None, 10).await.unwrap().items.len(), 5);
    begin(ledger, &start(&deploy.pin)).await;
    ledger.end(&next, &ended).await.unwrap();
    assert_eq!(held(ledger, &deploy.pin).await.epoch, 4);
}

pub async fn audit_numbers_have_no_gaps_whoever_races(ledger: &dyn Ledger) {
    let pins: Vec<_> = (0..4).map(|_| pin()).collect();
    join_all((0..12).map(async |i| {
        let pin = &pins[i % 4];
        let mut done = 0;
        while done < 4 {
            if let Ok(claim) = ledger.begin(&start(pin), LEASE).await {
                ledger.record(&claim, &[row(0)]).await.unwrap();
                ledger.end(&claim, &finish(RunStatus::Succeeded)).await.unwrap();
                done += 1;
            }
            tokio::task::yield_now().await;
        }
    }))
    .await;
    for pin in &pins {
        let entries = ledger.entries(pin, None, 1000).await.unwrap().items;
        assert!(entries.iter().map(|e| e.seq).eq((1..=24).rev()), "{entries:?}");
        assert!(entries.chunks(2).all(|pair| pair[0].run == pair[1].run));
        assert!(entries.iter().all(|e| e.pin == *pin));
    }
}

pub async fn entries_page_from_the_newest(ledger: &dyn Ledger) {
    let pin = pin();
    for _ in 0..6 {
        let claim = begin(ledger, &start(&pin)).await;
        ledger.end(&claim, &finish(RunStatus::Succeeded)).await.unwrap();
    }
    let page = async |before, limit| {
        let page = ledger.entries(&pin, before, limit).await.unwrap();
        (page.items.iter().map(|e| e.seq).collect::<Vec<_>>(), page.more)
    };
    assert_eq!(page(None, 5).await, (vec![12, 11, 10, 9, 8], true));
    assert_eq!(page(Some(8), 5).await, (vec![7, 6, 5, 4, 3], true));
    assert_eq!(page(Some(3), 5).await, (vec![2, 1], false));
    assert_eq!(page(Some(3), 2).await, (vec![2, 1], false));
    assert_eq!(page(Some(1), 5).await, (vec![], false));
    assert_eq!(page(Some(0), 5).await, (vec![], false));
    assert_eq!(page(Some(u64::MAX), 1).await, (vec![12], true));
    assert_eq!(page(None, usize::MAX).await.0.len(), 12);
}

pub async fn what_nobody_began_is_not_found(ledger: &dyn Ledger) {
    let start = start(&pin());
    fails(ErrorKind::NotFound, ledger.run(&start.run).await);
    assert!(ledger.rows(&start.run).await.unwrap().is_empty());
    assert!(ledger.held(&start.pin).await.unwrap().is_none());
    let page = ledger.entries(&start.pin, None, 10).await.unwrap();
    assert!(page.items.is_empty() && !page.more);
}

pub async fn a_finish_with_ten_thousand_addresses_is_kept(ledger: &dyn Ledger) {
    let start = start(&pin());
    let claim = begin(ledger, &start).await;
    let wrote = (0..10_000)
        .map(|i| Address::new("connect/flow", format!("Flöw {i:05} of the switchboard, main menu")));
    let great = Finish { wrote: wrote.collect(), ..finish(RunStatus::Succeeded) };
    ledger.end(&claim, &great).await.unwrap();
    assert!(ledger.run(&start.run).await.unwrap().finish.as_ref() == Some(&great));
    let claim = begin(ledger, &super::world::start(&start.pin)).await;
    ledger.end(&claim, &finish(RunStatus::Failed)).await.unwrap();
    let seqs = async |before, limit| {
        let page = ledger.entries(&start.pin, before, limit).await.unwrap();
        page.items.iter().map(|e| e.seq).collect::<Vec<_>>()
    };
    assert_eq!(seqs(None, 2).await, [4, 3]);
    assert_eq!(seqs(Some(3), 1).await, [2]);
    assert_eq!(seqs(None, 1000).await, [4, 3, 2, 1]);
    let entry = ledger.entries(&start.pin, Some(3), 1).await.unwrap().items.remove(0);
    assert!(matches!(entry.what, Act::End { finish, .. } if *finish == great));
}

pub async fn the_ledger_is_what_it_has_to_be(ledger: &dyn Ledger) {
    ledger.check().await.unwrap();
    assert!(!ledger.place().is_empty());
}

/// Returns the audit, the oldest first.
async fn audit(ledger: &dyn Ledger, pin: &Pin) -> Vec<Entry> {
    let mut entries = ledger.entries(pin, None, 1000).await.unwrap().items;
    entries.reverse();
    entries
}

/// Fails unless each entry follows the one before, and the head is the newest.
async fn is_chained(ledger: &dyn Ledger, pin: &Pin) {
    let entries = audit(ledger, pin).await;
    for (i, entry) in entries.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| &entries[i]);
        assert_eq!(breach(pin, before, entry).unwrap(), None);
    }
    let newest = entries.last().map(|entry| head_of(entry).unwrap());
    assert_eq!(ledger.head(pin).await.unwrap(), newest);
}

/// Returns something to tell.
fn notice(pin: &Pin, why: &str) -> Notice {
    let actor = start(pin).actor;
    let what = Act::Approved { plan: Digest::of(b"a plan"), actor, reason: Some(why.to_string()) };
    Notice { pin: pin.clone(), at: "2026-11-22T03:00:00Z".parse().unwrap(), run: None, what }
}

pub async fn each_entry_names_the_digest_of_the_one_before(ledger: &dyn Ledger) {
    let start = start(&pin());
    is_chained(ledger, &start.pin).await;
    let told = ledger.tell(&notice(&start.pin, "first")).await.unwrap();
    assert_eq!((told.seq, &told.run), (1, &None));
    let claim = begin(ledger, &start).await;
    let rows = [row(0), row(1)];
    ledger.record(&claim, &rows).await.unwrap();
    let (seen, other) = (held(ledger, &start.pin).await, resumed(&start, "grace"));
    let claim = ledger.take_over(&seen, &other, LEASE).await.unwrap();
    ledger.tell(&notice(&start.pin, "meanwhile")).await.unwrap();
    let heir = rollback(&start.pin, &start.run);
    let claim = ledger.succeed(&claim, &finish(RunStatus::Turned), &heir, LEASE).await.unwrap();
    ledger.end(&claim, &finish(RunStatus::Succeeded)).await.unwrap();
    is_chained(ledger, &start.pin).await;
    let entries = audit(ledger, &start.pin).await;
    let journals: Vec<_> = entries
        .iter()
        .filter_map(|e| match &e.what {
            Act::End { journal, .. } => Some(*journal),
            _ => None,
        })
        .collect();
    assert_eq!(journals, [journal_digest(&rows).unwrap(), journal_digest(&[]).unwrap()]);
    assert_eq!(entries.len(), 7);
}

pub async fn what_is_told_twice_is_told_once_and_of_many_at_once_none_is_lost(ledger: &dyn Ledger) {
    let pin = pin();
    let first = ledger.tell(&notice(&pin, "once")).await.unwrap();
    assert_eq!(ledger.tell(&notice(&pin, "once")).await.unwrap(), first);
    let notices: Vec<_> = (0..8).map(|i| notice(&pin, &i.to_string())).collect();
    let told = join_all(notices.iter().map(|n| ledger.tell(n))).await;
    let seqs: BTreeSet<u64> = told.iter().map(|t| t.as_ref().unwrap().seq).collect();
    assert!(seqs.iter().copied().eq(2..=9), "{told:?}");
    is_chained(ledger, &pin).await;
}
