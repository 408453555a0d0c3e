//! Target groups of a service that CodeDeploy deploys: the service has one of a pair, and the other one after each
//! deployment. Which one it is at the moment says nothing of what the service is, so it is no part of what is compared.
//!
//! Source: deploy-peers 4.4, complaint 26 (ecspresso #936): "targetGroupArn flips after each CodeDeploy".

use serde_json::{Map, Value};

use super::moves::controller;
use crate::core::document::Document;

/// The member of a document's exact part that holds them, in the order of the load balancers.
const GROUPS: &str = "TargetGroups";
const BALANCERS: &str = "loadBalancers";
const GROUP: &str = "targetGroupArn";

/// Puts them aside in `document`; where ECS itself deploys it, back into their place.
pub fn apart(document: &mut Document) {
    if controller(document) != "CODE_DEPLOY" {
        let groups = document.exact.remove(GROUPS);
        fill(&mut document.local, groups.as_ref());
        return;
    }
    let balancers = document.local.get_mut(BALANCERS).and_then(Value::as_array_mut).into_iter().flatten();
    let taken = balancers.filter_map(|one| one.as_object_mut()?.remove(GROUP));
    let taken: Vec<Value> = taken.collect();
    if !taken.is_empty() {
        document.exact.insert(GROUPS.into(), Value::Array(taken));
    }
}

/// Puts those of `document` into `members`, which are to make the service.
pub fn put(document: &Document, members: &mut Map<String, Value>) {
    fill(members, document.exact.get(GROUPS));
}

fn fill(members: &mut Map<String, Value>, groups: Option<&Value>) {
    let groups = groups.and_then(Value::as_array).into_iter().flatten();
    let balancers = members.get_mut(BALANCERS).and_then(Value::as_array_mut).into_iter().flatten();
    for (one, group) in balancers.zip(groups) {
        if let Some(one) = one.as_object_mut() {
            one.entry(GROUP).or_insert_with(|| group.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn they_are_put_aside_under_codedeploy_alone_and_are_there_when_it_is_made() {
        let balancers = json!([{ "containerName": "app", "containerPort": 80, "targetGroupArn": "blue" }]);
        let mut document = Document::default();
        document.portable.insert("deploymentController".into(), json!({ "type": "CODE_DEPLOY" }));
        document.local.insert(BALANCERS.into(), balancers.clone());
        apart(&mut document);
        apart(&mut document);
        assert_eq!(document.local[BALANCERS], json!([{ "containerName": "app", "containerPort": 80 }]));
        let mut made = document.local.clone();
        put(&document, &mut made);
        assert_eq!(made[BALANCERS], balancers);
        // ECS takes it over.
        document.portable.insert("deploymentController".into(), json!({ "type": "ECS" }));
        apart(&mut document);
        assert_eq!((&document.local[BALANCERS], document.exact.len()), (&balancers, 0));
    }
}
