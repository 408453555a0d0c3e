//! The example of a service with a migration, without its build.

use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn the_example_with_a_migration_does_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let binary = Path::new(env!("CARGO_BIN_EXE_snapdeploy"));
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new(binary)
        .args(["sandbox", "--scenario", "examples/shop", "--", "bash", "examples/migration.sh", "--inside"])
        .current_dir(root)
        .env_clear()
        .env("PATH", format!("{}:{path}", binary.parent().unwrap().display()))
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("SNAPDEPLOY_CLOCK_SCALE", "50")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{:?}\n{out}\n{err}", output.status);
    for shown in [
        "Hooks before: 1-backup, 2-migrate",
        "Hooks after: 3-tell",
        "hook 2-migrate is well: container app ended with code 0",
        "schema 7 -> 8: orders.note added",
        "[exit 6]",
        "Rolled back 1 change in live",
        "backup of orders before 20",
        "after_deploy: ecs/service/shop/web\nafter_rollback: ecs/service/shop/web",
    ] {
        assert!(out.contains(shown), "`{shown}` is not shown:\n{out}\n{err}");
    }
    for told in [
        "the hook 2-migrate failed: container app ended with code 1",
        "orders.total: 3 rows are not unique",
        "the hook 2-migrate has changed a database",
    ] {
        assert!(format!("{out}{err}").contains(told), "`{told}` is not told:\n{out}\n{err}");
    }
}
