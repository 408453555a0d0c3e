//! What every store of objects does.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use snapdeploy::core::ErrorKind;
use snapdeploy::core::objects::{Created, Key, Objects};

use super::world::fails;

fn key(name: &str) -> Key {
    Key::new(name).unwrap()
}

pub async fn of_writers_of_the_same_bytes_exactly_one_is_new(objects: &dyn Objects) {
    for round in 0..20 {
        let key = key(&format!("race/same-{round}.json"));
        let body = Bytes::from(vec![b'x'; 3000]);
        let results = join_all((0..16).map(|_| objects.create(&key, body.clone()))).await;
        let results: Vec<Created> = results.into_iter().map(Result::unwrap).collect();
        assert_eq!(results.iter().filter(|r| **r == Created::New).count(), 1, "round {round}: {results:?}");
    }
}

pub async fn of_writers_of_different_bytes_exactly_one_is_new_and_the_others_learn_the_key(
    objects: &dyn Objects,
) {
    for round in 0..20 {
        let key = key(&format!("race/different-{round}.json"));
        let body = |i: usize| Bytes::from(vec![i as u8; 3000]);
        let results = join_all((0..16).map(|i| objects.create(&key, body(i)))).await;
        let won: Vec<usize> = (0..16).filter(|i| matches!(results[*i], Ok(Created::New))).collect();
        assert_eq!(won.len(), 1, "round {round}: {results:?}");
        for lost in results.into_iter().filter(|r| !matches!(r, Ok(Created::New))) {
            assert!(fails(ErrorKind::Corrupt, lost).message.contains(key.as_str()));
        }
        assert_eq!(objects.read(&key).await.unwrap(), body(won[0]));
    }
}

pub async fn equal_bytes_are_the_same_and_others_are_corrupt(objects: &dyn Objects) {
    let key = key("snapshots/one.json");
    assert_eq!(objects.create(&key, "one".into()).await.unwrap(), Created::New);
    assert_eq!(objects.create(&key, "one".into()).await.unwrap(), Created::Same);
    let e = fails(ErrorKind::Corrupt, objects.create(&key, "two".into()).await);
    assert!(e.message.contains("snapshots/one.json"), "{e}");
    assert_eq!(objects.read(&key).await.unwrap(), "one");
}

pub async fn reading_what_is_not_there_is_not_found(objects: &dyn Objects) {
    fails(ErrorKind::NotFound, objects.read(&key("no/such/object")).await);
    objects.create(&key("there/is"), "x".into()).await.unwrap();
    fails(ErrorKind::NotFound, objects.read(&key("there")).await);
    fails(ErrorKind::NotFound, objects.read(&key("there/is/nothing")).await);
}

pub async fn bytes_come_back_as_they_were(objects: &dyn Objects) {
    let every: Vec<u8> = (0..1_500_000u32).map(|i| (i % 251) as u8).collect();
    for (name, body) in
        [("empty", Bytes::new()), ("zeros", Bytes::from(vec![0; 10])), ("great", every.into())]
    {
        let key = key(&format!("bodies/{name}"));
        objects.create(&key, body.clone()).await.unwrap();
        assert!(objects.read(&key).await.unwrap() == body, "{name}");
    }
}

pub async fn a_listing_pages_in_the_order_of_bytes(objects: &dyn Objects) {
    // `/` sorts between `.` and `0`, so a directory's order is not that of its names.
    let mut names: Vec<String> =
        (0..402).flat_map(|i| [format!("a{i}/x"), format!("a{i}.b"), format!("a{i}-c")]).collect();
    names.extend(["a/Z/1".into(), "a/Z.1".into(), "A".into(), "b".into(), "_".into()]);
    let writes = names.iter().map(|name| objects.create(Box::leak(Box::new(key(name))), "x".into()));
    let written: Vec<_> = futures::stream::iter(writes).buffer_unordered(16).collect().await;
    assert!(written.into_iter().all(|w| w.unwrap() == Created::New));

    let mut found: Vec<String> = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let after = found.last().map(|name| key(name));
        let page = objects.list("", after.as_ref()).await.unwrap();
        sizes.push(page.items.len());
        found.extend(page.items.iter().map(Key::to_string));
        if !page.more {
            break;
        }
    }
    names.sort_unstable();
    assert_eq!(found, names);
    assert_eq!(sizes, [1000, 211]);
}

pub async fn a_listing_keeps_to_its_prefix_and_starts_after_a_key(objects: &dyn Objects) {
    for name in ["p/1", "p/2", "p/2/3", "p/3", "p2", "q/1"].iter().filter(|name| **name != "p/2") {
        objects.create(&key(name), "x".into()).await.unwrap();
    }
    let list = async |prefix: &str, after: Option<&str>| {
        let after = after.map(key);
        let page = objects.list(prefix, after.as_ref()).await.unwrap();
        assert!(!page.more);
        page.items.iter().map(Key::to_string).collect::<Vec<_>>()
    };
    assert_eq!(list("p/", None).await, ["p/1", "p/2/3", "p/3"]);
    assert_eq!(list("p", None).await, ["p/1", "p/2/3", "p/3", "p2"]);
    assert_eq!(list("p/", Some("p/1")).await, ["p/2/3", "p/3"]);
    assert_eq!(list("p/", Some("p/2")).await, ["p/2/3", "p/3"]);
    assert_eq!(list("p/2", Some("p/2/3")).await, [""; 0]);
    assert_eq!(list("q/", Some("a")).await, ["q/1"]);
    assert_eq!(list("q/", Some("z")).await, [""; 0]);
    assert_eq!(list("nothing/", None).await, [""; 0]);
}

pub async fn a_listing_weighs_what_it_lists(objects: &dyn Objects) {
    let before = Timestamp::now() - SignedDuration::from_secs(5);
    for (name, length) in [("w/1", 0), ("w/2", 3000), ("w/3/4", 7), ("x", 1)] {
        objects.create(&key(name), Bytes::from(vec![b'x'; length])).await.unwrap();
    }
    let page = objects.weigh("w/", Some(&key("w/1"))).await.unwrap();
    let found: Vec<(&str, u64)> = page.items.iter().map(|one| (one.key.as_str(), one.length)).collect();
    assert_eq!((found, page.more), (vec![("w/2", 3000), ("w/3/4", 7)], false));
    for one in page.items {
        assert!(one.written >= before && one.written <= Timestamp::now() + SignedDuration::from_secs(5));
    }
}

pub async fn what_is_removed_is_not_found_and_can_be_created_again(objects: &dyn Objects) {
    let key = key("blobs/sha256/gone");
    assert_eq!(objects.create(&key, "one".into()).await.unwrap(), Created::New);
    assert!(objects.has(&key).await.unwrap());
    objects.delete(&key).await.unwrap();
    fails(ErrorKind::NotFound, objects.read(&key).await);
    assert!(!objects.has(&key).await.unwrap());
    assert_eq!(objects.lacking(&[key.clone()].into()).await.unwrap(), [key.clone()].into());
    assert!(objects.list("blobs/", None).await.unwrap().items.is_empty());
    assert_eq!(objects.create(&key, "another".into()).await.unwrap(), Created::New);
    assert_eq!(objects.read(&key).await.unwrap(), "another");
}

pub async fn removing_touches_nothing_else_and_may_be_asked_twice(objects: &dyn Objects) {
    for name in ["d/a/b", "d/a.b", "d/ab", "e"] {
        objects.create(&key(name), "x".into()).await.unwrap();
    }
    // Nothing is there, or only keys that begin with it.
    for name in ["d/a", "d", "d/a/b/c", "nothing"] {
        objects.delete(&key(name)).await.unwrap();
    }
    assert_eq!(objects.list("", None).await.unwrap().items.len(), 4);
    for _ in 0..2 {
        objects.delete(&key("d/a/b")).await.unwrap();
        let left = objects.list("", None).await.unwrap().items;
        assert_eq!(left.iter().map(Key::as_str).collect::<Vec<_>>(), ["d/a.b", "d/ab", "e"]);
    }
}

pub async fn whoever_writes_while_it_is_removed_is_told_the_truth(objects: &dyn Objects) {
    for round in 0..20 {
        let key = key(&format!("race/removed-{round}"));
        objects.create(&key, "same".into()).await.unwrap();
        let write = async |after: u32| {
            for _ in 0..after {
                tokio::task::yield_now().await;
            }
            objects.create(&key, "same".into()).await
        };
        let (removed, a, b) = futures::join!(objects.delete(&key), write(0), write(3));
        removed.unwrap();
        // Both are well, whoever was first, and what `New` says is there unless it was removed after that.
        let (a, b) = (a.unwrap(), b.unwrap());
        let there = objects.read(&key).await;
        assert!(there.is_ok() || (a, b) != (Created::New, Created::New), "round {round}");
        objects.delete(&key).await.unwrap();
        fails(ErrorKind::NotFound, objects.read(&key).await);
    }
}

pub async fn what_is_there_is_known_without_reading_it(objects: &dyn Objects) {
    assert!(!objects.has(&key("blobs/sha256/x")).await.unwrap());
    objects.create(&key("blobs/sha256/x"), "x".into()).await.unwrap();
    objects.create(&key("blobs/sha256/empty"), Bytes::new()).await.unwrap();
    for (name, there) in [
        ("blobs/sha256/x", true),
        ("blobs/sha256/empty", true),
        ("blobs/sha256", false),
        ("blobs/sha256/", false),
        ("blobs/sha256/x/y", false),
        ("blobs/sha256/xy", false),
    ] {
        let Ok(key) = Key::new(name) else { continue };
        assert_eq!(objects.has(&key).await.unwrap(), there, "{name}");
    }
}

pub async fn what_is_lacking_of_many_is_said_at_once(objects: &dyn Objects) {
    let name = |n: usize| key(&format!("blobs/sha256/{n:05}"));
    // There are more than a listing has on a page, and many that nobody asks about.
    let there: Vec<Key> = (0..1300).map(|n| name(2 * n)).collect();
    let writes = there.iter().map(|key| objects.create(key, "x".into()));
    let written: Vec<_> = futures::stream::iter(writes).buffer_unordered(16).collect().await;
    assert!(written.into_iter().all(|w| w.is_ok()));
    let lacking = async |asked: BTreeSet<Key>| {
        let expected: BTreeSet<Key> = asked.iter().filter(|key| !there.contains(key)).cloned().collect();
        assert_eq!(objects.lacking(&asked).await.unwrap(), expected);
    };
    lacking((0..2700).map(name).collect()).await;
    lacking((0..2700).step_by(101).map(name).collect()).await;
    lacking([0, 1, 2598, 2599, 9999].map(name).into()).await;
    let others = (0..40).map(|n| key(&format!("plans/sha256/{n}"))).chain((0..40).map(name));
    lacking(others.collect()).await;
    lacking(BTreeSet::new()).await;
}

pub async fn a_link_leads_to_the_bytes_of_a_store_that_can_make_one(objects: &dyn Objects) {
    let (there, nothing) = (key("blobs/sha256/audio"), key("blobs/sha256/none"));
    let body: Vec<u8> = (0..100_000u32).map(|i| (i % 251) as u8).collect();
    objects.create(&there, body.clone().into()).await.unwrap();
    for ttl in [Duration::ZERO, Duration::from_millis(900), Duration::from_secs(7 * 86_400 + 1)] {
        fails(ErrorKind::Input, objects.link(&there, ttl).await);
    }
    let ttl = Duration::from_secs(600);
    let link = objects.link(&there, ttl).await.unwrap();
    assert_eq!(link.is_some(), objects.place().starts_with("s3://"), "{link:?}");
    let Some(link) = link else { return };
    let (status, got) = get(&link).await;
    assert!(status == 200 && got == body, "{status}");
    assert_eq!(get(&objects.link(&nothing, ttl).await.unwrap().unwrap()).await.0, 404);
}

/// Sends a plain GET, as a service that was handed a link would, and returns the status and the body.
async fn get(link: &str) -> (u16, Vec<u8>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (host, path) = link.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), answer[end + 4..].to_vec())
}

#[test]
fn a_key_refuses_what_could_leave_its_place() {
    for name in ["", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "a b", "a\\b", "ä", "~a", "a\n"]
    {
        assert!(Key::new(name).is_err(), "{name:?}");
    }
    assert!(Key::new("x".repeat(901)).is_err());
    for name in ["a", ".a", "..a", "a/b.c_d-E9/..."] {
        assert!(Key::new(name).is_ok(), "{name:?}");
    }
}
