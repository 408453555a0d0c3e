//! `rollback --to`: puts back what was there at a time, or in a snapshot.

use crate::core::holder::not_held;
use crate::core::plan::Plan;
use crate::core::restore::{When, plan_restore};
use crate::core::runs::{self, OnFailure};
use crate::core::select::Selection;
use crate::core::{Error, Result};

use super::change::{self, Next};
use super::context::{Context, Face};
use super::exit::Exit;
use super::notify::Subject;
use super::progress;
use super::rollback::RollbackArgs;
use super::source::{Which, find, which_of};

/// Runs `rollback ENV [ADDRESS...] --to TEXT`.
pub(super) async fn run(args: &RollbackArgs, environment: &str, text: &str, face: &Face) -> Result<Exit> {
    let which = which(environment, text)?;
    let select = Selection::new(&args.addresses)?;
    let context = Context::open(face).await?;
    let access = args.saving.access(&args.change);
    if !args.change.dry_run {
        face.notice.about(Subject::Rollback, environment);
    }
    let site = context.site(environment, access).await?;
    let patience = args.change.patience();
    let plan = progress::show(face, async |events| {
        let means = args.change.means(&context, &site, events);
        if !args.change.dry_run {
            not_held(&means, patience).await?;
        }
        let when = match which {
            Which::At(at) => When::At(at),
            which => {
                let pin = site.driver.pin();
                let manifest = find(&context, environment, pin, &which).await?;
                When::Snapshot(Box::new(context.repository().snapshot(pin, &manifest.id).await?))
            }
        };
        plan_restore(&means, environment, &when, &select).await
    })
    .await?;
    if let Next::Over(exit) = change::show(face, &site, &plan, &args.change, Exit::Done)? {
        return Ok(exit);
    }
    change::consent(face, &context, &site, &change::amount(&plan), &args.change)?;
    let reason = args.change.reason.clone();
    change::perform(face, &plan, None, async |events| {
        let means = args.change.means(&context, &site, events);
        runs::begin_within(&means, &plan, reason, OnFailure::Stop, patience).await
    })
    .await
}

/// Returns which snapshot of `environment` the text names: as in a source, with or without `ENV@`.
fn which(environment: &str, text: &str) -> Result<Which> {
    let which = match text.split_once('@') {
        Some((named, which)) if named.is_empty() || named == environment => which,
        Some((named, _)) => {
            let message =
                format!("{environment} can only go back to what it was itself, not to what {named} was");
            return Err(Error::input(message)
                .hint(format!("to put that there: snapdeploy deploy {text} --to {environment}")));
        }
        None => text,
    };
    match which_of(which) {
        Ok(Which::Live) => Err(Error::input(format!("{environment}@live is what is there now"))
            .hint("name a snapshot or a time: --to yesterday")),
        Ok(which) => Ok(which),
        Err(why) => Err(Error::input(format!("`{text}` is neither a snapshot nor a time: {why}"))),
    }
}

/// Returns the command that does again what the plan of such a run did.
pub(super) fn again(plan: &Plan) -> String {
    format!("snapdeploy rollback {} --to {}", plan.environment, plan.source_digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_goes_back_to_itself_alone() {
        assert_eq!(which("prod", "good").unwrap(), Which::Good(0));
        assert_eq!(which("prod", "@latest~1").unwrap(), Which::Latest(1));
        assert_eq!(which("prod", "prod@nightly").unwrap(), Which::Named("nightly".into()));
        assert!(matches!(which("prod", "yesterday"), Ok(Which::At(_))));
        let other = which("prod", "dev@latest").unwrap_err();
        assert!(other.hint.unwrap().contains("deploy dev@latest --to prod"));
        assert!(which("prod", "live").is_err() && which("prod", "latest~x").is_err());
    }
}
