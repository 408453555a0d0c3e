//! What hurts in practice, each by its name, at the keyboard.

use snapdeploy::sandbox::{Fault, FaultKind, Hold};

use super::exits::{DEPLOY, acme, signal, start_and_hold};
use super::journey::Acme;

fn rolled_back(acme: &Acme) -> String {
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]).out
}

/// A job was killed in mid-deploy. Its lock is named, with the ways out, and needs nobody to clear it.
#[test]
fn a_lock_left_by_a_dead_job() {
    let acme = acme();
    let before = acme.prod();
    let hold = Hold { operation: Some("UpdateHoursOfOperation".into()), ..Hold::default() };
    let child = start_and_hold(&acme, &DEPLOY, hold, 1);
    signal(&child, "KILL");
    child.wait_with_output().unwrap();
    acme.sandbox.release();
    let refused = acme.deploy(11, &[]);
    assert!(
        refused.err.contains("its process is dead") && refused.err.contains("--resume"),
        "{}",
        refused.err
    );
    let health = acme.run(4, &["health", "prod"]).out;
    assert!(health.contains("its process is dead: snapdeploy deploy --resume"), "{health}");
    assert!(rolled_back(&acme).contains("as it was before"));
    assert!(acme.prod() == before);
    acme.deploy(0, &[]);
    assert!(acme.run(0, &["health", "prod"]).out.contains("no run is open"));
}

/// Nothing pauses for a day yet: gates and the bake times of services come with later issues, and with them the lease by
/// service that lets an unrelated rollback pass. What can stand still today is a run that stopped part-way: it keeps
/// nobody from a rollback, which begins with it, and then reaches what is older.
#[test]
fn a_24_hour_pause_that_blocks_an_unrelated_rollback() {
    let acme = acme();
    let before = acme.prod();
    acme.deploy(0, &["connect/hours/*"]);
    let between = acme.prod();
    acme.sandbox.fault(Fault::next("UpdateQueueHoursOfOperation", FaultKind::AccessDenied));
    acme.deploy(3, &["--on-failure", "stop"]);
    let unrelated = ["rollback", "prod", "connect/hours/Weekdays", "--confirm", "acme/prod"];
    let refused = acme.shell.run(&unrelated);
    assert!(matches!(refused.code, 2 | 11) && refused.err.contains("snapdeploy "), "{}", refused.err);
    rolled_back(&acme);
    assert!(acme.prod() == between, "the run that stood still");
    acme.run(0, &["rollback", "prod", "connect/hours/*", "--confirm", "acme/prod"]);
    assert!(acme.prod() == before, "the unrelated one");
}

/// Another client's folder has a prod as well. The phrase names the project, and the plan the account and the instance.
#[test]
fn typing_prod_in_the_wrong_clients_folder() {
    let acme = acme();
    let before = acme.prod();
    let file = acme.shell.directory.path().join("snapdeploy.toml");
    let config = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, config.replace("project = \"acme\"", "project = \"globex\"")).unwrap();
    for answer in [&["--confirm", "acme/prod"][..], &["--yes"], &[]] {
        let typed = [&["deploy", "dev@latest", "--to", "prod"][..], answer].concat();
        let said = acme.run(5, &typed);
        assert!(
            said.err.contains("Deploy dev@latest to prod (222222222222, us-east-1, instance "),
            "{}",
            said.err
        );
        assert!(
            said.err.contains("globex/prod") || said.err.contains("`acme/prod` does not"),
            "{}",
            said.err
        );
        assert!(acme.prod() == before);
    }
    // Nor does the folder's account get what the credentials reach: STS has to answer with the configured one.
    let wrong = config.replace("account = \"222222222222\"", "account = \"999999999999\"");
    std::fs::write(&file, wrong).unwrap();
    acme.deploy(12, &[]);
    assert!(acme.prod() == before);
}
