//! `deploy`: puts a release into an environment, or goes on with a run that was interrupted.

use clap::{Args, ValueEnum};

use crate::core::closure::Dependencies;
use crate::core::drift::OnDrift;
use crate::core::holder::not_held;
use crate::core::means::Ladders;
use crate::core::prune::{Cap, Prune};
use crate::core::release::{Deployment, Operational, plan_deploy};
use crate::core::renames::Said;
use crate::core::restart::plan_restart;
use crate::core::run::RunKind;
use crate::core::runs::{self, OnFailure};
use crate::core::select::Selection;
use crate::core::{Address, Error, Result};

use super::artifact::{self, Artifact, Built};
use super::change::{self, ChangeArgs, Next};
use super::context::{Context, Face};
use super::exit::Exit;
use super::notify::Subject;
use super::progress;
use super::resume;
use super::saved::{self, SavingArgs};
use super::signed;
use super::source::{self, Loaded, SourceName, Which};
use super::waived::WaivedArgs;

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
       snapdeploy deploy [OPTIONS] --artifact <ADDRESS=PATH|IMAGE> --to <ENV>
       snapdeploy deploy [OPTIONS] --restart <ADDRESS> --to <ENV>
       snapdeploy deploy [OPTIONS] --plan <FILE>
       snapdeploy deploy [OPTIONS] --resume [RUN]")]
#[command(after_long_help = "\
Examples:
  snapdeploy deploy dev@live --to prod 'connect/flow/Main IVR' --with-dependencies --save-plan p.json
  snapdeploy deploy --plan p.json --confirm acme/prod --reason CHG-1042
  snapdeploy deploy --artifact ecs/service/main/api:app=api:v1.4.2 --to stage --yes
  snapdeploy deploy --restart ecs/service/main/api --to stage --yes")]
pub(super) struct DeployArgs {
    /// What to deploy: ENV@latest, ENV@latest~N, ENV@good, ENV@NAME, ENV@ID, ENV@TIME, ENV@live, FILE.zip or a package's digest
    #[arg(required_unless_present_any = ["resume", "plan", "artifact", "restart"], conflicts_with = "plan")]
    source: Option<SourceName>,
    /// Which of it: addresses, or globs of addresses; everything if there are none
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Where to
    #[arg(long, value_name = "ENV", required_unless_present_any = ["resume", "plan"], conflicts_with = "plan")]
    to: Option<String>,
    /// Put what was built elsewhere into what is in the target or in SOURCE. Into a function a ZIP file or a folder: the aliases that had the old code follow, or only ALIAS. Into a service an image, ecs/service/CLUSTER/NAME:CONTAINER=REPO:TAG or =REPO@sha256:...: a tag is looked up now, and its digest is deployed. Into a site a folder: site/bucket/NAME=FOLDER
    #[arg(long, value_name = "ADDRESS[#ALIAS]=PATH", conflicts_with_all = ["resume", "plan"])]
    artifact: Vec<Artifact>,
    /// Start a service again as it is: new tasks, the same revision
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["source", "addresses", "artifact", "resume", "plan", "prune", "with_dependencies", "include_operational", "overwrite_drift", "rename", "as_new"])]
    restart: Vec<String>,
    /// Go on with an interrupted run; without RUN, with the one that is open
    #[arg(long, value_name = "RUN", num_args = 0..=1, default_missing_value = "")]
    #[arg(conflicts_with_all = ["source", "plan", "save_plan", "wait_lock"])]
    resume: Option<String>,
    /// Also what they refer to and the target lacks, and what that refers to; =all: also what it has
    #[arg(long, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "missing", conflicts_with = "plan")]
    with_dependencies: Option<Depending>,
    /// Also take away what the target has and the source does not; archived where that can be
    #[arg(long, conflicts_with = "plan")]
    prune: bool,
    /// How much --prune may take away of each kind: 10% of what is there, or 3
    #[arg(long, value_name = "N", default_value = "5%", requires = "prune")]
    prune_limit: Cap,
    /// Also what is changed by the hour, such as whether queues are open, and how many contacts they take
    #[arg(long, conflicts_with = "plan")]
    include_operational: bool,
    /// With --resume: leave out what cannot be written now, as it is found; the run goes on without it, which is recorded
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["source", "plan", "artifact", "restart"])]
    skip: Vec<Address>,
    /// What to do if it fails; the environment's own setting if not given
    #[arg(long, value_name = "WHAT")]
    on_failure: Option<Failing>,
    /// Overwrite what somebody has changed there since it was left, and what a newer release put there
    #[arg(long, conflicts_with = "resume")]
    overwrite_drift: bool,
    /// What the target calls OLD is what the source calls NEW: rename it, do not make another
    #[arg(long, value_name = "OLD=NEW", conflicts_with_all = ["resume", "plan"])]
    rename: Vec<String>,
    /// What is new in the target, though something there looks like it: addresses, or globs of addresses
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["resume", "plan"])]
    as_new: Vec<String>,
    /// With --dry-run: end with 4 if there is something to change
    #[arg(long, requires = "dry_run")]
    exit_code: bool,
    #[command(flatten)]
    saving: SavingArgs,
    #[command(flatten)]
    waived: WaivedArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

/// What comes with what is picked.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Depending {
    /// What the target lacks
    Missing,
    /// All of it
    All,
}

impl From<Depending> for Dependencies {
    fn from(depending: Depending) -> Dependencies {
        match depending {
            Depending::Missing => Dependencies::Missing,
            Depending::All => Dependencies::All,
        }
    }
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
    let change = ChangeArgs { waived: args.waived.clone(), ..args.change.clone() };
    if let Some(run) = &args.resume {
        let run = Some(run.as_str()).filter(|r| !r.is_empty());
        return resume::run(run, args.to.as_deref(), &args.skip, on_failure, &change, face).await;
    }
    if let Some(file) = &args.saving.plan {
        return saved::perform(file, RunKind::Deploy, on_failure, &change, face).await;
    }
    // clap sees to it that it is there, and a source where there is no artifact.
    let Some(to) = &args.to else { return Ok(Exit::Usage) };
    let live = SourceName::Snapshot { environment: to.clone(), which: Which::Live };
    let name = args.source.as_ref().unwrap_or(&live);
    let built: Vec<Built> = args.artifact.iter().map(Artifact::read).collect::<Result<_>>()?;
    if !change.dry_run {
        face.notice.about(Subject::Deploy, to);
    }
    if !change.dry_run && args.saving.save_plan.is_none() {
        face.asked.about(RunKind::Deploy, to, change.why().as_deref());
        args.source.iter().for_each(|source| face.asked.source(&source.to_string()));
    }
    let mut deployment = args.deployment()?;
    let mut context = Context::open_for(face, &change).await?;
    if args.waived.ladders() == Ladders::AtOnce {
        context.config.shift_at_once(to);
    }
    context.config.skip_gates(to, args.waived.waivers().gates);
    let access = args.saving.access(&change);
    let site = context.site(to, access).await?;
    change.waived.known(to, &site.environment.values.gates)?;
    if let Some(first) = &site.environment.values.promote_from {
        deployment.proven_in = Some(context.pin(first).await?);
    }
    let again = addresses(&args.restart)?;
    let (plan, loaded) = progress::show(face, async |events| {
        let means = change.means(&context, &site, events);
        if !change.dry_run && args.saving.save_plan.is_none() {
            not_held(&means, change.patience()).await?;
        }
        if !again.is_empty() {
            return Ok::<_, Error>((plan_restart(&means, to, &again).await?, None));
        }
        let extent = args.extent(&deployment);
        // What is there is read with the means that the target is read with: they remember it for the plan.
        let loaded = match name == &live {
            true => source::live(&context, &site, &extent, events).await?,
            false => name.load(&context, &extent, events).await?,
        };
        signed::source(&context, &site, name, &loaded, built.len()).await?;
        let mut source = loaded.source(name);
        if !built.is_empty() {
            let missing =
                args.artifact.iter().map(|a| &a.address).filter(|a| !source.documents.contains_key(a));
            let missing: Vec<String> = missing.map(ToString::to_string).collect();
            let target = match missing.is_empty() || name == &live {
                true => None,
                false => {
                    let missing = Selection::new(&missing)?;
                    Some(source::live(&context, &site, &missing, events).await?.source(&live))
                }
            };
            artifact::apply(&built, &mut source, target.as_ref(), &*site.driver).await?;
        }
        let plan = plan_deploy(&means, to, &source, &deployment).await?;
        Ok((plan, Some(loaded)))
    })
    .await?;
    if let Some(file) = &args.saving.save_plan {
        keep(loaded.as_ref(), &built, &context).await?;
        return saved::save(face, &context, &site, &plan, file, args.saving.expires).await;
    }
    let changes = if args.exit_code { Exit::Unclean } else { Exit::Done };
    let shown = progress::show(face, async |events| {
        change::guarded(&change.means(&context, &site, events), &plan, &change).await
    })
    .await?;
    if let Next::Over(exit) = change::show(face, &site, &shown, &change, changes)? {
        return Ok(exit);
    }
    change::consent(face, &context, &site, &change::amount(&plan), &change)?;
    let on_failure = on_failure.unwrap_or(site.environment.on_failure);
    change::perform(face, &plan, None, &change, async |events| {
        // Whoever was asked, or is waited for, may take long; and the signature is on what is in memory still.
        let waiting = change.means(&context, &site, events);
        not_held(&waiting, change.patience()).await?;
        if let Some(loaded) = &loaded {
            signed::source(&context, &site, name, loaded, built.len()).await?;
        }
        keep(loaded.as_ref(), &built, &context).await?;
        let (means, change) = (change.means(&context, &site, events), &change);
        runs::begin_within(&means, &plan, change.why(), on_failure, change.patience()).await
    })
    .await
}

/// Puts what is deployed into the store.
async fn keep(loaded: Option<&Loaded>, built: &[Built], context: &Context) -> Result<()> {
    if let Some(loaded) = loaded {
        loaded.keep(context).await?;
    }
    for one in built {
        one.keep(context).await?;
    }
    Ok(())
}

impl DeployArgs {
    /// Returns which of the source is deployed: artifacts too, where anything is picked, and nothing else where they are
    /// all that is given.
    fn selection(&self) -> Result<Selection> {
        let mut patterns = self.addresses.clone();
        if self.source.is_none() || !patterns.is_empty() {
            patterns.extend(self.artifact.iter().map(|a| a.address.to_string()));
        }
        Selection::new(&patterns)
    }

    /// Returns what is to be taken in.
    fn deployment(&self) -> Result<Deployment> {
        Ok(Deployment {
            select: self.selection()?,
            dependencies: self.with_dependencies.map(Dependencies::from).unwrap_or_default(),
            prune: if self.prune { Prune::Within(self.prune_limit) } else { Prune::Nothing },
            operational: if self.include_operational { Operational::Promoted } else { Operational::Kept },
            drift: if self.overwrite_drift { OnDrift::Overwrite } else { OnDrift::Block },
            said: Said {
                renames: self.rename.iter().map(|text| renamed(text)).collect::<Result<_>>()?,
                new: (!self.as_new.is_empty()).then(|| Selection::new(&self.as_new)).transpose()?,
            },
            proven_in: None,
        })
    }

    /// Returns how much of a live source is to be read: what others refer to, and what is not there, can only be told
    /// from all of it.
    fn extent(&self, deployment: &Deployment) -> Selection {
        match (deployment.dependencies, deployment.prune) {
            (Dependencies::Left, Prune::Nothing) => deployment.select.clone(),
            _ => Selection::all(),
        }
    }
}

/// Returns the addresses that `texts` are.
fn addresses(texts: &[String]) -> Result<Vec<Address>> {
    texts.iter().map(|text| text.parse::<Address>()).collect()
}

/// Returns both sides of `OLD=NEW`; a name may have an equals sign in it, so each is tried.
fn renamed(text: &str) -> Result<(Address, Address)> {
    let sides = text.match_indices('=').map(|(at, _)| (&text[..at], &text[at + 1..]));
    let both = |(old, new): (&str, &str)| Some((old.parse().ok()?, new.parse().ok()?));
    sides.filter_map(both).next().ok_or_else(|| {
        Error::input(format!("`{text}` does not say what is renamed")).hint(
            "--rename 'connect/queue/Returns=connect/queue/Returns DE': OLD is its name in the target now",
        )
    })
}
