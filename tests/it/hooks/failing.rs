//! What the failure of a hook means: before, after, and where it only warns.

use super::place::{Place, told};

#[test]
fn before_nothing_is_changed() {
    let place = Place::new("[hooks.check]\nat = \"before_deploy\"\ncommand = \"echo not today; exit 4\"");
    let before = place.runs();
    let said = place.deploy("2", &[]);
    told(&said, 1, &["the hook check failed: ended with code 4", "not today", "--skip-hook check"]);
    assert_eq!((place.runs(), place.changes()), (before, Vec::new()));
}

#[test]
fn after_it_goes_back_as_after_a_gate() {
    let place = Place::new("[hooks.smoke]\nat = \"after_deploy\"\ncommand = \"echo it smokes; exit 4\"");
    let before = place.runs();
    told(&place.deploy("2", &[]), 6, &["the hook smoke failed: ended with code 4", "is as it was before"]);
    assert_eq!(place.runs(), before);
    // It was judged, so it is held, hook or no hook.
    told(&place.deploy("2", &["--skip-hook", "smoke"]), 13, &["this release is held", "--release-hold"]);
    assert_eq!(place.runs(), before);
    let again = ["--skip-hook", "smoke", "--release-hold", "--reason", "the hook is wrong"];
    told(&place.deploy("2", &again), 0, &[]);
    assert_ne!(place.runs(), before);
}

#[test]
fn one_that_only_warns_is_said_and_gone_on_with() {
    let place = Place::new(
        "[hooks.tell]\nat = [\"before_deploy\", \"after_deploy\"]\non_failure = \"warn\"\ncommand = \"echo $SNAPDEPLOY_AT \
         >> told; echo nobody listens; exit 1\"",
    );
    let said = place.deploy("2", &[]);
    told(&said, 0, &["warning: the hook tell failed: ended with code 1 (nobody listens); the run goes on"]);
    assert_eq!(place.text("told"), "before_deploy\nafter_deploy\n");
}

#[test]
fn a_command_knows_what_it_is_about_and_ends_at_its_limit() {
    let place = Place::new(
        "[hooks.a-first]\nat = \"before_deploy\"\ncommand = \"env | grep ^SNAPDEPLOY_ > told\"\n[hooks.b-last]\nat = \
         \"before_deploy\"\nlimit = \"50s\"\ncommand = \"(sleep 2; touch late) & sleep 30\"",
    );
    told(&place.deploy("2", &[]), 1, &["the hook b-last failed: was ended with all that it had begun"]);
    let told = place.text("told");
    for line in [
        "SNAPDEPLOY_ENVIRONMENT=prod\n",
        "SNAPDEPLOY_HOOK=a-first\n",
        "SNAPDEPLOY_AT=before_deploy\n",
        "SNAPDEPLOY_ADDRESSES=ecs/service/main/web\n",
        "SNAPDEPLOY_RUN=20",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    std::thread::sleep(std::time::Duration::from_millis(2200));
    assert!(!place.has("late"), "what it had begun went on");
}

#[test]
fn only_hooks_about_what_changes_are_run() {
    let place = Place::new(
        "[hooks.other]\nat = \"before_deploy\"\nabout = [\"ecs/service/main/other\"]\ncommand = \"touch other\"\n\
         [hooks.web]\nat = \"before_deploy\"\nabout = [\"ecs/service/main/w*\"]\ncommand = \"touch web\"",
    );
    told(&place.deploy("2", &[]), 0, &["Hooks before: web"]);
    assert!(place.has("web") && !place.has("other"));
}
