//! Canaries: values that nobody else could write are put into every sensitive place, everything is done and everything
//! fails, and then every byte that was written anywhere is searched for them.

use std::fs;

use snapdeploy::sandbox::{Fault, FaultKind};

use super::scene::{PROD, Scene, Users};

const YES: [&str; 2] = ["--confirm", "acme/prod"];
const FUNCTION: &str = "lambda/function/vaulted";

/// An overlay that names both keepers of secrets and says one itself, for what takes secrets.
fn giving(scene: &mut Scene) -> String {
    let said = toml::Value::String(scene.hunt.hard("an overlay's own text"));
    format!(
        "[environments.prod.overlay.\"{FUNCTION}\".Environment.Variables]\nDEV_KEY = \"@{{ssm:/prod/word}}\"\n\
         TOKEN = \"x@{{secretsmanager:prod/api#token}}y\"\nWHOLE = \"@{{secretsmanager:prod/whole}}\"\n\
         PLAIN = \"@{{ssm:/prod/plain}}\"\nWORD = \"@{{ssm:/prod/plain}}\"\nPIN = \"12\"\nSAID = {said}\n"
    )
}

/// Returns the id of the newest run.
fn newest(scene: &mut Scene) -> String {
    let text = scene.ends(0, &["history"]);
    let from = text.find('{').unwrap();
    let mut documents = serde_json::Deserializer::from_str(&text[from..]).into_iter::<serde_json::Value>();
    let runs = documents.next().unwrap().unwrap();
    runs["data"]["runs"][0]["start"]["run"].as_str().unwrap().to_string()
}

/// How often `operation` was called.
fn asked(scene: &Scene, operation: &str) -> usize {
    scene.sandbox.calls().iter().filter(|c| c.operation == operation).count()
}

fn every_verb(scene: &mut Scene) {
    let deploy = [&["deploy", "dev@latest", "--to", "prod"], &YES[..]].concat();
    for arguments in [
        &["extract", "dev", "--note", "n", "--name", "first"][..],
        &["extract", "prod", "--full"],
        &["show", "dev"],
        &["show", "dev@latest"],
        &["show", "dev@latest", FUNCTION],
        &["diff", "dev@latest", "prod@latest"],
        &["diff", "dev@first", "prod@latest", FUNCTION],
        &["package", "create", "dev@latest", "--out", "r.zip"],
        &["package", "inspect", "r.zip"],
        &["package", "verify", "r.zip"],
        &["package", "unpack", "r.zip", "unpacked"],
        &["package", "pack", "unpacked", "--out", "again.zip"],
        &["show", "r.zip"],
        &["diff", "r.zip", "prod@latest"],
        &["deploy", "dev@latest", "--to", "prod", "--dry-run"],
        &["deploy", "r.zip", "--to", "prod", "--dry-run", "--exit-code"],
        &["deploy", "dev@latest", "--to", "prod", "--save-plan", "p.json"],
        &[&["deploy", "--plan", "p.json"], &YES[..]].concat(),
        &["health", "prod"],
        &["history"],
        &["history", "show"],
        &["history", "export"],
        &["history", "verify"],
        &["history", "stats"],
        &["rollback", "prod", "--dry-run"],
        &["rollback", "prod", "--save-plan", "back.json"],
        &["show", "prod@latest", FUNCTION],
        &[&["rollback", "prod"], &YES[..]].concat(),
        &[&["rollback", "prod", "--to", "latest"], &YES[..]].concat(),
        &[&["deploy", "--to", "prod", "--artifact", "lambda/function/vaulted=built"], &YES[..]].concat(),
        &[&["rollback", "prod", FUNCTION], &YES[..]].concat(),
        &["init", "--env", "dev"],
        &[
            "--config",
            "other.toml",
            "init",
            "--env",
            "dev",
            "--account",
            "111111111111",
            "--region",
            "us-east-1",
        ],
        &["frobnicate"],
        &deploy,
    ] {
        scene.run(arguments);
    }
    let run = newest(scene);
    scene.run(&["history", "show", &run]);
    scene.run(&["history", "watch", &run]);
    scene.run(&[&["rollback", "prod", "--run", &run], &YES[..]].concat());
}

/// What overlays give is put, and refused by a service that quotes it.
fn what_overlays_give(scene: &mut Scene) {
    let function =
        [&["deploy", "dev@latest", "--to", "prod", FUNCTION, "--overwrite-drift"], &YES[..]].concat();
    scene.overlay("");
    let text = scene.ends(13, &function);
    assert!(text.contains("Environment.Variables.DEV_KEY") && text.contains("which is a secret"), "{text}");
    let giving = giving(scene);
    scene.overlay(&giving);
    let before = asked(scene, "UpdateFunctionConfiguration");
    scene.ends(0, &function);
    assert!(asked(scene, "UpdateFunctionConfiguration") > before, "the function was written");
    for operation in ["UpdateFunctionConfiguration", "Decrypt", "GenerateDataKey", "PublishVersion"] {
        for kind in [FaultKind::Echo { status: 400 }, FaultKind::Echo { status: 500 }, FaultKind::DropAfter] {
            scene.sandbox.fault(Fault { times: 60, ..Fault::next(operation, kind) });
            scene.once(&[&["rollback", "prod"], &YES[..]].concat());
            scene.once(&function);
            scene.sandbox.clear_faults();
            scene.once(&[&["deploy", "--resume"], &YES[..]].concat());
        }
    }
    scene.run(&[&["rollback", "prod"], &YES[..]].concat());
    // The same for what takes none: the plan is blocked after the parameters were read.
    scene.overlay(
        "[environments.prod.overlay.\"connect/queue/Sales\"]\n\
         Description = \"@{ssm:/prod/word} @{secretsmanager:prod/api#token}\"\n",
    );
    let text = scene.ends(13, &[&["deploy", "dev@latest", "--to", "prod"], &YES[..]].concat());
    assert!(text.contains("is no secret there"), "{text}");
    // A text that only begins like a placeholder, and a file that ends in the middle of one.
    let broken = format!("Xy@{{{}", scene.hunt.plain("a text that is no template"));
    for line in [format!("SAID = \"{broken}\""), format!("SAID = \"{broken}"), format!("SAID = {broken}")] {
        scene.overlay(&format!("[environments.prod.overlay.\"{FUNCTION}\".Environment.Variables]\n{line}\n"));
        scene.ends(2, &["show", "prod"]);
    }
    // Everything fails that reads them, and what they were sent is quoted.
    scene.overlay(&giving);
    for operation in ["GetParameter", "GetSecretValue", "AssumeRole", "GetCallerIdentity", "ListInstances"] {
        for kind in [
            FaultKind::AccessDenied,
            FaultKind::Throttle,
            FaultKind::ServerError,
            FaultKind::Echo { status: 500 },
            FaultKind::Echo { status: 400 },
            FaultKind::DropAfter,
            FaultKind::ExpiredToken,
        ] {
            scene.sandbox.fault(Fault { times: 60, ..Fault::next(operation, kind) });
            scene.once(&["deploy", "dev@latest", "--to", "prod", FUNCTION, "--dry-run"]);
            scene.sandbox.clear_faults();
        }
    }
}

/// A run that fails, stops, goes on and goes back.
fn runs_that_fail(scene: &mut Scene) {
    scene.overlay("");
    let deploy = ["deploy", "dev@latest", "--to", "prod", "--on-failure", "stop", "--overwrite-drift"];
    let again = ["--release-hold", "--reason", "once more"];
    let deploy = [&deploy[..], &again].concat();
    for kind in [FaultKind::AccessDenied, FaultKind::Echo { status: 400 }, FaultKind::DropAfter] {
        scene.sandbox.fault(Fault { nth: 2, ..Fault::next("CreateQueue", kind) });
        scene.once(&[&deploy[..], &YES[..]].concat());
        scene.sandbox.clear_faults();
        scene.once(&[&["deploy", "--resume"], &YES[..]].concat());
        scene.once(&[&["rollback", "prod"], &YES[..]].concat());
    }
    scene.sandbox.fault(Fault::next("UpdateFunctionConfiguration", FaultKind::FailsLater));
    scene.once(&[&deploy[..], &YES[..]].concat());
    scene.sandbox.clear_faults();
    scene.once(&[&["rollback", "prod"], &YES[..]].concat());
    scene.variables = vec![("AWS_SESSION_TOKEN", scene.hunt.plain("the operator's token"))];
    scene.ends(12, &["extract", "prod"]);
    scene.variables.clear();
}

/// A panic whose message holds what is known to be a secret.
fn panics(scene: &mut Scene) {
    let giving = giving(scene);
    scene.overlay(&giving);
    let plan = ["deploy", "dev@latest", "--to", "prod", FUNCTION, "--overwrite-drift", "--dry-run"];
    for canary in [
        "a parameter",
        "a secret's member",
        "an overlay's own text",
        "prod's password",
        "the operator's secret key",
    ] {
        let value = scene.hunt.hard(canary);
        for (cue, masked) in [("SNAPDEPLOY_PANIC", true), ("SNAPDEPLOY_PANIC_MADE", false)] {
            scene.variables = vec![(cue, format!("it held {value}"))];
            let (code, text) = scene.once(&plan);
            assert_eq!(code, 70, "{text}");
            assert!(text.contains("a bug in snapdeploy"), "{text}");
            assert_eq!(text.contains("it held [secret]"), masked, "{canary}: {text}");
        }
    }
    scene.variables.clear();
}

#[test]
fn no_canary_leaves_whatever_is_done_and_whatever_fails() {
    let mut scene = Scene::new(Users::NotOwned);
    every_verb(&mut scene);
    what_overlays_give(&mut scene);
    runs_that_fail(&mut scene);
    panics(&mut scene);
    let told = scene.sandbox.told();
    for what in ["a session's secret key", "a session's token", "a signature in a URL"] {
        assert!(told.iter().any(|(sort, _)| *sort == what), "the sandbox gave {what}");
    }
    let outcome = scene.finish();
    assert!(outcome.places > 500 && outcome.bytes > 2_000_000, "that is not everything");
    assert!(outcome.found.is_empty(), "{:#?}", outcome.found);
    let size = format!("{} canaries, {} places, {} bytes", outcome.canaries, outcome.places, outcome.bytes);
    crate::figures::record("canaries", serde_json::json!({ "size": size, "result": "0 hits" }));
    // The search does reach into the archives of the store and of packages.
    assert!(
        outcome.allowed.contains("code") && outcome.allowed.contains("an artifact"),
        "{:?}",
        outcome.allowed
    );
}

/// Plans that are kept and runs that stopped are gone on with by another process. Where nothing is kept, it has the values
/// from the parameters alone, and reads them again.
#[test]
fn another_process_reads_parameters_again_and_shows_none() {
    let mut scene = Scene::new(Users::NotOwned);
    let config = fs::read_to_string(scene.path("snapdeploy.toml")).unwrap();
    let keeping = "secrets = \"encrypt\"\nkms_key = \"alias/snapdeploy\"\n";
    assert!(config.contains(keeping));
    fs::write(scene.path("snapdeploy.toml"), config.replace(keeping, "")).unwrap();
    let giving = giving(&mut scene);
    scene.overlay(&giving);
    let word = scene.hunt.word("a parameter that is a word");
    let live = |scene: &Scene| scene.sandbox.state()[PROD]["lambda"].to_string();
    let deploy = ["deploy", "dev@latest", "--to", "prod", FUNCTION];
    scene.ends(0, &["extract", "dev"]);
    scene.ends(0, &[&deploy[..], &["--save-plan", "q.json"]].concat());
    let plan = fs::read_to_string(scene.path("q.json")).unwrap();
    assert!(plan.contains("ssm:/prod/word"), "the plan says where a secret is");
    assert!(!live(&scene).contains(&word));
    let read = asked(&scene, "GetParameter");
    scene.ends(0, &[&["deploy", "--plan", "q.json"], &YES[..]].concat());
    assert!(asked(&scene, "GetParameter") > read, "the other process has read it again");
    assert!(live(&scene).contains(&word), "the function has it");
    // Something else to write, with the same parameters.
    scene.overlay(&giving.replace("PIN = \"12\"", "PIN = \"13\""));
    scene.sandbox.fault(Fault { times: 60, ..Fault::next("PublishVersion", FaultKind::AccessDenied) });
    let (code, text) =
        scene.once(&[&deploy[..], &["--on-failure", "stop", "--overwrite-drift"], &YES[..]].concat());
    assert_eq!(code, 3, "{text}");
    scene.sandbox.clear_faults();
    let read = asked(&scene, "GetParameter");
    scene.ends(0, &[&["deploy", "--resume"], &YES[..]].concat());
    assert!(asked(&scene, "GetParameter") > read, "who resumes reads it again");
    let outcome = scene.finish();
    assert!(outcome.found.is_empty(), "{:#?}", outcome.found);
}

/// Who a user is, is configuration where users are owned, and kept as such; the password of a new one is nowhere.
#[test]
fn users_are_shown_where_they_are_owned_and_their_passwords_nowhere() {
    let mut scene = Scene::new(Users::Owned);
    for person in ["a first name", "a last name", "a mail address", "a desk phone"] {
        // Documents, and what shows them; a plan as it is kept, to be performed.
        let documents = ["/.snapdeploy/bodies/", "/.snapdeploy/packages/", "/.snapdeploy/plans/", "/p.json"];
        let shown = ["stdout of show dev@latest connect/user/newcomer"];
        scene.hunt.allow(person, &[&documents[..], &shown].concat());
    }
    let deploy = ["deploy", "dev@latest", "--to", "prod", "connect/user/newcomer", "--include-operational"];
    scene.run(&["extract", "dev"]);
    scene.run(&["show", "dev@latest", "connect/user/newcomer"]);
    scene.run(&[&deploy[..], &["--dry-run"]].concat());
    scene.once(&[&deploy[..], &["--save-plan", "p.json"]].concat());
    for kind in [FaultKind::Echo { status: 400 }, FaultKind::Echo { status: 500 }, FaultKind::DropAfter] {
        scene.sandbox.fault(Fault { times: 60, ..Fault::next("CreateUser", kind) });
        scene.once(&[&deploy[..], &YES[..]].concat());
        scene.sandbox.clear_faults();
        scene.once(&[&["deploy", "--resume"], &YES[..]].concat());
        scene.once(&[&["rollback", "prod"], &YES[..]].concat());
    }
    scene.once(&[&deploy[..], &YES[..]].concat());
    scene.once(&["history", "export"]);
    let passwords = scene.sandbox.told().iter().filter(|(sort, _)| *sort == "a password").count();
    assert!(passwords >= 3, "{passwords} users were to be made");
    let outcome = scene.finish();
    for person in ["a first name", "a desk phone"] {
        assert!(outcome.allowed.contains(person), "{:?}", outcome.allowed);
    }
    assert!(outcome.found.is_empty(), "{:#?}", outcome.found);
}
