//! Sabotage: each ingredient of safety is left out in turn, and tests that pass otherwise have to fail.

use std::process::{Command, Output};

use serde_json::json;
use snapdeploy::core::sabotage::Ingredient;

use crate::figures;

/// Returns the tests that miss an ingredient.
fn misses(ingredient: Ingredient) -> &'static [&'static str] {
    match ingredient {
        Ingredient::Intent => &["reliability::moves::what_was_sent_and_never_heard_of_is_taken_back"],
        Ingredient::Reread => {
            &["reliability::moves::a_creation_whose_answer_was_lost_is_found_and_not_sent_again"]
        }
        Ingredient::Barrier => {
            &["reliability::moves::a_call_that_is_still_on_its_way_does_not_land_on_what_was_put_back"]
        }
        Ingredient::Epoch => &["stores::a_ledger_in_memory::a_zombie_can_write_nothing"],
        Ingredient::Lease => &["concurrency::an_owner_whose_lease_has_just_gone_asks_before_it_sends"],
        Ingredient::Guard => &["reliability::moves::a_call_that_would_leave_too_late_is_not_sent"],
        Ingredient::Takeover => &[
            "concurrency::heartbeats_keep_the_lease_of_a_long_run_and_a_living_owner_is_not_taken_over",
            "waiting::a_silent_owner_is_given_up_as_soon_as_it_can_send_nothing_more_and_no_sooner",
        ],
        Ingredient::Stale => {
            &["reliability::moves::what_somebody_writes_while_a_run_goes_on_is_not_overwritten"]
        }
        Ingredient::Plan => &["turning::a_plan_that_does_not_fit_any_more_is_stale_and_nothing_is_written"],
        Ingredient::Verify => &["turning::what_verification_does_not_find_as_written_is_rolled_back"],
        Ingredient::Snapshot => &["turning::a_second_rollback_goes_further_back"],
        Ingredient::Digest => &["blobs::a_blob_is_kept_once_read_verified_and_its_absence_is_told"],
        Ingredient::Chain => &["stores::a_ledger_in_memory::each_entry_names_the_digest_of_the_one_before"],
        Ingredient::Redact => {
            &["secrets::canary::users_are_shown_where_they_are_owned_and_their_passwords_nowhere"]
        }
        Ingredient::Overwrite => &[
            "stores::objects_in_memory::",
            "stores::objects_in_a_directory::",
            "stores::objects_in_s3_of_the_sandbox::",
        ],
        Ingredient::Drift => &["drift::a_change_since_the_last_run_blocks_and_the_flag_overwrites_it"],
        Ingredient::Twice => &["hostile_names::an_entry_that_is_named_twice_is_refused"],
        Ingredient::Spare => &["forgetting::swept::in_memory_nothing_that_is_named_is_ever_removed"],
    }
}

/// Runs one filter of this program's tests, with what is named left out.
fn run(filter: &str, left_out: &str) -> (bool, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let Output { status, stdout, stderr } = command
        .args([filter, "--test-threads=2"])
        .env("SNAPDEPLOY_SABOTAGE", left_out)
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
    assert!(!said.contains("running 0 tests"), "{filter} is no test");
    (status.success(), said)
}

#[test]
fn nothing_can_be_left_out_unseen() {
    let mut table = Vec::new();
    let mut unseen = Vec::new();
    for ingredient in Ingredient::ALL {
        for filter in misses(ingredient) {
            let (passes, said) = run(filter, "");
            assert!(passes, "{filter} fails with everything there:\n{said}");
            let (passes, said) = run(filter, ingredient.name());
            // It fails by what a test asserts: the program has come to its own end.
            let by_assertion = said.contains("test result: FAILED") && said.contains("panicked at");
            println!("{}: {filter} {}", ingredient.name(), if passes { "passes" } else { "fails" });
            if passes || !by_assertion {
                unseen.push(format!("{} by {filter}: {said}", ingredient.name()));
            }
            table.push(json!({ "ingredient": ingredient.name(), "test": filter.trim_end_matches("::") }));
        }
    }
    assert!(unseen.is_empty(), "{} are not missed: {unseen:#?}", unseen.len());
    let (all, tests) = (Ingredient::ALL.len(), table.len());
    figures::record(
        "sabotage",
        json!({
            "size": format!("{all} ingredients, {tests} tests or groups of tests"),
            "result": format!("{all} of {all} are missed"),
            "table": table,
        }),
    );
}
