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
            format!("{DEV}promote_from = \"dve\"\n"),
            "snapdeploy.toml:5:16: `promote_from` of dev names `dve`, which is no environment",
            "there are dev",
        ),
        (format!("{DEV}store = \"x\"\n"), "snapdeploy.toml:5:1: this version does not know", "leave it out"),
        (
            format!("{DEV}secrets = \"encrypt\"\n"),
            "snapdeploy.toml:5:11: secrets = \"encrypt\" needs a `kms_key`",
            "alias/snapdeploy",
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

const PROD: &str = "\
[environments.prod]
account = \"222222222222\"
region = \"us-east-1\"
instance = \"1f8e4e1c-1a2b-4c3d-8e9f-001122334455\"
";

/// Complains about `config`, and says where and what.
#[track_caller]
fn refused(config: &str, place: &str, hint: &str) {
    let said = Shell::with(config).run(&["show", "dev"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{config}{}", said.err);
    assert!(said.err.contains(place) && said.err.contains(hint), "{config}{}", said.err);
}

#[track_caller]
fn taken(config: &str) -> String {
    let said = Shell::with(config).run(&["show", "dev"]);
    assert_eq!(said.code, 0, "{config}{}", said.err);
    said.err
}

#[test]
fn everything_that_an_environment_may_say_is_taken() {
    let told = taken(&format!(
        r#"project = "acme"
managed_elsewhere = ["connect/view/*"]

[accounts]
shared = "333333333333"

[notify]
webhook = "https://hooks.example/x"

{DEV}
read_role_arn = "arn:aws:iam::111111111111:role/look"
owns = ["connect/*", "lambda/function/acme-*"]
managed_elsewhere = ["connect/queue/Terraform *"]
drafts = true
users = true
staging = "s3://acme-staging/prompts"

[environments.dev.vars]
number = "+4930123456"

[environments.dev.names]
"connect/queue/Sales" = "Sales (dev)"
"lambda/function/acme-*" = "acme-*-dev"
"lex/bot/Orders#live" = "Orders#dev"

[environments.dev.overlay."connect/queue/Sales"]
MaxContacts = 5
OutboundCallerConfig = {{ OutboundCallerIdNumberId = "@{{var:number}}", Peak = 1.5 }}

{PROD}promote_from = "dev"
"#
    ));
    assert!(!told.contains("warning"), "{told}");
}

/// One bot, two stages: each owns its own alias of it, and says so by the names.
#[test]
fn two_environments_may_own_one_bot_if_each_has_aliases_of_its_own() {
    let config = |live: &str| {
        format!(
            "{DEV}owns = [\"connect/*\", \"lex/bot/Orders\"]\n[environments.dev.names]\n\"lex/bot/Orders#live\" = \
             \"Orders#test\"\n\n[environments.stage]\naccount = \"111111111111\"\nregion = \"us-east-1\"\ninstance = \
             \"22222222-2222-2222-2222-222222222222\"\nowns = [\"connect/*\", \"lex/bot/Orders\"]\n{live}"
        )
    };
    taken(&config("[environments.stage.names]\n\"lex/bot/Orders#live\" = \"Orders#prod\"\n"));
    for one in ["", "[environments.stage.names]\n\"lex/bot/Orders#live\" = \"Orders#test\"\n"] {
        refused(&config(one), "stage owns `lex/bot/Orders`, and dev, which is in the same account", "");
    }
}

#[test]
fn a_name_that_two_things_would_have_is_complained_about_at_the_second_rule() {
    refused(
        &format!("{DEV}[environments.dev.names]\n\"connect/queue/B\" = \"X\"\n\"connect/queue/A\" = \"X\"\n"),
        "snapdeploy.toml:7:1: `B` and `A` would both be called `X` there",
        "",
    );
    refused(
        &format!("{DEV}[environments.dev.names]\n\"connect/quue/B\" = \"X\"\n"),
        "snapdeploy.toml:6:1: there is no kind `connect/quue`",
        "did you mean `connect/queue`?",
    );
    refused(
        &format!("{DEV}[environments.dev.names]\nSales = \"X\"\n"),
        "snapdeploy.toml:6:1: `Sales` is not service/noun/NAME",
        "",
    );
}

#[test]
fn an_overlay_has_addresses_and_templates() {
    let overlay = |lines: &str| format!("{DEV}[environments.dev.overlay.{lines}\n");
    refused(
        &overlay("\"connect/queue/S*\"]"),
        "snapdeploy.toml:5:27: `connect/queue/S*` is not an address",
        "",
    );
    refused(&overlay("\"connect/quue/S\"]"), "snapdeploy.toml:5:27: there is no kind", "`connect/queue`");
    refused(&overlay("\"connect/queue/S\"]\nX = \"@{x}\""), "snapdeploy.toml:6:5: `@{x", "@{@}{");
    refused(&overlay("\"connect/queue/S\"]\nX = [1979-05-27]"), "snapdeploy.toml:6:6: JSON has no times", "");
    refused(&overlay("\"connect/queue/S\"]\nX = nan"), "snapdeploy.toml:6:5: JSON has no such number", "");
    refused(
        &format!(
            "{}[environments.dev.vars]\nnumber = \"+4930\"\n",
            overlay("\"connect/queue/S\"]\nX = \"@{var:numbr}\"")
        ),
        "snapdeploy.toml:6:5: there is no var `numbr`",
        "did you mean `number`?",
    );
}

#[test]
fn two_environments_never_own_the_same() {
    let owns = |text: &str| format!("owns = {text}\n");
    let beside = DEV.replace("dev", "other");
    refused(
        &format!("{DEV}{beside}"),
        "snapdeploy.toml:5:15: other owns `connect/*`, and dev, which is in the same account and region",
        "[environments.dev] and [environments.other]",
    );
    // The one that stands second in the file, whatever their names.
    let (stage, prod) = (r#"["connect/*", "ecs/cluster/x"]"#, r#"["lambda/function/acme-*"]"#);
    refused(&format!("{DEV}{}", owns(stage)), "snapdeploy.toml:5:22: `ecs/cluster/x` selects nothing", "");
    let elsewhere = beside.replace("0f8e", "2f8e");
    taken(&format!("{DEV}{elsewhere}"));
    refused(
        &format!("{elsewhere}{}{DEV}{}", owns(prod), owns(r#"["connect/*", "lambda/function/*-prod"]"#)),
        "snapdeploy.toml:10:22: dev owns `lambda/function/*-prod`",
        "",
    );
    refused(&format!("{DEV}owns = []\n"), "snapdeploy.toml:5:8: `owns` is empty", "owns = [\"connect/*\"]");
    refused(
        &format!("{DEV}owns = [\"conect/*\"]\n"),
        "snapdeploy.toml:5:9: `conect/*` selects nothing of any kind",
        "",
    );
    taken(&format!("{DEV}owns = [\"connect/queue/A*\"]\n{beside}owns = [\"connect/queue/B*\"]\n"));
}

#[test]
fn promotion_never_leads_round() {
    refused(
        &format!("{DEV}promote_from = \"prod\"\n{PROD}promote_from = \"dev\"\n"),
        "`promote_from` leads round: dev from prod from dev",
        "",
    );
    refused(&format!("{DEV}promote_from = \"dev\"\n"), "leads round: dev from dev", "");
    let third = PROD.replace("prod", "third").replace("222222222222", "333333333333");
    refused(
        &format!(
            "{DEV}promote_from = \"prod\"\n{PROD}promote_from = \"third\"\n{third}promote_from = \"prod\"\n"
        ),
        "prod from third from prod",
        "",
    );
}

#[test]
fn what_is_no_mistake_is_still_said() {
    let told = taken(&format!("{DEV}[environments.dev.vars]\nmax = \"10\"\n"));
    assert!(told.contains("warning: snapdeploy.toml:6:7: `10` is shorter than 4 characters"), "{told}");
}

#[test]
fn a_webhook_is_encrypted() {
    refused(
        &format!("[notify]\nwebhook = \"http://hooks.example\"\n{DEV}"),
        "snapdeploy.toml:2:11: `webhook` has to start with https://",
        "",
    );
    taken(&format!("[notify]\nwebhook = \"http://127.0.0.1:1/x\"\n{DEV}"));
}

#[test]
fn what_only_looks_needs_the_role_for_looking_alone() {
    let acme = super::journey::Acme::new();
    let file = acme.shell.directory.path().join("snapdeploy.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    // A role for changes that nobody may assume, beside one that dev has.
    let role = "arn:aws:iam::111111111111:role/";
    let pair = format!("role_arn = \"{role}nobody\"\nread_role_arn = \"{role}snapdeploy\"");
    std::fs::write(&file, text.replace(&format!("role_arn = \"{role}snapdeploy\""), &pair)).unwrap();
    acme.run(0, &["extract", "dev"]);
    acme.run(0, &["health", "dev"]);
    acme.run(0, &["show", "dev@latest"]);
    acme.run(0, &["diff", "dev@latest", "dev@live"]);
    acme.run(0, &["deploy", "dev@latest", "--to", "dev", "--dry-run"]);
    let said = acme.run(12, &["deploy", "dev@latest", "--to", "dev", "--yes"]);
    assert!(said.err.contains("role/nobody"), "{}", said.err);
    acme.run(12, &["rollback", "dev", "--yes"]);
}
