//! DescribeTaskDefinition and ListTaskDefinitions.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, client, invalid};
use super::held::Region;
use super::service::Life;
use super::tags;
use super::task_definition::{Standing, TaskDefinition, find};

pub(crate) fn describe(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let given = ask.needed("taskDefinition")?;
    let one = find(&ask.place.families, given);
    let one = one.ok_or_else(|| client("Unable to describe task definition."))?;
    let mut out = json!({"taskDefinition": one.show()});
    if ask.includes("include", "TAGS") {
        out["tags"] = tags::show(&one.tags);
    }
    Ok(out)
}

/// Whether a service or a task still uses a task definition: such an INACTIVE one is listed and not yet forgotten ("as
/// long as an active task or service still references them", ListTaskDefinitions).
pub(crate) fn used(place: &Region, arn: &str) -> bool {
    place.clusters.values().any(|cluster| {
        let of_service =
            cluster.services.values().filter(|service| service.life != Life::Inactive).any(|one| {
                one.task_definition == arn
                    || one.deployments.iter().any(|deployment| deployment.task_definition == arn)
                    || one.sets.iter().any(|set| set.task_definition == arn)
            });
        of_service || cluster.tasks.iter().any(|task| task.definition == arn && task.stopped.is_none())
    })
}

pub(crate) fn list(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let standing = match ask.text("status").unwrap_or("ACTIVE") {
        "ACTIVE" => Standing::Active,
        "INACTIVE" => Standing::Inactive,
        "DELETE_IN_PROGRESS" => Standing::Deleting,
        other => return Err(invalid(format!("{other} is no status of task definitions."))),
    };
    let prefix = ask.text("familyPrefix");
    let shown = |one: &&TaskDefinition| {
        one.standing == standing && (standing != Standing::Inactive || used(ask.place, &one.arn))
    };
    // familyPrefix is the whole name of a family, against its name (ListTaskDefinitions).
    let families = ask.place.families.iter().filter(|(name, _)| prefix.is_none_or(|prefix| prefix == *name));
    let revisions = families.flat_map(|(_, family)| family.revisions.values());
    let mut arns: Vec<Value> = revisions.filter(shown).map(|one| json!(one.arn)).collect();
    if ask.text("sort") == Some("DESC") {
        arns.reverse();
    }
    ask.page("taskDefinitionArns", arns, 100)
}
