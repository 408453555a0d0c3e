//! Setting a shared store up: what is missing is made, what is there stays, and a second time nothing is done.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLocationConstraint, BucketVersioningStatus,
    CreateBucketConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter,
    VersioningConfiguration,
};
use snapdeploy::core::{Clock, ErrorKind};
use snapdeploy::store::setup::{Setup, Step};

use super::{aws, unique};
use crate::emulator;

const REGION: &str = "eu-central-1";

fn setup(endpoint: &str) -> Setup {
    let bucket = unique("setup");
    Setup {
        s3: aws::s3(endpoint, 3),
        dynamodb: aws::dynamodb(endpoint, 3),
        clock: Clock::scaled(1000),
        account: aws::ACCOUNT.into(),
        region: REGION.into(),
        prefix: "main".into(),
        tables: [format!("{bucket}-audit"), format!("{bucket}-leases")],
        bucket,
    }
}

async fn make(setup: &Setup) -> Vec<Step> {
    let outlook = setup.look().await.unwrap();
    for step in &outlook.steps {
        setup.perform(step).await.unwrap_or_else(|e| panic!("{step}: {e}"));
    }
    outlook.steps
}

/// Makes the bucket with a rule of somebody else's.
async fn bucket_with_a_rule(setup: &Setup) {
    let place =
        CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuCentral1);
    let create = setup.s3.create_bucket().bucket(&setup.bucket);
    create.create_bucket_configuration(place.build()).send().await.unwrap();
    let rule = LifecycleRule::builder()
        .id("theirs")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("logs/").build())
        .expiration(LifecycleExpiration::builder().days(30).build())
        .build()
        .unwrap();
    let rules = BucketLifecycleConfiguration::builder().rules(rule).build().unwrap();
    let put = setup.s3.put_bucket_lifecycle_configuration().bucket(&setup.bucket);
    put.lifecycle_configuration(rules).send().await.unwrap();
}

async fn table(setup: &Setup, name: &str, keys: &[(&str, KeyType)], billing: BillingMode) {
    let mut create = setup.dynamodb.create_table().table_name(name).billing_mode(billing.clone());
    if billing == BillingMode::Provisioned {
        let some = aws_sdk_dynamodb::types::ProvisionedThroughput::builder();
        create = create
            .provisioned_throughput(some.read_capacity_units(1).write_capacity_units(1).build().unwrap());
    }
    for (key, sort) in keys {
        let attribute = AttributeDefinition::builder().attribute_name(*key);
        create = create
            .key_schema(
                KeySchemaElement::builder().attribute_name(*key).key_type(sort.clone()).build().unwrap(),
            )
            .attribute_definitions(attribute.attribute_type(ScalarAttributeType::S).build().unwrap());
    }
    create.send().await.unwrap();
}

async fn everything_is_made_once(endpoint: &str) {
    let setup = setup(endpoint);
    let made = make(&setup).await;
    assert_eq!(made.len(), 9, "{made:?}");
    let outlook = setup.look().await.unwrap();
    assert_eq!((outlook.steps, outlook.differs, outlook.obstacles), (vec![], vec![], vec![]));
    for step in &made {
        setup.perform(step).await.unwrap_or_else(|e| panic!("a second time, {step}: {e}"));
    }
    let rules = setup.s3.get_bucket_lifecycle_configuration().bucket(&setup.bucket).send().await.unwrap();
    let rules = rules.rules.unwrap();
    assert_eq!(rules.len(), 2, "{rules:?}");
    assert!(rules.iter().all(|r| r.expiration.is_none() && r.transitions.is_none()), "{rules:?}");
}

async fn what_is_there_is_adopted(endpoint: &str) {
    let setup = setup(endpoint);
    bucket_with_a_rule(&setup).await;
    let off = VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended).build();
    let put = setup.s3.put_bucket_versioning().bucket(&setup.bucket);
    put.versioning_configuration(off).send().await.unwrap();
    let keys = [("pk", KeyType::Hash), ("sk", KeyType::Range)];
    table(&setup, &setup.tables[0], &keys, BillingMode::Provisioned).await;
    let made = make(&setup).await;
    let (bucket, audit) = (&setup.bucket, &setup.tables[0]);
    assert!(made.iter().all(|s| !matches!(s, Step::CreateBucket(..) | Step::Version(_))), "{made:?}");
    assert!(
        made.contains(&Step::Protect(audit.clone())) && made.contains(&Step::Recover(audit.clone())),
        "{made:?}"
    );
    assert!(made.contains(&Step::CreateTable(setup.tables[1].clone())), "{made:?}");
    let outlook = setup.look().await.unwrap();
    assert!(outlook.steps.is_empty(), "{outlook:?}");
    let differs = outlook.differs.join("\n");
    for named in
        [format!("{bucket}: versioning was suspended"), format!("{audit}: its capacity is provisioned")]
    {
        assert!(differs.contains(&named), "{named}: {differs}");
    }
    let rules = setup.s3.get_bucket_lifecycle_configuration().bucket(bucket).send().await.unwrap();
    let ids: Vec<_> = rules.rules().iter().filter_map(|r| r.id()).collect();
    assert!(ids.len() == 3 && ids.contains(&"theirs"), "{ids:?}");
}

async fn what_cannot_be_a_store_is_named(endpoint: &str) {
    let setup = setup(endpoint);
    table(&setup, &setup.tables[0], &[("id", KeyType::Hash)], BillingMode::PayPerRequest).await;
    let outlook = setup.look().await.unwrap();
    assert!(outlook.obstacles[0].contains("its keys are not `pk` and `sk`"), "{outlook:?}");
}

#[tokio::test]
async fn a_bucket_elsewhere_or_of_somebody_else_is_refused() {
    let mut setup = setup(&super::sandbox("buckets of others").unwrap());
    let place =
        CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::EuCentral1);
    let create = setup.s3.create_bucket().bucket(&setup.bucket);
    create.create_bucket_configuration(place.build()).send().await.unwrap();
    setup.region = "us-west-2".into();
    let e = setup.look().await.unwrap_err();
    assert_eq!(e.kind, ErrorKind::Input, "{e}");
    assert_eq!(e.hint.as_deref(), Some("store_region = \"eu-central-1\""));
    setup.region = REGION.into();
    setup.account = "999999999999".into();
    assert_eq!(setup.look().await.unwrap_err().kind, ErrorKind::Denied);
}

#[tokio::test]
async fn in_ministack_everything_is_made_once() {
    if let Some(endpoint) = emulator::ministack("setting a store up") {
        everything_is_made_once(&endpoint).await;
    }
}

#[tokio::test]
async fn in_ministack_what_is_there_is_adopted() {
    if let Some(endpoint) = emulator::ministack("adopting a store") {
        what_is_there_is_adopted(&endpoint).await;
    }
}

#[tokio::test]
async fn in_ministack_what_cannot_be_a_store_is_named() {
    if let Some(endpoint) = emulator::ministack("what cannot be a store") {
        what_cannot_be_a_store_is_named(&endpoint).await;
    }
}

#[tokio::test]
async fn in_the_sandbox_everything_is_made_once() {
    everything_is_made_once(&super::sandbox("setting a store up").unwrap()).await;
}

#[tokio::test]
async fn in_the_sandbox_what_is_there_is_adopted() {
    what_is_there_is_adopted(&super::sandbox("adopting a store").unwrap()).await;
}

#[tokio::test]
async fn in_the_sandbox_what_cannot_be_a_store_is_named() {
    what_cannot_be_a_store_is_named(&super::sandbox("what cannot be a store").unwrap()).await;
}
