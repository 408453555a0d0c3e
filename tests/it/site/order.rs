//! The turn of a site among others: last on the way forth, first on the way back.

use serde_json::json;
use snapdeploy::core::document::Document;
use snapdeploy::core::driver::Change;
use snapdeploy::core::moves::{Does, Move, Stage};
use snapdeploy::core::order::{Task, arrange};
use snapdeploy::core::plan::Wish;
use snapdeploy::core::run::RunKind;
use snapdeploy::core::site::Site;
use snapdeploy::core::{Address, Digest};
use snapdeploy::sandbox::CallRecord;

use super::place::{PROD, build, plan_folder, prod, start, start_with, two, web};
use crate::kinds::place::perform;

fn site(n: u32) -> Document {
    let file =
        |text: String| json!({ "Body": format!("@{{blob:{}}}", Digest::of(text.as_bytes())), "Size": 1 });
    let mut document = Document::default();
    let files = json!({ "index.html": file(format!("page {n}")), format!("assets/app-{n}2345678.js"): file(format!("{n}")) });
    document.portable.insert("Files".into(), files);
    document
}

fn queue(name: &str, (does, call, stage): (Does, &str, Stage)) -> Move {
    Move {
        address: Address::new("connect/queue", name),
        stage,
        does,
        call: call.into(),
        facet: vec!["Description".into()],
        args: json!({}),
        before: None,
        after: None,
        through: Vec::new(),
        rollout: None,
    }
}

#[tokio::test(flavor = "current_thread")]
async fn the_cut_over_is_last_on_the_way_forth_and_first_on_the_way_back() {
    let site_of = Site { distribution: Some("E2SITE".into()), ..prod() };
    let world = start_with(two(), site_of).await;
    let updated = ["PutAssets", "PutPages", "CreateInvalidation", "UpdateQueue", "DeleteQueue"];
    for (way, expected) in [
        (
            RunKind::Deploy,
            vec![
                "PutAssets",
                "UpdateQueue",
                "PutPages",
                "CreateInvalidation",
                "DeleteRetired",
                "DeleteQueue",
            ],
        ),
        (RunKind::Rollback, updated.to_vec()),
    ] {
        let wish = |address: Address, from: Option<Document>, to: Option<Document>| Wish {
            address,
            uid: "u".into(),
            from,
            to,
            local_known: true,
        };
        let nothing = || Some(Document::default());
        let update = wish(Address::new("connect/queue", "Sales"), nothing(), nothing());
        let delete = wish(Address::new("connect/queue", "Old"), nothing(), None);
        let shown = wish(web(), Some(site(2)), Some(site(1)));
        let change = Change {
            address: &shown.address,
            uid: "u",
            from: shown.from.as_ref(),
            to: shown.to.as_ref(),
            way,
        };
        let moves = world.b.moves(&change).unwrap();
        let sales = queue("Sales", (Does::Update, "UpdateQueue", Stage::Write));
        let old = queue("Old", (Does::Delete, "DeleteQueue", Stage::Clean));
        let tasks = vec![
            Task { wish: &update, moves: vec![sales] },
            Task { wish: &delete, moves: vec![old] },
            Task { wish: &shown, moves },
        ];
        let mut order: Vec<String> =
            arrange(tasks, &*world.b, way).unwrap().into_iter().map(|m| m.call).collect();
        if way == RunKind::Deploy {
            // What is new and what changes for nobody yet may be made in any order.
            order[..2].sort();
        }
        assert_eq!(order, expected, "{way:?}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_page_that_is_new_is_there_before_pages_that_may_link_to_it() {
    let world = start().await;
    let mut files = build(2);
    files.push(("news/index.html".into(), "text/html; charset=utf-8", b"<p>news</p>".to_vec()));
    let plan = plan_folder(&world, &files).await;
    world.sandbox.clear_calls();
    perform(&world, &plan).await;
    let calls = world.sandbox.calls();
    let put = |path: &str| {
        let is =
            |c: &CallRecord| c.operation == "PutObject" && c.resource.ends_with(&format!("{PROD}/{path}"));
        calls.iter().position(is).unwrap_or_else(|| panic!("{path} is not put: {calls:#?}"))
    };
    assert!(put("news/index.html") < put("index.html") && put("news/index.html") < put("about/index.html"));
}
