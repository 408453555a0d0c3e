//! A plan that is saved in the afternoon and performed at six; dependencies, pruning, promotion, as they are typed.

use super::journey::{Acme, OVERLAY};

const FLOW: &[&str] = &["deploy", "dev@live", "--to", "prod", "connect/flow/Returns"];
const CONFIRM: &[&str] = &["--confirm", "acme/prod"];

#[test]
fn a_plan_is_saved_shown_performed_once_and_undone() {
    let acme = Acme::new();
    let before = acme.prod();
    let save = &["--with-dependencies", "--save-plan", "p.json"];
    let saved = acme.run(0, &[FLOW, save].concat());
    assert!(saved.out.contains("connect/flow/Returns") && saved.out.contains("left alone"), "{}", saved.out);
    assert!(saved.err.contains("snapdeploy deploy --plan p.json"), "{}", saved.err);
    assert!(acme.prod() == before, "saving writes nothing");
    assert_eq!(acme.json(0, &["history"])["data"]["runs"].as_array().map(Vec::len), Some(0));

    let perform = &["deploy", "--plan", "p.json"];
    acme.run(2, &[perform, &["--to", "prod"][..]].concat());
    acme.run(5, perform);
    acme.run(2, &["rollback", "--plan", "p.json"]);
    let done = acme.run(0, &[perform, CONFIRM].concat());
    assert!(done.err.contains("Planned 20") && done.err.contains("connect/flow/Returns"), "{}", done.err);
    let run = acme.json(0, &["history"])["data"]["runs"][0]["start"]["run"].as_str().unwrap().to_string();
    let again = acme.run(13, &[perform, CONFIRM].concat());
    assert!(again.err.contains(&run), "{}", again.err);

    acme.run(0, &["rollback", "prod", "--save-plan", "back.json"]);
    acme.run(0, &["rollback", "--plan", "back.json", "--confirm", "acme/prod"]);
    assert!(acme.prod() == before);
    acme.run(13, &["rollback", "--plan", "back.json", "--confirm", "acme/prod"]);
}

#[test]
fn a_saved_plan_is_14_after_an_edit_to_what_it_writes_and_2_after_one_to_itself() {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev"]);
    let all = ["deploy", "dev@latest", "--to", "prod"];
    acme.run(0, &[&all[..], &["--save-plan", "all.json"]].concat());
    acme.run(
        0,
        &[&all[..], &["connect/hours/Weekdays", "--save-plan", "hours.json", "--expires", "2d"]].concat(),
    );
    acme.run(2, &[&all[..], &["--save-plan", "x.json", "--expires", "soon"]].concat());
    // Somebody deploys a part of it meanwhile.
    acme.run(0, &[&all[..], &["connect/queue/Sales", "--with-dependencies"], CONFIRM].concat());
    let stale = acme.run(14, &[&["deploy", "--plan", "all.json"], CONFIRM].concat());
    assert!(stale.err.contains("connect/queue/Sales has been changed"), "{}", stale.err);
    assert!(!stale.err.contains("connect/flow/Main IVR has"), "{}", stale.err);
    acme.run(0, &[&["deploy", "--plan", "hours.json"], CONFIRM].concat());

    let file = acme.shell.directory.path().join("all.json");
    let text =
        std::fs::read_to_string(&file).unwrap().replace("connect/hours/Weekdays", "connect/hours/Always");
    std::fs::write(&file, text).unwrap();
    acme.run(2, &[&["deploy", "--plan", "all.json"], CONFIRM].concat());
    acme.run(2, &["deploy", "--plan", "nowhere.json"]);
}

#[test]
fn a_package_takes_its_dependencies_along() {
    let acme = Acme::new();
    acme.run(0, &["extract", "dev"]);
    let count = |more: &[&str]| {
        let create = ["package", "create", "dev@latest", "connect/flow/Returns"];
        let kept = acme.json(0, &[&create[..], more].concat())["data"]["manifest"]["kept"].clone();
        kept.as_array().map(Vec::len).unwrap()
    };
    let (alone, with) = (count(&[]), count(&["--with-dependencies"]));
    assert!(alone == 1 && with > 2, "{alone} {with}");
    let whole = acme.json(0, &["package", "create", "dev@latest", "connect/queue/*"]);
    assert_eq!(whole["data"]["manifest"]["whole"], serde_json::json!(["connect/queue"]));
}

#[test]
fn what_a_new_queue_lacks_is_13_with_the_lines_to_paste_and_pasting_them_is_enough() {
    let acme = Acme::new();
    let file = acme.shell.directory.path().join("snapdeploy.toml");
    let config = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, config.replace(OVERLAY, "")).unwrap();
    acme.run(0, &["extract", "dev"]);
    let dry = &["deploy", "dev@latest", "--to", "prod", "--dry-run"];
    let blocked = acme.run(13, dry);
    let lines: String = blocked
        .out
        .lines()
        .map(str::trim)
        .filter(|l| l.starts_with("[environments.") || l.contains(" = \"\""))
        .flat_map(|l| [l, "\n"])
        .collect();
    assert_eq!(lines.lines().count(), 4, "{}", blocked.out);
    std::fs::write(&file, format!("{}{lines}", config.replace(OVERLAY, ""))).unwrap();
    acme.run(0, dry);
}

#[test]
fn pruning_is_typed_with_its_limit_and_a_blocked_plan_says_all_reasons() {
    let acme = Acme::new();
    acme.run(0, &["extract", "prod", "--name", "all"]);
    acme.run(0, &["extract", "prod", "connect/queue/Sales", "--name", "some"]);
    acme.deploy_live();
    let before = acme.prod();
    let to_prod =
        |source, more: &[&'static str]| [&["deploy", source, "--to", "prod", "--prune"], more].concat();
    let refused = acme.run(13, &to_prod("prod@some", &["--dry-run"]));
    assert!(refused.err.contains("does not hold all of any kind"), "{}", refused.err);
    let capped = acme.run(13, &to_prod("prod@all", &["--dry-run"]));
    assert!(
        capped.err.contains("10 of 13 connect/flow would be pruned, and 1 may be (5 %)"),
        "{}",
        capped.err
    );
    acme.run(2, &["deploy", "prod@all", "--to", "prod", "--prune-limit", "3"]);
    acme.run(2, &to_prod("prod@all", &["--prune-limit", "most"]));
    // What is not coming back as it was is named, and the words that accept it.
    let all = to_prod("prod@all", &["--prune-limit", "100%"]);
    let refused = acme.run(13, &[&all[..], CONFIRM].concat());
    assert!(refused.err.contains("this would destroy the id that its metrics"), "{}", refused.err);
    let dry = acme.run(13, &[&all[..], &["--dry-run"]].concat());
    let named = dry.out.split("--accept-irreversible '").skip(1).filter_map(|rest| rest.split('\'').next());
    let flags: Vec<&str> = named.flat_map(|address| ["--accept-irreversible", address]).collect();
    assert!(!flags.is_empty(), "{}", dry.out);
    acme.run(13, &[&all[..], &flags[2..], CONFIRM].concat());
    let done = acme.run(0, &[&all[..], &flags, CONFIRM].concat());
    assert!(done.err.contains("for good, as accepted"), "{}", done.err);
    assert!(acme.prod() != before);
    let told = acme.run(0, &["history", "--env", "prod", "--output", "json"]).out;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let accepted: Vec<String> =
        serde_json::from_value(told["data"]["runs"][0]["start"]["accepted"].clone()).unwrap();
    let mut named: Vec<&str> = flags.iter().copied().filter(|f| !f.starts_with("--")).collect();
    named.sort_unstable();
    assert_eq!(accepted, named, "what was accepted is in the audit");
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    let names = |state: &serde_json::Value| {
        let queues = state["us-east-1/acme-prod"]["queue"].as_object().unwrap().values();
        let mut names: Vec<String> = queues.map(|q| q["Name"].to_string()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&acme.prod()), names(&before));
}

#[test]
fn a_release_has_to_succeed_in_the_first_place_first() {
    let acme = Acme::new();
    let file = acme.shell.directory.path().join("snapdeploy.toml");
    let config = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, config.replace("protected = true\n", "protected = true\npromote_from = \"dev\"\n"))
        .unwrap();
    acme.run(0, &["extract", "dev", "--name", "r1"]);
    let blocked = acme.run(13, &["deploy", "dev@r1", "--to", "prod", "--dry-run"]);
    assert!(blocked.err.contains("has not succeeded in dev"), "{}", blocked.err);
    assert!(blocked.out.contains("hint: snapdeploy deploy dev@20"), "{}", blocked.out);
}
