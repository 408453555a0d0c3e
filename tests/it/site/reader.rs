//! A reader who never pauses: every page is a whole old or a whole new one, and what it names is there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use snapdeploy::sandbox::{Fault, FaultKind};

use super::place::{Built, DEV, PROD, build, get, plan_folder, prod, ship, start, start_with};
use crate::kinds::place::{back, perform};
use crate::world::{A, B, REGION};

/// What a reader has seen.
#[derive(Default)]
struct Seen {
    pages: usize,
    missing: usize,
    assets: usize,
    versions: BTreeSet<String>,
    wrong: Vec<String>,
}

/// Tells the reader when it is over, also where the test has failed.
#[derive(Default)]
struct Over(Arc<AtomicBool>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    text.split_once(open)?.1.split_once(close).map(|(inner, _)| inner)
}

/// Reads a page as a browser does: the page, then all that it names.
fn read(site: &str, page: &str, seen: &mut Seen) {
    let got = get(&format!("{site}/{page}"));
    if got.status == 404 {
        seen.missing += 1;
        return;
    }
    seen.pages += 1;
    let version = between(&got.body, "<!-- version ", ";").unwrap_or_default().to_string();
    let is_whole = got.status == 200 && got.body.ends_with(&format!("<!-- {version} -->"));
    if version.is_empty() || !is_whole {
        seen.wrong.push(format!("{page} is not whole: {} {}", got.status, got.body));
        return;
    }
    let named = [("src=\"/", format!("run({version});")), ("href=\"/", format!("order: {version} "))];
    for (before, says) in named {
        let path = between(&got.body, before, "\"").unwrap_or_default();
        let asset = get(&format!("{site}/{path}"));
        seen.assets += 1;
        if asset.status != 200 || !asset.body.contains(&says) {
            seen.wrong
                .push(format!("{page} of version {version} names {path}: {} {}", asset.status, asset.body));
        }
    }
    // What changes under its name is there before a new page that names it.
    if let Some(wanted) = between(&got.body, "<!-- data ", " -->") {
        let data = get(&format!("{site}/data.json")).body;
        if between(&data, ":", "}").is_none_or(|now| now < wanted) {
            seen.wrong.push(format!("{page} names the data {wanted}, and there is {data}"));
        }
    }
    // What a page links to is there too.
    if let Some(next) = between(&got.body, "to=\"/", "\"") {
        let got = get(&format!("{site}/{next}"));
        if got.status != 200 {
            seen.wrong.push(format!("{page} of version {version} links to {next}: {}", got.status));
        }
    }
    seen.versions.insert(version);
}

#[tokio::test(flavor = "current_thread")]
async fn a_reader_sees_only_whole_pages_during_twenty_deployments_and_rollbacks() {
    let world = start().await;
    ship(&world, 2).await;
    let (site, over) = (world.sandbox.site(PROD), Over::default());
    let stop = Arc::clone(&over.0);
    let reader = std::thread::spawn(move || {
        let mut seen = Seen::default();
        while !stop.load(Ordering::SeqCst) {
            for page in ["", "about/"] {
                read(&site, page, &mut seen);
            }
        }
        seen
    });
    for n in 0..10 {
        ship(&world, 3 + n).await;
        if n % 2 == 0 {
            perform(&world, &back(&world).await).await;
            ship(&world, 3 + n).await;
        }
    }
    for _ in 0..5 {
        perform(&world, &back(&world).await).await;
    }
    drop(over);
    let seen = reader.join().unwrap();
    println!("{} pages, {} assets, versions {:?}", seen.pages, seen.assets, seen.versions);
    assert_eq!((seen.wrong, seen.missing), (Vec::<String>::new(), 0));
    assert!(seen.pages > 100 && seen.versions.len() >= 5, "{} pages", seen.pages);
}

/// Returns version `n`, with a page that no other version has, that names what changes under its name, and that the home
/// page links to.
fn with_news(n: u32) -> Vec<Built> {
    let mut files = build(n);
    let (home, data) = (String::from_utf8(files[0].2.clone()).unwrap(), format!("<!-- data {n:06} -->"));
    let news = home.replacen("<p>", &format!("{data}<p>"), 1).into_bytes();
    files[0].2 = home.replacen("<p>", &format!("<a id=\"news\" to=\"/news-{n}/\"><p>"), 1).into_bytes();
    files.push((format!("news-{n}/index.html"), "text/html; charset=utf-8", news));
    files
}

/// An empty bucket, then pages that are new: until one is there it is not, and then all that it names is.
#[tokio::test(flavor = "current_thread")]
async fn a_page_that_is_new_comes_after_all_that_it_names() {
    let mut scenario = crate::world::scenario();
    scenario.account(A).bucket(REGION, DEV);
    scenario.account(B).bucket(REGION, PROD);
    let world = start_with(scenario, prod()).await;
    let slow = FaultKind::Slow { ms: 15 };
    world.sandbox.fault(Fault { account: Some(B.into()), times: u64::MAX, ..Fault::next("PutObject", slow) });
    let (site, over) = (world.sandbox.site(PROD), Over::default());
    let stop = Arc::clone(&over.0);
    let reader = std::thread::spawn(move || {
        let mut seen = Seen::default();
        while !stop.load(Ordering::SeqCst) {
            for page in ["", "about/", "news-1/", "news-2/", "news-3/"] {
                read(&site, page, &mut seen);
            }
        }
        seen
    });
    for n in 1..=3 {
        world.sandbox.clear_calls();
        perform(&world, &plan_folder(&world, &with_news(n)).await).await;
        let puts = world.sandbox.calls().into_iter().filter(|c| c.operation == "PutObject");
        let turns: Vec<u8> = puts
            .filter(|c| !c.resource.contains(".snapdeploy/"))
            .map(|c| match c.resource.as_str() {
                path if path.ends_with("sw.js") => 2,
                path if path.ends_with(".html") => 1,
                _ => 0,
            })
            .collect();
        assert!(turns.is_sorted() && turns.contains(&0) && turns.contains(&2), "{turns:?}");
    }
    drop(over);
    let seen = reader.join().unwrap();
    println!("{} pages, {} not there yet, versions {:?}", seen.pages, seen.missing, seen.versions);
    assert_eq!(seen.wrong, Vec::<String>::new());
    assert!(seen.missing > 5 && seen.versions.len() == 3, "{} {:?}", seen.missing, seen.versions);
}
