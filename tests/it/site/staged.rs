//! What was staged and never finished: what is ours is nobody's release, and what somebody else has put there is theirs.

use serde_json::json;
use snapdeploy::core::digest::Digest;
use snapdeploy::core::site::Site;

use super::place::{PROD, build, document, keys, paths, prod, put, ship, start_with, two};
use crate::world::B;

#[tokio::test(flavor = "current_thread")]
async fn only_what_is_ours_is_hidden_and_deleted() {
    let site = Site { keep: paths(&["uploads/*"]), ..prod() };
    let world = start_with(two(), site).await;
    // As a process leaves it that dies while it puts: noted, long ago, and never heard of again.
    let script = "text/javascript";
    let staged = json!({
        "since": "2020-01-01T00:00:00Z",
        "file": { "body": Digest::of(b"ours").to_string(), "size": 4, "headers": { "ContentType": script } },
    });
    let names = ["assets/ours.js", "assets/theirs.js", "assets/nobodys.js", "uploads/theirs.js"];
    let beside: serde_json::Map<_, _> = names.iter().map(|name| (name.to_string(), staged.clone())).collect();
    let text = json!({ "schema": "snapdeploy.site/1", "id": "x", "files": {}, "beside": beside });
    put(&world, B, PROD, ".snapdeploy/site.json", text.to_string().as_bytes(), "application/json").await;
    put(&world, B, PROD, "assets/ours.js", b"ours", script).await;
    put(&world, B, PROD, "assets/theirs.js", b"theirs", script).await;
    put(&world, B, PROD, "uploads/theirs.js", b"mine", script).await;
    let files = document(&world).await.portable["Files"].clone();
    assert!(files.get("assets/ours.js").is_none(), "{files}");
    assert_eq!(files["assets/theirs.js"]["Size"], 6, "a site is all that is there and not ours");
    ship(&world, 3).await;
    let there = keys(&world, B, PROD);
    assert!(!there.contains_key("assets/ours.js") && there.contains_key("uploads/theirs.js"), "{there:?}");
    assert!(there.contains_key("assets/theirs.js"), "it is in no release now, and the grace has only begun");
}

/// An earlier attempt, which died, has staged other bytes under the same name: they are ours, and replaced.
#[tokio::test(flavor = "current_thread")]
async fn what_an_earlier_attempt_has_staged_is_replaced_and_what_somebody_put_is_not() {
    for (what, is_ours) in [(&b"half"[..], true), (&b"some hand"[..], false)] {
        let world = start_with(two(), prod()).await;
        let (asset, kind, bytes) = build(2).into_iter().find(|(p, ..)| p.starts_with("assets/app")).unwrap();
        let plan = super::place::plan_folder(&world, &build(2)).await;
        let file =
            json!({ "body": Digest::of(b"half").to_string(), "size": 4, "headers": { "ContentType": kind } });
        let beside = json!({ asset.clone(): { "since": "2020-01-01T00:00:00Z", "file": file } });
        let text = json!({ "schema": "snapdeploy.site/1", "id": "x", "files": {}, "beside": beside });
        put(&world, B, PROD, ".snapdeploy/site.json", text.to_string().as_bytes(), "application/json").await;
        put(&world, B, PROD, &asset, what, kind).await;
        let means = world.means(&*world.b);
        let stop = snapdeploy::core::runs::OnFailure::Stop;
        let ended = snapdeploy::core::runs::begin(&means, &plan, None, stop).await;
        let url = format!("{}/{asset}", world.sandbox.site(PROD));
        let body = super::place::get(&url).body;
        if is_ours {
            assert!(matches!(ended, Ok(snapdeploy::core::runs::Ended::Done { .. })), "{ended:?}");
            assert_eq!(body.as_bytes(), bytes);
        } else {
            let said = format!("{ended:?}");
            assert!(said.contains("has been changed since the plan was made"), "{said}");
            assert_eq!(body, "some hand");
        }
    }
}
