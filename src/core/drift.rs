//! Drift: what somebody has changed since it was left there, and what an older release would undo.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::address::Address;
use super::compare;
use super::document::Document;
use super::driver::Driver;
use super::error::Result;
use super::finding::{Finding, Weight};
use super::grant::attainable;
use super::known::{By, Known, State, known};
use super::means::Means;
use super::plan::{Action, Plan, Wish};
use super::release::Source;
use super::run::{RunKind, RunStart};
use super::sabotage::{Ingredient, lacks};

/// What to do about drift.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnDrift {
    /// It blocks.
    #[default]
    Block,
    /// It is named and overwritten.
    Overwrite,
}

/// Adds to `plan`, made of `wishes`, what it would overwrite that somebody has changed since it was left there, and what
/// of a newer release it would undo. Also notes in it how old `source` is, for the plans to come. Reads the audit and
/// snapshots; asks the environment nothing.
///
/// A change that the release contains as well is no drift: it was taken into the release.
pub async fn watch(
    means: &Means<'_>,
    source: &Source,
    wishes: &[Wish],
    plan: &mut Plan,
    on_drift: OnDrift,
) -> Result<()> {
    plan.source_pin = Some(source.pin.clone());
    plan.source_taken_at = Some(source.taken_at);
    if lacks(Ingredient::Drift) {
        return Ok(());
    }
    let weight = match on_drift {
        OnDrift::Block => Weight::Block,
        OnDrift::Overwrite => Weight::Warning,
    };
    let mut findings = Vec::new();
    for (wish, known) in overwritten(means, wishes, plan).await? {
        let wish = settled(&wish, means.driver);
        if let Some(what) = drifted(&known, &wish) {
            let take = "take it into the release, or overwrite it: --overwrite-drift";
            let environment = &plan.environment;
            let hint = match &known.snapshot {
                Some(id) => {
                    let shell = wish.address.to_string().replace('\'', r"'\''");
                    format!(
                        "snapdeploy diff {environment}@{id} {environment}@live '{shell}' shows it; {take}"
                    )
                }
                None => take.to_string(),
            };
            findings.push(weighed(weight, &wish.address, what, &hint));
        }
        if let Some(what) = older(&known, &wish, source) {
            let hint = "deploy a newer release, or undo that one knowingly: --overwrite-drift";
            findings.push(weighed(weight, &wish.address, what, hint));
        }
    }
    plan.say(findings);
    Ok(())
}

/// Adds to `plan`, made of `wishes` to put something back, what of it somebody has changed since it was left there.
/// That is no obstacle: putting back is the point.
pub async fn tell(means: &Means<'_>, wishes: &[Wish], plan: &mut Plan) -> Result<()> {
    let mut findings = Vec::new();
    for (wish, known) in overwritten(means, wishes, plan).await? {
        if let Some(what) = drifted(&known, &settled(&wish, means.driver)) {
            let message = format!("{what}; that is overwritten");
            findings.push(Finding::new(Weight::Warning, Some(&wish.address), message));
        }
    }
    plan.say(findings);
    Ok(())
}

/// Returns what the plan updates or deletes, with what is known of it.
async fn overwritten(means: &Means<'_>, wishes: &[Wish], plan: &Plan) -> Result<Vec<(Wish, Known)>> {
    let steps = plan.steps.iter().filter(|s| s.action != Action::Create);
    let addresses: BTreeSet<Address> = steps.map(|s| s.address.clone()).collect();
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let mut known: BTreeMap<Address, Known> = known(means, &addresses).await?;
    let with = wishes.iter().filter_map(|w| Some((w.clone(), known.remove(&w.address)?)));
    Ok(with.collect())
}

/// Returns the wish as the plan grants it.
fn settled(wish: &Wish, driver: &dyn Driver) -> Wish {
    attainable(wish, driver, &mut Vec::new())
}

fn weighed(weight: Weight, address: &Address, message: String, hint: &str) -> Finding {
    let finding = Finding::new(weight, Some(address), message);
    if weight == Weight::Block { finding.hint(hint) } else { finding }
}

/// Returns what was changed since the state that is known, as far as the wish would write it.
fn drifted(known: &Known, wish: &Wish) -> Option<String> {
    let live = wish.from.as_ref()?;
    let since = since(&known.by);
    match &known.state {
        State::Absent => Some(format!("was created {since}")),
        State::Print(print) => {
            let local_stays = wish.to.as_ref().is_some_and(|to| to.local == live.local);
            let same = print.fits(live) || (local_stays && print.portable == live.portable_digest());
            (!same).then(|| format!("was changed {since}"))
        }
        State::Document(left) => {
            let members = lost(left, live, wish.to.as_ref());
            (!members.is_empty()).then(|| format!("was changed {since}: {}", members.join(", ")))
        }
    }
}

/// Returns the members in which `live` differs from what was `left`, where `to` would make something else of it.
fn lost(left: &Document, live: &Document, to: Option<&Document>) -> Vec<String> {
    let paths = |a: &Document, b: &Document| -> Vec<String> {
        compare::documents(Some(a), Some(b), true).into_iter().map(|p| p.path).collect()
    };
    let written = to.map(|to| paths(live, to));
    let lost = |path: &String| written.as_ref().is_none_or(|w| w.iter().any(|p| overlap(p, path)));
    let members: BTreeSet<String> = paths(left, live)
        .into_iter()
        .filter(lost)
        .map(|path| path.split(['.', '[']).next().unwrap_or_default().to_string())
        .collect();
    members.into_iter().collect()
}

/// Returns whether one path leads to or through the place of the other.
fn overlap(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Returns that the release that is there was taken after this one, where this one would change it back.
fn older(known: &Known, wish: &Wish, source: &Source) -> Option<String> {
    let there = known.release.as_ref()?;
    let taken = there.source_taken_at?;
    if there.source_pin.as_ref() != Some(&source.pin) || taken <= source.taken_at {
        return None;
    }
    // What is there may have been changed since; this one may be just what that run put there.
    let same = match (&known.state, &wish.to) {
        (State::Document(left), Some(to)) => left.portable == to.portable,
        (State::Print(print), Some(to)) => print.portable == to.portable_digest(),
        _ => false,
    };
    (!same).then(|| {
        format!(
            "is newer there: this would undo run {} ({}), whose source was taken {}; this one was taken {}",
            there.run,
            who(there),
            moment(taken),
            moment(source.taken_at)
        )
    })
}

fn since(by: &By) -> String {
    match by {
        By::Run(start) => format!("since run {} ({})", start.run, who(start)),
        By::Extract { snapshot, at } => format!("since the snapshot {snapshot} ({})", moment(*at)),
    }
}

/// Returns what a run did, when and whose it was: `deployed 2026-11-19 18:00:00Z by user/ada`.
pub(super) fn who(start: &RunStart) -> String {
    let did = match start.kind {
        RunKind::Deploy => "deployed",
        RunKind::Rollback => "rolled back",
    };
    let identity = &start.actor.identity;
    let name = identity.rsplit(':').next().unwrap_or(identity);
    format!("{did} {} by {name}", moment(start.at))
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(portable: serde_json::Value) -> Document {
        Document { portable: portable.as_object().unwrap().clone(), ..Document::default() }
    }

    #[test]
    fn a_change_that_the_release_has_as_well_is_not_lost() {
        let left = document(json!({ "a": 1, "b": { "c": 1, "d": 1 }, "e": 1 }));
        let live = document(json!({ "a": 2, "b": { "c": 2, "d": 1 }, "e": 1 }));
        let of = |to: serde_json::Value| lost(&left, &live, Some(&document(to)));
        assert_eq!(of(json!({ "a": 2, "b": { "c": 2, "d": 5 }, "e": 5 })), Vec::<String>::new());
        assert_eq!(of(json!({ "a": 1, "b": { "c": 2, "d": 1 }, "e": 1 })), ["a"]);
        assert_eq!(of(json!({ "a": 3, "b": { "c": 3, "d": 1 }, "e": 1 })), ["a", "b"]);
        // The whole of it goes, and with it the change inside.
        assert_eq!(of(json!({ "a": 2, "e": 1 })), ["b"]);
        assert_eq!(lost(&left, &live, None), ["a", "b"]);
    }

    #[test]
    fn the_path_of_one_member_is_not_that_of_a_longer_name() {
        assert!(overlap("a", "a.b") && overlap("a[0]", "a") && overlap("a", "a"));
        assert!(!overlap("a", "ab") && !overlap("a.b", "a.c"));
    }
}
