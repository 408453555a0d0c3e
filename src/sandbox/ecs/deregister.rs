//! DeregisterTaskDefinition and DeleteTaskDefinitions.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, client, invalid};
use super::family::used;
use super::held::last;
use super::task_definition::{Standing, TaskDefinition};

/// How many one DeleteTaskDefinitions takes.
const MOST: usize = 10;

/// The task definition that an ARN or `FAMILY:REVISION` means; a family alone will not do.
fn exact<'a>(ask: &'a mut Ask<'_>, given: &str) -> Result<&'a mut TaskDefinition, Fail> {
    let name = last(given);
    let (family, revision) = name.split_once(':').ok_or_else(|| client("Revision is missing."))?;
    let revision: u64 =
        revision.parse().map_err(|_| client(format!("Invalid revision number. Number: {revision}")))?;
    let known = ask.place.families.get_mut(family).and_then(|family| family.revisions.get_mut(&revision));
    known.ok_or_else(|| client("Unable to describe task definition."))
}

pub(crate) fn deregister(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let given = ask.needed("taskDefinition")?.to_owned();
    let now = ask.now;
    let one = exact(ask, &given)?;
    match one.standing {
        Standing::Active => (one.standing, one.deregistered) = (Standing::Inactive, Some(now)),
        Standing::Inactive => {}
        Standing::Deleting => return Err(client("The task definition is being deleted.")),
    }
    Ok(json!({"taskDefinition": one.show()}))
}

/// Only what is INACTIVE can be deleted; it stays DELETE_IN_PROGRESS while something uses it.
pub(crate) fn delete(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let given = ask.texts("taskDefinitions");
    if given.is_empty() || given.len() > MOST {
        return Err(invalid(format!("Between 1 and {MOST} task definitions can be deleted at once.")));
    }
    let now = ask.now;
    let (mut deleted, mut failures) = (Vec::new(), Vec::new());
    for name in given {
        let Ok(one) = exact(ask, &name) else {
            failures.push(json!({"arn": name, "reason": "The specified task definition does not exist."}));
            continue;
        };
        if one.standing == Standing::Active {
            failures.push(json!({
                "arn": one.arn,
                "reason": "The specified task definition is still in ACTIVE status. Please deregister the target and try again.",
            }));
            continue;
        }
        (one.standing, one.delete_requested) = (Standing::Deleting, Some(now));
        let (arn, family, revision) = (one.arn.clone(), one.family.clone(), one.revision);
        deleted.push(one.show());
        if !used(ask.place, &arn) {
            if let Some(family) = ask.place.families.get_mut(&family) {
                family.revisions.remove(&revision);
            }
        }
    }
    Ok(json!({"taskDefinitions": deleted, "failures": failures}))
}
