//! Secrets, locks, who it was, and images that somebody else throws away.

use std::process::Stdio;

use serde_json::json;
use snapdeploy::sandbox::{Fault, FaultKind, Hold};

use super::shops::{WEB, roll_back, shop, touched, until};
use crate::ecs::back::{CONFIG, Shop};
use crate::ecs::place::both;
use crate::ecs::scene::{ecr, image, service};

/// Complaint 38, <https://github.com/fabfuel/ecs-deploy/issues/26> and <https://github.com/appleboy/lambda-action/issues/4>:
/// the values of the environment are printed into the log of the job.
#[tokio::test]
async fn the_values_of_the_environment_are_in_the_log() {
    let shop = Shop::of(both("2", "1"));
    let dev = CONFIG[CONFIG.find("[environments.prod]").unwrap()..].replace("prod", "dev");
    let dev = dev.replace("222222222222", "111111111111").replace("external_id = \"only-us\"\n", "");
    std::fs::write(shop.shell.directory.path().join("snapdeploy.toml"), format!("{CONFIG}{dev}")).unwrap();
    let quiet = |said: &crate::cli::shell::Said, what: &str| {
        let all = format!("{}{}", said.out, said.err);
        assert!(!all.contains("secret-of-"), "{what}: {all}");
    };
    quiet(&shop.run(0, &["extract", "dev"]), "extract");
    for output in ["human", "json", "github"] {
        let see = |code: i32, arguments: &[&str]| {
            quiet(&shop.run(code, &[&["--output", output, "-v"], arguments].concat()), output);
        };
        see(0, &["show", "dev@latest", WEB]);
        see(0, &["diff", "dev@latest", "prod@live"]);
        see(0, &["deploy", "dev@latest", "--to", "prod", "--dry-run"]);
    }
    // AWS itself quotes what it was sent when it refuses it.
    shop.sandbox.fault(Fault::next("RegisterTaskDefinition", FaultKind::Echo { status: 400 }));
    let refused = shop.shell.run(&["-v", "deploy", "dev@latest", "--to", "prod", "--yes"]);
    assert!(refused.err.contains("RegisterTaskDefinition: ValidationException"), "{}", refused.err);
    quiet(&refused, "what AWS quotes");
    quiet(&shop.run(0, &["-v", "deploy", "dev@latest", "--to", "prod", "--yes"]), "deploy");
    quiet(&shop.run(0, &["history", "show", "--output", "json", &newest(&shop)]), "history");
}

/// Returns the newest run's id.
fn newest(shop: &Shop) -> String {
    let runs = shop.json(0, &["history", "--env", "prod"]);
    runs["data"]["runs"][0]["start"]["run"].as_str().unwrap().to_string()
}

/// Complaint 39, <https://github.com/helm/helm/issues/8987>: a job was killed, and all that comes after it finds a lock that
/// nobody takes away.
#[tokio::test]
async fn a_killed_job_leaves_it_pending_for_ever() {
    let shop = shop(&service());
    shop.sandbox.hold(Hold { operation: Some("UpdateService".into()), ..Hold::default() });
    let artifact = format!("{WEB}={}", image("2"));
    let mut command = shop.shell.command(&["deploy", "--to", "prod", "--artifact", &artifact, "--yes"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    until(|| shop.sandbox.held() > 0);
    child.kill().unwrap();
    child.wait().unwrap();
    shop.sandbox.release();
    let refused = shop.ship(11, "2");
    assert!(
        refused.err.contains("its process is dead") && refused.err.contains("--resume"),
        "{}",
        refused.err
    );
    shop.run(0, &["rollback", "prod", "--yes"]);
    assert_eq!(shop.revision().await, "web:1");
    shop.ship(0, "2");
    assert!(shop.run(0, &["health", "prod"]).out.contains("no run is open"));
}

/// Complaint 39 too, <https://github.com/helm/helm/issues/12550> and <https://github.com/kubernetes/kubernetes/issues/111732>:
/// nobody knows who deployed, or the cause that is told is that of another change.
#[tokio::test]
async fn nobody_knows_who_it_was_and_why() {
    let shop = shop(&service());
    shop.ship_with(0, "2", &["--reason", "CHG-1"]);
    shop.ship(0, "1");
    shop.run(0, &["rollback", "prod", WEB, "--reason", "INC-7", "--yes"]);
    let runs = shop.json(0, &["history", "--env", "prod"])["data"]["runs"].clone();
    let told: Vec<_> = (0..3).map(|n| (&runs[n]["start"]["kind"], &runs[n]["start"]["reason"])).collect();
    let (deploy, back) = (json!("deploy"), json!("rollback"));
    let (first, none, last) = (json!("CHG-1"), json!(null), json!("INC-7"));
    assert_eq!(told, [(&back, &last), (&deploy, &none), (&deploy, &first)], "{runs:#}");
    for n in 0..3 {
        let actor = &runs[n]["start"]["actor"];
        assert_eq!(actor["identity"], "arn:aws:iam::111111111111:user/sandbox");
        assert!(actor["host"].as_str().unwrap().starts_with("tester@"), "{actor}");
    }
    shop.run(0, &["history", "verify"]);
}

/// Complaint 40, <https://github.com/aws/containers-roadmap/issues/1078>: a lifecycle policy of the registry has deleted the
/// image that is to run again, which shows when the tasks that ran are gone.
#[tokio::test]
async fn a_lifecycle_policy_has_deleted_the_image() {
    let shop = shop(&service());
    shop.ship(0, "2");
    let gone = json!({ "repositoryName": "web", "imageIds": [{ "imageTag": "1" }] });
    ecr(&shop.sandbox, "BatchDeleteImage", gone).await;
    shop.sandbox.clear_calls();
    let said = roll_back(&shop, 13);
    assert!(said.err.contains("image app") && said.err.contains("is not in web of"), "{}", said.err);
    assert_eq!(touched(&shop), Vec::<String>::new());
    assert_eq!(shop.revision().await, "web:2");
}
