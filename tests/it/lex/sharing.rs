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
    let mut s = scenario();
    s.account(A).instance(REGION, "stage");
    let mut bot = s.account(A).bot_from(REGION, &archive("vocabulary")).unwrap();
    for alias in ["dev", "prod", "spare"] {
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
    };
    let error = world.b.moves(&change).unwrap_err();
    assert!(error.message.contains("other environments"), "{error:?}");
}
