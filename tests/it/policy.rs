//! `init --policy`: the policies are enough, and say nothing that no code needs.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;
use snapdeploy::aws::MOST;

use crate::cli::journey::Acme;
use crate::everything::{PROD, WEB, place_with};

const DEV: &str = "111111111111";
/// Roles in which nothing is changed, beside the example's own.
const LOOK: &str = "look";

/// Everything, with a role to look at each environment.
fn place() -> Acme {
    place_with(
        |scenario| {
            for account in [DEV, PROD] {
                scenario.account(account).role(LOOK, None);
            }
            scenario.account(PROD).role(LOOK, Some("acme-releases"));
        },
        |example| {
            let mut text = example.to_string();
            for account in [DEV, PROD] {
                let role = format!("role_arn = \"arn:aws:iam::{account}:role/snapdeploy\"");
                assert!(text.contains(&role));
                let look = role.replace("role_arn", "read_role_arn").replace("/snapdeploy", "/look");
                text = text.replace(&role, &format!("{role}\n{look}"));
            }
            text
        },
    )
}

/// Returns the actions that `init --policy` allows, by whom they are for.
fn policies(acme: &Acme, arguments: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let report = acme.json(0, &[&["init", "--policy"], arguments].concat());
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for policies in report["data"]["policies"].as_array().unwrap() {
        let actions = all.entry(policies["of"].as_str().unwrap().into()).or_default();
        for policy in policies["policies"].as_array().unwrap() {
            assert!(policy.to_string().len() <= MOST, "{policy}");
            for statement in policy["Statement"].as_array().unwrap() {
                assert_eq!(statement["Effect"], "Allow");
                let text = |v: &Value| v.as_str().unwrap().to_string();
                let (listed, on) = (&statement["Action"], statement["Resource"].as_array().unwrap());
                assert!(!on.is_empty() && on.iter().all(|arn| !text(arn).contains('{')), "{statement}");
                actions.extend(listed.as_array().unwrap().iter().map(text));
            }
        }
    }
    all
}

/// Lets the roles of both environments, and whoever runs snapdeploy, do what the policies of the verbs allow, and no more.
fn allow(acme: &Acme, but: &[&str]) {
    let mut base = BTreeSet::new();
    for (name, account) in [("dev", DEV), ("prod", PROD)] {
        let all = policies(acme, &[name]);
        base.extend(all["base"].iter().cloned());
        for (of, role) in [("read", LOOK), ("write", "snapdeploy")] {
            let listed: Vec<String> =
                all[of].iter().filter(|a| !but.contains(&a.as_str())).cloned().collect();
            acme.sandbox.allow(account, Some(role), &listed).unwrap();
        }
    }
    let base: Vec<String> = base.into_iter().filter(|a| !but.contains(&a.as_str())).collect();
    acme.sandbox.allow(DEV, None, &base).unwrap();
}

const CONFIRM: [&str; 4] = ["--to", "prod", "--confirm", "acme/prod"];

#[test]
fn every_verb_over_everything_needs_nothing_else() {
    let acme = place();
    allow(&acme, &[]);
    let artifact = format!("{WEB}:app=acme-web:1.5");
    acme.run(0, &["deploy", "--artifact", &artifact, "--to", "dev", "--yes"]);
    acme.run(0, &["extract", "dev"]);
    acme.run(0, &["package", "create", "dev@latest", "--out", "release.zip"]);
    acme.run(0, &["extract", "prod"]);
    acme.run(0, &["deploy", "release.zip", "--to", "prod", "--dry-run"]);
    acme.run(0, &["deploy", "release.zip", "--to", "prod", "--save-plan", "p.json"]);
    acme.run(0, &[&["deploy", "release.zip"], &CONFIRM[..]].concat());
    acme.run(0, &["health", "prod"]);
    acme.run(0, &["diff", "dev@live", "prod@live"]);
    acme.run(0, &["history"]);
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    let denied: Vec<String> = acme
        .sandbox
        .calls()
        .into_iter()
        .filter(|c| c.error.as_deref().is_some_and(|e| e.contains("AccessDenied")))
        .map(|c| format!("{} {}:{}", c.account, c.service, c.operation))
        .collect();
    assert!(denied.is_empty(), "{denied:?}");
}

#[test]
fn only_who_may_forget_removes_anything_from_the_store() {
    let acme = place();
    allow(&acme, &[]);
    for _ in 0..3 {
        acme.run(0, &["extract", "dev"]);
    }
    let forget = ["store", "forget", "dev", "--keep-last", "1", "--yes"];
    let base = policies(&acme, &["dev"]).remove("base").unwrap();
    assert!(!base.contains("s3:DeleteObject"), "what all others need removes nothing");
    // The audit is told before anything goes: that is a change.
    let refused = acme.run(3, &forget);
    assert!(
        refused.err.contains("remove s3://") && refused.err.contains("the same command"),
        "{}",
        refused.err
    );
    acme.run(0, &["store", "check"]);

    let own = policies(&acme, &["dev", "--verb", "store-forget"]);
    assert_eq!(
        own.keys().collect::<Vec<_>>(),
        ["base", "read"],
        "it looks for where an alias points, no more"
    );
    let more: BTreeSet<String> = own["base"].difference(&base).cloned().collect();
    assert_eq!(more, BTreeSet::from(["s3:DeleteObject".to_string()]));
    let listed: Vec<String> = own["base"].iter().cloned().collect();
    acme.sandbox.allow(DEV, None, &listed).unwrap();
    acme.sandbox.clear_calls();
    acme.run(0, &forget);
    let denied = acme
        .sandbox
        .calls()
        .into_iter()
        .filter(|c| c.error.as_deref().is_some_and(|e| e.contains("AccessDenied")));
    assert_eq!(denied.count(), 0);
    acme.run(0, &["store", "check"]);
}

#[test]
fn without_one_of_them_it_is_refused() {
    for (lacks, code, arguments) in [
        ("connect:ListQueues", 4, vec!["extract", "dev"]),
        ("connect:ListInstances", 12, vec!["extract", "dev"]),
        ("s3:PutObject", 4, vec!["extract", "dev"]),
        ("dynamodb:Query", 12, vec!["history"]),
        ("sts:AssumeRole", 12, vec!["extract", "dev"]),
    ] {
        let acme = place();
        allow(&acme, &[lacks]);
        acme.run(code, &arguments);
    }
    let acme = place();
    allow(&acme, &[]);
    acme.run(0, &["extract", "dev"]);
    let before = acme.prod();
    allow(&acme, &["connect:UpdateHoursOfOperation"]);
    let refused = acme.run(6, &[&["deploy", "dev@latest", "connect/*"], &CONFIRM[..]].concat());
    assert!(refused.err.contains("UpdateHoursOfOperation"), "{}", refused.err);
    assert!(acme.prod() == before);
}

#[test]
fn images_are_read_in_other_accounts_and_regions_and_written_in_the_own_account() {
    let acme = place();
    let report = acme.json(0, &["init", "--policy", "prod", "--of", "write"]);
    let on = |action: &str| -> Vec<String> {
        let policies = report["data"]["policies"][0]["policies"].as_array().unwrap();
        let statements = policies.iter().flat_map(|p| p["Statement"].as_array().unwrap());
        let allows = statements.filter(|s| s["Action"].as_array().unwrap().iter().any(|a| a == action));
        allows.flat_map(|s| s["Resource"].as_array().unwrap()).map(|r| r.as_str().unwrap().into()).collect()
    };
    for read in ["ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"] {
        assert_eq!(on(read), ["arn:aws:ecr:*:*:repository/*"], "{read}");
    }
    assert_eq!(on("ecr:PutImage"), [format!("arn:aws:ecr:*:{PROD}:repository/*")]);
}

#[test]
fn a_verb_gets_what_it_needs_alone() {
    let acme = place();
    let looks = policies(&acme, &["prod", "--verb", "extract"]);
    assert_eq!(looks.keys().collect::<Vec<_>>(), ["base", "read"]);
    assert!(
        !looks["read"].iter().any(|a| a.starts_with("connect:Update") || a.starts_with("connect:Create"))
    );
    assert!(looks["read"].contains("connect:DescribeContactFlow"));
    let history = policies(&acme, &["prod", "--verb", "history"]);
    assert!(!history["base"].contains("s3:PutObject") && history["base"].contains("dynamodb:Query"));
    let deploy = policies(&acme, &["prod", "--verb", "deploy"]);
    assert_eq!(deploy.keys().collect::<Vec<_>>(), ["base", "write"]);
    assert!(deploy["write"].is_superset(&looks["read"]), "who writes reads first");
    let bare = acme.run(0, &["init", "--policy", "prod", "--verb", "extract", "--of", "base"]).out;
    let policy: Value = serde_json::from_str(&bare).unwrap();
    assert_eq!(policy["Version"], "2012-10-17");
    let text = policy.to_string();
    assert!(
        text.contains("arn:aws:iam::222222222222:role/look") && !text.contains("role/snapdeploy"),
        "{text}"
    );
    assert!(text.contains("arn:aws:s3:::acme-snapdeploy/snapdeploy/*"), "{text}");
    acme.run(2, &["init", "--policy", "prod", "--verb", "history", "--of", "write"]);
    acme.run(10, &["init", "--policy", "nowhere"]);
    acme.run(2, &["init", "--policy", "prod", "--verb", "extract", "--store", "file://x"]);
}

/// What the source calls in the SDKs' manner, as `connect:CreateQueue`.
fn called(folder: &str, service: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kinds").join(folder);
    let mut found = BTreeSet::new();
    for file in std::fs::read_dir(root).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for part in text.split('.').skip(1) {
            let Some((name, _)) = part.split_once("()") else { continue };
            let (verb, rest) = name.split_once('_').unwrap_or_default();
            let plain = rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if !VERBS.contains(&verb) || rest.is_empty() || !plain {
                continue;
            }
            let camel = name.split('_').map(|w| w[..1].to_uppercase() + &w[1..]).collect::<String>();
            found.insert(format!("{service}:{}", camel.replace("AiAgents", "AIAgents")));
        }
    }
    found
}

const VERBS: [&str; 24] = [
    "activate",
    "add",
    "associate",
    "batch",
    "build",
    "create",
    "deactivate",
    "delete",
    "describe",
    "disassociate",
    "get",
    "import",
    "list",
    "publish",
    "put",
    "release",
    "claim",
    "remove",
    "search",
    "start",
    "tag",
    "untag",
    "update",
    "invoke",
];

/// Builders and helpers that are called as operations are.
const NO_OPERATION: [&str; 4] = ["lambda:PutObject", "connect:PutObject", "lambda:GetRef", "lex:GetRef"];

#[test]
fn what_the_source_calls_is_in_the_tables_and_the_other_way_round() {
    let tables = [
        ("connect", "connect", snapdeploy::kinds::connect::GRANTS),
        ("lex", "lex", snapdeploy::kinds::lex::GRANTS),
        ("lambda", "lambda", snapdeploy::kinds::lambda::GRANTS),
    ];
    for (folder, service, grants) in tables {
        let head = format!("{service}:");
        let own = |g: &&snapdeploy::aws::Grant| g.only.is_empty();
        let listed: BTreeSet<String> = grants
            .iter()
            .filter(own)
            .flat_map(|g| g.actions.iter().map(|a| a.to_string()))
            .filter(|a| a.starts_with(&head))
            .collect();
        let mut called = called(folder, service);
        called.retain(|c| !NO_OPERATION.contains(&c.as_str()));
        let missing: Vec<_> = called.difference(&listed).collect();
        let idle: Vec<_> = listed.difference(&called).collect();
        assert!(missing.is_empty() && idle.is_empty(), "{folder}: missing {missing:?}, idle {idle:?}");
    }
}

#[test]
fn no_phone_number_is_ever_released_and_no_instance_deleted() {
    for folder in ["connect", "lex", "lambda", "site", "ecs"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/kinds").join(folder);
        for file in std::fs::read_dir(&root).unwrap().map(|f| f.unwrap().path()).filter(|p| p.is_file()) {
            let text = std::fs::read_to_string(&file).unwrap();
            for never in
                ["release_phone_number", "\"ReleasePhoneNumber\"", "delete_instance()", "\"DeleteInstance\""]
            {
                assert!(!text.contains(never), "{}: {never}", file.display());
            }
        }
    }
    let acme = place();
    for name in ["dev", "prod"] {
        for (of, actions) in policies(&acme, &[name]) {
            for never in ["connect:ReleasePhoneNumber", "connect:DeleteInstance", "kms:ScheduleKeyDeletion"] {
                assert!(!actions.contains(never), "{name} {of}: {never}");
            }
        }
    }
}
