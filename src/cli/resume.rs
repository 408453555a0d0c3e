//! `deploy --resume`: goes on with a run that was interrupted or stopped.

use crate::core::back::past;
use crate::core::environment::Access;
use crate::core::finding::{Finding, Weight};
use crate::core::foreseen;
use crate::core::omit::Omitted;
use crate::core::run::RunKind;
use crate::core::runs::{self, OnFailure};
use crate::core::{Address, Error, Result};

use super::change::{self, ChangeArgs};
use super::context::{Context, Face, Site};
use super::exit::Exit;
use super::notify::Subject;
use super::output::{PlanReport, moment};
use super::{progress, runs as known};

/// Goes on with the run `text`, or with the one that is open in `environment`, or anywhere.
pub(super) async fn run(
    text: Option<&str>,
    environment: Option<&str>,
    skip: &[Address],
    on_failure: Option<OnFailure>,
    args: &ChangeArgs,
    face: &Face,
) -> Result<Exit> {
    let mut context = Context::open_to_end(face, args).await?;
    let mut record = match text {
        Some(text) => known::find(&context, text, face).await?,
        None => known::open(&context, environment, face).await?,
    };
    while let Some(next) = record.finish.as_ref().and_then(|f| f.turned_into.clone()) {
        record = context.ledger().run(&next).await?;
    }
    let start = &record.start;
    if !args.dry_run {
        let subject = if start.kind == RunKind::Deploy { Subject::Deploy } else { Subject::Rollback };
        face.notice.about(subject, environment.unwrap_or(&start.environment));
    }
    context.config.skip_gates(environment.unwrap_or(&start.environment), args.waived.waivers().gates);
    let site = site_of(&context, environment.unwrap_or(&start.environment), &record, args.access()).await?;
    if let Some(finish) = &record.finish {
        return Err(Error::failed(format!("the run {} has ended: {}", start.run, finish.message))
            .hint(format!("snapdeploy history show {}", start.run)));
    }
    let past =
        progress::show(face, async |events| past(&context.means(&site, events), &start.run).await).await?;
    let omitted = Omitted { addresses: skip.iter().cloned().collect(), reason: args.why() };
    omitted.can_be(&past.plan, &past.progress)?;
    args.waived.known(&start.environment, past.plan.gates.iter().chain(&site.environment.values.gates))?;
    let foreseen = progress::show(face, async |events| {
        let means = args.means(&context, &site, events);
        foreseen::attended(&means, &past.plan, &past.progress.done)?;
        Ok::<_, Error>(foreseen::again(&means, &past.plan).await)
    })
    .await?;
    // An alarm that fires may do so because of what is written already: its gate decides that, and the way back is open.
    let warned = foreseen.into_iter().map(|f| Finding { weight: f.weight.min(Weight::Warning), ..f });
    let mut shown = past.plan.clone();
    let left = "is left out, as it is found: --skip says so";
    shown.say(omitted.addresses.iter().map(|a| Finding::new(Weight::Warning, Some(a), left)).collect());
    shown.say(warned.filter(|f| !past.plan.findings.contains(f)).collect());
    args.waived.shown(&mut shown);
    if args.dry_run {
        face.ui.result(&PlanReport::of(&shown))?;
        return Ok(Exit::Done);
    }
    face.ui.show(&PlanReport::of(&shown));
    face.ui.say(format!(
        "Run {} began {} by {} ({}); {} of {} calls are done",
        start.run,
        moment(start.at),
        start.actor.identity,
        start.actor.host,
        past.progress.done.len(),
        past.plan.moves.len()
    ));
    let verb = if start.kind == RunKind::Deploy {
        "This goes on with the deployment"
    } else {
        "This goes on with the rollback"
    };
    change::consent(face, &context, &site, verb, args)?;
    let on_failure = on_failure.unwrap_or(site.environment.on_failure);
    face.signals.changed();
    change::perform(face, &past.plan, None, args, async |events| {
        runs::resume_without(&args.means(&context, &site, events), &start.run, &omitted, on_failure).await
    })
    .await
}

/// Looks at the environment of a run, and sees that it still points at what it pointed at then.
pub(super) async fn site_of(
    context: &Context,
    environment: &str,
    record: &crate::core::run::RunRecord,
    access: Access,
) -> Result<Site> {
    let site = context.site(environment, access).await?;
    let (now, then) = (site.driver.pin(), &record.start.pin);
    if now == then {
        return Ok(site);
    }
    Err(Error::input(format!(
        "the run {} was in {then}, and {environment} points at {now}",
        record.start.run
    ))
    .hint("name the environment that points there"))
}
