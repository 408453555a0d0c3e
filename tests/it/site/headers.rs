//! Headers of objects: those that a site's files have, and those that somebody has changed by hand.

use std::time::Duration;

use aws_sdk_s3::primitives::{ByteStream, DateTime};
use snapdeploy::core::drift::OnDrift;
use snapdeploy::core::preflight::Outcome;
use snapdeploy::core::release::Deployment;
use snapdeploy::core::site::Site;

use super::crash::{Drop, begin_and_die, is_whole};
use super::place::{
    Built, PROD, build, document, get, only_web, paths, plan_folder, plan_with, prod, put, ship, start,
    values,
};
use crate::crash::{WayOut, recover};
use crate::kinds::place::{back, bound, perform};
use crate::world::{B, World, sdk_of};

const OLD: &str = "old.html";
/// 2030-01-01.
const EXPIRES: i64 = 1_893_456_000;

/// Puts a page that is elsewhere, as the console does.
async fn redirect(world: &World) {
    let config = aws_sdk_s3::config::Builder::from(&sdk_of(&world.sandbox.endpoint(), B));
    let client = aws_sdk_s3::Client::from_conf(config.force_path_style(true).build());
    let put = client.put_object().bucket(PROD).key(OLD).content_type("text/html");
    let put = put.website_redirect_location("/index.html").expires(DateTime::from_secs(EXPIRES));
    put.tagging("owner=web&kept=yes").body(ByteStream::from_static(b"")).send().await.unwrap();
}

#[tokio::test(flavor = "current_thread")]
async fn a_page_that_is_elsewhere_comes_back_as_one() {
    let world = start().await;
    redirect(&world).await;
    let before = document(&world).await;
    let file = &before.portable["Files"][OLD];
    assert_eq!(file["WebsiteRedirectLocation"], "/index.html");
    assert_eq!(file["Expires"], "Tue, 01 Jan 2030 00:00:00 GMT");
    let mut files: Vec<Built> = build(2);
    files.push((OLD.into(), "text/html; charset=utf-8", b"here".to_vec()));
    let plan = plan_folder(&world, &files).await;
    let line = plan.card.iter().find(|l| l.asked == "tags").unwrap();
    assert_eq!((line.outcome, line.detail.as_str()), (Outcome::Warn, "of old.html are lost"));
    perform(&world, &plan).await;
    let old = format!("{}/{OLD}", world.sandbox.site(PROD));
    assert_eq!(get(&old).body, "here");
    perform(&world, &back(&world).await).await;
    assert_eq!(document(&world).await, before);
    let got = get(&old);
    assert_eq!((got.status, got.headers["location"].as_str()), (301, "/index.html"));
}

#[tokio::test(flavor = "current_thread")]
async fn headers_that_somebody_has_changed_are_seen_and_come_back() {
    let world = start().await;
    ship(&world, 2).await;
    world.sandbox.advance(Duration::from_secs(365 * 24 * 3600));
    // The same bytes, so the same ETag.
    put(&world, B, PROD, "logo.svg", b"<svg/>", "text/plain").await;
    let by_hand = document(&world).await;
    assert_eq!(by_hand.portable["Files"]["logo.svg"]["ContentType"], "text/plain");
    let plan = plan_folder(&world, &build(3)).await;
    assert!(plan.blocks().any(|f| f.message.starts_with("was changed since run")), "{:#?}", plan.findings);
    let to = Deployment { drift: OnDrift::Overwrite, ..only_web() };
    perform(&world, &plan_with(&world, &build(3), &to).await.0).await;
    assert_eq!(document(&world).await.portable["Files"]["logo.svg"]["ContentType"], "image/svg+xml");
    perform(&world, &back(&world).await).await;
    assert_eq!(document(&world).await, by_hand);
}

/// A release changes nothing but headers, and dies half-way: the same bytes have the same ETag, and are put back all the same.
#[tokio::test(flavor = "current_thread")]
async fn headers_of_half_a_release_are_put_back() {
    let mut world = start().await;
    ship(&world, 2).await;
    let cache = vec![(paths(&["*.html"]), "max-age=60".to_string())];
    world.b = bound(&world, "prod", values(Site { cache, ..prod() })).await;
    let plan = plan_folder(&world, &build(2)).await;
    // The manifest, two pages, the manifest.
    assert!(begin_and_die(&world, &plan, ("PutObject", 4, Drop::Before)).await);
    let held =
        |page: &str| get(&format!("{}/{page}", world.sandbox.site(PROD))).headers.remove("cache-control");
    assert_eq!(held("index.html").as_deref(), Some("max-age=60"));
    assert!(recover(&world, WayOut::Rollback).await);
    assert_eq!((held("index.html"), held("about/index.html")), (None, None));
    is_whole(&world, 2, "put back");
}

/// An old file, which the way back needs, has got other headers by hand since: it is put anew.
#[tokio::test(flavor = "current_thread")]
async fn an_old_file_whose_headers_were_changed_is_put_anew() {
    let world = start().await;
    let before = document(&world).await;
    ship(&world, 2).await;
    world.sandbox.advance(Duration::from_secs(365 * 24 * 3600));
    let (asset, kind, bytes) = build(1).into_iter().find(|(path, ..)| path.starts_with("assets/")).unwrap();
    put(&world, B, PROD, &asset, &bytes, "text/plain").await;
    perform(&world, &back(&world).await).await;
    assert_eq!(document(&world).await, before);
    assert_eq!(get(&format!("{}/{asset}", world.sandbox.site(PROD))).headers["content-type"], kind);
}

/// `Expires: 0` is common, S3 keeps it, and an SDK of AWS cannot put it: it is no part of the file, and said to be lost.
#[tokio::test(flavor = "current_thread")]
async fn an_expires_that_is_no_date_is_lost_and_named() {
    let world = start().await;
    let config = aws_sdk_s3::config::Builder::from(&sdk_of(&world.sandbox.endpoint(), B));
    let client = aws_sdk_s3::Client::from_conf(config.force_path_style(true).build());
    let put = client.put_object().bucket(PROD).key(OLD).content_type("text/html; charset=utf-8");
    let put = put.body(ByteStream::from_static(b"old")).customize();
    put.mutate_request(|request| drop(request.headers_mut().insert("expires", "0"))).send().await.unwrap();
    assert_eq!(get(&format!("{}/{OLD}", world.sandbox.site(PROD))).headers["expires"], "0");
    let before = document(&world).await;
    assert!(before.portable["Files"][OLD].get("Expires").is_none());
    let mut files: Vec<Built> = build(2);
    files.push((OLD.into(), "text/html; charset=utf-8", b"new".to_vec()));
    let plan = plan_folder(&world, &files).await;
    let line = plan.card.iter().find(|l| l.asked == "Expires").unwrap();
    assert_eq!((line.outcome, line.detail.as_str()), (Outcome::Warn, "of old.html is no date, and is lost"));
    perform(&world, &plan).await;
    perform(&world, &back(&world).await).await;
    assert_eq!(document(&world).await, before);
    assert_eq!(get(&format!("{}/{OLD}", world.sandbox.site(PROD))).body, "old");
}
