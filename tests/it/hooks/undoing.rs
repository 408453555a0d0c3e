//! Hooks and ways back: what a migration has changed stays, and a hook of a rollback leaves nobody stuck.

use super::migration::MIGRATE;
use super::place::{Place, told};

#[test]
fn a_rollback_says_that_a_migration_stays() {
    let place = Place::new(MIGRATE);
    let before = place.runs();
    told(&place.deploy("4", &[]), 0, &[]);
    let said = place.rollback(&["--dry-run"]);
    let words = ["the hook migrate has changed a database", "ended well", "puts back no database"];
    told(&said, 0, &words);
    told(&place.rollback(&[]), 0, &words);
    assert_eq!(place.runs(), before);
}

#[test]
fn so_does_the_way_back_that_nobody_asked_for() {
    // The image 3 ends at once, so its deployment fails; the migration is another image's.
    let hooks = "[hooks.migrate]\nat = \"before_deploy\"\nmigrates = true\ncommand = \"touch migrated\"\n\
                 [hooks.tell]\nat = \"before_rollback\"\ncommand = \"touch told\"";
    let place = Place::new(hooks);
    let before = place.runs();
    told(&place.deploy("3", &[]), 6, &["what migrate changed in a database stays as it is"]);
    assert_eq!(place.runs(), before);
    assert!(place.has("migrated"));
}

#[test]
fn nor_does_one_of_the_way_back_that_nobody_asked_for() {
    let place = Place::new(
        "[hooks.smoke]\nat = \"after_deploy\"\ncommand = \"exit 1\"\n[hooks.ask]\nat = \"before_rollback\"\ncommand = \
         \"exit 2\"",
    );
    let before = place.runs();
    let said = place.deploy("2", &[]);
    told(&said, 7, &["the hook smoke failed", "the hook ask failed: ended with code 2", "--skip-hook ask"]);
    assert_ne!(place.runs(), before);
    told(&place.resume(&["--skip-hook", "ask"]), 0, &[]);
    assert_eq!(place.runs(), before);
}

#[test]
fn a_failing_hook_of_a_rollback_leaves_nobody_stuck() {
    let place = Place::new(
        "[hooks.ask]\nat = \"before_rollback\"\ncommand = \"exit 1\"\n[hooks.tell]\nat = \"after_rollback\"\ncommand = \
         \"touch told\"",
    );
    let before = place.runs();
    told(&place.deploy("2", &[]), 0, &[]);
    let new = place.runs();
    told(&place.rollback(&[]), 1, &["the hook ask failed", "--skip-hook ask"]);
    assert_eq!(place.runs(), new);
    told(&place.rollback(&["--skip-hook", "ask"]), 0, &[]);
    assert_eq!(place.runs(), before);
    assert!(place.has("told"));
}

#[test]
fn going_back_to_a_time_says_what_migrations_since_have_changed() {
    let place = Place::new(MIGRATE);
    told(&place.shell.run(&["extract", "prod"]), 0, &[]);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let then = jiff::Timestamp::now().to_string();
    told(&place.deploy("4", &[]), 0, &[]);
    let words = ["the hook migrate has changed a database", "ended well", "puts back no database"];
    told(&place.rollback(&["--to", &then, "--dry-run"]), 0, &words);
    // What was there at that time is no news.
    let now = jiff::Timestamp::now().to_string();
    let said = place.rollback(&["--to", &now, "--dry-run"]);
    assert!(!format!("{}{}", said.out, said.err).contains("has changed a database"), "{}", said.err);
}
