//! `history`: by address, time and person; `stats` and `export`.

use std::collections::BTreeSet;

use serde_json::Value;
use snapdeploy::sandbox::{Fault, FaultKind};

use super::exits::acme;
use super::journey::Acme;

const MAIN: &str = "connect/flow/Main menu";

fn lines(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn runs(acme: &Acme, more: &[&str]) -> Vec<Value> {
    let document = acme.json(0, &[&["history"], more].concat());
    document["data"]["runs"].as_array().unwrap().clone()
}

#[test]
fn an_address_has_a_history_of_what_each_run_did_to_it() {
    let acme = acme();
    // Refused before anything was changed; then in the middle, and put back by itself; then done, and undone.
    let first =
        Fault { nth: 1, times: 1, ..Fault::next("UpdatePredefinedAttribute", FaultKind::LimitExceeded) };
    acme.sandbox.fault(first);
    acme.deploy(1, &["--reason", "one"]);
    acme.sandbox.clear_faults();
    let queue = Fault { nth: 2, times: 1, ..Fault::next("CreateQueue", FaultKind::AccessDenied) };
    acme.sandbox.fault(queue);
    acme.deploy(6, &["--reason", "two"]);
    acme.sandbox.clear_faults();
    acme.deploy(0, &["--reason", "three"]);
    acme.run(0, &["rollback", "prod", MAIN, "--confirm", "acme/prod", "--reason", "four"]);
    acme.run(0, &["deploy", "dev@latest", "--to", "prod", "connect/hours/*", "--confirm", "acme/prod"]);

    let found = runs(&acme, &["--address", MAIN]);
    let told: Vec<(&str, &str, &str)> = found
        .iter()
        .map(|run| {
            let deeds = run["did"].as_array().unwrap();
            assert!(deeds.len() == 1 && deeds[0]["address"] == MAIN, "{deeds:?}");
            (
                run["start"]["reason"].as_str().unwrap(),
                deeds[0]["action"].as_str().unwrap(),
                deeds[0]["outcome"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told[0], ("four", "update", "done"), "newest first");
    assert_eq!(told[1], ("three", "update", "done"));
    assert!(told[2..].contains(&("one", "update", "not_reached")), "{told:?}");
    assert!(told[2..].iter().any(|t| t.0 == "two"), "{told:?}");
    assert!(found.len() >= 4 && found.iter().all(|run| run["start"]["environment"] == "prod"));

    let shown = acme.run(0, &["history", "--address", MAIN, "--limit", "1"]).out;
    assert!(shown.lines().count() == 2 && shown.contains(MAIN) && shown.contains("updated ("), "{shown}");
    let globbed = runs(&acme, &["--address", "connect/queue/*", "--limit", "1"]);
    assert!(globbed[0]["did"].as_array().unwrap().len() > 1, "{globbed:?}");
    let refused = runs(&acme, &["--address", "connect/queue/*"]);
    let all: Vec<&Value> = refused.iter().flat_map(|run| run["did"].as_array().unwrap()).collect();
    let why = all.iter().find(|deed| deed["outcome"] == "refused").expect("a refused queue");
    assert!(why["why"].as_str().unwrap().contains("AccessDenied"), "{why}");
    assert!(runs(&acme, &["--address", "connect/queue/Nobody"]).is_empty());
    let e = acme.run(2, &["history", "--address", "Main menu"]);
    assert!(e.err.contains("service/noun/NAME"), "{}", e.err);
    assert!(runs(&acme, &[]).iter().all(|run| run.get("did").is_none()), "only where it was asked for");
}

#[test]
fn runs_are_found_by_time_and_person() {
    let acme = acme();
    acme.deploy(0, &[]);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert_eq!(runs(&acme, &["--since", "1h", "--actor", "tester"]).len(), 2);
    assert_eq!(runs(&acme, &["--since", "1h", "--actor", "user/SANDBOX"]).len(), 2);
    assert_eq!(runs(&acme, &["--actor", "nobody"]).len(), 0);
    assert_eq!(runs(&acme, &["--since", "2099-01-01"]).len(), 0);
    assert_eq!(runs(&acme, &["--since", "yesterday"]).len(), 2);
    let at = runs(&acme, &[])[0]["start"]["at"].as_str().unwrap().to_string();
    assert_eq!(runs(&acme, &["--since", &at]).len(), 1, "the rollback alone, from its own moment on");
    assert_eq!(runs(&acme, &["--limit", "1"]).len(), 1);
    let said = acme.run(2, &["history", "--since", "recently"]);
    assert!(said.err.contains("7d") && said.err.contains("2026-11-19"), "{}", said.err);
    assert!(acme.run(0, &["history", "--actor", "nobody"]).out.starts_with("No runs"));
}

#[test]
fn stats_count_what_history_shows() {
    let acme = acme();
    acme.deploy(0, &[]);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    acme.deploy(0, &["--release-hold", "--reason", "the second try"]);
    let stats = acme.json(0, &["history", "stats"]);
    assert_eq!(stats["schema"], "snapdeploy.stats/1");
    let prod = &stats["data"]["environments"]["prod"];
    for (member, expected) in [
        ("deployments", 2),
        ("succeeded", 1),
        ("rolled_back", 1),
        ("failed", 0),
        ("open", 0),
        ("rollbacks", 1),
    ] {
        assert_eq!(prod[member], expected, "{member}: {prod}");
        assert_eq!(stats["data"]["all"][member], expected, "{member}");
        assert_eq!(stats["data"]["environments"]["dev"][member], 0, "one without runs is shown too");
    }
    assert_eq!(prod["changes"], 84, "42 resources, twice");
    assert!(prod["median_seconds"].is_u64() && prod["p90_seconds"].is_u64());
    let shown = acme.run(0, &["history", "stats", "--env", "prod", "--since", "7d"]).out;
    let cells: Vec<&str> = shown.lines().nth(2).unwrap().split_whitespace().collect();
    assert_eq!(cells[..9], ["prod", "2", "1", "1", "0", "0", "0", "1", "84"], "{shown}");
    assert!(!shown.contains("in all"), "{shown}");
    assert_eq!(acme.json(0, &["history", "stats", "--since", "2099-01-01"])["data"]["all"]["deployments"], 0);
}

#[test]
fn the_export_is_every_entry_oldest_first_one_object_a_line() {
    let acme = acme();
    acme.deploy(0, &["--reason", "CHG-1"]);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    for arguments in [&["history", "export"][..], &["history", "export", "--env", "prod", "--output", "json"]]
    {
        let entries = lines(&acme.run(0, arguments).out);
        assert_eq!(entries.len(), 4, "two runs, each with its start and its end");
        for (i, entry) in entries.iter().enumerate() {
            assert_eq!((&entry["schema"], &entry["seq"]), (&"snapdeploy.audit/1".into(), &(i + 1).into()));
        }
        let acts: Vec<&str> = entries.iter().map(|e| e["what"]["act"].as_str().unwrap()).collect();
        assert_eq!(acts, ["start", "end", "start", "end"]);
        assert_eq!(entries[0]["what"]["start"]["reason"], "CHG-1");
        assert_eq!(entries[1]["what"]["finish"]["wrote"].as_array().unwrap().len(), 42);
    }
    assert_eq!(acme.run(0, &["history", "export", "--env", "dev"]).out, "");
    let e = acme.run(10, &["history", "export", "--env", "nowhere"]);
    assert!(e.out.is_empty());
}

#[test]
fn the_export_of_several_environments_is_in_the_order_of_time_and_says_what_it_lacks() {
    let acme = acme();
    acme.run(0, &["extract", "prod"]);
    acme.deploy(0, &[]);
    acme.run(0, &["deploy", "prod@latest", "--to", "dev", "connect/hours/*", "--yes"]);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    let entries = lines(&acme.run(0, &["history", "export"]).out);
    let times: Vec<&str> = entries.iter().map(|e| e["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    let pins: BTreeSet<&str> = entries.iter().map(|e| e["pin"].as_str().unwrap()).collect();
    assert_eq!(pins.len(), 2, "{entries:?}");
    let file = acme.shell.directory.path().join("snapdeploy.toml");
    let gone =
        "[environments.gone]\naccount = \"333333333333\"\nregion = \"us-east-1\"\ninstance = \"gone\"\n";
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text + gone).unwrap();
    let said = acme.run(4, &["history", "export"]);
    assert!(said.err.contains("gone is left out"), "{}", said.err);
    assert_eq!(lines(&said.out), entries);
}
