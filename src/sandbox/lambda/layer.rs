//! GetLayerVersion and GetLayerVersionByArn; layers are there from the start.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::answer::{Answer, Fail};
use super::super::s3::Bucket;
use super::super::{base64, digest};
use super::ask::Ask;
use super::code;
use super::held::Held;
use super::input::{malformed, not_found};

/// Both, by name or ARN and number, or by the ARN of the version.
pub(crate) fn get(
    held: &mut Held,
    ask: &Ask<'_>,
    buckets: &mut BTreeMap<String, Bucket>,
) -> Result<Answer, Fail> {
    let call = ask.call;
    let whole = if call.operation == "GetLayerVersionByArn" {
        call.param("Arn").unwrap_or_default().to_owned()
    } else {
        let name = call.label(0);
        let layer = if name.starts_with("arn:") {
            name.to_owned()
        } else {
            format!("arn:aws:lambda:{}:{}:layer:{name}", call.region, call.caller.account)
        };
        format!("{layer}:{}", call.label(1))
    };
    let (arn, number) = whole.rsplit_once(':').unwrap_or((&whole, ""));
    let number = number.parse::<u64>().map_err(|_| malformed("versionNumber", "Member must be a number"))?;
    let found = held.layers.get(&whole).filter(|_| arn.split(':').nth(3) == Some(call.region.as_str()));
    let layer = found.ok_or_else(|| not_found("The resource you requested does not exist."))?;
    Ok(Answer::json(&json!({
        "Content": {
            "Location": code::link(&layer.code, call, ask.rules.now, buckets),
            "CodeSha256": base64::encode(&digest::sha256(&layer.code)),
            "CodeSize": layer.code.len(),
        },
        "LayerArn": arn,
        "LayerVersionArn": whole,
        "Description": layer.description,
        "CreatedDate": "2026-01-01T00:00:00.000+0000",
        "Version": number,
        "CompatibleRuntimes": layer.runtimes,
    })))
}
