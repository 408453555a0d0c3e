//! What the configuration says of a site: its own files, caches, compression.

use bytes::Bytes;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::site::{Site, Sweep};

use super::place::{DEV, PROD, build, document, get, paths, prod, put, ship, start_with, two};
use crate::kinds::place::{back, perform, planned};
use crate::world::{A, B};

#[tokio::test(flavor = "current_thread")]
async fn each_environment_has_files_of_its_own_and_rules_of_its_own() {
    let mut site = prod();
    site.own = paths(&["config.json"]);
    site.cache = vec![
        (paths(&["assets/*"]), "public, max-age=31536000, immutable".into()),
        (paths(&["*.html"]), "no-cache".into()),
    ];
    let world = start_with(two(), site).await;
    put(&world, B, PROD, "config.json", b"prod's", "application/json").await;
    for (path, kind, bytes) in build(2) {
        put(&world, A, DEV, &path, &bytes, kind).await;
    }
    put(&world, A, DEV, "config.json", b"dev's", "application/json").await;
    let before = document(&world).await;
    assert_eq!(before.local["Own"]["config.json"]["Size"], 6);
    let dev = world.extract(&*world.a, "dev").await;
    perform(&world, &planned(&world, &dev, &Default::default()).await).await;
    let at = |path: &str| get(&format!("{}/{path}", world.sandbox.site(PROD)));
    assert_eq!(at("config.json").body, "prod's");
    assert_eq!(at("index.html").headers["cache-control"], "no-cache");
    let (asset, ..) = build(2).into_iter().find(|(path, ..)| path.starts_with("assets/app")).unwrap();
    assert!(at(&asset).headers["cache-control"].contains("immutable"));
    assert!(!at("logo.svg").headers.contains_key("cache-control"));
    perform(&world, &back(&world).await).await;
    assert_eq!(document(&world).await, before);
    assert!(!at("index.html").headers.contains_key("cache-control"));
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_given_becomes_the_environments_own_and_text_is_stored_compressed() {
    let mut site = prod();
    site.own = paths(&["config.json"]);
    site.given.insert("config.json".into(), Bytes::from_static(b"{\"api\":\"prod\"}"));
    site.compress = paths(&["*.js"]);
    let world = start_with(two(), site).await;
    ship(&world, 2).await;
    let at = |path: &str| get(&format!("{}/{path}", world.sandbox.site(PROD)));
    assert_eq!(at("config.json").body, "{\"api\":\"prod\"}");
    let worker = at("sw.js");
    assert_eq!(worker.headers["content-encoding"], "gzip");
    assert!(worker.headers["content-type"].starts_with("text/javascript"));
    assert!(!at("index.html").headers.contains_key("content-encoding"));
    // The same bytes are the same again.
    assert!(super::place::plan_folder(&world, &build(2)).await.is_empty());
    perform(&world, &back(&world).await).await;
    assert!(!at("sw.js").headers.contains_key("content-encoding"));
    assert_eq!(at("config.json").status, 200, "it is in no release, and stays for the grace");
    assert!(document(&world).await.local.get("Own").is_none());
}

#[tokio::test(flavor = "current_thread")]
async fn files_that_still_name_where_they_come_from_are_named_or_forbidden() {
    for (sweep, weight) in [(Sweep::Warn, Weight::Warning), (Sweep::Block, Weight::Block)] {
        let world = start_with(two(), Site { sweep, ..prod() }).await;
        for (path, kind, bytes) in build(2) {
            put(&world, A, DEV, &path, &bytes, kind).await;
        }
        let text = format!("fetch('https://x.example/{A}/{DEV}')");
        put(&world, A, DEV, "assets/api-12345678.js", text.as_bytes(), "text/javascript").await;
        // A picture is not read, and what prod has already is not news.
        put(&world, A, DEV, "assets/a.png", text.as_bytes(), "image/png").await;
        let dev = world.extract(&*world.a, "dev").await;
        let plan = planned(&world, &dev, &Default::default()).await;
        let said: Vec<_> = plan.findings.iter().filter(|f| f.message.contains("names dev@latest")).collect();
        assert_eq!(said.len(), 2, "{:#?}", plan.findings);
        for (f, what) in said.iter().zip(["its account number", "the bucket of site/bucket/web"]) {
            assert_eq!(f.weight, weight);
            assert!(said.iter().any(|f| f.message.contains(what)), "{what}: {said:#?}");
            assert!(f.message.ends_with("in assets/api-12345678.js"), "{}", f.message);
        }
    }
}
