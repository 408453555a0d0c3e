//! Images that cannot be brought into another account as they are: what is refused, and what is said.

use serde_json::{Value, json};
use snapdeploy::aws::ECR;
use snapdeploy::core::ErrorKind;
use snapdeploy::core::driver::Reply;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::moves::Move;
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::sandbox::{ImageSeed, RepositorySeed};

use crate::world::{A, B, REGION, Unbounded, scenario};

use super::promotion::*;

#[tokio::test(flavor = "current_thread")]
async fn a_layer_with_other_bytes_is_refused_and_nothing_is_put_in_its_place() {
    let (scenario, digest) = two(seed("2", &["linux/amd64"]));
    let world = start(scenario).await;
    let (account, before) = (somebody(&world, "dev").await, registry(&world, B));
    let ask = json!({ "repositoryName": "web", "imageIds": [{ "imageDigest": digest }] });
    let answer = account.ask(&ECR, "BatchGetImage", &ask).await.unwrap();
    let manifest: Value =
        serde_json::from_str(answer["images"][0]["imageManifest"].as_str().unwrap()).unwrap();
    let layer = &manifest["layers"][0];
    let ask = json!({ "repositoryName": "web", "layerDigest": layer["digest"] });
    account.ask(&ECR, "GetDownloadUrlForLayer", &ask).await.unwrap();
    let key = layer["digest"].as_str().unwrap().replace(':', "/");
    let size = layer["size"].as_u64().unwrap() as usize;
    for bytes in [vec![7; size], vec![7; size + 1], vec![7; 3]] {
        world.sandbox.spoil("ecr_layers", &key, bytes).unwrap();
        let reply = send(&world, &put(&digest, &["2"]), &Unbounded).await;
        let Reply::Refused(e) = reply else { panic!("{reply:?}") };
        assert_eq!(e.kind, ErrorKind::Corrupt);
        assert!(e.message.contains(layer["digest"].as_str().unwrap()), "{}", e.message);
        assert!(e.hint.as_deref().is_some_and(|hint| hint.contains("push the image again")), "{:?}", e.hint);
        let after = registry(&world, B);
        assert_eq!((&after["images"], &after["tags"]), (&before["images"], &before["tags"]));
        assert!(!after["layers"].as_array().unwrap().contains(&layer["digest"]));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_policy_that_forbids_it_is_said_with_what_to_write() {
    let (scenario, digest) = two(seed("2", BOTH));
    let mut world = start(scenario).await;
    world.b = bound(&world, "prod", &["prod"]).await;
    let (moves, said) = asked(&world, &digest).await;
    assert!(moves.is_empty());
    let [one] = &said[..] else { panic!("{said:?}") };
    assert_eq!(one.weight, Weight::Block);
    assert!(
        one.message.contains("cannot be copied: BatchGetImage: AccessDeniedException"),
        "{}",
        one.message
    );
    let hint = one.hint.as_deref().unwrap();
    assert!(hint.contains("read_role_arn") && hint.contains("ecr:GetDownloadUrlForLayer"), "{hint}");
    let reply = send(&world, &put(&digest, &[]), &Unbounded).await;
    assert!(matches!(&reply, Reply::Refused(e) if e.kind == ErrorKind::Denied), "{reply:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn where_no_environment_is_there_the_policy_of_the_repository_may_let_in() {
    let (mut scenario, digest) = two(seed("2", BOTH));
    let open = json!({ "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": B },
        "Action": ["ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"],
    }] });
    let policy = Some(open.to_string());
    scenario.account(A).repository(RepositorySeed {
        name: "web".into(),
        policy,
        ..RepositorySeed::default()
    });
    let mut world = start(scenario).await;
    world.b = bound(&world, "prod", &["prod"]).await;
    let (moves, said) = asked(&world, &digest).await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(matches!(send(&world, &moves[0], &Unbounded).await, Reply::Done(None)));
    assert_eq!(registry(&world, B)["tags"]["2"], digest);
}

#[tokio::test(flavor = "current_thread")]
async fn an_image_that_is_archived_or_gone_is_refused_with_what_to_type() {
    let archived = ImageSeed { archived: true, ..seed("old", BOTH) };
    let (mut scenario, _) = two(seed("2", BOTH));
    let old = scenario.account(A).image(archived);
    let world = start(scenario).await;
    let (moves, said) = asked(&world, &old).await;
    assert!(moves.is_empty() && said[0].weight == Weight::Block, "{said:?}");
    assert!(said[0].message.contains("ARCHIVED"), "{}", said[0].message);
    let hint = said[0].hint.as_deref().unwrap();
    let typed = format!(
        "aws ecr update-image-storage-class --registry-id {A} --region {REGION} --repository-name web --image-id imageDigest={old} --target-storage-class STANDARD"
    );
    assert_eq!(hint, typed);
    let gone = format!("sha256:{}", "ab".repeat(32));
    let (moves, said) = asked(&world, &gone).await;
    assert!(moves.is_empty() && said[0].weight == Weight::Block, "{said:?}");
    assert!(said[0].message.contains("has no web@sha256:abababababab…"), "{}", said[0].message);
    assert!(said[0].hint.as_deref().unwrap().contains("push these bits again"));
}

#[tokio::test(flavor = "current_thread")]
async fn a_target_without_the_repository_says_how_to_make_it() {
    let mut scenario = scenario();
    let digest = scenario.account(A).image(seed("2", BOTH));
    let world = start(scenario).await;
    let (moves, said) = asked(&world, &digest).await;
    assert!(moves.is_empty() && said[0].weight == Weight::Block, "{said:?}");
    let typed =
        format!("aws ecr create-repository --registry-id {B} --region {REGION} --repository-name web");
    assert_eq!(said[0].hint.as_deref(), Some(typed.as_str()));
}

#[tokio::test(flavor = "current_thread")]
async fn a_tag_that_names_other_bits_there_stays_and_is_said() {
    for mutability in ["IMMUTABLE", "MUTABLE"] {
        let (mut scenario, digest) = two(seed("2", BOTH));
        let taken =
            scenario.account(B).image(ImageSeed { text: "others".into(), ..seed("2", &["linux/amd64"]) });
        let name =
            RepositorySeed { name: "web".into(), mutability: mutability.into(), ..RepositorySeed::default() };
        scenario.account(B).repository(name);
        let world = start(scenario).await;
        let (moves, said) = asked(&world, &digest).await;
        let kept = format!("the tag 2 of web there is {}…, and stays so", &taken[..19]);
        assert!(notes(&said).contains(&kept.as_str()), "{said:?}");
        // One that gets another image's tag in the meantime leaves it too.
        let m = Move {
            args: json!({ "imageTags": ["2"], "imageDigest": digest, "registryId": B, "region": REGION,
            "repositoryName": "web", "from": moves[0].args["from"] }),
            ..moves[0].clone()
        };
        assert!(matches!(send(&world, &m, &Unbounded).await, Reply::Done(None)));
        let here = registry(&world, B);
        assert_eq!(here["tags"]["2"], taken);
        assert!(here["images"].get(&digest).is_some(), "{here}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_image_that_is_archived_in_the_target_is_restored_by_being_put_again() {
    let (mut scenario, digest) = two(seed("2", &["linux/amd64"]));
    let same = ImageSeed { archived: true, ..seed("2", &["linux/amd64"]) };
    assert_eq!(scenario.account(B).image(same), digest);
    let world = start(scenario).await;
    assert!(matches!(send(&world, &put(&digest, &[]), &Unbounded).await, Reply::Done(None)));
    assert_eq!(registry(&world, B)["images"][&digest]["storage"], "standard");
}

#[tokio::test(flavor = "current_thread")]
async fn the_plan_says_which_run_had_put_it_into_dev_and_what_was_asked_since() {
    let (scenario, digest) = two(seed("2", BOTH));
    let world = start(scenario).await;
    // Nobody knows who has put it there.
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    let [one] = &plan.proof[..] else { panic!("{:?}", plan.proof) };
    assert_eq!((&one.run, one.since), (&None, dev.manifest.taken_at));

    // A run takes dev back to 1, and one more to 2 again.
    let mut older = dev.clone();
    let documents = &mut older.documents;
    let of = documents.get_mut(&web()).unwrap();
    *of = world.a.with_image(&web(), of, None, ":1").await.unwrap();
    let mut runs = Vec::new();
    for snapshot in [&older, &dev, &older, &dev] {
        let source = Source::of_snapshot("dev@earlier", snapshot);
        let means = world.means(&*world.a);
        let plan = plan_deploy(&means, "dev", &source, &Deployment::default()).await.unwrap();
        assert!(plan.proof.is_empty(), "what stays at home has nothing to prove");
        let ended = begin(&means, &plan, None, OnFailure::Stop).await;
        let Ok(Ended::Done { run, .. }) = ended else { panic!("{ended:?}") };
        runs.push(run);
    }
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev).await;
    let [one] = &plan.proof[..] else { panic!("{:?}", plan.proof) };
    assert_eq!((one.address.clone(), one.images.iter().next()), (web(), Some(&digest)));
    assert_eq!(one.run.as_ref(), runs.last());
    assert_eq!(one.by.as_deref(), Some(format!("arn:aws:iam::{A}:user/tester").as_str()));
    assert_eq!((one.environment.as_deref(), one.until), (Some("dev"), None));
    let names: Vec<(&str, bool)> = one.checks.iter().map(|c| (c.name.as_str(), c.healthy)).collect();
    assert!(names.contains(&("verdict", true)) && names.contains(&("health", true)), "{:?}", one.checks);
    assert_eq!(serde_json::to_value(&plan).unwrap()["proof"][0]["images"][0], digest);

    // What is not there any more says until when.
    let first = planned(&world, &older).await;
    assert!(first.proof.iter().all(|p| p.until.is_some()), "{:?}", first.proof);
}
