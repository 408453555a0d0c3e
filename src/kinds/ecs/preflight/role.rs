//! Whether the roles of the tasks are there.

use serde_json::json;

use super::card::Card;
use super::target::Target;
use crate::aws::IAM;
use crate::core::{Error, ErrorKind};
use crate::kinds::ecs::driver::Services;

/// Asks about the role by which images and secrets are fetched, and the one that the tasks have.
pub async fn ask(services: &Services, target: &Target, card: &mut Card<'_>) {
    for (asked, member) in [("execution role", "/executionRoleArn"), ("task role", "/taskRoleArn")] {
        let Some(role) = target.text(member) else { continue };
        // Source: `TaskDefinition` of the API reference: the short name or the full ARN.
        let name = role.rsplit('/').next().unwrap_or(role);
        let owner = role.split(':').nth(4).unwrap_or(&services.pin.account);
        if owner != services.pin.account {
            card.block(
                asked,
                format!("{role} is in another account, and tasks have roles of their own account only"),
                "name a role of this account: an overlay can",
            );
            continue;
        }
        match services
            .calls
            .account
            .query(&IAM, "GetRole", &json!({ "RoleName": name }))
            .await
            .map_err(Error::from)
        {
            Ok(_) => card.pass(asked, format!("{name} is there")),
            Err(e) if e.kind == ErrorKind::NotFound => card.block(
                asked,
                format!("there is no role {name}, so no task could start"),
                format!("make the role {name} again, with what it was allowed to do"),
            ),
            Err(e) => card.unasked(asked, &e, "iam:GetRole"),
        }
    }
}
