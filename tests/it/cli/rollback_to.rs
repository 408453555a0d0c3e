//! `rollback --to` for a service: what it names, what is ambiguous, and the list at a terminal.

use serde_json::Value;

use super::shell::Said;
use crate::ecs::back::Shop;
use crate::ecs::scene::{deploy, ecr, image};

const WEB: [&str; 3] = ["rollback", "prod", "ecs/service/main/web"];

async fn shop() -> Shop {
    let shop = Shop::new();
    deploy(&shop.sandbox, "2").await;
    deploy(&shop.sandbox, "3").await;
    deploy(&shop.sandbox, "1").await;
    shop
}

async fn digest(shop: &Shop, tag: &str) -> String {
    let asked = serde_json::json!({"repositoryName": "web", "imageIds": [{"imageTag": tag}]});
    let found = ecr(&shop.sandbox, "DescribeImages", asked).await;
    found["imageDetails"][0]["imageDigest"].as_str().unwrap().to_string()
}

fn to(plan: &Value) -> &str {
    plan["source_digest"].as_str().unwrap()
}

#[tokio::test]
async fn a_revision_and_an_image_are_named_in_every_way_that_people_do() {
    let shop = shop().await;
    let digest = digest(&shop, "2").await;
    let hex = digest.trim_start_matches("sha256:");
    let pinned = format!("web@{digest}");
    for text in
        ["2", ":2", "web:2", &image("2"), &digest, hex, &hex[..8], &format!("sha256:{}", &hex[..8]), &pinned]
    {
        let plan = shop.plan(&["--to", text]);
        assert_eq!(to(&plan), ":2", "{text}");
        let card = plan["card"].as_array().unwrap();
        assert!(card.iter().any(|l| l["asked"] == "image app" && l["outcome"] == "pass"), "{card:#?}");
    }
}

#[tokio::test]
async fn what_may_be_several_things_is_refused_with_all_of_them() {
    let shop = shop().await;
    // The image 1 ran as revision 1 and runs as revision 4.
    let said = shop.run(2, &[&WEB[..], &["--to", "web:1", "--dry-run"]].concat());
    for words in ["revision 1 (web:1)", "revision 4 (web:1)", "--to :1", "--to :4"] {
        assert!(said.err.contains(words), "{words}: {}", said.err);
    }
    assert_eq!(to(&shop.plan(&["--to", ":1"])), ":1");
    let none = shop.run(10, &[&WEB[..], &["--to", "9.9.9", "--dry-run"]].concat());
    assert!(
        none.err.contains("no revision or image of the last 4") && none.err.contains("--to :4"),
        "{}",
        none.err
    );
    shop.run(10, &[&WEB[..], &["--to", ":99", "--dry-run"]].concat());
}

#[tokio::test]
async fn a_snapshot_and_a_time_are_named_as_before() {
    let shop = shop().await;
    shop.run(0, &["extract", "prod", "--name", "before"]);
    let plan = shop.plan(&["--to", "before"]);
    assert!(plan["source"].as_str().unwrap().starts_with("in the snapshot "), "{plan:#}");
    shop.run(10, &[&WEB[..], &["--to", "3 days ago", "--dry-run"]].concat());
}

#[tokio::test]
async fn the_card_is_shown_to_people_too_and_a_block_ends_the_command() {
    let shop = shop().await;
    let shown = shop.run(0, &[&WEB[..], &["--to", ":2", "--dry-run"]].concat()).out;
    assert!(shown.contains("Preflight of ecs/service/main/web\n"), "{shown}");
    assert!(shown.contains("  PASS   revision"), "{shown}");
    let gone = serde_json::json!({
        "repositoryName": "web", "imageId": {"imageTag": "2"}, "targetStorageClass": "ARCHIVE"
    });
    ecr(&shop.sandbox, "UpdateImageStorageClass", gone).await;
    shop.sandbox.clear_calls();
    let said = shop.run(13, &[&WEB[..], &["--to", ":2", "--yes"]].concat());
    assert!(said.err.contains("  BLOCK  image app") && said.err.contains("is archived"), "{}", said.err);
    let wrote = |c: &snapdeploy::sandbox::CallRecord| c.mutating && c.service == "ecs";
    assert!(!shop.sandbox.calls().iter().any(wrote), "nothing is touched");
}

#[tokio::test]
async fn at_a_terminal_the_last_editions_are_there_to_pick_from() {
    let python = match crate::python::python("import pty", &[]) {
        Ok(python) => python,
        Err(why) if std::env::var_os("CI").is_some() => panic!("a list needs a terminal: {why}"),
        Err(why) => return println!("a list at a terminal: skipped, for {why}"),
    };
    let shop = shop().await;
    let mut typist = std::process::Command::new(python);
    typist.args(["-c", super::init::TYPIST, env!("CARGO_BIN_EXE_snapdeploy")]);
    typist.args(WEB).arg("--dry-run").arg("--");
    // The default is the last that is verified good and does not run now: two lines below the first.
    typist.args(["Which is it to be again:="]);
    let command = shop.shell.command(&[]);
    typist.current_dir(shop.shell.directory.path()).env_clear();
    typist.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let said = Said::from(typist.output().unwrap());
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    let line = |revision: &str| {
        let found = said.out.lines().find(|l| l.trim_start_matches(['>', ' ']).starts_with(revision));
        found.unwrap_or_else(|| panic!("{revision}: {}", said.out)).to_string()
    };
    assert!(line("4  web:1").contains("good") && line("4  web:1").contains("runs now"), "{}", said.out);
    assert!(line("3  web:3").contains("bad"), "{}", said.out);
    assert!(line("2  web:2").contains("good"), "{}", said.out);
    assert!(said.out.contains("what was there as revision 2"), "{}", said.out);
}
