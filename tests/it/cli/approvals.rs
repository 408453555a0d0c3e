//! Approval by a second person, as it is typed: bound to one plan, by somebody else than who made and who performs it.

use super::journey::Acme;
use super::shell::Said;
use crate::world::sdk;

const FLOW: [&str; 6] = ["deploy", "dev@live", "--to", "prod", "connect/flow/Returns", "--with-dependencies"];
const PERFORM: [&str; 5] = ["deploy", "--plan", "p.json", "--confirm", "acme/prod"];
const APPROVE: [&str; 5] = ["approve", "p.json", "--yes", "--reason", "CHG-1042"];

/// A role as IAM Identity Center makes one, and one that anybody names the sessions of.
const SSO: &str = "AWSReservedSSO_Release_0123456789abcdef";
const PLAIN: &str = "release";

/// The example where this many others have to approve. Who types without a name there is a user of the store's account.
fn place(approvals: &str) -> Acme {
    let more = format!("protected = true\napprovals = {approvals}");
    Acme::with(
        |scenario| {
            scenario.account("111111111111").role(SSO, None).role(PLAIN, None);
        },
        |example| example.replace("protected = true", &more),
    )
}

/// Runs the command as the session `name` of a role.
#[track_caller]
fn as_session(acme: &Acme, (role, name): (&str, &str), code: i32, arguments: &[&str]) -> Said {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sts = aws_sdk_sts::Client::new(&sdk(&acme.sandbox.endpoint()));
    let arn = format!("arn:aws:iam::111111111111:role/{role}");
    let asked = sts.assume_role().role_arn(arn).role_session_name(name).send();
    let given = runtime.block_on(asked).unwrap().credentials.unwrap();
    let mut command = acme.shell.command(arguments);
    command.env("AWS_ACCESS_KEY_ID", given.access_key_id()).env("AWS_SESSION_TOKEN", given.session_token());
    let said = Said::from(command.output().unwrap());
    assert_eq!(said.code, code, "{arguments:?}\n{}\n{}", said.out, said.err);
    said
}

#[test]
fn a_plan_is_performed_once_somebody_else_has_approved_it() {
    let acme = place("1");
    let (ada, grace) = ((SSO, "ada"), (SSO, "grace"));
    let before = acme.prod();
    let unsaved = acme.run(13, &[&FLOW[..], &["--confirm", "acme/prod"]].concat());
    let only = "prod takes only a saved plan that another person has approved";
    assert!(unsaved.err.contains(only), "{}", unsaved.err);
    let dry = acme.run(0, &[&FLOW[..], &["--dry-run"]].concat());
    assert!(dry.out.contains(only), "{}", dry.out);

    let saved = as_session(&acme, ada, 0, &[&FLOW[..], &["--save-plan", "p.json"]].concat());
    assert!(saved.err.contains("snapdeploy approve p.json"), "{}", saved.err);
    let refused = as_session(&acme, ada, 13, &PERFORM);
    assert!(refused.err.contains("this one has no such approval"), "{}", refused.err);
    let own = as_session(&acme, ada, 13, &APPROVE);
    assert!(own.err.contains("is taken for the same person"), "{}", own.err);
    assert!(as_session(&acme, grace, 5, &["approve", "p.json"]).err.contains("--yes"));
    assert!(acme.prod() == before, "nothing was written");

    let approved = as_session(&acme, grace, 0, &APPROVE);
    assert!(approved.err.contains("connect/flow/Returns"), "the plan is shown first: {}", approved.err);
    assert!(approved.out.starts_with("Approved the plan "), "{}", approved.out);
    let same = as_session(&acme, grace, 13, &PERFORM);
    assert!(same.err.contains("no such approval"), "who approved does not perform: {}", same.err);
    as_session(&acme, ada, 0, &PERFORM);
    let runs = acme.json(0, &["history"])["data"]["runs"].clone();
    let run = runs[0]["start"]["run"].as_str().unwrap();
    let shown = acme.run(0, &["history", "show", run]).out;
    assert!(shown.contains(&format!("assumed-role/{SSO}/grace: CHG-1042")), "{shown}");
    let told = acme.json(0, &["history", "show", run]);
    assert_eq!(told["data"]["approvals"][0]["reason"], "CHG-1042");

    as_session(&acme, ada, 0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(acme.prod() == before, "going back needs nobody else");
}

#[test]
fn an_approval_is_good_for_its_plan_alone_and_ends_with_it() {
    let acme = place("1");
    acme.run(0, &[&FLOW[..], &["--save-plan", "p.json"]].concat());
    as_session(&acme, (SSO, "grace"), 0, &APPROVE);
    // The same again is another plan.
    acme.run(0, &[&FLOW[..], &["--save-plan", "p.json"]].concat());
    assert!(acme.run(13, &PERFORM).err.contains("no such approval"));
    acme.run(0, &[&FLOW[..], &["--save-plan", "p.json", "--expires", "1s"]].concat());
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert!(as_session(&acme, (SSO, "grace"), 14, &APPROVE).err.contains("was good until"));
}

#[test]
fn sessions_that_anybody_names_are_one_person_and_so_is_the_same_twice() {
    let acme = place("2");
    acme.run(0, &[&FLOW[..], &["--save-plan", "p.json"]].concat());
    for who in [(SSO, "grace"), (SSO, "grace"), (PLAIN, "one")] {
        assert!(acme.run(13, &PERFORM).err.contains("2 other people have approved"));
        as_session(&acme, who, 0, &APPROVE);
    }
    as_session(&acme, (PLAIN, "two"), 0, &APPROVE);
    let lacks = as_session(&acme, (PLAIN, "three"), 13, &PERFORM);
    assert!(lacks.err.contains("this one has 1"), "who performs is one of the plain role: {}", lacks.err);
    acme.run(0, &PERFORM);
}

#[test]
fn how_many_approve_is_a_whole_number() {
    for wrong in ["1.5", "-1", "\"one\"", "10"] {
        assert!(place(wrong).run(2, &["show", "dev"]).err.contains("`approvals` has to be"), "{wrong}");
    }
}
