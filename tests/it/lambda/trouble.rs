//! What goes wrong: somebody else changes a function, updates take their time or fail.

use serde_json::json;
use snapdeploy::core::ErrorKind;
use snapdeploy::core::drift::OnDrift;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::release::Deployment;
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::sandbox::{Fault, FaultKind, Hold};

use super::place::{both, changes, client, deployed, function, orders, start, there};
use crate::kinds::place::planned;
use crate::world::{A, B, REGION, World, assert_same, scenario};

async fn plan(world: &World) -> snapdeploy::core::plan::Plan {
    let dev = world.extract(&*world.a, "dev").await;
    planned(world, &dev, &Deployment { drift: OnDrift::Overwrite, ..Deployment::default() }).await
}

/// Returns an archive with one file of this text.
fn zipped(text: &str) -> Vec<u8> {
    use std::io::Write;
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("index.js", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(text.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

#[tokio::test]
async fn an_alias_that_somebody_moved_is_drift() {
    let world = start(both()).await;
    let dev = deployed(&world).await;
    client(&world)
        .update_alias()
        .function_name("orders")
        .name("live")
        .function_version("1")
        .send()
        .await
        .unwrap();
    let again = planned(&world, &dev, &Deployment::default()).await;
    let block = again.blocks().find(|f| f.address == Some(orders())).unwrap();
    assert!(block.message.contains("Aliases"), "{}", block.message);
    let over = Deployment { drift: OnDrift::Overwrite, ..Deployment::default() };
    let plan = planned(&world, &dev, &over).await;
    world.sandbox.clear_calls();
    crate::kinds::place::perform(&world, &plan).await;
    assert_eq!(changes(&world), ["UpdateAlias"], "the version is there");
    assert_eq!(function(&world, "orders")["aliases"]["live"]["version"], "2");
}

#[tokio::test]
async fn a_function_changed_between_the_look_and_the_call_is_stale_and_never_sent_again() {
    let world = start(both()).await;
    let plan = plan(&world).await;
    let call = "UpdateFunctionConfiguration";
    world.sandbox.hold(Hold { operation: Some(call.into()), ..Hold::default() });
    world.sandbox.clear_calls();
    let means = world.means(&*world.b);
    let meddling = async {
        while world.sandbox.held() == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let client = client(&world);
        let theirs = client.update_function_code().function_name("orders").architectures("arm64".into());
        let archive = aws_sdk_lambda::primitives::Blob::new(zipped("theirs"));
        theirs.zip_file(archive).send().await.unwrap();
        for _ in 0..3 {
            client.get_function_configuration().function_name("orders").send().await.unwrap();
        }
        world.sandbox.release();
    };
    let (ended, ()) = tokio::join!(begin(&means, &plan, None, OnFailure::Stop), meddling);
    let error = match ended {
        Err(e) | Ok(Ended::Stopped { why: e, .. }) => e,
        other => panic!("{other:?}"),
    };
    assert_eq!(error.kind, ErrorKind::Stale, "{}", error.message);
    let sent = changes(&world).into_iter().filter(|c| c == call).count();
    assert_eq!(sent, 1, "{}", error.message);
}

#[tokio::test]
async fn updates_that_take_their_time_are_waited_out() {
    let world = start(both()).await;
    let plan = plan(&world).await;
    world.sandbox.set_switch("lambda_update_calls", "7").unwrap();
    crate::kinds::place::perform(&world, &plan).await;
    assert_eq!(function(&world, "orders")["aliases"]["live"]["version"], "2");
}

#[tokio::test]
async fn a_conflict_with_another_update_is_waited_out() {
    for first in ["true", "false"] {
        let world = start(both()).await;
        let plan = plan(&world).await;
        world.sandbox.set_switch("lambda_conflict_before_revision", first).unwrap();
        world.sandbox.set_switch("lambda_update_calls", "4").unwrap();
        // An update that changes nothing is still one.
        let update = client(&world).update_function_configuration().function_name("orders").memory_size(128);
        update.send().await.unwrap();
        crate::kinds::place::perform(&world, &plan).await;
        assert_eq!(function(&world, "orders")["aliases"]["live"]["version"], "2");
    }
}

#[tokio::test]
async fn an_update_that_fails_stops_with_its_reason_and_is_put_back() {
    for stays in ["true", "false"] {
        let world = start(both()).await;
        let before = there(&world);
        let plan = plan(&world).await;
        world.sandbox.set_switch("lambda_failed_update_stays", stays).unwrap();
        world.sandbox.fault(Fault::next("UpdateFunctionCode", FaultKind::FailsLater));
        let ended = begin(&world.means(&*world.b), &plan, None, OnFailure::Rollback).await;
        let Ok(Ended::RolledBack { why, .. }) = &ended else { panic!("{stays}: {ended:?}") };
        assert!(why.message.contains("LastUpdateStatus is Failed: InternalError"), "{}", why.message);
        assert_same(&there(&world), &before);
    }
}

#[tokio::test]
async fn a_lost_answer_is_looked_for_and_nothing_is_published_twice() {
    for call in ["UpdateFunctionConfiguration", "UpdateFunctionCode", "PublishVersion", "UpdateAlias"] {
        let world = start(both()).await;
        let plan = plan(&world).await;
        world.sandbox.fault(Fault::next(call, FaultKind::DropAfter));
        crate::kinds::place::perform(&world, &plan).await;
        let now = function(&world, "orders");
        assert_eq!(now["aliases"]["live"]["version"], "2", "{call}");
        assert_eq!(now["versions"].as_object().unwrap().len(), 3, "{call}: $LATEST, 1 and 2");
        assert_eq!(now["versions"]["2"]["MemorySize"], json!(512));
    }
}

/// A share of calls is a moment of a rollout: where the version that had it is gone meanwhile, the alias comes back
/// without it, which is said.
#[tokio::test]
async fn a_share_of_calls_comes_back_unless_its_version_is_gone() {
    for gone in [false, true] {
        let mut scenario = scenario();
        for (account, alias, text) in [(A, "dev", "new"), (B, "prod", "old")] {
            let function = scenario.account(account).function(REGION, "orders");
            let mut function = function.files(&[("index.js", b"first")]).publish();
            function = function.files(&[("index.js", text.as_bytes())]).publish().alias("live", "2");
            if account == B {
                function.weight("live", "1", 0.25);
            }
            scenario.account(account).instance(REGION, alias).lambda("orders");
        }
        let world = start(scenario).await;
        let live = |world: &World| function(world, "orders")["aliases"]["live"].clone();
        let before = live(&world);
        assert!(before.to_string().contains("0.25"), "{before}");
        deployed(&world).await;
        assert!(!live(&world).to_string().contains("0.25"), "new code gets all calls: {}", live(&world));
        if gone {
            let delete = client(&world).delete_function().function_name("orders").qualifier("1");
            delete.send().await.unwrap();
        }
        let plan = crate::kinds::place::back(&world).await;
        let said = plan.findings.iter().any(|f| {
            f.weight == Weight::Warning
                && f.message
                    == "its alias `live` gets all calls: the version that had a share of them is gone"
        });
        assert_eq!(said, gone, "{:#?}", plan.findings);
        crate::kinds::place::perform(&world, &plan).await;
        let mut after = live(&world);
        assert_eq!(after.to_string().contains("0.25"), !gone, "{after}");
        let mut before = before;
        for alias in [&mut after, &mut before] {
            alias.as_object_mut().unwrap().retain(|name, _| !gone || name != "weights");
        }
        assert_same(&after, &before);
    }
}
