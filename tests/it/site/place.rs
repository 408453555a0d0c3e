//! A site in two accounts, versions of it, and what a browser gets.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use serde_json::Value;
use snapdeploy::core::address::Address;
use snapdeploy::core::digest::Digest;
use snapdeploy::core::document::Document;
use snapdeploy::core::means::Values;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::select::Selection;
use snapdeploy::core::site::{Others, Paths, Site};
use snapdeploy::sandbox::Scenario;

use crate::kinds::place::{bound, world};
use crate::world::{A, B, REGION, World, scenario, sdk_of};

pub const DEV: &str = "dev-web";
pub const PROD: &str = "prod-web";

pub fn web() -> Address {
    Address::new("site/bucket", "web")
}

pub fn paths(patterns: &[&str]) -> Paths {
    Paths::new(&patterns.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
}

/// A file of a build: its path, what it is, and its bytes.
pub type Built = (String, &'static str, Vec<u8>);

/// Returns what a build makes of version `n`: two pages that name assets by their digests, one file that is always the
/// same, one that changes under its name without changing its size, and a service worker.
pub fn build(n: u32) -> Vec<Built> {
    let hashed = |name: &str, end: &str, content: &str| {
        let digest = Digest::of(content.as_bytes()).to_string();
        format!("assets/{name}-{}0.{end}", &digest[..8])
    };
    let (script, style) = (format!("run({n});"), format!("body {{ order: {n} }}"));
    let (js, css) = (hashed("app", "js", &script), hashed("style", "css", &style));
    let page = |name: &str| {
        format!(
            "<!-- version {n}; --><script src=\"/{js}\"></script><link href=\"/{css}\"><p>{name}</p><!-- {n} -->"
        )
    };
    vec![
        ("index.html".into(), "text/html; charset=utf-8", page("home").into_bytes()),
        ("about/index.html".into(), "text/html; charset=utf-8", page("about").into_bytes()),
        (js, "text/javascript; charset=utf-8", script.into_bytes()),
        (css, "text/css; charset=utf-8", style.into_bytes()),
        ("logo.svg".into(), "image/svg+xml", b"<svg/>".to_vec()),
        ("data.json".into(), "application/json", format!("{{\"n\":{n:06}}}").into_bytes()),
        ("sw.js".into(), "text/javascript; charset=utf-8", format!("// worker {n}").into_bytes()),
    ]
}

/// Both buckets are there; prod's has version 1, put there by hand.
pub fn two() -> Scenario {
    let mut scenario = scenario();
    scenario.account(A).bucket(REGION, DEV);
    scenario.account(B).bucket(REGION, PROD);
    for (path, kind, bytes) in build(1) {
        scenario.account(B).object(PROD, &path, &bytes, kind);
    }
    scenario
}

pub fn values(site: Site) -> Values {
    let seal = snapdeploy::core::secret::Seal::new([7; 32]);
    Values { sites: [(web(), site)].into(), seal, ..Values::default() }
}

/// Returns a world in which both environments have the site, prod as `site` says.
pub async fn start_with(scenario: Scenario, site: Site) -> World {
    let mut world = world(scenario, values(site)).await;
    world.a = bound(&world, "dev", values(Site::new(DEV))).await;
    world
}

/// Prod's site: what was put there by hand is the old one, and may go.
pub fn prod() -> Site {
    Site { others: Others::Retire, ..Site::new(PROD) }
}

pub async fn start() -> World {
    start_with(two(), prod()).await
}

/// Returns the plan that puts the folder `files` into prod, with its bytes in the store.
pub async fn plan_folder(world: &World, files: &[Built]) -> Plan {
    plan_and_wish(world, files).await.0
}

/// Returns that plan, and what the site is then.
pub async fn plan_and_wish(world: &World, files: &[Built]) -> (Plan, Document) {
    plan_with(world, files, &only_web()).await
}

/// Returns a deployment of the site alone.
pub fn only_web() -> Deployment {
    Deployment { select: Selection::new(&[web().to_string()]).unwrap(), ..Deployment::default() }
}

/// Returns the plan of `deployment`, and what the site is then.
pub async fn plan_with(world: &World, files: &[Built], deployment: &Deployment) -> (Plan, Document) {
    let live = world.extract(&*world.b, "prod").await;
    let mut source = Source::of_snapshot("prod@live", &live);
    let files = files.iter().map(|(path, _, bytes)| (path.clone(), Bytes::from(bytes.clone()))).collect();
    let (with, stored) = world.b.with_folder(&web(), &source.documents[&web()], files).unwrap();
    source.documents.insert(web(), with.clone());
    let means = world.means(&*world.b);
    for bytes in stored {
        means.repository.put_blob(bytes).await.unwrap();
    }
    (plan_deploy(&means, "prod", &source, deployment).await.unwrap(), with)
}

/// Ships version `n` into prod.
pub async fn ship(world: &World, n: u32) {
    let plan = plan_folder(world, &build(n)).await;
    crate::kinds::place::perform(world, &plan).await;
}

pub async fn document(world: &World) -> Document {
    world.documents(&*world.b, "prod").await.remove(&web()).unwrap()
}

/// Returns the keys in a bucket.
pub fn keys(world: &World, account: &str, bucket: &str) -> BTreeMap<String, Value> {
    let state = world.sandbox.state()[account]["s3"][bucket]["objects"].clone();
    serde_json::from_value(state).unwrap()
}

/// Returns how often each operation of S3 was called in B since the calls were last cleared.
pub fn counted(world: &World) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    for call in world.sandbox.calls().iter().filter(|c| c.account == B && c.service == "s3") {
        *all.entry(call.operation.clone()).or_default() += 1;
    }
    all
}

/// Puts an object by hand.
pub async fn put(world: &World, account: &str, bucket: &str, path: &str, bytes: &[u8], kind: &str) {
    let config = aws_sdk_s3::config::Builder::from(&sdk_of(&world.sandbox.endpoint(), account));
    let client = aws_sdk_s3::Client::from_conf(config.force_path_style(true).build());
    let put = client.put_object().bucket(bucket).key(path).content_type(kind);
    put.body(ByteStream::from(bytes.to_vec())).send().await.unwrap();
}

/// Deletes an object of B by hand.
pub async fn remove(world: &World, bucket: &str, path: &str) {
    let config = aws_sdk_s3::config::Builder::from(&sdk_of(&world.sandbox.endpoint(), B));
    let client = aws_sdk_s3::Client::from_conf(config.force_path_style(true).build());
    client.delete_object().bucket(bucket).key(path).send().await.unwrap();
}

/// What a browser gets.
pub struct Got {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// Asks for `url`, plain HTTP on this machine.
pub fn get(url: &str) -> Got {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|l| l.split_once(": ")).map(|(n, v)| (n.to_lowercase(), v.to_string()));
    Got { status, headers: headers.collect(), body: body.to_string() }
}
