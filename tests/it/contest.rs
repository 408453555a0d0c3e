//! Several processes deploy to one environment at the same time: one wins, and the others name it.

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use snapdeploy::sandbox::{Hold, Sandbox};

use crate::kill::{configuration, snapdeploy};
use crate::small::small;
use crate::world::{A, REGION};

const ROUNDS: usize = 3;
const PROCESSES: usize = 5;

#[test]
fn of_five_processes_one_deploys_and_four_end_with_11_and_name_it() {
    for round in 0..ROUNDS {
        let mut scenario = small();
        let account = scenario.account(A);
        account.bucket(REGION, "kept");
        account.table(REGION, "kept-audit").table(REGION, "kept-leases");
        let sandbox = Sandbox::start(scenario).unwrap();
        let endpoint = sandbox.endpoint();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("snapdeploy.toml"), configuration("s3://kept/small")).unwrap();
        assert!(snapdeploy(dir.path(), &endpoint, &["extract", "dev"]).output().unwrap().status.success());

        // The winner stands before its first write until the others have been refused.
        for operation in
            ["CreateHoursOfOperation", "CreateContactFlow", "CreateQueue", "UpdateHoursOfOperation"]
        {
            sandbox.hold(Hold { operation: Some(operation.into()), ..Hold::default() });
        }
        let mut running: Vec<Child> = (0..PROCESSES)
            .map(|_| {
                snapdeploy(dir.path(), &endpoint, &["deploy", "dev@latest", "--to", "prod", "--yes"])
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        let patience = Instant::now() + Duration::from_secs(60);
        while running.iter_mut().filter_map(|c| c.try_wait().unwrap()).count() < PROCESSES - 1 {
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
    println!(
        "{ROUNDS} rounds of {PROCESSES} processes: one winner each, {} refused with 11",
        ROUNDS * (PROCESSES - 1)
    );
}
