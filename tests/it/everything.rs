//! One release over everything: Connect, Lex, Lambda, ECS and a site in one package, one plan, one run, and one way back.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not marked as tests")]

use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use snapdeploy::sandbox::{CallRecord, Scenario};

use crate::cli::journey::Acme;
use crate::cli::shell::Said;
use crate::site::place::{build, get};

pub(crate) const PROD: &str = "222222222222";
pub(crate) const WEB: &str = "ecs/service/main/web";
const DEPLOY: [&str; 6] = ["deploy", "release.zip", "--to", "prod", "--confirm", "acme/prod"];

/// Nothing here takes longer, unless it never ends.
const LONGEST: Duration = Duration::from_secs(120);

/// The buckets of the site.
const BUCKETS: [(&str, &str); 2] = [("111111111111", "acme-dev-web"), (PROD, "acme-prod-web")];
/// What there is of it, as [`prod`] has it.
const PARTS: [&str; 5] = ["connect", "functions", "bots", "web", "pages"];
/// What a browser asks for by its name.
const PAGES: [&str; 3] = ["index.html", "about/index.html", "data.json"];

/// Puts the site into both accounts: prod has version 1 of it, dev version 2.
fn with_site(scenario: &mut Scenario) {
    for ((account, bucket), version) in BUCKETS.into_iter().zip([2, 1]) {
        scenario.account(account).bucket("us-east-1", bucket);
        for (path, kind, bytes) in build(version) {
            scenario.account(account).object(bucket, &path, &bytes, kind);
        }
    }
}

fn configured(example: &str) -> String {
    let owned = example.replace("\"ecs/service/main/*\"]", "\"ecs/service/main/*\", \"site/bucket/web\"]");
    assert_ne!(owned, example);
    let sites = ["dev", "prod"].into_iter().zip(BUCKETS);
    let tables = sites.map(|(name, (_, bucket))| {
        format!("[environments.{name}.sites.web]\nbucket = \"{bucket}\"\nothers = \"retire\"\n")
    });
    format!("{owned}\n{}", tables.collect::<String>())
}

/// The example and a site.
fn place() -> Acme {
    place_with(|_| {}, str::to_string)
}

/// The example and a site, with more in the accounts, and in the configuration.
pub(crate) fn place_with(more: impl FnOnce(&mut Scenario), written: impl FnOnce(&str) -> String) -> Acme {
    let acme = Acme::with(
        |scenario| {
            with_site(scenario);
            more(scenario);
        },
        |example| written(&configured(example)),
    );
    for (name, ms) in [("ecs_stage_ms", "30"), ("ecs_healthy_after_ms", "30"), ("ecs_minute_ms", "1")] {
        acme.sandbox.set_switch(name, ms).unwrap();
    }
    acme
}

/// Returns a package of all that dev has, which is something new of everything. It is made once.
fn package() -> &'static [u8] {
    static PACKAGE: OnceLock<Vec<u8>> = OnceLock::new();
    PACKAGE.get_or_init(|| {
        let acme = place();
        acme.run(0, &["deploy", "--artifact", &format!("{WEB}:app=acme-web:1.5"), "--to", "dev", "--yes"]);
        acme.run(0, &["extract", "dev"]);
        acme.run(0, &["package", "create", "dev@latest", "--out", "release.zip"]);
        std::fs::read(acme.shell.directory.path().join("release.zip")).unwrap()
    })
}

/// The example and a site, with `release.zip`.
fn release() -> Acme {
    let package = package();
    let acme = place();
    std::fs::write(acme.shell.directory.path().join("release.zip"), package).unwrap();
    acme
}

/// Returns what callers meet in prod: the contact centre, what each alias of a function and a bot leads to, what the
/// service runs, and the pages of the site. Versions that nothing leads to are nobody's business.
fn prod(acme: &Acme) -> Value {
    let state = acme.sandbox.state()[PROD].take();
    let mut functions = json!({});
    for (arn, function) in state["lambda"]["functions"].as_object().unwrap() {
        for (alias, to) in function["aliases"].as_object().unwrap() {
            let edition = &function["versions"][to["version"].as_str().unwrap()];
            let code = [&edition["CodeSha256"], &edition["Environment"], &edition["Description"]];
            functions[arn][alias] = json!({ "runs": code, "weights": to["weights"] });
        }
    }
    let mut bots = json!({});
    for (name, bot) in state["lex"].as_object().unwrap() {
        for (alias, to) in bot["aliases"].as_object().unwrap() {
            let version = to["members"]["botVersion"].as_str().unwrap();
            bots[name][alias] = bot["versions"][version]["locales"].clone();
        }
    }
    let front = acme.sandbox.site(BUCKETS[1].1);
    let pages = PAGES.map(|page| get(&format!("{front}/{page}")).body);
    json!({
        "connect": acme.prod(), "functions": functions, "bots": bots, "web": image(&state), "pages": pages,
    })
}

/// Returns the image of the revision that the service has.
fn image(state: &Value) -> Value {
    let definition = find(&find(&state["ecs"]["clusters"], "services"), "taskDefinition");
    let name = definition.as_str().unwrap().rsplit('/').next().unwrap();
    let revision = &state["ecs"]["taskDefinitions"][format!("us-east-1/{name}")];
    revision["members"]["containerDefinitions"][0]["image"].clone()
}

/// Returns the first member of this name, however deep it is.
fn find(value: &Value, name: &str) -> Value {
    match value {
        Value::Object(members) => match members.get(name) {
            Some(found) => found.clone(),
            None => members.values().map(|v| find(v, name)).find(|v| !v.is_null()).unwrap_or_default(),
        },
        Value::Array(items) => items.iter().map(|v| find(v, name)).find(|v| !v.is_null()).unwrap_or_default(),
        _ => Value::Null,
    }
}

/// Returns the calls that changed something in prod.
fn changes(acme: &Acme) -> Vec<CallRecord> {
    let kinds = ["connect", "lambda", "lex", "ecs"];
    let of_site = |c: &CallRecord| c.service == "s3" && c.resource.contains(BUCKETS[1].1);
    let ours = |c: &CallRecord| {
        c.mutating && c.account == PROD && (kinds.contains(&c.service.as_str()) || of_site(c))
    };
    acme.sandbox.calls().into_iter().filter(ours).collect()
}

fn places(calls: &[CallRecord], is: impl Fn(&CallRecord) -> bool) -> Vec<usize> {
    calls.iter().enumerate().filter(|(_, c)| is(c)).map(|(at, _)| at).collect()
}

/// Whether the call sends callers of something that was there already to something new.
fn switches(call: &CallRecord) -> bool {
    ["UpdateService", "UpdateAlias", "UpdateBotAlias"].contains(&call.operation.as_str()) || is_page(call)
}

fn is_page(call: &CallRecord) -> bool {
    call.operation == "PutObject" && call.resource.ends_with(".html")
}

/// Whether the call makes something that nobody meets yet.
fn makes(call: &CallRecord) -> bool {
    let puts = call.operation == "PutObject" && call.resource.contains("/assets/");
    puts || call.operation.starts_with("Create") || call.operation.starts_with("Publish")
}

#[test]
fn it_goes_forth_with_the_cut_over_last_and_back_in_reverse() {
    let acme = release();
    let before = prod(&acme);
    let plan = acme.run(0, &[&DEPLOY[..], &["--dry-run"]].concat());
    for kind in
        ["connect/flow/", "lambda/function/acme-order-status", "lex/bot/Orders", WEB, "site/bucket/web"]
    {
        assert!(plan.out.contains(kind), "{kind}: {}", plan.out);
    }
    acme.sandbox.clear_calls();
    acme.run(0, &DEPLOY);
    let after = prod(&acme);
    for part in PARTS {
        assert_ne!(after[part], before[part], "{part} is new");
    }
    let forth = changes(&acme);
    let made = places(&forth, makes);
    let shifted = places(&forth, switches);
    let names = || forth.iter().map(|c| c.operation.as_str()).collect::<Vec<_>>().join(" ");
    assert!(shifted.len() >= 5, "{}", names());
    assert_eq!(places(&forth, is_page).len(), 2, "both pages: {}", names());
    assert!(forth.iter().any(|c| makes(c) && c.service == "s3"), "the files behind them: {}", names());
    assert!(made.iter().max() < shifted.iter().min(), "all that is new is there first: {}", names());

    acme.sandbox.clear_calls();
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    assert!(prod(&acme) == before, "everything is as it was");
    let back = changes(&acme);
    // Other associations are members of what stays.
    let is_gone =
        |c: &CallRecord| c.operation.starts_with("Delete") || c.operation == "DisassociateLambdaFunction";
    let gone = places(&back, is_gone);
    let shifted = places(&back, switches);
    let names = || back.iter().map(|c| c.operation.as_str()).collect::<Vec<_>>().join(" ");
    assert!(
        shifted.iter().max() < gone.iter().min(),
        "callers go back before what they used goes: {}",
        names()
    );
}

#[test]
fn what_fails_in_the_middle_takes_everything_back() {
    let acme = release();
    let before = prod(&acme);
    let broken = format!("{WEB}:app=acme-web:1.6");
    let said = acme.run(6, &[&DEPLOY[..], &["--artifact", &broken]].concat());
    assert!(said.err.contains("cannot open orders.db"), "{}", said.err);
    assert!(prod(&acme) == before, "everything is as it was");
}

#[test]
fn killed_at_the_cut_over_it_is_gone_on_with() {
    let acme = release();
    let before = prod(&acme);
    let child = acme.shell.command(&DEPLOY).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    while !changes(&acme).iter().any(switches) {
        assert!(began.elapsed() < LONGEST, "nothing is shifted");
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(Command::new("kill").args(["-s", "KILL", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(Said::from(child.wait_with_output().unwrap()).code, -1);
    acme.run(0, &["deploy", "--resume", "--to", "prod", "--confirm", "acme/prod"]);
    let after = prod(&acme);
    for part in PARTS {
        assert_ne!(after[part], before[part], "{part} is new");
    }
    let nothing = acme.run(0, &DEPLOY);
    assert!(nothing.out.starts_with("Nothing to do"), "{}", nothing.out);
}
