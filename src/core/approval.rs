//! Approval: plans that other people than those who made and perform them have agreed to.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::error::{Error, Result};
use super::finding::{Finding, Weight};
use super::ledger::{Act, Entry, Ledger, Notice};
use super::means::{Glass, Means};
use super::pin::Pin;
use super::plan::Plan;
use super::redact::redact;
use super::run::{Actor, RunKind};
use super::saved::SavedPlan;

/// How many audit entries are read at once.
const PAGE: usize = 200;

/// How the roles begin that IAM Identity Center makes. Source: IAM Identity Center user guide, "Referencing permission
/// sets in resource policies".
const SSO: &str = "AWSReservedSSO_";

/// Who saved a plan, when, and until when it may be performed. It is a part of the plan, so that whoever approves the plan's
/// digest approves this too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saving {
    /// The identity of who saved it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// From when on it is not performed any more: approvals end with it.
    pub until: Timestamp,
}

/// That somebody approved a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// Who.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
    /// Why, in their words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Returns what tells the person behind `identity`, the ARN of an STS caller, from others.
///
/// The name of a role's session is chosen by whoever assumes the role (STS API reference, AssumeRole, RoleSessionName), so
/// two sessions of a role are two people only where a provider of identities sets the name: in the roles of IAM Identity
/// Center it is the user's name, whatever the account and the permission set. Any other role is one person.
pub fn person(identity: &str) -> String {
    let Some((before, session)) = identity.split_once(":assumed-role/") else { return identity.to_string() };
    let (role, name) = session.split_once('/').unwrap_or((session, ""));
    match role.starts_with(SSO) && !name.is_empty() {
        true => format!("sso/{name}"),
        false => format!("{before}:assumed-role/{role}"),
    }
}

/// Returns the approvals of the saved plan with this digest in the audit of `pin`, the oldest first. None is older than what
/// says that it was saved: the times of entries do not tell, for a run that is imported has those of when it was done.
pub async fn of_plan(ledger: &dyn Ledger, pin: &Pin, plan: &Digest) -> Result<Vec<Approval>> {
    let (mut found, mut before) = (Vec::new(), None);
    'pages: loop {
        let page = ledger.entries(pin, before, PAGE).await?;
        before = page.items.last().map(|e| e.seq);
        for entry in page.items {
            match entry.what {
                Act::Saved { plan: of, .. } if of == *plan => break 'pages,
                Act::Approved { plan: of, actor, reason } if of == *plan => {
                    found.push(Approval { actor, at: entry.at, reason });
                }
                _ => {}
            }
        }
        if !page.more || before.is_none() {
            break;
        }
    }
    found.reverse();
    Ok(found)
}

/// Returns a block where the environment asks for approvals that `plan` does not have: those of other people than who
/// saved it and who performs it. What puts something back needs none.
pub(super) async fn watch(means: &Means<'_>, plan: &Plan) -> Result<Vec<Finding>> {
    let needed = means.values.approvals;
    if needed == 0 || plan.kind != RunKind::Deploy {
        return Ok(Vec::new());
    }
    let block = |message: String| vec![Finding::new(Weight::Block, None, message)];
    let environment = &plan.environment;
    if means.waivers.glass == Glass::Broken {
        let message = format!(
            "{environment} takes a plan that {} approved, which nobody can see while the ledger cannot be reached: it goes \
             without, since somebody broke the glass",
            people(needed)
        );
        return Ok(vec![Finding::new(Weight::Warning, None, message)]);
    }
    let Some(saving) = &plan.saving else {
        let message = format!("{environment} takes only a saved plan that {} approved", people(needed));
        let hint = "save it with --save-plan plan.json, have it approved (snapdeploy approve plan.json), and perform it: \
                    snapdeploy deploy --plan plan.json";
        return Ok(block(message).into_iter().map(|f| f.hint(hint)).collect());
    };
    if means.clock.now() >= saving.until {
        return Ok(block(format!("the approvals of the plan were good until {}", saving.until)));
    }
    let given = of_plan(means.ledger, &plan.pin, &plan.digest()).await?;
    let own = [person(&means.actor.identity), person(&saving.by)];
    let others: BTreeSet<String> =
        given.iter().map(|a| person(&a.actor.identity)).filter(|p| !own.contains(p)).collect();
    if others.len() >= needed {
        return Ok(Vec::new());
    }
    let message = format!(
        "{environment} takes a plan that {} approved, other than who saved it and who performs it; this one has {}",
        people(needed),
        match others.len() {
            0 => "no such approval".to_string(),
            n => format!("{n}"),
        }
    );
    Ok(block(message).into_iter().map(|f| f.hint("somebody else: snapdeploy approve PLANFILE")).collect())
}

fn people(count: usize) -> String {
    if count == 1 { "another person has".into() } else { format!("{count} other people have") }
}

/// Tells the audit that whoever works with `means` approves `saved`, which has to be fresh. `Blocked` where that is who saved
/// it.
pub async fn approve(means: &Means<'_>, saved: &SavedPlan, reason: Option<String>) -> Result<Entry> {
    let plan = &saved.plan;
    let maker = plan.saving.as_ref().map_or(&saved.made_by.identity, |s| &s.by);
    let (own, other) = (person(&means.actor.identity), person(maker));
    if own == other {
        let message =
            format!("{maker} saved the plan, and {} is taken for the same person", means.actor.identity);
        return Err(Error::blocked(message).hint(
            "somebody else has to approve it; sessions of a role are told apart only in the roles of IAM Identity Center",
        ));
    }
    means.repository.put_plan(plan).await?;
    let actor = means.actor.clone();
    let reason = reason.map(|text| redact(&text).into_owned());
    let what = Act::Approved { plan: plan.digest(), actor, reason };
    means.ledger.tell(&Notice { pin: plan.pin.clone(), at: means.clock.now(), run: None, what }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_people_only_where_a_provider_names_them() {
        let role = |name: &str| format!("arn:aws:sts::111122223333:assumed-role/{name}");
        let same = |a: &str, b: &str| person(a) == person(b);
        assert!(same(&role("deployer/ada"), &role("deployer/grace")), "anybody can name a session");
        assert!(!same(&role("deployer/ada"), &role("approver/ada")));
        let sso = role("AWSReservedSSO_Admin_0123456789abcdef/ada@acme.example");
        let other = role("AWSReservedSSO_Read_fedcba9876543210/ada@acme.example");
        assert!(same(&sso, &other), "one user with two permission sets");
        assert!(same(&sso, &other.replace("111122223333", "444455556666")), "and in two accounts");
        assert!(!same(&sso, &sso.replace("ada@", "grace@")));
        assert!(!same("arn:aws:iam::111122223333:user/ada", "arn:aws:iam::111122223333:user/grace"));
        assert!(same(&role("AWSReservedSSO_Admin_0/"), &role("AWSReservedSSO_Admin_0")));
    }
}
