//! The examples, without their builds: each ends well, and shows and tells what it is there for.

use std::path::Path;
use std::process::{Command, Stdio};

/// Plays `script` in the sandbox that has `scenario`, a minute lasting a `scale`th of itself. `shown` has to be in what
/// it prints, `told` there or in what is said beside it. Returns what it prints.
fn play(script: &str, scenario: &str, scale: &str, shown: &[&str], told: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let binary = Path::new(env!("CARGO_BIN_EXE_snapdeploy"));
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new(binary)
        .args(["sandbox", "--scenario", scenario, "--", "bash", script, "--inside"])
        .current_dir(root)
        .env_clear()
        .env("PATH", format!("{}:{path}", binary.parent().unwrap().display()))
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("SNAPDEPLOY_CLOCK_SCALE", scale)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{:?}\n{out}\n{err}", output.status);
    for shown in shown {
        assert!(out.contains(shown), "`{shown}` is not shown:\n{out}\n{err}");
    }
    for told in told {
        assert!(format!("{out}{err}").contains(told), "`{told}` is not told:\n{out}\n{err}");
    }
    out.into_owned()
}

/// The loop with the real commands over S3 and DynamoDB; then a service: the way to prod by digest with its proof, the
/// failure that explains itself, and the way back.
#[test]
fn the_quickstart_ends_where_it_began() {
    let shown = [
        "Deployed 42 changes to prod",
        "Nothing to do",
        "Rolled back 42 changes",
        "prod is healthy",
        "byte for byte",
        "[exit 6]",
        "Rolled back 1 change in prod",
    ];
    let told = [
        "Proof of ecs/service/main/web: sha256:",
        "container app exited with code 3",
        "cannot open orders.db: no such file",
        "all of it: aws logs tail /acme/web --log-stream-names ecs/app/",
        "is as it was before.",
    ];
    let out = play("examples/quickstart.sh", "examples/acme", "1", &shown, &told);
    assert!(out.contains("You can say sales") && out.contains("You can say sails"), "no diff:\n{out}");
}

#[test]
fn a_function_climbs_its_ladder() {
    let shown = [
        "Deployed 1 change to dev",
        "10% of the traffic: UpdateAlias lambda/function/acme-order-status",
        "gate answers passed: acme-order-status:2 answered as it has to",
        "[exit 6]",
        "[exit 3]",
        "Rolled back 1 change in dev",
        "dev is healthy",
    ];
    let told = [
        "Traffic to lambda/function/acme-order-status: 10% 1m, 50% 1m, 100% 1m",
        "at 10% of the traffic of lambda/function/acme-order-status the gate answers failed",
        "paused at 10% of the traffic of lambda/function/acme-order-status: the gate errors is inconclusive",
        "gate errors is not asked: somebody said so",
    ];
    play("examples/ladder.sh", "examples/acme", "100", &shown, &told);
}

#[test]
fn a_service_has_its_database_migrated_first() {
    let shown = [
        "Hooks before: 1-backup, 2-migrate",
        "Hooks after: 3-tell",
        "hook 2-migrate is well: container app ended with code 0",
        "schema 7 -> 8: orders.note added",
        "[exit 6]",
        "Rolled back 1 change in live",
        "backup of orders before 20",
        "after_deploy: ecs/service/shop/web\nafter_rollback: ecs/service/shop/web",
    ];
    let told = [
        "the hook 2-migrate failed: container app ended with code 1",
        "orders.total: 3 rows are not unique",
        "the hook 2-migrate has changed a database",
    ];
    play("examples/migration.sh", "examples/shop", "50", &shown, &told);
}
