//! Services as they are typed: an image, a restart, what goes on by itself, a saved way back, and what a pipeline is told.

use std::fs;

use serde_json::{Value, json};
use snapdeploy::sandbox::CallRecord;

use super::runner::assignments;
use super::shell::Said;
use crate::ecs::back::Shop;
use crate::ecs::scene::{deploy, ecr, ecs, image, register, scenario, service, tell, update};
use crate::world::B;

const WEB: &str = "ecs/service/main/web";

/// Returns the service as ECS describes it.
async fn described(shop: &Shop) -> Value {
    let asked = json!({"cluster": "main", "services": ["web"]});
    ecs(&shop.sandbox, "DescribeServices", asked).await["services"][0].clone()
}

/// Returns the calls that changed something in ECS since they were last cleared.
fn changes(shop: &Shop) -> Vec<String> {
    let wrote = |c: &CallRecord| c.mutating && c.service == "ecs";
    shop.sandbox.calls().into_iter().filter(wrote).map(|c| c.operation).collect()
}

/// Runs a command as a step of GitHub Actions: its outputs and its summary.
#[track_caller]
fn step(shop: &Shop, code: i32, arguments: &[&str]) -> (serde_json::Map<String, Value>, String) {
    let file = |name: &str| shop.shell.directory.path().join(name);
    fs::write(file("outputs"), "").unwrap();
    fs::write(file("summary"), "").unwrap();
    let mut command = shop.shell.command(arguments);
    command.args(["--output", "github"]).env("GITHUB_ACTIONS", "true");
    command.env("GITHUB_OUTPUT", file("outputs")).env("GITHUB_STEP_SUMMARY", file("summary"));
    let said = Said::from(shop.aside(|| command.output().unwrap()));
    assert_eq!(said.code, code, "{arguments:?}\n{}\n{}", said.out, said.err);
    let outputs = assignments(&fs::read_to_string(file("outputs")).unwrap());
    (outputs, fs::read_to_string(file("summary")).unwrap())
}

#[tokio::test]
async fn an_image_is_shipped_by_its_tag_and_runs_by_its_digest() {
    let shop = Shop::new();
    let said = shop.run(0, &["deploy", "--to", "prod", "--artifact", &format!("{WEB}:app=web:2"), "--yes"]);
    assert!(said.err.contains("  update  ecs/service/main/web  TaskDefinition\n"), "{}", said.err);
    assert!(said.err.contains("  PASS   image app"), "{}", said.err);
    assert!(said.out.contains("Undo: snapdeploy rollback prod --run "), "{}", said.out);
    let running = described(&shop).await["taskDefinition"].clone();
    let asked = json!({"taskDefinition": running});
    let definition = ecs(&shop.sandbox, "DescribeTaskDefinition", asked).await;
    let runs = definition["taskDefinition"]["containerDefinitions"][0]["image"].as_str().unwrap().to_string();
    assert!(runs.contains("web@sha256:"), "{runs}");
    shop.sandbox.clear_calls();
    let again = shop.ship(0, "2");
    assert!(again.out.starts_with("Nothing to do"), "{}", again.out);
    let gone = shop.run(10, &["deploy", "--to", "prod", "--artifact", &format!("{WEB}:app=web:7"), "--yes"]);
    assert!(gone.err.contains("hint: "), "{}", gone.err);
    assert_eq!(changes(&shop), Vec::<String>::new());
}

/// What was shipped by a tag runs by its digest, and is still known by the tag: in the list, and by `--to`.
#[tokio::test]
async fn what_was_shipped_by_a_tag_is_gone_back_to_by_it() {
    let shop = Shop::new();
    let asked = json!({"repositoryName": "web", "imageIds": [{"imageTag": "2"}]});
    let found = ecr(&shop.sandbox, "BatchGetImage", asked).await;
    let manifest = found["images"][0]["imageManifest"].clone();
    let tagged = json!({"repositoryName": "web", "imageManifest": manifest, "imageTag": "summer"});
    ecr(&shop.sandbox, "PutImage", tagged).await;
    shop.ship(0, "summer");
    shop.run(0, &["rollback", "prod", WEB, "--to", ":1", "--yes"]);
    for text in ["summer", "web:summer"] {
        let plan = shop.plan(&["--to", text]);
        assert_eq!(plan["source_digest"], ":2", "{text}");
    }
    let none = shop.run(10, &["rollback", "prod", WEB, "--to", "winter", "--dry-run"]);
    assert!(
        none.err.contains("revision 1 (web:1)") && none.err.contains("revision 2 (web:2)"),
        "{}",
        none.err
    );
}

/// A restart leaves nothing to put back: the way back leads past it, to what was there before the last real change.
#[tokio::test]
async fn a_restart_is_one_call_and_nothing_that_a_rollback_would_undo() {
    let shop = Shop::new();
    shop.ship(0, "2");
    let revision = shop.revision().await;
    let before = described(&shop).await["deployments"][0]["id"].clone();
    shop.sandbox.clear_calls();
    let said = shop.run(0, &["deploy", "--restart", WEB, "--to", "prod", "--yes"]);
    assert!(said.err.contains("Restart ecs/service/main/web in prod ("), "{}", said.err);
    assert!(said.err.contains("  restart  ecs/service/main/web\n"), "{}", said.err);
    assert!(said.err.contains("1 to restart, and nothing to change\n"), "{}", said.err);
    assert!(said.out.contains("a restart of ecs/service/main/web in prod"), "{}", said.out);
    assert!(said.out.contains("More: snapdeploy history show "), "{}", said.out);
    assert!(!said.out.contains("Undo: "), "{}", said.out);
    assert_eq!(changes(&shop), ["UpdateService"]);
    assert_eq!(shop.revision().await, revision);
    assert_ne!(described(&shop).await["deployments"][0]["id"], before, "its tasks are new");
    let history = shop.run(0, &["history", "--env", "prod"]).out;
    assert!(history.contains("a restart of ecs/service/main/web"), "{history}");
    shop.run(0, &["rollback", "prod", WEB, "--yes"]);
    assert_eq!(shop.revision().await, "web:1");
}

/// Wish 1: a deployment can be let go of, looked at, and taken up again; the code says which.
#[tokio::test]
async fn what_nobody_waits_for_goes_on_and_is_taken_up_again() {
    let shop = Shop::new();
    shop.sandbox.set_switch("ecs_deployments_held", "true").unwrap();
    let artifact = format!("{WEB}:app=web:2");
    let said = shop.run(8, &["deploy", "--to", "prod", "--artifact", &artifact, "--yes", "--no-wait"]);
    assert!(said.out.contains("is still in progress in prod"), "{}", said.out);
    assert!(said.err.contains("goes on (started): nobody waits for it"), "{}", said.err);
    assert!(!said.err.contains("error: "), "that was asked for: {}", said.err);
    let line = |word: &str| {
        let found = said.out.lines().find_map(|l| l.strip_prefix(word));
        found.unwrap_or_else(|| panic!("{word}: {}", said.out)).to_string()
    };
    let (watch, resume, undo) = (line("Watch: "), line("Resume: "), line("Undo: "));
    let run = watch.strip_prefix("snapdeploy history watch ").unwrap();
    assert_eq!(resume, format!("snapdeploy deploy --resume {run}"));
    assert_eq!(undo, format!("snapdeploy rollback prod --run {run}"));
    let watched = shop.run(8, &["history", "watch", run, "--timeout", "1s"]);
    let told = format!("{}{}", watched.err, watched.out);
    assert!(told.contains("0 of 1 tasks run"), "{told}");
    // Somebody else is told, and not let in between.
    let other = shop.run(11, &["deploy", "--to", "prod", "--artifact", &artifact, "--yes"]);
    assert!(other.err.contains(run), "{}", other.err);
    shop.run(8, &["deploy", "--resume", run, "--yes", "--timeout", "1s"]);
    shop.sandbox.set_switch("ecs_deployments_held", "false").unwrap();
    let resumed = shop.run(0, &["deploy", "--resume", run, "--yes"]);
    assert!(resumed.out.contains("Deployed 1 change to prod"), "{}", resumed.out);
    assert_eq!(shop.revision().await, "web:2");
}

#[tokio::test]
async fn a_way_back_is_planned_now_and_gone_once_later() {
    let shop = Shop::new();
    shop.ship(0, "2");
    shop.run(0, &["rollback", "prod", WEB, "--to", ":1", "--save-plan", "back.json"]);
    assert_eq!(shop.revision().await, "web:2");
    let said = shop.run(0, &["rollback", "--plan", "back.json", "--yes"]);
    assert!(said.err.contains("  PASS   revision"), "{}", said.err);
    assert_eq!(shop.revision().await, "web:1");
    let again = shop.run(13, &["rollback", "--plan", "back.json", "--yes"]);
    assert!(again.err.contains("has been performed"), "{}", again.err);
}

/// A plan that was saved has the patience that is typed when it is performed.
#[tokio::test]
async fn a_saved_plan_is_let_go_of_too() {
    let shop = Shop::new();
    let artifact = format!("{WEB}:app=web:2");
    shop.run(0, &["deploy", "--to", "prod", "--artifact", &artifact, "--save-plan", "ship.json"]);
    shop.sandbox.set_switch("ecs_deployments_held", "true").unwrap();
    let said = shop.run(8, &["deploy", "--plan", "ship.json", "--yes", "--no-wait"]);
    assert!(said.out.contains("Watch: snapdeploy history watch "), "{}", said.out);
}

#[tokio::test]
async fn the_summary_of_a_step_has_the_card_and_why_it_failed() {
    let shop = Shop::new();
    deploy(&shop.sandbox, "2").await;
    let back = ["rollback", "prod", WEB, "--to", ":1"];
    let (outputs, summary) = step(&shop, 0, &[&back[..], &["--dry-run"]].concat());
    assert_eq!(outputs["changes"], "1");
    assert!(summary.contains("| preflight | what | asked | answer | what to do |\n"), "{summary}");
    for row in [
        "| PASS | ecs/service/main/web | revision | web:1 is ACTIVE | |",
        "| PASS | ecs/service/main/web | image app | ",
    ] {
        assert!(summary.contains(row.trim_end_matches('|').trim_end()), "{row}: {summary}");
    }
    let failing = format!("{WEB}:app=web:3");
    let deploy = ["deploy", "--to", "prod", "--artifact", &failing, "--yes"];
    let (outputs, summary) = step(&shop, 6, &deploy);
    assert_eq!(outputs["status"], "rolled_back");
    assert!(summary.contains("container app exited with code 3"), "{summary}");
    assert_eq!(summary.matches("is as it was before").count(), 1, "{summary}");
}

/// Complaint 17, typed: a revision for another schema is not gone back to, wherever it is told what the database is at.
#[tokio::test]
async fn a_revision_for_another_schema_blocks_by_a_parameter_and_by_a_command() {
    let mut scenario = scenario();
    scenario.account(B).service(&service()).unwrap();
    let shop = Shop::of(scenario);
    // What a scenario seeds is a secret, and what a database is at is none.
    let at = json!({"Name": "/web/schema", "Value": "5", "Type": "String"});
    assert_eq!(tell(&shop.sandbox, "ssm", "AmazonSSM.PutParameter", at).await.0, 200);
    for (min, max) in [("1", "4"), ("3", "6")] {
        let tags = json!([{"key": "snapdeploy:schema-min", "value": min}, {"key": "snapdeploy:schema-max", "value": max}]);
        let revision = register(&shop.sandbox, |d| d["tags"] = tags).await;
        update(&shop.sandbox, &revision).await;
    }
    let newest = register(&shop.sandbox, |d| d["containerDefinitions"][0]["image"] = json!(image("2"))).await;
    update(&shop.sandbox, &newest).await;
    let config = shop.shell.directory.path().join("snapdeploy.toml");
    let plain = fs::read_to_string(&config).unwrap();
    fs::write(shop.shell.directory.path().join("at"), "the database is at\n5\n").unwrap();
    for told in ["ssm = \"/web/schema\"", "command = \"cat at\""] {
        let table = format!("\n[environments.prod.schema]\n\"{WEB}\" = {{ {told} }}\n");
        fs::write(&config, format!("{plain}{table}")).unwrap();
        shop.sandbox.clear_calls();
        let said = shop.run(13, &["rollback", "prod", WEB, "--to", ":2", "--yes"]);
        for words in ["  BLOCK  schema", "it works with 1 to 4, and the database is at 5", "--to :3"] {
            assert!(said.err.contains(words), "{told}: {words}: {}", said.err);
        }
        assert_eq!(changes(&shop), Vec::<String>::new(), "{told}");
        let plan = shop.plan(&["--to", ":3"]);
        let card = plan["card"].as_array().unwrap();
        assert!(card.iter().any(|l| l["asked"] == "schema" && l["outcome"] == "pass"), "{told}: {card:#?}");
    }
    fs::write(&config, format!("{plain}\n[environments.prod.schema]\n\"{WEB}\" = {{ }}\n")).unwrap();
    let said = shop.run(2, &["health", "prod"]);
    assert!(said.err.contains("needs either `ssm` or `command`"), "{}", said.err);
}
