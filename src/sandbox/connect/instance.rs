//! Instances: ListInstances and DescribeInstance.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::world::{Account, Instance};
use super::env::Ask;
use super::input::not_found;
use super::page;

/// When every instance was created: the first second of 2025.
const CREATED: f64 = 1_735_689_600.0;

/// The instance that a request names, by id or ARN, in the region it was signed for.
pub(crate) fn find<'a>(
    account: &'a mut Account,
    region: &str,
    given: &str,
) -> Result<&'a mut Instance, Fail> {
    account
        .instances
        .iter_mut()
        .find(|instance| instance.region == region && (instance.id == given || instance.arn == given))
        .ok_or_else(|| not_found(&format!("instance {given}")))
}

fn summary(instance: &Instance) -> Value {
    json!({
        "Id": instance.id,
        "Arn": instance.arn,
        "IdentityManagementType": instance.identity,
        "InstanceAlias": instance.alias,
        "CreatedTime": CREATED,
        "ServiceRole": format!(
            "arn:aws:iam::{}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_sandbox",
            instance.account
        ),
        "InstanceStatus": "ACTIVE",
        "InboundCallsEnabled": true,
        "OutboundCallsEnabled": true,
        "InstanceAccessUrl": format!("https://{}.my.connect.aws", instance.alias),
    })
}

/// ListInstances: at most 10 a page (botocore MaxResult10).
pub(crate) fn list(account: &Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let here = account.instances.iter().filter(|instance| instance.region == ask.call.region);
    page::from_query(ask, "InstanceSummaryList", here.map(summary).collect(), 10, 10)
}

/// DescribeInstance.
pub(crate) fn describe(instance: &Instance) -> Answer {
    let mut shape = summary(instance);
    shape["Tags"] = json!(instance.tags);
    Answer::json(&json!({"Instance": shape}))
}
