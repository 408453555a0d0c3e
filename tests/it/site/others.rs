//! What lies where a site is to be: files of others, which nobody deletes unasked, and other sites.

use snapdeploy::core::runs::{OnFailure, begin};
use snapdeploy::core::site::{Others, Site};
use snapdeploy::sandbox::{Fault, FaultKind};

use super::place::{DEV, PROD, build, keys, paths, plan_folder, prod, put, ship, start_with, two};
use crate::kinds::place::{back, perform};
use crate::world::{A, B, REGION, World};

async fn blocks(world: &World) -> Vec<String> {
    let plan = plan_folder(world, &build(2)).await;
    plan.blocks().map(|f| format!("{} {}", f.message, f.hint.as_deref().unwrap_or_default())).collect()
}

#[tokio::test(flavor = "current_thread")]
async fn the_first_release_deletes_nothing_unasked() {
    let world = start_with(two(), Site::new(PROD)).await;
    for name in ["a.pdf", "b.pdf"] {
        put(&world, B, PROD, &format!("uploads/{name}"), b"pdf", "application/pdf").await;
    }
    let said = blocks(&world).await;
    assert_eq!(said.len(), 1, "{said:?}");
    // Two assets of the page that is there, and the two.
    assert!(said[0].contains("4 files are in s3://prod-web/"), "{said:?}");
    assert!(
        said[0].contains("and 1 more keep = [\"PATTERN\"]") && said[0].contains("others = \"retire\""),
        "{said:?}"
    );
    let keep = paths(&["uploads/*", "assets/*"]);
    let kept = start_with(two(), Site { keep, ..Site::new(PROD) }).await;
    put(&kept, B, PROD, "uploads/a.pdf", b"pdf", "application/pdf").await;
    assert_eq!(blocks(&kept).await, Vec::<String>::new());
    let old = start_with(two(), Site { others: Others::Retire, ..Site::new(PROD) }).await;
    assert_eq!(blocks(&old).await, Vec::<String>::new());
    // What is there after the first release is that, and what it does not have any more has been a part of it.
    ship(&old, 2).await;
    let later = Site::new(PROD);
    let later =
        World { b: crate::kinds::place::bound(&old, "prod", super::place::values(later)).await, ..old };
    let plan = plan_folder(&later, &build(3)).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
}

#[tokio::test(flavor = "current_thread")]
async fn a_site_in_a_folder_of_another_is_named_unless_it_is_kept() {
    for (keep, blocks_it) in [(paths(&[]), true), (paths(&["docs/*"]), false)] {
        let world = start_with(two(), Site { keep, ..prod() }).await;
        let manifest = br#"{"schema":"snapdeploy.site/1","id":"x","files":{}}"#;
        put(&world, B, PROD, "docs/.snapdeploy/site.json", manifest, "application/json").await;
        put(&world, B, PROD, "docs/index.html", b"docs", "text/html").await;
        let said = blocks(&world).await;
        assert_eq!(said.len(), usize::from(blocks_it), "{said:?}");
        if blocks_it {
            assert!(said[0].contains("another site is in s3://prod-web/docs/"), "{said:?}");
            assert!(said[0].contains("keep = [\"docs/*\"]"), "{said:?}");
        } else {
            ship(&world, 2).await;
            assert!(keys(&world, B, PROD).contains_key("docs/index.html"));
        }
    }
}

/// A first run that came to nothing has put files of its own, and is no release: what others put there since is theirs.
#[tokio::test(flavor = "current_thread")]
async fn a_first_run_that_failed_is_no_release() {
    let mut scenario = crate::world::scenario();
    scenario.account(A).bucket(REGION, DEV);
    scenario.account(B).bucket(REGION, PROD);
    let world = start_with(scenario, Site::new(PROD)).await;
    let plan = plan_folder(&world, &build(1)).await;
    let denied = Fault::next("PutObject", FaultKind::AccessDenied);
    world.sandbox.fault(Fault { account: Some(B.into()), nth: 2, times: u64::MAX, ..denied });
    let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await;
    assert!(ended.is_err(), "{ended:?}");
    world.sandbox.clear_faults();
    assert!(keys(&world, B, PROD).contains_key(".snapdeploy/site.json"));
    put(&world, B, PROD, "uploads/a.pdf", b"pdf", "application/pdf").await;
    let said = blocks(&world).await;
    assert!(said.len() == 1 && said[0].contains("1 file is in s3://prod-web/"), "{said:?}");
}

/// Nor is one that was taken back.
#[tokio::test(flavor = "current_thread")]
async fn a_first_release_that_went_back_is_none() {
    let mut scenario = crate::world::scenario();
    scenario.account(A).bucket(REGION, DEV);
    scenario.account(B).bucket(REGION, PROD);
    let world = start_with(scenario, Site::new(PROD)).await;
    let plan = plan_folder(&world, &build(1)).await;
    perform(&world, &plan).await;
    perform(&world, &back(&world).await).await;
    put(&world, B, PROD, "uploads/a.pdf", b"pdf", "application/pdf").await;
    let said = blocks(&world).await;
    // It is also drift, which is named too.
    assert!(said.iter().any(|s| s.contains("1 file is in s3://prod-web/")), "{said:?}");
}
