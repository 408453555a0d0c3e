//! There: what is extracted of a bot arrives in an empty account as it was.

use serde_json::json;
use snapdeploy::core::Address;
use snapdeploy::core::document::Document;
use snapdeploy::core::portable::needs;

use super::place::{
    ARCHIVES, archive, back, bot, bots, calls, edited, newer, perform, planned, world, world_with_roles,
};
use crate::world::{A, B, REGION, World, scenario};

fn bot_address(name: &str) -> Address {
    Address::new("lex/bot", name)
}

/// The aliases of prod's Bakery: names and ids.
async fn alias_ids(world: &World) -> Vec<(String, String)> {
    let found = world.b.find(&bot_address("Bakery")).await.unwrap().unwrap();
    found.aliases.into_iter().flatten().map(|alias| (alias.name, alias.id)).collect()
}

#[tokio::test]
async fn three_bots_of_different_shapes_arrive_in_an_empty_account_and_go_again() {
    for overwrite in ["false", "true"] {
        let mut s = scenario();
        for (path, name) in ARCHIVES {
            assert_eq!(bot(&mut s, A, "dev", &archive(path)), name);
        }
        s.account(B).lambda(REGION, "orders");
        let world = world_with_roles(s).await;
        for switch in ["lex_overwrite_drops_parts", "lex_overwrite_drops_locales", "lex_manifest_as_guide"] {
            world.sandbox.set_switch(switch, overwrite).unwrap();
        }
        let dev = world.extract(&*world.a, "dev").await;
        let plan = planned(&world, &dev).await;
        for (_, name) in ARCHIVES {
            let own: Vec<_> = plan.moves.iter().filter(|m| m.address == bot_address(name)).collect();
            let own: Vec<&str> = own.iter().map(|m| m.call.as_str()).collect();
            assert_eq!(own, ["CreateBot", "StartImport", "CreateBotAlias"], "{name}");
        }
        perform(&world, &plan).await;
        let prod = bots(&world).await;
        for (_, name) in ARCHIVES {
            let (there, here) = (&prod[&bot_address(name)], &dev.documents[&bot_address(name)]);
            assert_eq!(json!(there.portable), json!(here.portable), "{name}");
            assert_eq!(there.portable_digest(), here.portable_digest());
            assert_eq!(there.local["RoleArn"], json!("arn:@{partition}:iam::@{account}:role/bots"));
            let text = String::from_utf8(there.to_bytes()).unwrap();
            assert!(!text.contains(A), "nothing of dev is left in {name}");
            let refers = needs(&json!(there.portable));
            assert!(refers.contains(&"lambda/function/orders".parse().unwrap()), "{refers:?}");
        }
        assert!(planned(&world, &dev).await.is_empty());
        perform(&world, &back(&world).await).await;
        assert!(bots(&world).await.is_empty());
    }
}

#[tokio::test]
async fn ids_and_the_order_of_what_has_none_do_not_matter() {
    // Other ids, since it is another account's, and lists the other way round.
    let other = edited("composite", |text| {
        let mut value: serde_json::Value = serde_json::from_str(text).unwrap();
        if let Some(items) = value.get_mut("sampleUtterances").and_then(|v| v.as_array_mut()) {
            items.reverse();
        }
        if let Some(items) = value.get_mut("slotPriorities").and_then(|v| v.as_array_mut()) {
            items.reverse();
        }
        value.to_string()
    });
    let mut s = scenario();
    bot(&mut s, A, "dev", &archive("composite"));
    bot(&mut s, B, "prod", other.path());
    let world = world(s).await;
    let dev = world.extract(&*world.a, "dev").await;
    let here = &dev.documents[&bot_address("Insurance")];
    let there = &bots(&world).await[&bot_address("Insurance")];
    assert_eq!(json!(there.portable), json!(here.portable));
    let text = json!(here.portable).to_string();
    assert!(!text.contains("identifier"), "{text}");
    assert!(text.contains("slotTypeName"), "a part of a composite slot names its type: {text}");
    assert!(planned(&world, &dev).await.is_empty());
}

#[tokio::test]
async fn a_new_version_is_made_and_the_alias_keeps_its_id() {
    let new = newer("multi_locale");
    let mut s = scenario();
    bot(&mut s, A, "dev", new.path());
    bot(&mut s, B, "prod", &archive("multi_locale"));
    let world = world(s).await;
    let before = alias_ids(&world).await;
    assert_eq!(before.len(), 2, "{before:?}");
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    assert_eq!(calls(&plan), ["StartImport", "UpdateBotAlias"], "{:#?}", plan.moves);
    perform(&world, &plan).await;
    let prod = bots(&world).await;
    let there: &Document = &prod[&bot_address("Bakery")];
    assert_eq!(there.portable_digest(), dev.documents[&bot_address("Bakery")].portable_digest());
    assert_eq!(there.exact["Named"]["live"], "2");
    assert_eq!(alias_ids(&world).await, before);
    assert!(planned(&world, &dev).await.is_empty());
}

#[tokio::test]
async fn what_the_new_definition_lacks_is_gone_whether_an_import_removes_it_or_not() {
    for drops in ["false", "true"] {
        // The old bot has an utterance and a locale more.
        let old = edited("multi_locale", |text| {
            text.replace("\"name\": \"OrderStatus\"", "\"name\": \"OldStatus\"")
        });
        let mut s = scenario();
        bot(&mut s, A, "dev", &archive("multi_locale"));
        bot(&mut s, B, "prod", old.path());
        let world = world(s).await;
        for switch in ["lex_overwrite_drops_parts", "lex_overwrite_drops_locales"] {
            world.sandbox.set_switch(switch, drops).unwrap();
        }
        let dev = world.extract(&*world.a, "dev").await;
        perform(&world, &planned(&world, &dev).await).await;
        let there = &bots(&world).await[&bot_address("Bakery")];
        assert_eq!(there.portable_digest(), dev.documents[&bot_address("Bakery")].portable_digest());
        assert!(!json!(there.portable).to_string().contains("OldStatus"));
        let deleted = super::place::written(&world).iter().any(|c| c == "DeleteBotLocale");
        assert_eq!(deleted, drops == "false");
    }
}
