//! The README's first command, without its build: the loop with the real commands over S3 and DynamoDB.

use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn the_quickstart_ends_where_it_began() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let binary = Path::new(env!("CARGO_BIN_EXE_snapdeploy"));
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new(binary)
        .args(["sandbox", "--scenario", "examples/acme", "--", "bash", "examples/quickstart.sh", "--inside"])
        .current_dir(root)
        .env_clear()
        .env("PATH", format!("{}:{path}", binary.parent().unwrap().display()))
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{:?}\n{out}\n{err}", output.status);
    for shown in [
        "Deployed 42 changes to prod",
        "Nothing to do",
        "Rolled back 42 changes",
        "prod is healthy",
        "byte for byte",
        // A service: the way to prod by digest with its proof, the failure that explains itself, and the way back.
        "[exit 6]",
        "Rolled back 1 change in prod",
    ] {
        assert!(out.contains(shown), "`{shown}` is not shown:\n{out}\n{err}");
    }
    for told in [
        "Proof of ecs/service/main/web: sha256:",
        "container app exited with code 3",
        "cannot open orders.db: no such file",
        "all of it: aws logs tail /acme/web --log-stream-names ecs/app/",
        "is as it was before.",
    ] {
        assert!(format!("{out}{err}").contains(told), "`{told}` is not told:\n{out}\n{err}");
    }
    assert!(
        out.contains("You can say sales") && out.contains("You can say sails"),
        "the diff shows the mistake:\n{out}"
    );
}
