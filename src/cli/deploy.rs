//! `deploy`: puts a release into an environment, or goes on with a run that was interrupted.

use clap::{Args, ValueEnum};

use crate::core::drift::OnDrift;
use crate::core::holder::not_held;
use crate::core::release::plan_deploy_over;
use crate::core::runs::{self, OnFailure};
use crate::core::select::Selection;
use crate::core::{Error, Result};

use super::change::{self, ChangeArgs, Next};
use super::context::{Context, Face};
use super::exit::Exit;
use super::progress;
use super::resume;
use super::source::{Loaded, SourceName};

/// Deploy a snapshot or a package to an environment
///
/// The plan is shown, a question asked, and exactly that plan performed. Before the first change a snapshot of all
/// that will be touched is kept, so that `rollback` puts back what was there. A deployment that fails rolls itself
/// back, unless told otherwise.
///
/// What somebody has changed there since the last run left it is named, and blocks, unless the release has the change
/// too. So does a newer release that this one would undo.
#[derive(Args, Debug)]
#[command(override_usage = "\
snapdeploy deploy [OPTIONS] <SOURCE> --to <ENV> [ADDRESS]...
       snapdeploy deploy [OPTIONS] --resume [RUN]")]
#[command(after_long_help = "\
Examples:
  snapdeploy deploy dev@latest --to prod --dry-run
  snapdeploy deploy dev@live --to prod 'connect/flow/Main IVR' --reason CHG-1042")]
pub(super) struct DeployArgs {
    /// What to deploy: ENV@latest, ENV@latest~N, ENV@good, ENV@NAME, ENV@ID, ENV@TIME, ENV@live, FILE.zip or a package's digest
    #[arg(required_unless_present = "resume")]
    source: Option<SourceName>,
    /// Which of it: addresses, or globs of addresses; everything if there are none
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Where to
    #[arg(long, value_name = "ENV", required_unless_present = "resume")]
    to: Option<String>,
    /// Go on with an interrupted run; without RUN, with the one that is open
    #[arg(long, value_name = "RUN", num_args = 0..=1, default_missing_value = "", conflicts_with = "source")]
    resume: Option<String>,
    /// What to do if it fails; the environment's own setting if not given
    #[arg(long, value_name = "WHAT")]
    on_failure: Option<Failing>,
    /// Overwrite what somebody has changed there since it was left, and what a newer release put there
    #[arg(long, conflicts_with = "resume")]
    overwrite_drift: bool,
    /// With --dry-run: end with 4 if there is something to change
    #[arg(long, requires = "dry_run")]
    exit_code: bool,
    #[command(flatten)]
    change: ChangeArgs,
}

/// What a failed deployment does.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Failing {
    /// Put back what was there before
    Rollback,
    /// Stop where it is
    Stop,
}

impl From<Failing> for OnFailure {
    fn from(failing: Failing) -> OnFailure {
        match failing {
            Failing::Rollback => OnFailure::Rollback,
            Failing::Stop => OnFailure::Stop,
        }
    }
}

/// Runs the verb.
pub(super) async fn run(args: &DeployArgs, face: &Face) -> Result<Exit> {
    let on_failure = args.on_failure.map(OnFailure::from);
    if let Some(run) = &args.resume {
        let run = Some(run.as_str()).filter(|r| !r.is_empty());
        return resume::run(run, args.to.as_deref(), on_failure, &args.change, face).await;
    }
    // clap sees to it that both are there.
    let (Some(name), Some(to)) = (&args.source, &args.to) else { return Ok(Exit::Usage) };
    let select = Selection::new(&args.addresses)?;
    let context = Context::open(face).await?;
    let site = context.site(to).await?;
    let (plan, loaded) = progress::show(face, async |events| {
        let means = context.means(&site, events);
        if !args.change.dry_run {
            not_held(&means).await?;
        }
        let loaded = name.load(&context, &select, events).await?;
        let on_drift = if args.overwrite_drift { OnDrift::Overwrite } else { OnDrift::Block };
        let plan = plan_deploy_over(&means, to, &loaded.source(name), &select, on_drift).await?;
        Ok::<_, Error>((plan, loaded))
    })
    .await?;
    let changes = if args.exit_code { Exit::Unclean } else { Exit::Done };
    if let Next::Over(exit) = change::show(face, &plan, &args.change, changes)? {
        return Ok(exit);
    }
    change::consent(face, &context, &site, &change::amount(&plan), &args.change)?;
    let on_failure = on_failure.unwrap_or(site.environment.on_failure);
    change::perform(face, &plan, None, async |events| {
        if let Loaded::Package { package, from_file: true, .. } = &loaded {
            context.repository().put_package(package).await?;
        }
        runs::begin(&context.means(&site, events), &plan, args.change.reason.clone(), on_failure).await
    })
    .await
}
