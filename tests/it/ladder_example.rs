//! The example of a function with a ladder, without its build.

use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn the_example_with_a_ladder_does_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let binary = Path::new(env!("CARGO_BIN_EXE_snapdeploy"));
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new(binary)
        .args(["sandbox", "--scenario", "examples/acme", "--", "bash", "examples/ladder.sh", "--inside"])
        .current_dir(root)
        .env_clear()
        .env("PATH", format!("{}:{path}", binary.parent().unwrap().display()))
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("SNAPDEPLOY_CLOCK_SCALE", "100")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{:?}\n{out}\n{err}", output.status);
    for shown in [
        "Deployed 1 change to dev",
        "10% of the traffic: UpdateAlias lambda/function/acme-order-status",
        "gate answers passed: acme-order-status:2 answered as it has to",
        "[exit 6]",
        "[exit 3]",
        "Rolled back 1 change in dev",
        "dev is healthy",
    ] {
        assert!(out.contains(shown), "`{shown}` is not shown:\n{out}\n{err}");
    }
    for told in [
        "Traffic to lambda/function/acme-order-status: 10% 1m, 50% 1m, 100% 1m",
        "at 10% of the traffic of lambda/function/acme-order-status the gate answers failed",
        "paused at 10% of the traffic of lambda/function/acme-order-status: the gate errors is inconclusive",
        "gate errors is not asked: somebody said so",
    ] {
        assert!(format!("{out}{err}").contains(told), "`{told}` is not told:\n{out}\n{err}");
    }
}
