//! Several processes deploy to one environment at the same time: one wins, and the others name it.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use snapdeploy::sandbox::{Hold, Sandbox};

use crate::figures;
use crate::kill::{configuration, snapdeploy};
use crate::reliability::size;
use crate::small::small;
use crate::world::{A, REGION};

/// Returns how many rounds there are, of how many processes.
fn sizes() -> (usize, usize) {
    if size::is_full() { (5, 50) } else { (2, 8) }
}

#[test]
fn of_many_processes_over_dynamodb_one_deploys_and_the_others_end_with_11_and_name_it() {
    contest("contest-dynamodb", "s3://kept/small");
}

#[test]
fn of_many_processes_over_sqlite_one_deploys_and_the_others_end_with_11_and_name_it() {
    contest("contest-sqlite", "file://.snapdeploy");
}

fn contest(name: &str, store: &str) {
    let (rounds, processes) = sizes();
    for round in 0..rounds {
        let mut scenario = small();
        let account = scenario.account(A);
        account.bucket(REGION, "kept");
        account.table(REGION, "kept-audit").table(REGION, "kept-leases");
        let sandbox = Sandbox::start(scenario).unwrap();
        let endpoint = sandbox.endpoint();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("snapdeploy.toml"), configuration(store)).unwrap();
        assert!(snapdeploy(dir.path(), &endpoint, &["extract", "dev"]).output().unwrap().status.success());

        // The winner stands before its first write until the others have been refused.
        for operation in
            ["CreateHoursOfOperation", "CreateContactFlow", "CreateQueue", "UpdateHoursOfOperation"]
        {
            sandbox.hold(Hold { operation: Some(operation.into()), ..Hold::default() });
        }
        let mut running: Vec<Child> = (0..processes)
            .map(|_| {
                snapdeploy(dir.path(), &endpoint, &["deploy", "dev@latest", "--to", "prod", "--yes"])
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        let patience = Instant::now() + Duration::from_secs(300);
        while running.iter_mut().filter_map(|c| c.try_wait().unwrap()).count() < processes - 1 {
            assert!(Instant::now() < patience, "round {round}: more than one is still running");
            std::thread::sleep(Duration::from_millis(5));
        }
        sandbox.release();

        let ended: Vec<_> = running.into_iter().map(|c| c.wait_with_output().unwrap()).collect();
        let told = |stderr: &[u8]| String::from_utf8_lossy(stderr).to_string();
        let (won, lost): (Vec<_>, Vec<_>) = ended.iter().partition(|o| o.status.code() == Some(0));
        assert_eq!(
            won.len(),
            1,
            "round {round}: {:?}",
            ended.iter().map(|o| told(&o.stderr)).collect::<Vec<_>>()
        );
        let winner = told(&won[0].stderr);
        let run =
            winner.lines().find_map(|l| l.strip_prefix("Run ")).and_then(|l| l.split(':').next()).unwrap();
        for output in lost {
            let words = told(&output.stderr);
            assert_eq!(output.status.code(), Some(11), "round {round}: {words}");
            assert!(words.contains(run), "round {round}: the winner {run} is not named: {words}");
        }
    }
    let refused = rounds * (processes - 1);
    println!("{rounds} rounds of {processes} processes: one winner each, {refused} refused with 11");
    let size = format!("{rounds} rounds of {processes} processes");
    let result = format!("{rounds} winners, one each round; {refused} refused with 11, naming it");
    figures::record(name, json!({ "size": size, "result": result }));
}
