//! What fails before anything is asked of AWS, and with which number.

use super::shell::Shell;

const DEV: &str = "\
[environments.dev]
account = \"111111111111\"
region = \"us-east-1\"
instance = \"0f8e4e1c-1a2b-4c3d-8e9f-001122334455\"
";

#[test]
fn what_is_not_there_is_10_with_the_nearest_name() {
    let shell = Shell::with(DEV);
    for arguments in [
        &["show", "dve@latest"][..],
        &["show", "dev@latest"],
        &["show", "dev@no-such-name"],
        &["show", "dev@latest~3"],
        &["show", "dev@yesterday"],
        &["show", "0123456789abcdef"],
        &["package", "inspect", "no.zip"],
        &["history", "show", "20260101t000000000-aaaaaa"],
        &["history", "show", "2026"],
        &["history", "--env", "prod"],
        &["extract", "prod"],
        &["deploy", "dev@latest", "--to", "prod", "--yes"],
        &["deploy", "--resume", "--to", "dev"],
        &["rollback", "prod"],
        &["health", "prod"],
    ] {
        let said = shell.run(arguments);
        assert_eq!((said.code, said.out.as_str()), (10, ""), "{arguments:?}: {}", said.err);
        assert!(said.err.starts_with("error: "), "{}", said.err);
    }
    assert!(shell.run(&["health", "dve"]).err.contains("hint: did you mean `dev`?"));
}

#[test]
fn a_source_that_means_nothing_is_2() {
    let shell = Shell::with(DEV);
    for arguments in [
        &["diff", "dev", "dev@live"][..],
        &["show", "dev@"],
        &["deploy", "connect/flow/X", "--to"],
        &["show", "dev@latest", "Sales"],
        &["extract", "dev", "--name", "latest"],
        &["package", "inspect", "dev@latest"],
        &["package", "create", "a.zip"],
        &["package", "create", "dev@latest", "--label", "x"],
        &["deploy", "dev@latest", "--to", "dev", "--exit-code"],
        &["deploy", "dev@latest", "--to", "dev", "--yes", "--confirm", "x"],
        &["package", "pack", "nowhere"],
    ] {
        let said = shell.run(arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}: {}", said.err);
    }
    assert!(shell.run(&["diff", "dev", "dev@live"]).err.contains("dev@latest"));
}

#[test]
fn an_error_is_a_document_under_json() {
    let said = Shell::with(DEV).run(&["show", "dev@latest", "--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&said.err).unwrap();
    assert_eq!(json["schema"], "snapdeploy.error/1");
    assert_eq!((&json["data"]["kind"], &json["data"]["exit"]), (&"not_found".into(), &10.into()));
    assert_eq!(json["data"]["hint"], "snapdeploy extract dev takes one");
    assert_eq!((said.code, said.out.as_str()), (10, ""));
}

#[test]
fn a_file_that_is_no_package_is_refused() {
    let shell = Shell::new();
    std::fs::write(shell.directory.path().join("x.zip"), b"PK nonsense").unwrap();
    let said = shell.run(&["package", "verify", "x.zip"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("x.zip is not a good package"), "{}", said.err);
}

#[test]
fn no_log_holds_a_session_token() {
    let acme = super::journey::Acme::new();
    for level in ["trace", "debug", "aws_sigv4=trace,hyper=trace"] {
        let mut command = acme.shell.command(&["extract", "prod", "-vvv"]);
        let output = command.env("SNAPDEPLOY_LOG", level).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{told}");
        assert!(told.contains("DescribeQueue"), "the calls are logged: {told}");
        for secret in ["security-token", "SecretAccessKey", "Signature=", "ASIA", "acme-releases"] {
            assert!(!told.contains(secret), "{level}: `{secret}` is in the log");
        }
    }
}
