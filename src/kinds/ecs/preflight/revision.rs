//! Whether the revision that is gone to is there, and what becomes of it where it is not.

use super::card::Card;
use crate::core::driver::Change;
use crate::core::run::RunKind;
use crate::kinds::ecs::driver::Services;
use crate::kinds::ecs::moves::{Pick, pick};
use crate::kinds::ecs::state::Known;

const ASKED: &str = "revision";

/// Asks about the task definition. One that is INACTIVE cannot be used for UpdateService, and is registered anew.
///
/// Source: "Deregistering an Amazon ECS task definition revision", after deploy-peers 4.3.
pub async fn ask(services: &Services, change: &Change<'_>, kind: RunKind, card: &mut Card<'_>) {
    let Some(to) = change.to else { return };
    let Some(from) = change.from else {
        return card.pass(ASKED, "a new one is registered");
    };
    let (now, then) = (Known::of(from), Known::of(to));
    let name = |number: u64| format!("{}:{number}", now.family);
    match pick(from, to) {
        Pick::Same => card.pass(ASKED, format!("{} stays", now.revision.map(name).unwrap_or_default())),
        Pick::Other(number) => card.pass(ASKED, format!("{} is ACTIVE", name(number))),
        // What comes from elsewhere names no revision of here.
        Pick::Anew { clone_of } => {
            match clone_of.filter(|_| kind == RunKind::Rollback && then.family == now.family) {
                None => card.pass(ASKED, "a new one is registered"),
                Some(number) => clone(services, &name(number), card).await,
            }
        }
    }
    let newer = then.family == now.family && then.revision > now.revision && now.revision.is_some();
    if let (RunKind::Rollback, true, Some(live), Some(number)) = (kind, newer, now.revision, then.revision) {
        card.warn("direction", format!("{} is newer than {}, which runs now", name(number), name(live)));
    }
}

/// Says why a clone of the revision is registered.
async fn clone(services: &Services, name: &str, card: &mut Card<'_>) {
    let anew = format!("it is registered anew, as a clone of {name}");
    match services.calls.task_definition(name).await {
        Ok(definition) => match definition["status"].as_str() {
            Some("ACTIVE") => {
                card.warn(ASKED, format!("{name} would run other bits now than it ran then: {anew}"))
            }
            status => card
                .warn(ASKED, format!("{name} is {}: {anew}", status.unwrap_or("in no state that is told"))),
        },
        // Source: "DescribeTaskDefinition" answers so for one that was deleted.
        Err(e) if e.message.contains("Unable to describe") => {
            card.warn(ASKED, format!("{name} is not there any more: {anew}, from what was kept of it"));
        }
        Err(e) => card.unasked(ASKED, &e, "ecs:DescribeTaskDefinition"),
    }
}
