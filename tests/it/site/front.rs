//! CloudFront: what changed is forgotten, and nothing else.

use snapdeploy::core::preflight::Outcome;
use snapdeploy::core::site::Site;
use snapdeploy::sandbox::{Fault, FaultKind};

use super::place::{Built, PROD, build, get, plan_folder, prod, ship, start_with, two};
use crate::kinds::place::{back, perform};
use crate::world::{B, REGION, World};

const FRONT: &str = "E2SITE";

async fn fronted() -> World {
    let mut scenario = two();
    scenario.account(B).front(FRONT, PROD, "");
    scenario.switch("cloudfront_invalidation_ms", "40").unwrap();
    let site = Site { distribution: Some(FRONT.into()), ..prod() };
    start_with(scenario, site).await
}

fn invalidations(world: &World) -> Vec<Vec<String>> {
    let state = world.sandbox.state()[B]["cloudfront"][FRONT]["invalidations"].clone();
    serde_json::from_value(state).unwrap()
}

#[tokio::test(flavor = "current_thread")]
async fn what_changed_under_its_name_is_forgotten_before_a_deployment_is_over() {
    let world = fronted().await;
    let front = world.sandbox.distribution(FRONT);
    let all = ["", "index.html", "about/", "logo.svg", "data.json"];
    for path in all {
        get(&format!("{front}/{path}"));
    }
    assert_eq!(get(&format!("{front}/logo.svg")).headers["x-cache"], "Hit from cloudfront");
    ship(&world, 2).await;
    assert!(get(&format!("{front}/")).body.contains("version 2;"));
    assert!(get(&format!("{front}/about/")).body.contains("version 2;"));
    assert!(get(&format!("{front}/data.json")).body.contains("000002"));
    // What did not change is still held.
    assert_eq!(get(&format!("{front}/logo.svg")).headers["x-cache"], "Hit from cloudfront");
    let named = invalidations(&world);
    let expected = ["/about/index.html", "/about/", "/data.json", "/index.html", "/", "/sw.js"];
    assert_eq!(named, [expected.map(String::from).to_vec()]);
    perform(&world, &back(&world).await).await;
    assert!(get(&format!("{front}/")).body.contains("version 1;"));
    // The same paths again are another invalidation.
    ship(&world, 2).await;
    assert_eq!(invalidations(&world).len(), 3);
    assert!(get(&format!("{front}/")).body.contains("version 2;"));
    assert!(build(2).iter().all(|(path, ..)| get(&format!("{front}/{path}")).status == 200));
}

/// Returns the line of the card about the distribution `id` of prod's site.
async fn said(world: &World) -> (Outcome, String) {
    let plan = plan_folder(world, &build(2)).await;
    let line = plan.card.iter().find(|l| l.asked == "distribution").unwrap();
    assert_eq!(plan.blocks().count() > 0, line.outcome == Outcome::Block, "{:#?}", plan.findings);
    (line.outcome, format!("{} {}", line.detail, line.hint.as_deref().unwrap_or_default()))
}

#[tokio::test(flavor = "current_thread")]
async fn the_card_says_what_of_the_distribution_does_not_hold() {
    let mut scenario = two();
    let account = scenario.account(B).bucket(REGION, "other");
    account
        .front(FRONT, PROD, "")
        .front("EOTHER", "other", "")
        .front("EOFF", PROD, "")
        .disabled_front("EOFF");
    for (id, outcome, says) in [
        (FRONT, Outcome::Pass, "E2SITE serves s3://prod-web/"),
        ("EOTHER", Outcome::Block, "EOTHER does not serve s3://prod-web/"),
        ("ENONE", Outcome::Block, "there is no ENONE in this account"),
        ("EOFF", Outcome::Warn, "is disabled: nobody gets anything"),
    ] {
        let site = Site { distribution: Some(id.into()), ..prod() };
        let world = start_with(scenario.clone(), site).await;
        let (is, detail) = said(&world).await;
        assert!(is == outcome && detail.contains(says), "{id}: {is:?} {detail}");
        if id == FRONT {
            world.sandbox.fault(Fault::next("GetDistribution", FaultKind::AccessDenied));
            let (is, detail) = said(&world).await;
            assert!(is == Outcome::Warn && detail.contains("cloudfront:GetDistribution"), "{is:?} {detail}");
        }
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_page_that_is_switched_in_two_halves_is_named() {
    let world = start_with(two(), prod()).await;
    let pages = |files: Vec<Built>| {
        let world = &world;
        async move {
            let plan = plan_folder(world, &files).await;
            let line = plan.card.iter().find(|l| l.asked == "pages").unwrap();
            (line.outcome, line.detail.clone())
        }
    };
    let (is, detail) = pages(build(2)).await;
    assert!(is == Outcome::Pass, "{detail}");
    let mut files = build(2);
    files[0].2.extend_from_slice(b"<script src='data.json'></script>");
    files[1].2.extend_from_slice(b"<script src='../logo.svg'></script>");
    let (is, detail) = pages(files).await;
    assert!(is == Outcome::Warn, "{detail}");
    assert!(detail.starts_with("index.html refers to data.json: what changes"), "{detail}");
}
