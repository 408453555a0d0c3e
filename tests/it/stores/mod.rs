//! The conformance suite of the stores: every store passes the same cases.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use snapdeploy::core::Clock;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::objects::Objects;
use snapdeploy::sandbox::{Sandbox, Scenario};
use snapdeploy::store::{DirectoryObjects, KnownObjects, MemoryLedger, MemoryObjects, SqliteLedger};
use tempfile::TempDir;

pub mod aws;
mod embedded;
mod killed;
mod known;
mod ledger;
mod lost;
mod objects;
pub mod proxy;
mod setup;
mod world;

/// A store to test, and the directory that goes when it does.
pub struct Bench<T: ?Sized> {
    store: Box<T>,
    _directory: Option<TempDir>,
}

/// Returns a name that no other test, of any process, uses.
pub fn unique(stem: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{stem}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn of_objects(store: impl Objects + 'static, directory: Option<TempDir>) -> Option<Bench<dyn Objects>> {
    Some(Bench { store: Box::new(store), _directory: directory })
}

fn of_ledger(store: impl Ledger + 'static, directory: Option<TempDir>) -> Option<Bench<dyn Ledger>> {
    Some(Bench { store: Box::new(store), _directory: directory })
}

/// Returns the endpoint of the sandbox that the tests of this process share.
fn sandbox(_: &str) -> Option<String> {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    let start = || {
        let mut scenario = Scenario::empty();
        scenario.account(aws::ACCOUNT);
        Sandbox::start(scenario).unwrap()
    };
    Some(SANDBOX.get_or_init(start).endpoint())
}

async fn memory_objects() -> Option<Bench<dyn Objects>> {
    of_objects(MemoryObjects::new(), None)
}

async fn directory_objects() -> Option<Bench<dyn Objects>> {
    let directory = tempfile::tempdir().unwrap();
    of_objects(DirectoryObjects::open(directory.path().join("a/b")).await.unwrap(), Some(directory))
}

async fn known_objects() -> Option<Bench<dyn Objects>> {
    of_objects(
        KnownObjects::new(Arc::new(aws::objects(&sandbox("objects in S3")?).await), Clock::system()),
        None,
    )
}

async fn ministack_objects() -> Option<Bench<dyn Objects>> {
    of_objects(aws::objects(&crate::emulator::ministack("objects in S3")?).await, None)
}

async fn sandbox_objects() -> Option<Bench<dyn Objects>> {
    of_objects(aws::objects(&sandbox("objects in S3")?).await, None)
}

async fn memory_ledger() -> Option<Bench<dyn Ledger>> {
    of_ledger(MemoryLedger::new(Clock::system()), None)
}

async fn sqlite_ledger() -> Option<Bench<dyn Ledger>> {
    let directory = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(directory.path().join("ledger.sqlite3"), Clock::system()).await.unwrap();
    of_ledger(ledger, Some(directory))
}

async fn ministack_ledger() -> Option<Bench<dyn Ledger>> {
    of_ledger(aws::ledger(&crate::emulator::ministack("a ledger in DynamoDB")?).await, None)
}

async fn sandbox_ledger() -> Option<Bench<dyn Ledger>> {
    of_ledger(aws::ledger(&sandbox("a ledger in DynamoDB")?).await, None)
}

/// Runs each case against each store.
macro_rules! conformance {
    ($cases:ident: $($store:ident => $open:path),+; $names:tt) => {
        $(conformance!(@store $cases $store $open; $names);)+
    };
    (@store $cases:ident $store:ident $open:path; [$($case:ident)+]) => {
        mod $store {
            $(
                #[tokio::test]
                async fn $case() {
                    if let Some(bench) = $open().await {
                        super::$cases::$case(&*bench.store).await;
                    }
                }
            )+
        }
    };
}

conformance!(objects:
    objects_in_memory => crate::stores::memory_objects,
    objects_in_a_directory => crate::stores::directory_objects,
    objects_that_are_known => crate::stores::known_objects,
    objects_in_s3_of_ministack => crate::stores::ministack_objects,
    objects_in_s3_of_the_sandbox => crate::stores::sandbox_objects;
    [
        of_writers_of_the_same_bytes_exactly_one_is_new
        of_writers_of_different_bytes_exactly_one_is_new_and_the_others_learn_the_key
        equal_bytes_are_the_same_and_others_are_corrupt
        reading_what_is_not_there_is_not_found
        bytes_come_back_as_they_were
        what_is_there_is_known_without_reading_it
        what_is_lacking_of_many_is_said_at_once
        a_link_leads_to_the_bytes_of_a_store_that_can_make_one
        a_listing_pages_in_the_order_of_bytes
        a_listing_keeps_to_its_prefix_and_starts_after_a_key
        a_listing_weighs_what_it_lists
        what_is_removed_is_not_found_and_can_be_created_again
        removing_touches_nothing_else_and_may_be_asked_twice
        whoever_writes_while_it_is_removed_is_told_the_truth
    ]
);

conformance!(ledger:
    a_ledger_in_memory => crate::stores::memory_ledger,
    a_ledger_in_sqlite => crate::stores::sqlite_ledger,
    a_ledger_in_dynamodb_of_ministack => crate::stores::ministack_ledger,
    a_ledger_in_dynamodb_of_the_sandbox => crate::stores::sandbox_ledger;
    [
        of_runs_at_once_exactly_one_begins_and_the_others_learn_which
        a_run_comes_back_as_it_began
        a_run_begins_only_once
        a_heartbeat_changes_the_lease_and_hears_of_a_stop
        a_stop_is_not_asked_of_an_owner_that_has_gone
        a_lease_is_taken_over_only_as_it_was_seen
        of_takers_exactly_one_takes_over
        a_zombie_can_write_nothing
        after_the_end_a_claim_is_over
        an_end_is_one_step
        only_a_rollback_that_succeeded_undoes
        a_run_that_turns_is_followed_on_the_same_lease
        a_parked_lease_is_taken_over_at_once_and_a_heartbeat_unparks_it
        rows_are_recorded_all_or_none
        the_same_row_again_is_no_conflict
        the_same_step_again_answers_the_same
        audit_numbers_have_no_gaps_whoever_races
        entries_page_from_the_newest
        what_nobody_began_is_not_found
        a_finish_with_ten_thousand_addresses_is_kept
        the_ledger_is_what_it_has_to_be
        each_entry_names_the_digest_of_the_one_before
        what_is_told_twice_is_told_once_and_of_many_at_once_none_is_lost
    ]
);

/// Runs each case against each endpoint.
macro_rules! over_the_wire {
    ($($place:ident => $endpoint:path),+; $names:tt) => {
        $(over_the_wire!(@place $place $endpoint; $names);)+
    };
    (@place $place:ident $endpoint:path; [$($case:ident)+]) => {
        mod $place {
            $(
                #[tokio::test]
                async fn $case() {
                    if let Some(endpoint) = $endpoint(stringify!($case)) {
                        super::lost::$case(&endpoint).await;
                    }
                }
            )+
        }
    };
}

over_the_wire!(
    between_the_stores_and_ministack => crate::emulator::ministack,
    between_the_stores_and_the_sandbox => crate::stores::sandbox;
    [
        a_write_to_s3_whose_answer_is_lost_is_still_new
        a_conflict_of_writes_to_s3_is_tried_again
        a_body_that_breaks_off_is_read_again
        what_s3_refuses_is_told_by_what_can_be_done_about_it
        a_step_of_the_ledger_whose_answer_is_lost_is_taken_once
        a_rival_in_the_way_is_waited_for
        what_dynamodb_refuses_is_told_by_what_can_be_done_about_it
        a_step_of_the_ledger_that_is_held_up_has_no_effect_on_what_has_changed_meanwhile
        a_write_to_s3_that_is_held_up_overwrites_nothing
    ]
);
