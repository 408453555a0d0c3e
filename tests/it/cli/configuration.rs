//! The configuration file: found upwards, strict, and complained about with line and column.

use super::shell::Shell;

const DEV: &str = "\
[environments.dev]
account = \"111111111111\"
region = \"us-east-1\"
instance = \"0f8e4e1c-1a2b-4c3d-8e9f-001122334455\"
";

#[test]
fn it_is_found_upwards_and_nothing_is_asked_of_aws_where_the_instance_is_an_id() {
    let shell = Shell::with(DEV);
    let below = shell.directory.path().join("a/b");
    std::fs::create_dir_all(&below).unwrap();
    let output = shell.command(&["show", "dev"]).current_dir(&below).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("No snapshots of dev yet"));
    assert!(shell.directory.path().join(".snapdeploy").is_dir(), "the store is beside the file");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (config, place, hint) in [
        (format!("projcet = \"x\"\n{DEV}"), "snapdeploy.toml:1:1: unknown key `projcet`", "`project`"),
        (
            format!("{DEV}protected = \"yes\"\n"),
            "snapdeploy.toml:5:13: `protected` has to be true or false",
            "",
        ),
        (
            format!("{DEV}promote_from = \"x\"\n"),
            "snapdeploy.toml:5:1: this version does not know",
            "leave it out",
        ),
        (format!("store = \"/tmp\"\n{DEV}"), "snapdeploy.toml:1:9: `store` has to be", ""),
        (format!("project = \"a\n{DEV}"), "snapdeploy.toml:1:", ""),
        (
            "[environments.dev]\nregion = \"x\"\n".into(),
            "snapdeploy.toml:1:15: [environments.dev] has no `account`",
            "",
        ),
        (
            format!("project = \"a\"\n{DEV}protected = true\n"),
            "snapdeploy.toml:6:13: `dev` is protected",
            "s3://",
        ),
    ] {
        let said = Shell::with(&config).run(&["show", "dev"]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{config}{}", said.err);
        assert!(said.err.contains(place) && said.err.contains(hint), "{config}{}", said.err);
    }
}

#[test]
fn a_file_that_is_not_there_is_2_however_it_is_named() {
    assert_eq!(Shell::new().run(&["show", "dev"]).code, 2);
    assert_eq!(Shell::new().run(&["show", "dev", "--config", "no.toml"]).code, 2);
    assert_eq!(Shell::new().set("SNAPDEPLOY_CONFIG", "no.toml").run(&["show", "dev"]).code, 2);
}

#[test]
fn a_fast_clock_is_for_this_machine_only() {
    let fast = |config: &str| Shell::with(config).set("SNAPDEPLOY_CLOCK_SCALE", "100");
    let said = fast(DEV).run(&["show", "dev"]);
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(said.err.contains("SNAPDEPLOY_CLOCK_SCALE is for simulated environments"), "{}", said.err);
    let local = format!("{DEV}endpoint = \"http://127.0.0.1:9\"\n");
    let said = fast(&local).run(&["show", "dev"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("Not AWS: calls go to http://127.0.0.1:9"), "{}", said.err);
    assert_eq!(
        fast(&format!("{DEV}endpoint = \"http://127.0.0.1@x.example\"\n")).run(&["show", "dev"]).code,
        2
    );
}
