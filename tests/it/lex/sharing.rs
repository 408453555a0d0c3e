//! Several environments' aliases on one bot of one account.

use serde_json::json;
use snapdeploy::core::Address;
use snapdeploy::core::digest::Digest;
use snapdeploy::core::document::Document;
use snapdeploy::core::environment::Environment;
use snapdeploy::core::means::{Beside, Values};
use snapdeploy::core::select::Selection;

use super::place::{archive, around, attempt, back, bots, calls, naming, perform, planned, written};
use crate::world::{A, REGION, World, environment, meddle, scenario};

fn address() -> Address {
    Address::new("lex/bot", "Bistro")
}

fn owned(rules: &[(&str, &str)]) -> Values {
    let owns = Selection::new(&["connect/*".to_string(), "lex/*".to_string()]).unwrap();
    Values { names: naming(rules), owns, beside: Beside::Owned, ..Values::default() }
}

/// One bot in one account, which dev and prod have an alias of each, and somebody else one.
async fn shared() -> World {
    shared_by(&["dev", "prod", "spare"]).await
}

/// One bot in one account, with these aliases.
pub(super) async fn shared_by(aliases: &[&str]) -> World {
    let mut s = scenario();
    s.account(A).instance(REGION, "stage");
    let mut bot = s.account(A).bot_from(REGION, &archive("vocabulary")).unwrap();
    bot.tag("team", "voice");
    for alias in aliases {
        bot.alias(alias);
    }
    let dev = Environment { values: owned(&[("lex/bot/Bistro#live", "Bistro#dev")]), ..environment("dev") };
    let prod = Environment {
        values: owned(&[("lex/bot/Bistro#live", "Bistro#prod")]),
        instance: Some("stage".into()),
        account: A.into(),
        role_arn: Some(format!("arn:aws:iam::{A}:role/snapdeploy")),
        external_id: None,
        ..environment("prod")
    };
    around(s, dev, prod).await
}

/// Returns `document` with other words in what its aliases name.
fn reworded(document: &Document) -> Document {
    let text = json!(document.portable).to_string().replace("\"maxRetries\":2", "\"maxRetries\":4");
    let mut new = Document { portable: serde_json::from_str(&text).unwrap(), ..document.clone() };
    let contents = new.portable["Versions"].as_object().unwrap().clone();
    let (old, content) = contents.into_iter().next().unwrap();
    let digest = Digest::of_json(&content).to_string();
    assert!(digest != old);
    new.portable["Versions"] = json!({ digest.clone(): content });
    new.portable["Aliases"][0]["Content"] = json!(digest);
    new.exact.clear();
    new
}

/// Which version each alias names, by its name there.
async fn named(world: &World) -> serde_json::Value {
    let mut all = serde_json::Map::new();
    for (driver, name) in [(&world.a, "dev"), (&world.b, "prod")] {
        let document = &world.documents(&**driver, name).await[&address()];
        all.insert(name.into(), document.exact["Named"].clone());
    }
    all.into()
}

#[tokio::test]
async fn an_alias_is_moved_alone_where_the_bot_is_the_same() {
    let world = shared().await;
    let before = world.documents(&*world.a, "dev").await[&address()].clone();
    assert_eq!(before.portable["Aliases"].as_array().unwrap().len(), 1, "only its own alias is dev's");
    meddle(&*world.a, &address(), Some(&reworded(&before))).await;
    assert_eq!(named(&world).await, json!({ "dev": { "live": "2" }, "prod": { "live": "1" } }));

    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    assert_eq!(calls(&plan), ["UpdateBotAlias"], "{:#?}", plan.findings);
    world.sandbox.clear_calls();
    perform(&world, &plan).await;
    assert_eq!(written(&world), ["UpdateBotAlias"]);
    assert_eq!(named(&world).await, json!({ "dev": { "live": "2" }, "prod": { "live": "2" } }));

    perform(&world, &back(&world).await).await;
    assert_eq!(named(&world).await, json!({ "dev": { "live": "2" }, "prod": { "live": "1" } }));
    let lives = world.documents(&*world.a, "dev").await;
    assert_eq!(lives[&address()].portable_digest(), dev.documents[&address()].portable_digest());
}

#[tokio::test]
async fn an_alias_that_somebody_has_moved_since_the_plan_is_left() {
    let world = shared().await;
    let before = bots(&world).await[&address()].clone();
    meddle(&*world.a, &address(), Some(&reworded(&before))).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    // Somebody gives prod's alias words of their own.
    let mut theirs = before.clone();
    theirs.portable["Aliases"][0]["Description"] = json!("do not touch");
    meddle(&*world.b, &address(), Some(&theirs)).await;
    world.sandbox.clear_calls();
    let error = attempt(&world, &plan).await.unwrap_err();
    assert!(error.message.contains("has been changed since the plan was made"), "{error:?}");
    assert_eq!(written(&world), Vec::<String>::new());
}

#[tokio::test]
async fn a_bot_that_is_shared_is_not_deleted() {
    let world = shared().await;
    let inventory = snapdeploy::core::survey::list(&*world.b, &world.events).await.unwrap().0;
    let live = world.b.read(inventory.get(&address()).unwrap(), &inventory).await.unwrap();
    let change = snapdeploy::core::driver::Change {
        address: &address(),
        uid: "",
        from: Some(&live.document),
        to: None,
        way: snapdeploy::core::run::RunKind::Deploy,
    };
    let error = world.b.moves(&change).unwrap_err();
    assert!(error.message.contains("other environments"), "{error:?}");
}

/// Returns the bot's own part of a document: what no alias has of its own.
fn common(document: &Document) -> serde_json::Value {
    let mut own = document.portable.clone();
    own.retain(|name, _| !["Aliases", "Versions", "Policies"].contains(&name.as_str()));
    json!([own, document.portable.get("Policies").and_then(|p| p.get("bot")), document.local.get("RoleArn")])
}

#[tokio::test]
async fn what_all_of_them_share_is_compared_and_not_written() {
    let world = shared().await;
    let before = bots(&world).await[&address()].clone();
    meddle(&*world.a, &address(), Some(&reworded(&before))).await;
    let mut dev = world.extract(&*world.a, "dev").await;
    let release = dev.documents.get_mut(&address()).unwrap();
    let talk = |sid: &str| {
        json!({ "Version": "2012-10-17", "Statement": [{
            "Sid": sid, "Effect": "Allow", "Principal": { "Service": "connect.amazonaws.com" },
            "Action": ["lex:RecognizeText"], "Resource": "*",
        }] })
    };
    release.portable.insert("Tags".into(), json!({ "team": "another", "stage": "dev" }));
    release.portable.insert("IdleSessionTTLInSeconds".into(), json!(1234));
    release.portable.insert("Policies".into(), json!({ "bot": talk("all"), "#live": talk("own") }));
    let plan = planned(&world, &dev).await;
    let said: Vec<&str> = plan.findings.iter().map(|f| f.message.as_str()).collect();
    let shared = "is shared with dev, spare, an alias of another environment: its own IdleSessionTTLInSeconds, Policies, \
                  Tags would be another, and stays as it is";
    assert!(said.contains(&shared), "{said:#?}");
    let mut made = calls(&plan);
    made.sort();
    assert_eq!(made, ["CreateResourcePolicy", "UpdateBotAlias"], "only what is the alias's own");
    perform(&world, &plan).await;
    let after = bots(&world).await[&address()].clone();
    assert_eq!(common(&after), common(&before));
    assert!(after.portable["Policies"]["#live"].is_object(), "{:?}", after.portable["Policies"]);
    let again = planned(&world, &dev).await;
    assert!(again.is_empty() && again.findings.iter().any(|f| f.message == shared), "{:#?}", again.moves);

    perform(&world, &back(&world).await).await;
    let home = bots(&world).await[&address()].clone();
    assert_eq!(common(&home), common(&before));
    assert_eq!(home.portable["Aliases"], before.portable["Aliases"]);
}

#[tokio::test]
async fn the_first_alias_of_a_stage_comes_and_goes_and_the_draft_is_nobodys() {
    let world = shared_by(&["dev", "spare"]).await;
    let none = bots(&world).await;
    let bare = none[&address()].clone();
    assert!(bare.portable.get("Aliases").is_none() && bare.portable.get("Versions").is_none(), "{bare:#?}");
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    assert_eq!(calls(&plan), ["CreateBotAlias"], "{:#?}", plan.findings);
    perform(&world, &plan).await;
    assert_eq!(named(&world).await, json!({ "dev": { "live": "1" }, "prod": { "live": "1" } }));
    world.sandbox.clear_calls();
    perform(&world, &back(&world).await).await;
    assert_eq!(written(&world), ["DeleteBotAlias"]);
    assert_eq!(named(&world).await["dev"], json!({ "live": "1" }));
}
