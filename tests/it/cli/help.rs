//! Help, usage and colour.

use super::shell::Shell;

const VERBS: &[&[&str]] = &[
    &["extract"],
    &["show"],
    &["package"],
    &["package", "create"],
    &["package", "inspect"],
    &["package", "verify"],
    &["package", "unpack"],
    &["package", "pack"],
    &["package", "sign"],
    &["package", "keygen"],
    &["deploy"],
    &["rollback"],
    &["approve"],
    &["diff"],
    &["history"],
    &["history", "show"],
    &["history", "watch"],
    &["history", "stats"],
    &["history", "export"],
    &["history", "verify"],
    &["history", "import"],
    &["health"],
    &["store"],
    &["store", "check"],
    &["store", "forget"],
    &["init"],
    &["sandbox"],
    &[],
];

#[test]
fn every_verb_has_long_help_and_all_but_the_root_end_with_examples() {
    for &verb in VERBS {
        let said = Shell::new().run(&[verb, &["--help"]].concat());
        assert_eq!(said.code, 0, "{verb:?}: {}", said.err);
        assert!(said.err.is_empty() && said.out.contains("Usage:"), "{verb:?}");
        if verb.is_empty() {
            continue;
        }
        let examples = said.out.split_once("Examples:\n").map(|(_, rest)| rest).unwrap_or_default();
        let lines = examples.lines().filter(|l| l.trim_start().starts_with("snapdeploy ")).count();
        assert!((2..=4).contains(&lines), "{verb:?}: {}", said.out);
    }
}

#[test]
fn the_exit_codes_are_in_the_long_help() {
    let said = Shell::new().run(&["--help"]);
    for line in ["0  done", "3  stopped part-way", "13  blocked", "70  a bug", "143  terminated"] {
        assert!(said.out.contains(line), "{line}: {}", said.out);
    }
}

#[test]
fn wrong_usage_is_2_and_a_json_document_where_that_is_asked_for() {
    let said = Shell::new().run(&["extarct", "dev"]);
    assert_eq!(said.code, 2);
    assert!(said.out.is_empty() && said.err.contains("extract"), "{}", said.err);
    for said in [
        Shell::new().run(&["--output", "json", "deploy", "--to", "prod"]),
        Shell::new().run(&["--output=json", "deploy", "--to", "prod"]),
        Shell::new().set("SNAPDEPLOY_OUTPUT", "json").run(&["deploy", "--to", "prod"]),
    ] {
        let json: serde_json::Value = serde_json::from_str(&said.err).unwrap();
        assert_eq!((&json["schema"], &json["data"]["exit"]), (&"snapdeploy.error/1".into(), &2.into()));
        assert_eq!((said.code, said.out.as_str()), (2, ""));
    }
    assert_eq!(Shell::new().run(&[]).code, 2);
}

#[test]
fn colour_is_as_it_is_asked_for() {
    let coloured = |shell: Shell, arguments: &[&str]| shell.run(arguments).err.contains('\u{1b}');
    assert!(!coloured(Shell::new(), &["show", "dev@latest"]), "a pipe has no colour");
    assert!(coloured(Shell::new(), &["show", "dev@latest", "--color", "always"]));
    assert!(coloured(Shell::new().set("CLICOLOR_FORCE", "1"), &["show", "dev@latest"]));
    let both = || Shell::new().set("CLICOLOR_FORCE", "1").set("NO_COLOR", "1");
    assert!(!coloured(both(), &["show", "dev@latest"]));
    assert!(coloured(both().set("SNAPDEPLOY_COLOR", "always"), &["show", "dev@latest"]));
    assert!(!coloured(both().set("SNAPDEPLOY_COLOR", "always"), &["show", "dev@latest", "--color=never"]));
    assert!(coloured(Shell::new(), &["nonsense", "--color=always"]), "clap's own messages too");
}
