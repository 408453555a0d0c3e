//! A saved plan: made and shown now, approved and performed later, once, unless what it writes or resolves has changed.
//!
//! The audit is told of each plan that is saved, by its digest. So nobody who can only write the file can make another plan of
//! it: what signatures, promotion and the calendar were asked about is what is performed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::address::Address;
use super::approval::Saving;
use super::digest::Digest;
use super::error::{Error, ErrorKind, Result};
use super::given;
use super::id::{PlanId, RunId};
use super::inventory::Inventory;
use super::ledger::{Act, Notice};
use super::means::{Means, Values};
use super::picked::is_ours;
use super::plan::{Action, Plan};
use super::portable::{Resolver, resolve};
use super::promotion;
use super::renames::relabel;
use super::run::{Actor, RunKind, RunStatus};
use super::stored::keep_plan;
use super::survey;
use super::template::Placeholder;

/// The name and version of a saved plan.
pub const SAVED_SCHEMA: &str = "snapdeploy.saved-plan/1";

/// How many audit entries are read at once.
const PAGE: usize = 200;

/// A plan, when and by whom it was made, and what it stands on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    /// When.
    pub made_at: Timestamp,
    /// Who.
    pub made_by: Actor,
    /// From when on it is not performed any more.
    pub expires_at: Timestamp,
    /// The version of snapdeploy.
    pub tool: String,
    /// What each placeholder in the plan stood for, but for what the plan itself makes. With the digests in the plan's
    /// steps this is all that the plan stands on.
    pub resolves: BTreeMap<String, Option<String>>,
    /// The plan, which knows that it was saved.
    pub plan: Plan,
}

impl SavedPlan {
    /// Returns `plan` as it is saved, to be performed within `lasts`; keeps it, and tells the audit that it was saved. Fails
    /// with `Blocked` where something forbids the plan, and where the environment cannot be listed whole.
    pub async fn of(means: &Means<'_>, plan: &Plan, lasts: SignedDuration) -> Result<SavedPlan> {
        plan.permitted()?;
        let now = means.clock.now();
        let expires_at = now
            .checked_add(lasts)
            .map_err(|e| Error::input(format!("a plan cannot be kept for so long: {e}")))?;
        let inventory = relabel(listed(means).await?, &plan.renames);
        let saving = Saving { by: means.actor.identity.clone(), at: now, until: expires_at };
        let plan = Plan { saved: Some(PlanId::new(now)), saving: Some(saving), ..plan.clone() };
        let saved = SavedPlan {
            made_at: now,
            made_by: means.actor.clone(),
            expires_at,
            tool: means.tool.to_string(),
            resolves: resolves(&plan, &inventory, means.values)?,
            plan,
        };
        let plan = keep_plan(means, &saved.plan).await?;
        let what = Act::Saved { plan, file: saved.digest()?, actor: means.actor.clone() };
        means.ledger.tell(&Notice { pin: saved.plan.pin.clone(), at: now, run: None, what }).await?;
        Ok(saved)
    }

    /// Returns the bytes of the file.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let bug = |e| Error::bug(format!("cannot write the plan as JSON: {e}"));
        let data = serde_json::to_value(self).map_err(bug)?;
        let digest = Digest::of_json(&data);
        let whole = json!({ "schema": SAVED_SCHEMA, "data": data, "digest": digest.to_string() });
        let mut bytes = serde_json::to_vec_pretty(&whole).map_err(bug)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Returns the plan that `bytes` hold. `Input` unless they are as they were saved.
    pub fn from_bytes(bytes: &[u8]) -> Result<SavedPlan> {
        let bad = |e: serde_json::Error| Error::input(format!("this is not a saved plan: {e}"));
        let whole: Value = serde_json::from_slice(bytes).map_err(bad)?;
        if whole["schema"] != SAVED_SCHEMA {
            return Err(Error::input("this is not a plan that this version saved")
                .hint("snapdeploy deploy SOURCE --to ENV --save-plan FILE saves one"));
        }
        if whole["digest"] != Digest::of_json(&whole["data"]).to_string() {
            return Err(
                Error::input("the saved plan has been edited since it was saved").hint("save it again")
            );
        }
        serde_json::from_value(whole["data"].clone()).map_err(bad)
    }

    /// Fails unless the plan may still be performed: in time, in the same place, the very one that was saved, for the first
    /// time, with what it writes and resolves as they were, and still the environment's to write. Everything that has
    /// changed is named.
    pub async fn fresh(&self, means: &Means<'_>) -> Result<()> {
        let plan = &self.plan;
        let stale = |message: String| {
            Error::new(ErrorKind::Stale, message).hint("make the plan again, and have it approved")
        };
        if means.clock.now() >= self.expires_at {
            return Err(stale(format!("the saved plan was good until {}", self.expires_at)));
        }
        let pin = means.driver.pin();
        if plan.pin != *pin {
            let message =
                format!("the saved plan is for {}, and {} points at {pin}", plan.pin, plan.environment);
            return Err(stale(message));
        }
        if let Some(run) = self.performed(means).await? {
            return Err(Error::blocked(format!("the saved plan has been performed, by the run {run}"))
                .hint(format!("snapdeploy history show {run}")));
        }
        let foreign: Vec<String> = plan
            .steps
            .iter()
            .filter(|s| plan.kind == RunKind::Deploy && !is_ours(means.values, &s.address))
            .map(|s| s.address.to_string())
            .collect();
        if !foreign.is_empty() {
            let message = format!("{} does not own these any more: {}", plan.environment, foreign.join(", "));
            return Err(Error::blocked(message));
        }
        if let Some(undone) = promotion::watch(means, plan).await?.into_iter().next() {
            let error = Error::blocked(undone.message);
            return Err(match undone.hint {
                Some(hint) => error.hint(hint),
                None => error,
            });
        }
        given::again(means, plan).await?;
        let changes = self.changes(means).await?;
        match changes.is_empty() {
            true => Ok(()),
            false => Err(stale(format!("changed since the plan was saved: {}", changes.join("; ")))),
        }
    }

    /// Returns the digest of all that its file says: of the plan, and of what it stands on.
    fn digest(&self) -> Result<Digest> {
        let value = serde_json::to_value(self)
            .map_err(|e| Error::bug(format!("cannot write the plan as JSON: {e}")).source(e))?;
        Ok(Digest::of_json(&value))
    }

    /// Returns the run that has performed the plan, if one has. Fails with `Blocked` unless the audit was told that it was
    /// saved, all that its file says: what that says for itself, whoever can write the file can make it say.
    async fn performed(&self, means: &Means<'_>) -> Result<Option<RunId>> {
        let (digest, file, mut before) = (self.plan.digest(), self.digest()?, None);
        let mut performed = None;
        loop {
            let page = means.ledger.entries(means.driver.pin(), before, PAGE).await?;
            for entry in &page.items {
                match &entry.what {
                    // Nothing has performed it before it was saved.
                    Act::Saved { plan, file: of, .. } if *plan == digest && *of == file => {
                        return Ok(performed);
                    }
                    Act::Start { start } if start.plan == digest && performed.is_none() => {
                        // One that has come to nothing leaves the plan as it was.
                        let end = means.ledger.run(&start.run).await?.finish;
                        if !end.is_some_and(|end| end.status == RunStatus::Failed && !end.changed) {
                            performed = Some(start.run.clone());
                        }
                    }
                    _ => {}
                }
            }
            before = page.items.last().map(|e| e.seq);
            if !page.more || before.is_none() {
                return Err(self.unknown());
            }
        }
    }

    fn unknown(&self) -> Error {
        let Plan { environment, source, .. } = &self.plan;
        let again = match self.plan.kind {
            RunKind::Deploy => format!("snapdeploy deploy {source} --to {environment}"),
            RunKind::Rollback => format!("snapdeploy rollback {environment}"),
        };
        Error::blocked(format!(
            "the audit of {environment} does not have this plan as one that was saved: its file was edited since, or \
             belongs to another store"
        ))
        .hint(format!("go without it: {again}; or save it again, with --save-plan"))
    }

    /// Returns what is not as it was, one line each.
    async fn changes(&self, means: &Means<'_>) -> Result<Vec<String>> {
        let plan = &self.plan;
        // By the names that the plan has for things.
        let mut inventory = relabel(listed(means).await?, &plan.renames);
        let now = resolves(plan, &inventory, means.values)?;
        let mut changes = Vec::new();
        for (placeholder, then) in &self.resolves {
            let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".into());
            let now = now.get(placeholder).cloned().flatten();
            if now != *then {
                changes.push(format!("{placeholder} was {} and is {}", text(then), text(&now)));
            }
        }
        let listed: BTreeMap<Address, String> =
            inventory.iter().map(|f| (f.address.clone(), f.id.clone())).collect();
        inventory.add(plan.seen());
        let scope: Vec<&Address> = plan.steps.iter().map(|s| &s.address).collect();
        let (lives, gaps) = survey::read(means.driver, &inventory, scope.iter().copied(), means.events).await;
        survey::complete(&gaps, |_| true)?;
        for step in &plan.steps {
            let address = &step.address;
            let other =
                step.found.as_ref().is_some_and(|f| listed.get(address).is_some_and(|id| *id != f.id));
            changes.extend(match (&step.before, lives.get(address)) {
                (Some(_), Some(_)) if other => Some(format!("{address} is another one now")),
                (Some(before), Some(live)) if before.fits(&live.document) => None,
                (None, None) => None,
                (Some(_), Some(_)) => Some(format!("{address} has been changed")),
                (Some(_), None) => Some(format!("{address} is gone")),
                (None, Some(_)) => Some(format!("{address} has been created")),
            });
        }
        Ok(changes)
    }
}

async fn listed(means: &Means<'_>) -> Result<Inventory> {
    let (inventory, gaps) = survey::list(means.driver, means.events).await?;
    survey::complete(&gaps, |_| false)?;
    Ok(inventory)
}

/// Returns what each placeholder in the moves of `plan` stands for, but for what the plan makes.
fn resolves(plan: &Plan, inventory: &Inventory, values: &Values) -> Result<BTreeMap<String, Option<String>>> {
    let made: BTreeSet<&Address> =
        plan.steps.iter().filter(|s| s.action == Action::Create).map(|s| &s.address).collect();
    let resolver = Resolver { inventory, accounts: &values.accounts, vars: &values.vars };
    let mut found = BTreeMap::new();
    for m in &plan.moves {
        resolve(&m.args, &mut |placeholder| {
            let ours = matches!(placeholder, Placeholder::To { address, .. } if made.contains(address));
            if !ours {
                found.insert(placeholder.to_string(), resolver.text(placeholder).ok());
            }
            Ok(placeholder.to_string())
        })?;
    }
    Ok(found)
}
