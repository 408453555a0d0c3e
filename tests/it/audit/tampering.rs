//! However a ledger is tampered with, it is found.

use std::collections::BTreeMap;

use serde_json::Value;
use snapdeploy::core::ledger::Ledger;
use snapdeploy::core::objects::Objects;
use snapdeploy::core::verify::{Verified, verify};
use snapdeploy::core::{Clock, Pin};
use snapdeploy::sandbox::{Fault, FaultKind};
use snapdeploy::store::{DirectoryObjects, DynamoLedger, S3Objects, SqliteLedger};

use super::state::{File, State, Tables};
use super::vandal::{ACTS, Act, Chance, tamper};
use crate::cli::journey::Acme;
use crate::stores::aws;

const HOURS: &str = "connect/hours/*";

/// How often a ledger is tampered with: 1,000 times in all, and 10,000 times under `SNAPDEPLOY_FULL=1`.
const IN_A_FILE: u64 = 900;
const IN_TABLES: u64 = 100;

fn times(few: u64) -> u64 {
    if std::env::var("SNAPDEPLOY_FULL").is_ok_and(|value| value == "1") { few * 10 } else { few }
}

/// Deploys, rolls back, fails; returns the pin of prod, and the runs.
pub(super) fn worked(acme: &Acme) -> (Pin, Vec<String>) {
    acme.run(0, &["extract", "dev"]);
    acme.deploy(0, &[HOURS, "--reason", "CHG-1"]);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    acme.sandbox.fault(Fault::next("UpdateHoursOfOperation", FaultKind::AccessDenied));
    acme.deploy(6, &[HOURS, "--release-hold", "--reason", "once more"]);
    acme.deploy(0, &[HOURS]);
    let history = acme.json(0, &["history", "--env", "prod"]);
    let runs = history["data"]["runs"].as_array().unwrap();
    let id = |run: &Value| run["start"]["run"].as_str().unwrap().to_string();
    let pin = runs[0]["start"]["pin"].as_str().unwrap().parse().unwrap();
    (pin, runs.iter().map(id).collect())
}

/// What was done how often; all of it was found.
#[derive(Default)]
struct Tally(BTreeMap<Act, u64>);

impl Tally {
    fn add(&mut self, act: Act, seed: u64, verified: &Verified) {
        assert!(!verified.breaches.is_empty(), "{act:?} with the seed {seed} was not found");
        *self.0.entry(act).or_default() += 1;
    }

    fn print(&self, place: &str) {
        let count: u64 = self.0.values().sum();
        println!("{count} tamperings with {place}, all found: {:?}", self.0);
        let name = format!("tampering-{}", place.split_whitespace().last().unwrap().to_lowercase());
        crate::figures::record(
            &name,
            serde_json::json!({ "tamperings": count, "found": count, "unseen": 0 }),
        );
    }
}

fn tampered(state: &State, seed: u64) -> (Act, State) {
    let (act, mut chance) = (ACTS[seed as usize % ACTS.len()], Chance::new(seed));
    loop {
        let to = tamper(state, act, &mut chance);
        // What was edited may be what writing anew puts right again.
        if !to.says_the_same(state) {
            return (act, to);
        }
    }
}

#[tokio::test]
async fn every_tampering_with_a_file_is_found() {
    let acme = Acme::with(
        |_| {},
        |text| text.replace("store = \"s3://acme-snapdeploy/snapdeploy\"", "store = \"file://.snapdeploy\""),
    );
    let (pin, _) = worked(&acme);
    let store = acme.shell.directory.path().join(".snapdeploy");
    let ledger = SqliteLedger::open(store.join("ledger.sqlite3"), Clock::system()).await.unwrap();
    let objects = DirectoryObjects::open(&store).await.unwrap();
    let mut file = File::open(&store);
    let state = file.read(&pin);
    whole(&ledger, &objects, &pin).await;
    let mut tally = Tally::default();
    for seed in 0..times(IN_A_FILE) {
        let (act, to) = tampered(&state, seed);
        file.write(&pin, &state, &to);
        tally.add(act, seed, &verify(&ledger, &objects, &pin).await.unwrap());
        file.write(&pin, &to, &state);
    }
    tally.print("an SQLite file");
    whole(&ledger, &objects, &pin).await;
}

#[tokio::test]
async fn every_tampering_with_tables_is_found() {
    let acme = Acme::new();
    let (pin, runs) = worked(&acme);
    let endpoint = acme.sandbox.endpoint();
    let client = aws::dynamodb_of(&endpoint, "111111111111", "us-east-1");
    let [audit, leases] = ["acme-snapdeploy-audit", "acme-snapdeploy-leases"].map(str::to_string);
    let ledger = DynamoLedger::new(client.clone(), &audit, &leases, Clock::system());
    let s3 = aws::s3_of(&endpoint, "111111111111", "us-east-1");
    let objects = S3Objects::new(s3, "acme-snapdeploy", "snapdeploy", None, Clock::system());
    let tables = Tables { client, audit, leases };
    let state = tables.read(&pin, &runs).await;
    whole(&ledger, &objects, &pin).await;
    let mut tally = Tally::default();
    for seed in 0..times(IN_TABLES) {
        let (act, to) = tampered(&state, seed);
        tables.write(&pin, &state, &to).await;
        tally.add(act, seed, &verify(&ledger, &objects, &pin).await.unwrap());
        tables.write(&pin, &to, &state).await;
    }
    tally.print("DynamoDB tables");
    whole(&ledger, &objects, &pin).await;
}

/// Fails unless nobody has tampered with anything.
async fn whole(ledger: &dyn Ledger, objects: &dyn Objects, pin: &Pin) {
    let verified = verify(ledger, objects, pin).await.unwrap();
    assert_eq!(verified.breaches, [], "{verified:?}");
    assert_eq!((verified.entries, verified.runs), (11, 5));
    assert_eq!((verified.checkpoints, verified.covered), (6, Some(11)));
}
