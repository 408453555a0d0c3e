//! A reader who never pauses: every page is a whole old or a whole new one, and what it names is there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::place::{PROD, get, ship, start};
use crate::kinds::place::{back, perform};

/// What a reader has seen.
#[derive(Default)]
struct Seen {
    pages: usize,
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
    assert_eq!(seen.wrong, Vec::<String>::new());
    assert!(seen.pages > 100 && seen.versions.len() >= 5, "{} pages", seen.pages);
}
