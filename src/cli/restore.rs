//! `rollback --to`: puts back what was there at a time, in a snapshot, after a run, or as an edition of a service.

use crate::core::again::{Choice, choice, plan_again};
use crate::core::back::{Past, past};
use crate::core::holder::{Manner, not_held};
use crate::core::means::Means;
use crate::core::plan::Plan;
use crate::core::restore::plan_restore;
use crate::core::run::RunKind;
use crate::core::runs::{self, OnFailure};
use crate::core::select::Selection;
use crate::core::{Error, Result};

use super::aim::{Aim, aim};
use super::change::{self, Next};
use super::context::{Context, Face, Site};
use super::exit::Exit;
use super::notify::Subject;
use super::output::moment;
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
    let (way, open, plan) = progress::show(face, async |events| {
        let means = args.change.means(&context, &site, events);
        let open = replaced(args, &means, &select).await?;
        if open.is_none() && !args.change.dry_run && args.saving.save_plan.is_none() {
            not_held(&means, args.change.patience()).await?;
        }
        let choice = match only(&args.addresses) {
            Some(address) => choice(&means, &address).await?,
            None => None,
        };
        let aim = aim(face, &context, &means, (environment, text), choice.as_ref()).await?;
        let way = Way { environment, aim, choice, select: &select };
        let plan = way.plan(&means).await?;
        Ok::<_, Error>((way, open, plan))
    })
    .await?;
    match open {
        None => perform(args, face, &context, &site, &plan).await,
        Some(open) => replace(args, face, (&context, &site), (&open, &way), &plan).await,
    }
}

/// Where to go back to, and with what.
struct Way<'a> {
    environment: &'a str,
    aim: Aim,
    choice: Option<Choice>,
    select: &'a Selection,
}

impl Way<'_> {
    /// Returns the plan that leads there from what is there now.
    async fn plan(&self, means: &Means<'_>) -> Result<Plan> {
        match (&self.aim, &self.choice) {
            (Aim::Edition(revision), Some(choice)) => {
                let address = &choice.found.address;
                plan_again(means, self.environment, address, revision, &choice.tried).await
            }
            (Aim::Edition(revision), None) => Err(Error::bug(format!("revision {revision} of nothing"))),
            (Aim::When(when), _) => plan_restore(means, self.environment, when, self.select).await,
        }
    }
}

/// Returns the open run that is to end for this one, if there is one and it is to. It can only end whole: fails with `Input`
/// where it wrote something that is not picked.
async fn replaced(args: &RollbackArgs, means: &Means<'_>, select: &Selection) -> Result<Option<Past>> {
    if !args.take_over {
        return Ok(None);
    }
    let Some(held) = means.ledger.held(means.driver.pin()).await? else { return Ok(None) };
    let past = past(means, &held.start.run).await?;
    let run = &held.start.run;
    let other = past.progress.touched(&past.plan).into_iter().find(|a| !select.picks(a)).cloned();
    match other {
        None => Ok(Some(past)),
        Some(other) => {
            Err(Error::input(format!("the run {run}, which has not ended, has also written {other}"))
                .hint("leave the addresses out: a run can only be ended whole"))
        }
    }
}

/// Ends the open run, and performs the plan in its place.
async fn replace(
    args: &RollbackArgs,
    face: &Face,
    (context, site): (&Context, &Site),
    (open, way): (&Past, &Way<'_>),
    plan: &Plan,
) -> Result<Exit> {
    let start = &open.record.start;
    if args.saving.save_plan.is_some() {
        return Err(Error::input(format!(
            "the run {} has not ended, so what ends it cannot be saved",
            start.run
        ))
        .hint("leave --save-plan out"));
    }
    let verb = if start.kind == RunKind::Deploy { "deployment" } else { "rollback" };
    face.ui.say(format!(
        "Ending the {verb} {}, which has not ended: {} by {}",
        start.run,
        moment(start.at),
        start.actor.identity
    ));
    let what = if plan.is_empty() && !args.change.dry_run {
        change::blocked(plan)?;
        "This ends the run, and changes nothing more,".to_string()
    } else {
        if let Next::Over(exit) = change::show(face, site, plan, &args.change, Exit::Done)? {
            return Ok(exit);
        }
        change::amount(plan)
    };
    change::consent(face, context, site, &what, &args.change)?;
    face.signals.changed();
    let reason = args.change.why();
    change::perform(face, plan, None, &args.change, async |events| {
        let means = args.change.means(context, site, events);
        let replan = async || Box::pin(way.plan(&means)).await;
        runs::converge(&means, open, plan, reason, Manner::GiveUpSoon, replan).await
    })
    .await
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
