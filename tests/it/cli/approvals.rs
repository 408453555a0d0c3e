//! Approval by a second person, as it is typed: bound to one plan, by somebody else than who made and who performs it.

use std::process::Command;

use super::journey::Acme;
use super::shell::Said;

const FLOW: [&str; 6] = ["deploy", "dev@live", "--to", "prod", "connect/flow/Returns", "--with-dependencies"];
const PERFORM: [&str; 5] = ["deploy", "--plan", "p.json", "--confirm", "acme/prod"];
const APPROVE: [&str; 5] = ["approve", "p.json", "--yes", "--reason", "CHG-1042"];

/// The key of another account is another identity.
const OTHER: &str = "222222222222";

fn place(approvals: &str) -> Acme {
    let more = format!("protected = true\napprovals = {approvals}");
    Acme::with(|_| {}, |example| example.replace("protected = true", &more))
}

/// Runs the command as somebody else.
#[track_caller]
fn other(acme: &Acme, code: i32, arguments: &[&str]) -> Said {
    let mut command: Command = acme.shell.command(arguments);
    let said = Said::from(command.env("AWS_ACCESS_KEY_ID", OTHER).output().unwrap());
    assert_eq!(said.code, code, "{arguments:?}\n{}\n{}", said.out, said.err);
    said
}

#[test]
fn a_plan_is_performed_once_somebody_else_has_approved_it() {
    let acme = place("1");
    let before = acme.prod();
    let unsaved = acme.run(13, &[&FLOW[..], &["--confirm", "acme/prod"]].concat());
    assert!(
        unsaved.err.contains("prod takes only a saved plan that another person has approved"),
        "{}",
        unsaved.err
    );
    let dry = acme.run(0, &[&FLOW[..], &["--dry-run"]].concat());
    assert!(dry.out.contains("takes only a saved plan"), "{}", dry.out);

    let saved = acme.run(0, &[&FLOW[..], &["--save-plan", "p.json"]].concat());
    assert!(saved.err.contains("snapdeploy approve p.json"), "{}", saved.err);
    let refused = acme.run(13, &PERFORM);
    assert!(refused.err.contains("this one has no such approval"), "{}", refused.err);
    let own = acme.run(13, &APPROVE);
    assert!(own.err.contains("is taken for the same person"), "{}", own.err);
    assert!(acme.run(5, &["approve", "p.json"]).err.contains("--yes"));
    assert!(acme.prod() == before, "nothing was written");

    let approved = other(&acme, 0, &APPROVE);
    assert!(approved.err.contains("connect/flow/Returns"), "the plan is shown first: {}", approved.err);
    assert!(approved.out.starts_with("Approved the plan "), "{}", approved.out);
    assert!(other(&acme, 13, &PERFORM).err.contains("no such approval"), "who approved does not perform");
    acme.run(0, &PERFORM);
    let runs = acme.json(0, &["history"])["data"]["runs"].clone();
    let run = runs[0]["start"]["run"].as_str().unwrap();
    let shown = acme.run(0, &["history", "show", run]).out;
    assert!(shown.contains("by arn:aws:iam::222222222222:user/sandbox: CHG-1042"), "{shown}");
    let told = acme.json(0, &["history", "show", run]);
    assert_eq!(told["data"]["approvals"][0]["reason"], "CHG-1042");

    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(acme.prod() == before, "going back needs nobody else");
}

#[test]
fn an_approval_is_good_for_its_plan_alone_and_ends_with_it() {
    let acme = place("1");
    acme.run(0, &[&FLOW[..], &["--save-plan", "p.json"]].concat());
    other(&acme, 0, &APPROVE);
    // The same again is another plan.
    acme.run(0, &[&FLOW[..], &["--save-plan", "p.json"]].concat());
    assert!(acme.run(13, &PERFORM).err.contains("no such approval"));
    acme.run(0, &[&FLOW[..], &["--save-plan", "p.json", "--expires", "1s"]].concat());
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert!(other(&acme, 14, &APPROVE).err.contains("was good until"));
}

#[test]
fn the_same_person_twice_is_one_and_numbers_have_to_be_whole() {
    let acme = place("2");
    acme.run(0, &[&FLOW[..], &["--save-plan", "p.json"]].concat());
    other(&acme, 0, &APPROVE);
    other(&acme, 0, &APPROVE);
    let lacks = acme.run(13, &PERFORM);
    assert!(
        lacks.err.contains("2 other people have approved") && lacks.err.contains("this one has 1"),
        "{}",
        lacks.err
    );
    for wrong in ["1.5", "-1", "\"one\""] {
        assert!(place(wrong).run(2, &["show", "dev"]).err.contains("`approvals` has to be"), "{wrong}");
    }
}
