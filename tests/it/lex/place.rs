//! Two accounts with bots, and how prod is deployed to and put back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use snapdeploy::aws::Sessions;
use snapdeploy::core::back::{newest, plan_back};
use snapdeploy::core::clock::Clock;
use snapdeploy::core::document::Document;
use snapdeploy::core::driver::Driver;
use snapdeploy::core::environment::{Access, Environment};
use snapdeploy::core::event::Events;
use snapdeploy::core::means::Values;
use snapdeploy::core::naming::Naming;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::core::{Address, Result};
use snapdeploy::sandbox::{Kind, Sandbox, Scenario};
use snapdeploy::store::{MemoryLedger, MemoryObjects};

use crate::world::{B, REGION, World, environment, sdk};

/// The archives, and the bots in them.
pub const ARCHIVES: [(&str, &str); 3] =
    [("multi_locale", "Bakery"), ("composite", "Insurance"), ("vocabulary", "Bistro")];

/// Waits are this many times shorter.
const SCALE: u32 = 250;

pub fn archive(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lex").join(name)
}

/// Returns a copy of an archive with `edit` made of the text of each file.
pub fn edited(name: &str, edit: impl Fn(&str) -> String) -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path, edit: &dyn Fn(&str) -> String) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            let (from, to) = (entry.path(), to.join(entry.file_name()));
            match from.is_dir() {
                true => copy(&from, &to, edit),
                false => fs::write(to, edit(&fs::read_to_string(from).unwrap())).unwrap(),
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy(&archive(name), folder.path(), &edit);
    folder
}

/// The archive with other words in it: another version of the same bot.
pub fn newer(name: &str) -> tempfile::TempDir {
    edited(name, |text| text.replace("\"maxRetries\": 2", "\"maxRetries\": 4"))
}

/// A bot of `account` out of `path`, whose alias `live` the instance uses, with the function `orders` behind one locale.
pub fn bot(scenario: &mut Scenario, account: &str, instance: &str, path: &Path) -> String {
    let account_seed = scenario.account(account);
    let function = account_seed.lambda(REGION, "orders");
    let mut bot = account_seed.bot_from(REGION, path).unwrap();
    bot.tag("team", "voice");
    bot.alias("live").hook("en_US", &format!("{function}:live")).set("description", json!("for callers"));
    let name = fs::read_dir(path).unwrap().map(|e| e.unwrap()).find(|e| e.path().is_dir()).unwrap();
    let name = name.file_name().into_string().unwrap();
    let instance = scenario.account(account).instance(REGION, instance);
    instance.resource(Kind::Bot, &format!("{name}#live"), json!({}));
    name
}

/// What prod says for itself: the role of each bot.
pub fn roles() -> Values {
    let role = format!("arn:aws:iam::{B}:role/bots");
    let overlay = ARCHIVES.iter().map(|(_, bot)| {
        (Address::new("lex/bot", *bot), json!({ "RoleArn": role }).as_object().unwrap().clone())
    });
    Values { overlay: overlay.collect(), ..Values::default() }
}

pub fn naming(rules: &[(&str, &str)]) -> Naming {
    let rules: Vec<_> = rules.iter().map(|(l, p)| (l.to_string(), p.to_string())).collect();
    Naming::new(&rules).unwrap()
}

pub async fn bind(sandbox: &Sandbox, clock: &Clock, environment: &Environment) -> Box<dyn Driver> {
    let sessions = Sessions::with(clock, &sdk(&sandbox.endpoint()));
    let account = sessions.account(environment, Access::Write).await.unwrap();
    snapdeploy::kinds::bind(account, environment).await.unwrap()
}

/// Returns a world in which dev and prod are these environments.
pub async fn around(scenario: Scenario, dev: Environment, prod: Environment) -> World {
    let sandbox = Sandbox::start(scenario).unwrap();
    let clock = Clock::scaled(SCALE);
    let (a, b) = (bind(&sandbox, &clock, &dev).await, bind(&sandbox, &clock, &prod).await);
    let ledger = MemoryLedger::new(clock.clone());
    let values = prod.values;
    World { sandbox, clock, objects: MemoryObjects::new(), ledger, a, b, values, events: Events::silent() }
}

/// Returns a world in which prod has bots.
pub async fn world(scenario: Scenario) -> World {
    around(scenario, environment("dev"), environment("prod")).await
}

/// Returns a world in which prod says what role a bot gets.
pub async fn world_with_roles(scenario: Scenario) -> World {
    around(scenario, environment("dev"), Environment { values: roles(), ..environment("prod") }).await
}

pub async fn planned(world: &World, dev: &Snapshot) -> Plan {
    let source = Source::of_snapshot("dev@latest", dev);
    plan_deploy(&world.means(&*world.b), "prod", &source, &Deployment::default()).await.unwrap()
}

pub async fn attempt(world: &World, plan: &Plan) -> Result<Ended> {
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    begin(&world.means(&*world.b), plan, None, OnFailure::Stop).await
}

/// Performs a plan that nothing forbids, to its end.
pub async fn perform(world: &World, plan: &Plan) {
    let ended = attempt(world, plan).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:#?}");
}

/// Returns the plan that undoes the newest run.
pub async fn back(world: &World) -> Plan {
    let means = world.means(&*world.b);
    let past = newest(&means, &Selection::all()).await.unwrap();
    plan_back(&means, &past, &Selection::all()).await.unwrap()
}

/// Returns the documents of bots in prod.
pub async fn bots(world: &World) -> BTreeMap<Address, Document> {
    let mut all = world.documents(&*world.b, "prod").await;
    all.retain(|address, _| address.kind() == "lex/bot");
    all
}

/// Returns the calls to Lex that changed something since the calls were last cleared. An export changes nothing.
pub fn written(world: &World) -> Vec<String> {
    let calls = world.sandbox.calls();
    let lex = calls.iter().filter(|c| c.mutating && c.service == "lex" && c.operation != "CreateExport");
    lex.map(|c| c.operation.clone()).collect()
}

/// Returns the calls of a plan.
pub fn calls(plan: &Plan) -> Vec<&str> {
    plan.moves.iter().map(|m| m.call.as_str()).collect()
}
