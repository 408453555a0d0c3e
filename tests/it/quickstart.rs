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
    ] {
        assert!(out.contains(shown), "`{shown}` is not shown:\n{out}\n{err}");
    }
    assert!(
        out.contains("You can say sales") && out.contains("You can say sails"),
        "the diff shows the mistake:\n{out}"
    );
}
