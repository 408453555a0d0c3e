//! `rollback --to`: puts back what was there at a time, in a snapshot, after a run, or as an edition of a service.

use crate::core::again::{choice, plan_again};
use crate::core::holder::not_held;
use crate::core::plan::Plan;
use crate::core::restore::plan_restore;
use crate::core::runs::{self, OnFailure};
use crate::core::select::Selection;
use crate::core::{Error, Result};

use super::aim::{Aim, aim};
use super::change::{self, Next};
use super::context::{Context, Face, Site};
use super::exit::Exit;
use super::notify::Subject;
use super::pick::{Turn, only};
use super::rollback::RollbackArgs;
use super::{progress, saved};

/// Runs `rollback ENV [ADDRESS...] --to TEXT`.
pub(super) async fn run(args: &RollbackArgs, environment: &str, text: &str, face: &Face) -> Result<Exit> {
    let select = Selection::new(&args.addresses)?;
    let context = Context::open_for(face, &args.change).await?;
    if !args.change.dry_run {
        face.notice.about(Subject::Rollback, environment);
    }
    let site = context.site(environment, args.saving.access(&args.change)).await?;
    let plan = progress::show(face, async |events| {
        let means = args.change.means(&context, &site, events);
        if !args.change.dry_run && args.saving.save_plan.is_none() {
            not_held(&means, args.change.patience()).await?;
        }
        let choice = match only(&args.addresses) {
            Some(address) => choice(&means, &address).await?,
            None => None,
        };
        let aimed = aim(face, &context, &means, (environment, text), choice.as_ref()).await?;
        match (aimed, &choice) {
            (Aim::Edition(revision), Some(choice)) => {
                plan_again(&means, environment, &choice.found.address, &revision, &choice.tried).await
            }
            (Aim::Edition(revision), None) => Err(Error::bug(format!("revision {revision} of nothing"))),
            (Aim::When(when), _) => plan_restore(&means, environment, &when, &select).await,
        }
    })
    .await?;
    perform(args, face, &context, &site, &plan).await
}

/// Makes a service one of its editions again, as it was picked.
pub(super) async fn turn(
    args: &RollbackArgs,
    face: &Face,
    context: &Context,
    site: &Site,
    picked: Turn,
) -> Result<Exit> {
    let Turn::Again(choice, revision) = picked else {
        return Err(Error::bug("nothing was picked"));
    };
    let plan = progress::show(face, async |events| {
        let means = args.change.means(context, site, events);
        if !args.change.dry_run && args.saving.save_plan.is_none() {
            not_held(&means, args.change.patience()).await?;
        }
        let name = &site.environment.name;
        plan_again(&means, name, &choice.found.address, &revision, &choice.tried).await
    })
    .await?;
    perform(args, face, context, site, &plan).await
}

async fn perform(
    args: &RollbackArgs,
    face: &Face,
    context: &Context,
    site: &Site,
    plan: &Plan,
) -> Result<Exit> {
    if let Some(file) = &args.saving.save_plan {
        return saved::save(face, context, site, plan, file, args.saving.expires).await;
    }
    if let Next::Over(exit) = change::show(face, site, plan, &args.change, Exit::Done)? {
        return Ok(exit);
    }
    change::consent(face, context, site, &change::amount(plan), &args.change)?;
    let reason = args.change.why();
    let patience = args.change.patience();
    change::perform(face, plan, None, &args.change, async |events| {
        let means = args.change.means(context, site, events);
        runs::begin_within(&means, plan, reason, OnFailure::Stop, patience).await
    })
    .await
}

/// Returns the command that does again what the plan of such a run did.
pub(super) fn again(plan: &Plan) -> String {
    format!("snapdeploy rollback {} --to {}", plan.environment, plan.source_digest)
}
