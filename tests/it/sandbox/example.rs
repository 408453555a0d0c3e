//! The example scenario loads, and everything in it could be published as it is.

use std::path::Path;

use aws_sdk_connect::types::{ContactFlowStatus, HoursOfOperationConfig};
use snapdeploy::sandbox::{Sandbox, Scenario};

use super::{DEV, PROD, connect, s3, user};

fn example() -> Sandbox {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme");
    Sandbox::start(Scenario::load(&folder).unwrap()).unwrap()
}

#[tokio::test]
async fn every_flow_of_the_example_can_be_published_again() {
    let sandbox = example();
    for (account, least) in [(DEV, 20), (PROD, 11)] {
        let client = connect(&sandbox, user(account));
        let instances = client.list_instances().send().await.unwrap();
        let instance = instances.instance_summary_list()[0].id().unwrap().to_owned();
        let flows = client.list_contact_flows().instance_id(&instance).send().await.unwrap();
        assert!(flows.contact_flow_summary_list().len() >= least);
        for flow in flows.contact_flow_summary_list() {
            if flow.contact_flow_status() == Some(&ContactFlowStatus::Saved) {
                continue;
            }
            let id = flow.id().unwrap();
            let got = client
                .describe_contact_flow()
                .instance_id(&instance)
                .contact_flow_id(id)
                .send()
                .await
                .unwrap();
            let content = got.contact_flow().unwrap().content().unwrap().to_owned();
            assert!(!content.contains("<<"), "{content}");
            let update = client.update_contact_flow_content().instance_id(&instance).contact_flow_id(id);
            let published = update.content(content).send().await;
            assert!(published.is_ok(), "{account} {:?}: {published:?}", flow.name());
        }
    }
}

#[tokio::test]
async fn the_accounts_of_the_example_differ_and_share_a_store() {
    let sandbox = example();
    let mut lengths = Vec::new();
    for account in [DEV, PROD] {
        let client = connect(&sandbox, user(account));
        let instances = client.list_instances().send().await.unwrap();
        let instance = instances.instance_summary_list()[0].id().unwrap().to_owned();
        let hours = client.search_hours_of_operations().instance_id(&instance).send().await.unwrap();
        let weekdays =
            hours.hours_of_operations().iter().find(|hours| hours.name() == Some("Weekdays")).unwrap();
        let config: &[HoursOfOperationConfig] = weekdays.config();
        let span = |time: &HoursOfOperationConfig| {
            time.end_time().unwrap().hours() - time.start_time().unwrap().hours()
        };
        lengths.push(span(&config[0]));
    }
    assert_eq!(lengths, [10, 8]);
    s3(&sandbox, DEV).head_bucket().bucket("acme-snapdeploy").send().await.unwrap();
    let tables = sandbox.state()[DEV]["dynamodb"].as_object().unwrap().len();
    assert_eq!(tables, 2);
}
