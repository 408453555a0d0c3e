//! TagResource, UntagResource and ListTagsForResource.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, client, invalid, no_cluster, no_service};
use super::held::{Region, last};
use super::tags::{self, Tags};

/// The tags of what an ARN names: a cluster, a service, a task or a task definition.
fn of<'a>(place: &'a mut Region, arn: &str) -> Result<&'a mut Tags, Fail> {
    let rest = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let parts: Vec<&str> = rest.split('/').collect();
    match parts.as_slice() {
        ["cluster", name] => Ok(&mut place.clusters.get_mut(*name).ok_or_else(no_cluster)?.tags),
        ["service", cluster, name] => {
            let cluster = place.clusters.get_mut(*cluster).ok_or_else(no_cluster)?;
            Ok(&mut cluster.services.get_mut(*name).ok_or_else(no_service)?.tags)
        }
        ["task", cluster, id] => {
            let cluster = place.clusters.get_mut(*cluster).ok_or_else(no_cluster)?;
            let task = cluster.tasks.iter_mut().find(|task| task.id == *id);
            Ok(&mut task.ok_or_else(|| invalid("The specified task was not found."))?.tags)
        }
        ["task-definition", name] => {
            let missing = || client("The specified task definition does not exist.");
            let (family, revision) = last(name).split_once(':').ok_or_else(missing)?;
            let revision = revision.parse().map_err(|_| missing())?;
            let family = place.families.get_mut(family).ok_or_else(missing)?;
            Ok(&mut family.revisions.get_mut(&revision).ok_or_else(missing)?.tags)
        }
        _ => Err(invalid("Invalid resource ARN.")),
    }
}

pub(crate) fn tag(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let arn = ask.needed("resourceArn")?.to_owned();
    let new = tags::read(ask.body.get("tags"));
    of(ask.place, &arn)?.extend(new);
    Ok(json!({}))
}

pub(crate) fn untag(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let arn = ask.needed("resourceArn")?.to_owned();
    let keys = ask.texts("tagKeys");
    of(ask.place, &arn)?.retain(|key, _| !keys.contains(key));
    Ok(json!({}))
}

pub(crate) fn list(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let arn = ask.needed("resourceArn")?.to_owned();
    Ok(json!({"tags": tags::show(of(ask.place, &arn)?)}))
}
