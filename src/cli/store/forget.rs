//! `store forget`: what a policy does not keep is shown, agreed to, and forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use jiff::SignedDuration;

use crate::cli::context::{Context, Face};
use crate::cli::exit::Exit;
use crate::cli::runs;
use crate::core::upkeep::{Forget, Forgetting, Policy, Why, forget};
use crate::core::{Error, ErrorKind, Pin, Result};

use super::forget_report::{ForgetReport, objects, packages, size, snapshots};
use super::verb::ForgetArgs;

/// Runs `store forget`.
pub(super) async fn run(args: &ForgetArgs, face: &Face) -> Result<Exit> {
    let policy = policy(args)?;
    let context = Context::open(face).await?;
    let (scope, pins) = places(args, &context, face).await?;
    let places: BTreeSet<Pin> = scope.keys().cloned().collect();
    let (objects, ledger) = (context.objects(), context.ledger());
    let planned = Forgetting::plan(objects, ledger, &pins, (&places, &policy), context.clock.now()).await?;
    let plan = planned.map_err(refused)?;
    let store = context.repository().place();
    if args.dry_run || plan.is_empty() {
        face.ui.result(&ForgetReport::of(&store, &plan))?;
        return Ok(Exit::Done);
    }
    face.ui.show(&ForgetReport::of(&store, &plan));
    consent(args, &context, &scope, &plan, face)?;
    let actor = context.actor().await?;
    face.signals.changing();
    let (stop, reason) = (face.signals.stop(), args.reason.clone());
    let with = Forget { objects, ledger, clock: &context.clock, stop, actor, reason };
    let mut done = forget(&with, &plan).await;
    let exit = match done.why.take() {
        None => Exit::Done,
        Some(e) if !done.changed => return Err(e),
        Some(e) => {
            let e = Error { hint: e.hint.or_else(|| Some("the same command goes on with it".into())), ..e };
            face.ui.error(&e, Exit::Stopped);
            Exit::Stopped
        }
    };
    face.ui.result(&ForgetReport::of(&store, &plan).after(&done))?;
    Ok(exit)
}

/// Returns what the flags keep; `Input` where they keep nothing.
fn policy(args: &ForgetArgs) -> Result<Policy> {
    let count = |n: Option<NonZeroUsize>| n.map_or(0, NonZeroUsize::get);
    let within = args.keep_within.map(|typed| SignedDuration::try_from(typed.0)).transpose();
    let policy = Policy {
        last: count(args.keep_last),
        daily: count(args.keep_daily),
        weekly: count(args.keep_weekly),
        monthly: count(args.keep_monthly),
        yearly: count(args.keep_yearly),
        within: within.map_err(|e| Error::input(format!("nothing can be kept for so long: {e}")))?,
        named: args.keep_named,
        notes: args.keep_note.iter().cloned().collect(),
    };
    let places = match args.environments.is_empty() {
        true => "--all-environments".to_string(),
        false => args.environments.join(" "),
    };
    let example = format!(
        "snapdeploy store forget {places} --keep-last 10 --keep-daily 14 --keep-monthly 12 --dry-run"
    );
    if policy.is_empty() {
        return Err(Error::input("nothing is said of what is to be kept; everything is never forgotten")
            .hint(example));
    }
    if policy.notes.iter().any(String::is_empty) {
        return Err(Error::input("every note has the text `` in it").hint(example));
    }
    if args.environments.is_empty() && !args.all_environments {
        return Err(Error::input("no environment is named").hint(example));
    }
    Ok(policy)
}

/// Returns the pins that are asked about, each with its environments, and all pins of the configuration. `Unclean` if one
/// cannot be told: what its runs need would not be known.
async fn places(
    args: &ForgetArgs,
    context: &Context,
    face: &Face,
) -> Result<(BTreeMap<Pin, Vec<String>>, BTreeSet<Pin>)> {
    for name in &args.environments {
        context.config.environment(name)?;
    }
    let all = runs::pins(context, None, face).await?;
    if all.values().flatten().count() != context.config.environments.len() {
        let message =
            "nothing was forgotten: not all environments can be told, and what their runs need is not known";
        return Err(Error::new(ErrorKind::Unclean, message).hint("snapdeploy store check"));
    }
    let pins = all.keys().cloned().collect();
    let asked =
        |names: &Vec<String>| args.all_environments || names.iter().any(|n| args.environments.contains(n));
    Ok((all.into_iter().filter(|(_, names)| asked(names)).collect(), pins))
}

fn refused(why: Why) -> Error {
    let Why::Wrong(wrong) = why;
    let lines: Vec<String> = wrong.iter().take(5).map(|w| format!("{}: {}", w.what, w.why)).collect();
    let more = if wrong.len() > 5 { format!("; and {} more", wrong.len() - 5) } else { String::new() };
    let message = format!(
        "nothing was forgotten: the store is not as it was written, and what is needed is not known: {}{more}",
        lines.join("; ")
    );
    Error::new(ErrorKind::Unclean, message).hint("snapdeploy store check tells all of it")
}

/// Asks whether it is meant, as the environments and the flags say.
fn consent(
    args: &ForgetArgs,
    context: &Context,
    scope: &BTreeMap<Pin, Vec<String>>,
    plan: &Forgetting,
    face: &Face,
) -> Result<()> {
    let of = |pin: &Pin| plan.forgotten.iter().chain(&plan.forgotten_packages).any(|line| line.pin == *pin);
    let names = scope.iter().filter(|(pin, _)| of(pin)).flat_map(|(_, names)| names);
    let guarded = names.filter(|name| context.config.environment(name).is_ok_and(|e| e.protected));
    let wanted: Vec<String> = guarded.map(|name| context.config.phrase(name)).collect();
    if let Some(typed) = args
        .confirm
        .iter()
        .find(|typed| !scope.values().flatten().any(|name| context.config.phrase(name) == **typed))
    {
        let message = format!("`{typed}` does not confirm this; nothing was changed");
        let hint = wanted.iter().map(|phrase| format!("--confirm {phrase}")).collect::<Vec<_>>().join(" ");
        return Err(Error::new(ErrorKind::Unconfirmed, message).hint(if hint.is_empty() {
            "--yes".into()
        } else {
            hint
        }));
    }
    let what = format!(
        "This forgets {} and {}, and removes {} ({}) for good",
        snapshots(plan.forgotten.len()),
        packages(plan.forgotten_packages.len()),
        objects(plan.removes.objects + plan.sweeps.iter().map(|s| s.amount.objects).sum::<usize>()),
        size(plan.removes.bytes + plan.sweeps.iter().map(|s| s.amount.bytes).sum::<u64>())
    );
    let mut open = wanted.iter().filter(|phrase| !args.confirm.contains(phrase)).peekable();
    if open.peek().is_none() {
        return match args.yes || !args.confirm.is_empty() {
            true => Ok(()),
            false => face.ui.ask(&what, "--yes"),
        };
    }
    open.try_for_each(|phrase| {
        face.ui.ask_phrase(
            &format!("{what}, also of what is protected"),
            phrase,
            &format!("--confirm {phrase}"),
        )
    })
}
