//! Tags of resources, by ARN.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::answer::{Answer, Fail};
use super::super::world::Account;
use super::env::Ask;
use super::input::{self, invalid, not_found};

/// TagResource, UntagResource, ListTagsForResource. botocore spells their members in lower case.
pub(crate) fn dispatch(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let arn = ask.call.label(0);
    let (tags, modified) = find(account, &ask.call.region, arn).ok_or_else(|| not_found(arn))?;
    match ask.call.operation.as_str() {
        "ListTagsForResource" => return Ok(Answer::json(&json!({"tags": tags}))),
        "TagResource" => {
            let new = input::tags(ask.body.get("tags"))?;
            let mut all = tags.clone();
            all.extend(new);
            if all.len() > 50 {
                return Err(invalid("A resource has at most 50 tags"));
            }
            *tags = all;
        }
        _ => {
            let keys = ask.call.params("tagKeys");
            if keys.is_empty() {
                return Err(invalid("tagKeys is required"));
            }
            tags.retain(|key, _| !keys.contains(&key.as_str()));
        }
    }
    if let Some(modified) = modified {
        *modified = ask.env.now;
    }
    Ok(Answer::json(&json!({})))
}

type Place<'a> = (&'a mut BTreeMap<String, String>, Option<&'a mut f64>);

fn find<'a>(account: &'a mut Account, region: &str, arn: &str) -> Option<Place<'a>> {
    for instance in account.instances.iter_mut().filter(|instance| instance.region == region) {
        if instance.arn == arn {
            return Some((&mut instance.tags, None));
        }
        let resource = instance.resources.values_mut().find(|resource| resource.arn == arn);
        if let Some(resource) = resource {
            return Some((&mut resource.tags, Some(&mut resource.modified)));
        }
    }
    None
}
